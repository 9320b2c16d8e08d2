--- Regions and gateways: which hosts belong to which generation of the API (mimecast-api 1.8, 2.1).
local core = require "mimecast.core"
local options = require "mimecast.config.options"

local regions = {}

--- Per generation: the names of the regions, and the addresses of their gateways.
regions.by_generation = {
  ["1.0"] = {
    eu = "https://eu-api.mimecast.com",
    de = "https://de-api.mimecast.com",
    us = "https://us-api.mimecast.com",
    usb = "https://usb-api.mimecast.com",
    uspcom = "https://uspcom-api.mimecast-pscom-us.com",
    ca = "https://ca-api.mimecast.com",
    za = "https://za-api.mimecast.com",
    au = "https://au-api.mimecast.com",
    -- The sources disagree on je-api and jer-api; baseUrl accepts both.
    je = "https://je-api.mimecast.com",
    sandbox = "https://sandbox-api.mimecast.com",
  },
  ["2.0"] = {
    global = "https://api.services.mimecast.com",
    uk = "https://uk-api.services.mimecast.com",
    us = "https://us-api.services.mimecast.com",
  },
}

--- The generation that a host belongs to.
---@param url string
---@return "1.0"|"2.0"|nil generation nil for a host that is not Mimecast's, such as a gateway in between
function regions.generation(url)
  local host = core.lower(url):match("^https?://([^/:?]+)") or ""
  host = host:gsub("%.$", "") -- the root's dot
  if host:find("%.services%.mimecast%.com$") then return "2.0" end
  if host:find("%.mimecast%.com$") or host:find("%.mimecast%-pscom%-us%.com$") then return "1.0" end
  return nil
end

local region_of = { ["https://jer-api.mimecast.com"] = "je" }
for name, url in pairs(regions.by_generation["1.0"]) do region_of[url] = name end

--- The region of API 1.0 whose gateway has exactly this address.
---@param url string without a slash at its end
---@return string? region
function regions.region(url)
  return region_of[core.lower(url)]
end

--- Whether an address is on this machine.
---@param url string
---@return boolean
function regions.is_loopback(url)
  local host = core.lower(url):match("^https?://(%[[^%]]*%])") or core.lower(url):match("^https?://([^/:?#@]+)") or ""
  return host == "localhost" or host == "[::1]" or host:find("^127%.%d+%.%d+%.%d+$") ~= nil
end

local function region_url(generation, region)
  local gateways = regions.by_generation[generation]
  if gateways[region] then return gateways[region] end
  local names = {}
  for name in pairs(gateways) do names[#names + 1] = name end
  table.sort(names, core.before)
  local message = region and ("API %s has no region %q"):format(generation, region)
    or ("API %s needs the tenant's region or baseUrl"):format(generation)
  return nil, options.error("invalid_setting", message, "regions: " .. table.concat(names, ", "), "region")
end

local function has_invalid_port(url)
  local port = url:match("%]:(.*)$") or url:match("^%a+://[^:%[]*:(.*)$")
  return port and not (port:find("^%d+$") and tonumber(port) >= 1 and tonumber(port) <= 65535)
end

local function address_problem(url)
  local reason = core.url_error(url)
  if not reason and not url:find("^https?://[^/?#]+$") then reason = "it must be the gateway's address without a path" end
  if not reason and has_invalid_port(url) then reason = "its port must be a number from 1 to 65535" end
  return reason
end

--- The address of the gateway that options choose by region or by baseUrl.
---@param values table region, baseUrl
---@param generation "1.0"|"2.0"
---@return string? url
---@return mimecast.Error? err
function regions.base_url(values, generation)
  if not values.baseUrl then return region_url(generation, values.region or (generation == "2.0" and "global" or nil)) end
  if values.region then
    return nil, options.error("invalid_setting", "region and baseUrl are both given", "give one of them", "baseUrl")
  end
  local url = values.baseUrl:gsub("/+$", "")
  local reason = address_problem(url)
  if reason then
    return nil, options.error("invalid_setting", "baseUrl: " .. reason, "like https://eu-api.mimecast.com", "baseUrl")
  end
  local actual = regions.generation(url)
  if actual and actual ~= generation then
    return nil, options.error("wrong_host", ("%s is a host of API %s, and the credentials are for API %s"):format(url, actual,
      generation), "each API has its own hosts; leave baseUrl out and give a region", "baseUrl")
  end
  return url
end

return regions
