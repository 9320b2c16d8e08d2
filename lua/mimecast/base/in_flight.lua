--- Counts requests in flight. Each has a deadline: an interrupt can take a request away before it is removed, and then it
-- counts until its deadline.
--
-- A request is a numbered slot. A weak table with a fresh key for each request would cost each collection of garbage a visit.
local in_flight = {}

local InFlight = {}
InFlight.__index = InFlight

local removed = -math.huge
local first_reclaim = 64 -- slots in use before the first search for abandoned ones

--- Makes an empty count.
---@return table
function in_flight.new()
  return setmetatable({ deadlines = {}, size = 0, free = {}, free_count = 0, reclaim_at = first_reclaim }, InFlight)
end

-- Frees the slots whose deadline has passed. A slot stays marked as removed, so that a late `remove` cannot free it twice.
local function reclaim(self, now)
  local deadlines, free, count = self.deadlines, {}, 0
  for slot = self.size, 1, -1 do
    if deadlines[slot] <= now then
      deadlines[slot] = removed
      count = count + 1
      free[count] = slot
    end
  end
  self.free = free -- before the count, so that an interrupt in between leaves no count without slots
  self.free_count = count
  self.reclaim_at = math.max(2 * (self.size - count), first_reclaim)
end

local function new_slot(self, deadline, now)
  if self.size >= self.reclaim_at then
    reclaim(self, now)
    if self.free_count > 0 then return self:add(deadline, now) end
  end
  local slot = self.size + 1
  self.deadlines[slot] = deadline
  self.size = slot
  return slot
end

--- Adds a request.
---@param deadline number monotonic seconds
---@param now number
---@return integer slot for `remove`
function InFlight:add(deadline, now)
  local count = self.free_count
  if count == 0 then return new_slot(self, deadline, now) end
  local slot = self.free[count]
  self.free_count = count - 1
  self.deadlines[slot] = deadline
  return slot
end

--- Removes a request.
---@param slot integer
---@param deadline number of `add`: after it the slot can belong to another request
function InFlight:remove(slot, deadline)
  if self.deadlines[slot] ~= deadline then return end
  self.deadlines[slot] = removed
  local count = self.free_count + 1
  self.free[count] = slot
  self.free_count = count
end

--- Counts the requests that have not passed their deadline.
---@param now number monotonic seconds
---@return integer count
function InFlight:count(now)
  local count, deadlines = 0, self.deadlines
  for slot = 1, self.size do
    if now < deadlines[slot] then count = count + 1 end
  end
  return count
end

return in_flight
