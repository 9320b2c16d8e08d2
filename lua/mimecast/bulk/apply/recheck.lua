--- Reads accounts again before their settings are overwritten. A row whose old value changed since the plan is skipped.
--
-- Rows are read and sent in chunks: a chunk is as long as the time in which another program could still change an account.
-- A read costs a request for each batch. With `overwrite` a changed row is sent, and the journal holds the value that it
-- really overwrites, for undo.
local diff = require "mimecast.bulk.plan.diff"
local read_accounts = require "mimecast.bulk.read_accounts"

local recheck = {}

local chunk_rows = 400
local max_rounds, pause_seconds = 4, 0.5 -- of reading rows again whose read failed
local is_final = { auth = true, config = true, usage = true } -- categories of errors that no later read can lack

-- Returns whether a row overwrites settings that the plan has read.
local function overwrites(row)
  return (row.action == "change" or row.resend) and row.action ~= "rejected" and next(row.set) ~= nil
end

-- Takes rows until the chunk is full or holds `max` changes. Returns the chunk and the rows to be read.
local function take(next_row, max)
  local chunk, changes = {}, {}
  local row, err
  while #chunk < chunk_rows and #changes < max do
    row, err = next_row()
    if not row then break end
    chunk[#chunk + 1] = row
    if overwrites(row) then changes[#changes + 1] = row end
  end
  return chunk, changes, err
end

-- Returns the positions of the rows whose read failed for another reason than the row, and the last error.
local function unread(rows, current, failures)
  local positions, last = {}, nil
  for i in ipairs(rows) do
    if not current[i] and not read_accounts.is_row_error(failures[i]) then
      positions[#positions + 1], last = i, failures[i]
    end
  end
  return positions, last
end

-- Reads the accounts of rows, again if reads fail. Stops the run if they keep failing; then returns nil.
local function read(run, sender, rows)
  local current, failures = sender:read(rows)
  for round = 1, max_rounds do
    local positions, err = unread(rows, current, failures)
    if #positions == 0 then return current, failures end
    if round == max_rounds or is_final[err.category] then sender:stop(err) end
    if sender.stopped or sender:interrupted() > 0 then return nil end
    run.info.runtime.sleep(pause_seconds * 2 ^ (round - 1) * (0.5 + run.info.runtime.random() / 2))
    local again = {}
    for i, position in ipairs(positions) do again[i] = rows[position] end
    local later, later_failures = sender:read(again)
    for i, position in ipairs(positions) do current[position], failures[position] = later[i], later_failures[i] end
  end
  return current, failures
end

-- Decides what becomes of a row: sent, unchanged, skipped, or rejected if the service rejects the address.
local function decide(run, sender, row, current, err)
  if not current then
    row.action, row.resend, row.failure = "rejected", nil, err
    return sender:count_result(true)
  end
  local changed = diff.changed(row.set, row.old or {}, current)
  if #changed == 0 then return end
  if not row.secrets and diff.is_equal(row, current) then
    row.action, row.resend = "unchanged", nil
  elseif run.overwrite then
    row.old = diff.old_values(row.set, current)
  else
    row.action, row.resend = "skipped", nil
    row.code = "changed_meanwhile"
    row.message = diff.drift_message(changed[1], (row.old or {})[changed[1]], current[changed[1]], "when the plan was made")
  end
end

local function iterator_of(list)
  local at = 0
  return function()
    at = at + 1
    return list[at]
  end
end

--- Sends rows until the iterator ends or the run stops, like `sender:send`. Reads each chunk of them first.
---@param run table
---@param sender table
---@param next_row fun(): table?, mimecast.Error?
---@param max_rows? integer rows to send
---@return mimecast.Error? stopped
function recheck.send(run, sender, next_row, max_rows)
  local left = max_rows or math.huge
  repeat
    local chunk, changes, err = take(next_row, left)
    if err then sender:stop(err) end
    local current, failures
    if #changes > 0 and not sender.stopped then current, failures = read(run, sender, changes) end
    if sender.stopped then return sender.stopped end
    for i, row in ipairs(changes) do decide(run, sender, row, current[i], failures[i]) end
    sender:check_failure_ratio()
    for _, row in ipairs(chunk) do
      if row.action == "change" or row.resend then left = left - 1 end
    end
    sender:send(iterator_of(chunk))
  until #chunk == 0 or left == 0 or sender.stopped
  return sender.stopped
end

return recheck
