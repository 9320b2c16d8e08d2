local fake_engine = require "spec.support.fakes.fake_engine"
local in_flight = require "mimecast.base.in_flight"

describe("in_flight", function()
  it("counts the requests that were added and not removed", function()
    local requests, slots = in_flight.new(), {}
    for i = 1, 5 do slots[i] = requests:add(10, 0) end
    assert.equal(5, requests:count(0))
    requests:remove(slots[2], 10)
    requests:remove(slots[4], 10)
    assert.equal(3, requests:count(0))
    requests:add(10, 0)
    assert.equal(4, requests:count(0))
  end)

  it("uses slots again: a million requests in series need one", function()
    local requests = in_flight.new()
    for i = 1, 1000000 do requests:remove(requests:add(i + 10, i), i + 10) end
    assert.equal(1, requests.size)
  end)

  it("does not count an abandoned request after its deadline, and uses its slot again", function()
    local requests = in_flight.new()
    for i = 1, 100000 do requests:add(i + 10, i) end
    assert.equal(10, requests:count(100000))
    assert.is_true(requests.size <= 64, requests.size)
  end)

  it("keeps the count if a request is removed twice, or after its deadline", function()
    local requests = in_flight.new()
    local slot = requests:add(10, 0)
    requests:remove(slot, 10)
    requests:remove(slot, 10)
    local one, two = requests:add(20, 1), requests:add(20, 1)
    assert.not_equal(one, two)
    assert.equal(2, requests:count(1))
    local late = in_flight.new()
    for _ = 1, 64 do late:add(10, 0) end
    local again = late:add(30, 20) -- reclaims the 64 slots
    late:remove(again, 10) -- of the request that had this slot before
    assert.equal(1, late:count(20))
  end)

  it("counts many requests at the same time", function()
    local requests, slots = in_flight.new(), {}
    for i = 1, 1000 do slots[i] = requests:add(10, 0) end
    assert.equal(1000, requests:count(0))
    for i = 1, 1000 do requests:remove(slots[i], 10) end
    assert.equal(0, requests:count(0))
    for _ = 1, 1000 do requests:add(10, 0) end
    assert.equal(1000, requests.size)
  end)

  it("is right after the deadline of a call that was interrupted at any instruction", function()
    local n, interrupted = 0, true
    while interrupted do
      n = n + 1
      local requests, slots = in_flight.new(), {}
      for i = 1, 66 do slots[i] = requests:add(i <= 64 and 5 or 10, 0) end
      for i = 1, 3 do requests:remove(slots[i], 5) end
      interrupted = fake_engine.interrupt(n, function()
        for _ = 1, 70 do requests:add(9, 6) end
        for i = 50, 64 do requests:remove(slots[i], 5) end
        requests:remove(slots[65], 10)
      end, "base/in_flight.lua")
      local taken = {}
      for _ = 1, 150 do
        local slot = requests:add(30, 20)
        assert.is_nil(taken[slot], n)
        taken[slot] = true
      end
      assert.equal(150, requests:count(20), n)
    end
    assert.is_true(n > 200, n)
  end)
end)
