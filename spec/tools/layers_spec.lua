local layers = require "tools.layers"

-- A tree of sources by path.
local function problems_of(sources)
  local paths = {}
  for path in pairs(sources) do paths[#paths + 1] = path end
  local edges, problems = layers.edges(layers.modules(paths), function(path) return sources[path] end)
  for _, problem in ipairs(layers.problems(edges)) do problems[#problems + 1] = problem end
  return table.concat(problems, "\n")
end

describe("the layers", function()
  it("allow a require of a lower room, and within a room", function()
    assert.equal("", problems_of {
      ["lua/mimecast/request/send.lua"] = 'local retry = require "mimecast.request.retry"\nrequire("mimecast.protocol.rest")',
      ["lua/mimecast/request/retry.lua"] = "return {}",
      ["lua/mimecast/protocol/rest.lua"] = 'local core = require "mimecast.core"',
    })
  end)

  for name, source in pairs {
    ["at the top"] = 'local send = require "mimecast.request.send"',
    ["within a function"] = 'return function() return require("mimecast.request.send") end',
    ["within pcall"] = 'local ok, send = pcall(require, "mimecast.request.send")',
    ["by a table of names"] = 'local modules = { send = "mimecast.request.send" }',
    ["by a prefix"] = 'return function(name) return lazy("mimecast.request." .. name) end',
  } do
    it("reject an upward require " .. name, function()
      assert.equal("mimecast.protocol.rest requires mimecast.request.send: request is not below protocol", problems_of {
        ["lua/mimecast/protocol/rest.lua"] = source, ["lua/mimecast/request/send.lua"] = "return {}",
      })
    end)
  end

  it("reject a require between rooms of the same rank", function()
    assert.truthy(problems_of {
      ["lua/mimecast/sandbox/app.lua"] = 'require "mimecast.bulk.csv"', ["lua/mimecast/bulk/csv.lua"] = "return {}",
    }:find("bulk is not below sandbox", 1, true))
  end)

  it("reject a cycle within a room", function()
    assert.truthy(problems_of {
      ["lua/mimecast/request/send.lua"] = 'require "mimecast.request.retry"',
      ["lua/mimecast/request/retry.lua"] = 'require "mimecast.request.send"',
    }:find("a cycle: ", 1, true))
  end)

  it("reject a computed require without a literal prefix", function()
    assert.truthy(problems_of { ["lua/mimecast/request/send.lua"] = "return function(name) return require(name) end" }
      :find("without a literal prefix: name", 1, true))
  end)

  it("reject a room without a rank", function()
    assert.truthy(problems_of {
      ["lua/mimecast/attic/x.lua"] = 'require "mimecast.core"',
    }:find("attic has no rank", 1, true))
  end)

  it("reject the engine outside of transport", function()
    assert.truthy(problems_of { ["lua/mimecast/request/send.lua"] = 'require "mimecast.http"' }
      :find("only transport requires mimecast.http", 1, true))
  end)

  it("reject what a call goes through in the sandbox", function()
    assert.truthy(problems_of {
      ["lua/mimecast/sandbox/app.lua"] = 'require "mimecast.request.send"', ["lua/mimecast/request/send.lua"] = "return {}",
    }:find("the sandbox never requires", 1, true))
  end)

  it("do not count a module that a comment names", function()
    assert.equal("", problems_of {
      ["lua/mimecast/protocol/rest.lua"] = '-- see "mimecast.request.send"', ["lua/mimecast/request/send.lua"] = "return {}",
    })
  end)
end)
