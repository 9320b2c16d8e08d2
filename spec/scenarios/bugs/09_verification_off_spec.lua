-- Bug 9 of other clients: TLS verification is silently off.
local mimecast = require "mimecast"
local options = require "mimecast.config.options"

local function new(more)
  local given = { clientId = "i", clientSecret = "s" }
  for name, value in pairs(more) do given[name] = value end
  return mimecast.new(given)
end

describe("bug 9: verification", function()
  it("is switched off by no option", function()
    for _, name in ipairs { "verify", "sslVerify", "tlsVerify", "insecure", "skipVerify", "verifyPeer", "ssl",
      "strictSsl" } do
      assert.is_false(pcall(new, { [name] = false }), name)
      assert.is_false(pcall(new, { [name] = true }), name)
    end
    for _, option in ipairs(options.list) do
      assert.is_nil(option.name:lower():find "verif")
      assert.is_nil(option.name:lower():find "insecure")
    end
  end)

  it("is not gone around by plain http but to this machine itself", function()
    for _, url in ipairs { "http://api.services.mimecast.com", "http://gateway.example.com", "http://10.0.0.1",
      "http://127.0.0.1.example.com", "http://localhost.example.com" } do
      local client, message, err = new { baseUrl = url }
      assert.is_nil(client, url)
      assert.equal("baseUrl", err.field)
      assert.truthy(message:find("https", 1, true), message)
    end
    for _, url in ipairs { "http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080" } do
      assert.truthy(new { baseUrl = url }, url)
    end
  end)

  it("cannot be lost with the CA file: one that cannot be read is an error at once", function()
    local client, _, err = new { caFile = "/nowhere/ca.pem" }
    assert.is_nil(client)
    assert.equal("caFile", err.field)
  end)
end)
