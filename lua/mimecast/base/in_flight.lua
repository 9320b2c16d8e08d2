--- Counts requests in flight. A request that an interrupt took away is never removed: it counts until the last deadline of its
-- group.
--
-- The requests of a short time form a group, so that neither a request nor the collection of garbage pays for the count: a weak
-- table with a fresh key for each request did.
local in_flight = {}

local InFlight = {}
InFlight.__index = InFlight

local group_time = 0.1 -- seconds in which requests join a group

--- Makes an empty count.
---@return table
function in_flight.new()
  return setmetatable({ groups = {}, current = { count = 0, closes_at = -math.huge, deadline = -math.huge } }, InFlight)
end

-- Drops the groups whose requests have ended, or passed their deadline.
local function drop_ended(self, now)
  local kept = {}
  for _, group in ipairs(self.groups) do
    if group.count > 0 and now < group.deadline then kept[#kept + 1] = group end
  end
  self.groups = kept
end

local function open_group(self, deadline, now)
  drop_ended(self, now)
  local group = { count = 0, closes_at = now + group_time, deadline = deadline }
  self.groups[#self.groups + 1] = group
  self.current = group
  return group
end

--- Adds a request.
---@param deadline number monotonic seconds
---@param now number
---@return table group: `in_flight.remove(group)` removes the request
function InFlight:add(deadline, now)
  local group = self.current
  if now >= group.closes_at then group = open_group(self, deadline, now) end
  if deadline > group.deadline then group.deadline = deadline end
  group.count = group.count + 1
  return group
end

--- Removes a request.
---@param group table
function in_flight.remove(group)
  group.count = group.count - 1
end

--- Counts the requests.
---@param now number monotonic seconds
---@return integer count
function InFlight:count(now)
  local count = 0
  for _, group in ipairs(self.groups) do
    if now < group.deadline then count = count + group.count end
  end
  return count
end

return in_flight
