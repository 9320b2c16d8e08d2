local core = require "mimecast.core"
local fixtures = require "spec.support.data.fixtures"

local hex, bytes = fixtures.hex, fixtures.bytes
local signature = fixtures.load("signature")
local base64 = fixtures.load("base64")

describe("HMAC-SHA1", function()
  for _, case in ipairs(signature.hmac) do
    it("agrees with " .. case.name, function()
      local digest = core.hmac_sha1(bytes(case.keyHex), bytes(case.dataHex))
      assert.equal(case.hmacHex, hex(digest))
      assert.equal(digest, core.hmac_sha1(core.secret.new(bytes(case.keyHex)), core.secret.new(bytes(case.dataHex))))
      assert.equal(case.signature, core.base64_encode(digest))
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
    it("rejects " .. case.why .. (": %q"):format(core.printable(case.base64)), function()
      local decoded, message = core.base64_decode(case.base64)
      assert.is_nil(decoded)
      assert.equal("is not base64 (RFC 4648, padded)", message)
    end)
  end

  it("decodes what it encodes, for each length up to 100 bytes", function()
    for length = 0, 100 do
      local text = ("\0\255\127\128x"):rep(20):sub(1, length)
      assert.equal(text, core.base64_decode(core.base64_encode(text)))
    end
  end)
end)
