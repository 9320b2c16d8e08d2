--- Credentials: what authorises a request, for both generations of the API.
--
-- Both kinds have `authorise(request)`, which adds the headers anew at each attempt and returns true or nil and an error
-- value, and `fetches`, how often the service was asked for credentials. `renew(request, err, fresh, again)` forgets what the
-- service accepts no more, and returns whether a request that failed can be sent again with other credentials: `fresh` where
-- its own were fetched for this very call, `again` where the call has got others once already.
local lazy = require "mimecast.base.lazy"

local credentials = {}

local modules = { ["1.0"] = "mimecast.credentials.api1_signer", ["2.0"] = "mimecast.credentials.oauth_token" }

--- The credentials of checked settings.
---@param settings table
---@param transport table
---@return table? credentials
---@return mimecast.Error? err
function credentials.of(settings, transport)
  return lazy(modules[settings.generation]).new(settings, transport)
end

return credentials
