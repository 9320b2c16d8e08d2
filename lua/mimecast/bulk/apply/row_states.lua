--- Every row's state, in memory that grows with the rows that are not done rather than with all of them.
--
-- Rows are begun in order: of those up to the last that was begun, only the ones that are not ok and not unchanged are
-- kept one by one. The sum is the run's promise: input = ok + unchanged + rejected + unknown + not sent.
local ledger = {}

local Ledger = {}
Ledger.__index = Ledger

local final = { ok = true, unchanged = true }
local kept = { sent = true, rejected = true, unknown = true, planned = true }

--- An empty one.
---@param rows integer of the plan
function ledger.new(rows)
  return setmetatable({
    rows = rows, begun = 0, -- the last row that was begun
    counts = { ok = 0, unchanged = 0, rejected = 0, unknown = 0, sent = 0, planned = 0 },
    state = {}, code = {}, attempt = {}, since = {}, -- by row, of those that are kept
    codes = {}, -- code -> how many rows have it now
  }, Ledger)
end

local function forget(self, row)
  local before = self.state[row]
  if not before then return row <= self.begun and "done" or nil end
  self.counts[before] = self.counts[before] - 1
  local code = self.code[row]
  if code then self.codes[code] = self.codes[code] > 1 and self.codes[code] - 1 or nil end
  self.state[row], self.code[row] = nil, nil
  return before
end

--- Notes a record of the journal; its state must be one.
---@param record table row, state, code, attempt
---@param now? number seconds, where it happened in this run
---@return boolean fits false where the row was done before
function Ledger:note(record, now)
  local row, state = math.floor(record.row), record.state
  local before = forget(self, row)
  if before == "done" or not (final[state] or kept[state]) then return false end
  self.begun = math.max(self.begun, row)
  self.counts[state] = self.counts[state] + 1
  if final[state] then
    self.attempt[row], self.since[row] = nil, nil
    return true
  end
  self.state[row] = state
  self.attempt[row] = record.attempt or self.attempt[row]
  if state == "sent" then self.since[row] = self.since[row] or now end
  if record.code and (state == "rejected" or state == "unknown") then
    self.code[row], self.codes[record.code] = record.code, (self.codes[record.code] or 0) + 1
  end
  return true
end

--- The state of a row: nil where it was not begun, "done" where it is ok or unchanged.
---@param row integer
---@return string? state
function Ledger:of(row)
  return self.state[row] or (row <= self.begun and "done" or nil)
end

--- The five numbers that add up to the rows of the input. What was sent and has no result is unknown.
---@return table
function Ledger:sums()
  local counts = self.counts
  local sums = { input = self.rows, ok = counts.ok, unchanged = counts.unchanged, rejected = counts.rejected,
    unknown = counts.unknown + counts.sent }
  sums.not_sent = sums.input - sums.ok - sums.unchanged - sums.rejected - sums.unknown
  assert(sums.not_sent >= counts.planned, "the rows of the journal are more than those of the plan")
  return sums
end

return ledger
