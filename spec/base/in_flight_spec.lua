local fake_engine = require "spec.support.fakes.fake_engine"
local in_flight = require "mimecast.base.in_flight"

describe("in_flight", function()
  it("counts the requests that were added and not removed", function()
    local requests, groups = in_flight.new(), {}
    for i = 1, 5 do groups[i] = requests:add(10 + i, i) end
    assert.equal(5, requests:count(5))
    in_flight.remove(groups[2])
    in_flight.remove(groups[4])
    assert.equal(3, requests:count(5))
    requests:add(10, 5)
    assert.equal(4, requests:count(5))
  end)

  it("keeps nothing of requests that have ended: a million in series", function()
    local requests = in_flight.new()
    for i = 1, 1000000 do in_flight.remove(requests:add(i + 10, i)) end
    assert.equal(0, requests:count(1000000))
    assert.is_true(#requests.groups <= 1, #requests.groups)
  end)

  it("counts an abandoned request until the last deadline of its group, and keeps nothing of it", function()
    local requests = in_flight.new()
    requests:add(10, 0)
    assert.equal(1, requests:count(9.99))
    assert.equal(0, requests:count(10))
    requests:add(10.05, 0.05)
    assert.equal(2, requests:count(10.04))
    assert.equal(0, requests:count(10.05))
    for i = 1, 100000 do requests:add(i + 10, i) end
    assert.equal(10, requests:count(100000.5))
    assert.is_true(#requests.groups <= 11, #requests.groups)
  end)

  it("counts a request until its deadline, whatever the deadlines of the others", function()
    local requests = in_flight.new()
    requests:add(1, 0)
    requests:add(100, 0)
    requests:add(2, 0)
    assert.is_true(requests:count(1.9) >= 2, requests:count(1.9))
    assert.is_true(requests:count(99) >= 1, requests:count(99))
    assert.equal(0, requests:count(100.1))
  end)

  it("ignores the removal of a request whose group was dropped", function()
    local requests = in_flight.new()
    local late = requests:add(1, 0)
    requests:add(12, 2)
    in_flight.remove(late)
    assert.equal(1, requests:count(2))
  end)

  it("is right after the deadline of a call that was interrupted at any instruction", function()
    local n, interrupted = 0, true
    while interrupted do
      n = n + 1
      local requests, left = in_flight.new(), {}
      interrupted = fake_engine.interrupt(n, function()
        for i = 1, 12 do left[i] = requests:add(5 + i, i / 20) end
        for i = 1, 11 do in_flight.remove(left[i]) end
      end, "base/in_flight.lua")
      assert.is_true(requests:count(5) <= 12, n)
      requests:add(60, 50)
      requests:add(60, 50)
      assert.equal(2, requests:count(50), n)
    end
    assert.is_true(n > 30, n) -- LuaJIT calls no hook in compiled code
  end)
end)
