--- Exit codes of the command: a contract with the scripts that call it (doc/command.md).
local status = {
  ok = 0, rejected = 1, usage = 2, config = 3, auth = 4, unknown = 5, limit = 6, unreachable = 7, mismatch = 8,
  machine = 70, interrupted = 130, pipe = 141,
}

local categories = {
  usage = status.usage, config = status.config, auth = status.auth, validation = status.rejected, service = status.rejected,
  rate_limit = status.unreachable, transport = status.unreachable, protocol = status.unreachable,
}

local codes = {
  change_limit = status.limit, protected = status.limit, canary_failed = status.limit, failure_ratio = status.limit,
  interrupted = status.interrupted,
  plan_too_old = status.mismatch, tenant_mismatch = status.mismatch, changed_input = status.mismatch,
  journal_mismatch = status.mismatch, damaged_plan = status.mismatch, plan_version = status.mismatch,
  unreadable_plan = status.mismatch, unwritable_plan = status.mismatch, plan_already_started = status.mismatch,
  unwritable_report = status.machine,
  read_only = status.limit, not_reversible = status.rejected,
  invalid_input = status.usage, -- found here, and nothing was sent
  unavailable = status.unreachable, not_processed = status.unreachable,
  cancelled = status.interrupted,
}

--- The exit code for an error value.
---@param err mimecast.Error
---@param writes? boolean the call was to change something: whether it did may be unknown
---@return integer
function status.of(err, writes)
  if writes and err.outcome == "unknown" then return status.unknown end
  if err.code:find "^journal_" then return status.mismatch end
  return codes[err.code] or categories[err.category] or status.machine
end

return status
