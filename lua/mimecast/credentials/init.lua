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

local credentials = {}

local modules = { ["1.0"] = "mimecast.credentials.api1_signer", ["2.0"] = "mimecast.credentials.oauth_token" }

--- Makes the credentials of a configuration.
---@param config table
---@param transport table
---@return table? credentials
---@return mimecast.Error? err
function credentials.of(config, transport)
  return lazy(modules[config.generation]).new(config, transport)
end

return credentials
