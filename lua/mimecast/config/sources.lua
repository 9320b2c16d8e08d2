--- Reads options from their sources: the program or the command line, the environment, and a profile.
--
-- Credentials and gateway come from one source: a mixture would send the secret of one tenant to the gateway of another, or
-- change the wrong tenant. Only an option of the program or of the command line replaces a single value. Each of the other
-- options comes from the first source that has it: program or command line, environment, profile.
local check = require "mimecast.config.check"
local core = require "mimecast.core"
local json = require "mimecast.json"
local options = require "mimecast.config.options"

local sources = {}

-- ---- environment and profiles ----

--- The options in the environment.
---@return table values by name; secrets as userdata
function sources.environment()
  local values = {}
  for _, option in ipairs(options.list) do
    if option.type == "secret" then
      values[option.name] = core.secret.from_environment(option.env)
    elseif option.env then
      local value = os.getenv(option.env)
      if value and value ~= "" then values[option.name] = value end
    end
  end
  return values
end

-- The path of the file of profiles; nil without a home folder.
local function profiles_path()
  local base = os.getenv("XDG_CONFIG_HOME")
  if not base or base == "" then
    local home = os.getenv("HOME")
    if not home or home == "" then return nil end
    base = home .. "/.config"
  end
  return base .. "/mimecast/profiles.json"
end

-- An error value for a name that a profile cannot set: unknown, code, or another profile.
local function name_problem(profile, name, value)
  local option = options.by_name[name]
  local is_code = option and (option.lua or (option.type == "transport" and type(value) == "table"))
  if option and not is_code and name ~= "profile" then return nil end
  return options.error("invalid_profile", ("the profile %q has an unknown option %s"):format(profile, tostring(name)),
    check.suggestion(name, options.names), tostring(name))
end

-- The values of a profile. The error code is "missing_profile" if the file or the profile does not exist.
local function read_profile(name)
  local path = profiles_path()
  if not path then return nil, options.error("missing_profile", "there is no home folder to look for profiles in") end
  local text, reason, kind = core.read_owner_only(path)
  if not text then
    return nil, options.error(kind == "missing" and "missing_profile" or "unsafe_profile", ("%s: %s"):format(path, reason))
  end
  local profiles, invalid = json.decode(text)
  if type(profiles) ~= "table" then
    return nil, options.error("invalid_profile", path .. " is not a JSON object of profiles"
      .. (invalid and ": " .. invalid or ""), 'it looks like {"default": {"clientId": "…", "clientSecret": "…"}}')
  end
  local values = profiles[name]
  if type(values) ~= "table" then
    local names = {}
    for key in pairs(profiles) do names[#names + 1] = tostring(key) end
    table.sort(names, core.before)
    return nil, options.error("missing_profile", ("%s has no profile %q"):format(path, name),
      #names > 0 and "it has: " .. table.concat(names, ", ") or nil, "profile")
  end
  for key, value in pairs(values) do
    local err = name_problem(name, key, value)
    if err then return nil, err end
  end
  return values
end

-- ---- one source for credentials and gateway ----

local function set_of(names)
  local set = {}
  for _, name in ipairs(names) do set[name] = true end
  return set
end

local credentials = set_of { "clientId", "clientSecret", "appId", "appKey", "accessKey", "secretKey" }
local gateway = set_of { "region", "baseUrl" }
local account = set_of { "clientId", "clientSecret", "appId", "appKey", "accessKey", "secretKey", "email", "password",
  "loginType", "region", "baseUrl" }

local function without(values, set)
  local rest = {}
  for name, value in pairs(values) do
    if not set[name] then rest[name] = value end
  end
  return rest
end

-- The given options of a set, in the order of the documentation.
local function given_of(values, set)
  local list = {}
  for _, option in ipairs(options.list) do
    if set[option.name] and values[option.name] ~= nil then list[#list + 1] = option end
  end
  return list
end

local function variable_of(name)
  return "the variable " .. options.by_name[name].env
end

local function profile_of(name)
  return ("the profile %q"):format(name)
end

-- An error value if both the profile and the environment give credentials or a gateway.
local function mixture_problem(name, profile, environment)
  local given = given_of(environment, account)
  if #given == 0 or #given_of(profile, account) == 0 then return nil end
  local variables = {}
  for i, option in ipairs(given) do variables[i] = option.env end
  local list = table.concat(variables, ", ")
  local is_named = environment.profile ~= nil
  return options.error("mixed_credentials",
    ("credentials and gateway are in two sources: %s%s, and in the environment %s"):format(profile_of(name),
      is_named and " (named by MIMECAST_PROFILE)" or "", list),
    ("use one source for all of them: unset %s, or %s; only an option of the program or of the command line replaces a single"
      .. " value"):format(list, is_named and "unset MIMECAST_PROFILE"
      or "set all credentials in the environment, so that no profile is read"),
    given[1].name)
end

-- The name and the values of the profile. If no profile is named, it is `default`, if that exists and the environment has no
-- credentials; else no profile is read.
local function choose_profile(given, environment)
  local name = given.profile
  if name == nil and environment then name = environment.profile end
  if name ~= nil then
    local checked, err = options.check("profile", name, given.profile == nil and variable_of "profile" or nil)
    if not checked then return name, nil, err end
    return name, read_profile(name)
  end
  if not environment or #given_of(environment, credentials) > 0 then return "", {} end
  local profile, err = read_profile "default"
  if not profile and err.code == "missing_profile" then return "", {} end
  return "default", profile, err
end

--- Collects the options of all sources. If `given` names a profile, its credentials and gateway replace those of the
-- environment.
---@param given table options of the program or of the command line, by name
---@param environment? table of sources.environment; nil: neither the environment nor an unnamed profile is read
---@param origin? string name of the source of `given`, such as "the command line"; nil: the program
---@return table? values by name
---@return table<string, string>|mimecast.Error origins the sources by name, or the error value
function sources.collect(given, environment, origin)
  local name, profile, err = choose_profile(given, environment)
  if not profile then return nil, err end
  environment = environment or {}
  if given.profile ~= nil then environment = without(environment, account) end
  if given.region ~= nil or given.baseUrl ~= nil then -- both choose the gateway
    environment, profile = without(environment, gateway), without(profile, gateway)
  end
  err = mixture_problem(name, profile, environment)
  if err then return nil, err end
  local values, origins = {}, {}
  for key, value in pairs(profile) do values[key], origins[key] = value, profile_of(name) end
  for key, value in pairs(environment) do values[key], origins[key] = value, variable_of(key) end
  for key, value in pairs(given) do values[key], origins[key] = value, origin end
  return values, origins
end

return sources
