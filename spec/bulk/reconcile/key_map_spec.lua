local key_map = require "mimecast.bulk.reconcile.key_map"
local run_lua = require "spec.support.run.run_lua"
local system = require "mimecast.system"

describe("a map of keys", function()
  it("returns the value of each text, and replaces it", function()
    local map = key_map.new(2)
    for i = 1, 20000 do map:set("text " .. i, i % 2 == 0 and "en" or "ln") end
    for i = 1, 20000, 3 do map:set("text " .. i, "es") end
    assert.equal(20000, map.count)
    for i = 1, 20000 do
      assert.equal((i - 1) % 3 == 0 and "es" or i % 2 == 0 and "en" or "ln", map:get("text " .. i))
    end
    for i = 20001, 40000 do assert.is_nil(map:get("text " .. i)) end
  end)

  it("holds a set with values of no length", function()
    local map = key_map.new(0)
    map:set("a", "")
    map:set("a", "")
    assert.same({ 1, "" }, { map.count, map:get "a" })
    assert.is_nil(map:get "b")
  end)

  it("does not find a record at the border of two others", function()
    -- The records of one bucket are hexadecimal digits: a search must not match the end of one and the begin of the next.
    local map = key_map.new(0)
    local name, rest = system.sha256_hex("x", 19):match "^(...)(.*)$"
    map.buckets[name] = "0" .. rest .. ("0"):rep(15)
    assert.is_nil(map:get "x")
    map.buckets[name] = map.buckets[name] .. rest
    assert.equal("", map:get "x")
  end)

  it("takes less than 32 bytes for each text", function()
    -- In a process of its own: the texts of other specs would decide when Lua's table of texts grows.
    local output = run_lua.run [[
      local map = require "mimecast.bulk.reconcile.key_map".new(2)
      local function count()
        collectgarbage()
        collectgarbage()
        return collectgarbage "count" * 1024
      end
      local before = count()
      for i = 1, 50000 do map:set(("a.long.name.of.employee.%d@subsidiary.example.com"):format(i), "en") end
      print((count() - before) / map.count)
    ]]
    assert.is_true(tonumber(output:match "^%S+") < 32, output)
  end)
end)
