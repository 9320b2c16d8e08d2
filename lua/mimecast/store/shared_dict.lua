--- A store for all workers of one nginx: a dictionary of `lua_shared_dict`.
local shared_dict = {}

local SharedDict = {}
SharedDict.__index = SharedDict

local shortest = 0.001 -- seconds; for nginx, 0 means no expiry

--- Makes a store of a dictionary. Raises if nginx's configuration does not declare it.
---@param dictionary string|table its name, or `ngx.shared.name`
---@return mimecast.Store
function shared_dict.new(dictionary)
  if type(dictionary) == "string" then
    local ngx = rawget(_G, "ngx")
    local declared = type(ngx) == "table" and ngx.shared or {}
    if not declared[dictionary] then
      error(("mimecast.store.shared_dict: no dictionary %s; add `lua_shared_dict %s 1m;` to nginx's http block"):format(
        dictionary, dictionary), 2)
    end
    dictionary = declared[dictionary]
  end
  if type(dictionary) ~= "table" or not dictionary.ttl then
    error("mimecast.store.shared_dict takes the name of a lua_shared_dict, or the dictionary", 2)
  end
  return setmetatable({ dictionary = dictionary }, SharedDict)
end

local function lifetime(seconds) return math.max(seconds, shortest) end

-- Reads again if another worker replaced the value between the reads of value and expiry.
function SharedDict:get(key)
  local dictionary = self.dictionary
  local value, seconds
  repeat
    value, seconds = dictionary:get(key), dictionary:ttl(key)
  until value ~= value or value == dictionary:get(key) -- NaN, of another program, equals nothing
  if value ~= nil and value == value then return value, seconds or shortest end
  return nil
end

function SharedDict:set(key, value, seconds)
  self.dictionary:set(key, value, lifetime(seconds))
end

-- If the dictionary is full, the key counts as added: each worker goes on alone, and no call waits for a lock.
function SharedDict:add(key, value, seconds)
  local ok, reason = self.dictionary:add(key, value, lifetime(seconds))
  return ok or reason ~= "exists"
end

function SharedDict:incr(key, n, first, seconds)
  local dictionary = self.dictionary
  local sum, reason = dictionary:incr(key, n, first, lifetime(seconds))
  if reason == "not a number" then
    dictionary:delete(key)
    sum = dictionary:incr(key, n, first, lifetime(seconds))
  end
  return sum or first + n
end

-- nginx has no conditional delete. A value that another worker writes between the two steps is lost: then another token is
-- fetched, or a lock is free early.
function SharedDict:delete(key, value)
  if value == nil or self.dictionary:get(key) == value then self.dictionary:delete(key) end
end

return shared_dict
