local core = require "mimecast.core"
local fixtures = require "spec.support.data.fixtures"

local hex = fixtures.hex
local signature = fixtures.load("signature")

describe("an API 1.0 signature", function()
  for _, case in ipairs(signature.requests) do
    it("is correct at each stage: " .. case.name, function()
      local data = table.concat({ case.date, case.requestId, case.path, case.appKey }, ":")
      assert.equal(case.dataToSign, data)
      local key = core.base64_decode(case.secretKey)
      assert.equal(case.keyHex, hex(key))
      local digest = core.hmac_sha1(key, data)
      assert.equal(case.hmacHex, hex(digest))
      assert.equal(case.signature, core.base64_encode(digest))
      local signed = core.signer(case.secretKey, case.appKey):sign(case.date, case.requestId, case.path)
      assert.equal(case.authorization, "MC " .. case.accessKey .. ":" .. signed)
      local authorization = core.signer(case.secretKey, case.appKey):authorization(core.secret.new(case.accessKey), case.date,
        case.requestId, case.path)
      assert.is_true(core.secret.is(authorization))
      assert.equal(case.authorization, core.secret.reveal(authorization))
    end)
  end

  it("is the same with keys that are secrets", function()
    local case = signature.requests[1]
    local signer = core.signer(core.secret.new(case.secretKey), core.secret.new(case.appKey))
    assert.equal(case.signature, signer:sign(case.date, case.requestId, case.path))
  end)

  it("does not depend on previous signatures", function()
    local first, second = signature.requests[1], signature.requests[2]
    local signer = core.signer(first.secretKey, first.appKey)
    for _ = 1, 3 do
      assert.equal(first.signature, signer:sign(first.date, first.requestId, first.path))
      assert.equal(second.signature, signer:sign(second.date, second.requestId, second.path))
      signer:sign("", "", "")
    end
  end)

  it("does not depend on other signers, or on the life of the keys", function()
    local first, third = signature.requests[1], signature.requests[3]
    local signer_1 = core.signer(first.secretKey, first.appKey)
    local signer_2 = core.signer(core.secret.new(third.secretKey), third.appKey)
    collectgarbage()
    collectgarbage()
    assert.equal(first.signature, signer_1:sign(first.date, first.requestId, first.path))
    assert.equal(third.signature, signer_2:sign(third.date, third.requestId, third.path))
    signer_1:close()
    assert.equal(third.signature, signer_2:sign(third.date, third.requestId, third.path))
  end)
end)

describe("a signer", function()
  local case = signature.requests[1]

  it("rejects a secret key that is not base64, with the reason", function()
    for _, key in ipairs{ "not base64!", "U2VjcmV0S2V5=", "U2VjcmV0S2V", "U2VjcmV0S2V5\n" } do
      local signer, message = core.signer(key, case.appKey)
      assert.is_nil(signer)
      assert.equal("is not base64; copy it whole, as Mimecast shows it", message)
    end
    local signer, message = core.signer("", case.appKey)
    assert.is_nil(signer)
    assert.equal("is empty", message)
  end)

  it("raises errors once it is closed, and can be closed twice", function()
    local signer = core.signer(case.secretKey, case.appKey)
    signer:close()
    signer:close()
    local ok, message = pcall(signer.sign, signer, "a", "b", "c")
    assert.is_false(ok)
    assert.truthy(message:find("the signer is closed", 1, true))
  end)

  it("does not print its keys", function()
    assert.equal("signer(\226\128\166)", tostring(core.signer(case.secretKey, case.appKey)))
    assert.is_false(getmetatable(core.signer(case.secretKey, case.appKey)))
  end)

  it("rejects another object as self", function()
    local signer = core.signer(case.secretKey, case.appKey)
    for _, other in ipairs{ core.secret.new("x"), io.stdout, {} } do
      assert.is_false((pcall(signer.sign, other, "a", "b", "c")))
      assert.is_false((pcall(signer.close, other)))
    end
  end)
end)
