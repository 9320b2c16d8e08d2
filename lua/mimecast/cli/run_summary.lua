--- Writes the end of a run: its report, its journal, and the commands that go on with it, undo it and settle unknown rows.
local hint = require "mimecast.cli.hint"
local json = require "mimecast.json"
local output = require "mimecast.cli.io.output"
local terminal_text = require "mimecast.cli.io.terminal_text"

local run_summary = {}

local json_keys = { "input", "ok", "unchanged", "rejected", "unknown", "skipped", "not_sent", "sent", "codes", "duration",
  "rate", "verified", "journal", "operation", "tenant", "startedBy" }

-- Options of the first call that the next one needs as well: key of the arguments, option.
local repeated = { { "input", "--input" }, { "maxChanges", "--max-changes" }, { "maxDisable", "--max-disable" },
  { "maxAge", "--max-age" }, { "noRecheck", "--no-recheck" } }

-- Returns the command that goes on with a run.
local function resume_line(context, report, ...)
  local words = { "apply", report.plan.path, "--resume", ... }
  if report.journal ~= report.plan.path:gsub("%.plan$", "") .. ".journal" then
    words[#words + 1], words[#words + 2] = "--journal", report.journal
  end
  for _, option in ipairs(repeated) do
    local value = context.args[option[1]]
    if value ~= nil and value ~= false then
      words[#words + 1] = option[2]
      if value ~= true then words[#words + 1] = tostring(value) end
    end
  end
  for _, pattern in ipairs(context.args.protect or {}) do
    words[#words + 1], words[#words + 2] = "--protect", pattern
  end
  return hint.line(context, (table.unpack or unpack)(words)) -- luacheck: ignore
end

--- Returns the commands to go on with: names in sequence, and the command of each name.
---@param context table
---@param report mimecast.Report
---@return {name: string, text: string, line: string}[]
function run_summary.next_steps(context, report)
  local steps = {}
  local function add(name, text, line) steps[#steps + 1] = { name = name, text = text, line = line } end
  local can_resume = report.plan.path ~= nil
  if can_resume and report.not_sent > 0 then add("resume", "to go on", resume_line(context, report)) end
  if report.unknown > 0 then
    add("settle", "to list the unknown rows", hint.line(context, "report", report.journal, "--state", "unknown"))
  end
  if can_resume and report.skipped > 0 then
    add("overwrite", "to change the skipped rows as well", resume_line(context, report, "--overwrite"))
  end
  if report.ok > 0 and report.reversible then add("undo", "to undo", hint.line(context, "undo", report.journal)) end
  return steps
end

-- How a person settles rows whose outcome no program can tell.
local function settle_text(report)
  local secrets = report.plan.counts.secrets > 0
  return secrets and "  unknown rows: a password cannot be read back, and sending it again later could undo the user's own"
    .. " change.\n  Ask the user whether the new password works; if not, set it in a new run of these rows.\n"
    or "  unknown rows: look at these accounts; what is missing can be changed in a new run of these rows.\n"
end

--- Writes the summary of a run to standard output.
---@param context table
---@param report mimecast.Report
function run_summary.write(context, report)
  local steps = run_summary.next_steps(context, report)
  if context.json then
    local document = { problems = json.array(report.problems) }
    for _, key in ipairs(json_keys) do document[key] = report[key] end
    for _, step in ipairs(steps) do document[step.name] = step.line end
    if report.verified then json.array(report.verified.rows) end
    document.stopped = report.stopped and { code = report.stopped.code, message = report.stopped.message }
    return output.json(document)
  end
  output.write(("%s\n  journal: %s\n"):format(report, terminal_text.printable(report.journal)))
  if report.unknown > 0 then output.write(settle_text(report)) end
  for _, step in ipairs(steps) do output.write(("  %s: %s\n"):format(step.text, step.line)) end
end

return run_summary
