--- What a plan must pass before anything is sent: that it was not begun before, its age, its tenant, its input, protected
--- accounts, and how much it changes.
local begun = require "mimecast.bulk.apply.started_plans"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local journals = require "mimecast.bulk.journal"
local plans = require "mimecast.bulk.plan"
local protect = require "mimecast.bulk.plan.protect"
local source = require "mimecast.bulk.input.file"
local tenants = require "mimecast.bulk.tenant_id"

local gate = {}

local day = 86400
local skew = 300 -- seconds by which another machine's clock may be ahead of this one's
local many_changes, many_disables = 1000, 100 -- more than these are asked for

local function refuse(code, message, hint)
  return nil, errors.new { category = "usage", code = code, message = message, hint = hint }
end

local function check_writes(plan)
  if not plan.client:info().readOnly then return true end
  return nil, errors.read_only(plan.operation)
end

local function check_age(plan, options)
  local age = plan.client:info().runtime.clock() - plan.created
  if age < -skew then
    return refuse("plan_too_old", ("the plan was made %s hours from now: one of the clocks is wrong"):format(
      core.format_fixed(-age / 3600, 1)), "set the clock right, and make a new plan")
  end
  if age <= (options.maxAge or day) then return true end
  return refuse("plan_too_old", ("the plan is %s hours old: what it read may not hold any more"):format(
    core.format_fixed(age / 3600, 1)), "make a new one, or raise maxAge (seconds)")
end

-- That a new run is one: a second one with the same plan would send all rows again, passwords among them.
local function check_new(plan, options, _, journal)
  if options.resume or options.onlyFailed then return true end
  local err = not options.again
    and (plan.file:begun_error() or plan.path and begun.find(plan.client:info(), plan.file.sha256))
  err = err or journals.taken(journal)
  return not err, err or nil
end

local function check_tenant(plan)
  local own, err = tenants.of(plan.client)
  if not own then return nil, err end
  return tenants.compare(plan.tenant, own)
end

-- The input of a plan, unchanged; nil and no error where it is gone and nothing is needed from it.
local function find_input(plan, options)
  if plan.source and not options.input then return plan.source end
  local header = plan.file.header.input
  local from, err = nil, nil
  if options.input or header.path then from, err = source.open(options.input or header.path, header.format) end
  if from then plan.source = from end
  if from or (plan.counts.secrets == 0 and not options.input) then return from end
  return nil, err or errors.new { category = "usage", code = "changed_input",
    message = "the plan sets passwords, which are not in it, and its input was no file", hint = "give the input once more" }
end

local function check_input(plan, options)
  local from, err = find_input(plan, options)
  if not from then return err == nil, err end
  if from:pin() == plan.file.header.input.sha256 then return true end
  return refuse("changed_input", ("%s is not what the plan was made from"):format(from.name), "make a new plan")
end

local function check_protected(plan, options, level)
  for _, list in ipairs { plan.file.header.protect or {}, options.protect or {} } do
    local guarded = plans.guard(list, level + 1)
    if #list > 0 then
      for row in plan:rows() do guarded.look(row) end
    end
    local err = guarded.violation()
    if err then return nil, err end
  end
  return true
end

-- How many accounts may be changed, and how many of them disabled or locked: with onlyFailed also those that could not be
-- changed when the plan was made.
local function extent(plan, options)
  local changes, disables = plan.counts.change, plan.counts.disables
  if not options.onlyFailed or plan.counts.rejected == 0 then return changes, disables end
  for row in plan:rows() do
    if row.action == "rejected" and protect.disables(row.set) then disables = disables + 1 end
  end
  return changes + plan.counts.rejected, disables
end

-- The bound that is exceeded: its option, the count, the caller's bound and the default. The caller's own come first, so
-- that no confirmation of the other one goes past them.
local function exceeded(changes, disables, options)
  local own_changes, own_disable = options.maxChanges, options.maxDisable
  if changes > (own_changes or math.huge) then return "maxChanges", changes, own_changes end
  if disables > (own_disable or math.huge) then return "maxDisable", disables, own_disable end
  if changes > (own_changes or many_changes) then return "maxChanges", changes, nil, many_changes end
  if disables > (own_disable or many_disables) then return "maxDisable", disables, nil, many_disables end
  return nil
end

-- A bound of the caller's own is final; above the default the tenant and the number are asked for.
local function check_limits(plan, options)
  local changes, disables = extent(plan, options)
  local option, count, own, default = exceeded(changes, disables, options)
  if not option then return true end
  local what = option == "maxDisable" and "disables or locks %d accounts" or "changes %d accounts"
  local message = ("the plan " .. what .. ", more than %d"):format(count, own or default)
  if own or not options.confirm then
    return refuse("change_limit", message, ("if that is meant, say so with %s = %d"):format(option, count))
  end
  local name = tenants.name(plan.tenant)
  local typed, number = options.confirm { tenant = name, changes = changes, disables = disables, count = changes,
    message = message }
  if typed == name and core.parse_number(number) == changes then return true end
  return refuse("change_limit", message .. ", and was not confirmed", "the tenant's name and the number of changes confirm it")
end

--- Whether the plan may be carried out.
---@param plan mimecast.Plan
---@param options table maxAge, input, protect, maxChanges, maxDisable, resume, onlyFailed, again, confirm
---@param journal string the path of the run's journal
---@param level integer
---@return boolean? ok
---@return mimecast.Error? err codes read_only, plan_already_started, journal_exists, plan_too_old, tenant_mismatch,
--- changed_input, protected, change_limit
function gate.check(plan, options, journal, level)
  for _, check in ipairs { check_writes, check_new, check_age, check_protected, check_input, check_tenant, check_limits } do
    local ok, err = check(plan, options, level + 1, journal)
    if not ok then return nil, err end
  end
  return true
end

return gate
