--- The store of one process: what a client without another one keeps its rate budget in.
local memory = {}
local Memory = {}
Memory.__index = Memory

--- An empty store.
---@param elapsed fun(): number seconds that only go forward
function memory.new(elapsed)
  return setmetatable({ elapsed = elapsed, entries = {} }, Memory)
end

local function living(self, key)
  local entry = self.entries[key]
  if not entry then return nil end
  local left = entry.till - self.elapsed()
  if left > 0 then return entry, left end
  self.entries[key] = nil
  return nil
end

function Memory:get(key)
  local entry, left = living(self, key)
  if entry then return entry.value, left end
  return nil
end

function Memory:set(key, value, seconds)
  self.entries[key] = { value = value, till = self.elapsed() + seconds }
end

function Memory:add(key, value, seconds)
  if living(self, key) then return false end
  self:set(key, value, seconds)
  return true
end

function Memory:incr(key, n, first, seconds)
  if not living(self, key) then self:set(key, first, seconds) end
  local entry = self.entries[key]
  entry.value = entry.value + n
  return entry.value
end

function Memory:delete(key, value)
  local entry = living(self, key)
  if entry and (value == nil or entry.value == value) then self.entries[key] = nil end
end

return memory
