--- Checks a plan before anything is sent: started before, age, tenant, input, protected accounts, and number of changes.
local core = require "mimecast.core"
local counted = require "mimecast.base.counted"
local errors = require "mimecast.errors"
local input_file = require "mimecast.bulk.input.input_file"
local journal = require "mimecast.bulk.journal"
local protect = require "mimecast.bulk.plan.protect"
local started_plans = require "mimecast.bulk.apply.started_plans"
local tenant_id = require "mimecast.bulk.tenant_id"

local preflight = {}

local default_max_age = 86400 -- seconds
local max_clock_skew = 300 -- seconds by which the clock of another machine may be ahead
local default_max_changes, default_max_disable = 1000, 100 -- above these, the caller has to confirm

local function usage_error(code, message, hint)
  return nil, errors.new { category = "usage", code = code, message = message, hint = hint }
end

local function check_read_only(plan)
  if not plan.client:info().readOnly then return true end
  return nil, errors.read_only(plan.operation)
end

local function check_age(plan, options)
  local age = plan.client:info().runtime.clock() - plan.created
  if age < -max_clock_skew then
    return usage_error("plan_too_old", ("the plan was made %s hours in the future: one of the clocks is wrong"):format(
      core.format_fixed(-age / 3600, 1)), "correct the clock and make a new plan")
  end
  if age <= (options.maxAge or default_max_age) then return true end
  return usage_error("plan_too_old", ("the plan is %s hours old: the accounts may have changed since"):format(
    core.format_fixed(age / 3600, 1)), "make a new plan, or raise maxAge (seconds)")
end

-- A second run of a plan would send all rows again, passwords included.
local function check_not_started(plan, options, _, journal_path)
  if options.resume or options.onlyFailed then return true end
  local err = not options.again
    and (plan.file:started_error() or plan.path and started_plans.find(plan.client:info(), plan.file.sha256))
  err = err or journal.exists_error(journal_path)
  return not err, err or nil
end

local function check_tenant(plan)
  local tenant, err = tenant_id.read(plan.client)
  if not tenant then return nil, err end
  return tenant_id.compare(plan.tenant, tenant)
end

-- Returns the input of a plan; nil without an error if it is gone and the run does not need it.
local function find_input(plan, options)
  if plan.input and not options.input then return plan.input end
  local header = plan.file.header.input
  local input, err = nil, nil
  if options.input or header.path then input, err = input_file.open(options.input or header.path, header) end
  if input then plan.input = input end
  if input or (plan.counts.secrets == 0 and not options.input) then return input end
  return nil, err or errors.new { category = "usage", code = "changed_input", hint = "pass the same input to apply",
    message = "the plan sets passwords, which only its input holds, and the input was not a file" }
end

-- The input must be that of the plan. Its contents are locked if the run reads passwords from it.
local function check_input(plan, options)
  local input, err = find_input(plan, options)
  if not input then return err == nil, err end
  local sha256 = plan.counts.secrets > 0 and input:lock_contents() or input:sha256()
  if sha256 == plan.file.header.input.sha256 then return true end
  return usage_error("changed_input", ("%s is not the input that the plan was made from"):format(input.name),
    "make a new plan")
end

local function check_protected(plan, options, level)
  local checkers = {}
  for _, list in ipairs { plan.file.header.protect or {}, options.protect or {} } do
    local checker = protect.checker(list, level + 1)
    if #list > 0 then checkers[#checkers + 1] = checker end
  end
  if #checkers == 0 then return true end
  for row in plan:rows() do
    for _, checker in ipairs(checkers) do checker:add(row) end
  end
  for _, checker in ipairs(checkers) do
    local err = checker:error()
    if err then return nil, err end
  end
  return true
end

-- Counts the accounts that may change, and those that may be disabled or locked. With onlyFailed, rows that were rejected
-- when the plan was made count as well.
local function count_changes(plan, options)
  local changes, disables = plan.counts.change, plan.counts.disables
  if not options.onlyFailed or plan.counts.rejected == 0 then return changes, disables end
  for row in plan:rows() do
    if row.action == "rejected" and protect.disables(row.set) then disables = disables + 1 end
  end
  return changes + plan.counts.rejected, disables
end

-- Returns the exceeded limit: its option, the count, the caller's limit and the default. The caller's limits come first,
-- so that a confirmation of a default does not pass them.
local function exceeded_limit(changes, disables, options)
  local max_changes, max_disable = options.maxChanges, options.maxDisable
  if changes > (max_changes or math.huge) then return "maxChanges", changes, max_changes end
  if disables > (max_disable or math.huge) then return "maxDisable", disables, max_disable end
  if changes > (max_changes or default_max_changes) then return "maxChanges", changes, nil, default_max_changes end
  if disables > (max_disable or default_max_disable) then return "maxDisable", disables, nil, default_max_disable end
  return nil
end

-- A limit set by the caller is final. A default is passed by confirmation: the tenant's name and the number of changes.
local function check_limits(plan, options)
  local changes, disables = count_changes(plan, options)
  local option, count, limit, default = exceeded_limit(changes, disables, options)
  if not option then return true end
  local verb = option == "maxDisable" and "disables or locks" or "changes"
  local message = ("the plan %s %s, more than %d"):format(verb, counted(count, "account"), limit or default)
  if limit or not options.confirm then
    return usage_error("change_limit", message, ("if you mean it, set %s = %d"):format(option, count))
  end
  local name = tenant_id.name(plan.tenant)
  local typed, number = options.confirm { tenant = name, changes = changes, disables = disables, count = changes,
    message = message }
  if typed == name and core.parse_number(number) == changes then return true end
  return usage_error("change_limit", message .. ", and was not confirmed",
    "to confirm, type the tenant's name and the number of changes")
end

--- Checks whether a plan may be carried out.
---@param plan mimecast.Plan
---@param options table maxAge, input, protect, maxChanges, maxDisable, resume, onlyFailed, again, confirm
---@param journal_path string
---@param level integer
---@return boolean? ok
---@return mimecast.Error? err codes read_only, plan_already_started, journal_exists, plan_too_old, tenant_mismatch,
--- changed_input, protected, change_limit
function preflight.check(plan, options, journal_path, level)
  local checks = { check_read_only, check_not_started, check_age, check_protected, check_input, check_tenant, check_limits }
  for _, check in ipairs(checks) do
    local ok, err = check(plan, options, level + 1, journal_path)
    if not ok then return nil, err end
  end
  return true
end

return preflight
