--- When a request may be sent: by the rate that the service allows, and by the caller's own limits.
local budgets = require "mimecast.request.rate_budget"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local fair_queue = require "mimecast.base.fair_queue"

local pace = {}
local Pace = {}
Pace.__index = Pace

-- The budgets by what the service counts for itself (see mimecast.operations and mimecast.raw), each made when it is first
-- asked for: API 1.0 counts all functions together, API 2.0 each of them (mimecast-api 5, 11).
local function by_function(settings)
  local shared = settings.generation == "1.0" and budgets.new(settings)
  return setmetatable({}, { __index = function(list, name)
    list[name] = shared or budgets.new(settings, name)
    return list[name]
  end })
end

--- Made from checked settings.
---@param settings table generation, store, storeKey, monotonic, clock, sleep, watch, maxInFlight, callsPerSecond
---@param transport table
function pace.new(settings, transport)
  return setmetatable({
    settings = settings, transport = transport, budgets = by_function(settings),
    -- Requests that hold a place, each with its deadline, like those that a budget has in the air.
    inside = setmetatable({}, { __mode = "k" }),
    line = fair_queue.new(), -- those that wait for a place
    next = 0, slowest = 1 / (settings.callsPerSecond or math.huge),
  }, Pace)
end

-- ---- waiting ----

-- False where the calls beside it are broken off, and it with them: then nobody waits in that line any more.
local function wait(self, line, name, seconds)
  self.settings.watch:wait(name, seconds, "rate limit")
  if self.settings.sleep(seconds) ~= false then return true end
  line.next = math.min(line.next, self.settings.monotonic())
  return false
end

local function too_late(seconds)
  return errors.new {
    category = "rate_limit", code = "rate_limited", retryable = true, retryAfter = seconds,
    message = ("not sent: the service's limit of calls is reached for another %s s, longer than the call may take")
      :format(core.format_fixed(seconds, 1)),
    hint = "raise timeout, or call later",
  }
end

-- A place in a line: requests of this process that had to wait go on one by one and not all at the same instant. Whoever
-- would be too late takes none. False where the wait is broken off, and an error value where it would be too long.
local function stand_in(self, line, from, gap, name, deadline)
  local slot, now = math.max(from, line.next), self.settings.monotonic()
  if slot >= deadline then return false, too_late(slot - now) end
  line.next = slot + gap
  return slot <= now or wait(self, line, name, slot - now)
end

-- Takes a place among those in flight, in turn, or runs out of time. The condition takes it: several wait for the same one.
local function take_place(self, request, name, deadline)
  local most, monotonic, inside, line = self.settings.maxInFlight, self.settings.monotonic, self.inside, self.line
  if not most then return end
  local began = monotonic()
  if line:is_empty() and budgets.count(inside, began) < most then
    inside[request] = deadline
    return
  end
  local one = line:enqueue(began)
  local function is_over()
    local now = monotonic()
    if inside[request] then return true end
    if now < deadline and not (line:is_turn(one, now) and budgets.count(inside, now) < most) then return false end
    line:dequeue(one)
    inside[request] = deadline
    return true
  end
  self.transport:wait_until(is_over)
  self.settings.watch:wait(name, monotonic() - began, "in flight")
end

-- Waits for the rate; an error value where that would be longer than the call may take. What is broken off goes on to the
-- transport, which tells it so. The line of a budget is its own: nobody waits for another function's limit.
local function wait_for_rate(self, budget, request, name, deadline)
  local now, gap, seconds = self.settings.monotonic(), budget.gap, 0
  if budget.next > now then gap = math.max(gap, budget:spacing()) end -- behind those that wait already
  repeat
    if gap > 0 then
      local goes_on, err = stand_in(self, budget, now + seconds, gap, name, deadline)
      if not goes_on then return err end
    end
    if self.slowest > 0 then
      local goes_on, err = stand_in(self, self, self.settings.monotonic(), self.slowest, name, deadline)
      if not goes_on then return err end
    end
    seconds = budget:take(request)
    if seconds > 0 then now, gap = self.settings.monotonic(), math.max(budget.gap, budget:spacing()) end
  until seconds == 0
end

--- Waits until a request may be sent. What was let in must `leave`.
---@param request table noted as being in the air
---@param operation mimecast.Operation
---@param deadline number of the call, in monotonic seconds
---@return true? ok
---@return mimecast.Error? err where the wait would be longer than the call may take
function Pace:enter(request, operation, deadline)
  local budget, name = self.budgets[operation.rate_key], operation.name
  take_place(self, request, name, deadline)
  local err = wait_for_rate(self, budget, request, name, deadline)
  if err then
    self.inside[request] = nil
    return nil, err
  end
  budget.flying[request], request.budget, request.entered = deadline, budget, self.settings.monotonic()
  return true
end

--- Takes note of what came of a request.
---@param request table sent: whether it was; what was not is given back to the budget
---@param response? table nil where there was no answer
function Pace:leave(request, response)
  local budget = request.budget
  self.inside[request], budget.flying[request] = nil, nil
  if not request.sent then budget:give_back(request) end
  if response then budget:learn(request, response) end
end

return pace
