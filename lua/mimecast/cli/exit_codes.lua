--- Exit codes of the command. Scripts rely on them (doc/command.md).
local exit_codes = {
  ok = 0, rejected = 1, usage = 2, config = 3, auth = 4, unknown = 5, limit = 6, unreachable = 7, mismatch = 8,
  internal = 70, interrupted = 130, broken_pipe = 141,
}

local by_category = {
  usage = exit_codes.usage, config = exit_codes.config, auth = exit_codes.auth, validation = exit_codes.rejected,
  service = exit_codes.rejected, rate_limit = exit_codes.unreachable, transport = exit_codes.unreachable,
  protocol = exit_codes.unreachable,
}

-- Error codes whose exit code differs from that of their category.
local by_code = {
  change_limit = exit_codes.limit, not_confirmed = exit_codes.limit, administrator = exit_codes.limit,
  unknown_administrators = exit_codes.limit, protected = exit_codes.limit, canary_failed = exit_codes.limit,
  failure_ratio = exit_codes.limit, read_only = exit_codes.limit,
  interrupted = exit_codes.interrupted, cancelled = exit_codes.interrupted,
  plan_too_old = exit_codes.mismatch, tenant_mismatch = exit_codes.mismatch, changed_input = exit_codes.mismatch,
  journal_mismatch = exit_codes.mismatch, damaged_plan = exit_codes.mismatch, plan_version = exit_codes.mismatch,
  unreadable_plan = exit_codes.mismatch, unwritable_plan = exit_codes.mismatch, plan_already_started = exit_codes.mismatch,
  incomplete_roster = exit_codes.mismatch, stale_roster = exit_codes.mismatch,
  unwritable_report = exit_codes.internal,
  not_reversible = exit_codes.rejected,
  invalid_input = exit_codes.usage,
  unavailable = exit_codes.unreachable, not_processed = exit_codes.unreachable,
}

--- Returns the exit code for an error value.
---@param err mimecast.Error
---@param writes? boolean the command changes the tenant: its outcome may be unknown
---@return integer
function exit_codes.of(err, writes)
  if writes and err.outcome == "unknown" then return exit_codes.unknown end
  if err.code:find "^journal_" then return exit_codes.mismatch end
  return by_code[err.code] or by_category[err.category] or exit_codes.internal
end

return exit_codes
