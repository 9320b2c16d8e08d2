--- Control actions for tests: read the tenant's state, inject faults, move the clock.
local core = require "mimecast.core"
local json = require "mimecast.json"
local audit = require "mimecast.sandbox.api.audit"
local lazy = require "mimecast.base.lazy"
local domains = require "mimecast.sandbox.api.domain"
local groups = require "mimecast.sandbox.api.group"
local login = require "mimecast.sandbox.api.login"
local members = require "mimecast.sandbox.api.member"

local control = {}

local function copy(value)
  if type(value) ~= "table" then return value end
  local result = {}
  for name, inner in pairs(value) do result[name] = copy(inner) end
  return setmetatable(result, getmetatable(value))
end

control.actions = {
  ping = function() return true end,
  user = function(tenant, request) return copy(tenant.directory:find(request.email)) end,
  group = function(tenant, request)
    local group = groups.find(tenant, request.key)
    if not group then return nil end
    local row, list = copy(groups.row(tenant, group)), json.array()
    for i, member in ipairs(group.members) do list[i] = members.row(tenant, member) end
    row.members = list
    return row
  end,
  domain = function(tenant, request)
    local record = domains.find(tenant, request.name)
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
  add_users = function(tenant, request) return tenant:add_users(copy(request.users)) end,
  applied = function(tenant, request)
    if not request.email then return tenant.applied_total end
    return tenant.applied[core.fold(request.with and request.email .. " " .. request.with or request.email)] or 0
  end,
  count = function(tenant, request)
    if not request.path then return tenant.reached_total end
    return tenant.reached[request.path] or 0
  end,
  tokens = function(tenant) return tenant.token_count end,
  requests = function(tenant)
    local list = json.array(copy(tenant:requests()))
    for _, entry in ipairs(list) do entry.unexpected = json.array(lazy("mimecast.sandbox.conformance").problems(entry)) end
    return list
  end,
  fault = function(tenant, request) return tenant.faults:add(request.fault) end,
  pending = function(tenant) return tenant.faults:pending() end,
  now = function(tenant) return tenant:now() end,
  advance = function(tenant, request)
    tenant.offset = tenant.offset + request.seconds
    return tenant:now()
  end,
  expire_tokens = function(tenant) tenant:expire_tokens() return true end,
  revoke_tokens = function(tenant) tenant:revoke_tokens() return true end,
  expire_binding = function(tenant) login.expire_all(tenant, true) return true end,
  renew_binding = function(tenant) login.expire_all(tenant, false) return true end,
  reset = function(tenant) tenant:reset() return true end,
}

--- Runs a control action.
---@param tenant table
---@param request table { action, … }
---@return any result nil with a message if the action failed; nil alone if there is no such object
---@return string? message
function control.perform(tenant, request)
  local action = control.actions[request.action]
  if not action then return nil, ("no control action %q"):format(tostring(request.action)) end
  local ok, result, message = pcall(action, tenant, request)
  if not ok then return nil, ("control action %s: %s"):format(request.action, tostring(result)) end
  return result, message
end

return control
