--- `mimecast report`: lists the rows of a plan or of a journal with their states. Nothing is requested.
local check = require "mimecast.config.check"
local core = require "mimecast.core"
local counted = require "mimecast.base.counted"
local errors = require "mimecast.errors"
local lazy = require "mimecast.base.lazy"
local output = require "mimecast.cli.io.output"
local row_options = require "mimecast.cli.io.row_options"
local run_report = require "mimecast.bulk.run_report"
local terminal_text = require "mimecast.cli.io.terminal_text"

local report = {
  summary = "List the rows of a plan or of a run with their states",
  description = "List the rows of a plan, or of a run by its journal: rejected and unknown rows first. Nothing is requested"
    .. " from the service.",
  example = "  mimecast report leavers.journal --state rejected --csv\n  mimecast report leavers.plan --html review.html",
}

local attention = { "rejected", "unknown", "skipped" }
local page_fields = { { name = "page", type = "text" }, { name = "rows", type = "integer" } }
local others = { "not_sent", "ok", "unchanged" }

local function state_of(word)
  local state = (word:gsub("-", "_"))
  for _, known in ipairs(run_report.states) do
    if state == known then return state end
  end
  local hint = check.suggestion(state, run_report.states)
  return nil, ("%s is not a state: rejected, unknown, skipped, not-sent, ok, unchanged%s"):format(word,
    hint and "; " .. hint:gsub("_", "-") or "")
end

function report.define(element)
  element:argument "file":argname "PLAN|JOURNAL":description "a plan, or the journal of a run"
  element:option "--state":argname "STATE":target "states":count "*":convert(state_of)
    :description "list rows of this state only: rejected, unknown, skipped, not-sent, ok or unchanged; can be repeated"
  row_options.define(element)
  element:option "--html":argname "FILE":description "write a page for a browser, for the person who approves the plan"
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

-- Returns what is wrong with the options of the page, which has its columns and one format.
local function page_error(args)
  if not args.html then return nil end
  for _, name in ipairs { "output", "csv", "fields", "bom" } do
    if args[name] then return errors.invalid_value("--html", "cannot be combined with --" .. name) end
  end
  return nil
end

-- Writes the review page and names it.
local function write_page(context, args, opened, next_row)
  local count, err = lazy("mimecast.cli.io.review_page").write(args.html, opened, next_row)
  if not count then return errors.result(err) end
  if context.json then
    output.json({ page = args.html, rows = count }, page_fields)
  else
    output.write(("%s: %s\n"):format(core.printable(args.html), counted(count, "row")))
  end
  return true
end

function report.run(context, args)
  local view, opened, err
  view, err = row_options.read(context, run_report.fields)
  err = err or page_error(args)
  if err then return errors.result(err) end
  opened, err = run_report.open(args.file)
  if not opened then return errors.result(err) end
  local lists = #args.states > 0 and { args.states } or { attention, others }
  if not context.json and not context.csv then output.note(summary(opened)) end
  note_run(opened)
  local ok, message
  if args.html then
    ok, message, err = write_page(context, args, opened, view:apply(in_turn(opened, lists)))
  else
    ok, message, err = view:write(context, in_turn(opened, lists), true)
  end
  opened:close()
  return ok, message, err
end

return report
