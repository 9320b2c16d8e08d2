--- The folder for state that outlives a process: started plans, the prompt's history.
local system = require "mimecast.system"

local state_folder = {}

-- Returns the path, and the length of its part that must exist: a missing home folder is not created.
local function locate(configured)
  if configured then return configured, 1 end
  local base = os.getenv "XDG_STATE_HOME"
  if base and base ~= "" then return base .. "/mimecast", 1 end
  local home = os.getenv "HOME"
  if not home or home == "" then return nil end
  return home .. "/.local/state/mimecast", #home + 1
end

--- Returns the path of the folder: $XDG_STATE_HOME/mimecast, or ~/.local/state/mimecast. Creates the folder with mode 0700
--- if it is missing.
---@param configured? string another folder, the option stateFolder
---@return string? path nil without a home folder, as in a container; the folder is missing if it cannot be created
function state_folder.path(configured)
  local path, required = locate(configured)
  if not path then return nil end
  for stop in path:gmatch "()/" do -- not by a shell, which would inherit the secrets of the environment
    if stop > required then system.make_folder(path:sub(1, stop - 1)) end
  end
  system.make_folder(path)
  return path
end

return state_folder
