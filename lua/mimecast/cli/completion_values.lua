--- What the completion scripts offer for a value: files of the right kind, profiles, regions, operations, groups, or nothing.
--
-- argparse completes fixed words. Here each option gets a mark as its only word, and the marks in the script become what a
-- shell needs. Words that a shell could run are never offered: bash expands them.
local core = require "mimecast.core"
local regions = require "mimecast.config.regions"
local registry = require "mimecast.model.registry"
local terminal_text = require "mimecast.cli.io.terminal_text"
local user_folder = require "mimecast.base.user_folder"

local completion_values = {}

local max_groups = 2000

-- ---- what an option takes ----

-- Marks by the name of an argument.
local kinds = { FILE = "files", PLAN = "plans", JOURNAL = "journals", ["PLAN|JOURNAL"] = "files",
  FROM = "groups", TO = "groups" }
local by_option = { ["--profile"] = "profiles", ["--group"] = "groups", ["--parent"] = "groups" }

local function mark(kind) return "__" .. kind .. "__" end

local function operations()
  local list = {}
  for _, name in ipairs(registry.names()) do
    local operation, kind = registry.find(name)
    if kind == "item" and operation.writes ~= false then list[#list + 1] = terminal_text.kebab(name) end
  end
  return list
end

-- The regions of both generations.
local function region_names()
  local list, seen = {}, {}
  for _, gateways in pairs(regions.by_generation) do
    for name in pairs(gateways) do
      if not seen[name] then list[#list + 1], seen[name] = name, true end
    end
  end
  table.sort(list, core.before)
  return list
end

-- Returns the words or the mark of an option or an argument.
local function choices_of(element)
  if element._name == "--region" then return region_names() end
  if element._name == "--operation" then return operations() end
  local argument = type(element._argname) == "table" and element._argname[1] or element._argname
  return { mark(by_option[element._name] or kinds[argument] or "none") }
end

local function takes_value(element)
  return element._choices == nil and (element._minargs or 0) > 0
end

local function mark_element(element)
  for _, option in ipairs(element._options) do
    if takes_value(option) then option:choices(choices_of(option)) end
  end
  for _, argument in ipairs(element._arguments) do
    if not argument._choices and not element._is_help_command then argument:choices(choices_of(argument)) end
  end
end

-- ---- shells ----

local function values_command(kind) return ("mimecast completion values %s 2>/dev/null"):format(kind) end

local function replace(script, from, to)
  return (script:gsub(from:gsub("%p", "%%%0"), (to:gsub("%%", "%%%%"))))
end

local no_files = "compopt +o default +o bashdefault 2>/dev/null"
local bash_calls = {
  none = no_files, files = 'COMPREPLY=($(compgen -f -- "$cur"))',
  plans = [[COMPREPLY=($(compgen -f -X '!*.plan' -- "$cur"; compgen -d -- "$cur"))]],
  journals = [[COMPREPLY=($(compgen -f -X '!*.journal' -- "$cur"; compgen -d -- "$cur"))]],
}
for _, kind in ipairs { "profiles", "groups" } do
  bash_calls[kind] = ('COMPREPLY=($(compgen -W "$(%s)" -- "$cur"))'):format(values_command(kind))
end

-- The scripts of argparse complete no arguments in bash. Returns the cases of commands whose first argument has a mark.
local function bash_arguments(elements)
  local lines, names = { '    if [[ "$cur" != -* ]]; then', '        case "$cmd" in' }, {}
  for name in pairs(elements) do names[#names + 1] = name end
  table.sort(names, core.before)
  for _, name in ipairs(names) do
    local argument = elements[name]._arguments[1]
    local kind = argument and argument._choices and argument._choices[1]:match "^__(%l+)__$"
    if kind and kind ~= "files" then lines[#lines + 1] = ("            %s) %s; return 0 ;;"):format(name, bash_calls[kind]) end
  end
  lines[#lines + 1] = "        esac\n    fi\n"
  return table.concat(lines, "\n")
end

local shells = {}

function shells.bash(script, elements)
  for kind, call in pairs(bash_calls) do
    script = replace(script, ('COMPREPLY=($(compgen -W "%s" -- "$cur"))'):format(mark(kind)), call)
  end
  local last = '    if [[ "$cur" = -* ]]; then'
  return replace(script, last, bash_arguments(elements) .. last)
end

function shells.zsh(script)
  local actions = { none = " ", files = "_files", plans = "_files -g '*.plan'", journals = "_files -g '*.journal'" }
  for _, kind in ipairs { "profiles", "groups" } do actions[kind] = ("($(%s))"):format(values_command(kind)) end
  for kind, action in pairs(actions) do script = replace(script, "(" .. mark(kind) .. ")", action) end
  return script
end

function shells.fish(script)
  local options = { none = "-x", files = "-r", plans = "-xa '(__fish_complete_suffix .plan)'",
    journals = "-xa '(__fish_complete_suffix .journal)'" }
  for _, kind in ipairs { "profiles", "groups" } do options[kind] = ("-xa '(%s)'"):format(values_command(kind)) end
  for kind, option in pairs(options) do script = replace(script, "-xa '" .. mark(kind) .. "'", option) end
  return script
end

--- Returns the script of a shell.
---@param shell "bash"|"zsh"|"fish"
---@param root table the parser of all commands
---@param elements table<string, table> the commands by name
---@return string
function completion_values.script(shell, root, elements)
  mark_element(root)
  for _, element in pairs(elements) do
    mark_element(element)
    for _, inner in ipairs(element._commands) do mark_element(inner) end
  end
  return shells[shell](root["get_" .. shell .. "_complete"](root), elements)
end

-- ---- values ----

-- A shell can run other words.
local function is_safe(word) return word:find "^[%w_.@+][%w_.@+-]*$" ~= nil end

-- Returns the path of the names of a tenant's groups.
local function groups_path(client)
  local folder = user_folder.make "cache"
  return folder and folder .. "/groups-" .. client:info().fingerprint .. ".txt"
end

--- Keeps the names of a tenant's groups for completion.
---@param client table
---@param names string[]
function completion_values.keep_groups(client, names)
  local path, list = groups_path(client), {}
  for _, name in ipairs(names) do
    if is_safe(name) and #list < max_groups then list[#list + 1] = name end
  end
  if path then require("mimecast.system").write_owner_only(path, table.concat(list, "\n") .. "\n") end
end

local function read_groups(client)
  local path, list = groups_path(client), {}
  local file = path and io.open(path, "r")
  for name in file and file:lines() or function() end do
    if is_safe(name) then list[#list + 1] = name end
  end
  if file then file:close() end
  return list
end

--- Returns the values of a kind. Nothing is requested: the groups are those that `mimecast groups` listed last.
---@param kind "profiles"|"groups"
---@param make_client fun(): table?
---@return string[]
function completion_values.list(kind, make_client)
  local list = {}
  if kind == "profiles" then
    local profiles = require "mimecast.config.profiles"
    local all = profiles.read_all()
    for _, name in ipairs(all and profiles.names(all) or {}) do
      if is_safe(name) then list[#list + 1] = name end
    end
  elseif kind == "groups" then
    local client = make_client()
    list = client and read_groups(client) or {}
  end
  return list
end

return completion_values
