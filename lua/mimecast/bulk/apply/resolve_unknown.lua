--- Resolves rows whose response was lost: reads the account to learn the outcome, and resends the row where that is safe.
--
-- A password cannot be read, and the service can reset forcePasswordChange. A row with such a field is only resent within
-- passwordRetryWindow after its response was lost, because a later retry could undo what the user did meanwhile.
local core = require "mimecast.core"
local counted = require "mimecast.base.counted"
local diff = require "mimecast.bulk.plan.diff"
local work_items = require "mimecast.bulk.apply.work_items"

local resolve_unknown = {}

local chunk_rows = 200

-- Returns the name of a field of the row that must not be resent late.
local function replay_unsafe_field(model, row)
  if row.secrets then return row.secrets[1] end
  for name in pairs(row.set) do
    if model.replay_unsafe[name] then return name end
  end
  return nil
end

-- Returns why a row with such a field must not be resent; nil if it may be.
local function replay_blocked_reason(run, row, field)
  local lost_at, window = run.row_states.lost_at[row.row], run.info.passwordRetryWindow
  if lost_at and run.monotonic() - lost_at <= window then return nil end
  return (lost_at and ("%s is not resent later than %s s after the response was lost"):format(field, core.format_number(window))
    or ("%s is not resent, because the time of the lost response is unknown"):format(field))
    .. ": that could undo what the user did since"
end

-- Returns why a row stays unknown; nil if it may be resent.
local function no_retry_reason(run, row)
  if not run.model.operation.idempotent then
    return "the service may have carried it out, and repeating it is not safe: check the account before you repeat it"
  end
  local field = replay_unsafe_field(run.model, row)
  local reason = field and replay_blocked_reason(run, row, field)
  if reason then return reason end
  if (run.row_states.attempt[row.row] or 0) - (run.earlier_attempts[row.row] or 0) >= run.attempts then
    return ("the response was lost %s"):format(counted(run.attempts, "time"))
  end
  return nil
end

-- Returns why a row is not resent whose account has neither its old settings nor those of the row; nil if it may be.
local function drift_reason(run, row, current)
  if not run.recheck or run.overwrite then return nil end
  for _, name in ipairs(diff.changed(row.set, row.old or {}, current)) do
    if current[name] ~= row.set[name] then
      return "the response was lost, and " .. diff.drift_message(name, (row.old or {})[name], current[name],
        "when the plan was made")
    end
  end
  return nil
end

-- Codes for an address that is not an account of the tenant: the request cannot have changed it. After any other error of
-- the read, the outcome of the row stays unknown.
local not_an_account = { unknown_address = true, not_found = true, rejected_field = true }

-- Records a row as ok, rejected or unknown. Returns true if the row is to be resent.
local function resolve_row(run, sender, row, current, err)
  row.attempt = run.row_states.attempt[row.row]
  if current and not row.secrets and diff.is_equal(row, current) then
    sender:record(row, "ok", { message = "the response was lost; the account has the settings of the plan" })
    return false
  end
  if err and not_an_account[err.code] then
    sender:record(row, "rejected", err)
    return false
  end
  local drift = current and drift_reason(run, row, current)
  local reason = err and "the response was lost, and the account could not be read: " .. err.message
    or drift or no_retry_reason(run, row)
  if not reason then return true end
  sender:record(row, "unknown", { code = drift and "changed_meanwhile" or run.row_states.code[row.row] or "no_result",
    message = reason })
  return false
end

-- Resolves a part of the rows: reads them, records the outcome, and resends where needed.
local function resolve_chunk(run, sender, chunk)
  local current, failures = {}, {}
  if run.model.key then current, failures = sender:read(chunk) end
  local resend = {}
  for i, row in ipairs(chunk) do
    if resolve_row(run, sender, row, current[i], failures[i]) then
      row.resend = true
      resend[#resend + 1] = row
    end
  end
  sender:commit()
  local at = 0
  if #resend > 0 and not sender.stopped then
    sender:send(function()
      at = at + 1
      return resend[at]
    end)
  end
end

-- Resolves all rows without a result, once.
local function resolve_once(run, sender)
  local next_row = work_items.rows(run, function(row)
    local state = run.row_states:state(row.row)
    return state == "sent" or state == "unknown"
  end)
  repeat
    local chunk = {}
    while #chunk < chunk_rows do
      local row, err = next_row()
      if err then sender:stop(err) end
      if not row then break end
      chunk[#chunk + 1] = row
    end
    if #chunk > 0 then resolve_chunk(run, sender, chunk) end
  until #chunk < chunk_rows or sender:interrupted() > 0 or sender.stopped
end

--- Resolves all rows that were sent and have no result, as far as possible.
---@param run table
---@param sender table
function resolve_unknown.all(run, sender)
  local counts = run.row_states.counts
  for _ = 1, run.attempts do
    if counts.sent + counts.unknown == 0 or sender.stopped then return end
    local requests_before = sender.requests
    run.phase = "resolve"
    resolve_once(run, sender)
    if sender.requests == requests_before then return end -- no row was resent, so another pass would find the same
  end
end

return resolve_unknown
