--- A store in this process: a table whose entries expire.
--
-- `entries` has a table for each key: value, expires_at (monotonic seconds). It is the same table until the key expires or is
-- deleted; after that its `expires_at` is never again in the future. The rate budgets use the entries directly.
local memory = {}

local Memory = {}
Memory.__index = Memory

local smallest_sweep = 64 -- new entries after which a small store is searched for expired ones

--- Makes a store.
---@param monotonic fun(): number seconds of a clock that only goes forward
---@return mimecast.Store
function memory.new(monotonic)
  return setmetatable({ monotonic = monotonic, entries = {}, added = 0, sweep_after = smallest_sweep }, Memory)
end

-- The entry of a key, if it has not expired.
local function find(self, key, now)
  local entry = self.entries[key]
  if not entry or now < entry.expires_at then return entry end
  self.entries[key] = nil
  return nil
end

-- Removes all expired entries. Runs after as many new entries as the last sweep left, so that the store cannot grow without
-- bound and the cost of an entry stays constant.
local function sweep(self, now)
  local count = 0
  for key, entry in pairs(self.entries) do
    if now < entry.expires_at then count = count + 1 else self.entries[key] = nil end
  end
  self.added, self.sweep_after = 0, math.max(count, smallest_sweep)
end

local function put(self, key, value, seconds, now)
  local entry = find(self, key, now)
  if entry then
    entry.value, entry.expires_at = value, now + seconds
    return
  end
  self.added = self.added + 1
  if self.added > self.sweep_after then sweep(self, now) end
  self.entries[key] = { value = value, expires_at = now + seconds }
end

--- Reads a key.
---@param key string
---@return string|number? value
---@return number? seconds until it expires
function Memory:get(key)
  local now = self.monotonic()
  local entry = find(self, key, now)
  if entry then return entry.value, entry.expires_at - now end
  return nil
end

--- Writes a key, in place of its previous value.
---@param key string
---@param value string|number
---@param seconds number
function Memory:set(key, value, seconds)
  put(self, key, value, seconds, self.monotonic())
end

--- Writes a key only if it does not exist: a lock.
---@param key string
---@param value string|number
---@param seconds number
---@return boolean added
function Memory:add(key, value, seconds)
  local now = self.monotonic()
  if find(self, key, now) then return false end
  put(self, key, value, seconds, now)
  return true
end

--- Adds to a number. Its expiry does not change.
---@param key string
---@param n number
---@param first number start of a new key
---@param seconds number lifetime of a new key
---@return number sum
function Memory:incr(key, n, first, seconds)
  local now = self.monotonic()
  local entry = find(self, key, now)
  if entry and type(entry.value) == "number" then
    entry.value = entry.value + n
    return entry.value
  end
  put(self, key, first + n, seconds, now)
  return first + n
end

--- Deletes a key.
---@param key string
---@param value? string|number deletes only this value
function Memory:delete(key, value)
  local entry = self.entries[key]
  if not entry or (value ~= nil and entry.value ~= value) then return end
  entry.expires_at = -math.huge
  self.entries[key] = nil
end

return memory
