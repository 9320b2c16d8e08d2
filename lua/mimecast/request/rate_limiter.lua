--- Delays requests to the rate that the service and the client's own limits allow.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local in_flight = require "mimecast.base.in_flight"
local lazy = require "mimecast.base.lazy"
local rate_budget = require "mimecast.request.rate_budget"

local rate_limiter = {}
local RateLimiter = {}
RateLimiter.__index = RateLimiter

-- The budgets by rate key, each made at first use. API 1.0 counts all functions together, API 2.0 counts each function
-- (mimecast-api 5, 11).
local function budgets_by_key(config)
  local shared = config.generation == "1.0" and rate_budget.new(config)
  return setmetatable({}, { __index = function(list, key)
    list[key] = shared or rate_budget.new(config, key)
    return list[key]
  end })
end

--- Makes the rate limiter of a client.
---@param config table generation, store, storeKey, runtime, hooks, maxInFlight, callsPerSecond
---@param transport table
function rate_limiter.new(config, transport)
  return setmetatable({
    config = config, runtime = config.runtime, transport = transport, budgets = budgets_by_key(config),
    admitted = in_flight.new(), -- requests that count for maxInFlight
    waiters = config.maxInFlight and lazy("mimecast.base.fair_queue").new() or nil,
    next = 0, interval = 1 / (config.callsPerSecond or math.huge),
    has_line = (config.maxInFlight or config.callsPerSecond) ~= nil,
  }, RateLimiter)
end

-- ---- waiting ----

-- Returns false if the wait is broken off. Then all other waits for the schedule are broken off, too.
local function wait(self, schedule, name, seconds)
  self.config.hooks:wait(name, seconds, "rate limit")
  if self.runtime.sleep(seconds) ~= false then return true end
  schedule.next = math.min(schedule.next, self.runtime.monotonic())
  return false
end

local function too_late(seconds)
  return errors.new {
    category = "rate_limit", code = "rate_limited", retryable = true, retryAfter = seconds,
    message = ("not sent: the service's rate limit is reached for another %s s, longer than the call may take")
      :format(core.format_fixed(seconds, 1)),
    hint = "raise timeout, or call later",
  }
end

-- Waits for the next free time of a schedule, so that requests of this process do not all go on at the same moment. A
-- request that would be too late takes no time away. Returns false if the wait is broken off, and an error value if it
-- would be too long.
local function wait_for_slot(self, schedule, from, interval, name, deadline)
  local slot, now = math.max(from, schedule.next), self.runtime.monotonic()
  if slot >= deadline then return false, too_late(slot - now) end
  schedule.next, schedule.is_open = slot + interval, false
  return slot <= now or wait(self, schedule, name, slot - now)
end

-- Waits in turn until fewer than maxInFlight requests are in flight, or until the deadline. The condition itself admits the
-- request, because several requests wait for the same condition. Returns the time.
local function admit(self, call, limit, name, deadline, start)
  local monotonic, admitted, waiters = self.runtime.monotonic, self.admitted, self.waiters
  if waiters:is_empty() and admitted:count(start) < limit then
    call.admitted = admitted:add(deadline, start)
    return start
  end
  local waiter = waiters:enqueue(start)
  local function is_over()
    local now = monotonic()
    if call.admitted then return true end
    if now < deadline and not (waiters:is_turn(waiter, now) and admitted:count(now) < limit) then return false end
    waiters:dequeue(waiter)
    call.admitted = admitted:add(deadline, now)
    return true
  end
  self.transport:wait_until(is_over)
  local now = monotonic()
  self.config.hooks:wait(name, now - start, "in flight")
  return now
end

-- Waits for the rate. Returns an error value if the wait would be longer than the call may take. A request whose wait is
-- broken off goes on to the transport, which fails it. Each budget has its own schedule.
local function wait_for_rate(self, budget, call, name, deadline, now)
  local interval, seconds = budget.backoff, 0
  if budget.next > now then interval = math.max(interval, budget:interval()) end -- behind the requests that wait already
  repeat
    if interval > 0 then
      local continued, err = wait_for_slot(self, budget, now + seconds, interval, name, deadline)
      if not continued then return err end
    end
    if self.interval > 0 then
      local continued, err = wait_for_slot(self, self, self.runtime.monotonic(), self.interval, name, deadline)
      if not continued then return err end
    end
    now = self.runtime.monotonic()
    seconds = budget:consume(call, now)
    if seconds > 0 then now, interval = self.runtime.monotonic(), math.max(budget.backoff, budget:interval()) end
  until seconds == 0
end

--- Returns the rate budget of an operation.
---@param operation mimecast.Operation
---@return table budget
function RateLimiter:budget_of(operation)
  return self.budgets[operation.rate_key]
end

--- Waits until a request may be sent, if its budget did not begin it at once (RateBudget:begin_at_once).
---@param call table budget, deadline, started
---@return mimecast.Error? err if the wait would be longer than the call may take
function RateLimiter:wait(call)
  local budget, name, deadline, now = call.budget, call.operation.name, call.deadline, call.started
  local limit = self.config.maxInFlight
  if limit then now = admit(self, call, limit, name, deadline, now) end
  local err = wait_for_rate(self, budget, call, name, deadline, now)
  if not err then
    now = self.runtime.monotonic()
    budget:begin(call, now)
    budget.is_open = not self.has_line and budget.entries ~= nil and budget.backoff == 0 and budget.next <= now
  elseif call.admitted then
    in_flight.remove(call.admitted)
  end
  return err
end

return rate_limiter
