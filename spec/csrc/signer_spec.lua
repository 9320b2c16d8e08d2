local core = require "mimecast.core"
local fixtures = require "spec.support.data.fixtures"
local run_lua = require "spec.support.run.run_lua"

local hex, bytes = fixtures.hex, fixtures.bytes
local signature = fixtures.load("signature")
local base64 = fixtures.load("base64")

describe("an API 1.0 signature", function()
  for _, case in ipairs(signature.requests) do
    it("holds at each stage: " .. case.name, function()
      local data = table.concat({ case.date, case.requestId, case.path, case.appKey }, ":")
      assert.equal(case.dataToSign, data)
      local key = core.base64_decode(case.secretKey)
      assert.equal(case.keyHex, hex(key))
      local digest = core.hmac_sha1(key, data)
      assert.equal(case.hmacHex, hex(digest))
      assert.equal(case.signature, core.base64_encode(digest))
      local signed = core.signer(case.secretKey, case.appKey):sign(case.date, case.requestId, case.path)
      assert.equal(case.authorization, "MC " .. case.accessKey .. ":" .. signed)
    end)
  end

  it("is the same from keys held as secrets", function()
    local case = signature.requests[1]
    local signer = core.signer(core.secret.new(case.secretKey), core.secret.new(case.appKey))
    assert.equal(case.signature, signer:sign(case.date, case.requestId, case.path))
  end)

  it("does not depend on what the signer signed before", function()
    local first, second = signature.requests[1], signature.requests[2]
    local signer = core.signer(first.secretKey, first.appKey)
    for _ = 1, 3 do
      assert.equal(first.signature, signer:sign(first.date, first.requestId, first.path))
      assert.equal(second.signature, signer:sign(second.date, second.requestId, second.path))
      signer:sign("", "", "")
    end
  end)

  it("does not depend on a signer beside it, nor on the life of the keys it was made of", function()
    local first, third = signature.requests[1], signature.requests[3]
    local one, other = core.signer(first.secretKey, first.appKey), core.signer(core.secret.new(third.secretKey), third.appKey)
    collectgarbage()
    collectgarbage()
    assert.equal(first.signature, one:sign(first.date, first.requestId, first.path))
    assert.equal(third.signature, other:sign(third.date, third.requestId, third.path))
    one:close()
    assert.equal(third.signature, other:sign(third.date, third.requestId, third.path))
  end)
end)

describe("a signer", function()
  local case = signature.requests[1]

  it("is refused with the reason when the secret key is not base64", function()
    for _, key in ipairs{ "not base64!", "U2VjcmV0S2V5=", "U2VjcmV0S2V", "U2VjcmV0S2V5\n" } do
      local signer, message = core.signer(key, case.appKey)
      assert.is_nil(signer)
      assert.equal("is not base64; copy it whole, as Mimecast shows it", message)
    end
    local signer, message = core.signer("", case.appKey)
    assert.is_nil(signer)
    assert.equal("is empty", message)
  end)

  it("raises once it is closed, and can be closed twice", function()
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

  it("refuses another object for itself", function()
    local signer = core.signer(case.secretKey, case.appKey)
    for _, other in ipairs{ core.secret.new("x"), io.stdout, {} } do
      assert.is_false((pcall(signer.sign, other, "a", "b", "c")))
      assert.is_false((pcall(signer.close, other)))
    end
  end)
end)

describe("HMAC-SHA1", function()
  for _, case in ipairs(signature.hmac) do
    it("agrees with " .. case.name, function()
      local digest = core.hmac_sha1(bytes(case.keyHex), bytes(case.dataHex))
      assert.equal(case.hmacHex, hex(digest))
      assert.equal(case.signature, core.base64_encode(digest))
    end)
  end
end)

describe("HMAC-SHA256", function()
  for _, case in ipairs(signature.hmacSha256) do
    it("agrees with " .. case.name, function()
      assert.equal(case.hmacHex, hex(core.hmac_sha256(bytes(case.keyHex), bytes(case.dataHex))))
      assert.equal(case.hmacHex, hex(core.hmac_sha256(core.secret.new(bytes(case.keyHex)), bytes(case.dataHex))))
    end)
  end
end)

describe("base64", function()
  for _, case in ipairs(base64.valid) do
    local name = case.base64 == "" and "nothing" or case.base64:sub(1, 16)
    it("encodes and decodes " .. name, function()
      assert.equal(case.base64, core.base64_encode(bytes(case.hex)))
      assert.equal(case.hex, hex(core.base64_decode(case.base64)))
    end)
  end

  for _, case in ipairs(base64.malformed) do
    it("refuses " .. case.why .. (": %q"):format(core.printable(case.base64)), function()
      local decoded, message = core.base64_decode(case.base64)
      assert.is_nil(decoded)
      assert.equal("is not base64 (RFC 4648, padded)", message)
    end)
  end

  it("comes back from each length up to 100 bytes", function()
    for length = 0, 100 do
      local text = ("\0\255\127\128x"):rep(20):sub(1, length)
      assert.equal(text, core.base64_decode(core.base64_encode(text)))
    end
  end)
end)

describe("random", function()
  it("is a number from 0 to below 1, spread over all of it", function()
    local tenths = {}
    for _ = 1, 2000 do
      local number = core.random()
      assert.is_true(number >= 0 and number < 1)
      tenths[math.floor(number * 10)] = true
    end
    for i = 0, 9 do assert.is_true(tenths[i]) end
  end)

  it("differs between processes, as a client's pauses must", function()
    local code = [[
      local made = require "mimecast".new { clientId = "i", clientSecret = "s" }
      for _ = 1, 3 do io.write(("%.9f "):format(made.settings.random())) end]]
    local seen = {}
    for _ = 1, 3 do
      local output = run_lua.run(code)
      assert.truthy(output:find("^0%.%d+ 0%.%d+ 0%.%d+ exit 0"), output)
      assert.is_nil(seen[output])
      seen[output] = true
    end
  end)
end)

describe("uuid", function()
  it("is a version 4 UUID in small letters", function()
    for _ = 1, 200 do
      local id = core.uuid()
      assert.equal(36, #id)
      assert.truthy(id:find("^%x+%-%x+%-4%x+%-[89ab]%x+%-%x+$"), id)
      local parts = {}
      for part in id:gmatch("[^-]+") do parts[#parts + 1] = #part end
      assert.same({ 8, 4, 4, 4, 12 }, parts)
      assert.equal(id:lower(), id)
    end
  end)

  it("does not repeat", function()
    local seen = {}
    for _ = 1, 10000 do
      local id = core.uuid()
      assert.is_nil(seen[id])
      seen[id] = true
    end
  end)
end)
