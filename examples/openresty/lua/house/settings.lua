--- What the house is told by its environment, read once by nginx' first process: workers are started without it.
local core = require "mimecast.core"
local mimecast = require "mimecast"

local settings = {
  age = 300, -- seconds that a signature holds
}

local function number(name, default, least)
  local text = os.getenv(name)
  local value = tonumber(text or default)
  if not value or value < least then error(("%s must be a number from %s on"):format(name, least), 0) end
  return value
end

--- Reads them; what is missing or wrong keeps nginx from starting.
function settings.read()
  settings.secret = core.secret.from_environment "HOUSE_SECRET"
  if not settings.secret then error("HOUSE_SECRET is missing: what the webhooks are signed with", 0) end
  settings.client = assert(mimecast.default()) -- of MIMECAST_CLIENT_ID and so on, or a profile
  settings.list = os.getenv "HOUSE_LIST"
  settings.list_every = number("HOUSE_LIST_EVERY", 86400, 1)
  settings.list_at = number("HOUSE_LIST_AT", 7200, 0) -- seconds after midnight, UTC
  settings.redis_is_shared = os.getenv "HOUSE_REDIS_HOST" ~= nil -- by several hosts
  settings.redis_host = os.getenv "HOUSE_REDIS_HOST" or "127.0.0.1"
  settings.redis_port = number("HOUSE_REDIS_PORT", 6379, 1)
  settings.redis_password = core.secret.from_environment "HOUSE_REDIS_PASSWORD"
  settings.patience = number("HOUSE_PATIENCE", 86400, 1) -- seconds after which a change that still fails is parked
  settings.timeout = settings.client.settings.timeout -- of one call, with all its attempts
  local file = io.open "/proc/sys/kernel/hostname"
  settings.host = file and file:read "*l" or "house"
  if file then file:close() end
end

return settings
