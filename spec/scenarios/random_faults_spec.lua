-- Calls of several clients with random faults, over a simulated clock. The results agree with the tenant's state, no create
-- is applied twice, and no call takes longer than its timeout.
local memory = require "mimecast.store.memory"
local mimecast = require "mimecast"
local virtual_time_transport = require "spec.support.fakes.virtual_time_transport"

local calls = 150

-- A generator that returns the same numbers in every Lua: from 0 to below 1, or an integer.
local function dice(seed)
  local state = seed * 7919 + 1
  return function(from, to)
    state = state * 48271 % 2147483647
    local number = state / 2147483647
    return from and from + math.floor(number * (to - from + 1)) or number
  end
end

local function faults(roll)
  local styles = { "ms", "retry_after", "epoch", "retry_after_date", "mimecast" }
  local list = {
    { kind = "unavailable" }, { kind = "status", status = 502, afterApply = true }, { kind = "reset" }, { kind = "refuse" },
    { kind = "reset", afterApply = true }, { kind = "close_before_response", afterApply = true }, { kind = "truncated" },
    { kind = "rate_limited", wait = roll(0, 3), reset = styles[roll(1, #styles)] }, { kind = "html" },
    { kind = "fail_items", retryable = true }, { kind = "fail_items" }, { kind = "slow", seconds = roll(1, 40) },
    { kind = "token_expired" }, { kind = "binding_expired" }, { kind = "empty", afterApply = true },
    { kind = "garbage", afterApply = true }, { kind = "unavailable", path = "/oauth/token" },
    { kind = "rate_limited", wait = roll(0, 5), path = "/oauth/token" },
    { kind = "slow", seconds = roll(1, 20), path = "/oauth/token" },
  }
  for _, fault in ipairs(list) do fault.chance = 0.04 * roll() + 1e-9 end
  return list
end

-- A store that responds slowly.
local function far_store(sim, roll)
  local inner, store, longest = memory.new(function() return sim.now end), {}, 0.01 * roll()
  for _, name in ipairs { "get", "set", "add", "incr", "delete" } do
    store[name] = function(_, ...)
      sim:sleep(longest * roll())
      return inner[name](inner, ...)
    end
  end
  return store
end

local function some(roll, chance, from, to) return roll() < chance and roll(from, to) or nil end

local function start(roll, generation, timeout)
  local latency = 0.3 * roll()
  local sim = virtual_time_transport.new {
    latency = function() return 0.001 + latency * roll() end,
    tenant = { faults = faults(roll), rateLimit = roll() < 0.7 and { limit = roll(5, 200), window = roll(500, 8000) } or false,
      seed = roll(1, 1000) },
  }
  sim.tenant:add_users(2 * calls)
  local store, clients = far_store(sim, roll), {}
  local known = generation == "1.0" and sim.tenant.credentials.login or {}
  for i = 1, roll(1, 4) do
    clients[i] = assert(mimecast.new(sim:options(generation, { timeout = timeout, random = roll, attempts = roll(1, 5),
      store = roll() < 0.7 and store or nil, maxInFlight = some(roll, 0.4, 1, 20),
      callsPerSecond = some(roll, 0.2, 5, 100), email = known.email, password = known.password })))
  end
  return sim, clients
end

local function check_create(sim, client, i)
  local name = "Group " .. i
  local group, _, err = client:create_group { name = name }
  local applied = sim.tenant:applied(name)
  assert.is_true(applied <= 1, "doubled: " .. tostring(err))
  if group then assert.equal(1, applied) end
  if err and err.outcome == nil then assert.equal(0, applied, tostring(err)) end
end

local function check_updates(sim, client, i)
  local items = {}
  for k = 1, 2 do items[k] = { email = ("user%06d@example.com"):format(2 * i - k + 1), username = "Name " .. k } end
  local users, failures = client:update_users(items)
  for k, item in ipairs(items) do
    local held, err = sim.tenant:user(item.email).name, failures[k]
    assert.is_true((users[k] == false) == (err ~= nil))
    if users[k] then assert.same({ item.email, item.username, item.username }, { users[k].email, users[k].username, held }) end
    if err and err.outcome == nil then assert.is_not.equal(item.username, held, tostring(err)) end
  end
end

local function play(seed, generation)
  local roll = dice(seed)
  local timeout, concurrency = roll(2, 40), roll(1, 60)
  local sim, clients = start(roll, generation, timeout)
  local ended, longest = 0, 0
  sim:map(calls + 1, function(i)
    i = i - 1
    while i == 0 and ended < calls do sim:sleep(0.05) end -- polls the condition
    if i == 0 then return end
    local client, began = clients[i % #clients + 1], sim.now
    if i % 2 == 0 then check_create(sim, client, i) else check_updates(sim, client, i) end
    longest, ended = math.max(longest, sim.now - began), ended + 1
  end, concurrency + 1)
  assert.equal(calls, ended)
  assert.is_true(longest <= timeout + 1, ("%g s, and %g were allowed"):format(longest, timeout))
  for _, client in ipairs(clients) do
    local waiters = client.limiter.waiters -- with maxInFlight only
    assert.is_true(client.quota.capacity >= 0 and (not waiters or waiters:is_empty()))
    -- before all deadlines: each request was removed
    assert.equal(0, client.limiter.admitted:count(-math.huge))
    for _, budget in pairs(client.limiter.budgets) do assert.equal(0, budget.in_flight:count(-math.huge)) end
  end
end

describe("calls with random faults", function()
  for _, generation in ipairs { "1.0", "2.0" } do
    for seed = 1, 15 do
      it(("return results that agree with the tenant, under API %s and with seed %d"):format(generation, seed), function()
        play(seed, generation)
      end)
    end
  end
end)
