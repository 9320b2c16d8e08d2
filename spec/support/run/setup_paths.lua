-- busted helper: sets the path to the C modules of this interpreter, and checks each require of the module against the static
-- graph of tools/layers.lua. A require that the graph does not have is an error.
package.cpath = "./build/" .. _VERSION:match "%d%.%d" .. "/?.so;" .. package.cpath

local layers = require "tools.layers"
local modules, edges = layers.of_checkout()

local by_path = {}
for name, path in pairs(modules) do by_path[path] = name end

-- Returns the module of a stack level; nil for a spec. C functions and base/lazy.lua require for their caller.
local function requirer(level)
  while true do
    local info = debug.getinfo(level, "S")
    if not info then return nil end
    local path = info.source:match "^@%.?/?(lua/mimecast/.*)$"
    if info.what ~= "C" and path ~= "lua/mimecast/base/lazy.lua" then return by_path[path] end
    level = level + 1
  end
end

local plain_require = require
function _G.require(name) -- luacheck: ignore
  local from = modules[name] and requirer(3)
  if from and from ~= name and not edges[from][name] then
    error(("%s requires %s, and tools/layers.lua does not see it"):format(from, name), 2)
  end
  return plain_require(name)
end
