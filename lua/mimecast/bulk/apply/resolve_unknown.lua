--- Rows whose answer was lost: what the account is set to now tells what became of them; else they may be sent again.
--
-- A password cannot be read back, and forcePasswordChange can change back by itself: where their answer was lost longer
-- ago than the setting `passwordRetryWindow` they are not sent again, because that could undo what the user did since.
local engine = require "mimecast.bulk.apply.sender"
local feed = require "mimecast.bulk.apply.work_items"
local core = require "mimecast.core"

local settle = {}

local chunk_rows = 200

-- Whether an account is set as a row asks for.
local function is_equal(row, current)
  for name, value in pairs(row.set) do
    if current[name] ~= value then return false end
  end
  return true
end

settle.is_equal = is_equal

-- The name of a field in a row that is not sent again late.
local function late_field(model, row)
  if row.secrets then return row.secrets[1] end
  for name in pairs(row.set) do
    if model.late[name] then return name end
  end
  return nil
end

-- Why a row with such a field is not sent again; nil where it may be.
local function why_late(run, row, late)
  local since, within = run.ledger.since[row.row], run.client:info().passwordRetryWindow
  if since and run.monotonic() - since <= within then return nil end
  return (since and ("%s is not sent again later than %s s after its answer was lost"):format(late, core.format_number(within))
    or ("%s is not sent again, because nobody knows how long ago its answer was lost"):format(late))
    .. ": that could undo what the user did since"
end

-- Why a row stays unknown; nil where it may be sent again.
local function why_not_again(run, row)
  if not run.model.operation.idempotent then
    return "it may have been carried out, and doing it twice is not the same as once: look before it is done again"
  end
  local late = late_field(run.model, row)
  local reason = late and why_late(run, row, late)
  if reason then return reason end
  if (run.ledger.attempt[row.row] or 0) - (run.earlier[row.row] or 0) >= run.attempts then
    return ("its answer was lost %d times"):format(run.attempts)
  end
  return nil
end

-- What the service says of an address that is none of its own: nothing can have been changed there. With any other word the
-- account could not be read, which tells nothing of the row.
local nobody = { unknown_address = true, not_found = true, rejected_field = true }

-- One row: noted as ok, rejected or unknown; or true where it is to be sent again.
local function settle_row(run, sender, row, current, err)
  row.attempt = run.ledger.attempt[row.row]
  if current and not row.secrets and is_equal(row, current) then
    sender:note(engine.record(row, "ok", { message = "its answer was lost; the account is set as asked" }))
    return false
  end
  if err and nobody[err.code] then
    sender:note(engine.record(row, "rejected", err))
    return false
  end
  local reason = err and "its answer was lost, and the account could not be read: " .. err.message
    or why_not_again(run, row)
  if not reason then return true end
  sender:note(engine.record(row, "unknown", { code = run.ledger.code[row.row] or "no_result", message = reason }))
  return false
end

-- A part of the rows: read, noted, and where needed sent again.
local function settle_chunk(run, sender, rows)
  local current, failures = {}, {}
  if run.model.key then current, failures = sender:read(rows) end
  local again = {}
  for i, row in ipairs(rows) do
    if settle_row(run, sender, row, current[i], failures[i]) then
      row.again = true
      again[#again + 1] = row
    end
  end
  sender:commit()
  local at = 0
  if #again > 0 and not sender.stopped then
    sender:send(function()
      at = at + 1
      return again[at]
    end)
  end
end

-- All rows without a result, once.
local function pass(run, sender)
  local next_row = feed.rows(run, function(row)
    local state = run.ledger:of(row.row)
    return state == "sent" or state == "unknown"
  end)
  repeat
    local rows = {}
    while #rows < chunk_rows do
      local row, err = next_row()
      if err then sender:stop(err) end
      if not row then break end
      rows[#rows + 1] = row
    end
    if #rows > 0 then settle_chunk(run, sender, rows) end
  until #rows < chunk_rows or sender:interrupted() > 0 or sender.stopped
end

--- Settles all rows that were sent and have no result, as far as that can be known.
---@param run table
---@param sender table the engine
function settle.all(run, sender)
  local counts = run.ledger.counts
  for _ = 1, run.attempts do
    if counts.sent + counts.unknown == 0 or sender.stopped then return end
    local before = sender.calls
    run.phase = "settle"
    pass(run, sender)
    if sender.calls == before then return end -- nothing was sent again: another look would tell the same
  end
end

return settle
