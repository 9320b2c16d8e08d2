local memory = require "mimecast.store.memory"
local mimecast = require "mimecast"
local virtual_time_transport = require "spec.support.fakes.virtual_time_transport"

local path = "/api/user/update-user"
local ann = { email = "ann@example.com" }

-- Makes so many calls; seconds they took, and how many were refused with 429 after the first second.
local function work(sim, clients, count, concurrency)
  local began, late, failed = sim.now, 0, 0
  local inner = sim.tenant.transport.send
  sim.tenant.transport.send = function(...)
    local response, message, err = inner(...)
    if response and response.status == 429 and sim.now > began + 1 then late = late + 1 end
    return response, message, err
  end
  sim:map(count, function(i)
    if not clients[i % #clients + 1]:update_user(ann) then failed = failed + 1 end
  end, concurrency)
  sim.tenant.transport.send = inner
  return sim.now - began, late, failed
end

local function budget(client) return client.limiter.budgets["POST " .. path] end

local function start(more, options, count)
  local sim = virtual_time_transport.new(options)
  local clients = {}
  for i = 1, count or 1 do clients[i] = assert(mimecast.new(sim:options("2.0", more))) end
  return sim, clients
end

describe("pacing", function()
  for _, case in ipairs { { 16, 0.05 }, { 64, 0.05 }, { 64, 0.2 }, { 4, 0.02 } } do
    it(("of %d calls at a time that take %g s: 95 %% of the allowed rate, no 429"):format(case[1], case[2]), function()
      local sim, clients = start({ timeout = 60 }, { latency = case[2] })
      local seconds, late, failed = work(sim, clients, 10000, case[1])
      assert.same({ 0, 0 }, { late, failed })
      assert.is_true(10000 / seconds >= 0.95 * 160, 10000 / seconds)
      assert.equal(10000, sim.tenant:count(path))
    end)
  end

  it("holds with answers that overtake one another", function()
    local turn = 0
    local sim, clients = start({ timeout = 60 }, { latency = function()
      turn = (turn * 7 + 3) % 101
      return 0.02 + turn / 200
    end })
    local seconds, late, failed = work(sim, clients, 10000, 64)
    assert.same({ 0, 0 }, { late, failed })
    assert.is_true(10000 / seconds >= 0.95 * 160, 10000 / seconds)
  end)

  it("holds for several clients that share a store", function()
    local sim = virtual_time_transport.new()
    local store, clients = memory.new(function() return sim.now end), {}
    for i = 1, 3 do clients[i] = assert(mimecast.new(sim:options("2.0", { store = store, timeout = 60 }))) end
    local seconds, late, failed = work(sim, clients, 5000, 48)
    assert.same({ 0, 0 }, { late, failed })
    assert.is_true(5000 / seconds >= 0.95 * 160, 5000 / seconds)
  end)

  it("counts what is in the air in a window that another client of the store has begun", function()
    local own = {} -- how long the calls of a task take
    local sim = virtual_time_transport.new { tenant = { rateLimit = { limit = 20, window = 5000 } },
      latency = function() return own[coroutine.running() or false] or 0.02 end }
    local store = memory.new(function() return sim.now end)
    local one = assert(mimecast.new(sim:options("2.0", { store = store, timeout = 60 })))
    local two = assert(mimecast.new(sim:options("2.0", { store = store, timeout = 60 })))
    assert(one:update_user(ann))
    local late, failed = 0, 0
    local inner = sim.tenant.transport.send
    sim.tenant.transport.send = function(...)
      local response, message, err = inner(...)
      if response and response.status == 429 then late = late + 1 end
      return response, message, err
    end
    sim:map(26, function(i)
      own[coroutine.running()] = i <= 10 and 4 or nil -- ten arrive in the next window
      sim:sleep(i <= 10 and 4 or i == 11 and 5.1 or 5.2)
      if not (i == 11 and two or one):update_user(ann) then failed = failed + 1 end
    end, 26)
    assert.same({ 0, 0 }, { late, failed })
  end)

  it("learns how long a window is of which it saw the end only", function()
    local sim, clients = start({ timeout = 600 }, { tenant = { rateLimit = { limit = 20, window = 60000 } } }, 2)
    assert(clients[2]:update_user(ann))
    sim:sleep(59)
    local _, late, failed = work(sim, { clients[1] }, 60, 16)
    assert.same({ 0, 0 }, { late, failed })
  end)

  -- A service whose windows are fixed on its own clock, whoever calls when; what it refused is counted.
  local function on_a_grid(sim, limit, length, offset)
    local inner, window, used = sim.tenant.transport.send, nil, 0
    local seen = { refused = 0 }
    sim.tenant.transport.send = function(self, request)
      if not request.path then return inner(self, request) end
      local id = math.floor((sim.now + offset) / length)
      if id ~= window then window, used = id, 0 end
      local response = { status = 429, body = "" }
      if used < limit then used, response = used + 1, inner(self, request) else seen.refused = seen.refused + 1 end
      response.headers = { ["x-ratelimit-limit"] = tostring(limit), ["x-ratelimit-remaining"] = tostring(limit - used),
        ["x-ratelimit-reset"] = ("%d"):format(math.ceil(((id + 1) * length - sim.now - offset) * 1000)) }
      return response
    end
    return seen
  end

  it("keeps to windows that are fixed on the service's clock, wherever the first call falls into one", function()
    for offset = 0, 4.5, 0.5 do
      local sim, clients = start({ timeout = 600 }, { latency = 0.25, tenant = { rateLimit = false } })
      local seen = on_a_grid(sim, 20, 5, offset)
      local began = sim.now
      local _, _, failed = work(sim, clients, 200, 4)
      assert.same({ 0, 0 }, { seen.refused, failed }, offset)
      assert.is_true(200 / (sim.now - began) >= 0.85 * 4, offset)
    end
  end)

  it("follows a service whose windows become shorter", function()
    local rule = { limit = 20, window = 20000 }
    local sim, clients = start({ timeout = 600 }, { tenant = { rateLimit = rule } })
    work(sim, clients, 60, 8)
    rule.window = 1000
    work(sim, clients, 200, 8) -- it gets used to them
    local seconds, late, failed = work(sim, clients, 400, 8)
    assert.same({ 0, 0 }, { late, failed })
    assert.is_true(400 / seconds >= 0.8 * 20, 400 / seconds)
  end)

  it("keeps nothing back for others any more once they are gone", function()
    local sim, clients = start({ timeout = 120 }, { tenant = { rateLimit = { limit = 100, window = 1000 } } }, 2)
    work(sim, clients, 1000, 32)
    assert.is_true(budget(clients[1]).headroom > 0)
    work(sim, { clients[1] }, 5000, 32)
    assert.equal(0, budget(clients[1]).headroom)
  end)

  it("leaves room for others that spend the same budget", function()
    local sim, clients = start({ timeout = 120 })
    local other = assert(mimecast.new(sim:options("2.0", { timeout = 120 })))
    local _, _, failed = work(sim, { clients[1], other }, 5000, 32)
    assert.equal(0, failed)
    local _, late
    _, late, failed = work(sim, { clients[1], other }, 5000, 32) -- they have got used to one another
    assert.equal(0, failed)
    assert.is_true(late <= 5000 * 0.005, late)
  end)

  it("does not send what could not be answered in time, and says how long the limit lasts", function()
    local sim, clients = start({ timeout = 2, attempts = 1 }, { tenant = { rateLimit = { limit = 3, window = 5000 } } })
    for _ = 1, 3 do assert(clients[1]:update_user(ann)) end
    local user, message, err = clients[1]:update_user(ann)
    assert.is_nil(user)
    assert.same({ "rate_limit", "rate_limited", true }, { err.category, err.code, err.retryable })
    assert.is_nil(err.outcome)
    assert.is_true(err.retryAfter > 4 and err.retryAfter < 5.1, err.retryAfter)
    assert.truthy(message:find("not sent", 1, true))
    assert.equal(3, sim.tenant:count(path))
  end)

  it("takes nothing from others for those that it turns away", function()
    local sim = virtual_time_transport.new { tenant = { rateLimit = { limit = 20, window = 60000 } } }
    local store = memory.new(function() return sim.now end)
    local careful, other = assert(mimecast.new(sim:options("2.0", { timeout = 1, attempts = 1, store = store }))),
      assert(mimecast.new(sim:options("2.0", { timeout = 1, attempts = 1, store = store })))
    assert(careful:update_user(ann))
    budget(careful).headroom = 15 -- as after refusals
    for _ = 1, 10 do assert(other:update_user(ann)) end
    for _ = 1, 50 do assert.equal("rate_limited", select(3, careful:update_user(ann)).code) end
    for _ = 1, 8 do assert(other:update_user(ann)) end
  end)

  it("gives back what was not sent because there was no token", function()
    local sim = virtual_time_transport.new { tenant = { rateLimit = { limit = 3, window = 5000 } } }
    local store = memory.new(function() return sim.now end)
    local good = assert(mimecast.new(sim:options("2.0", { store = store })))
    local bad = assert(mimecast.new(sim:options("2.0", { store = store, clientSecret = "wrong" })))
    assert(good:update_user(ann))
    local began = sim.now
    for _ = 1, 9 do assert.equal("invalid_client", select(3, bad:update_user(ann)).code) end
    for _ = 1, 2 do assert(good:update_user(ann)) end
    assert.is_true(sim.now - began < 1, sim.now - began)
    assert.equal(3, sim.tenant:count(path))
    assert(good:update_user(ann)) -- and that was all there was
    assert.is_true(sim.now - began > 4, sim.now - began)
  end)

  it("lets those that waited go on one by one", function()
    local sim, clients = start({ timeout = 60 }, { tenant = { rateLimit = { limit = 20, window = 5000 } } })
    assert(clients[1]:update_user(ann))
    local at = {}
    local inner = sim.tenant.transport.send
    sim.tenant.transport.send = function(...)
      at[#at + 1] = sim.now
      return inner(...)
    end
    sim:map(35, function() assert(clients[1]:update_user(ann)) end, 35)
    local most, began = 0, 1
    for i = #at - 14, #at do -- how many came within 10 ms of one another
      while at[i] - at[began] > 0.01 do began = began + 1 end
      most = math.max(most, i - began + 1)
    end
    assert.equal(1, most)
  end)

  it("lets nobody overtake those that wait: none waits for much longer than a window", function()
    for _, case in ipairs { { 4, 20, 60 }, { 64, 20, 10 }, { 16, 5, 2 } } do
      local concurrency, limit, window = case[1], case[2], case[3]
      local sim, clients = start({ timeout = 3600 }, { latency = 0.2,
        tenant = { rateLimit = { limit = limit, window = window * 1000 } } })
      local longest = 0
      sim:map(200, function()
        local began = sim.now
        assert(clients[1]:update_user(ann))
        longest = math.max(longest, sim.now - began)
      end, concurrency)
      local windows = concurrency / limit + 3 -- the first calls do not know the limit
      assert.is_true(longest <= windows * window + 1, longest)
    end
  end)

  it("of short windows is not that of the usual ones", function()
    local sim, clients = start({ timeout = 600 }, { latency = 0.1, tenant = { rateLimit = { limit = 20, window = 1000 } } })
    local seconds, late, failed = work(sim, clients, 1000, 64)
    assert.same({ 0, 0 }, { late, failed })
    assert.is_true(1000 / seconds >= 0.8 * 20, 1000 / seconds)
  end)

  it("slows down after a refusal that names no limit, and recovers", function()
    local sim, clients = start({ timeout = 60 }, { tenant = { rateLimit = false } })
    sim.tenant:fault { kind = "status", status = 429, headers = { ["retry-after"] = "1" }, path = path }
    assert(clients[1]:update_user(ann))
    assert.is_true(budget(clients[1]).backoff > 0)
    for _ = 1, 100 do assert(clients[1]:update_user(ann)) end
    assert.equal(0, budget(clients[1]).backoff)
  end)

  it("keeps to callsPerSecond, also where the service allows more", function()
    local sim, clients = start({ callsPerSecond = 10, timeout = 600 })
    local seconds = work(sim, clients, 100, 32)
    assert.near(9.9 + 0.05, seconds, 0.1)
  end)

  it("keeps to callsPerSecond also for those that waited for the service's limit", function()
    local sim, clients = start({ callsPerSecond = 20, timeout = 60 },
      { tenant = { rateLimit = { limit = 90, window = 5000 } } })
    local at, inner = {}, sim.tenant.transport.send
    sim.tenant.transport.send = function(...)
      at[#at + 1] = sim.now
      return inner(...)
    end
    assert(clients[1]:update_user(ann)) -- the token is there
    work(sim, clients, 400, 64)
    for i = 3, #at do assert.is_true(at[i] - at[i - 1] > 0.05 - 1e-6, i) end
  end)

  it("does not make others wait for those that were too late", function()
    local sim, clients = start({ callsPerSecond = 1, timeout = 5, attempts = 1 })
    local _, _, failed = work(sim, clients, 100, 100)
    assert.equal(95, failed)
    assert(clients[1]:update_user(ann))
  end)

  -- The most requests that were in flight at a time.
  local function highest(sim, run)
    local flying, most = 0, 0
    local send = sim.send
    function sim.send(self, request)
      flying = flying + 1
      most = math.max(most, flying)
      local response, message, err = send(self, request)
      flying = flying - 1
      return response, message, err
    end
    run()
    return most
  end

  it("keeps to maxInFlight", function()
    local sim, clients = start { maxInFlight = 3 }
    assert.equal(3, highest(sim, function()
      local _, _, failed = work(sim, clients, 200, 16)
      assert.equal(0, failed)
    end))
  end)

  it("keeps to maxInFlight, too, where several have waited for the rate", function()
    local sim, clients = start({ maxInFlight = 2, timeout = 600 }, { latency = 3,
      tenant = { rateLimit = { limit = 5, window = 5000 } } })
    assert.equal(2, highest(sim, function()
      local _, _, failed = work(sim, clients, 40, 16)
      assert.equal(0, failed)
    end))
  end)

  it("does not send what found no place in flight in time", function()
    local sim, clients = start { maxInFlight = 1, timeout = 5, attempts = 1 }
    assert(clients[1]:update_user(ann))
    sim.tenant:fault { kind = "slow", seconds = 4.96 }
    local errors, waits = {}, 0
    clients[1].settings.onWait = function(event)
      if event.reason == "in flight" then waits = waits + 1 end
    end
    sim:map(3, function(i)
      local _, _, err = clients[1]:create_user { email = i .. "@example.com" }
      errors[#errors + 1] = err
    end, 3)
    assert.same({ 2, 2, 1 }, { #errors, waits, sim.tenant:count "/api/user/create-user" })
    for _, err in ipairs(errors) do
      assert.same({ "transport", "timeout", true }, { err.category, err.code, err.retryable })
      assert.is_nil(err.outcome)
      assert.truthy(tostring(err):find("not sent", 1, true))
    end
  end)

  it("forgets a request that an interrupt took away", function()
    local sim, clients = start { maxInFlight = 1, timeout = 5 }
    assert(clients[1]:update_user(ann))
    local send, lost = sim.send, {}
    function sim.send(_, request)
      lost[1] = request -- somebody still knows it, and it is not collected
      error("interrupted!", 0)
    end
    assert.is_false(pcall(clients[1].update_user, clients[1], ann))
    sim.send = send
    sim:sleep(5)
    assert(clients[1]:update_user(ann))
    assert.equal(path, lost[1].path)
  end)

  it("keeps no counters of windows that are over, also where each answer speaks of a new one", function()
    local sim, clients = start(nil, { latency = 0.001, tenant = { rateLimit = false } })
    local inner = sim.tenant.transport.send
    sim.tenant.transport.send = function(...)
      local response, message, err = inner(...)
      local headers = response.headers
      headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"], headers["x-ratelimit-reset"] = "800", "799", "5000"
      return response, message, err
    end
    for _ = 1, 500 do assert(clients[1]:update_user(ann)) end
    local windows, kept = budget(clients[1]).id, 0
    for key in pairs(clients[1].settings.store.entries) do
      if key:find(":left:", 1, true) then kept = kept + 1 end
    end
    assert.is_true(tonumber(windows) > 10, windows)
    assert.equal(1, kept)
  end)

  it("learns nothing from what is no number, and from the budget of those who are not let in", function()
    for _, headers in ipairs { { ["x-ratelimit-limit"] = "x", ["x-ratelimit-remaining"] = "0" },
      { ["x-ratelimit-limit"] = "-1", ["x-ratelimit-remaining"] = "0", ["x-ratelimit-reset"] = "5000" },
      { ["x-ratelimit-limit"] = "800", ["x-ratelimit-remaining"] = "0", ["x-ratelimit-reset"] = "nan" },
      { ["x-ratelimit-limit"] = "800", ["x-ratelimit-remaining"] = "0", ["x-ratelimit-reset"] = "1e300" },
      { ["x-ratelimit-limit"] = "800", ["x-ratelimit-remaining"] = "-inf", ["x-ratelimit-reset"] = "5000" },
      { ["x-ratelimit-limit"] = "1e300", ["x-ratelimit-remaining"] = "0", ["x-ratelimit-reset"] = "5000" } } do
      local sim, clients = start({ attempts = 1 }, { tenant = { rateLimit = false } })
      sim.tenant:fault { kind = "status", status = 500, headers = headers, path = path }
      clients[1]:update_user(ann)
      local began = sim.now
      assert(clients[1]:update_user(ann))
      assert.near(0.05, sim.now - began, 1e-3)
    end
    local sim, clients = start({ attempts = 1 }, { tenant = { rateLimit = false } })
    sim.tenant:fault { kind = "status", status = 500, path = path, headers = { ["x-ratelimit-limit"] = "2.5",
      ["x-ratelimit-remaining"] = "0", ["x-ratelimit-reset"] = "2000" } }
    assert.equal("unavailable", select(3, clients[1]:update_user(ann)).code)
    sim, clients = start({ attempts = 1 }, { tenant = { rateLimit = false } })
    sim.tenant:fault { kind = "status", status = 401, path = path, headers = { ["x-ratelimit-limit"] = "5000",
      ["x-ratelimit-remaining"] = "0", ["x-ratelimit-reset"] = "5000" } }
    clients[1]:update_user(ann)
    local began = sim.now
    assert(clients[1]:update_user(ann))
    assert.near(0.05, sim.now - began, 1e-3)
  end)
end)
