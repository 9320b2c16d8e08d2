--- The trees that a benchmark compares: this checkout and, if the variable BASE names a commit, that commit.
local shell = require "tools.shell"

local trees = {}

--- Builds the commit in BASE.
---@return {name: string, folder: string, prefix: string}? base prefix: words before a command that run it with that commit's
-- module; nil without BASE
function trees.base()
  local commit = os.getenv "BASE" or ""
  if commit == "" then return nil end
  local folder, code = shell.run("bench/base " .. shell.quote(commit))
  if code ~= 0 then error("BASE=" .. commit .. ": the commit could not be built", 0) end
  return { name = folder:match "[^/]+$", folder = folder, prefix = "MIMECAST_TREE=" .. shell.quote(folder) .. " " }
end

return trees
