--- Credentials: what authorises a request, for both generations of the API.
--
-- Both kinds have `authorise(request)`, which adds the headers anew at each attempt and returns true or nil and an error
-- value, and `renew(request)`, which forgets what the service no longer accepts; `renewable` holds the
-- codes that this may help with.
local credentials = {}

local modules = { ["1.0"] = "mimecast.credentials.signature", ["2.0"] = "mimecast.credentials.token" }

--- The credentials of checked settings.
---@param settings table
---@param transport table
---@return table? credentials
---@return mimecast.Failure? err
function credentials.of(settings, transport)
  return require(modules[settings.generation]).new(settings, transport)
end

return credentials
