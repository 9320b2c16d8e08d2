--- Turns options into a checked configuration: values with defaults, the generation of the API, the gateway's address.
local check = require "mimecast.config.check"
local options = require "mimecast.config.options"
local regions = require "mimecast.config.regions"

local config = {}

local required = {
  ["2.0"] = { "clientId", "clientSecret" },
  ["1.0"] = { "appId", "appKey", "accessKey", "secretKey" },
}

-- A client with email and password logs in at its first call to get these.
local from_login = { accessKey = true, secretKey = true }

local function split_credentials(values, generation)
  local given, missing = {}, {}
  local logs_in = values.email and values.password and not (values.accessKey or values.secretKey)
  for _, name in ipairs(required[generation]) do
    if values[name] then
      given[#given + 1] = name
    elseif not (logs_in and from_login[name]) then
      missing[#missing + 1] = name
    end
  end
  return given, missing
end

-- The generation of the API that the credentials are for.
local function generation_of(values)
  local given1, missing1 = split_credentials(values, "1.0")
  local given2, missing2 = split_credentials(values, "2.0")
  if #given1 > 0 and #given2 > 0 then
    return nil, options.error("mixed_credentials", ("%s %s for API 1.0, %s for API 2.0"):format(table.concat(given1, ", "),
      #given1 > 1 and "are" or "is", table.concat(given2, ", ")), "give credentials of one generation; a client uses one API")
  end
  if #given1 == 0 and #given2 == 0 then
    return nil, options.error("missing_credentials", "there are no credentials", "give clientId and clientSecret (API 2.0), or"
      .. " appId, appKey, accessKey and secretKey (API 1.0); the default client reads MIMECAST_CLIENT_ID and so on from the"
      .. " environment, or a profile; MIMECAST_SANDBOX=1 tries it without an account")
  end
  local generation = #given2 > 0 and "2.0" or "1.0"
  local missing = #given2 > 0 and missing2 or missing1
  if #missing > 0 then
    return nil, options.error("missing_credentials", ("API %s needs %s as well"):format(generation,
      table.concat(missing, ", ")), nil, missing[1])
  end
  return generation
end

-- An error value if the login of API 1.0 is incomplete, or given with API 2.0.
local function login_problem(given, generation)
  local first
  for _, name in ipairs { "email", "password", "loginType" } do
    if given[name] ~= nil then first = first or name end
  end
  if not first then return nil end
  if generation == "2.0" then
    return options.error("invalid_setting", first .. " is for API 1.0, and the credentials are for API 2.0",
      "leave out email, password and loginType: a client id and secret need no login", first)
  end
  if (given.email == nil) == (given.password == nil) then return nil end
  local absent = given.email == nil and "email" or "password"
  return options.error("missing_credentials", "email and password go together, and there is no " .. absent, nil, absent)
end

--- Makes a configuration.
---@param values table options by name; secrets as text or as userdata
---@param origins? table<string, string> sources of values by name; a value of the program has no source
---@return table? configuration with generation and baseUrl
---@return mimecast.Error? err
function config.new(values, origins)
  local given = {}
  for _, option in ipairs(options.list) do
    local name = option.name
    if values[name] ~= nil then
      local err
      given[name], err = options.check(name, values[name], origins and origins[name])
      if err then return nil, err end
    end
  end
  local generation, err = generation_of(given)
  err = err or login_problem(given, generation)
  if err then return nil, err end
  local url
  url, err = regions.base_url(given, generation)
  if err then return nil, err end
  given.generation, given.baseUrl = generation, url
  return check.add_defaults(options, given)
end

return config
