local redact = require "mimecast.base.redact"

describe("a redacted text", function()
  it("has no secrets, is printable and short", function()
    assert.equal("a *** \\x1b[31m \\x9b", redact("a secret \27[31m \155", { "secret" }))
    assert.equal(("x"):rep(200) .. "…", redact(("x"):rep(201)))
    assert.equal(("x"):rep(8) .. "…", redact(("x"):rep(201), {}, 8))
  end)

  it("shows no part of a secret, wherever the text is cut", function()
    local secret = "Planted-Secret-Of-Some-Length"
    for at = 4096 - #secret - 1, 4096 + 1 do
      local shown = redact(("%27"):rep(100) .. ("x"):rep(at - 300) .. secret, { secret }, 5000)
      assert.is_nil(shown:find("Pla", 1, true), "the secret begins at " .. at)
    end
    for at = 150, 210 do
      assert.is_nil(redact(("x"):rep(at) .. secret, { secret }):find("Pl", 1, true), "the secret begins at " .. at)
    end
  end)

  it("is searched up to 4 KiB and cut to 200 bytes", function()
    assert.equal(("x"):rep(200) .. "…", redact(("x"):rep(123 * 1024), { ("x"):rep(100) .. "y" }))
  end)
end)
