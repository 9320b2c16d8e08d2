--- Finds commands by name. A command is a module of this folder, or is made from an operation.
local core = require "mimecast.core"
local lazy = require "mimecast.base.lazy"
local registry = require "mimecast.model.registry"
local terminal_text = require "mimecast.cli.io.terminal_text"

local commands = {}

-- Name and module of each command, in the order of the help page.
local command_groups = {
  { title = "One account, or the addresses of a file", short = "One account", { "disable", "verbs" }, { "enable", "verbs" },
    { "lock", "verbs" }, { "unlock", "verbs" }, { "force-password-change", "verbs" }, { "set-password", "verbs" },
    { "reuse-address", "verbs" }, { "ensure-user", "verbs" }, { "show", "show" } },
  { title = "Group members", { "ensure-group-member", "group_member" }, { "ensure-no-group-member", "group_member" },
    { "copy-members", "copy_members" } },
  { title = "Bulk changes", { "plan", "plan" }, { "apply", "apply" }, { "bulk", "apply" }, { "undo", "plan" },
    { "sync-group", "plan" }, { "reconcile", "reconcile" },
    { "report", "report" }, { "runs", "runs" } },
  { title = "Lists of any length", { "users", "list" }, { "groups", "list" }, { "members", "list" } },
  { title = "Credentials", { "login", "login" }, { "profiles", "profiles" } },
  { title = "Tools", { "doctor", "doctor" }, { "help", "help" }, { "repl", "repl" }, { "sandbox", "sandbox" },
    { "completion", "completion" } },
  { title = "Other paths of the API", { "call", "call" }, { "sign", "sign" } },
}

local modules = {}
for _, group in ipairs(command_groups) do
  for _, entry in ipairs(group) do modules[entry[1]] = entry[2] end
end

-- Returns whether a function of this kind has a command.
local function has_command(kind)
  return kind == "item" or kind == "list"
end

--- Finds a command.
---@param name string in kebab case
---@return table? command summary, define(element, purpose), run(context, args), writes
function commands.find(name)
  local module_name = modules[name]
  if module_name then
    local module = require("mimecast.cli.commands." .. module_name)
    return module[name] or module
  end
  if name:find "[A-Z_]" then return nil end
  local operation, kind = registry.find((name:gsub("-", "_")))
  return operation and has_command(kind) and lazy("mimecast.cli.commands.operation").new(operation) or nil
end

--- Returns the groups of commands for the help page.
---@return table[] groups each { title =, names = {…}, short = title on the page of all commands; nil for operations }
function commands.groups()
  local groups = {}
  for i, group in ipairs(command_groups) do
    local names = {}
    for j, entry in ipairs(group) do names[j] = entry[1] end
    groups[i] = { title = group.title, short = group.short or group.title, names = names }
  end
  for _, family in ipairs(registry.families()) do
    local names = {}
    for _, name in ipairs(family.functions) do
      local _, kind = registry.find(name)
      if has_command(kind) then names[#names + 1] = terminal_text.kebab(name) end
    end
    local title = ("%s: %s"):format(family.name:gsub("^%l", core.upper):gsub("_", " "), family.text)
    groups[#groups + 1] = { title = title, names = names }
  end
  return groups
end

--- Returns the names of all commands.
---@return string[]
function commands.names()
  local names = {}
  for _, group in ipairs(commands.groups()) do
    for _, name in ipairs(group.names) do names[#names + 1] = name end
  end
  return names
end

return commands
