--- Credentials: sign requests, for both generations of the API.
--
-- All kinds have:
-- - `late_headers`: the names of the headers that authorise a request; also of the module.
-- - `sign(call)`: sets their values as `call[1]`, `call[2]` and so on, anew at each attempt, `call.signed_with`, and
--   `call.has_waited` if it waited; returns an error value if it cannot.
-- - `secrets_of(call)`: the texts of these headers that must not show.
-- - `version`: incremented each time the service issues credentials. `call.signed_with.version` is the version that signed
--   the request; nil for a token that another worker fetched.
-- - `invalidate(call, err, is_fresh, is_second)`: drops the credentials that the service denied; returns whether the call
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
  local kind = lazy(modules[config.generation])
  for _, name in ipairs(secret_names) do
    if type(config[name]) == "function" then return lazy("mimecast.credentials.deferred").new(config, transport, kind) end
  end
  return kind.new(config, transport)
end

return credentials
