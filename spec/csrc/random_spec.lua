local run_lua = require "spec.support.run.run_lua"
local core = require "mimecast.core"

describe("random", function()
  it("returns evenly spread numbers from 0 to below 1", function()
    local tenths = {}
    for _ = 1, 2000 do
      local number = core.random()
      assert.is_true(number >= 0 and number < 1)
      tenths[math.floor(number * 10)] = true
    end
    for i = 0, 9 do assert.is_true(tenths[i]) end
  end)

  it("differs between processes", function()
    local code = [[
      local client = require "mimecast".new { clientId = "i", clientSecret = "s" }
      for _ = 1, 3 do io.write(("%.9f "):format(client.config.runtime.random())) end]]
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
  it("differs between a process and its forked child", function()
    local output = run_lua.run([[
      local core, forked = require "mimecast.core", require "spec.support.run.forked"
      core.uuid()
      io.write(forked.start(function() return core.uuid() end):join() == core.uuid() and "same" or "differs", " ")]])
    assert.equal("differs exit 0\n", output)
  end)

  it("returns a version 4 UUID in lower case", function()
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
