-- What `require "mimecast"` costs: nothing but definitions. How long it takes is measured in the bench.
local child = require "spec.support.child"

describe("requiring the module", function()
  it("reads no operations, no help, no sandbox, no transport and no carrier but the usual one", function()
    local output = child.run([[
      require "mimecast"
      local names = {}
      for name in pairs(package.loaded) do
        local family = name:find "^mimecast%.operations%." and name ~= "mimecast.operations.families"
        if family or name:find "^mimecast%.sandbox" or name:find "^mimecast%.transport"
          or name == "mimecast.help" or name == "mimecast.manual" or name == "mimecast.describe"
          or name == "mimecast.raw" or name == "mimecast.rest" or name == "mimecast.upload" then
          names[#names + 1] = name
        end
      end
      print(table.concat(names, " "))]], { clean = true })
    assert.equal("\nexit 0\n", output)
  end)

  it("reads families only as far as the function that is used", function()
    local output = child.run([[
      local mimecast = require "mimecast"
      assert(mimecast.update_user)
      print(package.loaded["mimecast.operations.user"] ~= nil, package.loaded["mimecast.operations.zone"] ~= nil)]],
      { clean = true })
    assert.equal("true\tfalse\nexit 0\n", output)
  end)

  it("loads no libcurl, which takes longer than all the rest", function()
    local output = child.run([[
      require "mimecast"
      print(package.loaded["mimecast.http"], package.loaded["mimecast.core"] ~= nil)]], { clean = true })
    assert.equal("nil\ttrue\nexit 0\n", output)
  end)
end)
