--- Caches denied credentials in the shared store, so that other workers do not send them again and lock the account.
--
-- An entry is encrypted with the denied secret: clients with other credentials cannot read it.
local core = require "mimecast.core"

local denied_cache = {}

local DeniedCache = {}
DeniedCache.__index = DeniedCache

--- Makes a cache of one entry.
---@param store mimecast.Store
---@param key string key in the store
---@param secret userdata encrypts the entry
---@param seconds number lifetime of the entry; 0: nothing is cached
---@return table cache
function denied_cache.new(store, key, secret, seconds)
  return setmetatable({ store = store, key = key, secret = secret, seconds = seconds }, DeniedCache)
end

--- Reads the entry.
---@return string? text nil if there is no entry
---@return number? seconds remaining lifetime
function DeniedCache:get()
  if self.seconds == 0 then return nil end
  local value, left = self.store:get(self.key)
  local text = value and left and core.decrypt(self.secret, tostring(value))
  if text then return core.secret.reveal(text), math.min(left, self.seconds) end
  return nil
end

--- Writes the entry.
---@param text string contains no text of the service
function DeniedCache:put(text)
  if self.seconds > 0 then self.store:set(self.key, core.encrypt(self.secret, text), self.seconds) end
end

return denied_cache
