local core = require "mimecast.core"

describe("suggest", function()
  local names = { "email", "username", "password", "accountDisabled", "allowPop3", "allowSmtp" }

  it("returns the most similar name", function()
    assert.equal("accountDisabled", core.suggest("accountdisabled", names))
    assert.equal("accountDisabled", core.suggest("acountDisabeld", names))
    assert.equal("email", core.suggest("emai", names))
    assert.equal("allowPop3", core.suggest("allowPop", names))
    assert.equal("password", core.suggest("passwrd", names))
  end)

  it("counts swapped letters as one edit", function()
    assert.equal("email", core.suggest("emial", names))
    assert.equal("id", core.suggest("di", { "id", "or" }))
    assert.equal("email", core.suggest("meail", names))
    assert.is_nil(core.suggest("liame", names))
  end)

  it("returns nil if no name is similar", function()
    assert.is_nil(core.suggest("telephone", names))
    assert.is_nil(core.suggest("zz", names))
    assert.is_nil(core.suggest("x", {}))
  end)

  it("prefers the most similar name, then the first in the alphabet", function()
    assert.equal("cat", core.suggest("caat", { "coat", "cat" }))
    assert.equal("cat", core.suggest("caat", { "cat", "coat" }))
    assert.equal("userna", core.suggest("usernam", { "usernames", "username", "userna" }))
    assert.equal("abcdef", core.suggest("abcdeg", { "abcdex", "abcdef" }))
  end)

  it("ignores words and names over 64 bytes", function()
    local long = ("x"):rep(65)
    assert.is_nil(core.suggest(long, { long }))
    assert.is_nil(core.suggest(("x"):rep(64), { long }))
    assert.equal(("x"):rep(64), core.suggest(("x"):rep(63), { ("x"):rep(64) }))
  end)

  it("raises for names that are not text", function()
    assert.is_false((pcall(core.suggest, "a", { {} })))
    assert.is_false((pcall(core.suggest, "a", "b")))
  end)
end)
