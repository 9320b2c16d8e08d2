-- Every fault, on an idempotent and on a non-idempotent call, in both generations of the API. Checks the result, the number
-- of requests that reach the tenant, and the seconds waited. No create is applied twice, and no update is lost.
local clients = require "spec.support.fakes.clients"

local calls = {
  update = { path = "/api/user/update-user", applied = "ann@example.com", run = function(client)
    return client:update_user { email = "ann@example.com", username = "Ann Again" }
  end },
  create = { path = "/api/user/create-user", applied = "dora@example.com", run = function(client)
    return client:create_user { email = "dora@example.com" }
  end },
  -- The service rejects a second user with the same address, but creates a second group with the same name.
  group = { path = "/api/directory/create-group", applied = "Planted", run = function(client)
    return client:create_group { name = "Planted" }
  end },
}

-- A fault twice in a row, and the expected results of the update and of the create: "ok" or the error code; requests that
-- reached the tenant; seconds waited (random is 0.5: 0.25 s, then 0.5 s); how often the change was applied; true if the
-- outcome is unknown.
local again = { "ok", 3, 0.75, 1 }
local function gives_up(code, unknown, applied) return { code, 1, 0, applied or 0, unknown } end

local faults = {
  { "a refused connection", { kind = "refuse" }, { "ok", 1, 0.75, 1 }, { "ok", 1, 0.75, 1 } },
  { "a connection reset before the change", { kind = "reset" }, again, gives_up("connection_lost", true) },
  { "a connection reset after the change", { kind = "reset", afterApply = true }, { "ok", 3, 0.75, 3 },
    gives_up("connection_lost", true, 1) },
  { "a connection closed before the response", { kind = "close_before_response" }, again, gives_up("connection_lost", true) },
  { "a connection closed after the change", { kind = "close_before_response", afterApply = true }, { "ok", 3, 0.75, 3 },
    gives_up("connection_lost", true, 1) },
  { "a truncated response", { kind = "truncated" }, { "ok", 3, 0.75, 3 }, gives_up("truncated", true, 1) },
  { "a slow response", { kind = "slow", seconds = 2 }, { "ok", 1, 0, 1 }, { "ok", 1, 0, 1 } },
  { "a response after the timeout", { kind = "slow", seconds = 100 }, gives_up("timeout", true, 1),
    gives_up("timeout", true, 1) },
  { "a slow body", { kind = "slow_body", seconds = 2 }, { "ok", 1, 0, 1 }, { "ok", 1, 0, 1 } },
  { "a slow body that ends after the timeout", { kind = "slow_body", seconds = 100 }, gives_up("timeout", true, 1),
    gives_up("timeout", true, 1) },
  { "a body shorter than Content-Length", { kind = "wrong_length" }, { "ok", 3, 0.75, 3 },
    gives_up("truncated", true, 1) },
  { "a body longer than Content-Length", { kind = "wrong_length", by = -5 }, { "ok", 3, 0.75, 3 },
    gives_up("truncated", true, 1) },
  { "a huge response without a limit in the transport", { kind = "huge", afterApply = true }, { "ok", 3, 0.75, 3 },
    gives_up("truncated", true, 1) },
  { "a service with a wrong clock", { kind = "clock_skew", seconds = 7200 }, { "ok", 1, 0, 1 }, { "ok", 1, 0, 1 }, "2.0" },
  { "a service with a wrong clock that rejects the date", { kind = "clock_skew", seconds = 7200 }, gives_up "unauthorized",
    gives_up "unauthorized", "1.0" },
  { "401 that echoes the request", { kind = "echo_credentials" }, gives_up "unauthorized", gives_up "unauthorized",
    "1.0" },
  { "401 that echoes the request, twice", { kind = "echo_credentials" }, { "unauthorized", 2, 0, 0 },
    { "unauthorized", 2, 0, 0 }, "2.0" },
  { "401 without a reason, once", { kind = "status", status = 401, times = 1 }, { "ok", 2, 0, 1 },
    { "ok", 2, 0, 1 }, "2.0" },
  { "garbage", { kind = "garbage", afterApply = true }, gives_up("not_json", true, 1), gives_up("not_json", true, 1) },
  { "HTML from a gateway", { kind = "html" }, again, gives_up("html_response", true) },
  { "HTML with status 500", { kind = "html", status = 500 }, again, gives_up("html_response", true) },
  { "HTML with status 429", { kind = "html", status = 429 }, { "ok", 3, 2, 1 }, { "ok", 3, 2, 1 } },
  { "HTML with status 200", { kind = "html", status = 200, afterApply = true }, gives_up("html_response", true, 1),
    gives_up("html_response", true, 1) },
  { "an empty response", { kind = "empty", afterApply = true }, gives_up("empty_response", true, 1),
    gives_up("empty_response", true, 1) },
  { "deeply nested JSON", { kind = "deep_json", afterApply = true }, gives_up("not_json", true, 1),
    gives_up("not_json", true, 1) },
  { "an envelope of the wrong shape", { kind = "wrong_shape" }, gives_up("wrong_shape", true, 1),
    gives_up("wrong_shape", true, 1) },
  { "a redirect", { kind = "redirect" }, gives_up "redirected", gives_up "redirected" },
  { "403", { kind = "status", status = 403 }, gives_up "forbidden", gives_up "forbidden" },
  { "404", { kind = "status", status = 404 }, gives_up "not_available", gives_up "not_available" },
  { "500", { kind = "status", status = 500 }, again, gives_up("unavailable", true) },
  { "502 after the change", { kind = "status", status = 502, afterApply = true }, { "ok", 3, 0.75, 3 },
    gives_up("unavailable", true, 1) },
  { "503", { kind = "unavailable" }, again, gives_up("unavailable", true) },
  { "504", { kind = "status", status = 504 }, again, gives_up("unavailable", true) },
  { "429, reset in milliseconds", { kind = "rate_limited", wait = 3, reset = "ms" }, { "ok", 3, 6.75, 1 },
    { "ok", 3, 6.75, 1 } },
  { "429, reset as epoch seconds", { kind = "rate_limited", wait = 3, reset = "epoch" }, { "ok", 3, 7.5, 1 },
    { "ok", 3, 7.5, 1 } },
  { "429, Retry-After in seconds", { kind = "rate_limited", wait = 3, reset = "retry_after" }, { "ok", 3, 6.75, 1 },
    { "ok", 3, 6.75, 1 } },
  { "429, Retry-After as a date", { kind = "rate_limited", wait = 3, reset = "retry_after_date" }, { "ok", 3, 6.5, 1 },
    { "ok", 3, 6.5, 1 } },
  { "429, reset in seconds, read as milliseconds", { kind = "rate_limited", wait = 3, reset = "seconds" },
    { "ok", 3, 0.756, 1 }, { "ok", 3, 0.756, 1 } },
  { "429, X-Mimecast-RateLimit-Reset", { kind = "rate_limited", wait = 3, reset = "mimecast" }, { "ok", 3, 6.75, 1 },
    { "ok", 3, 6.75, 1 } },
  { "429 with a pause longer than the timeout", { kind = "rate_limited", wait = 40 }, gives_up "rate_limited",
    gives_up "rate_limited" },
  { "a wrong application id with status 200", { kind = "bad_app_id" }, gives_up "invalid_app", gives_up "invalid_app" },
  { "an item rejected permanently", { kind = "fail_items" }, gives_up "rejected", gives_up "rejected" },
  { "an item rejected as retryable", { kind = "fail_items", retryable = true }, again, gives_up "rejected" },
  { "a field rejected as retryable", { kind = "fail_items", retryable = true, code = "err_validation_null" },
    gives_up "rejected_field", gives_up "rejected_field" },
  { "an expired token, once", { kind = "token_expired", times = 1 }, { "ok", 2, 0, 1 }, { "ok", 2, 0, 1 }, "2.0" },
  { "an expired token, twice", { kind = "token_expired" }, { "token_expired", 2, 0, 0 }, { "token_expired", 2, 0, 0 },
    "2.0" },
  { "an expired access key with status 200", { kind = "binding_expired", status = 200 }, gives_up "binding_expired",
    gives_up "binding_expired", "1.0" },
  { "an expired access key", { kind = "binding_expired" }, gives_up "binding_expired", gives_up "binding_expired", "1.0" },
}

local function play(fault, call, generation)
  local client, tenant, wire = clients.new(generation, { random = function() return 0.5 end, timeout = 30 })
  assert(client:user_settings "bob@example.com") -- the token is there
  local order = { times = 2, path = call.path }
  for name, value in pairs(fault) do order[name] = value end
  local before = tenant:count(call.path)
  tenant:fault(order)
  local value, _, err = call.run(client)
  local waited = 0
  for _, seconds in ipairs(wire.slept) do waited = waited + seconds end
  return {
    value and "ok" or err.code, tenant:count(call.path) - before, waited, tenant:applied(call.applied),
    err and err.outcome == "unknown" or nil,
  }, tenant
end

describe("the fault matrix:", function()
  for _, row in ipairs(faults) do
    for _, generation in ipairs(row[5] and { row[5] } or { "1.0", "2.0" }) do
      for kind, column in pairs { update = 3, create = 4, group = 4 } do
        it(("%s with %s under API %s"):format(kind, row[1], generation), function()
          local seen, tenant = play(row[2], calls[kind], generation)
          local expected = row[column]
          assert.same({ expected[1], expected[2], expected[4], expected[5] }, { seen[1], seen[2], seen[4], seen[5] })
          assert.near(expected[3], seen[3], 0.02)
          if kind == "update" and seen[1] == "ok" then assert.equal("Ann Again", tenant:user("ann@example.com").name) end
          if kind ~= "update" then assert.is_true(seen[4] <= 1) end
        end)
      end
    end
  end
end)
