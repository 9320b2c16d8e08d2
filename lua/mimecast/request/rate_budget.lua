--- What the service still allows in the running window: learned from its responses, kept in the store.
--
-- The service counts requests in windows: a limit, how many remain, when the window ends (mimecast-api 5). Workers and hosts
-- that share a store spend one budget. A window is "id:limit" under one key that lives until it ends; what is left of it is a
-- counter under a key of its own.
local errors = require "mimecast.errors"

local budget = {}
local Budget = {}
Budget.__index = Budget

local usual_length, length_decay = 5, 0.7 -- seconds of a window before one has been seen (mimecast-api 5)
local allowance = 1 -- seconds that the first answer of a window may take
local tolerance = 0.01 -- seconds
local first_gap, longest_gap, gap_decay = 0.01, 2, 0.95 -- seconds between requests after a 429, and how that heals
local reserve_step, reserve_decay = 8, 0.9 -- requests left to others who spend the same budget, after a 429

--- Made from checked settings.
---@param settings table store, storeKey, monotonic, clock
---@param name? string of what the service counts for itself; nil where it counts all functions together
function budget.new(settings, name)
  local key = settings.storeKey .. ":pace:"
  local own = name and key .. name .. ":" or key
  return setmetatable({
    settings = settings, store = settings.store, window_key = own .. "window", left_keys = own .. "left:",
    count_key = key .. "windows",
    -- Requests in the air, each with its deadline: one that an interrupt took away is collected, and counts no longer than it
    -- could have taken.
    flying = setmetatable({}, { __mode = "k" }),
    longest = nil, length = nil, -- seconds of a window: the most that was seen, and what it seems to be now
    begun = {}, -- windows of this worker's own that are being announced
    refused_at = -math.huge, -- monotonic seconds of the last refusal
    gap = 0, reserve = 0,
    next = 0, -- monotonic seconds at which the next of those that wait in line goes on
  }, Budget)
end

--- How many of these requests are there still.
---@param requests table<table, number> each with its deadline
---@param now number monotonic seconds
---@return integer count
function budget.count(requests, now)
  local sum = 0
  for _, deadline in pairs(requests) do
    if now < deadline then sum = sum + 1 end
  end
  return sum
end

local function in_flight(self)
  return budget.count(self.flying, self.settings.monotonic())
end

-- ---- the window ----

local function left_key(self, id)
  return self.left_keys .. id
end

local function current(self)
  local value, life = self.store:get(self.window_key)
  if not value then return nil end
  if value ~= self.value then
    local id, limit = tostring(value):match("^(%d+):(%d+)$")
    if not id then return nil end
    self.value, self.id, self.most, self.left_key = value, id, tonumber(limit), left_key(self, id)
  end
  self.till = self.settings.monotonic() + life
  return self.id, life, self.most, value
end

-- Begins a window in the place of another one; where two do, one wins. What is in the air may be counted in it. What is
-- left is there before the window is: a store may let others look in between.
local function begin(self, limit, left, life, old)
  local store = self.store
  if old then -- with its counter: where windows are short, or seem to be, these would pile up
    store:delete(self.window_key, old)
    store:delete(left_key(self, old:match "^%d+"))
  end
  local id = ("%d"):format(store:incr(self.count_key, 1, 0, 86400))
  store:incr(left_key(self, id), left, 0, life + 1)
  self.begun[id] = true
  local won = store:add(self.window_key, ("%s:%d"):format(id, limit), life)
  self.begun[id] = nil
  if not won then return store:delete(left_key(self, id)) end
  self.seen, self.reserve = id, math.floor(self.reserve * reserve_decay)
end

--- Takes one request from the budget.
---@param request table
---@return number seconds to wait, 0 where there was one
function Budget:take(request)
  local id, life, limit = current(self)
  if not id then
    if not self.limit then return 0 end -- nothing is known yet
    -- Too long rather than too short: its first answer may shorten it.
    begin(self, self.limit, self.limit - in_flight(self), self.longest and self.longest + allowance or usual_length)
    id, life, limit = current(self)
    if not id then return 0 end
  end
  local key = self.left_key -- the store may yield, and then another call may see another window
  -- Another worker has begun it and does not know what is in the air here.
  if self.seen ~= id and not self.begun[id] then
    self.seen = id
    self.store:incr(key, -in_flight(self), limit, life + 1)
  end
  request.window = id
  local left = self.store:incr(key, -1, limit, life + 1)
  self.left = left
  if left >= self.reserve then return 0 end
  self.left, request.window = self.store:incr(key, 1, limit, life + 1), nil -- whoever waits, or gives up, has none
  return life
end

--- Seconds between two that waited: with twice the allowed rate the line gets shorter.
---@return number seconds
function Budget:spacing()
  return math.min((self.length or usual_length) / (self.limit or 100) / 2, longest_gap)
end

-- ---- learning ----

-- Others spend the same budget, or the service counts otherwise: what it says remains is what remains. Answers that come
-- while the store is asked shall not correct it by the same once more.
local function correct(self, request, remaining, real)
  local id, life, limit = current(self)
  if not id or request.window ~= id or remaining >= (self.left or 0) then return end
  self.left = real
  local left = tonumber((self.store:get(left_key(self, id))))
  if left and remaining < left then self.left = self.store:incr(left_key(self, id), real - left, limit, life + 1) end
end

-- Whether an answer says nothing new: this window, its end, and no fewer requests than are known to remain.
local function is_known(self, request, remaining, reset)
  local till = self.till
  return request.window == self.id and remaining >= self.left and reset <= till - request.entered + tolerance
    and reset >= till - self.settings.monotonic() - tolerance
end

-- A service whose windows have become shorter is believed by and by: one of which only the end was seen looks the same.
local function shorten(self, reset)
  self.length = math.max(self.length * length_decay, reset)
end

local function learn(self, request, limit, remaining, reset)
  self.limit, self.length, self.longest = limit, math.max(self.length or 0, reset), math.max(self.longest or 0, reset)
  if request.window and is_known(self, request, remaining, reset) then return end
  local real = remaining - in_flight(self) -- as it is now: the store may yield
  local id, life, _, value = current(self)
  if id and request.window ~= id then return end -- it speaks of a window that is over
  -- The answer has travelled: within one window its reset cannot be further away than this.
  local latest = id and life + self.settings.monotonic() - request.entered + tolerance
  if not id or reset > latest then -- the service has begun a new one
    shorten(self, reset)
    begin(self, limit, real, reset, value)
  else
    if reset < life - tolerance then
      shorten(self, reset)
      self.store:set(self.window_key, value, reset)
    end
    correct(self, request, remaining, real)
  end
end

-- The budget is spent, whatever was thought: others spend it, too, or its limit is not told.
local function refused(self, request, response)
  local settings = self.settings
  local seconds, flying = math.max(errors.retry_after(response, settings.clock()) or 1, 0.001), in_flight(self)
  local id, _, _, value = current(self)
  -- Those that were refused beside it have been told of already.
  if request.entered <= self.refused_at or (id and request.window ~= id) then return end
  self.refused_at = settings.monotonic()
  if self.limit then
    self.reserve = math.min(self.reserve + math.max(reserve_step, flying), math.floor(self.limit / 4))
  end
  self.gap = math.min(math.max(self.gap * 2, first_gap), longest_gap)
  begin(self, self.limit or 0, 0, seconds, value)
end

--- Gives back what a request has taken that is not sent.
---@param request table
function Budget:give_back(request)
  if not request.window then return end
  local left = self.store:incr(left_key(self, request.window), 1, 0, 1)
  if request.window == self.id then self.left = left end
  request.window = nil
end

--- Takes note of what an answer says of the budget.
---@param request table
---@param response table
function Budget:learn(request, response)
  if response.status == 401 then return end -- who is not let in has another budget (mimecast-api 1.7)
  if response.status == 429 then return refused(self, request, response) end
  if self.gap > 0 then self.gap = self.gap * gap_decay > 0.001 and self.gap * gap_decay or 0 end
  local limit, remaining, reset = errors.rate(response.headers, self.settings.clock)
  if limit and remaining and reset and limit >= 1 and limit < 2 ^ 53 and math.abs(remaining) < 2 ^ 53 and reset > 0 then
    learn(self, request, math.floor(limit), remaining, reset)
  end
end

return budget
