local system = require "mimecast.system"

local function false_positives(filter, count, name)
  local reported = 0
  for i = 1, count do
    if filter:add(name:format(i)) then reported = reported + 1 end
  end
  return reported
end

describe("bloom_filter", function()
  it("reports each added text", function()
    local filter = system.bloom_filter(20000)
    false_positives(filter, 20000, "user%d@example.com")
    assert.equal(20000, false_positives(filter, 20000, "user%d@example.com"))
  end)

  it("reports at most 1 in 1000 new texts, up to the expected number", function()
    for _, name in ipairs { "user%d@example.com", "%09d", "\0%d\0" } do
      local reported = false_positives(system.bloom_filter(100000), 100000, name)
      assert.is_true(reported <= 100, name .. ": " .. reported)
    end
    -- Only the last tenth, with the fullest filter.
    local filter = system.bloom_filter(100000)
    false_positives(filter, 90000, "a%d")
    local reported = false_positives(filter, 10000, "b%d")
    assert.is_true(reported <= 10, reported)
  end)

  it("distinguishes similar texts", function()
    local filter = system.bloom_filter(10)
    for _, text in ipairs { "", "\0", "\0\0", "a", "A", "a ", "aa" } do assert.is_false(filter:add(text), text) end
    assert.is_true(filter:add "\0\0")
  end)

  it("uses 15 bits for each expected text, for any number of added texts", function()
    collectgarbage()
    collectgarbage()
    local before = collectgarbage "count"
    local filter = system.bloom_filter(8000000)
    for i = 1, 1000 do filter:add(("x"):rep(i)) end
    collectgarbage()
    local grown = (collectgarbage "count" - before) * 1024
    assert.is_true(grown > 13500000 and grown < 15500000, grown)
    assert.is_true(filter:add "x")
  end)

  it("accepts a number from 0 to 30 million", function()
    for _, number in ipairs { -1, 30000001, 0.5, 0 / 0, "many" } do
      assert.error(function() system.bloom_filter(number) end)
    end
    assert.is_false(system.bloom_filter(0):add "x")
  end)
end)
