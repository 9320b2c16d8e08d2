--- What a test asks of the sandbox beside the service: look into the tenant, order faults, move the clock.
local core = require "mimecast.core"
local json = require "mimecast.json"
local audit = require "mimecast.sandbox.api.audit"
local contract = require "mimecast.sandbox.conformance"
local domains = require "mimecast.sandbox.api.domain"
local groups = require "mimecast.sandbox.api.group"
local login = require "mimecast.sandbox.api.login"
local members = require "mimecast.sandbox.api.member"

local control = {}

local function copy(value)
  if type(value) ~= "table" then return value end
  local made = {}
  for name, inner in pairs(value) do made[name] = copy(inner) end
  return setmetatable(made, getmetatable(value))
end

control.actions = {
  ping = function() return true end,
  user = function(tenant, ask) return copy(tenant.directory:find(ask.email)) end,
  group = function(tenant, ask)
    local group = groups.find(tenant, ask.key)
    if not group then return nil end
    local row, list = copy(groups.row(tenant, group)), json.array()
    for i, member in ipairs(group.members) do list[i] = members.row(tenant, member) end
    row.members = list
    return row
  end,
  domain = function(tenant, ask)
    local record = domains.find(tenant, ask.name)
    if not record then return nil end
    local row = copy(domains.row(tenant, record))
    row.pending = record.pending
    return row
  end,
  audit = function(tenant)
    local rows = json.array()
    for i, event in ipairs(tenant.trail.events) do rows[i] = audit.row(tenant, event) end
    return rows
  end,
  add_users = function(tenant, ask) return tenant:add_users(copy(ask.users)) end,
  applied = function(tenant, ask)
    if not ask.email then return tenant.applied_total end
    return tenant.applied[core.fold(ask.with and ask.email .. " " .. ask.with or ask.email)] or 0
  end,
  count = function(tenant, ask)
    if not ask.path then return tenant.reached_total end
    return tenant.reached[ask.path] or 0
  end,
  tokens = function(tenant) return tenant.token_count end,
  requests = function(tenant)
    local list = json.array(copy(tenant:requests()))
    for _, request in ipairs(list) do request.unexpected = json.array(contract.problems(request)) end
    return list
  end,
  fault = function(tenant, ask) return tenant.faults:order(ask.fault) end,
  pending = function(tenant) return tenant.faults:pending() end,
  now = function(tenant) return tenant:now() end,
  advance = function(tenant, ask)
    tenant.offset = tenant.offset + ask.seconds
    return tenant:now()
  end,
  expire_tokens = function(tenant) tenant:expire_tokens() return true end,
  revoke_tokens = function(tenant) tenant:revoke_tokens() return true end,
  expire_binding = function(tenant) login.expire_all(tenant, true) return true end,
  renew_binding = function(tenant) login.expire_all(tenant, false) return true end,
  reset = function(tenant) tenant:reset() return true end,
}

--- Does what is asked.
---@param tenant table
---@param ask table { action, … }
---@return any result nil with a message where it cannot be done; nil alone where there is nothing
---@return string? message
function control.perform(tenant, ask)
  local action = control.actions[ask.action]
  if not action then return nil, ("no control action %q"):format(tostring(ask.action)) end
  local ok, result, message = pcall(action, tenant, ask)
  if not ok then return nil, ("control action %s: %s"):format(ask.action, tostring(result)) end
  return result, message
end

return control
