--- Reads options from their sources: the program or the command line, the environment, and a profile.
--
-- Credentials and gateway come from one source: a mixture would send the secret of one tenant to the gateway of another, or
-- change the wrong tenant. Only an option of the program or of the command line replaces a single value. Each of the other
-- options comes from the first source that has it: program or command line, environment, profile.
local core = require "mimecast.core"
local lazy = require "mimecast.base.lazy"
local options = require "mimecast.config.options"

local sources = {}

-- ---- environment ----

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

--- Returns whether an option belongs to the credentials or the gateway, which come from one source.
---@param name string
---@return boolean
function sources.is_account(name)
  return account[name] == true
end

--- Returns whether the environment has credentials, which the command uses if no profile is named.
---@return boolean
function sources.environment_has_credentials()
  for name in pairs(sources.environment()) do
    if credentials[name] then return true end
  end
  return false
end

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

local function read_profile(name)
  local values, actual = lazy("mimecast.config.profiles").read(name)
  if not values then return name, nil, actual end
  return actual, values
end

-- The name and the values of the profile. If no profile is named, it is `default`, if that exists and the environment has no
-- credentials; else no profile is read.
local function choose_profile(given, environment)
  local name = given.profile
  if name == nil and environment then name = environment.profile end
  if name ~= nil then
    local checked, err = options.check("profile", name, given.profile == nil and variable_of "profile" or nil)
    if not checked then return name, nil, err end
    return read_profile(name)
  end
  if not environment or #given_of(environment, credentials) > 0 then return "", {} end
  local actual, profile, err = read_profile "default"
  if not profile and err.code == "missing_profile" then return "", {} end
  return actual, profile, err
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
