--- Knows the addresses that every domain has and that belong to no person: postmaster@ and abuse@ (mimecast-api 6.3).
local core = require "mimecast.core"

local role_address = {}

local names = { postmaster = true, abuse = true }

--- Tells whether an address is one of them.
---@param address string
---@return boolean
function role_address.matches(address)
  return names[core.lower(address:match "^([^@]*)@" or "")] or false
end

return role_address
