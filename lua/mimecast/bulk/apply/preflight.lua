--- Checks a plan before anything is sent: started before, age, tenant, input, protected accounts, administrators, and number
--- of changes.
local administrators = require "mimecast.bulk.apply.administrators"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local input_file = require "mimecast.bulk.input.input_file"
local limits = require "mimecast.bulk.apply.limits"
local journal = require "mimecast.bulk.journal"
local protect = require "mimecast.bulk.plan.protect"
local started_plans = require "mimecast.bulk.apply.started_plans"
local tenant_id = require "mimecast.bulk.tenant_id"

local preflight = {}

local default_max_age = 86400 -- seconds
local max_clock_skew = 300 -- seconds by which the clock of another machine may be ahead

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
  local standing, err = protect.standing(plan.client:info())
  if not standing then return nil, err end
  for _, list in ipairs { plan.file.header.protect or {}, options.protect or {}, standing } do
    local checker = protect.checker(list, level + 1)
    if #list > 0 then checkers[#checkers + 1] = checker end
  end
  if #checkers == 0 then return true end
  for row in plan:rows() do
    for _, checker in ipairs(checkers) do checker:add(row) end
  end
  for _, checker in ipairs(checkers) do
    err = checker:error()
    if err then return nil, err end
  end
  return true
end

--- Checks whether a plan may be carried out.
---@param plan mimecast.Plan
---@param options table maxAge, input, protect, allowAdmin, adminCheck, maxChanges, maxDisable, resume, onlyFailed, again,
--- review, confirm
---@param journal_path string
---@param level integer
---@return boolean? ok
---@return mimecast.Error? err codes read_only, plan_already_started, journal_exists, plan_too_old, tenant_mismatch,
--- changed_input, protected, administrator, unknown_administrators, change_limit, not_confirmed
function preflight.check(plan, options, journal_path, level)
  local checks = { check_read_only, check_not_started, check_age, check_protected, check_input, check_tenant,
    administrators.check_plan, limits.check }
  for _, check in ipairs(checks) do
    local ok, err = check(plan, options, level + 1, journal_path)
    if not ok then return nil, err end
  end
  return true
end

return preflight
