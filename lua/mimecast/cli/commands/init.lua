--- All commands by name: the command's own, each a module beside this one, and one for every operation.
local core = require "mimecast.core"
local operation_command = require "mimecast.cli.commands.operation"
local registry = require "mimecast.model.registry"
local text = require "mimecast.cli.io.terminal_text"

local commands = {}

-- Name and module, in the order of the help page.
local own = {
  { title = "Many accounts at once", { "plan", "bulk" }, { "apply", "bulk" }, { "bulk", "bulk" }, { "undo", "bulk" } },
  { title = "Lists, row by row over all pages", { "users", "list" }, { "groups", "list" }, { "members", "list" } },
  { title = "Looking around", { "doctor", "doctor" }, { "help", "help" }, { "repl", "repl" }, { "sandbox", "sandbox" },
    { "completion", "completion" } },
  { title = "What no command reaches", { "call", "call" }, { "sign", "sign" } },
}

local modules = {}
for _, group in ipairs(own) do
  for _, entry in ipairs(group) do modules[entry[1]] = entry[2] end
end

--- A command.
---@param name string
---@return table? command summary, define(element, choices), run(context, args), writes
function commands.find(name)
  local module = modules[name]
  if module then
    local found = require("mimecast.cli.commands." .. module)
    return found[name] or found
  end
  if name:find "[A-Z_]" then return nil end
  local operation, kind = registry.find((name:gsub("-", "_")))
  if not operation or (kind ~= "item" and kind ~= "list") then return nil end
  return operation_command(operation, kind)
end

--- Groups of commands for a help page.
---@return table[] groups each { title =, names = {…} }
function commands.groups()
  local list = {}
  for i, group in ipairs(own) do
    local names = {}
    for j, entry in ipairs(group) do names[j] = entry[1] end
    list[i] = { title = group.title, names = names }
  end
  for _, family in ipairs(registry.families()) do
    local names = {}
    for _, name in ipairs(family.functions) do
      local _, kind = registry.find(name)
      if kind == "item" or kind == "list" then names[#names + 1] = text.kebab(name) end
    end
    local title = ("%s: %s"):format(family.name:gsub("^%l", core.upper), family.text)
    list[#list + 1] = { title = title, names = names }
  end
  return list
end

--- The names of all commands.
---@return string[]
function commands.names()
  local list = {}
  for _, group in ipairs(commands.groups()) do
    for _, name in ipairs(group.names) do list[#list + 1] = name end
  end
  return list
end

return commands
