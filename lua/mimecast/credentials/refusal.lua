--- A refusal that all who share a store mind: each that asked again could lock who was refused. It is sealed with what was
--- refused, so that it is nothing to who has other credentials.
local core = require "mimecast.core"

local refusal = {}

local Refusal = {}
Refusal.__index = Refusal

--- Makes one.
---@param settings table store, refusalPause (seconds; 0: nothing is kept)
---@param key string of the store
---@param seal userdata secret that it is sealed with
---@return table refusal
function refusal.new(settings, key, seal)
  return setmetatable({ settings = settings, key = key, seal = seal }, Refusal)
end

--- What was told of the last one, and the seconds for which it stands; nil where there is none.
---@return string? text
---@return number? seconds
function Refusal:look()
  local settings = self.settings
  if settings.refusalPause == 0 then return nil end
  local value, left = settings.store:get(self.key)
  local text = value and left and core.unseal(self.seal, tostring(value))
  if text then return core.secret.reveal(text), math.min(left, settings.refusalPause) end
  return nil
end

--- Tells of one.
---@param text string what is to be known of it: nothing that the service said in its own words
function Refusal:tell(text)
  local settings = self.settings
  if settings.refusalPause > 0 then settings.store:set(self.key, core.seal(self.seal, text), settings.refusalPause) end
end

return refusal
