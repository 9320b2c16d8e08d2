local core = require "mimecast.core"

describe("nearest", function()
  local names = { "email", "username", "password", "accountDisabled", "allowPop3", "allowSmtp" }

  it("finds the name that was probably meant", function()
    assert.equal("accountDisabled", core.suggest("accountdisabled", names))
    assert.equal("accountDisabled", core.suggest("acountDisabeld", names))
    assert.equal("email", core.suggest("emai", names))
    assert.equal("allowPop3", core.suggest("allowPop", names))
    assert.equal("password", core.suggest("passwrd", names))
  end)

  it("counts two letters that were swapped as one slip", function()
    assert.equal("email", core.suggest("emial", names))
    assert.equal("id", core.suggest("di", { "id", "or" }))
    assert.equal("email", core.suggest("meail", names))
    assert.is_nil(core.suggest("liame", names))
  end)

  it("gives no advice where nothing is near", function()
    assert.is_nil(core.suggest("telephone", names))
    assert.is_nil(core.suggest("zz", names))
    assert.is_nil(core.suggest("x", {}))
  end)

  it("chooses the nearest, and the first in the alphabet among equals, whatever their order", function()
    assert.equal("cat", core.suggest("caat", { "coat", "cat" }))
    assert.equal("cat", core.suggest("caat", { "cat", "coat" }))
    assert.equal("userna", core.suggest("usernam", { "usernames", "username", "userna" }))
    assert.equal("abcdef", core.suggest("abcdeg", { "abcdex", "abcdef" }))
  end)

  it("does not look at words and names over 64 bytes", function()
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

describe("printable", function()
  it("leaves ordinary text of any script alone", function()
    for _, text in ipairs{ "", "plain text: 'quotes', \"these\" & <tags>", "käse €", "漢字 😀" } do
      assert.equal(text, core.printable(text))
    end
  end)

  it("escapes control characters, so that no escape sequence reaches a terminal", function()
    assert.equal("\\x1b[31mred\\x00\\x0d\\x0a\\x09\\x7f", core.printable("\27[31mred\0\r\n\t\127"))
    assert.equal("\\xc2\\x9b", core.printable("\194\155")) -- U+009B, the one-character escape
  end)

  it("escapes invisible characters and those that turn the direction of writing", function()
    assert.equal("a\\xe2\\x80\\xaeb", core.printable("a\226\128\174b")) -- U+202E
    assert.equal("\\xe2\\x80\\x8b", core.printable("\226\128\139")) -- U+200B
    assert.equal("\\xef\\xbb\\xbf", core.printable("\239\187\191")) -- U+FEFF
  end)

  it("escapes bytes that are not UTF-8 one by one", function()
    assert.equal("caf\\xe9", core.printable("caf\233"))
    assert.equal("\\xff\\xfeé\\xe2\\x82", core.printable("\255\254é\226\130"))
  end)

  it("escapes the backslash, so that an escape cannot be forged", function()
    assert.equal("\\x5cx41", core.printable("\\x41"))
  end)

  it("cuts after so many bytes of the text and shows that it did", function()
    assert.equal("abc\226\128\166", core.printable("abcd", 3))
    assert.equal("abcd", core.printable("abcd", 4))
    assert.equal("\226\128\166", core.printable("abcd", 0))
    assert.equal("a\\xc3\226\128\166", core.printable("aéb", 2))
  end)
end)
