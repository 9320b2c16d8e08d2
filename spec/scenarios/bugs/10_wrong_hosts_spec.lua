-- Bug 10 of other clients: they send OAuth requests to the regional hosts of API 1.0.
local regions = require "mimecast.config.regions"
local mimecast = require "mimecast"

local keys = {
  ["2.0"] = { clientId = "i", clientSecret = "s" },
  ["1.0"] = { appId = "a", appKey = "k", accessKey = "x", secretKey = "ZA==" },
}
local other = { ["1.0"] = "2.0", ["2.0"] = "1.0" }

describe("bug 10: credentials", function()
  for generation, options in pairs(keys) do
    it(("of API %s are rejected with a host of API %s"):format(generation, other[generation]), function()
      for region, url in pairs(regions.by_generation[other[generation]]) do
        options.baseUrl = url
        local client, message, err = mimecast.new(options)
        assert.is_nil(client, region)
        assert.equal("wrong_host", err.code)
        assert.truthy(message:find(url, 1, true))
        assert.truthy(message:find("host of API " .. other[generation], 1, true))
      end
      for _, url in pairs(regions.by_generation[generation]) do
        options.baseUrl = url
        assert.equal(url, assert(mimecast.new(options)).config.baseUrl)
      end
    end)
  end

  it("of API 2.0 are rejected with a region that only API 1.0 has", function()
    for _, region in ipairs { "eu", "de", "usb", "ca", "za", "au", "je", "uspcom", "sandbox" } do
      local client, _, err = mimecast.new { clientId = "i", clientSecret = "s", region = region }
      assert.is_nil(client)
      assert.equal("region", err.field)
    end
  end)
end)
