--- Delays requests to the rate that the service and the client's own limits allow.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local fair_queue = require "mimecast.base.fair_queue"
local in_flight = require "mimecast.base.in_flight"
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
    waiters = fair_queue.new(), -- for maxInFlight
    next = 0, interval = 1 / (config.callsPerSecond or math.huge),
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
  schedule.next = slot + interval
  return slot <= now or wait(self, schedule, name, slot - now)
end

-- Waits in turn until fewer than maxInFlight requests are in flight, or until the deadline. The condition itself admits the
-- request, because several requests wait for the same condition. Returns the time.
local function admit(self, request, limit, name, deadline, start)
  local monotonic, admitted, waiters = self.runtime.monotonic, self.admitted, self.waiters
  if waiters:is_empty() and admitted:count(start) < limit then
    request.admitted = admitted:add(deadline, start)
    return start
  end
  local waiter = waiters:enqueue(start)
  local function is_over()
    local now = monotonic()
    if request.admitted then return true end
    if now < deadline and not (waiters:is_turn(waiter, now) and admitted:count(now) < limit) then return false end
    waiters:dequeue(waiter)
    request.admitted = admitted:add(deadline, now)
    return true
  end
  self.transport:wait_until(is_over)
  local now = monotonic()
  self.config.hooks:wait(name, now - start, "in flight")
  return now
end

-- Waits for the rate. Returns an error value if the wait would be longer than the call may take. A request whose wait is
-- broken off goes on to the transport, which fails it. Each budget has its own schedule. `exhausted` is the time until the next
-- window if the budget had no request left.
local function wait_for_rate(self, budget, request, name, deadline, now, exhausted)
  local interval, seconds = budget.backoff, exhausted or 0
  -- behind the requests that wait already
  if exhausted or budget.next > now then interval = math.max(interval, budget:interval()) end
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
    seconds = budget:consume(request, now)
    if seconds > 0 then now, interval = self.runtime.monotonic(), math.max(budget.backoff, budget:interval()) end
  until seconds == 0
end

-- Returns whether a request may go on at once if the budget has a request left.
local function is_free(self, budget, now)
  return budget.backoff == 0 and budget.next <= now and self.interval == 0
end

--- Returns the rate budget of an operation.
---@param operation mimecast.Operation
---@return table budget
function RateLimiter:budget_of(operation)
  return self.budgets[operation.rate_key]
end

--- Waits until a request may be sent. Every acquired request must be released.
---@param request table counted as in flight
---@param budget table of `budget_of`
---@param name string of the operation
---@param deadline number of the call, in monotonic seconds
---@param now number monotonic seconds
---@return mimecast.Error? err if the wait would be longer than the call may take
function RateLimiter:acquire(request, budget, name, deadline, now)
  local limit, waited = self.config.maxInFlight, false
  if limit then now = admit(self, request, limit, name, deadline, now) end
  local seconds = is_free(self, budget, now) and budget:consume(request, now) or nil
  if seconds ~= 0 then
    local err = wait_for_rate(self, budget, request, name, deadline, now, seconds)
    if err then
      if request.admitted then self.admitted:remove(request.admitted, deadline) end
      return err
    end
    waited = true
  end
  if waited or not budget.entries then now = self.runtime.monotonic() end -- a shared store may have waited, too
  request.acquired_at, request.slot = now, budget.in_flight:add(deadline, now)
  return nil
end

--- Ends a request: learns from its response, or returns its share of the budget if it was not sent.
---@param request table sent: whether it was sent
---@param budget table
---@param deadline number of `acquire`
---@param response? table
---@param now? number monotonic seconds, with a response
function RateLimiter:release(request, budget, deadline, response, now)
  budget.in_flight:remove(request.slot, deadline)
  if request.admitted then self.admitted:remove(request.admitted, deadline) end
  if not request.sent then budget:refund(request) end
  if response then budget:observe(request, response, now) end
end

return rate_limiter
