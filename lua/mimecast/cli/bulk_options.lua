--- Defines the options that the commands plan, apply, bulk and undo share.
local arguments = require "mimecast.cli.arguments"
local check = require "mimecast.config.check"
local core = require "mimecast.core"
local progress = require "mimecast.cli.io.progress"
local registry = require "mimecast.model.registry"
local terminal_text = require "mimecast.cli.io.terminal_text"

local bulk_options = {}

local add_option = arguments.add_option

-- Adds an option of pairs like NAME=VALUE that can be repeated.
local function add_repeated(element, name, argument, target, description)
  element:option(name):argname(argument):target(target):count "*":convert(arguments.pair(name))
    :description(description .. "; can be repeated")
end

-- Converts the name of an operation. Whether it fits a bulk run is checked later.
local function known_operation(word)
  if registry.find((word:gsub("-", "_"))) then return word end
  local names = registry.names()
  for i, name in ipairs(names) do names[i] = terminal_text.kebab(name) end
  return nil, ("no operation is named %s; %s"):format(terminal_text.printable(word),
    check.suggestion(word, names) or "mimecast help commands lists all")
end

local input_shown = { operation = true, map = true, where = true, set = true }
local input_topic = { name = "files", examples = "--columns, --encoding, --separator, --date-format, …" }

local function define_input(element, has_operation)
  if not has_operation then
    add_option(element, "--operation", "NAME", "operation", "the operation to run for each row; any operation that writes"
      .. " (default update-user)", known_operation)
  end
  element:option "--format":choices { "csv", "jsonl" }:overwrite(false)
    :description "format of the file, if its name does not show it"
  add_option(element, "--separator", "CHAR", "separator", "separator of CSV cells: one character or the word tab (default:"
    .. " comma, semicolon or tab, as the header tells)", arguments.separator)
  add_option(element, "--encoding", "NAME", "encoding", "character encoding, such as windows-1252 (default UTF-8, or as the"
    .. " byte order mark tells)")
  add_repeated(element, "--map", "COLUMN=FIELD", "map", "read this column as this field")
  add_option(element, "--map-file", "FILE", "mapFile", "file with a line COLUMN=FIELD for each --map")
  element:mutex(
    element:flag "--ignore-other-columns":target "ignoreOtherColumns":description "ignore columns that are no field",
    add_option(element, "--columns", "NAMES", "columns", "read these columns only, separated by commas", arguments.list))
  add_repeated(element, "--where", "COLUMN=TEXT", "where", "take only rows with this text")
  add_repeated(element, "--set", "FIELD=VALUE", "set", "the value of a field for all rows")
  add_option(element, "--true", "WORDS", "trueWords", "words for true besides true, separated by commas", arguments.list)
  add_option(element, "--false", "WORDS", "falseWords", "words for false besides false", arguments.list)
  add_option(element, "--date-format", "FORMAT", "dateFormat", "form of dates, such as dd/mm/yyyy; needs --timezone")
  add_option(element, "--timezone", "ZONE", "timezone", "time zone of dates without one, such as Europe/London")
  element:flag "--empty-is-empty":target "emptyIsEmpty":description "a quoted empty cell empties the setting"
end

--- Defines the options that say how the input is read (doc/files.md).
---@param element table
---@param has_operation? boolean the command has one operation
function bulk_options.define_input(element, has_operation)
  return arguments.define_hidden(element, input_shown, input_topic, function() define_input(element, has_operation) end)
end

--- Defines the options of a command that makes a plan.
function bulk_options.define_plan(element)
  element:flag "--no-read":target "noRead":description "do not read the current settings: every row is a change"
end

--- Defines the options of all four commands.
function bulk_options.define_common(element)
  element:option "--protect":argname "PATTERN":count "*"
    :description "never disable or lock these addresses, like *@example.com; can be repeated"
  add_option(element, "--concurrency", "N", "concurrency", "requests in flight (default 8)", arguments.concurrency)
end

--- Defines the option of apply, bulk and undo.
function bulk_options.define_overwrite(element)
  element:flag "--overwrite":description "change also settings that changed meanwhile; otherwise such rows are skipped"
end

local apply_shown = { journal = true, resume = true, onlyFailed = true, verify = true, maxChanges = true, maxDisable = true,
  report = true }
local apply_topic = { name = "runs", examples = "--canary, --allow-admin, --no-recheck, --max-age, …" }

local function define_apply(element)
  add_option(element, "--journal", "FILE", "journal", "the file that records the state of each row")
  element:mutex(
    element:flag "--resume":description "go on with the journal where the run stopped",
    element:flag "--only-failed":target "onlyFailed":description "send the rejected rows of the journal again")
  element:mutex(
    element:flag "--verify":description "read all accounts back afterwards",
    add_option(element, "--verify-sample", "N", "verifySample", "read N accounts back afterwards", arguments.whole))
  add_option(element, "--max-changes", "N|N%", "maxChanges", "send nothing if more than N accounts change, or more than N"
    .. " percent of the tenant", arguments.number_or_share)
  add_option(element, "--max-disable", "N|N%", "maxDisable", "send nothing if more than N accounts are disabled or locked, or"
    .. " more than N percent of the tenant", arguments.number_or_share)
  element:flag "--no-recheck":target "noRecheck"
    :description "do not read accounts again before they are changed: for a tenant that no other program changes"
  bulk_options.define_overwrite(element)
  element:option "--allow-admin":argname "ADDRESS":target "allowAdmin":count "*"
    :description "disable or lock this administrator; can be repeated"
  element:flag "--no-admin-check":target "noAdminCheck":description "do not read whether an account is an administrator"
  add_option(element, "--max-age", "SECONDS", "maxAge", "reject an older plan (default 86400, a day)", arguments.number)
  add_option(element, "--canary", "N", "canary", "send the first N rows alone, and stop unless all of them succeed",
    arguments.whole)
  add_option(element, "--max-failure-ratio", "RATIO", "maxFailureRatio",
    "stop if more than this ratio of the rows fails, from 0 to 1 (default 0.2)", arguments.ratio)
  add_option(element, "--report", "FILE", "report", "write the outcome of each row as CSV")
end

--- Defines the options of a command that applies a plan.
function bulk_options.define_apply(element)
  return arguments.define_hidden(element, apply_shown, apply_topic, function() define_apply(element) end)
end

--- Returns the name of the operation; nil if no option names it.
function bulk_options.operation(args)
  return args.operation and (args.operation:gsub("-", "_")) or nil
end

-- Returns the pairs of a repeated option as a table; a list for a name that comes several times. nil without pairs.
local function pairs_of(list, several)
  if not list or #list == 0 then return nil end
  local map = {}
  for _, pair in ipairs(list) do
    local before = map[pair.name]
    if not before then
      map[pair.name] = several and { pair.value } or pair.value
    elseif several then
      table.insert(before, pair.value)
    elseif before ~= pair.value then
      return nil, ("%s is given twice"):format(core.printable(pair.name, 64))
    end
  end
  return map
end

local input_names = { "format", "separator", "encoding", "mapFile", "ignoreOtherColumns", "columns", "trueWords", "falseWords",
  "dateFormat", "timezone", "emptyIsEmpty" }

--- Adds the options that say how the input is read.
---@param args table parsed arguments
---@param options table
---@return table? options nil if the arguments contradict each other
---@return string? message
function bulk_options.add_input(args, options)
  local problem
  for _, name in ipairs(input_names) do options[name] = args[name] end
  options.map, problem = pairs_of(args.map)
  if problem then return nil, "--map " .. problem end
  options.set, problem = pairs_of(args.set)
  if problem then return nil, "--set " .. problem end
  options.where = pairs_of(args.where, true)
  return options
end

--- Returns the options of client:plan and client:undo.
---@param args table parsed arguments
---@param display table the progress display
---@return table
function bulk_options.plan_options(args, display)
  return {
    operation = bulk_options.operation(args), read = not args.noRead,
    protect = bulk_options.protect(args), concurrency = args.concurrency,
    onProgress = function(state) display:show(state) end,
  }
end

--- Returns the protected patterns; nil if there are none.
function bulk_options.protect(args)
  return #args.protect > 0 and args.protect or nil
end

--- Returns a path without its ending.
function bulk_options.without_ending(path)
  return (path:gsub("%.%w+$", ""))
end

--- Makes the progress display of a run.
function bulk_options.make_display(context)
  context.display = progress.new(context, core.monotonic)
  return context.display
end

-- Quotes a word of a command line, if the shell would change it.
local function quoted(word)
  if word:find "^[%w_./,:@%%+=-]+$" then return word end
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

local function words_of(list)
  local words = {}
  for word in list:gmatch '"(.-)"' do words[#words + 1] = word end
  return words
end

-- Options of Lua in a hint, and how the command spells them.
local spellings = {
  { '([%a]+) = { %["(.-)"%] = "(.-)" }', function(name, key, value)
    return ("--%s %s"):format(terminal_text.kebab(name), quoted(key .. "=" .. value))
  end },
  { "([%a]+)Words = { (.-) }", function(name, list)
    return ("--%s %s"):format(name, quoted(table.concat(words_of(list), ",")))
  end },
  { '([%a]+) = "([^"]-)" or "(.-)"', function(name, value, other)
    return ("--%s %s (or %s)"):format(terminal_text.kebab(name), quoted(value), quoted(other))
  end },
  { '([%a]+) = "(.-)"', function(name, value) return ("--%s %s"):format(terminal_text.kebab(name), quoted(value)) end },
  { "([%a]+) = true", function(name) return "--" .. terminal_text.kebab(name) end },
  { "([%a]+) = (%d+)", function(name, value) return ("--%s %s"):format(terminal_text.kebab(name), value) end },
}

-- Options that hints name without a value.
local renamed = { "maxAge", "maxChanges", "maxDisable", "maxFailureRatio" }

-- What hints of the library say, and the options of the command.
local phrases = { ["adminCheck = false"] = "--no-admin-check", ["allowAdmin = { address, … }"] = "--allow-admin ADDRESS" }

--- Replaces the options in an error by those of the command: maxDisable = 12 becomes --max-disable 12.
---@param err mimecast.Error
function bulk_options.rename_in_hint(err)
  err.message = err.message:gsub("the option ([%a]+)", function(name)
    return "--" .. terminal_text.kebab((name:gsub("Words$", "")))
  end)
  if not err.hint then return end
  for phrase, option in pairs(phrases) do
    local first, last = err.hint:find(phrase, 1, true)
    if first then err.hint = err.hint:sub(1, first - 1) .. option .. err.hint:sub(last + 1) end
  end
  for _, spelling in ipairs(spellings) do err.hint = err.hint:gsub(spelling[1], spelling[2]) end
  err.hint = err.hint:gsub(", %-%-", " --") -- options to copy
  for _, name in ipairs(renamed) do err.hint = err.hint:gsub(name, "--" .. terminal_text.kebab(name)) end
end

return bulk_options
