--- Which source each setting is from: an option of the program or of the command line, the environment, or a profile.
--
-- Credentials and gateway belong together: mixed, they send one tenant's secret to another's gateway, or change another
-- tenant. So the environment or the profile gives all of them. An option is explicit: it can replace a single one. Every
-- other setting is from the first source that has it: options, environment, profile.
local errors = require "mimecast.errors"
local settings = require "mimecast.config.options"

local sources = {}

-- What belongs together, and in it what an application cannot do without.
local account, essential, gateway = {}, {}, { region = true, baseUrl = true }
for _, name in ipairs { "clientId", "clientSecret", "appId", "appKey", "accessKey", "secretKey" } do
  account[name], essential[name] = true, true
end
for _, name in ipairs { "email", "password", "loginType", "region", "baseUrl" } do account[name] = true end

-- The values without those of a set.
local function without(values, set)
  local rest = {}
  for name, value in pairs(values) do
    if not set[name] then rest[name] = value end
  end
  return rest
end

-- The values that a set names, in the order of the options.
local function names_in(values, set)
  local list = {}
  for _, option in ipairs(settings.options) do
    if set[option.name] and values[option.name] ~= nil then list[#list + 1] = option.name end
  end
  return list
end

local function variable_of(name)
  return "the variable " .. settings.by_name[name].env
end

local function profile_of(name)
  return ("the profile %q"):format(name)
end

-- Why a profile and the environment do not go together; nil where they do.
local function mixture(name, profile, environment)
  local found = names_in(environment, account)
  if #found == 0 or #names_in(profile, account) == 0 then return nil end
  local variables = {}
  for i, one in ipairs(found) do variables[i] = settings.by_name[one].env end
  local list = table.concat(variables, ", ")
  return errors.new {
    category = "config", code = "mixed_credentials", field = found[1],
    message = ("credentials and gateway are in two sources: %s%s, and in the environment %s"):format(profile_of(name),
      environment.profile and " (named by MIMECAST_PROFILE)" or "", list),
    hint = ("take one of the two, whole: unset %s, or %s; only an option of the program or of the command line replaces a"
      .. " single value"):format(list, environment.profile and "unset MIMECAST_PROFILE"
      or "set all credentials in the environment, so that no profile is read"),
  }
end

-- The name of the profile that was chosen and what it says. Without a choice it is `default`, where that is there and the
-- environment has no credentials.
local function choose(options, environment)
  local name = options.profile
  if name == nil and environment then name = environment.profile end
  if name ~= nil then
    local checked, err = settings.check_option("profile", name, options.profile == nil and variable_of "profile" or nil)
    if not checked then return name, nil, err end
    return name, settings.from_profile(name)
  end
  if not environment or #names_in(environment, essential) > 0 then return "", {} end
  local profile, err = settings.from_profile "default"
  if not profile and err.code == "missing_profile" then return "", {} end
  return "default", profile, err
end

--- All settings that were found. A profile that `options` name is taken whole: credentials and gateway of the environment
-- do not touch it.
---@param options table explicit values by name
---@param environment? table of settings.from_environment; nil: neither it nor a profile that nobody named is looked at
---@param origin? string what `options` are, for people: "the command line"; nil: the program's own
---@return table? values by name
---@return table<string, string>|mimecast.Error origins by name, or the error value
function sources.find(options, environment, origin)
  local name, profile, err = choose(options, environment)
  if not profile then return nil, err end
  environment = environment or {}
  if options.profile ~= nil then environment = without(environment, account) end
  if options.region ~= nil or options.baseUrl ~= nil then -- two ways to say one thing
    environment, profile = without(environment, gateway), without(profile, gateway)
  end
  err = mixture(name, profile, environment)
  if err then return nil, err end
  local values, origins = {}, {}
  for key, value in pairs(profile) do values[key], origins[key] = value, profile_of(name) end
  for key, value in pairs(environment) do values[key], origins[key] = value, variable_of(key) end
  for key, value in pairs(options) do values[key], origins[key] = value, origin end
  return values, origins
end

return sources
