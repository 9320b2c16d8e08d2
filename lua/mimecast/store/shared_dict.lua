--- The store of all workers of one nginx: a dictionary of `lua_shared_dict`.
local shared = {}

local Shared = {}
Shared.__index = Shared

local shortest = 0.001 -- seconds: to nginx, 0 is for ever

--- A store in a dictionary that nginx's configuration declares. Raises where there is none.
---@param dictionary string|table its name, or `ngx.shared.name`
---@return mimecast.Store
function shared.new(dictionary)
  if type(dictionary) == "string" then
    local ngx = rawget(_G, "ngx")
    local declared = type(ngx) == "table" and ngx.shared or {}
    if not declared[dictionary] then
      error(("mimecast: there is no dictionary %s: add `lua_shared_dict %s 1m;` to nginx's http block"):format(dictionary,
        dictionary), 2)
    end
    dictionary = declared[dictionary]
  end
  if type(dictionary) ~= "table" or not dictionary.ttl then
    error("mimecast: a shared store takes the name of a lua_shared_dict, or the dictionary", 2)
  end
  return setmetatable({ dictionary = dictionary }, Shared)
end

local function life(seconds) return math.max(seconds, shortest) end

-- A value that is replaced between the two questions would get the life of the next one.
function Shared:get(key)
  local dictionary = self.dictionary
  local value, seconds
  repeat
    value, seconds = dictionary:get(key), dictionary:ttl(key)
  until value ~= value or value == dictionary:get(key) -- NaN, which is none of ours, equals nothing
  if value ~= nil and value == value then return value, seconds or shortest end
  return nil
end

function Shared:set(key, value, seconds)
  self.dictionary:set(key, value, life(seconds))
end

-- A dictionary without room keeps nobody waiting: what cannot be shared is not.
function Shared:add(key, value, seconds)
  local ok, reason = self.dictionary:add(key, value, life(seconds))
  return ok or reason ~= "exists"
end

function Shared:incr(key, n, first, seconds)
  local dictionary = self.dictionary
  local sum, reason = dictionary:incr(key, n, first, life(seconds))
  if reason == "not a number" then
    dictionary:delete(key)
    sum = dictionary:incr(key, n, first, life(seconds))
  end
  return sum or first + n
end

-- nginx has no delete on condition. What comes in between the two steps, within microseconds, is lost: another token is
-- fetched then, or a lock is free early.
function Shared:delete(key, value)
  if value == nil or self.dictionary:get(key) == value then self.dictionary:delete(key) end
end

return shared
