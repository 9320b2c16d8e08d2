--- Managed senders and blocked-sender policies.
local core = require "mimecast.core"
local json = require "mimecast.json"
local response = require "mimecast.sandbox.wire.response"
local audit = require "mimecast.sandbox.api.audit"
local dates = require "mimecast.sandbox.wire.dates"
local fields = require "mimecast.sandbox.wire.fields"
local ids = require "mimecast.sandbox.wire.ids"

local senders = {}

local sender_mt = json.object{ "id", "sender", "to", "type" }
local policy_order = {
  "description", "fromPart", "from", "to", "fromType", "fromValue", "toType", "toValue", "fromEternal", "toEternal",
  "fromDate", "toDate", "override", "bidirectional", "conditions", "enabled", "enforced", "createTime", "lastUpdated",
}
local policy_mt = json.object(policy_order)
local entry_mt = json.object{ "option", "id", "policy" }
local target_mt = json.object{ "type" }

local edit_permission = "Gateway | Policies | Edit"
local option = "option word:no_action|block_sender"

--- Makes empty lists.
---@return table lists
function senders.new()
  return { managed = {}, managed_count = 0, policies = {}, serial = 160000 }
end

--- /api/managedsender/permit-or-block-sender: a known pair gets the new type.
senders.manage = fields.define "sender email*, to email*, action word:permit|block*"
senders.manage.limit, senders.manage.permission = 100, "Gateway | Managed Senders | Edit"
function senders.manage.perform(tenant, item)
  local list, key = tenant.senders, core.fold(item.sender .. " " .. item.to)
  local number = list.managed[key]
  if not number then
    list.managed_count = list.managed_count + 1
    number = 3000 + list.managed_count
    list.managed[key] = number
  end
  tenant:record_applied(item.sender, item.to)
  audit.record(tenant, "sender", item.sender .. " for " .. item.to)
  return setmetatable({ id = ids.make(tenant, "sender", number), sender = item.sender, to = item.to,
    type = item.action == "permit" and "Permit" or "Block" }, sender_mt)
end

local defaults = {
  description = "", fromPart = "envelope_from", fromEternal = true, toEternal = true,
  fromDate = "1900-01-01T00:00:00+0000", toDate = "2100-01-01T23:59:59+0000", override = false, bidirectional = false,
  enabled = true, enforced = false,
}

-- Reads one side of a policy: an object, or the older names for its type and value.
local function fill_side(policy, given, side)
  local target, kind = given[side], given[side .. "Type"]
  if type(target) == "table" then
    policy[side], policy[side .. "Value"] = setmetatable(target, target_mt), nil
  elseif type(kind) == "string" or type(policy[side]) ~= "table" then
    policy[side] = setmetatable({ type = type(kind) == "string" and kind or "everyone" }, target_mt)
  end
  policy[side .. "Type"] = policy[side].type
end

-- Merges the settings of an item into those of a policy.
local function fill(policy, given)
  for _, name in ipairs(policy_order) do
    local value = given[name]
    if value ~= nil and value ~= json.null then policy[name] = value end
  end
  for _, side in ipairs{ "from", "to" } do fill_side(policy, given, side) end
  if type(policy.conditions) ~= "table" then policy.conditions = {} end
  if next(policy.conditions) == nil then setmetatable(policy.conditions, json.object{ "sourceIPs" }) end
  return policy
end

local function row(tenant, entry)
  return setmetatable({ option = entry.option, id = ids.make(tenant, "policy", entry.number), policy = entry.policy },
    entry_mt)
end

local function find(tenant, number)
  for i, entry in ipairs(tenant.senders.policies) do
    if entry.number == number then return entry, i end
  end
  return nil
end

--- /api/policy/blockedsenders/create-policy.
senders.create = fields.define(option .. "*, policy object*")
senders.create.permission = edit_permission
function senders.create.perform(tenant, item)
  local list = tenant.senders
  list.serial = list.serial + 1
  local policy = setmetatable({}, policy_mt)
  for name, value in pairs(defaults) do policy[name] = value end
  policy.createTime = dates.iso(tenant:now())
  policy.lastUpdated = policy.createTime
  local entry = { number = list.serial, option = item.option, policy = fill(policy, item.policy) }
  table.insert(list.policies, entry)
  tenant:record_applied(policy.description)
  audit.record(tenant, "policy_created", policy.description)
  return row(tenant, entry)
end

--- /api/policy/blockedsenders/get-policy: one policy, or all.
senders.get = fields.define "id id:policy"
senders.get.empty, senders.get.spread, senders.get.limit = true, true, 500
senders.get.permission = "Gateway | Policies | Read"
function senders.get.perform(tenant, _, context)
  local rows = {}
  if context.ids.id then
    local entry = find(tenant, context.ids.id)
    if not entry then return response.item_error("not_found", "id") end
    rows[1] = row(tenant, entry)
  else
    for i, entry in ipairs(tenant.senders.policies) do rows[i] = row(tenant, entry) end
  end
  return rows
end

--- /api/policy/blockedsenders/update-policy: API 2.0 does not have it.
senders.update = fields.define("id id:policy*, " .. option .. ", policy object")
senders.update.only, senders.update.permission = 1, edit_permission
function senders.update.perform(tenant, item, context)
  local entry = find(tenant, context.ids.id)
  if not entry then return response.item_error("not_found", "id") end
  entry.option = item.option or entry.option
  fill(entry.policy, item.policy or {})
  entry.policy.lastUpdated = dates.iso(tenant:now())
  tenant:record_applied(item.id)
  audit.record(tenant, "policy_changed", entry.policy.description)
  return row(tenant, entry)
end

--- /api/policy/blockedsenders/delete-policy: API 2.0 does not have it.
senders.delete = fields.define "id id:policy*"
senders.delete.only, senders.delete.permission = 1, edit_permission
function senders.delete.perform(tenant, item, context)
  local entry, at = find(tenant, context.ids.id)
  if not entry then return response.item_error("not_found", "id") end
  table.remove(tenant.senders.policies, at)
  tenant:record_applied(item.id)
  audit.record(tenant, "policy_deleted", entry.policy.description)
  return setmetatable({ id = item.id }, entry_mt)
end

return senders
