-- Rate limiter on a slow store such as Redis: other tasks and other clients run during each store operation.
local memory = require "mimecast.store.memory"
local mimecast = require "mimecast"
local virtual_time_transport = require "spec.support.fakes.virtual_time_transport"

local path = "/api/user/update-user"
local ann = { email = "ann@example.com" }

-- Returns a simulation, `count` clients that share a store with a latency of `seconds`, and `seen`, which counts the 429
-- responses. `sim.between` is called after the store has run an operation and before it returns.
local function start(count, seconds, options)
  local sim = virtual_time_transport.new(options)
  local inner, store, clients, seen = memory.new(function() return sim.now end), {}, {}, { limited = 0, late = 0 }
  for _, name in ipairs { "get", "set", "add", "incr", "delete" } do
    store[name] = function(_, key, ...)
      sim:sleep(seconds / 2)
      local value, life = inner[name](inner, key, ...)
      if sim.between then sim.between(name, key) end
      sim:sleep(seconds / 2)
      return value, life
    end
  end
  sim.entries = inner.entries
  for i = 1, count do clients[i] = assert(mimecast.new(sim:options("2.0", { store = store, timeout = 60 }))) end
  local send, began = sim.tenant.transport.send, sim.now
  sim.tenant.transport.send = function(...)
    local response, message, err = send(...)
    if response and response.status == 429 then
      seen.limited, seen.late = seen.limited + 1, seen.late + (sim.now > began + 1 and 1 or 0)
    end
    return response, message, err
  end
  return sim, clients, seen
end

local function window(limit)
  return { tenant = { rateLimit = { limit = limit, window = 5000 } } }
end

describe("the rate limiter on a slow store", function()
  for _, case in ipairs { { 2, 64, 0.001 }, { 2, 64, 0 }, { 4, 128, 0.0005 } } do
    it(("reaches 95 %% of the allowed rate without a 429: %d clients, %d concurrent calls, %g s"):format(case[1], case[2],
      case[3]), function()
      local sim, clients, seen = start(case[1], case[3])
      local began, failed = sim.now, 0
      sim:map(5000, function(i)
        if not clients[i % #clients + 1]:update_user(ann) then failed = failed + 1 end
      end, case[2])
      assert.same({ 0, 0 }, { seen.late, failed })
      assert.is_true(5000 / (sim.now - began) >= 0.95 * 160, 5000 / (sim.now - began))
    end)
  end

  it("sends nothing from a new window before its counter is set", function()
    local sim, clients, seen = start(2, 0, window(20))
    function sim.between(name, key)
      if name ~= "add" or not key:find("update-user:window", 1, true) then return end
      sim.between = nil
      assert(clients[2]:update_user(ann)) -- runs just after the first client has started the window
    end
    assert(clients[1]:update_user(ann))
    assert.is_nil(sim.between)
    sim:map(40, function() assert(clients[1]:update_user(ann)) end, 40)
    assert.equal(0, seen.limited)
  end)

  -- Makes five calls that arrive in the next window and `count` calls within it. Returns the number of calls that ended before
-- that window closed, and the number of 429 responses.
  local function across(count, seconds, prepare)
    local own = {} -- latency of the calls of a task
    local options = window(20)
    options.latency = function() return own[coroutine.running() or false] or 0.02 end
    local sim, clients, seen = start(1, seconds, options)
    assert(clients[1]:update_user(ann))
    local began, responded = sim.now, 0
    sim:map(5 + count, function(i)
      own[coroutine.running()] = i <= 5 and 4 or nil
      sim:sleep(i <= 5 and 3.2 or 5.5)
      if i == 6 and prepare then prepare(sim, clients[1]) end
      assert(clients[1]:update_user(ann))
      if sim.now - began < 9 then responded = responded + 1 end
    end, 5 + count)
    return responded, seen.limited
  end

  it("counts in-flight requests in the next window", function()
    assert.same({ 20, 0 }, { across(18, 0.001) })
  end)

  it("counts in-flight requests once if several tasks announce the window", function()
    local responded, limited = across(15, 0, function(sim, client)
      function sim.between(name, key)
        if name ~= "add" or not key:find("update-user:window", 1, true) then return end
        sim.between = nil
        assert(client:update_user(ann))
      end
    end)
    assert.same({ 19, 0 }, { responded, limited }) -- plus the call in `between`: 20
  end)

  it("slows down once for many simultaneous 429 responses", function()
    local sim, clients = start(1, 0.01, { tenant = { rateLimit = false } })
    assert(clients[1]:update_user(ann))
    sim.tenant:fault { kind = "rate_limited", wait = 1, times = 16, path = path }
    sim:map(16, function() assert(clients[1]:update_user(ann)) end, 16)
    local backoff = clients[1].limiter.budgets["POST " .. path].backoff
    assert.is_true(backoff <= 0.01, backoff)
  end)

  it("counts every request if many first responses arrive at the same time", function()
    local sim, clients, seen = start(1, 0.001, window(40))
    assert.is_nil(clients[1].credentials:sign { deadline = sim.now + 5 }) -- fetches the token
    sim:map(60, function() assert(clients[1]:update_user(ann)) end, 32)
    assert.equal(0, seen.limited)
    local counters = 0
    for key in pairs(sim.entries) do counters = counters + (key:find(":left:", 1, true) and 1 or 0) end
    assert.is_true(counters <= 2, counters) -- of the current and the previous window
  end)

  it("subtracts the usage of other clients once, even if many responses report it", function()
    local sim, clients, seen = start(1, 0.001, window(100))
    local other = assert(mimecast.new(sim:options("2.0", { timeout = 60 })))
    local began = sim.now
    assert(clients[1]:update_user(ann))
    for _ = 1, 30 do assert(other:update_user(ann)) end
    sim:map(60, function() assert(clients[1]:update_user(ann)) end, 10)
    assert.equal(0, seen.limited)
    assert.is_true(sim.now - began < 5, sim.now - began) -- within the first window
  end)
end)
