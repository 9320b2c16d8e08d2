--- Tracks how many requests the service still allows in the current window: learned from responses, kept in the store.
--
-- The service counts requests in windows: a limit, the remaining requests, the end of the window (mimecast-api 5). Workers and
-- hosts that share a store share one budget. The store has the window as "id:limit" under one key that lives until the window
-- ends, and the remaining requests of that window under another key. The entries of a store in this process are used directly.
local headers = require "mimecast.protocol.headers"
local in_flight = require "mimecast.base.in_flight"

local rate_budget = {}
local RateBudget = {}
RateBudget.__index = RateBudget

local default_length, length_decay = 5, 0.7 -- seconds of a window before a response tells its length (mimecast-api 5)
local allowance = 1 -- seconds that the first response of a window may take
local tolerance = 0.01 -- seconds
local first_backoff, longest_backoff, backoff_decay = 0.01, 2, 0.95 -- seconds between requests after a 429, and its decay
local headroom_step, headroom_decay = 8, 0.9 -- requests left to others that share the budget, after a 429

--- Makes a budget.
---@param config table store, storeKey, runtime
---@param rate_key? string what the service counts by itself; nil if it counts all functions together
function rate_budget.new(config, rate_key)
  local prefix = config.storeKey .. ":pace:"
  local key, store = rate_key and prefix .. rate_key .. ":" or prefix, config.store
  return setmetatable({
    runtime = config.runtime, store = store, window_key = key .. "window", remaining_keys = key .. "left:",
    count_key = prefix .. "windows",
    -- Entries of a store in this process with the same clock; nil for a store of several processes.
    entries = store.monotonic == config.runtime.monotonic and store.entries or nil,
    in_flight = in_flight.new(),
    longest = nil, length = nil, -- seconds of a window: the longest so far, and the current estimate
    starting = {}, -- windows that this worker is writing to the store
    limited_at = -math.huge, -- monotonic seconds of the last 429
    backoff = 0, headroom = 0,
    is_open = false, -- whether a request need not wait in a line; the rate limiter sets it
    next = 0, -- monotonic seconds at which the next waiting request goes on
  }, RateBudget)
end

local function count_in_flight(self)
  return self.in_flight:count(self.runtime.monotonic())
end

-- ---- the window ----

local function key_of_remaining(self, id)
  return self.remaining_keys .. id
end

-- Keeps what the text of a window says. Returns false if another program wrote it.
local function read_window(self, value)
  local id, limit = tostring(value):match("^(%d+):(%d+)$")
  if not id then return false end
  self.value, self.id, self.window_limit, self.remaining_key = value, id, tonumber(limit), key_of_remaining(self, id)
  self.remaining_entry = self.entries and self.entries[self.remaining_key]
  return true
end

-- Returns the text of the window and its remaining seconds; nil if there is no window.
local function get_window(self, now)
  local entries = self.entries
  if not entries then return self.store:get(self.window_key) end
  local entry = entries[self.window_key]
  if not entry then return nil end
  local life = entry.expires_at - now
  if life > 0 then return entry.value, life end
  return nil
end

-- Returns id, remaining seconds, limit and text of the window; nil if there is no window.
local function current_window(self, now)
  local value, life = get_window(self, now)
  if not value or (value ~= self.value and not read_window(self, value)) then return nil end
  self.window_end = (self.entries and now or self.runtime.monotonic()) + life
  return self.id, life, self.window_limit, value
end

-- Adds to the remaining requests of a window that has `life` seconds left. Returns their number.
local function add_remaining(self, key, n, limit, life)
  local entry = self.remaining_entry
  if not entry or key ~= self.remaining_key then return self.store:incr(key, n, limit, life + 1) end
  local sum = entry.value + n
  entry.value = sum
  return sum
end

-- Starts a window in place of a previous one; if two workers do, one of them wins. Requests in flight may count in it. The
-- remaining requests are stored before the window, because a store may let other workers read in between.
local function start_window(self, limit, remaining, life, previous)
  local store = self.store
  if previous then -- with its counter: short windows would leave many of them behind
    store:delete(self.window_key, previous)
    store:delete(key_of_remaining(self, previous:match "^%d+"))
  end
  local id = ("%d"):format(store:incr(self.count_key, 1, 0, 86400))
  store:incr(key_of_remaining(self, id), remaining, 0, life + 1)
  self.starting[id] = true
  local added = store:add(self.window_key, ("%s:%d"):format(id, limit), life)
  self.starting[id] = nil
  if not added then return store:delete(key_of_remaining(self, id)) end
  self.seen, self.headroom = id, math.floor(self.headroom * headroom_decay)
end

-- Starts a window if a response has told a limit. The length is rather too long than too short: the first response may correct
-- it.
local function start_known_window(self)
  if not self.limit then return nil end
  start_window(self, self.limit, self.limit - count_in_flight(self),
    self.longest and self.longest + allowance or default_length)
  return current_window(self, self.runtime.monotonic())
end

--- Takes one request from the budget.
---@param request table
---@param now number monotonic seconds
---@return number seconds to wait; 0 if the request may be sent
function RateBudget:consume(request, now)
  local id, life, limit = current_window(self, now)
  if not id then
    id, life, limit = start_known_window(self)
    if not id then return 0 end
  end
  local key = self.remaining_key -- the store may yield, and then another call may read another window
  -- Another worker started the window and does not know the requests in flight here.
  if self.seen ~= id and not self.starting[id] then
    self.seen = id
    add_remaining(self, key, -count_in_flight(self), limit, life)
  end
  request.window = id
  local remaining = add_remaining(self, key, -1, limit, life)
  self.remaining = remaining
  if remaining >= self.headroom then return 0 end
  self.remaining, request.window = add_remaining(self, key, 1, limit, life), nil -- a waiting request has no share
  return life
end

--- Returns the seconds between two requests that waited. At twice the allowed rate the line gets shorter.
---@return number seconds
function RateBudget:interval()
  return math.min((self.length or default_length) / (self.limit or 100) / 2, longest_backoff)
end

-- ---- learning from responses ----

-- Lowers the remaining requests to what the service says: other programs share the budget, or the service counts
-- differently. Responses that arrive during the calls of the store do not lower it again.
local function adjust(self, request, remaining, actual)
  local id, life, limit = current_window(self, self.runtime.monotonic())
  if not id or request.window ~= id or remaining >= (self.remaining or 0) then return end
  self.remaining = actual
  local stored = tonumber((self.store:get(key_of_remaining(self, id))))
  if stored and remaining < stored then
    self.remaining = self.store:incr(key_of_remaining(self, id), actual - stored, limit, life + 1)
  end
end

-- Returns whether a response says nothing new: same limit, same window, same end, and no fewer remaining requests.
local function is_up_to_date(self, request, limit, remaining, reset, now)
  local window, window_end = request.window, self.window_end
  return window and window == self.id and limit == self.limit and remaining >= self.remaining and reset <= self.length
    and reset <= window_end - request.acquired_at + tolerance and reset >= window_end - now - tolerance
end

-- Shortens the estimate slowly: a response near the end of a window looks like a short window.
local function shrink_window(self, reset)
  self.length = math.max(self.length * length_decay, reset)
end

local function observe_limit(self, request, limit, remaining, reset, now)
  self.limit, self.length, self.longest = limit, math.max(self.length or 0, reset), math.max(self.longest or 0, reset)
  if is_up_to_date(self, request, limit, remaining, reset, now) then return end
  local actual = remaining - count_in_flight(self) -- before the store, which may yield
  local id, life, _, value = current_window(self, now)
  if id and request.window ~= id then return end -- the response belongs to an earlier window
  -- Within one window the reset cannot be further away than this, because the response has travelled.
  local latest = id and self.window_end - request.acquired_at + tolerance
  if not id or reset > latest then -- the service has started a new window
    shrink_window(self, reset)
    start_window(self, limit, actual, reset, value)
  else
    if reset < life - tolerance then
      shrink_window(self, reset)
      self.store:set(self.window_key, value, reset)
    end
    adjust(self, request, remaining, actual)
  end
end

-- Handles a 429: the budget is used up, because other programs share it or the service does not announce its limit.
local function observe_rejection(self, request, response, now)
  local runtime = self.runtime
  local seconds = math.max(headers.retry_after(response, runtime.clock()) or 1, 0.001)
  local others = count_in_flight(self)
  local id, _, _, value = current_window(self, now)
  -- A 429 of a concurrent request has been handled already.
  if request.acquired_at <= self.limited_at or (id and request.window ~= id) then return end
  self.limited_at = runtime.monotonic()
  if self.limit then
    self.headroom = math.min(self.headroom + math.max(headroom_step, others), math.floor(self.limit / 4))
  end
  self.backoff, self.is_open = math.min(math.max(self.backoff * 2, first_backoff), longest_backoff), false
  start_window(self, self.limit or 0, 0, seconds, value)
end

-- Returns the share of a request that is not sent.
local function refund(self, request)
  if not request.window then return end
  local remaining = self.store:incr(key_of_remaining(self, request.window), 1, 0, 1)
  if request.window == self.id then self.remaining = remaining end
  request.window = nil
end

-- Learns from a response.
local function observe(self, request, response, now)
  local status = response.status
  if status == 401 then return end -- denied credentials have another budget (mimecast-api 1.7)
  if status == 429 then return observe_rejection(self, request, response, now) end
  if self.backoff > 0 then self.backoff = self.backoff * backoff_decay > 0.001 and self.backoff * backoff_decay or 0 end
  local limit, remaining, reset = headers.rate_limit(response, self.runtime.clock)
  if not (limit and remaining and reset) or is_up_to_date(self, request, limit, remaining, reset, now) then return end
  if limit >= 1 and limit < 2 ^ 53 and math.abs(remaining) < 2 ^ 53 and reset > 0 then
    observe_limit(self, request, math.floor(limit), remaining, reset, now)
  end
end

-- ---- requests ----

--- Begins a request, whose share is consumed.
---@param request table deadline
---@param now number monotonic seconds
function RateBudget:begin(request, now)
  request.acquired_at, request.group = now, self.in_flight:add(request.deadline, now)
end

-- Consumes a share of a window, if it is the known one and has shares left. Returns whether it did.
local function take_share(self, request, window, now)
  if window.value ~= self.value or now >= window.expires_at or self.seen ~= self.id then return false end
  local counter = self.remaining_entry
  local remaining = counter and counter.value - 1 or -1
  if remaining < self.headroom then return false end
  counter.value, self.remaining, self.window_end, request.window = remaining, remaining, window.expires_at, self.id
  return true
end

--- Begins a request if it need not wait, in a store of this process: the usual case. The rate limiter decides the others.
---@param request table deadline, started
---@return boolean ok
function RateBudget:begin_at_once(request)
  if not self.is_open then return false end
  local now, window = request.started, self.entries[self.window_key]
  if window then
    if not take_share(self, request, window, now) then return false end
  elseif self.limit then -- a window begins with this request
    return false
  end
  request.acquired_at, request.group = now, self.in_flight:add(request.deadline, now)
  return true
end

--- Ends a request that was sent: learns from its response.
---@param request table
---@param response? table
---@param now number monotonic seconds
function RateBudget:finish(request, response, now)
  local group = request.group
  group.count = group.count - 1
  if request.admitted then in_flight.remove(request.admitted) end
  -- false: the transport has looked for the numbers of a rate limit, and there are none
  if response and (response[1] ~= false or response.status == 429 or self.backoff > 0) then
    observe(self, request, response, now)
  end
end

--- Ends a request that was not sent: returns its share of the budget.
---@param request table
---@param now number monotonic seconds
function RateBudget:give_back(request, now)
  self:finish(request, nil, now)
  refund(self, request)
end

return rate_budget
