local memory = require "mimecast.store.memory"
local mimecast = require "mimecast"
local virtual_time_transport = require "spec.support.fakes.virtual_time_transport"

local path = "/api/user/update-user"
local ann = { email = "ann@example.com" }

-- Makes `count` calls. Returns the seconds taken, the number of 429 responses after the first second, and the failed calls.
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

describe("the rate limiter", function()
  for _, case in ipairs { { 16, 0.05 }, { 64, 0.05 }, { 64, 0.2 }, { 4, 0.02 } } do
    it(("reaches 95 %% of the allowed rate without a 429: %d concurrent calls of %g s"):format(case[1], case[2]), function()
      local sim, clients = start({ timeout = 60 }, { latency = case[2] })
      local seconds, late, failed = work(sim, clients, 10000, case[1])
      assert.same({ 0, 0 }, { late, failed })
      assert.is_true(10000 / seconds >= 0.95 * 160, 10000 / seconds)
      assert.equal(10000, sim.tenant:count(path))
    end)
  end

  it("reaches 95 % of the allowed rate without a 429: responses out of order", function()
    local turn = 0
    local sim, clients = start({ timeout = 60 }, { latency = function()
      turn = (turn * 7 + 3) % 101
      return 0.02 + turn / 200
    end })
    local seconds, late, failed = work(sim, clients, 10000, 64)
    assert.same({ 0, 0 }, { late, failed })
    assert.is_true(10000 / seconds >= 0.95 * 160, 10000 / seconds)
  end)

  it("reaches 95 % of the allowed rate without a 429: several clients on a shared store", function()
    local sim = virtual_time_transport.new()
    local store, clients = memory.new(function() return sim.now end), {}
    for i = 1, 3 do clients[i] = assert(mimecast.new(sim:options("2.0", { store = store, timeout = 60 }))) end
    local seconds, late, failed = work(sim, clients, 5000, 48)
    assert.same({ 0, 0 }, { late, failed })
    assert.is_true(5000 / seconds >= 0.95 * 160, 5000 / seconds)
  end)

  it("counts in-flight requests in a window that another client of the store started", function()
    local own = {} -- latency of the calls of a task
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
      own[coroutine.running()] = i <= 10 and 4 or nil -- ten requests arrive in the next window
      sim:sleep(i <= 10 and 4 or i == 11 and 5.1 or 5.2)
      if not (i == 11 and two or one):update_user(ann) then failed = failed + 1 end
    end, 26)
    assert.same({ 0, 0 }, { late, failed })
  end)

  it("learns the window length if the first response comes near the end of a window", function()
    local sim, clients = start({ timeout = 600 }, { tenant = { rateLimit = { limit = 20, window = 60000 } } }, 2)
    assert(clients[2]:update_user(ann))
    sim:sleep(59)
    local _, late, failed = work(sim, { clients[1] }, 60, 16)
    assert.same({ 0, 0 }, { late, failed })
  end)

  -- Simulates a service whose windows are fixed to its own clock. Counts the 429 responses.
  local function on_a_grid(sim, limit, length, offset)
    local inner, window, used = sim.tenant.transport.send, nil, 0
    local seen = { limited = 0 }
    sim.tenant.transport.send = function(self, request)
      if request.path == "/oauth/token" then return inner(self, request) end
      local id = math.floor((sim.now + offset) / length)
      if id ~= window then window, used = id, 0 end
      local response = { status = 429, body = "" }
      if used < limit then used, response = used + 1, inner(self, request) else seen.limited = seen.limited + 1 end
      response.headers = { ["x-ratelimit-limit"] = tostring(limit), ["x-ratelimit-remaining"] = tostring(limit - used),
        ["x-ratelimit-reset"] = ("%d"):format(math.ceil(((id + 1) * length - sim.now - offset) * 1000)) }
      return response
    end
    return seen
  end

  it("follows windows fixed to the service's clock, at any offset of the first call", function()
    for offset = 0, 4.5, 0.5 do
      local sim, clients = start({ timeout = 600 }, { latency = 0.25, tenant = { rateLimit = false } })
      local seen = on_a_grid(sim, 20, 5, offset)
      local began = sim.now
      local _, _, failed = work(sim, clients, 200, 4)
      assert.same({ 0, 0 }, { seen.limited, failed }, offset)
      assert.is_true(200 / (sim.now - began) >= 0.85 * 4, offset)
    end
  end)

  it("adapts if the windows become shorter", function()
    local rule = { limit = 20, window = 20000 }
    local sim, clients = start({ timeout = 600 }, { tenant = { rateLimit = rule } })
    work(sim, clients, 60, 8)
    rule.window = 1000
    work(sim, clients, 200, 8) -- the limiter adapts
    local seconds, late, failed = work(sim, clients, 400, 8)
    assert.same({ 0, 0 }, { late, failed })
    assert.is_true(400 / seconds >= 0.8 * 20, 400 / seconds)
  end)

  it("releases its headroom after the other clients stop", function()
    local sim, clients = start({ timeout = 120 }, { tenant = { rateLimit = { limit = 100, window = 1000 } } }, 2)
    work(sim, clients, 1000, 32)
    assert.is_true(budget(clients[1]).headroom > 0)
    work(sim, { clients[1] }, 5000, 32)
    assert.equal(0, budget(clients[1]).headroom)
  end)

  it("leaves headroom for other clients that use the same budget", function()
    local sim, clients = start({ timeout = 120 })
    local other = assert(mimecast.new(sim:options("2.0", { timeout = 120 })))
    local _, _, failed = work(sim, { clients[1], other }, 5000, 32)
    assert.equal(0, failed)
    local _, late
    _, late, failed = work(sim, { clients[1], other }, 5000, 32) -- both limiters have adapted
    assert.equal(0, failed)
    assert.is_true(late <= 5000 * 0.005, late)
  end)

  it("does not send a request if the limit outlasts the deadline, and reports retryAfter", function()
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

  it("consumes no budget for requests that it does not send", function()
    local sim = virtual_time_transport.new { tenant = { rateLimit = { limit = 20, window = 60000 } } }
    local store = memory.new(function() return sim.now end)
    local without_retries, other = assert(mimecast.new(sim:options("2.0", { timeout = 1, attempts = 1, store = store }))),
      assert(mimecast.new(sim:options("2.0", { timeout = 1, attempts = 1, store = store })))
    assert(without_retries:update_user(ann))
    budget(without_retries).headroom = 15 -- as after 429 responses
    for _ = 1, 10 do assert(other:update_user(ann)) end
    for _ = 1, 50 do assert.equal("rate_limited", select(3, without_retries:update_user(ann)).code) end
    for _ = 1, 8 do assert(other:update_user(ann)) end
  end)

  it("returns the budget of a request that got no token", function()
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
    assert(good:update_user(ann)) -- waits: the budget is spent
    assert.is_true(sim.now - began > 4, sim.now - began)
  end)

  it("spreads the waiting requests over the new window", function()
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
    for i = #at - 14, #at do -- requests within 10 ms
      while at[i] - at[began] > 0.01 do began = began + 1 end
      most = math.max(most, i - began + 1)
    end
    assert.equal(1, most)
  end)

  it("serves waiting requests in order: no wait is much longer than its share of windows", function()
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
      local windows = concurrency / limit + 3 -- the limit is unknown to the first calls
      assert.is_true(longest <= windows * window + 1, longest)
    end
  end)

  it("paces windows of one second", function()
    local sim, clients = start({ timeout = 600 }, { latency = 0.1, tenant = { rateLimit = { limit = 20, window = 1000 } } })
    local seconds, late, failed = work(sim, clients, 1000, 64)
    assert.same({ 0, 0 }, { late, failed })
    assert.is_true(1000 / seconds >= 0.8 * 20, 1000 / seconds)
  end)

  it("slows down after a 429 without a limit, and recovers", function()
    local sim, clients = start({ timeout = 60 }, { tenant = { rateLimit = false } })
    sim.tenant:fault { kind = "status", status = 429, headers = { ["retry-after"] = "1" }, path = path }
    assert(clients[1]:update_user(ann))
    assert.is_true(budget(clients[1]).backoff > 0)
    for _ = 1, 100 do assert(clients[1]:update_user(ann)) end
    assert.equal(0, budget(clients[1]).backoff)
  end)

  it("respects callsPerSecond if the service allows more", function()
    local sim, clients = start({ callsPerSecond = 10, timeout = 600 })
    local seconds = work(sim, clients, 100, 32)
    assert.near(9.9 + 0.05, seconds, 0.1)
  end)

  it("respects callsPerSecond for requests that waited for the service's limit", function()
    local sim, clients = start({ callsPerSecond = 20, timeout = 60 },
      { tenant = { rateLimit = { limit = 90, window = 5000 } } })
    local at, inner = {}, sim.tenant.transport.send
    sim.tenant.transport.send = function(...)
      at[#at + 1] = sim.now
      return inner(...)
    end
    assert(clients[1]:update_user(ann)) -- fetches the token
    work(sim, clients, 400, 64)
    for i = 3, #at do assert.is_true(at[i] - at[i - 1] > 0.05 - 1e-6, i) end
  end)

  it("does not delay later calls by requests that missed their deadline", function()
    local sim, clients = start({ callsPerSecond = 1, timeout = 5, attempts = 1 })
    local _, _, failed = work(sim, clients, 100, 100)
    assert.equal(95, failed)
    assert(clients[1]:update_user(ann))
  end)

  -- Returns the highest number of in-flight requests.
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

  it("respects maxInFlight", function()
    local sim, clients = start { maxInFlight = 3 }
    assert.equal(3, highest(sim, function()
      local _, _, failed = work(sim, clients, 200, 16)
      assert.equal(0, failed)
    end))
  end)

  it("respects maxInFlight if several requests waited for the rate", function()
    local sim, clients = start({ maxInFlight = 2, timeout = 600 }, { latency = 3,
      tenant = { rateLimit = { limit = 5, window = 5000 } } })
    assert.equal(2, highest(sim, function()
      local _, _, failed = work(sim, clients, 40, 16)
      assert.equal(0, failed)
    end))
  end)

  it("does not send a request that got no in-flight slot before its deadline", function()
    local sim, clients = start { maxInFlight = 1, timeout = 5, attempts = 1 }
    assert(clients[1]:update_user(ann))
    sim.tenant:fault { kind = "slow", seconds = 4.96 }
    local errors, waits = {}, 0
    clients[1].config.onWait = function(event)
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

  it("releases the slot of a request that was interrupted", function()
    local sim, clients = start { maxInFlight = 1, timeout = 5 }
    assert(clients[1]:update_user(ann))
    local send, lost = sim.send, {}
    function sim.send(_, request)
      lost[1] = request -- a reference prevents garbage collection
      error("interrupted!", 0)
    end
    assert.is_false(pcall(clients[1].update_user, clients[1], ann))
    sim.send = send
    sim:sleep(5)
    assert(clients[1]:update_user(ann))
    assert.equal(path, lost[1].path)
  end)

  it("removes the counters of old windows, also if each response announces a new window", function()
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
    for key in pairs(clients[1].config.store.entries) do
      if key:find(":left:", 1, true) then kept = kept + 1 end
    end
    assert.is_true(tonumber(windows) > 10, windows)
    assert.equal(1, kept)
  end)

  it("ignores malformed limit headers and the limit headers of a 401", function()
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
