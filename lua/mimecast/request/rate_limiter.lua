--- Delays requests to the rate that the service and the client's own limits allow.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local fair_queue = require "mimecast.base.fair_queue"
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
    admitted = setmetatable({}, { __mode = "k" }), -- requests that count for maxInFlight, each with its deadline
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
-- request, because several requests wait for the same condition.
local function admit(self, request, name, deadline)
  local limit, monotonic, admitted, waiters = self.config.maxInFlight, self.runtime.monotonic, self.admitted, self.waiters
  if not limit then return end
  local start = monotonic()
  if waiters:is_empty() and rate_budget.count(admitted, start) < limit then
    admitted[request] = deadline
    return
  end
  local waiter = waiters:enqueue(start)
  local function is_over()
    local now = monotonic()
    if admitted[request] then return true end
    if now < deadline and not (waiters:is_turn(waiter, now) and rate_budget.count(admitted, now) < limit) then
      return false
    end
    waiters:dequeue(waiter)
    admitted[request] = deadline
    return true
  end
  self.transport:wait_until(is_over)
  self.config.hooks:wait(name, monotonic() - start, "in flight")
end

-- Waits for the rate. Returns an error value if the wait would be longer than the call may take. A request whose wait is
-- broken off goes on to the transport, which fails it. Each budget has its own schedule.
local function wait_for_rate(self, budget, request, name, deadline)
  local now, interval, seconds = self.runtime.monotonic(), budget.backoff, 0
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
    seconds = budget:consume(request)
    if seconds > 0 then now, interval = self.runtime.monotonic(), math.max(budget.backoff, budget:interval()) end
  until seconds == 0
end

--- Waits until a request may be sent. Every acquired request must be released.
---@param request table counted as in flight
---@param operation mimecast.Operation
---@param deadline number of the call, in monotonic seconds
---@return true? ok
---@return mimecast.Error? err if the wait would be longer than the call may take
function RateLimiter:acquire(request, operation, deadline)
  local budget, name = self.budgets[operation.rate_key], operation.name
  admit(self, request, name, deadline)
  local err = wait_for_rate(self, budget, request, name, deadline)
  if err then
    self.admitted[request] = nil
    return nil, err
  end
  budget.in_flight[request], request.budget, request.acquired_at = deadline, budget, self.runtime.monotonic()
  return true
end

--- Ends a request: learns from its response, or returns its share of the budget if it was not sent.
---@param request table sent: whether it was sent
---@param response? table
function RateLimiter:release(request, response)
  local budget = request.budget
  self.admitted[request], budget.in_flight[request] = nil, nil
  if not request.sent then budget:refund(request) end
  if response then budget:observe(request, response) end
end

return rate_limiter
