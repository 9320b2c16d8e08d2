local clients = require "spec.support.fakes.clients"
local errors = require "mimecast.errors"
local retry = require "mimecast.request.retry"

local function decide(code, more)
  local state = { attempt = 1, attempts = 3, sent = true, refreshed = false, remaining = 30, random = 0.5,
    retry_unknown = true }
  local err = { category = "transport", code = code, retryable = true }
  local operation = { idempotent = true }
  for _, part in ipairs { { state, more.state }, { err, more.err }, { operation, more.operation } } do
    for name, value in pairs(part[2] or {}) do part[1][name] = value end
  end
  return retry.decide(state, operation, errors.new(err))
end

local once = { idempotent = false }
local function aged(age, more)
  local state = { age = age, stale_after = 60 }
  for name, value in pairs(more or {}) do state[name] = value end
  return state
end
local final, renewed = { retryable = false }, { refreshed = true }

-- Error code, other conditions, then the decision: retry, delay, refresh of the credentials, cost.
local decisions = {
  { "connection_lost", {}, true, 0.25 },
  { "timeout", {}, true, 0.25 },
  { "unavailable", { err = { category = "service" } }, true, 0.25 },
  { "truncated", { err = { category = "protocol", outcome = "unknown" } }, true, 0.25 },
  { "connection_lost", { state = { attempt = 2 } }, true, 0.5 },
  { "connection_lost", { state = { attempt = 9, attempts = 10 } }, true, 10 },
  { "connection_lost", { state = { attempt = 3 } }, false },
  { "connection_lost", { state = { attempts = 1 } }, false },
  { "rejected", { err = { category = "service", retryable = false } }, false },
  { "certificate", { err = final }, false },
  { "redirected", { err = { category = "protocol", retryable = false } }, false },
  { "rate_limited", { err = { category = "rate_limit", retryAfter = 4 } }, true, 4.25 },
  { "rate_limited", { err = { category = "rate_limit", retryAfter = 40 } }, false },
  { "rate_limited", { err = { category = "rate_limit", retryAfter = 4 }, state = { remaining = 4 } }, false },
  { "connection_lost", { state = { remaining = 0.2 } }, false },
  { "connection_lost", { state = { remaining = 0.29 } }, false },
  { "connection_lost", { state = { remaining = 0.31 } }, true, 0.25 },
  { "connection_lost", { operation = once }, false },
  { "connection_lost", { state = { retry_unknown = false }, err = { outcome = "unknown" } }, false },
  { "rejected", { state = { retry_unknown = false }, err = { category = "service", status = 200 } }, true, 0.25 },
  { "connection_lost", { state = { retry_unknown = false, sent = false } }, true, 0.25 },
  { "rate_limited", { state = { retry_unknown = false }, err = { category = "rate_limit", retryAfter = 4 } }, true, 4.25 },
  { "timeout", { operation = once }, false },
  { "unavailable", { operation = once, err = { category = "service" } }, false },
  { "connect_failed", { operation = once }, true, 0.25 },
  { "not_processed", { operation = once, err = { category = "service" } }, true, 0.25 },
  { "not_processed", { operation = once, err = { category = "service", outcome = "unknown" } }, false },
  { "rate_limited", { operation = once, err = { category = "rate_limit", outcome = "unknown" } }, false },
  { "token_expired", { operation = once, err = { category = "auth", retryable = false, outcome = "unknown" } }, false },
  { "connect_timeout", { operation = once }, true, 0.25 },
  { "resolve_failed", { operation = once }, true, 0.25 },
  { "rate_limited", { operation = once, err = { category = "rate_limit" } }, true, 0.25 },
  { "connection_lost", { operation = once, state = { sent = false } }, true, 0.25 },
  { "token_expired", { err = { category = "auth", retryable = false }, state = renewed }, true, 0, true },
  { "token_expired", { err = final, operation = once, state = renewed }, true, 0, true },
  { "unauthorized", { err = { category = "auth", retryable = false }, operation = once, state = renewed }, true, 0, true },
  { "token_expired", { err = final, state = { refreshed = true, attempt = 3 } }, true, 0, true },
  { "token_expired", { err = final }, false },
  { "binding_expired", { err = final, state = renewed }, true, 0, true },
  { "binding_expired", { err = final }, false },
  { "connection_lost", { state = aged(59) }, true, 0.25 },
  { "connection_lost", { state = aged(59.9) }, false },
  { "connection_lost", { state = aged(61) }, false },
  { "connection_lost", { state = aged(nil) }, true, 0.25 },
  { "connection_lost", { state = { age = 1000 } }, true, 0.25 },
  { "rate_limited", { err = { category = "rate_limit", retryAfter = 10 }, state = aged(55) }, false },
  { "token_expired", { err = final, state = aged(61, renewed) }, false },
  { "rejected_field", { err = { category = "validation" } }, false },
  { "forbidden", { err = { category = "auth" } }, false },
  { "rejected", { err = { category = "service", status = 403 } }, false },
  { "rejected", { err = { category = "service", status = 404 } }, false },
  { "rejected", { err = { category = "service", status = 200 } }, true, 0.25 },
  { "connection_lost", { state = { capacity = 14 } }, true, 0.25, false, 14 },
  { "truncated", { err = { category = "protocol" }, state = { capacity = 13 } }, false },
  { "connection_lost", { state = { capacity = 13 } }, false },
  { "unavailable", { err = { category = "service" }, state = { capacity = 5 } }, true, 0.25, false, 5 },
  { "rate_limited", { err = { category = "rate_limit" }, state = { capacity = 4 } }, false },
  { "token_expired", { err = final, state = { refreshed = true, capacity = 0 } }, true, 0, true },
  { "token_expired", { err = final, state = aged(10, renewed) }, true, 0, true },
}

describe("retry.decide", function()
  for i, case in ipairs(decisions) do
    it(("%d: %s is %s"):format(i, case[1], case[3] and "retried" or "final"), function()
      local decision = decide(case[1], case[2])
      assert.equal(case[3], decision.retry)
      assert.near(case[4] or 0, decision.delay, 1e-9)
      assert.equal(case[5] or false, decision.refresh)
      assert.equal("string", type(decision.reason))
      if case[6] then assert.equal(case[6], decision.cost) end
    end)
  end

  it("draws the delay below a bound that doubles up to 20 seconds", function()
    local bounds = { 0.5, 1, 2, 4, 8, 16, 20, 20 }
    for attempt, bound in ipairs(bounds) do
      local state = { attempt = attempt, attempts = 10, random = 1 - 2 ^ -50, remaining = 100 }
      assert.near(bound, decide("timeout", { state = state }).delay, 1e-6)
      state.random = 0
      assert.equal(0, decide("timeout", { state = state }).delay)
    end
  end)
end)

describe("the retry quota", function()
  it("starts full; a success returns the cost of its retries", function()
    local quota = retry.new_quota()
    assert.equal(500, quota.capacity)
    quota.capacity = 400
    retry.release(quota, 0)
    assert.equal(401, quota.capacity)
    retry.release(quota, 28)
    assert.equal(429, quota.capacity)
    retry.release(quota, 500)
    assert.equal(500, quota.capacity)
  end)

  it("bounds the retries of an outage: 100 calls send 135 requests, not 300", function()
    local client, tenant = clients.new("2.0", { timeout = 30 })
    assert(client:user_settings "ann@example.com")
    local before = tenant:count()
    tenant:fault { kind = "reset", times = 1000 }
    for _ = 1, 100 do assert.is_nil((client:user_settings "ann@example.com")) end
    assert.equal(100 + math.floor(500 / 14) + 0, tenant:count() - before)
  end)

  it("is refilled by successful calls", function()
    local client, tenant = clients.new()
    client.quota.capacity = 0
    tenant:fault { kind = "unavailable" }
    assert.is_nil((client:user_settings "ann@example.com"))
    for _ = 1, 5 do assert(client:user_settings "ann@example.com") end
    tenant:fault { kind = "unavailable" }
    assert(client:user_settings "ann@example.com")
  end)
end)

describe("a failed item of a batch", function()
  local function update(client, count)
    local items = {}
    for i = 1, count do items[i] = { email = ("user%06d@example.com"):format(i), username = "New " .. i } end
    return client:update_users(items)
  end

  local function start(fault)
    local client, tenant, wire = clients.new()
    tenant:add_users(5)
    fault.kind = "fail_items"
    tenant:fault(fault)
    return client, tenant, wire
  end

  -- Returns a response body that fails the items { address, code } as retryable.
  local function failing(status, ...)
    local entries = {}
    for i, entry in ipairs { ... } do
      entries[i] = ('{"key":{"emailAddress":"%s"},"errors":[{"code":"%s","message":"m","retryable":true}]}'):format(entry[1],
        entry[2])
    end
    return ('{"meta":{"status":%d},"data":[],"fail":[%s]}'):format(status, table.concat(entries, ","))
  end

  it("is retried without the other items if it is retryable", function()
    local client, tenant, wire = start { items = { 2, 4 }, retryable = true }
    local results, failures = update(client, 5)
    assert.is_nil(next(failures), tostring(failures[2]))
    for i = 1, 5 do
      assert.equal("New " .. i, results[i].username)
      assert.equal(1, tenant:applied(results[i].email))
    end
    local sent = wire:to "/api/user/update-user"
    assert.equal(2, #sent)
    assert.is_nil(sent[2].body:find("user000001", 1, true))
    assert.truthy(sent[2].body:find("user000002", 1, true) and sent[2].body:find("user000004", 1, true))
  end)

  it("is reported without a retry if it is not retryable", function()
    local client, _, wire = start { items = { 2 }, retryable = false }
    local results, failures = update(client, 5)
    assert.is_false(results[2])
    assert.equal("rejected", failures[2].code)
    assert.equal(1, #wire:to "/api/user/update-user")
  end)

  it("is reported after the last attempt, and the other items keep their results", function()
    local client, _, wire = start { items = { 1 }, retryable = true, times = 9 }
    local results, failures = update(client, 2)
    assert.same({ false, "New 2" }, { results[1], results[2].username })
    assert.same({ "user000001@example.com", 3 }, { failures[1].key, failures[1].attempts })
    assert.equal(3, #wire:to "/api/user/update-user")
  end)

  it("does not prevent the retry of other items if it is final", function()
    local client, _, wire = start { items = { 1 }, retryable = true, code = "err_validation_null" }
    local inner = wire.send
    function wire.send(...) -- the second item also fails and is retryable
      local response = inner(...)
      if #wire:to "/api/user/update-user" == 1 and response.body:find("err_validation_null", 1, true) then
        response.body = failing(200, { "user000001@example.com", "err_validation_null" },
          { "user000002@example.com", "err_other" })
      end
      return response
    end
    local results, failures = update(client, 2)
    assert.same({ false, "New 2" }, { results[1], results[2] and results[2].username })
    assert.same({ "rejected_field", 2 }, { failures[1].code, #wire:to "/api/user/update-user" })
    assert.is_nil(wire:to "/api/user/update-user"[2].body:find("user000001", 1, true))
  end)

  it("has an unknown outcome if the response of an earlier attempt was lost", function()
    local client, tenant = clients.new()
    tenant:add_users(2)
    tenant:fault { kind = "reset", afterApply = true }
    tenant:fault { kind = "fail_items", items = { 2 } }
    local results, failures = update(client, 2)
    assert.same({ "New 1", "rejected", "unknown" }, { results[1].username, failures[2].code, failures[2].outcome })
    assert.equal(1, tenant:applied "user000002@example.com")
  end)

  it("keeps an unknown outcome if the retry cannot connect", function()
    local client, tenant, wire = clients.new()
    tenant:add_users(2)
    local inner, number = wire.send, 0
    function wire.send(self, request)
      if request.path == "/oauth/token" then return inner(self, request) end
      number = number + 1
      if number > 1 then return nil, "refused", { category = "transport", code = "connect_failed", sent = false } end
      return { status = 500, headers = {}, body = failing(500, { "user000001@example.com", "err_other" }) }
    end
    local _, failures = update(client, 2)
    assert.same({ "connect_failed", "unknown" }, { failures[1].code, failures[1].outcome })
    assert.equal("unknown", failures[2].outcome)
    assert.is_true(number > 1)
  end)

  it("has an unknown outcome if the response of its retry is lost, and the other items keep their results", function()
    local client, tenant = start { items = { 1 }, retryable = true }
    tenant:fault { kind = "reset", times = 9 }
    local results, failures = update(client, 2)
    assert.same({ false, "New 2" }, { results[1], results[2].username })
    assert.same({ "connection_lost", "unknown" }, { failures[1].code, failures[1].outcome })
    assert.is_nil(failures[2])
  end)
end)
