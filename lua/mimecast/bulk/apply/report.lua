--- Reports the result of a run: totals, errors by code, rate and duration; as text, by row, and as CSV.
local core = require "mimecast.core"
local csv = require "mimecast.bulk.input.csv"
local errors = require "mimecast.errors"
local journal = require "mimecast.bulk.journal"
local tenant_id = require "mimecast.bulk.tenant_id"

local report = {}

local line_end = "\r\n"

---@class mimecast.Report
---@field input integer rows
---@field ok integer
---@field unchanged integer
---@field rejected integer
---@field unknown integer
---@field not_sent integer
---@field codes table<string, integer> rows by error code, of rejected and unknown rows
---@field duration number seconds
---@field rate number rows per second of this run
---@field stopped? mimecast.Error why the run ended before the last row
---@field verified? table read, equal, different, unreadable, rows
---@field journal string path of the journal
---@field startedBy? string user, host, process and time of the start, from the journal
local Report = {}
Report.__index = Report

--- Makes the report of a run. Raises if the totals do not add up.
---@param run table plan, row_states, journal, journal_path, sent, duration, stopped, verified
---@return mimecast.Report
function report.new(run)
  local self = run.row_states:totals()
  assert(self.input == self.ok + self.unchanged + self.rejected + self.unknown + self.not_sent, "the totals do not add up")
  self.codes = {}
  for code, count in pairs(run.row_states.codes) do self.codes[code] = count end
  if run.row_states.counts.sent > 0 then self.codes.no_result = (self.codes.no_result or 0) + run.row_states.counts.sent end
  self.operation, self.tenant, self.journal = run.plan.operation, tenant_id.name(run.plan.tenant), run.journal_path
  self.duration, self.sent = run.duration, run.sent
  self.rate = run.duration > 0 and run.sent / run.duration or 0
  self.stopped, self.verified = run.stopped, run.verified
  self.startedBy = journal.started_by(run.journal.header)
  return setmetatable(self, { __index = setmetatable({ plan = run.plan, row_states = run.row_states }, Report),
    __tostring = Report.__tostring })
end

local function sorted(map)
  local names = {}
  for name in pairs(map) do names[#names + 1] = name end
  table.sort(names, core.before)
  return names
end

--- Formats the report as lines of text.
---@return string[]
function Report:lines()
  local list = {
    ("%s for %s: %d rows"):format(self.operation, self.tenant, self.input),
    ("  ok %d, unchanged %d, rejected %d, unknown %d, not sent %d"):format(self.ok, self.unchanged, self.rejected,
      self.unknown, self.not_sent),
    ("  sent %d in %s s, %.0f per second"):format(self.sent, core.format_fixed(self.duration, 1), self.rate),
  }
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

-- Returns the last record of each unfinished row.
local function last_records(self)
  local records = {}
  local next_record, message, err = journal.read(self.journal)
  if not next_record then return nil, message, err end
  for record, failed, failure in next_record do
    if not record then return nil, failed, failure end
    local row = math.floor(record.row)
    if self.row_states.states[row] then records[row] = record end
  end
  return records
end

-- Returns state, code and message of a row.
local function outcome(self, records, row)
  local state, record = self.row_states:state(row.row), records[row.row] or {}
  if state == "done" then return row.action == "unchanged" and "unchanged" or "ok" end
  if state == "sent" then return "unknown", "no_result", "sent; the run ended before the response arrived" end
  if state == "planned" or not state then return "not_sent", record.code, record.message end
  return state, record.code, record.message
end

--- Iterates over each row of the input with its outcome, in order.
---@return (fun(): table?)? next row, key, state, code, message
---@return string? message
---@return mimecast.Error? err
function Report:rows()
  local records, message, err = last_records(self)
  if not records then return nil, message, err end
  local rows = self.plan:rows()
  return function()
    local row = rows()
    if not row then return nil end
    local state, code, text = outcome(self, records, row)
    return { row = row.row, key = row.key, state = state, code = code, message = text }
  end
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
