--- Parses the command line with lua-argparse. Only the parser of the named command is built; a help page of all commands and
-- the completion scripts need all of them.
local argparse = require "argparse"
local check = require "mimecast.config.check"
local commands = require "mimecast.cli.commands"
local core = require "mimecast.core"
local lazy = require "mimecast.base.lazy"
local options = require "mimecast.config.options"
local output = require "mimecast.cli.io.output"
local terminal_text = require "mimecast.cli.io.terminal_text"

local parser = {}

local unpack_list = rawget(table, "unpack") or unpack -- luacheck: globals unpack

-- Name, argument, description, target.
local global_options = {
  { "--profile", "NAME", "use the credentials of this profile" },
  { "--region", "NAME", "use the gateway of this region" },
  { "--base-url", "URL", "use this gateway", "baseUrl" },
  { "--timeout", "SECONDS", "time limit of a call, all attempts included (default 30)" },
  { "--no-cache", nil, "keep no token and no rate budget between commands", "noCache" },
  { "--read-only", nil, "reject commands that change the tenant", "readOnly" },
  { "--json", nil, "write results and errors as JSON" },
  { "--verbose", nil, "write requests, waits and retries to standard error, no secrets" },
  { "--no-color", nil, "write no colors; the variable NO_COLOR does the same", "noColor" },
}

local function add_global_options(root)
  for _, global in ipairs(global_options) do
    local option = global[2] and root:option(global[1]):argname(global[2]):overwrite(false) or root:flag(global[1])
    option:description(global[3])
    if global[4] then option:target(global[4]) end
  end
  root:flag "--version":description "print the version"
end

-- For help pages and completion only: the help option of argparse would end the process.
local function add_help_option(element)
  element:flag "-h --help":description "print this page":target "help"
end

local function make_root(purpose)
  local root = argparse "mimecast":add_help(false):require_command(false):command_target "command"
  if purpose ~= "parse" then
    local columns = lazy("mimecast.cli.help_layout").columns()
    root:help_max_width(columns):usage_max_width(columns):help_description_margin(34):help_vertical_space(0)
  end
  add_global_options(root)
  add_help_option(root)
  return root
end

local function add_command(root, name, command, purpose)
  local element = root:command(name):add_help(false)
  if purpose ~= "parse" then element:summary((command.summary:gsub("%.$", ""))) end
  command.define(element, purpose)
  add_help_option(element)
  return element
end

--- Builds a parser of all commands, or of one.
---@param only? string name of the command
---@param purpose? "help"|"parse"|"completion" default "help"; descriptions are left out to parse, and only completion needs the
-- values of options
---@return table root
---@return table<string, table> elements by name
function parser.build(only, purpose)
  local root, elements = make_root(purpose), {}
  if only then
    elements[only] = add_command(root, only, commands.find(only), purpose)
    return root, elements
  end
  for _, group in ipairs(commands.groups()) do
    local list = {}
    for i, name in ipairs(group.names) do
      elements[name] = add_command(root, name, commands.find(name), purpose)
      list[i] = elements[name]
    end
    root:group(group.title, unpack_list(list))
  end
  return root, elements
end

-- ---- secrets on the command line ----

local function normalize(word)
  return (core.lower(word):gsub("[-_]", ""))
end

local secret_names = { secret = true, token = true, apikey = true, passwd = true, password = true }
for _, option in ipairs(options.list) do
  if option.type == "secret" then secret_names[normalize(option.name)] = true end
end

-- Returns the first option that would carry a secret.
local function secret_option(words)
  for _, word in ipairs(words) do
    if word == "--" then return nil end
    local name = word:match "^%-%-?([^=]+)"
    if name and secret_names[normalize(name)] then return name end
  end
  return nil
end

local function secret_message(name)
  local remedy = normalize(name) == "password" and "use --password-stdin or --password-env NAME"
    or "set it in the environment (MIMECAST_CLIENT_SECRET, …) or in a profile, ~/.config/mimecast/profiles.json"
  return ("%s is not accepted, because every user of this machine can read the command line: %s"):format(
    terminal_text.printable("--" .. name:gsub("^%-+", "")), remedy)
end

-- ---- the command line ----

local takes_value = {}
for _, global in ipairs(global_options) do takes_value[global[1]] = global[2] ~= nil end

-- Returns the first word that is neither an option nor the value of one.
local function command_name(words)
  local i = 1
  while words[i] do
    local word = words[i]
    if word:sub(1, 1) ~= "-" or word == "-" then return word end
    i = i + (takes_value[word] and 2 or 1)
  end
  return nil
end

local function unknown_command(name)
  local hint = check.suggestion((core.lower(name):gsub("_", "-")), commands.names())
  return ("unknown command %s; %s"):format(terminal_text.printable(name), hint or "mimecast --help lists all commands")
end

-- Checked before the words are parsed: help needs no required argument.
local function asks_for_help(words)
  for _, word in ipairs(words) do
    if word == "--" then return false end
    if word == "-h" or word == "--help" then return true end
  end
  return false
end

--- Returns the help page of a command, or of all commands.
---@param name? string
---@return string
function parser.help_page(name)
  if not name then return lazy("mimecast.cli.help_pages").root(make_root "help") end
  local _, elements = parser.build(name)
  return lazy("mimecast.cli.help_pages").command(name, elements[name])
end

--- Returns the page of a topic; nil for other names.
---@param name string
---@return string?
function parser.topic_page(name) return lazy("mimecast.cli.help_pages").topic(name) end

--- Returns the names of all commands and topics.
---@return string[]
function parser.help_names() return lazy("mimecast.cli.help_pages").names() end

--- Returns the help page of a command that is not made from an operation; nil for other names.
---@param name string
---@return string?
function parser.command_page(name)
  local command = commands.find(name)
  return command and not command.operation and parser.help_page(name) or nil
end

local function help_context(name)
  return { args = {}, command = { run = function()
    lazy("mimecast.cli.io.pager").show({}, parser.help_page(name) .. "\n")
    return true
  end } }
end

local version = { run = function()
  output.write(("mimecast %s (%s)\n"):format(core.version, _VERSION))
  return true
end }

-- Returns what is wrong with the formats of an output: two that differ.
local function format_problem(args)
  local format = args.output
  if args.json and args.csv == true then return "--json and --csv cannot be combined" end
  if not format then return nil end
  if args.json and not format:find "^json" then return "--json and --output " .. format .. " cannot be combined" end
  if args.csv == true and format ~= "csv" then return "--csv and --output " .. format .. " cannot be combined" end
end

local function make_context(command, args)
  local no_color = args.noColor or (os.getenv "NO_COLOR" or "") ~= "" or os.getenv "TERM" == "dumb"
  local format = args.output
  return { command = command, args = args, format = format, json = args.json or (format or ""):find "^json" ~= nil,
    csv = args.csv == true or format == "csv", verbose = args.verbose,
    color = not no_color, parser = parser }
end

-- Returns the value that a wrong one may mean: argparse lists the values of an option, and does not say what was given.
local function value_suggestion(message, words)
  local option, list = message:match "option '(%-%-[%w-]+)' must be one of (.*)$"
  if not option then return "" end
  local values, given = {}, nil
  for value in list:gmatch "'([^']*)'" do values[#values + 1] = value end
  for i, word in ipairs(words) do
    given = word:sub(1, #option + 1) == option .. "=" and word:sub(#option + 2) or word == option and words[i + 1] or given
  end
  local hint = given and check.suggestion(given, values)
  return hint and "; " .. hint or ""
end

--- Parses a command line. The context holds this parser as well: the commands help and completion use it.
---@param words string[]
---@return table? context command, args, format, json, csv, verbose, color, parser
---@return string? message
---@return string? name of the command, if it is known
function parser.parse(words)
  local secret = secret_option(words)
  if secret then return nil, secret_message(secret) end
  local name = command_name(words)
  if name and not commands.find(name) then return nil, unknown_command(name) end
  if #words == 0 or asks_for_help(words) then return help_context(name) end
  local root = name and parser.build(name, "parse") or make_root "parse"
  local ok, args = root:pparse(words)
  if not ok then -- argparse adds its suggestion on a second line
    return nil, args:gsub("\n", "; "):gsub("; Did you mean", "; did you mean") .. value_suggestion(args, words), name
  end
  if args.version then return { args = args, command = version } end
  if not name then return nil, "missing command" end
  local timeout = args.timeout
  args.timeout = timeout and core.parse_number(timeout)
  if timeout and not args.timeout then return nil, "--timeout must be a number of seconds", name end
  local problem = format_problem(args)
  if problem then return nil, problem, name end
  return make_context(commands.find(name), args)
end

return parser
