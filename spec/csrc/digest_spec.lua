local core = require "mimecast.core"
local system = require "mimecast.system"

-- FIPS 180-2, appendix B.
local vectors = {
  { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
  { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
  { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
  { ("a"):rep(1000000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
}

describe("SHA-256", function()
  it("agrees with the standard's examples, at once and in pieces", function()
    for _, vector in ipairs(vectors) do
      local text, expected = vector[1], vector[2]
      assert.equal(expected, system.sha256_hex(text))
      local digest = system.sha256()
      for at = 1, #text, 9973 do digest:update(text:sub(at, at + 9972)) end
      assert.equal(expected, digest:hex())
    end
  end)

  it("returns as many digits as asked for", function()
    assert.equal(vectors[2][2]:sub(1, 16), system.sha256_hex("abc", 16))
    for _, digits in ipairs { 0, -1, 65 } do assert.error(function() system.sha256_hex("abc", digits) end) end
  end)

  it("can be read between updates, and repeatedly", function()
    local digest = system.sha256():update("a")
    assert.equal(system.sha256_hex "a", digest:hex())
    assert.equal(digest:hex(), digest:hex())
    assert.equal(vectors[2][2], digest:update("b"):update("c"):hex())
  end)

  it("rejects a secret, which a digest could reveal", function()
    assert.error(function() system.sha256_hex(core.secret.new "x") end)
    assert.error(function() system.sha256():update(core.secret.new "x") end)
  end)
end)
