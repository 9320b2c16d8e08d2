--- Writes the help pages of the command: of all commands and of one command. Examples come first.
local commands = require "mimecast.cli.commands"
local help_layout = require "mimecast.cli.help_layout"
local help_topics = require "mimecast.cli.help_topics"

local help_pages = {}

local entry, wrap = help_layout.entry, help_layout.wrap

-- ---- topics ----

--- Returns the names of topics and commands.
---@return string[]
function help_pages.names()
  local names = help_topics.names()
  for _, name in ipairs(commands.names()) do names[#names + 1] = name end
  return names
end

local function commands_text()
  local lines = {}
  for _, group in ipairs(commands.groups()) do
    lines[#lines + 1] = (#lines > 0 and "\n" or "") .. group.title .. ":"
    for _, name in ipairs(group.names) do
      local command = commands.find(name)
      lines[#lines + 1] = entry(name, command.summary:gsub("%.$", ""))
    end
  end
  return table.concat(lines, "\n")
end

--- Returns the page of a topic; nil for other names.
---@param name string
---@return string?
function help_pages.topic(name)
  if name == "commands" then return commands_text() end
  return help_topics.page(name)
end

-- ---- a command ----

-- Returns the usage line: options stand below it.
local function usage(name, element)
  local words = { "Usage: mimecast", name }
  if #element._options > 0 then words[#words + 1] = "[OPTIONS]" end
  for _, argument in ipairs(element._arguments) do words[#words + 1] = argument:_get_usage() end
  if #element._commands > 0 then words[#words + 1] = "[COMMAND]" end
  return table.concat(words, " ")
end

-- Names the topics of options that the page does not list.
local function more_options(element)
  local parts = {}
  for _, topic in ipairs(element.help_topics or {}) do
    parts[#parts + 1] = ("%s: mimecast help %s"):format(topic.examples, topic.name)
  end
  parts[#parts + 1] = "--json, --profile, --region, --read-only, --verbose, …: mimecast --help"
  return "More options\n  " .. table.concat(parts, "\n  ")
end

--- Returns the page of a command.
---@param name string
---@param element table the command of argparse, with its options
---@return string
function help_pages.command(name, element)
  local command = commands.find(name)
  local parts = { wrap(command.description or command.summary:gsub("%.$", "") .. ".") }
  if command.example then parts[#parts + 1] = "Examples:\n" .. command.example end
  element._description, element._epilog = nil, nil
  element:usage(usage(name, element))
  parts[#parts + 1] = element:get_help()
  if command.epilog then parts[#parts + 1] = wrap(command.epilog) end
  parts[#parts + 1] = more_options(element)
  return table.concat(parts, "\n\n")
end

-- ---- all commands ----

local root_examples = [[
Examples:
  mimecast login                                       enter the credentials of a tenant
  mimecast disable ann@example.com                     disable one account
  mimecast disable --from leavers.csv                  disable the accounts of a file
  mimecast users --output csv >users.csv               list all users
  MIMECAST_SANDBOX=1 mimecast show ann@example.com     try a command without an account]]

--- Returns the page of all commands.
---@param root table the parser without commands
---@return string
function help_pages.root(root)
  local lines = { "Read and change Mimecast accounts.", "", root_examples, "", "Usage: mimecast COMMAND [OPTIONS]", "",
    "Commands:" }
  for _, group in ipairs(commands.groups()) do
    if group.short then lines[#lines + 1] = entry(group.short, table.concat(group.names, ", ")) end
  end
  lines[#lines + 1] = entry("Operations", "one for each function of the API, like update-user: mimecast help commands")
  root:usage ""
  lines[#lines + 1] = root:get_help():gsub("^%s*", "\n")
  lines[#lines + 1] = ""
  local names = table.concat(help_topics.names(), ", ")
  lines[#lines + 1] = wrap(("Help: mimecast COMMAND --help, mimecast help TOPIC (%s), mimecast doctor"):format(names))
  return table.concat(lines, "\n")
end

return help_pages
