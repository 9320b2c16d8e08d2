--- The command line as lua-argparse reads it: options of all commands, and the command that is asked for. Only that one is
--- built, unless all are needed for a help page or a completion.
local argparse = require "argparse"
local commands = require "mimecast.cli.commands"
local core = require "mimecast.core"
local output = require "mimecast.cli.io"
local settings = require "mimecast.config.options"
local text = require "mimecast.cli.io.terminal_text"

local parser = {}

local unpack_list = rawget(table, "unpack") or unpack -- luacheck: globals unpack

local globals = {
  { "--profile", "NAME", "credentials of this profile in ~/.config/mimecast/profiles.json" },
  { "--region", "NAME", "the tenant's region, instead of the settings'" },
  { "--base-url", "URL", "a gateway, instead of a region", "baseUrl" },
  { "--timeout", "SECONDS", "for a call as a whole, all attempts included; 30 by default" },
  { "--read-only", nil, "refuse whatever would change something", "readOnly" },
  { "--json", nil, "write JSON, and errors as JSON on standard error" },
  { "--verbose", nil, "tell on standard error what is sent and what comes back, without secrets" },
  { "--no-color", nil, "no colors on a terminal; NO_COLOR does the same", "noColor" },
}

local function add_globals(root)
  for _, global in ipairs(globals) do
    local option = global[2] and root:option(global[1]):argname(global[2]):overwrite(false) or root:flag(global[1])
    option:description(global[3])
    if global[4] then option:target(global[4]) end
  end
  root:flag "--version":description "print the version and end"
end

-- For the pages and completion: argparse's own ends the process.
local function add_help(element)
  element:flag "-h --help":description "print this page and end":target "help"
end

local about = "Changes and reads Mimecast accounts. Credentials come from the environment (MIMECAST_CLIENT_ID, …) or a"
  .. " profile; MIMECAST_SANDBOX=1 tries things on a made-up tenant."

local epilog = "mimecast COMMAND --help tells what a command takes, mimecast doctor whether all is well. Exit codes: 0 all"
  .. " well, 1 some rejected, 2 usage, 3 settings or credentials, 4 authorisation refused, 5 outcome unknown, 6 stopped by"
  .. " a safety limit, 7 service not reachable, 8 journal or plan does not fit, 130 interrupted."

local function make_root()
  local columns = math.min(output.columns() or 100, 100)
  local root = argparse "mimecast":add_help(false):require_command(false):command_target "command"
    :description(about)
    :help_max_width(columns):usage_max_width(columns):help_description_margin(30):help_vertical_space(0)
    :epilog(epilog)
  add_globals(root)
  add_help(root)
  return root
end

local function add_command(root, name, command, choices)
  local element = root:command(name):add_help(false):summary(command.summary)
  element:description(command.description or command.summary)
  element:epilog((command.epilog and command.epilog .. "\n\n" or "")
    .. "Options of all commands (--json, --profile, --region, --read-only, --verbose, …): mimecast --help")
  command.define(element, choices)
  add_help(element)
  return element
end

--- A parser of all commands, or of one.
---@param only? string name of the command
---@param choices? boolean options know their values, for completion
---@return table root
---@return table<string, table> elements by name
function parser.build(only, choices)
  local root, elements = make_root(), {}
  if only then
    elements[only] = add_command(root, only, commands.find(only), choices)
    return root, elements
  end
  for _, group in ipairs(commands.groups()) do
    local list = {}
    for i, name in ipairs(group.names) do
      elements[name] = add_command(root, name, commands.find(name), choices)
      list[i] = elements[name]
    end
    root:group(group.title, unpack_list(list))
  end
  return root, elements
end

-- ---- secrets on the command line ----

local function bare(word)
  return (core.lower(word):gsub("[-_]", ""))
end

local secret_words = { secret = true, token = true, apikey = true, passwd = true, password = true }
for _, option in ipairs(settings.options) do
  if option.type == "secret" then secret_words[bare(option.name)] = true end
end

-- An option that would carry a secret: everybody on the machine can read a command line.
local function secret_option(words)
  for _, word in ipairs(words) do
    if word == "--" then return nil end
    local name = word:match "^%-%-?([^=]+)"
    if name and secret_words[bare(name)] then return name end
  end
  return nil
end

local function refusal_of(name)
  local remedy = bare(name) == "password" and "use --password-stdin or --password-env NAME"
    or "set it in the environment (MIMECAST_CLIENT_SECRET, …) or in a profile, ~/.config/mimecast/profiles.json"
  return ("%s is not taken from the command line, which every user of this machine can read: %s"):format(
    text.printable("--" .. name:gsub("^%-+", "")), remedy)
end

-- ---- what was asked for ----

local takes_value = {}
for _, global in ipairs(globals) do takes_value[global[1]] = global[2] ~= nil end

-- The command's name: the first word that is neither an option nor the value of one.
local function command_name(words)
  local i = 1
  while words[i] do
    local word = words[i]
    if word:sub(1, 1) ~= "-" or word == "-" then return word end
    i = i + (takes_value[word] and 2 or 1)
  end
  return nil
end

local function unknown(name)
  local names = commands.names()
  local nearest = core.suggest((core.lower(name):gsub("_", "-")), names)
  return ("there is no command %s; %s"):format(text.printable(name),
    nearest and ("did you mean %s?"):format(nearest) or "mimecast --help lists them")
end

-- A page comes also where words are missing that the command needs.
local function asks_for_help(words)
  for _, word in ipairs(words) do
    if word == "--" then return false end
    if word == "-h" or word == "--help" then return true end
  end
  return false
end

--- The help page of a command, or of all.
---@param name? string
---@return string
function parser.page(name)
  local root, elements = parser.build(name)
  if not name then return root:get_help() end
  local example = commands.find(name).example
  -- Not for argparse to break into lines: it is there to be copied.
  return elements[name]:get_help() .. (example and "\n\nExample:\n" .. example or "")
end

local function show_page(name)
  return { args = {}, command = { run = function()
    output.write(parser.page(name) .. "\n")
    return true
  end } }
end

local version = { run = function()
  output.write(("mimecast %s (%s)\n"):format(core.version, _VERSION))
  return true
end }

--- Reads a command line.
---@param words string[]
---@return table? context command, args, json, csv, verbose, color
---@return string? message what is wrong
---@return string? name of the command, where that is known
function parser.read(words)
  local secret = secret_option(words)
  if secret then return nil, refusal_of(secret) end
  local name = command_name(words)
  if name and not commands.find(name) then return nil, unknown(name) end
  if #words == 0 or asks_for_help(words) then return show_page(name) end
  local root = name and parser.build(name) or make_root()
  local ok, args = root:pparse(words)
  if not ok then return nil, (args:gsub("\n", "; ")), name end -- argparse's advice has a line of its own
  if args.version then return { args = args, command = version } end
  if not name then return nil, "a command is required" end
  local command = commands.find(name)
  local timeout = args.timeout
  args.timeout = timeout and core.parse_number(timeout)
  if timeout and not args.timeout then return nil, "--timeout must be a number of seconds", name end
  if args.json and args.csv == true then return nil, "--json and --csv are both given; give one of them", name end
  local no_color = args.noColor or (os.getenv "NO_COLOR" or "") ~= "" or os.getenv "TERM" == "dumb"
  return { command = command, args = args, json = args.json, csv = args.csv == true, verbose = args.verbose,
    color = not no_color }
end

return parser
