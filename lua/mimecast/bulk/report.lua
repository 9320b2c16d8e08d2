--- What became of a run: numbers that add up, by code, with rate and duration; as text, and each row as CSV.
local core = require "mimecast.core"
local csv = require "mimecast.bulk.input.csv"
local errors = require "mimecast.errors"
local journals = require "mimecast.bulk.journal"
local tenants = require "mimecast.bulk.tenant_id"

local report = {}

---@class mimecast.Report
---@field input integer rows
---@field ok integer
---@field unchanged integer
---@field rejected integer
---@field unknown integer
---@field not_sent integer
---@field codes table<string, integer> of those that are rejected or unknown
---@field duration number seconds
---@field rate number rows a second, of those that were sent in this run
---@field stopped? mimecast.Error why it ended before the last row
---@field verified? table read, equal, different, unreadable, rows
---@field journal string its path
---@field begun? string who began the run, where and when, as its journal says
local Report = {}
Report.__index = Report

--- Makes the report of a run. Raises where the numbers do not add up.
---@param run table plan, ledger, journal_path, sent, duration
---@return mimecast.Report
function report.new(run)
  local self = run.ledger:sums()
  assert(self.input == self.ok + self.unchanged + self.rejected + self.unknown + self.not_sent, "the sums do not add up")
  self.codes = {}
  for code, count in pairs(run.ledger.codes) do self.codes[code] = count end
  if run.ledger.counts.sent > 0 then self.codes.no_result = (self.codes.no_result or 0) + run.ledger.counts.sent end
  self.operation, self.tenant, self.journal = run.plan.operation, tenants.name(run.plan.tenant), run.journal_path
  self.duration, self.sent = run.duration, run.sent
  self.rate = run.duration > 0 and run.sent / run.duration or 0
  self.stopped, self.verified, self.run = run.stopped, run.verified, nil
  self.begun = journals.begun_by(run.journal.header)
  return setmetatable(self, { __index = setmetatable({ plan = run.plan, ledger = run.ledger }, Report),
    __tostring = Report.__tostring })
end

local function sorted(map)
  local names = {}
  for name in pairs(map) do names[#names + 1] = name end
  table.sort(names, core.before)
  return names
end

--- The summary as lines of text.
---@return string[]
function Report:lines()
  local list = {
    ("%s for %s: %d rows"):format(self.operation, self.tenant, self.input),
    ("  ok %d, unchanged %d, rejected %d, unknown %d, not sent %d"):format(self.ok, self.unchanged, self.rejected,
      self.unknown, self.not_sent),
    ("  %d sent in %s s, %.0f a second"):format(self.sent, core.format_fixed(self.duration, 1), self.rate),
  }
  for _, code in ipairs(sorted(self.codes)) do list[#list + 1] = ("  %s: %d"):format(code, self.codes[code]) end
  local found = self.verified
  if found then
    list[#list + 1] = found.message and "  " .. found.message
      or ("  read back %d: %d as asked, %d different, %d could not be read"):format(found.read, found.equal,
        found.different, found.unreadable)
  end
  if self.begun then list[#list + 1] = "  " .. self.begun end
  if self.stopped then list[#list + 1] = "  stopped: " .. core.printable(tostring(self.stopped), 500) end
  return list
end

function Report:__tostring()
  return table.concat(self:lines(), "\n")
end

-- What the journal says of the rows that are not done; the last word counts.
local function details(self)
  local of_row = {}
  local next_record, message, err = journals.read(self.journal)
  if not next_record then return nil, message, err end
  for record, why, problem in next_record do
    if not record then return nil, why, problem end
    local row = math.floor(record.row)
    if self.ledger.state[row] then of_row[row] = record end
  end
  return of_row
end

-- State, code and message of a row.
local function outcome(self, of_row, row)
  local state, record = self.ledger:of(row.row), of_row[row.row] or {}
  if state == "done" then return row.action == "unchanged" and "unchanged" or "ok" end
  if state == "sent" then return "unknown", "no_result", "sent, and the run ended before its answer came" end
  if state == "planned" or not state then return "not_sent", record.code, record.message end
  return state, record.code, record.message
end

--- Each row of the input with what became of it, in order.
---@return (fun(): table?)? next row, key, state, code, message
---@return string? message
---@return mimecast.Error? err
function Report:rows()
  local of_row, message, err = details(self)
  if not of_row then return nil, message, err end
  local rows = self.plan:rows()
  return function()
    local row = rows()
    if not row then return nil end
    local state, code, text = outcome(self, of_row, row)
    return { row = row.row, key = row.key, state = state, code = code, message = text }
  end
end

--- Writes each row with what became of it: row, key, state, code, message.
---@param path string
---@return boolean? ok
---@return string? message
---@return mimecast.Error? err code unwritable_report
function Report:csv(path)
  local rows, message, err = self:rows()
  if not rows then return nil, message, err end
  local file, reason = io.open(path, "wb")
  local ok = file ~= nil
  if ok then ok, reason = file:write(csv.line({ "row", "key", "state", "code", "message" }, 5)) end
  for row in rows do
    if not ok then break end
    ok, reason = file:write(csv.line({ row.row, row.key, row.state, row.code, row.message }, 5))
  end
  if file then
    local closed, why = file:close()
    if not closed then ok, reason = nil, why end
  end
  if ok then return true end
  return errors.result(errors.new { category = "usage", code = "unwritable_report",
    message = ("the report %s cannot be written: %s"):format(core.printable(path, 200), tostring(reason)) })
end

return report
