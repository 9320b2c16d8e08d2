local core = require "mimecast.core"
local fixtures = require "spec.support.data.fixtures"

local secret, encrypt, decrypt = core.secret, core.encrypt, core.decrypt

describe("encrypt and decrypt", function()
  it("decrypt text with its key, into a secret", function()
    for _, text in ipairs { "", "token", "\0\255\n", ("x"):rep(65536) } do
      local opened = decrypt("key", encrypt("key", text))
      assert.is_true(secret.is(opened))
      assert.is_true(secret.reveal(opened) == text)
    end
  end)

  it("accept key and text as secrets", function()
    local opened = decrypt("key", encrypt(secret.new "key", secret.new "token"))
    assert.equal("token", secret.reveal(opened))
    assert.equal("token", secret.reveal(decrypt(secret.new "key", encrypt("key", "token"))))
  end)

  for i, case in ipairs(fixtures.load("aead").cases) do
    it(("decrypt vector %d of another implementation"):format(i), function()
      local opened = decrypt(case.key, core.base64_decode(case.sealed))
      assert.equal(case.text, opened and secret.reveal(opened))
    end)
  end

  it("hide the text, and write a different output each time", function()
    local seen = {}
    for _ = 1, 200 do
      local encrypted = encrypt("key", "PlantedToken")
      assert.is_nil(encrypted:find("Planted", 1, true))
      assert.equal(1 + 12 + #"PlantedToken" + 16, #encrypted)
      assert.is_nil(seen[encrypted:sub(1, 13)])
      seen[encrypted:sub(1, 13)] = true
    end
  end)

  it("return nil for another key", function()
    local encrypted = encrypt("key", "token")
    for _, other in ipairs { "ke", "keyy", "Key", "key\0", " key" } do assert.is_nil(decrypt(other, encrypted)) end
  end)

  it("return nil if any bit is changed", function()
    local encrypted = encrypt("key", "token")
    for at = 1, #encrypted do
      for bit = 0, 7 do
        local byte = encrypted:byte(at)
        local flipped = math.floor(byte / 2 ^ bit) % 2 == 1 and byte - 2 ^ bit or byte + 2 ^ bit
        assert.is_nil(decrypt("key", encrypted:sub(1, at - 1) .. string.char(flipped) .. encrypted:sub(at + 1)), at)
      end
    end
  end)

  it("return nil for a text that is cut, extended or foreign", function()
    local encrypted = encrypt("key", "token")
    for length = 0, #encrypted - 1 do assert.is_nil(decrypt("key", encrypted:sub(1, length))) end
    assert.is_nil(decrypt("key", encrypted .. "\0"))
    assert.is_nil(decrypt("key", encrypted .. ("x"):rep(100000)))
    assert.is_nil(decrypt("key", ("\1"):rep(60)))
  end)
end)

describe("encrypt and decrypt arguments", function()
  it("raise errors that do not show the key or the text", function()
    local planted = "PlantedSecret"
    for number, attempt in ipairs { { encrypt, "", planted }, { encrypt, nil, planted }, { encrypt, { planted }, planted },
      { encrypt, planted, nil }, { encrypt, planted, {} }, { encrypt, planted, planted:rep(6000) }, { decrypt, "", planted },
      { decrypt, planted, nil }, { decrypt, planted, secret.new(planted) } } do
      local ok, message = pcall(attempt[1], attempt[2], attempt[3])
      assert.is_false(ok, "attempt " .. number)
      assert.is_nil(tostring(message):find(planted, 1, true), "attempt " .. number)
    end
  end)
end)
