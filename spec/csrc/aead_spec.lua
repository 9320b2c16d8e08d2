local core = require "mimecast.core"
local fixtures = require "spec.support.data.fixtures"

local secret, seal, unseal = core.secret, core.encrypt, core.decrypt

describe("encrypt and decrypt", function()
  it("decrypt text with its key, into a secret", function()
    for _, text in ipairs { "", "token", "\0\255\n", ("x"):rep(65536) } do
      local opened = unseal("key", seal("key", text))
      assert.is_true(secret.is(opened))
      assert.is_true(secret.reveal(opened) == text)
    end
  end)

  it("accept key and text as secrets", function()
    local opened = unseal("key", seal(secret.new "key", secret.new "token"))
    assert.equal("token", secret.reveal(opened))
    assert.equal("token", secret.reveal(unseal(secret.new "key", seal("key", "token"))))
  end)

  for i, case in ipairs(fixtures.load("seal").cases) do
    it(("decrypt vector %d of another implementation"):format(i), function()
      local opened = unseal(case.key, core.base64_decode(case.sealed))
      assert.equal(case.text, opened and secret.reveal(opened))
    end)
  end

  it("hide the text, and write a different output each time", function()
    local seen = {}
    for _ = 1, 200 do
      local sealed = seal("key", "PlantedToken")
      assert.is_nil(sealed:find("Planted", 1, true))
      assert.equal(1 + 12 + #"PlantedToken" + 16, #sealed)
      assert.is_nil(seen[sealed:sub(1, 13)])
      seen[sealed:sub(1, 13)] = true
    end
  end)

  it("return nil for another key", function()
    local sealed = seal("key", "token")
    for _, other in ipairs { "ke", "keyy", "Key", "key\0", " key" } do assert.is_nil(unseal(other, sealed)) end
  end)

  it("return nil if any bit is changed", function()
    local sealed = seal("key", "token")
    for at = 1, #sealed do
      for bit = 0, 7 do
        local byte = sealed:byte(at)
        local flipped = math.floor(byte / 2 ^ bit) % 2 == 1 and byte - 2 ^ bit or byte + 2 ^ bit
        assert.is_nil(unseal("key", sealed:sub(1, at - 1) .. string.char(flipped) .. sealed:sub(at + 1)), at)
      end
    end
  end)

  it("return nil for a text that is cut, extended or foreign", function()
    local sealed = seal("key", "token")
    for length = 0, #sealed - 1 do assert.is_nil(unseal("key", sealed:sub(1, length))) end
    assert.is_nil(unseal("key", sealed .. "\0"))
    assert.is_nil(unseal("key", sealed .. ("x"):rep(100000)))
    assert.is_nil(unseal("key", ("\1"):rep(60)))
  end)
end)

describe("encrypt and decrypt arguments", function()
  it("raise errors that do not show the key or the text", function()
    local planted = "PlantedSecret"
    for number, attempt in ipairs { { seal, "", planted }, { seal, nil, planted }, { seal, { planted }, planted },
      { seal, planted, nil }, { seal, planted, {} }, { seal, planted, planted:rep(6000) }, { unseal, "", planted },
      { unseal, planted, nil }, { unseal, planted, secret.new(planted) } } do
      local ok, message = pcall(attempt[1], attempt[2], attempt[3])
      assert.is_false(ok, "attempt " .. number)
      assert.is_nil(tostring(message):find(planted, 1, true), "attempt " .. number)
    end
  end)
end)
