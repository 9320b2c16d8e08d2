local regions = require "mimecast.config.regions"

describe("regions.generation", function()
  local cases = {
    { "https://api.services.mimecast.com", "2.0" },
    { "https://uk-api.services.mimecast.com", "2.0" },
    { "https://API.Services.Mimecast.COM:443", "2.0" },
    { "https://eu-api.mimecast.com", "1.0" },
    { "https://eu-api.mimecast.com.", "1.0" },
    { "https://api.services.mimecast.com.:443", "2.0" },
    { "https://api.mimecast.com", "1.0" },
    { "https://jer-api.mimecast.com", "1.0" },
    { "https://uspcom-api.mimecast-pscom-us.com", "1.0" },
    { "http://127.0.0.1:8080" },
    { "https://gateway.example.com" },
    { "https://eu-api.mimecast.com.example.com" },
    { "https://fakemimecast.com" },
    { "https://api.services.mimecast.com.evil.example" },
    { "https://example.com/eu-api.mimecast.com" },
  }
  for _, case in ipairs(cases) do
    it(("of %s is %s"):format(case[1], case[2] or "unknown"), function()
      assert.equal(case[2], regions.generation(case[1]))
    end)
  end

  it("of every region's gateway is the generation of its table", function()
    local count = 0
    for generation, gateways in pairs(regions.by_generation) do
      for _, url in pairs(gateways) do
        assert.equal(generation, regions.generation(url))
        count = count + 1
      end
    end
    assert.equal(13, count)
  end)
end)
