-- Rate budgets: one for each function under API 2.0, one for all functions under API 1.0, and a bounded number in a store.
local memory = require "mimecast.store.memory"
local mimecast = require "mimecast"
local virtual_time_transport = require "spec.support.fakes.virtual_time_transport"

local ann = { email = "ann@example.com" }
local update_path, batch, stream = "/api/user/update-user", "/siem/v1/batch/events/cg", "/siem/v1/events/cg"

local function limit_of(limit, remaining, reset, spelling)
  local name = spelling or "x-ratelimit-"
  return { [name .. "limit"] = tostring(limit), [name .. "remaining"] = tostring(remaining),
    [name .. "reset"] = tostring(reset) }
end

-- Returns a simulation without a rate limit, the table `spent` and a function that creates clients. `spent[path]` replaces
-- the response headers of that path.
local function start(generation, more)
  local sim, spent = virtual_time_transport.new { tenant = { rateLimit = false } }, {}
  local send = sim.tenant.transport.send
  sim.tenant.transport.send = function(...)
    local response, message, err = send(...)
    local path = select(2, ...).url:match "^https?://[^/]+([^?]*)"
    local headers = spent[path] or (spent.any and path ~= "/oauth/token" and spent.any(path))
    if response and headers then response.headers = headers end
    return response, message, err
  end
  local options = { timeout = 5, attempts = 1 }
  for name, value in pairs(more or {}) do options[name] = value end
  return sim, spent, function() return assert(mimecast.new(sim:options(generation, options))) end
end

local function waits(client, ...)
  local _, _, err = client:call(...)
  assert.equal("rate_limited", err and err.code)
  return err
end

describe("a rate budget under API 2.0", function()
  it("belongs to one function: an exhausted SIEM path does not delay updates", function()
    local sim, spent, new = start "2.0"
    local client = new()
    spent[batch] = limit_of(50, 0, 900000)
    assert(client:call { method = "GET", path = batch })
    local began = sim.now
    for _ = 1, 20 do assert(client:update_user(ann)) end
    assert(client:find_groups {})
    assert(client:call { method = "GET", path = stream })
    assert.is_true(sim.now - began < 2, sim.now - began)
    local err = waits(client, { method = "GET", path = batch })
    assert.is_true(err.retryAfter > 890, err.retryAfter)
    sim:sleep(900)
    assert(client:call { method = "GET", path = batch })
  end)

  it("belongs to one function: a 429 slows down only that function", function()
    local sim, _, new = start("2.0", { attempts = 3, timeout = 30 })
    local client = new()
    assert(client:update_user(ann))
    sim.tenant:fault { kind = "rate_limited", reset = "retry_after", wait = 20, path = "/api/directory/find-groups" }
    assert.equal("rate_limited", select(3, client:with { attempts = 1 }:find_groups {}).code)
    local began = sim.now
    for _ = 1, 20 do assert(client:update_user(ann)) end
    assert.near(20 * 0.05, sim.now - began, 1e-3)
    assert(client:find_groups {})
    assert.is_true(sim.now - began > 18, sim.now - began)
  end)

  it("does not delay other functions while its requests wait, also with callsPerSecond", function()
    local sim, spent, new = start("2.0", { callsPerSecond = 100, timeout = 60 })
    local client = new()
    spent["/api/directory/find-groups"] = limit_of(10, 0, 30000)
    assert(client:find_groups {})
    spent["/api/directory/find-groups"] = nil
    local began, updated = sim.now, nil
    sim:map(40, function(i)
      if i <= 20 then
        assert(client:find_groups {})
      else
        assert(client:update_user(ann))
        updated = sim.now
      end
    end, 40)
    assert.is_true(updated - began < 1, updated - began)
    assert.is_true(sim.now - began > 29, sim.now - began)
  end)

  it("is separate from callsPerSecond and maxInFlight, which cover all functions", function()
    local sim, _, new = start("2.0", { callsPerSecond = 10, maxInFlight = 2, timeout = 60 })
    local client, flying, most, send = new(), 0, 0, sim.send
    assert(client:update_user(ann))
    assert(client:find_groups {})
    function sim.send(self, request)
      flying = flying + 1
      most = math.max(most, flying)
      local response, message, err = send(self, request)
      flying = flying - 1
      return response, message, err
    end
    local began = sim.now
    sim:map(40, function(i)
      if i % 2 == 0 then assert(client:update_user(ann)) else assert(client:find_groups {}) end
    end, 40)
    assert.near(4, sim.now - began, 0.2)
    assert.is_true(most <= 2, most)
  end)

  it("is read from X-Rate-Limit headers", function()
    local sim, spent, new = start "2.0"
    local client = new()
    spent[update_path] = limit_of(50, 0, 900000, "x-rate-limit-")
    assert(client:update_user(ann))
    local _, _, err = client:update_user(ann)
    assert.equal("rate_limited", err.code)
    assert.is_true(err.retryAfter > 890, err.retryAfter)
    assert.equal(1, sim.tenant:count(update_path))
  end)

  it("is shared by all clients of a store, for each function", function()
    local sim, spent = start "2.0"
    local store, clients = memory.new(function() return sim.now end), {}
    for i = 1, 2 do
      clients[i] = assert(mimecast.new(sim:options("2.0", { store = store, timeout = 5, attempts = 1 })))
    end
    spent[batch] = limit_of(50, 0, 900000)
    assert(clients[1]:call { method = "GET", path = batch })
    waits(clients[2], { method = "GET", path = batch })
    assert(clients[2]:update_user(ann))
    assert.equal(1, sim.tenant:count(batch))
  end)
end)

describe("a rate budget under API 1.0", function()
  it("is shared by all functions", function()
    local sim, spent, new = start "1.0"
    local client = new()
    spent["/api/directory/find-groups"] = limit_of(800, 0, 900000)
    assert(client:find_groups {})
    assert.equal("rate_limited", select(3, client:update_user(ann)).code)
    waits(client, { path = "/api/account/get-account" })
    assert.equal(0, sim.tenant:count(update_path))
  end)
end)

describe("the rate budgets in a store", function()
  -- Calls `run` `count` times with a client whose paths all announce a limit, and returns the budget keys of the store.
  local function keys_after(count, run)
    local sim, spent, new = start("2.0", { timeout = 600 })
    spent.any = function() return limit_of(1000000, 999999, 60000) end
    local client, keys = new(), {}
    for i = 1, count do run(client, i) end
    for key in pairs(client.config.store.entries) do
      if key:find(":pace:", 1, true) and client.config.store:get(key) then keys[#keys + 1] = key end
    end
    return #keys, keys, client, sim
  end

  it("do not depend on the id in a REST path", function()
    local count, keys = keys_after(300, function(client, i)
      client:get_cloud_group { id = "id" .. i }
    end)
    assert.equal(3, count, table.concat(keys, "\n"))
    assert.truthy(table.concat(keys, "\n"):find("{group_id}:window", 1, true), table.concat(keys, "\n"))
  end)

  it("are shared by raw calls that differ only in an id", function()
    local ids = { "eNoVzrs", "1234567", "a1b2c3d4-0000-4000-8000-000000000000", "MTOKEN:eNoV", "ann%40example.com", "Finance" }
    local count, keys = keys_after(#ids, function(client, i)
      assert(client:call { method = "GET", path = "/directory/cloud-gateway/v1/groups/" .. ids[i] .. "/members" })
    end)
    assert.equal(3, count, table.concat(keys, "\n"))
  end)

  it("are limited to 256 for raw calls and expire with their windows", function()
    local count, _, client, sim = keys_after(5000, function(client, i)
      local word = ("%d"):format(i):gsub("%d", function(digit) return string.char(97 + digit) end)
      assert(client:call { method = "GET", path = "/" .. word .. "/v1/events" })
    end)
    assert.is_true(count <= 2 * 256 + 1, count)
    assert.is_true(count > 256, count)
    local known = 0
    for _ in pairs(client.limiter.budgets) do known = known + 1 end
    assert.is_true(known <= 256, known)
    sim:sleep(62)
    local left = 0
    for key in pairs(client.config.store.entries) do
      if key:find(":pace:", 1, true) and client.config.store:get(key) then left = left + 1 end
    end
    assert.equal(1, left) -- the counter of windows
  end)

  it("follow the clock of a store in this process that has another clock than the client", function()
    local sim, spent = start "2.0"
    local store = memory.new(function() return sim.now - 1e9 end)
    local client = assert(mimecast.new(sim:options("2.0", { store = store, timeout = 5, attempts = 1 })))
    spent[batch] = limit_of(50, 0, 60000)
    assert(client:call { method = "GET", path = batch })
    waits(client, { method = "GET", path = batch })
    spent[batch] = nil
    sim:sleep(60)
    assert(client:call { method = "GET", path = batch })
  end)

  it("are separate for the SIEM paths and the paths of operations", function()
    local paths = { batch, stream, "/api/audit/get-siem-logs", "/api/dlp/get-logs", "/api/ttp/url/get-logs", update_path }
    local count, keys = keys_after(#paths + 1, function(client, i)
      if not paths[i] then return assert(client:update_user(ann)) end
      assert(client:call { path = paths[i] })
    end)
    assert.equal(2 * (#paths + 1) + 1, count, table.concat(keys, "\n"))
  end)
end)
