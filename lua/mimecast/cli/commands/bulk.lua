--- `mimecast plan`, `apply`, `bulk` and `undo`: many accounts at once, each accounted for (doc/bulk.md).
local connect = require "mimecast.cli.client"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local json = require "mimecast.json"
local output = require "mimecast.cli.io"
local progress = require "mimecast.cli.io.progress"
local status = require "mimecast.cli.exit_codes"
local system = require "mimecast.system"

-- ---- options ----

local function number(word)
  local value = core.parse_number(word)
  if value and value >= 0 then return value end
  return nil, ("%s is not a number"):format(word)
end

local function whole(word)
  local value = core.parse_number(word)
  if value and value >= 1 and value % 1 == 0 then return value end
  return nil, ("%s is not a whole number from 1 on"):format(word)
end

local function few(word)
  local value = whole(word)
  if value and value <= 1000 then return value end
  return nil, ("%s is not a whole number from 1 to 1000"):format(word)
end

local function ratio(word)
  local value = core.parse_number(word)
  if value and value >= 0 and value <= 1 then return value end
  return nil, ("%s is not a ratio: a number from 0 to 1"):format(word)
end

local function one_char(word)
  if word == "tab" or word == "\\t" then return "\t" end
  if #word == 1 then return word end
  return nil, ("%s is not one character, nor the word tab"):format(word)
end

local function option(element, name, argument, target, description, convert)
  local made = element:option(name):argname(argument):target(target):description(description):overwrite(false)
  if convert then made:convert(convert) end
end

local function define_input(element)
  option(element, "--operation", "NAME", "operation", "what is done with each row: a function that writes, update-user by"
    .. " default")
  element:option "--format":choices { "csv", "jsonl" }:overwrite(false):description "of the file, where its name does not tell"
  option(element, "--separator", "CHAR", "separator", "between the cells of CSV: a character, or the word tab; a comma by"
    .. " default", one_char)
end

local function define_plan(element)
  element:flag "--no-read":target "noRead":description "do not read what is set now: every row is a change"
end

local function define_common(element)
  element:option "--protect":argname "PATTERN":count "*"
    :description "an address, or a pattern like *@example.com, that is never disabled or locked; may be given several times"
  option(element, "--concurrency", "N", "concurrency", "requests side by side, 8 by default", few)
end

local function define_apply(element)
  option(element, "--journal", "FILE", "journal", "where each row's state is kept")
  element:mutex(
    element:flag "--resume":description "go on with the journal exactly where it stopped",
    element:flag "--only-failed":target "onlyFailed":description "try those of the journal again that were rejected")
  element:mutex(
    element:flag "--verify":description "read the accounts back afterwards, all of them",
    element:option "--verify-sample":argname "N":target "sample":convert(whole):overwrite(false)
      :description "read so many of them back")
  option(element, "--max-changes", "N", "maxChanges", "stop before anything is sent where more accounts change", number)
  option(element, "--max-disable", "N", "maxDisable", "the same for those that are disabled or locked", number)
  option(element, "--max-age", "SECONDS", "maxAge", "refuse a plan that is older, a day by default", number)
  option(element, "--canary", "N", "canary", "send the first N alone, and go on only where all of them are as asked", whole)
  option(element, "--max-failure-ratio", "RATIO", "maxFailureRatio",
    "stop when more than this ratio of the rows is rejected, 0.2 by default", ratio)
  option(element, "--report", "FILE", "report", "write each row with what became of it as CSV")
end

local function operation_of(args)
  return args.operation and args.operation:gsub("-", "_") or nil
end

local function protect_of(args)
  return #args.protect > 0 and args.protect or nil
end

local function without_ending(path)
  return (path:gsub("%.%w+$", ""))
end

local function usage(message)
  return errors.result(errors.new { category = "usage", code = "invalid_command", message = message })
end

-- ---- plans ----

local plan = { summary = "Shows what the rows of a file would change, and writes a plan.",
  description = "Checks every row, reads what is set now, and writes down what would change; nothing is changed. Columns go"
    .. " by Lua name, wire name or card label; an empty cell leaves a setting as it is." }

function plan.define(element)
  element:argument "file":argname "FILE":description "CSV or JSON Lines; - is standard input"
  option(element, "--out", "PLAN", "out", "the plan's file; FILE with the ending .plan by default")
  define_input(element)
  define_plan(element)
  define_common(element)
end

-- Shows a plan; rows that cannot be changed are rejected ones, and so are those of an undo that can put nothing back.
local function show_plan(context, made, more)
  local vain = made.irreversible and made.irreversible.count > 0 and made.counts.rows == 0
  if context.json then
    local document = { operation = made.operation, counts = made.counts, plan = made.path, tenant = made.tenant.account }
    for name, value in pairs(more or {}) do document[name] = value end
    output.json(document)
  else
    output.write(tostring(made) .. "\n")
    output.note(vain and "nothing of this run can be put back"
      or ("the plan is %s: mimecast apply %s"):format(made.path, made.path))
  end
  local code = (vain or made.counts.rejected > 0) and status.rejected or status.ok
  made:close()
  return code
end

local function shower(context, client)
  local shown = progress.new(context, client.settings.monotonic)
  return shown, function(state) shown:show(state) end
end

function plan.run(context, args)
  local path = args.out or args.file ~= "-" and without_ending(args.file) .. ".plan" or nil
  if not path then return usage "plan needs --out where the rows come from standard input" end
  local client, message, err = connect.client(context)
  if not client then return nil, message, err end
  local shown, on_progress = shower(context, client)
  local made
  made, message, err = client:plan { input = args.file, file = path, operation = operation_of(args), read = not args.noRead,
    protect = protect_of(args), concurrency = args.concurrency, format = args.format, separator = args.separator,
    onProgress = on_progress }
  shown:clear()
  if not made then return nil, message, err end
  return show_plan(context, made)
end

local undo = { summary = "Makes the plan that puts back what a run changed, from its journal." }

function undo.define(element)
  element:argument "journal":argname "JOURNAL":description "of the run"
  option(element, "--out", "PLAN", "out", "the plan's file; JOURNAL with the ending .undo.plan by default")
  define_plan(element)
  define_common(element)
end

local function show_lost(list)
  for _, row in ipairs(list) do
    output.note(("cannot be put back: row %d, %s: %s"):format(row.row, row.key,
      row.fields and table.concat(row.fields, ", ") or "whether it was changed is not known"))
  end
  if list.count > #list then output.note(("cannot be put back: %d more"):format(list.count - #list)) end
  if list.unknown > 0 then
    output.note(("%d rows have no result: apply --resume settles what can be known, and undo knows more then"):format(
      list.unknown))
  end
end

function undo.run(context, args)
  local client, message, err = connect.client(context)
  if not client then return nil, message, err end
  local shown, on_progress = shower(context, client)
  local made
  made, message, err = client:undo { journal = args.journal,
    file = args.out or without_ending(args.journal) .. ".undo.plan", read = not args.noRead, protect = protect_of(args),
    concurrency = args.concurrency, onProgress = on_progress }
  shown:clear()
  if not made then return nil, message, err end
  local lost = made.irreversible
  if not context.json then show_lost(lost) end
  local rows = json.array()
  for i, row in ipairs(lost) do rows[i] = row end
  return show_plan(context, made, { irreversible = { count = lost.count, unknown = lost.unknown, rows = rows } })
end

-- ---- runs ----

-- Asks for the tenant and the number of changes; only where somebody is there to type.
local function confirm(ask)
  io.stderr:write(("mimecast: %s\nThis changes %d accounts of %s, and disables or locks %d of them.\n"):format(ask.message,
    ask.changes, ask.tenant, ask.disables))
  io.stderr:write "Type the tenant's name: "
  local name = io.read() or ""
  io.stderr:write "Type the number of changes: "
  return name:match "^[ \t-\r]*(.-)[ \t-\r]*$", (io.read() or ""):match "^[ \t-\r]*(.-)[ \t-\r]*$"
end

-- Counts Ctrl-C from the first look on, so that it ends the questions before as usual.
local function interrupts()
  local own, told
  return {
    count = function()
      own = own or system.signal_counter()
      local count = own:count()
      if count > 0 and not told then
        told = true
        if system.is_terminal(2) then io.stderr:write "\n" end
        output.note "interrupted: what is in flight lands first; once more ends at once, and leaves it unknown"
      end
      return count
    end,
    close = function() if own then own:close() end end,
  }
end

local function apply_options(args, shown, on_progress, counted)
  local asks = system.is_terminal(0) and system.is_terminal(2)
  return {
    journal = args.journal, resume = args.resume, onlyFailed = args.onlyFailed, verify = args.verify or args.sample,
    maxChanges = args.maxChanges, maxDisable = args.maxDisable, maxAge = args.maxAge, canary = args.canary,
    maxFailureRatio = args.maxFailureRatio, concurrency = args.concurrency, protect = protect_of(args),
    onProgress = on_progress, interrupts = counted,
    confirm = asks and function(ask)
      shown:clear()
      return confirm(ask)
    end or nil,
  }
end

local function code_of(report)
  if report.stopped then return status.of(report.stopped, true) end
  if report.unknown > 0 then return status.unknown end
  local found = report.verified
  return (report.rejected > 0 or found and found.different + found.unreadable > 0) and status.rejected or status.ok
end

-- Options in a hint by their names here: maxDisable = 12 is --max-disable 12.
local function name_options(err)
  err.hint = err.hint and err.hint:gsub("again = true", "--again")
  for _, name in ipairs { "maxAge", "maxChanges", "maxDisable", "maxFailureRatio" } do
    local flag = "--" .. core.lower((name:gsub("%u", "-%0")))
    err.hint = err.hint and (err.hint:gsub(name .. " = ", name .. " "):gsub(name, flag))
  end
end

local numbers = { "input", "ok", "unchanged", "rejected", "unknown", "not_sent", "sent", "codes", "duration", "rate",
  "verified", "journal", "operation", "tenant", "begun" }

local report_start = "row,key,state,"

-- Why a report cannot be written to a path, as is best known before the rows are sent: it is not written over another kind
-- of file, least of all over the input. What is no file, like /dev/stdout, has nothing to lose.
local function problem_of(path)
  local file, reason, code = io.open(path, "r+b")
  if not file and code == 2 then -- ENOENT
    file, reason = system.open_append(path, "new")
    if file then os.remove(path) end
  elseif file and (file:seek "end" or 0) > 0 then
    file:seek "set"
    if file:read(#report_start) ~= report_start then reason = "it is there already, and is no report" end
  end
  if file then file:close() end
  return reason and ("--report: %s cannot be written: %s"):format(path, (reason:gsub("^.*: ", "")))
end

-- Writes it; what stands there by now is looked at once more, for it could be the journal.
local function write_report(report, path)
  local problem = problem_of(path)
  if not problem then return report:csv(path) end
  return errors.result(errors.new { category = "usage", code = "unwritable_report", message = problem })
end

local function show_report(context, report)
  if report.stopped then name_options(report.stopped) end
  if context.json then
    local document = {}
    for _, name in ipairs(numbers) do document[name] = report[name] end
    if report.verified then json.array(report.verified.rows) end
    document.stopped = report.stopped and { code = report.stopped.code, message = report.stopped.message }
    output.json(document)
  else
    output.write(tostring(report) .. "\n")
  end
  local code = code_of(report)
  if not context.args.report then return code end
  local ok, message, err = write_report(report, context.args.report)
  if ok then return code end
  if code == status.ok then return nil, message, err end
  output.note("mimecast: " .. message) -- what became of the rows is the more important
  return code
end

-- Runs with a bar and counted interrupts.
local function carry_out(context, client, begin)
  local path = context.args.report
  local problem = path and problem_of(path)
  if problem then return usage(problem) end
  local shown, on_progress = shower(context, client)
  local counted = interrupts()
  local ok, report, message, err = pcall(begin, apply_options(context.args, shown, on_progress, counted))
  counted.close()
  shown:clear()
  if not ok then error(report, 0) end
  if report then return show_report(context, report) end
  name_options(err)
  return nil, message, err
end

local apply = { summary = "Carries a plan out, every row of it accounted for.", writes = true }

function apply.define(element)
  element:argument "plan":argname "PLAN":description "made by mimecast plan or mimecast undo"
  option(element, "--input", "FILE", "input", "what the plan was made from, where it sets passwords and was no file")
  element:flag "--again":description "carry it out although a run was begun with it before: all rows are sent once more"
  define_apply(element)
  define_common(element)
end

function apply.run(context, args)
  local client, message, err = connect.client(context)
  if not client then return nil, message, err end
  local made
  made, message, err = client:plan(args.plan)
  if not made then return nil, message, err end
  return carry_out(context, client, function(options)
    options.input, options.again = args.input, args.again
    return made:apply(options)
  end)
end

local bulk = { summary = "Plans and carries out in one.", writes = true,
  epilog = "Example: mimecast bulk leavers.csv --verify --report out.csv" }

function bulk.define(element)
  element:argument "file":argname "FILE":description "CSV or JSON Lines; - is standard input"
  define_input(element)
  define_plan(element)
  define_apply(element)
  define_common(element)
end

function bulk.run(context, args)
  args.journal = args.journal or args.file ~= "-" and without_ending(args.file) .. ".journal" or nil
  if not args.journal then return usage "bulk needs --journal where the rows come from standard input" end
  local client, message, err = connect.client(context)
  if not client then return nil, message, err end
  return carry_out(context, client, function(options)
    options.input, options.operation, options.format = args.file, operation_of(args), args.format
    options.separator, options.read = args.separator, not args.noRead
    return client:bulk(options)
  end)
end

return { plan = plan, apply = apply, bulk = bulk, undo = undo }
