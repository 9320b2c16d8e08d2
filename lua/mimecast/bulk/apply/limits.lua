--- Limits how many accounts a run changes or disables, and has the plan reviewed and confirmed before anything is sent.
local core = require "mimecast.core"
local counted = require "mimecast.base.counted"
local errors = require "mimecast.errors"
local protect = require "mimecast.bulk.plan.protect"
local tenant_id = require "mimecast.bulk.tenant_id"

local limits = {}

local default_max_changes, default_max_disable = 1000, 100 -- above these, the caller has to confirm

local function usage_error(code, message, hint)
  return nil, errors.new { category = "usage", code = code, message = message, hint = hint }
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

-- ---- the caller's limits ----

-- Returns the percentage of a limit like "10%"; nil for a number. Raises for any other text.
local function share_of(name, limit, level)
  if type(limit) ~= "string" then return nil end
  local share = core.parse_number(limit:match "^(.*)%%$" or "")
  if share and share >= 0 and share <= 100 then return share end
  error(('mimecast: %s must be a number or a share of the tenant like "10%%", got "%s"'):format(name,
    core.printable(limit, 40)), level + 1)
end

-- Returns the number of users that the service counts, aliases included.
local function count_users(client)
  local list, message, err = client:list_users { limit = 1 }
  if list and list.total then return list.total end
  return usage_error("change_limit", "a share of the tenant needs the number of its users, which the service does not tell: "
    .. (list and "the list has no total" or message), "give the limit as a number" .. (err and err.hint and "; " .. err.hint
    or ""))
end

-- Returns a limit as a number, and how a message names it. An absent limit is nil.
local function resolve(client, name, limit, level)
  local share = share_of(name, limit, level + 1)
  if not share then return limit, limit and ("more than %d"):format(limit) end
  local users, err = count_users(client)
  if not users then return nil, nil, err end
  return math.floor(users * share / 100), ("more than %s %% of the tenant's %s"):format(core.format_number(share),
    counted(users, "user"))
end

local function limit_error(verb, count, text, name)
  return usage_error("change_limit", ("the plan %s %s, %s"):format(verb, counted(count, "account"), text),
    ("if you mean it, set %s = %d"):format(name, count))
end

-- ---- review and confirmation ----

-- Lets the caller look at the plan.
local function review(plan, options, question)
  if not options.review or options.resume or question.changes == 0 then return true end
  local goes_on, message, hint = options.review(plan, question)
  if goes_on then return true end
  return usage_error("not_confirmed", message or "the run was not confirmed, and nothing was sent", hint)
end

-- A default limit is passed by the tenant's name and the number of changes, as a person types them.
local function confirm(options, question)
  local typed, number = options.confirm(question)
  if typed == question.tenant and core.parse_number(number) == question.count then return true end
  return usage_error("change_limit", question.message .. ", and was not confirmed",
    "to confirm, type the tenant's name and the number of changes")
end

local entries = {
  { name = "maxChanges", count = "changes", verb = "changes", default = default_max_changes },
  { name = "maxDisable", count = "disables", verb = "disables or locks", default = default_max_disable },
}

--- Checks the numbers of changes. A limit of the caller is final; a default is passed by `confirm`. Then the caller reviews
--- the plan.
---@param plan mimecast.Plan
---@param options table maxChanges, maxDisable (numbers, or shares of the tenant like "10%"), onlyFailed, resume, review,
--- confirm
---@param level integer
---@return boolean? ok
---@return mimecast.Error? err codes change_limit, not_confirmed
function limits.check(plan, options, level)
  local changes, disables = count_changes(plan, options)
  local question = { tenant = tenant_id.name(plan.tenant), count = changes, changes = changes, disables = disables,
    rejected = plan.counts.rejected }
  for _, entry in ipairs(entries) do
    local limit, text, err = resolve(plan.client, entry.name, options[entry.name], level + 1)
    if err then return nil, err end
    local count = question[entry.count]
    if limit and count > limit then return limit_error(entry.verb, count, text, entry.name) end
    if not limit and count > entry.default and not question.message then
      local default_text = ("more than %d"):format(entry.default)
      if not options.confirm then return limit_error(entry.verb, count, default_text, entry.name) end
      question.message = ("the plan %s %s, %s"):format(entry.verb, counted(count, "account"), default_text)
    end
  end
  local ok, err = review(plan, options, question)
  if not ok or not question.message then return ok, err end
  return confirm(options, question)
end

return limits
