--- Credentials: sign requests, for both generations of the API.
--
-- Both kinds have:
-- - `sign(request)`: adds the headers, anew at each attempt; returns true, or nil and an error value.
-- - `version`: incremented each time the service issues credentials. `request.credentials_version` is the version that signed
--   the request; nil for a token that another worker fetched.
-- - `invalidate(request, err, is_fresh, is_second)`: drops the credentials that the service denied; returns whether the call
--   can be retried with other credentials. `is_fresh`: the denied credentials were issued during this call; `is_second`: this
--   call has already renewed its credentials once.
local lazy = require "mimecast.base.lazy"
local options = require "mimecast.config.options"

local credentials = {}

local modules = { ["1.0"] = "mimecast.credentials.api1_signer", ["2.0"] = "mimecast.credentials.oauth_token" }

local secret_names = {} -- options that can be functions
for _, option in ipairs(options.list) do
  if option.deferrable then secret_names[#secret_names + 1] = option.name end
end

--- Makes the credentials of a configuration. Secrets that are functions are called by the first request.
---@param config table
---@param transport table
---@return table? credentials
---@return mimecast.Error? err
function credentials.of(config, transport)
  local new = lazy(modules[config.generation]).new
  for _, name in ipairs(secret_names) do
    if type(config[name]) == "function" then return lazy("mimecast.credentials.deferred").new(config, transport, new) end
  end
  return new(config, transport)
end

return credentials
