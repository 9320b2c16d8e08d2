--- doc/architecture.md: everything is written by hand but the graph of the rooms, which tools/layers.lua prints.
local layers = require "tools.layers"

local architecture = {}

local read = require("tools.shell").read

--- The page with the graph as it is.
---@return table[] pages path, text
function architecture.pages()
  local path = "doc/architecture.md"
  local modules, edges = layers.of_checkout()
  local graph = "```text\n" .. layers.text(modules, edges) .. "\n```"
  local text = read(path):gsub("```text\nrank .-\n```", function() return graph end, 1)
  return { { path = path, text = text } }
end

return architecture
