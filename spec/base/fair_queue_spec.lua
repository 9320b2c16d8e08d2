local fair_queue = require "mimecast.base.fair_queue"
local mimecast = require "mimecast"
local virtual_time_transport = require "spec.support.fakes.virtual_time_transport"

-- Adds a waiter in a coroutine.
local function in_task(line, now)
  local one
  local task = coroutine.create(function()
    one = line:enqueue(now)
    coroutine.yield()
  end)
  coroutine.resume(task)
  return one, task
end

describe("a fair queue", function()
  local line

  before_each(function() line = fair_queue.new() end)

  it("gives turns in the order of joining, in whatever order waiters poll", function()
    local waiters, tasks = {}, {}
    for i = 1, 5 do waiters[i], tasks[i] = in_task(line, 0) end
    assert.is_false(line:is_empty())
    for i = 1, 5 do
      for k = 5, i + 1, -1 do assert.is_false(line:is_turn(waiters[k], 0.1)) end
      assert.is_true(line:is_turn(waiters[i], 0.1))
      line:dequeue(waiters[i])
    end
    assert.is_true(line:is_empty())
    assert.equal(5, #tasks)
  end)

  it("closes the gap of a waiter that gives up", function()
    local one, one_task = in_task(line, 0)
    local two, two_task = in_task(line, 0)
    local three, three_task = in_task(line, 0)
    line:dequeue(two)
    assert.is_false(line:is_turn(three, 0))
    line:dequeue(one)
    assert.is_true(line:is_turn(three, 0))
    line:dequeue(three)
    assert.is_true(line:is_empty())
    assert.truthy(one_task and two_task and three_task)
  end)

  it("skips waiters that an error ended, and stale waiters of the same caller", function()
    local _, task = in_task(line, 0)
    coroutine.resume(task) -- it ends without dequeue
    line:enqueue(0) -- of the main thread, interrupted
    line:enqueue(0)
    local last = line:enqueue(0)
    assert.is_true(line:is_turn(last, 0))
  end)

  it("skips all waiters that the host dropped at once", function()
    local dropped = {}
    for i = 1, 50 do dropped[i] = select(2, in_task(line, i / 1000)) end
    local last = in_task(line, 0.1)
    for _ = 1, 9 do assert.is_false(line:is_turn(last, 0.2)) end
    local polls = 1
    while not line:is_turn(last, 0.3) do polls = polls + 1 end
    assert.is_true(polls <= 3, polls)
    assert.equal("suspended", coroutine.status(dropped[1]))
  end)

  it("skips no waiter if the whole process was held up", function()
    local one, one_task = in_task(line, 0)
    local two, two_task = in_task(line, 0)
    for now = 1, 20 do
      assert.is_false(line:is_turn(two, now))
      assert.is_true(line:is_turn(one, now))
    end
    assert.truthy(one_task and two_task)
  end)

  it("puts a waiter that was skipped by mistake at the end", function()
    local one, one_task = in_task(line, 0)
    local two, two_task = in_task(line, 0)
    repeat until line:is_turn(two, 1)
    assert.is_false(line:is_turn(one, 1))
    assert.is_true(line:is_turn(two, 1))
    line:dequeue(two)
    assert.is_true(line:is_turn(one, 1))
    assert.truthy(one_task and two_task)
  end)
end)

describe("maxInFlight", function()
  local ann = { email = "ann@example.com" }

  local function start(more)
    local sim = virtual_time_transport.new()
    local client = assert(mimecast.new(sim:options("2.0", more)))
    assert(client:update_user(ann))
    return sim, client
  end

  it("admits calls in turn", function()
    local sim, client = start { maxInFlight = 2, timeout = 600 }
    local order, sorted, longest = {}, {}, 0
    sim:map(60, function(i)
      sim:sleep(i / 10000)
      for _ = 1, 5 do
        local began = sim.now
        assert(client:update_user(ann))
        longest = math.max(longest, sim.now - began)
        order[#order + 1] = i
      end
    end, 60)
    for i = 1, 60 do sorted[i] = i end
    for i = #order, 61, -1 do order[i] = nil end
    assert.same(sorted, order)
    assert.is_true(longest <= 60 / 2 * 0.05 + 0.1, longest)
  end)

  it("releases the slot of a waiter that was interrupted", function()
    local sim, client = start { maxInFlight = 1, timeout = 5 }
    local wait_until = sim.wait_until
    client.config.onRequest = function()
      function sim.wait_until() error("interrupted!", 0) end
      assert.is_false(pcall(client.update_user, client, ann)) -- within the call that holds the slot
      sim.wait_until = wait_until
    end
    assert(client:update_user(ann))
    client.config.onRequest = nil
    local began, ended = sim.now, {}
    sim:map(4, function(i)
      for _ = 1, i == 4 and 100 or 0 do sim:sleep(0.01) end -- the event loop goes on
      assert(client:update_user(ann))
      ended[#ended + 1] = sim.now - began
    end, 4)
    assert.is_true(ended[3] < 0.5, ended[3])
  end)
end)
