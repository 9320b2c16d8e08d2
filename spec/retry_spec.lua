local failure = require "mimecast.failure"
local retry = require "mimecast.retry"

local function verdict(code, more)
  local state = { attempt = 1, attempts = 3, sent = true, renewed = false, can_renew = true, remaining = 30,
    random = 0.5 }
  local err = { category = "transport", code = code, retryable = true }
  local operation = { idempotent = true }
  for _, part in ipairs { { state, more.state }, { err, more.err }, { operation, more.operation } } do
    for name, value in pairs(part[2] or {}) do part[1][name] = value end
  end
  return retry.verdict(state, operation, failure.new(err))
end

local once = { idempotent = false }
local function aged(age, more)
  local state = { age = age, stale_after = 60 }
  for name, value in pairs(more or {}) do state[name] = value end
  return state
end
local final = { retryable = false }

-- Code, what else is so, whether to try again, the pause.
local table_of_verdicts = {
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
  { "connection_lost", { operation = once }, false },
  { "connection_lost", { state = { careful = true } }, false },
  { "connection_lost", { state = { careful = true, sent = false } }, true, 0.25 },
  { "rate_limited", { state = { careful = true }, err = { category = "rate_limit", retryAfter = 4 } }, true, 4.25 },
  { "timeout", { operation = once }, false },
  { "unavailable", { operation = once, err = { category = "service" } }, false },
  { "connect_failed", { operation = once }, true, 0.25 },
  { "connect_timeout", { operation = once }, true, 0.25 },
  { "resolve_failed", { operation = once }, true, 0.25 },
  { "rate_limited", { operation = once, err = { category = "rate_limit" } }, true, 0.25 },
  { "connection_lost", { operation = once, state = { sent = false } }, true, 0.25 },
  { "token_expired", { err = { category = "auth", retryable = false } }, true, 0, true },
  { "token_expired", { err = final, operation = once }, true, 0, true },
  { "token_expired", { err = final, state = { attempt = 3 } }, true, 0, true },
  { "token_expired", { err = final, state = { renewed = true } }, false },
  { "token_expired", { err = final, state = { can_renew = false } }, false },
  { "connection_lost", { state = aged(59) }, true, 0.25 },
  { "connection_lost", { state = aged(59.9) }, false },
  { "connection_lost", { state = aged(61) }, false },
  { "connection_lost", { state = aged(nil) }, true, 0.25 },
  { "connection_lost", { state = { age = 1000 } }, true, 0.25 },
  { "rate_limited", { err = { category = "rate_limit", retryAfter = 10 }, state = aged(55) }, false },
  { "token_expired", { err = final, state = aged(61) }, false },
  { "token_expired", { err = final, state = aged(10) }, true, 0, true },
}

describe("the verdict", function()
  for i, case in ipairs(table_of_verdicts) do
    it(("%d: %s is %s"):format(i, case[1], case[3] and "tried again" or "final"), function()
      local said = verdict(case[1], case[2])
      assert.equal(case[3], said.again)
      assert.near(case[4] or 0, said.delay, 1e-9)
      assert.equal(case[5] or false, said.renew)
      assert.equal("string", type(said.reason))
    end)
  end

  it("draws the pause up to a bound that doubles and ends at 20 seconds", function()
    local bounds = { 0.5, 1, 2, 4, 8, 16, 20, 20 }
    for attempt, bound in ipairs(bounds) do
      local state = { attempt = attempt, attempts = 10, random = 1 - 2 ^ -50, remaining = 100 }
      assert.near(bound, verdict("timeout", { state = state }).delay, 1e-6)
      state.random = 0
      assert.equal(0, verdict("timeout", { state = state }).delay)
    end
  end)
end)
