--- `mimecast apply` and `mimecast bulk`: apply a plan, with a record of every row (doc/bulk.md).
local arguments = require "mimecast.cli.arguments"
local bulk_options = require "mimecast.cli.bulk_options"
local client_factory = require "mimecast.cli.client_factory"
local core = require "mimecast.core"
local confirmation = require "mimecast.cli.confirmation"
local errors = require "mimecast.errors"
local hint = require "mimecast.cli.hint"
local exit_codes = require "mimecast.cli.exit_codes"
local output = require "mimecast.cli.io.output"
local run_summary = require "mimecast.cli.run_summary"
local run_report = require "mimecast.bulk.run_report"
local runs = require "mimecast.bulk.runs"
local report_file = require "mimecast.cli.io.report_file"
local system = require "mimecast.system"
local terminal_text = require "mimecast.cli.io.terminal_text"

local function usage(message)
  return errors.result(errors.new { category = "usage", code = "invalid_command", message = message })
end

-- ---- interrupts ----

-- Returns the interrupts of a run. They are counted from the first call of count(): before, Ctrl-C ends the command.
local function interrupt_counter()
  local counter, is_noted
  return {
    count = function()
      counter = counter or system.signal_counter()
      local count = counter:count()
      if count > 0 and not is_noted then
        is_noted = true
        if system.is_terminal(2) then io.stderr:write "\n" end
        output.note "interrupted: waiting for requests in flight; press Ctrl-C again to stop at once (their outcome is unknown)"
      end
      return count
    end,
    close = function() if counter then counter:close() end end,
  }
end

-- ---- reports ----

local function report_code(report)
  if report.stopped then return exit_codes.of(report.stopped, true) end
  if report.unknown > 0 then return exit_codes.unknown end
  local verified = report.verified
  local differs = verified and verified.different + verified.unreadable > 0
  return (report.rejected + report.skipped > 0 or differs) and exit_codes.rejected or exit_codes.ok
end

-- Shows a report and writes its file. The exit code of the run counts more than a failure to write.
local function show(context, report)
  if report.stopped then bulk_options.rename_in_hint(report.stopped) end
  run_summary.write(context, report)
  local code = report_code(report)
  if not context.args.report then return code end
  local ok, message, err = report_file.write(report, context.args.report)
  if ok then return code end
  if code == exit_codes.ok then return nil, message, err end
  output.note("mimecast: " .. message)
  return code
end

-- ---- runs ----

local function apply_options(args, display, counter)
  return {
    journal = args.journal, resume = args.resume, onlyFailed = args.onlyFailed, verify = args.verify or args.verifySample,
    maxChanges = args.maxChanges, maxDisable = args.maxDisable, maxAge = args.maxAge, canary = args.canary,
    maxFailureRatio = args.maxFailureRatio, concurrency = args.concurrency, protect = bulk_options.protect(args),
    onProgress = function(state) display:show(state) end, onCheck = function(state) display:show(state) end,
    interrupts = counter,
    confirm = confirmation.typed(display), allowAdmin = args.allowAdmin, adminCheck = not args.noAdminCheck,
    recheck = not args.noRecheck, overwrite = args.overwrite,
  }
end

-- Starts a run with a progress display and counted interrupts, and shows its report.
local function run(context, start)
  local problem = context.args.report and report_file.problem(context.args.report)
  if problem then return usage(problem) end
  local display, counter = bulk_options.make_display(context), interrupt_counter()
  local ok, report, message, err = pcall(start, apply_options(context.args, display, counter), display)
  counter.close()
  display:clear()
  if not ok then error(report, 0) end
  if report then return show(context, report) end
  bulk_options.rename_in_hint(err)
  return nil, message, err
end

local apply = { summary = "Apply a plan, with a record of every row", writes = true,
  example = "  mimecast apply leavers.plan --verify\n  mimecast apply leavers.plan --resume" }

function apply.define(element)
  element:argument "plan":argname "PLAN":description "a plan of mimecast plan or mimecast undo"
  arguments.add_option(element, "--input", "FILE", "input",
    "input of the plan; needed if it sets passwords and was read from standard input")
  element:flag "--again":description "apply a plan whose run was started before, with another journal"
  bulk_options.define_apply(element)
  bulk_options.define_common(element)
end

function apply.run(context, args)
  local client, plan, message, err
  client, message, err = client_factory.new(context)
  if not client then return nil, message, err end
  plan, message, err = client:plan(args.plan)
  if not plan then return nil, message, err end
  return run(context, function(options)
    options.input, options.again = args.input, args.again
    return plan:apply(options)
  end)
end

local bulk = { summary = "Plan and apply the rows of a file in one step", writes = true,
  example = "  mimecast bulk leavers.csv --verify --report out.csv\n"
    .. "  mimecast bulk hr.csv --where Status=Left --set accountDisabled=true --ignore-other-columns" }

function bulk.define(element)
  element:argument "file":argname "FILE":description "CSV or JSON Lines; - is standard input"
  bulk_options.define_input(element)
  bulk_options.define_plan(element)
  confirmation.define(element)
  bulk_options.define_apply(element)
  bulk_options.define_common(element)
end

-- Returns the error for a file whose newest run has not ended: a new run would send passwords a second time.
local function unfinished_error(context, path)
  local opened = path and run_report.open(path)
  if not opened then return nil end
  local counts = opened.counts
  opened:close()
  if opened.left == 0 then return nil end
  return errors.new { category = "usage", code = "journal_exists",
    message = ("the run %s of this file has not ended: %d rows are not sent, %d unknown"):format(
      terminal_text.printable(path), counts.not_sent, counts.unknown),
    hint = ("to go on: %s; to start another run, give --journal"):format(hint.line(context, "bulk", context.args.file,
      "--resume")) }
end

-- Returns the path of the journal: of a new run, or with --resume and --only-failed of the newest run of the file.
local function journal_path(context, args)
  if args.journal then return args.journal end
  if args.file == "-" then
    return nil, errors.new { category = "usage", code = "invalid_command",
      message = "missing --journal: a run of rows from standard input needs it" }
  end
  local latest = runs.latest_journal(args.file)
  if not args.resume and not args.onlyFailed then
    local err = unfinished_error(context, latest)
    if err then return nil, err end
    return (runs.plan_path(args.file, core.now()):gsub("%.plan$", ".journal"))
  end
  if latest then return latest end
  return nil, errors.new { category = "usage", code = "journal_missing", message = ("no run of %s was started"):format(
    terminal_text.printable(args.file)), hint = "start one without --resume, or name its --journal" }
end

function bulk.run(context, args)
  local client, message, err
  args.journal, err = journal_path(context, args)
  if not args.journal then return errors.result(err) end
  local input, problem = bulk_options.add_input(args, { input = args.file })
  if not input then return usage(problem) end
  client, message, err = client_factory.new(context)
  if not client then return nil, message, err end
  return run(context, function(options, display)
    for name, value in pairs(input) do options[name] = value end
    options.operation, options.read = bulk_options.operation(args), not args.noRead
    options.review = confirmation.review(context, display)
    return client:bulk(options)
  end)
end

return { apply = apply, bulk = bulk }
