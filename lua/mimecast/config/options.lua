--- Settings: options, environment and profile file become checked settings.
--
-- An unknown name is misuse and raises. Everything else that does not fit (a value of the wrong type, a missing secret,
-- a profile that others can read, an API on the wrong host) returns `nil, message, err`.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local gateways = require "mimecast.config.regions"
local json = require "mimecast.json"

local settings = {}

--- All options. `env` is the variable of the default client; seconds and bytes are numbers.
settings.options = {
  { name = "clientId", type = "text", text = "API 2.0: client id of the application" },
  { name = "clientSecret", type = "secret", text = "API 2.0: client secret of the application" },
  { name = "appId", type = "text", text = "API 1.0: application id" },
  { name = "appKey", type = "secret", text = "API 1.0: application key" },
  { name = "accessKey", type = "secret", text = "API 1.0: access key of the application's user" },
  { name = "secretKey", type = "secret", text = "API 1.0: secret key of the application's user, base64" },
  { name = "email", type = "text", check = "address", text = "API 1.0: address of the application's user, to renew an"
    .. " expired access key, or to fetch one at first use" },
  { name = "password", type = "secret", check = "password", text = "API 1.0: password of that user" },
  { name = "loginType", type = "text", values = { "Basic-Cloud", "Basic-AD" }, default = "Basic-Cloud",
    text = "API 1.0: whose password it is: Basic-Cloud, or Basic-AD for a domain password" },
  { name = "region", type = "text", text = "API 1.0: eu, de, us, usb, uspcom, ca, za, au, je, sandbox; API 2.0: global"
    .. " (default), uk, us" },
  { name = "baseUrl", type = "text", text = "gateway, instead of a region: https://host" },
  { name = "timeout", type = "number", min = 0.001, max = 86400, default = 30, text = "seconds for a call as a whole, all"
    .. " attempts and pauses included" },
  { name = "attemptTimeout", type = "number", min = 0.001, max = 86400, text = "seconds for one attempt of a call that may be"
    .. " sent again, so that a gateway that hangs leaves time for another; default: all that is left" },
  { name = "connectTimeout", type = "number", min = 0.001, max = 86400, default = 10, text = "seconds to connect" },
  { name = "attempts", type = "number", min = 1, max = 10, default = 3, text = "how often a call is sent at most" },
  { name = "caFile", type = "text", text = "file of the certificate authorities to trust; default: the system's" },
  { name = "proxy", type = "secret", text = "http://host:port, whatever no_proxy says; default: the variables"
    .. " https_proxy and no_proxy" },
  { name = "maxResponseBytes", type = "number", min = 1, max = 1073741824, default = 10485760,
    text = "an answer larger than this is refused" },
  { name = "batchSize", type = "number", min = 1, max = 1000, text = "items in a request; default: the operation's limit" },
  { name = "concurrency", type = "number", min = 1, max = 1000, default = 4,
    text = "requests in flight of one call for many items" },
  { name = "maxInFlight", type = "number", min = 1, max = 1000, text = "requests in flight of the client at most" },
  { name = "callsPerSecond", type = "number", min = 0.001, max = 100000,
    text = "requests a second of the client at most; default: what the service allows" },
  { name = "readOnly", type = "boolean", text = "true: what would change anything is refused" },
  { name = "tokenRefreshMargin", type = "number", min = 0, max = 3600, default = 60,
    text = "API 2.0: seconds before its end at which a token is renewed" },
  { name = "authFailureCooldown", type = "number", min = 0, max = 86400, default = 60,
    text = "seconds for which a refused client id and secret, or address and password, are not tried again" },
  { name = "passwordRetryWindow", type = "number", min = 0, max = 86400, default = 60,
    text = "seconds after which a call that sets a password is not sent again when its answer was lost" },
  { name = "retryUnknown", type = "boolean", default = true,
    text = "false: a call whose outcome is unknown is not retried, even if it is idempotent" },
  { name = "profile", type = "text", text = "name in ~/.config/mimecast/profiles.json" },
  { name = "stateFolder", type = "text", text = "folder in which plans that were begun are noted; default: mimecast in"
    .. " $XDG_STATE_HOME or ~/.local/state" },
  { name = "transport", type = "transport", values = { "curl", "resty" }, text = "what sends requests: curl (libcurl), resty"
    .. " (lua-resty-http, inside nginx), or a table with functions of one's own; default: resty inside nginx where it is"
    .. " installed, else curl" },
  { name = "store", type = "table", lua = true, text = "where tokens and rate budgets are kept; default: in nginx the"
    .. " dictionary mimecast, where it is declared, else in the process" },
  { name = "clock", type = "function", lua = true, text = "returns seconds since 1970" },
  { name = "monotonic", type = "function", lua = true, text = "returns seconds that only go forward, for deadlines and"
    .. " pauses; default: clock, where that is given" },
  { name = "sleep", type = "function", lua = true, text = "waits for the given seconds: an event loop's own (copas.sleep,"
    .. " cqueues.sleep) keeps calls from blocking it" },
  { name = "random", type = "function", lua = true, text = "returns a number from 0 to below 1" },
  { name = "uuid", type = "function", lua = true, text = "returns a fresh request id" },
  { name = "log", type = "function", lua = true,
    text = "takes one line about a retry, or why there is none; secrets are never in it" },
  { name = "onRequest", type = "function", lua = true, text = "takes a table about a request before it is sent" },
  { name = "onResponse", type = "function", lua = true, text = "takes a table about its answer, or its failure" },
  { name = "onRetry", type = "function", lua = true, text = "takes a table about a request that is made again" },
  { name = "onWait", type = "function", lua = true, text = "takes a table about a pause" },
}

local by_name, names = {}, {}
settings.by_name = by_name
for i, option in ipairs(settings.options) do
  option.env = not option.lua and "MIMECAST_" .. core.upper(option.name:gsub("%u", "_%0")) or nil
  by_name[option.name], names[i] = option, option.name
end

local function problem(code, message, hint, field)
  return nil, errors.new { category = "config", code = code, message = message, hint = hint, field = field }
end

-- ---- one option ----

local checks = {}

function checks.text(value, option)
  if type(value) ~= "string" then return nil, "must be text" end
  if value == "" or value:find("[%z\1-\32\127]") then
    return nil, "must not be empty or hold white space or control characters; copy it again"
  end
  for _, known in ipairs(option.values or { value }) do
    if known == value then return value end
  end
  return nil, "must be " .. table.concat(option.values, " or ")
end

function checks.secret(value)
  if type(value) ~= "string" and not core.secret.is(value) then return nil, "must be text or a secret" end
  if not core.secret.is_visible(value) then
    return nil, "must not be empty or hold white space or control characters; copy it again"
  end
  return core.secret.new(value)
end

function checks.password(value)
  if type(value) ~= "string" and not core.secret.is(value) then return nil, "must be text or a secret" end
  local reason = core.password_error(value)
  if reason then return nil, reason end
  return core.secret.new(value)
end

-- Of a user who logs in: a colon would end the address there.
function checks.address(value, option)
  local text, reason = checks.text(value, option)
  reason = reason or core.email_error(text)
  if not reason and text:find(":", 1, true) then reason = "must be an e-mail address without a colon" end
  return not reason and text or nil, reason
end

function checks.number(value, option)
  if type(value) == "string" then value = core.parse_number(value) end
  if type(value) ~= "number" or not (value >= option.min and value <= option.max) then
    return nil, ("must be a number from %s to %s"):format(core.format_number(option.min), core.format_number(option.max))
  end
  return value
end

local booleans = { [true] = true, [false] = false, ["true"] = true, ["false"] = false, ["1"] = true, ["0"] = false }

function checks.boolean(value)
  if booleans[value] == nil then return nil, "must be true or false" end
  return booleans[value]
end

checks["function"] = function(value)
  if type(value) ~= "function" then return nil, "must be a function" end
  return value
end

function checks.table(value)
  if type(value) ~= "table" then return nil, "must be a table" end
  return value
end

function checks.transport(value, option)
  if type(value) == "table" then return value end
  local name, reason = checks.text(value, option)
  return name, reason and "must be curl, resty or a table"
end

--- Checks one option's value.
---@param option table of `settings.options`, or one like them
---@param value any
---@return any checked nil where it does not fit
---@return string? reason
function settings.check_value(option, value)
  return checks[option.check or option.type](value, option)
end

--- Checks one option's value.
---@param name string
---@param value any
---@param origin? string where the value is from, where that is not the program itself
---@return any checked nil where it does not fit
---@return mimecast.Error? err
function settings.check_option(name, value, origin)
  local checked, reason = settings.check_value(by_name[name], value)
  if checked ~= nil then return checked end
  return problem("invalid_setting", name .. " " .. reason, origin and "it is from " .. origin, name)
end

-- ---- sources ----

--- What the environment says: names to values, secrets as userdata.
---@return table values
function settings.from_environment()
  local values = {}
  for _, option in ipairs(settings.options) do
    if option.type == "secret" then
      values[option.name] = core.secret.from_environment(option.env)
    elseif option.env then
      local value = os.getenv(option.env)
      if value and value ~= "" then values[option.name] = value end
    end
  end
  return values
end

--- Where profiles are.
---@return string? path
function settings.profile_path()
  local base = os.getenv("XDG_CONFIG_HOME")
  if not base or base == "" then
    local home = os.getenv("HOME")
    if not home or home == "" then return nil end
    base = home .. "/.config"
  end
  return base .. "/mimecast/profiles.json"
end

--- What a profile says.
---@param name string
---@return table? values
---@return mimecast.Error? err code "missing_profile" where the file or the profile does not exist
function settings.from_profile(name)
  local path = settings.profile_path()
  if not path then return problem("missing_profile", "there is no home folder to look for profiles in") end
  local text, reason, kind = core.read_owner_only(path)
  if not text then
    return problem(kind == "missing" and "missing_profile" or "unsafe_profile", ("%s: %s"):format(path, reason))
  end
  local profiles, invalid = json.decode(text)
  if type(profiles) ~= "table" then
    return problem("invalid_profile", path .. " is not a JSON object of profiles" .. (invalid and ": " .. invalid or ""),
      'it looks like {"default": {"clientId": "…", "clientSecret": "…"}}')
  end
  local values = profiles[name]
  if type(values) ~= "table" then
    local known = {}
    for key in pairs(profiles) do known[#known + 1] = tostring(key) end
    table.sort(known, core.before)
    return problem("missing_profile", ("%s has no profile %q"):format(path, name),
      #known > 0 and "it has: " .. table.concat(known, ", ") or nil, "profile")
  end
  for key, value in pairs(values) do
    local option = by_name[key]
    local is_code = option and (option.lua or (option.type == "transport" and type(value) == "table"))
    if not option or is_code or key == "profile" then
      local nearest = core.suggest(tostring(key), names)
      return problem("invalid_profile", ("the profile %q has an unknown setting %s"):format(name, tostring(key)),
        nearest and "did you mean " .. nearest .. "?" or nil, tostring(key))
    end
  end
  return values
end

-- ---- all options together ----

local needed = {
  ["2.0"] = { "clientId", "clientSecret" },
  ["1.0"] = { "appId", "appKey", "accessKey", "secretKey" },
}

-- Who has an address and a password can fetch these at first use.
local fetched = { accessKey = true, secretKey = true }

local function split_credentials(values, generation)
  local given, missing = {}, {}
  local fetches = values.email and values.password and not (values.accessKey or values.secretKey)
  for _, name in ipairs(needed[generation]) do
    if values[name] then given[#given + 1] = name elseif not (fetches and fetched[name]) then missing[#missing + 1] = name end
  end
  return given, missing
end

-- Address and password log in to API 1.0: whoever gives them with an API 2.0 application means something else.
local function login_problem(values, generation)
  local given
  for _, name in ipairs { "email", "password", "loginType" } do
    if values[name] ~= nil then given = given or name end
  end
  if given and generation == "2.0" then
    return select(2, problem("invalid_setting", given .. " is for API 1.0, and the credentials are for API 2.0",
      "leave email, password and loginType out: a client id and secret need none of them", given))
  end
  if given and (values.email == nil) ~= (values.password == nil) then
    local absent = values.email == nil and "email" or "password"
    return select(2, problem("missing_credentials", "email and password go together, and there is no " .. absent, nil,
      absent))
  end
  return nil
end

-- Which generation the credentials are for.
local function generation_of(values)
  local old, old_missing = split_credentials(values, "1.0")
  local new, new_missing = split_credentials(values, "2.0")
  if #old > 0 and #new > 0 then
    return problem("mixed_credentials", ("%s %s for API 1.0, %s for API 2.0"):format(table.concat(old, ", "),
      #old > 1 and "are" or "is", table.concat(new, ", ")), "give those of one generation; a client speaks one API")
  end
  if #old == 0 and #new == 0 then
    return problem("missing_credentials", "there are no credentials", "give clientId and clientSecret (API 2.0), or appId,"
      .. " appKey, accessKey and secretKey (API 1.0); the default client reads MIMECAST_CLIENT_ID and so on from the"
      .. " environment, or a profile; MIMECAST_SANDBOX=1 tries it without an account")
  end
  local generation = #new > 0 and "2.0" or "1.0"
  local missing = #new > 0 and new_missing or old_missing
  if #missing > 0 then
    return problem("missing_credentials", ("API %s needs %s as well"):format(generation, table.concat(missing, ", ")), nil,
      missing[1])
  end
  return generation
end

local function region_url(generation, region)
  local regions = gateways.regions[generation]
  if regions[region] then return regions[region] end
  local known = {}
  for name in pairs(regions) do known[#known + 1] = name end
  table.sort(known, core.before)
  local what = region and ("API %s has no region %q"):format(generation, region)
    or ("API %s needs the tenant's region or baseUrl"):format(generation)
  return problem("invalid_setting", what, "regions: " .. table.concat(known, ", "), "region")
end

local function has_port_problem(url)
  local port = url:match("%]:(.*)$") or url:match("^%a+://[^:%[]*:(.*)$")
  return port and not (port:find("^%d+$") and tonumber(port) >= 1 and tonumber(port) <= 65535)
end

--- The gateway of settings: that of their region, or baseUrl.
---@param values table region, baseUrl
---@param generation "1.0"|"2.0"
---@return string? url
---@return mimecast.Error? err
function settings.base_url(values, generation)
  if not values.baseUrl then return region_url(generation, values.region or (generation == "2.0" and "global" or nil)) end
  if values.region then
    return problem("invalid_setting", "region and baseUrl are both given", "give one of them", "baseUrl")
  end
  local url = values.baseUrl:gsub("/+$", "")
  local reason = core.url_error(url)
  if not reason and not url:find("^https?://[^/?#]+$") then reason = "it must be the gateway's address without a path" end
  if not reason and has_port_problem(url) then reason = "its port must be a number from 1 to 65535" end
  if reason then return problem("invalid_setting", "baseUrl: " .. reason, "like https://eu-api.mimecast.com", "baseUrl") end
  local owner = gateways.generation(url)
  if owner and owner ~= generation then
    return problem("wrong_host", ("%s is a host of API %s, and the credentials are for API %s"):format(url, owner, generation),
      "each API has its own hosts; leave baseUrl out and give a region", "baseUrl")
  end
  return url
end

--- Raises, at the given level, for names that are no option.
---@param values table
---@param level integer
function settings.check_names(values, level)
  for name in pairs(values) do
    if not by_name[name] then
      local nearest = core.suggest(tostring(name), names)
      error(("mimecast: unknown option %s%s"):format(core.printable(tostring(name), 64),
        nearest and "; did you mean " .. nearest .. "?" or ""), level + 1)
    end
  end
end

--- Checks options and fills in the rest.
---@param given table options by name; secrets as text or as userdata
---@param level integer of the stack, for raised errors
---@param origins? table<string, string> by name: where a value is from, where that is not the program itself
---@return table? settings with generation and baseUrl
---@return mimecast.Error? err
function settings.check(given, level, origins)
  settings.check_names(given, level + 1)
  local checked, set = {}, {} -- `set` without defaults
  local err
  for _, option in ipairs(settings.options) do
    local name = option.name
    if given[name] == nil then
      checked[name] = option.default
    else
      checked[name], err = settings.check_option(name, given[name], origins and origins[name])
      if err then return nil, err end
      set[name] = checked[name]
    end
  end
  checked.generation, err = generation_of(checked)
  err = err or login_problem(set, checked.generation)
  if err then return nil, err end
  checked.baseUrl, err = settings.base_url(checked, checked.generation)
  if err then return nil, err end
  return checked
end

return settings
