--- A refusal that all who share a store mind: each that asked again could lock who was refused. It is sealed with what was
--- refused, so that it is nothing to who has other credentials.
local core = require "mimecast.core"

local refusal = {}

local Refusal = {}
Refusal.__index = Refusal

--- Makes one.
---@param store mimecast.Store
---@param key string of the store
---@param seal userdata secret that it is sealed with
---@param pause number seconds for which it stands; 0: nothing is kept
---@return table refusal
function refusal.new(store, key, seal, pause)
  return setmetatable({ store = store, key = key, seal = seal, pause = pause }, Refusal)
end

--- What was told of the last one, and the seconds for which it stands; nil where there is none.
---@return string? text
---@return number? seconds
function Refusal:look()
  if self.pause == 0 then return nil end
  local value, left = self.store:get(self.key)
  local text = value and left and core.decrypt(self.seal, tostring(value))
  if text then return core.secret.reveal(text), math.min(left, self.pause) end
  return nil
end

--- Tells of one.
---@param text string what is to be known of it: nothing that the service said in its own words
function Refusal:tell(text)
  if self.pause > 0 then self.store:set(self.key, core.encrypt(self.seal, text), self.pause) end
end

return refusal
