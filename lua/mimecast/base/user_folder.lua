--- The folders of a user, by the XDG base directory specification: `config` (profiles), `state` (started plans, the prompt's
--- history), `cache` (tokens and rate budgets between commands).
local lazy = require "mimecast.base.lazy"

local user_folder = {}

local places = {
  config = { variable = "XDG_CONFIG_HOME", below_home = "/.config" },
  state = { variable = "XDG_STATE_HOME", below_home = "/.local/state" },
  cache = { variable = "XDG_CACHE_HOME", below_home = "/.cache" },
}

-- Returns the path, and the length of its part that must exist: a missing home folder is not created.
local function locate(kind)
  local place = places[kind]
  local base = os.getenv(place.variable)
  if base and base ~= "" then return base .. "/mimecast", 1 end
  local home = os.getenv "HOME"
  if not home or home == "" then return nil end
  return home .. place.below_home .. "/mimecast", #home + 1
end

--- Returns the path of a folder, such as ~/.config/mimecast. The folder may be missing.
---@param kind "config"|"state"|"cache"
---@return string? path nil without a home folder, as in a container
function user_folder.path(kind)
  return (locate(kind))
end

--- Returns the path of a folder. Creates the folder with mode 0700 if it is missing.
---@param kind "config"|"state"|"cache"
---@param configured? string another folder, such as the option stateFolder
---@return string? path nil without a home folder; the folder is missing if it cannot be created
function user_folder.make(kind, configured)
  local system = lazy "mimecast.system"
  local path, required = configured, 1
  if not configured then path, required = locate(kind) end
  if not path then return nil end
  for stop in path:gmatch "()/" do -- not by a shell, which would inherit the secrets of the environment
    if stop > required then system.make_folder(path:sub(1, stop - 1)) end
  end
  system.make_folder(path)
  return path
end

return user_folder
