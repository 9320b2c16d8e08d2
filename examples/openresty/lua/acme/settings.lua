--- Reads the settings from the environment, once, in nginx' master process: workers do not have it.
local core = require "mimecast.core"
local mimecast = require "mimecast"

local settings = {
  signature_max_age = 300, -- seconds
}

local function number(name, default, minimum)
  local text = os.getenv(name)
  local value = tonumber(text or default)
  if not value or value < minimum then error(("%s must be a number, at least %s"):format(name, minimum), 0) end
  return value
end

--- Reads the settings. A missing or invalid one keeps nginx from starting.
function settings.read()
  settings.secret = core.secret.from_environment "ACME_SECRET"
  if not settings.secret then error("ACME_SECRET is missing: it signs the webhooks", 0) end
  settings.client = assert(mimecast.default()) -- from MIMECAST_CLIENT_ID and so on, or a profile
  settings.list = os.getenv "ACME_LIST"
  settings.list_every = number("ACME_LIST_EVERY", 86400, 1)
  settings.list_at = number("ACME_LIST_AT", 7200, 0) -- seconds after midnight, UTC
  settings.redis_is_shared = os.getenv "ACME_REDIS_HOST" ~= nil -- by several hosts
  settings.redis_host = os.getenv "ACME_REDIS_HOST" or "127.0.0.1"
  settings.redis_port = number("ACME_REDIS_PORT", 6379, 1)
  settings.redis_password = core.secret.from_environment "ACME_REDIS_PASSWORD"
  settings.max_age = number("ACME_MAX_AGE", 86400, 1) -- seconds after which a change that still fails is parked
  settings.timeout = settings.client:info().timeout -- of a call, with all its attempts
  local file = io.open "/proc/sys/kernel/hostname"
  settings.host = file and file:read "*l" or "acme"
  if file then file:close() end
end

return settings
