--- Gateways and regions: which hosts belong to which generation of the API (mimecast-api 1.8, 2.1).
local core = require "mimecast.core"

local gateways = {}

gateways.regions = {
  ["1.0"] = {
    eu = "https://eu-api.mimecast.com",
    de = "https://de-api.mimecast.com",
    us = "https://us-api.mimecast.com",
    usb = "https://usb-api.mimecast.com",
    uspcom = "https://uspcom-api.mimecast-pscom-us.com",
    ca = "https://ca-api.mimecast.com",
    za = "https://za-api.mimecast.com",
    au = "https://au-api.mimecast.com",
    -- The sources disagree on je-api and jer-api; baseUrl takes the other one.
    je = "https://je-api.mimecast.com",
    sandbox = "https://sandbox-api.mimecast.com",
  },
  ["2.0"] = {
    global = "https://api.services.mimecast.com",
    uk = "https://uk-api.services.mimecast.com",
    us = "https://us-api.services.mimecast.com",
  },
}

--- The generation that a host belongs to: "1.0", "2.0", or nil for a host that is not Mimecast's (a tenant of one's own,
-- a gateway in between).
---@param url string
---@return string? generation
function gateways.generation(url)
  local host = core.lower(url):match("^https?://([^/:?]+)") or ""
  host = host:gsub("%.$", "") -- the same host, written out to the root
  if host:find("%.services%.mimecast%.com$") then return "2.0" end
  if host:find("%.mimecast%.com$") or host:find("%.mimecast%-pscom%-us%.com$") then return "1.0" end
  return nil
end

-- The sources disagree on Jersey's.
local region_of = { ["https://jer-api.mimecast.com"] = "je" }
for name, url in pairs(gateways.regions["1.0"]) do region_of[url] = name end

--- The region of API 1.0 that a gateway's address is that of.
---@param url string
---@return string? region
function gateways.region(url)
  return region_of[core.lower(url)]
end

--- Whether an address is exactly that of a known gateway of API 1.0.
---@param url string without a slash at its end
---@return boolean
function gateways.is_known(url)
  return gateways.region(url) ~= nil
end

--- Whether an address is on this machine.
---@param url string
---@return boolean
function gateways.is_loopback(url)
  local host = core.lower(url):match("^https?://(%[[^%]]*%])") or core.lower(url):match("^https?://([^/:?#@]+)") or ""
  return host == "localhost" or host == "[::1]" or host:find("^127%.%d+%.%d+%.%d+$") ~= nil
end

return gateways
