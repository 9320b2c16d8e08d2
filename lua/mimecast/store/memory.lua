--- The store of one process: a table whose entries end by themselves.
local memory = {}

local Memory = {}
Memory.__index = Memory

local fewest = 64 -- entries below which nobody looks for those that have ended

--- A store in this process.
---@param monotonic fun(): number seconds that only go forward
---@return mimecast.Store
function memory.new(monotonic)
  return setmetatable({ monotonic = monotonic, entries = {}, added = 0, bound = fewest }, Memory)
end

-- The entry of a key while it lives.
local function living(self, key, now)
  local entry = self.entries[key]
  if not entry or now < entry.till then return entry end
  self.entries[key] = nil
  return nil
end

-- Keys that nobody asks for again must not pile up: all are looked at once as many have come as there were.
local function sweep(self, now)
  local count = 0
  for key, entry in pairs(self.entries) do
    if now < entry.till then count = count + 1 else self.entries[key] = nil end
  end
  self.added, self.bound = 0, math.max(count, fewest)
end

local function put(self, key, value, seconds, now)
  if not self.entries[key] then
    self.added = self.added + 1
    if self.added > self.bound then sweep(self, now) end
  end
  self.entries[key] = { value = value, till = now + seconds }
end

--- What is kept under a key.
---@param key string
---@return string|number? value
---@return number? seconds it still lives
function Memory:get(key)
  local now = self.monotonic()
  local entry = living(self, key, now)
  if entry then return entry.value, entry.till - now end
  return nil
end

--- Keeps a value, in place of the one before.
---@param key string
---@param value string|number
---@param seconds number
function Memory:set(key, value, seconds)
  put(self, key, value, seconds, self.monotonic())
end

--- Keeps a value only where there is none: a lock.
---@param key string
---@param value string|number
---@param seconds number
---@return boolean added
function Memory:add(key, value, seconds)
  local now = self.monotonic()
  if living(self, key, now) then return false end
  put(self, key, value, seconds, now)
  return true
end

--- Adds to a number. It does not live longer for that.
---@param key string
---@param n number
---@param first number what it begins with where there is none
---@param seconds number for which it lives then
---@return number sum
function Memory:incr(key, n, first, seconds)
  local now = self.monotonic()
  local entry = living(self, key, now)
  if entry and type(entry.value) == "number" then
    entry.value = entry.value + n
    return entry.value
  end
  put(self, key, first + n, seconds, now)
  return first + n
end

--- Forgets a key.
---@param key string
---@param value? string|number only where it is still this one
function Memory:delete(key, value)
  local entry = self.entries[key]
  if entry and (value == nil or entry.value == value) then self.entries[key] = nil end
end

return memory
