--- Lists the rows of a plan or of a run with their states, for reports: `mimecast report`, the review page, the end of a run.
--
-- A journal holds what happened, its plan what was to change. A run's report joins both, row by row, in constant memory for
-- rows that are ok. Without the plan's file the rows are those of the journal: rows that were not started are only counted.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local last_records = require "mimecast.bulk.journal.last_records"
local plan_file = require "mimecast.bulk.plan.plan_file"

local run_report = {}

--- The states of a row, the rows that need attention first.
run_report.states = { "rejected", "unknown", "skipped", "not_sent", "ok", "unchanged" }

--- The fields of a row, in the order in which reports write them.
run_report.fields = {
  { name = "row", type = "integer" }, { name = "line", type = "integer" }, { name = "key", type = "text" },
  { name = "state", type = "text" }, { name = "code", type = "text" }, { name = "message", type = "text" },
  { name = "old", type = "object" }, { name = "set", type = "object" }, { name = "secrets", type = "list" },
}

---@class mimecast.RunReport
---@field kind "plan"|"journal"
---@field path string
---@field plan? mimecast.PlanFile header, counts; nil if the plan of a journal is missing
---@field header table of the plan or of the journal
---@field counts table input and the six states
---@field left integer rows that a resumed run goes on with: not sent, or sent without a record of what became of them
local RunReport = {}
RunReport.__index = RunReport

-- ---- rows ----

local no_result = "sent; the run ended before the response arrived"

-- Returns state, code and message of a record; nil stands for a row that was not started.
local function outcome(record)
  local state = record and record.state
  if state == "sent" then return "unknown", "no_result", no_result end
  if not state or state == "planned" then return "not_sent", record and record.code, record and record.message end
  return state, record.code, record.message
end

-- Returns the state of a row that no run has started.
local function planned_outcome(row)
  return row.action == "change" and "not_sent" or row.action, row.code, row.message
end

--- Joins a plan's rows with the last records of its run, in order.
---@param plan table plan_file or mimecast.Plan, with rows()
---@param records? table of last_records.read
---@param wants? table<string, true> only rows of these states
---@return fun(): table? next row, line, key, state, code, message, old, set, secrets (their names)
function run_report.join(plan, records, wants)
  local next_row = plan:rows()
  return function()
    for row in next_row do
      local state, code, message
      if records then state, code, message = outcome(records:of(row.row)) else state, code, message = planned_outcome(row) end
      if not wants or wants[state] then
        return { row = row.row, line = row.line, key = row.key, state = state, code = code, message = message,
          old = row.old, set = row.set, secrets = row.secrets }
      end
    end
    return nil
  end
end

-- Iterates over the rows of a journal whose plan is missing.
local function journal_rows(records, wants)
  local next_record = records:all()
  return function()
    for record in next_record do
      local state, code, message = outcome(record)
      if not wants or wants[state] then
        return { row = record.row, key = record.key, state = state, code = code, message = message, old = record.old }
      end
    end
    return nil
  end
end

--- Iterates over the rows, in order: row, line, key, state, code, message, old, set, secrets (their names).
---@param states? string[] only rows of these states
---@return fun(): table? next
function RunReport:rows(states)
  local wants = states and {}
  for _, state in ipairs(states or {}) do wants[state] = true end
  if self.plan then return run_report.join(self.plan, self.records, wants) end
  return journal_rows(self.records, wants)
end

-- ---- opening ----

local function new_counts(rows)
  local counts = { input = rows }
  for _, state in ipairs(run_report.states) do counts[state] = 0 end
  return counts
end

local function count_planned(counts)
  local totals = new_counts(counts.rows)
  totals.not_sent, totals.unchanged, totals.rejected = counts.change, counts.unchanged, counts.rejected
  totals.skipped = counts.skipped or 0
  return totals
end

local function count_rows(self)
  local counts = new_counts(self.header.rows)
  local started = 0
  local unresolved = 0
  for record in self.records:all() do
    local state = outcome(record)
    counts[state], started = counts[state] + 1, started + 1
    if record.state == "sent" then unresolved = unresolved + 1 end
  end
  counts.not_sent = counts.not_sent + counts.input - started
  return counts, counts.not_sent + unresolved
end

-- Opens the plan of a run: the path in the journal's header, or the default path beside the journal. nil if it is missing.
local function find_plan(path, header)
  for _, candidate in ipairs { header.planFile or false, path:gsub("%.journal$", "") .. ".plan" } do
    local plan = candidate and plan_file.open(candidate)
    if plan and plan.sha256 == header.plan then return plan end
    if plan then plan:close() end
  end
  return nil
end

local function open_plan(path)
  local plan, err = plan_file.open(path)
  if not plan then return nil, err end
  return setmetatable({ kind = "plan", path = path, plan = plan, header = plan.header, counts = count_planned(plan.counts),
    left = plan.counts.change },
    RunReport)
end

local function open_journal(path)
  local records, err = last_records.read(path)
  if not records then return nil, err end
  local self = setmetatable({ kind = "journal", path = path, records = records, header = records.header,
    plan = find_plan(path, records.header) }, RunReport)
  self.counts, self.left = count_rows(self)
  return self
end

--- Opens the report of a plan or of a journal.
---@param path string
---@return mimecast.RunReport? report
---@return mimecast.Error? err code unreadable_plan, and those of a plan or of a journal
function run_report.open(path)
  local file, reason = io.open(path, "rb")
  local start = file and file:read(16)
  if file then file:close() end
  if not start then
    reason = tostring(reason or "it is empty"):gsub("^.*: ", "")
    return nil, errors.new { category = "usage", code = "unreadable_plan",
      message = ("%s cannot be read: %s"):format(core.printable(path, 200), reason) }
  end
  if start:find('^{"journal":') then return open_journal(path) end
  return open_plan(path)
end

function RunReport:close()
  if self.plan then self.plan:close() end
  if self.records then self.records:close() end
end

return run_report
