--- `mimecast report`: lists the rows of a plan or of a journal with their states. Nothing is requested.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local output = require "mimecast.cli.io.output"
local row_options = require "mimecast.cli.io.row_options"
local run_report = require "mimecast.bulk.run_report"
local terminal_text = require "mimecast.cli.io.terminal_text"

local report = {
  summary = "List the rows of a plan or of a run with their states",
  description = "List the rows of a plan, or of a run by its journal: rejected and unknown rows first. Nothing is requested"
    .. " from the service.",
  example = "  mimecast report leavers.journal --state rejected --csv",
}

local attention = { "rejected", "unknown", "skipped" }
local others = { "not_sent", "ok", "unchanged" }

local function state_of(word)
  local state = (word:gsub("-", "_"))
  for _, known in ipairs(run_report.states) do
    if state == known then return state end
  end
  return nil, ("%s is not a state: rejected, unknown, skipped, not-sent, ok, unchanged"):format(word)
end

function report.define(element)
  element:argument "file":argname "PLAN|JOURNAL":description "a plan, or the journal of a run"
  element:option "--state":argname "STATE":target "states":count "*":convert(state_of)
    :description "list rows of this state only: rejected, unknown, skipped, not-sent, ok or unchanged; can be repeated"
  row_options.define(element)
end

-- Iterates over the rows of each list of states in turn.
local function in_turn(opened, lists)
  local at, next_row = 0, nil
  return function()
    while true do
      local row = next_row and next_row()
      if row then return row end
      at = at + 1
      if not lists[at] then return nil end
      next_row = opened:rows(lists[at])
    end
  end
end

local function summary(opened)
  local parts = {}
  for _, state in ipairs { "ok", "unchanged", "rejected", "unknown", "skipped", "not_sent" } do
    parts[#parts + 1] = ("%s %d"):format(state:gsub("_", " "), opened.counts[state])
  end
  local tenant = opened.header.tenant or {}
  return ("%s for %s: %d rows: %s"):format(core.printable(tostring(opened.header.operation), 100),
    core.printable(tostring(tenant.account or tenant.credentials or "?"), 100), opened.counts.input,
    table.concat(parts, ", "))
end

local function note_run(opened)
  if opened.kind == "journal" and not opened.plan then
    output.note "the plan of this run is missing: rows that were not started are counted, not listed"
  elseif opened.kind == "plan" and type(opened.plan.journal) == "string" then
    output.note(("a run of this plan was started; to list its rows: mimecast report %s"):format(
      terminal_text.shell_quote(opened.plan.journal)))
  end
end

function report.run(context, args)
  local view, opened, err
  view, err = row_options.read(context, run_report.fields)
  if not view then return errors.result(err) end
  opened, err = run_report.open(args.file)
  if not opened then return errors.result(err) end
  local lists = #args.states > 0 and { args.states } or { attention, others }
  if not context.json and not context.csv then output.note(summary(opened)) end
  note_run(opened)
  local ok, message
  ok, message, err = view:write(context, in_turn(opened, lists), true)
  opened:close()
  return ok, message, err
end

return report
