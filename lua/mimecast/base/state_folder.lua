--- The folder for what the module keeps between one process and the next: begun plans, the prompt's history.
local system = require "mimecast.system"

local state = {}

-- The folder's path, and how much of it must be there: nobody's home folder is made.
local function place(configured)
  if configured then return configured, 1 end
  local base = os.getenv "XDG_STATE_HOME"
  if base and base ~= "" then return base .. "/mimecast", 1 end
  local home = os.getenv "HOME"
  if not home or home == "" then return nil end
  return home .. "/.local/state/mimecast", #home + 1
end

--- The folder, made with mode 0700 where it is not there: $XDG_STATE_HOME/mimecast, or ~/.local/state/mimecast.
---@param configured? string a folder to use instead, the setting stateFolder
---@return string? path nil where there is no home folder, as in a container; it can be one that cannot be made
function state.folder(configured)
  local path, there = place(configured)
  if not path then return nil end
  for stop in path:gmatch "()/" do -- not by a shell: its environment would hold the secrets of ours
    if stop > there then system.make_folder(path:sub(1, stop - 1)) end
  end
  system.make_folder(path)
  return path
end

return state
