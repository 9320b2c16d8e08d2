--- Names of the response headers that a transport returns.
local http_headers = {}

local standard = { "content-encoding", "content-type", "date", "location", "retry-after" }

--- Returns the standard names and those that the caller of the transport adds.
---@param added? string[] lower-case names
---@return string[] names
function http_headers.wanted(added)
  local names = {}
  for i, name in ipairs(standard) do names[i] = name end
  for _, name in ipairs(added or {}) do names[#names + 1] = name end
  return names
end

return http_headers
