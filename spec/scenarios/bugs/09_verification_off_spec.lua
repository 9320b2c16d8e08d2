-- Bug 9 of other clients: they turn TLS verification off without a warning.
local mimecast = require "mimecast"
local options = require "mimecast.config.options"

local function new(more)
  local given = { clientId = "i", clientSecret = "s" }
  for name, value in pairs(more) do given[name] = value end
  return mimecast.new(given)
end

describe("bug 9: TLS verification", function()
  it("cannot be turned off by any option", function()
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

  it("cannot be bypassed with http URLs, which are accepted for loopback only", function()
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

  it("does not fall back if caFile cannot be read: new returns an error", function()
    local client, _, err = new { caFile = "/nowhere/ca.pem" }
    assert.is_nil(client)
    assert.equal("caFile", err.field)
  end)
end)
