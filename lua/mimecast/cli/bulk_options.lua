--- Defines the options that the commands plan, apply, bulk and undo share.
local arguments = require "mimecast.cli.arguments"
local core = require "mimecast.core"
local progress = require "mimecast.cli.io.progress"
local terminal_text = require "mimecast.cli.io.terminal_text"

local bulk_options = {}

local add_option = arguments.add_option

--- Defines the options of the input: operation, format, separator.
function bulk_options.define_input(element)
  add_option(element, "--operation", "NAME", "operation", "the operation to run for each row; any operation that writes"
    .. " (default update-user)")
  element:option "--format":choices { "csv", "jsonl" }:overwrite(false)
    :description "format of the file, if its name does not show it"
  add_option(element, "--separator", "CHAR", "separator", "separator of CSV cells: one character or the word tab (default a"
    .. " comma)", arguments.separator)
end

--- Defines the options of a command that makes a plan.
function bulk_options.define_plan(element)
  element:flag "--no-read":target "noRead":description "do not read the current settings: every row is a change"
end

--- Defines the options of all four commands.
function bulk_options.define_common(element)
  element:option "--protect":argname "PATTERN":count "*"
    :description "never disable or lock this address; a pattern like *@example.com matches several; can be repeated"
  add_option(element, "--concurrency", "N", "concurrency", "requests in flight (default 8)", arguments.concurrency)
end

--- Defines the options of a command that applies a plan.
function bulk_options.define_apply(element)
  add_option(element, "--journal", "FILE", "journal", "the file that records the state of each row")
  element:mutex(
    element:flag "--resume":description "go on with the journal where the run stopped",
    element:flag "--only-failed":target "onlyFailed":description "send the rejected rows of the journal again")
  element:mutex(
    element:flag "--verify":description "read all accounts back afterwards",
    add_option(element, "--verify-sample", "N", "verifySample", "read N accounts back afterwards", arguments.whole))
  add_option(element, "--max-changes", "N", "maxChanges", "send nothing if more than N accounts change", arguments.number)
  add_option(element, "--max-disable", "N", "maxDisable", "send nothing if more than N accounts are disabled or locked",
    arguments.number)
  add_option(element, "--max-age", "SECONDS", "maxAge", "reject an older plan (default 86400, a day)", arguments.number)
  add_option(element, "--canary", "N", "canary", "send the first N rows alone, and stop unless all of them succeed",
    arguments.whole)
  add_option(element, "--max-failure-ratio", "RATIO", "maxFailureRatio",
    "stop if more than this ratio of the rows fails, from 0 to 1 (default 0.2)", arguments.ratio)
  add_option(element, "--report", "FILE", "report", "write the outcome of each row as CSV")
end

--- Returns the name of the operation; nil if no option names it.
function bulk_options.operation(args)
  return args.operation and (args.operation:gsub("-", "_")) or nil
end

--- Returns the options of client:plan and client:undo.
---@param args table parsed arguments
---@param display table the progress display
---@return table
function bulk_options.plan_options(args, display)
  return {
    operation = bulk_options.operation(args), read = not args.noRead,
    protect = bulk_options.protect(args), concurrency = args.concurrency, format = args.format, separator = args.separator,
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
  return progress.new(context, core.monotonic)
end

-- Options that hints name.
local renamed = { "maxAge", "maxChanges", "maxDisable", "maxFailureRatio" }

--- Replaces the options in a hint by those of the command: maxDisable = 12 becomes --max-disable 12.
---@param err mimecast.Error
function bulk_options.rename_in_hint(err)
  if not err.hint then return end
  local hint = err.hint:gsub("again = true", "--again")
  for _, name in ipairs(renamed) do
    local option = "--" .. terminal_text.kebab(name)
    hint = hint:gsub(name .. " = ", name .. " "):gsub(name, option)
  end
  err.hint = hint
end

return bulk_options
