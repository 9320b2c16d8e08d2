--- Tracks the state of every row. Memory grows with the unfinished rows, not with all rows.
--
-- Rows start in order. Up to the last started row, only rows that are neither ok nor unchanged are tracked one by one. The
-- totals always add up: input = ok + unchanged + rejected + unknown + skipped + not sent.
local row_states = {}

local RowStates = {}
RowStates.__index = RowStates

local terminal = { ok = true, unchanged = true }
local tracked = { sent = true, rejected = true, unknown = true, skipped = true, planned = true }
local has_code = { rejected = true, unknown = true, skipped = true }

--- Makes the states of a plan's rows, none of them started.
---@param rows integer
function row_states.new(rows)
  return setmetatable({
    rows = rows, last_started = 0,
    counts = { ok = 0, unchanged = 0, rejected = 0, unknown = 0, skipped = 0, sent = 0, planned = 0 },
    states = {}, code = {}, attempt = {}, lost_at = {}, -- by row, of tracked rows
    codes = {}, -- code -> number of rows
  }, RowStates)
end

-- Removes a row from the counts and returns its state.
local function remove(self, row)
  local previous = self.states[row]
  if not previous then return row <= self.last_started and "done" or nil end
  self.counts[previous] = self.counts[previous] - 1
  local code = self.code[row]
  if code then self.codes[code] = self.codes[code] > 1 and self.codes[code] - 1 or nil end
  self.states[row], self.code[row] = nil, nil
  return previous
end

--- Applies a record of the journal.
---@param record table row, state, code, attempt
---@param now? number monotonic seconds, if it happened in this run
---@return boolean ok false if the state is invalid or the row was done before
function RowStates:apply(record, now)
  local row, state = math.floor(record.row), record.state
  local previous = remove(self, row)
  if previous == "done" or not (terminal[state] or tracked[state]) then return false end
  self.last_started = math.max(self.last_started, row)
  self.counts[state] = self.counts[state] + 1
  if terminal[state] then
    self.attempt[row], self.lost_at[row] = nil, nil
    return true
  end
  self.states[row] = state
  self.attempt[row] = record.attempt or self.attempt[row]
  if state == "sent" then self.lost_at[row] = self.lost_at[row] or now end
  if record.code and has_code[state] then
    self.code[row], self.codes[record.code] = record.code, (self.codes[record.code] or 0) + 1
  end
  return true
end

--- The state of a row: nil if it was not started, "done" if it is ok or unchanged.
---@param row integer
---@return string? state
function RowStates:state(row)
  return self.states[row] or (row <= self.last_started and "done" or nil)
end

--- The six totals, which add up to the rows of the input. A row that was sent and has no result counts as unknown.
---@return table
function RowStates:totals()
  local counts = self.counts
  local totals = { input = self.rows, ok = counts.ok, unchanged = counts.unchanged, rejected = counts.rejected,
    unknown = counts.unknown + counts.sent, skipped = counts.skipped }
  totals.not_sent = totals.input - totals.ok - totals.unchanged - totals.rejected - totals.unknown - totals.skipped
  assert(totals.not_sent >= counts.planned, "the journal has more rows than the plan")
  return totals
end

return row_states
