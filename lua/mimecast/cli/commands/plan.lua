--- `mimecast plan` and `mimecast undo`: write a plan of changes, and show it (doc/bulk.md).
local arguments = require "mimecast.cli.arguments"
local bulk_options = require "mimecast.cli.bulk_options"
local client_factory = require "mimecast.cli.client_factory"
local counted = require "mimecast.base.counted"
local errors = require "mimecast.errors"
local hint = require "mimecast.cli.hint"
local exit_codes = require "mimecast.cli.exit_codes"
local core = require "mimecast.core"
local json = require "mimecast.json"
local output = require "mimecast.cli.io.output"
local run_report = require "mimecast.bulk.run_report"
local runs = require "mimecast.bulk.runs"

local max_problems = 100 -- rows in a JSON document

local function usage(message)
  return errors.result(errors.new { category = "usage", code = "invalid_command", message = message })
end

-- Returns the first rows that cannot be changed, for JSON; the text of a plan lists them as well.
local function problems_of(plan)
  local list = json.array()
  if plan.counts.rejected + plan.counts.skipped == 0 then return list end
  for row in plan:rows() do
    if row.action == "rejected" or row.action == "skipped" then
      list[#list + 1] = { row = row.row, line = row.line, key = row.key, state = row.action, code = row.code,
        message = row.message }
      if #list == max_problems then break end
    end
  end
  return list
end

-- Shows a plan and closes it. Returns the exit code: 1 if rows cannot be changed, or if an undo can restore nothing.
local function show(context, plan, extra)
  local restores_nothing = plan.irreversible and plan.irreversible.count > 0 and plan.counts.rows == 0
  if context.json then
    local document = { operation = plan.operation, counts = plan.counts, plan = plan.path, tenant = plan.tenant.account,
      input = plan.reading, problems = problems_of(plan) }
    for name, value in pairs(extra or {}) do document[name] = value end
    output.json(document)
  else
    output.write(tostring(plan) .. "\n")
    output.note(restores_nothing and "nothing of this run can be restored"
      or ("plan written to %s; to apply it: %s"):format(plan.path, hint.line(context, "apply", plan.path)))
  end
  local code = (restores_nothing or plan.counts.rejected > 0) and exit_codes.rejected or exit_codes.ok
  plan:close()
  return code
end

-- Makes a plan with client:plan or client:undo, with a progress display.
local function make_plan(context, client, method, options)
  local display = bulk_options.make_display(context)
  for name, value in pairs(bulk_options.plan_options(context.args, display)) do options[name] = value end
  local plan, message, err = client[method](client, options)
  display:clear()
  if err then
    bulk_options.rename_in_hint(err)
    message = tostring(err)
  end
  return plan, message, err
end

-- ---- plan ----

local plan_command = { summary = "Write a plan of what the rows of a file would change",
  description = "Check every row, read the current settings and write a plan of the changes. Nothing is changed. A column is"
    .. " named by its Lua name, its API name or its label on the workflow card. An empty cell leaves a setting unchanged.",
  example = "  mimecast plan leavers.csv\n"
    .. "  mimecast plan hr.csv --map 'Work Email=email' --where Status=Left --set accountDisabled=true --ignore-other-columns" }

function plan_command.define(element)
  element:argument "file":argname "FILE":description "CSV or JSON Lines; - is standard input"
  arguments.add_option(element, "--out", "PLAN", "out", "file of the plan (default: FILE with the time and the ending .plan)")
  bulk_options.define_input(element)
  bulk_options.define_plan(element)
  bulk_options.define_common(element)
end

function plan_command.run(context, args)
  local path = args.out or args.file ~= "-" and runs.plan_path(args.file, core.now()) or nil
  if not path then return usage "missing --out: a plan of rows from standard input needs it" end
  local options, problem = bulk_options.add_input(args, { input = args.file, file = path })
  if not options then return usage(problem) end
  local client, plan, message, err
  client, message, err = client_factory.new(context)
  if not client then return nil, message, err end
  plan, message, err = make_plan(context, client, "plan", options)
  if plan then return show(context, plan) end
  if err.code == "journal_exists" then err.hint = "give another --out, or none: then the plan gets a name of its own" end
  return nil, message, err
end

-- ---- sync-group ----

local sync_command = { summary = "Write a plan that brings the members of a profile group in line with a file",
  description = "Compare a file of addresses and domains with the members of a profile group, and write a plan: missing members"
    .. " are added, and with --remove-others all others are removed. Nothing is changed until mimecast apply. A second plan"
    .. " changes nothing; mimecast undo reverses a run.",
  example = "  mimecast sync-group Finance --from members.csv --remove-others\n  mimecast apply members.2026-11-30T0812.plan" }

function sync_command.define(element)
  element:argument "group":argname "GROUP":description "name, path or id of the group"
  arguments.add_option(element, "--from", "FILE", "from",
    "CSV or JSON Lines with a column email, or a list of addresses; - is standard input"):count(1)
  element:flag "--remove-others":target "removeOthers":description "remove the members that the file does not have"
  arguments.add_option(element, "--out", "PLAN", "out", "file of the plan (default: FILE with the time and the ending .plan)")
  bulk_options.define_input(element, true)
  bulk_options.define_common(element)
end

function sync_command.run(context, args)
  local path = args.out or args.from ~= "-" and runs.plan_path(args.from, core.now()) or nil
  if not path then return usage "missing --out: a plan of rows from standard input needs it" end
  local options, problem = bulk_options.add_input(args, { group = args.group, input = args.from, file = path,
    removeOthers = args.removeOthers })
  if not options then return usage(problem) end
  local client, plan, message, err
  client, message, err = client_factory.new(context)
  if not client then return nil, message, err end
  plan, message, err = make_plan(context, client, "sync_group", options)
  if not plan then return nil, message, err end
  return show(context, plan)
end

-- ---- undo ----

local undo_command = { summary = "Write the plan that restores what a run changed, from its journal" }

function undo_command.define(element)
  element:argument "journal":argname "JOURNAL":description "journal of the run"
  arguments.add_option(element, "--out", "PLAN", "out", "file of the plan (default: JOURNAL with the ending .undo.plan)")
  bulk_options.define_overwrite(element)
  bulk_options.define_plan(element)
  bulk_options.define_common(element)
end

-- Returns the command that resolves the unknown rows of a run.
local function resume_line(context, journal)
  local opened = run_report.open(journal)
  local plan = opened and opened.plan and opened.plan.path or "PLAN"
  if opened then opened:close() end
  return hint.line(context, "apply", plan, "--journal", journal, "--resume")
end

local max_shown = 20 -- rows

local function note_irreversible(context, irreversible)
  local shown = math.min(#irreversible, max_shown)
  for i = 1, shown do
    local row = irreversible[i]
    output.note(("cannot be restored: row %d, %s: %s"):format(row.row, row.key,
      row.fields and table.concat(row.fields, ", ") or "the outcome is unknown"))
  end
  local more = irreversible.count - shown
  if more > 0 then output.note(("cannot be restored: %d more"):format(more)) end
  if irreversible.unknown > 0 then
    output.note(("the outcome of %s is unknown: run %s, then run undo again"):format(counted(irreversible.unknown, "row"),
      resume_line(context, context.args.journal)))
  end
end

function undo_command.run(context, args)
  local client, plan, message, err
  client, message, err = client_factory.new(context)
  if not client then return nil, message, err end
  plan, message, err = make_plan(context, client, "undo", { journal = args.journal, overwrite = args.overwrite,
    file = args.out or runs.unstarted_path(bulk_options.without_ending(args.journal) .. ".undo.plan") })
  if not plan then return nil, message, err end
  local irreversible, rows = plan.irreversible, json.array()
  if not context.json then note_irreversible(context, irreversible) end
  if not context.json and plan.counts.skipped > 0 then
    output.note("to restore the skipped rows as well: " .. hint.line(context, "undo", args.journal, "--overwrite"))
  end
  for i, row in ipairs(irreversible) do rows[i] = row end
  return show(context, plan,
    { irreversible = { count = irreversible.count, unknown = irreversible.unknown, rows = rows } })
end

return { plan = plan_command, undo = undo_command, ["sync-group"] = sync_command }
