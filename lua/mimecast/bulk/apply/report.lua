--- Reports the result of a run: totals, errors by code, rate and duration; as text, by row, and as CSV.
local core = require "mimecast.core"
local counted = require "mimecast.base.counted"
local csv = require "mimecast.bulk.input.csv"
local errors = require "mimecast.errors"
local journal = require "mimecast.bulk.journal"
local last_records = require "mimecast.bulk.journal.last_records"
local run_report = require "mimecast.bulk.run_report"
local tenant_id = require "mimecast.bulk.tenant_id"

local report = {}

local line_end = "\r\n"
local max_problems, max_shown = 100, 20
local problem_states = { rejected = true, unknown = true, skipped = true }

---@class mimecast.Report
---@field input integer rows
---@field ok integer
---@field unchanged integer
---@field rejected integer
---@field unknown integer
---@field skipped integer decided not to send, such as rows that changed since the plan (`changed_meanwhile`)
---@field not_sent integer
---@field codes table<string, integer> rows by error code, of rejected, unknown and skipped rows
---@field duration number seconds
---@field rate number rows per second of this run
---@field stopped? mimecast.Error why the run ended before the last row
---@field verified? table read, equal, different, unreadable, rows
---@field journal string path of the journal
---@field reversible boolean `undo` can restore settings of the run
---@field problems table[] the first hundred rejected, unknown and skipped rows: row, line, key, state, code, message
---@field startedBy? string user, host, process and time of the start, from the journal
local Report = {}
Report.__index = Report

-- Returns the first rejected, unknown and skipped rows. The journal is only read if there are any.
local function find_problems(self)
  local list = {}
  if self.rejected + self.unknown + self.skipped == 0 then return list end
  local records = last_records.read(self.journal)
  if not records then return list end
  for row in run_report.join(self.plan, records, problem_states) do
    row.old, row.set, row.secrets = nil, nil, nil
    list[#list + 1] = row
    if #list == max_problems then break end
  end
  records:close()
  return list
end

-- Returns whether undo can restore a setting: not a password or forcePasswordChange, and not without the old values.
local function is_reversible(run)
  local model = run.model
  if not run.plan.read or model.key == nil then return false end
  for name in pairs(run.plan.counts.fields) do
    if not model.replay_unsafe[name] and not model.secret[name] then return true end
  end
  return false
end

--- Makes the report of a run. Raises if the totals do not add up.
---@param run table plan, row_states, journal, journal_path, sent, duration, stopped, verified
---@return mimecast.Report
function report.new(run)
  local self = run.row_states:totals()
  assert(self.input == self.ok + self.unchanged + self.rejected + self.unknown + self.skipped + self.not_sent,
    "the totals do not add up")
  self.codes = {}
  for code, count in pairs(run.row_states.codes) do self.codes[code] = count end
  if run.row_states.counts.sent > 0 then self.codes.no_result = (self.codes.no_result or 0) + run.row_states.counts.sent end
  self.operation, self.tenant, self.journal = run.plan.operation, tenant_id.name(run.plan.tenant), run.journal_path
  self.duration, self.sent = run.duration, run.sent
  self.rate = run.duration > 0 and run.sent / run.duration or 0
  self.stopped, self.verified, self.reversible = run.stopped, run.verified, is_reversible(run)
  self.startedBy = journal.started_by(run.journal.header)
  setmetatable(self, { __index = setmetatable({ plan = run.plan }, Report), __tostring = Report.__tostring })
  self.problems = find_problems(self)
  return self
end

local function sorted(map)
  local names = {}
  for name in pairs(map) do names[#names + 1] = name end
  table.sort(names, core.before)
  return names
end

--- Formats a rejected, unknown or skipped row: "rejected: line 3, bob@example.com: no such account (unknown_address)".
---@param row table row, line, key, state, code, message
---@return string
function report.problem_line(row)
  local text = core.printable(row.message or row.code or "no reason is known", 300)
  if row.code and row.message then text = ("%s (%s)"):format(text, core.printable(row.code, 100)) end
  return ("%s: %s %d, %s: %s"):format(row.state, row.line and "line" or "row", row.line or row.row,
    core.printable(row.key or "?", 200), text)
end

--- Formats the report as lines of text.
---@return string[]
function Report:lines()
  local list = {
    ("%s for %s: %s"):format(self.operation, self.tenant, counted(self.input, "row")),
    ("  ok %d, unchanged %d, rejected %d, unknown %d, skipped %d, not sent %d"):format(self.ok, self.unchanged,
      self.rejected, self.unknown, self.skipped, self.not_sent),
  }
  for i = 1, math.min(#self.problems, max_shown) do list[#list + 1] = "  " .. report.problem_line(self.problems[i]) end
  local more = self.rejected + self.unknown + self.skipped - max_shown
  if more > 0 then list[#list + 1] = ("  … %d more rejected, unknown or skipped rows"):format(more) end
  list[#list + 1] = ("  sent %d in %s s, %.0f per second"):format(self.sent, core.format_fixed(self.duration, 1), self.rate)
  for _, code in ipairs(sorted(self.codes)) do list[#list + 1] = ("  %s: %d"):format(code, self.codes[code]) end
  local verified = self.verified
  if verified then
    list[#list + 1] = verified.message and "  " .. verified.message
      or ("  verified %d: %d equal, %d different, %d unreadable"):format(verified.read, verified.equal,
        verified.different, verified.unreadable)
  end
  if self.startedBy then list[#list + 1] = "  " .. self.startedBy end
  if self.stopped then list[#list + 1] = "  stopped: " .. core.printable(tostring(self.stopped), 500) end
  return list
end

function Report:__tostring()
  return table.concat(self:lines(), "\n")
end

--- Iterates over each row of the input with its outcome, in order.
---@return (fun(): table?)? next row, line, key, state, code, message, old, set, secrets (their names)
---@return string? message
---@return mimecast.Error? err
function Report:rows()
  local records, err = last_records.read(self.journal)
  if not records then return errors.result(err) end
  return run_report.join(self.plan, records)
end

--- Writes each row with its outcome as CSV: row, key, state, code, message.
---@param path string
---@return boolean? ok
---@return string? message
---@return mimecast.Error? err code unwritable_report
function Report:csv(path)
  local rows, message, err = self:rows()
  if not rows then return nil, message, err end
  local file, reason = io.open(path, "wb")
  local ok = file ~= nil
  if ok then ok, reason = file:write(csv.row({ "row", "key", "state", "code", "message" }, 5), line_end) end
  for row in rows do
    if not ok then break end
    ok, reason = file:write(csv.row({ row.row, row.key, row.state, row.code, row.message }, 5), line_end)
  end
  if file then
    local closed, failure = file:close()
    if not closed then ok, reason = nil, failure end
  end
  if ok then return true end
  return errors.result(errors.new { category = "usage", code = "unwritable_report",
    message = ("the report %s cannot be written: %s"):format(core.printable(path, 200), tostring(reason)) })
end

return report
