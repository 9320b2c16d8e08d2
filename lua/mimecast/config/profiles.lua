--- The file of profiles: named sets of options, as JSON that only its owner can read.
--
-- `default` is a profile like the others, or the name of the profile that is used if none is named.
local check = require "mimecast.config.check"
local core = require "mimecast.core"
local json = require "mimecast.json"
local lazy = require "mimecast.base.lazy"
local options = require "mimecast.config.options"
local user_folder = require "mimecast.base.user_folder"

local profiles = {}

local max_bytes = 65536 -- of the file; a larger one is not read
local no_home = "there is no home folder to look for profiles in"

--- Returns the path of the file; nil without a home folder.
---@return string?
function profiles.path()
  local folder = user_folder.path "config"
  return folder and folder .. "/profiles.json"
end

-- ---- reading ----

-- An error value for a name that a profile cannot set: unknown, code, or another profile.
local function name_problem(profile, name, value)
  local option = options.by_name[name]
  local is_code = option and (option.lua or (option.type == "transport" and type(value) == "table"))
  if option and not is_code and name ~= "profile" then return nil end
  return options.error("invalid_profile", ("the profile %q has an unknown option %s"):format(profile, tostring(name)),
    check.suggestion(name, options.names), tostring(name))
end

--- Reads the file.
---@return table<string, table|string>? all values by profile; `default` may be the name of a profile
---@return mimecast.Error? err missing_profile, unsafe_profile or invalid_profile
function profiles.read_all()
  local path = profiles.path()
  if not path then return nil, options.error("missing_profile", no_home) end
  local text, reason, kind = core.read_owner_only(path)
  if not text then
    local is_missing = kind == "missing"
    return nil, options.error(is_missing and "missing_profile" or "unsafe_profile", ("%s: %s"):format(path, reason),
      is_missing and "the command mimecast login makes a profile" or nil)
  end
  local all, invalid = json.decode(text)
  if type(all) ~= "table" or #all > 0 then
    return nil, options.error("invalid_profile", path .. " is not a JSON object of profiles"
      .. (invalid and ": " .. invalid or ""), 'it looks like {"default": {"clientId": "…", "clientSecret": "…"}}')
  end
  return all
end

--- Returns the names of the profiles, sorted.
---@param all table of profiles.read_all
---@return string[]
function profiles.names(all)
  local names = {}
  for name, values in pairs(all) do
    if type(values) == "table" then names[#names + 1] = tostring(name) end
  end
  table.sort(names, core.before)
  return names
end

--- Returns the name of the profile that is used if none is named: `default`, or the name that `default` holds.
---@param all table of profiles.read_all
---@return string
function profiles.default_name(all)
  return type(all.default) == "string" and all.default or "default"
end

--- Returns the values of a profile. Does not check them.
---@param all table of profiles.read_all
---@param name string
---@return table? values
---@return string|mimecast.Error actual_name of the profile, which differs for `default`; or the error value
function profiles.find(all, name)
  local actual = name == "default" and profiles.default_name(all) or name
  local values = all[actual]
  if type(values) ~= "table" then
    local names = profiles.names(all)
    local through = actual ~= name and ', which "default" names' or ""
    return nil, options.error(through ~= "" and "invalid_profile" or "missing_profile",
      ("%s has no profile %q%s"):format(profiles.path(), actual, through),
      #names > 0 and "it has: " .. table.concat(names, ", ") or nil, "profile")
  end
  for key, value in pairs(values) do
    local err = name_problem(actual, key, value)
    if err then return nil, err end
  end
  return values, actual
end

--- Returns the values of a profile as options: a secret that is a command becomes a function.
---@param name string
---@param values table of profiles.find
---@return table? options
---@return mimecast.Error? err
function profiles.options(name, values)
  local converted = {}
  for key, value in pairs(values) do
    converted[key] = value
    if type(value) == "table" and options.by_name[key].deferrable then
      local reason
      converted[key], reason = lazy("mimecast.config.credential_command").new(value)
      if reason then
        return nil, options.error("invalid_profile", ("the profile %q: %s %s"):format(name, key, reason), nil, key)
      end
    end
  end
  return converted
end

--- Reads a profile.
---@param name string
---@return table? options
---@return string|mimecast.Error actual_name, or the error value
function profiles.read(name)
  local all, err = profiles.read_all()
  if not all then return nil, err end
  local values, actual = profiles.find(all, name)
  if not values then return nil, actual end
  values, err = profiles.options(actual, values)
  return values, err or actual
end

-- ---- writing ----

-- The options of a profile in the order of the documentation.
local function in_order(values)
  return setmetatable(values, json.object(options.names))
end

-- A profile on each line, so that people can read and edit the file. What is no profile is kept.
local function encode(all)
  local names, lines = {}, {}
  for name in pairs(all) do names[#names + 1] = name end
  table.sort(names, core.before)
  for i, name in ipairs(names) do
    local value = all[name]
    if type(value) == "table" and #value == 0 then value = in_order(value) end
    lines[i] = ("  %s: %s"):format(json.encode(name), json.encode(value))
  end
  return "{\n" .. table.concat(lines, ",\n") .. "\n}\n"
end

local function unwritable(path, reason)
  return options.error("unwritable_profile", ("%s cannot be written: %s"):format(path, reason))
end

-- Opens and locks the file, or creates it.
local function lock(path)
  local system = lazy "mimecast.system"
  local file, reason, kind = system.open_append(path, "old")
  if kind == "missing" then file, reason, kind = system.open_append(path, "new") end
  if file then return file end
  if kind == "locked" or kind == "exists" then reason = "another process is writing it; try again" end
  return nil, unwritable(path, reason)
end

--- Changes the file: as a whole or not at all, with mode 0600, while no other process changes it.
---@param change fun(all: table): mimecast.Error? changes the profiles; returns an error value to write nothing
---@return string? path
---@return mimecast.Error? err
function profiles.change(change)
  local system = lazy "mimecast.system"
  local folder = user_folder.make "config"
  if not folder then return nil, options.error("missing_profile", no_home) end
  local path = folder .. "/profiles.json"
  path = system.absolute(path) or path -- a symbolic link stays one
  local file, err = lock(path)
  if not file then return nil, err end
  local all = {}
  if file:size() > 0 then all, err = profiles.read_all() end -- a new file is empty
  err = err or change(all)
  local text, ok, reason = not err and encode(all), nil, nil
  if text and #text > max_bytes then
    err = unwritable(path, "with this change it would be over 64 KiB")
  elseif text then
    ok, reason = system.write_owner_only(path, text)
  end
  file:close()
  if err then return nil, err end
  if not ok then return nil, unwritable(path, reason) end
  return path
end

return profiles
