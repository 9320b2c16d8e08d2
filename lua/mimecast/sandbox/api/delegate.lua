--- Delegates: users with access to another user's mailbox.
local core = require "mimecast.core"
local json = require "mimecast.json"
local response = require "mimecast.sandbox.wire.response"
local audit = require "mimecast.sandbox.api.audit"
local fields = require "mimecast.sandbox.wire.fields"
local ids = require "mimecast.sandbox.wire.ids"

local delegates = {}

local done_mt = json.object{ "id", "success" }
local delegation_mt = json.object{ "id", "emailAddress", "name", "source" }
local found_mt = json.object{ "delegateUsers" }
local access_mt = json.object{ "delegateAccess", "localAccount" }
local account_mt = json.object{ "accountCode", "regionCode", "adconUrl", "roleId", "roleName" }

local permission = "Directories | Internal | Create Alternate Address"

--- Makes an empty list of delegations.
---@return table list
function delegates.new()
  return { entries = {}, serial = 20000 }
end

local function delegations_of(tenant, primary)
  local list = {}
  for _, delegation in ipairs(tenant.delegates.entries) do
    if core.fold(delegation.primary) == core.fold(primary) then list[#list + 1] = delegation end
  end
  return list
end

--- /api/user/add-delegate-user: gives the primary address access to the mailbox of the delegate address.
delegates.add = fields.define "primaryAddress email*, delegateAddress email*"
delegates.add.permission = permission
function delegates.add.perform(tenant, item)
  local primary, delegate = tenant:user(item.primaryAddress), tenant:user(item.delegateAddress)
  if not (primary and delegate) then return response.item_error "address" end
  for _, delegation in ipairs(delegations_of(tenant, primary.emailAddress)) do
    if core.fold(delegation.delegate) == core.fold(delegate.emailAddress) then
      return response.item_error("delegate_exists", "delegateAddress")
    end
  end
  local list = tenant.delegates
  list.serial = list.serial + 1
  local delegation = { number = list.serial, primary = primary.emailAddress, delegate = delegate.emailAddress }
  table.insert(list.entries, delegation)
  tenant:record_applied(delegation.primary, delegation.delegate)
  audit.record(tenant, "delegate_added", delegation.primary .. " for " .. delegation.delegate)
  return setmetatable({ id = ids.make(tenant, "delegate", delegation.number), success = true }, done_mt)
end

--- /api/user/find-delegate-users: nested as clients read it. A delegation belongs to the user with access: a query for the
-- mailbox returns an empty list.
delegates.find = fields.define "primaryAddress email*"
delegates.find.single, delegates.find.empty = true, true
delegates.find.permission = permission
function delegates.find.perform(tenant, item)
  if not tenant:user(item.primaryAddress) then return response.item_error "address" end
  local rows = json.array()
  for i, delegation in ipairs(delegations_of(tenant, item.primaryAddress)) do
    local mailbox = tenant.directory:find(delegation.delegate)
    rows[i] = setmetatable({ id = ids.make(tenant, "delegate", delegation.number), emailAddress = delegation.delegate,
      name = mailbox and mailbox.name or "", source = "ADCON" }, delegation_mt)
  end
  return setmetatable({ delegateUsers = rows }, found_mt)
end

--- /api/user/remove-delegate-user. The response is not documented: here it is that of add-delegate-user.
delegates.remove = fields.define "id id:delegate*"
delegates.remove.limit, delegates.remove.permission = 25, permission
function delegates.remove.perform(tenant, item, context)
  for i, delegation in ipairs(tenant.delegates.entries) do
    if delegation.number == context.ids.id then
      table.remove(tenant.delegates.entries, i)
      tenant:record_applied(delegation.primary, delegation.delegate)
      audit.record(tenant, "delegate_removed", delegation.primary .. " for " .. delegation.delegate)
      return setmetatable({ id = item.id, success = true }, done_mt)
    end
  end
  return response.item_error("not_found", "id")
end

local function account(tenant)
  return setmetatable({
    accountCode = tenant.account.accountCode, regionCode = tenant.account.region,
    adconUrl = "https://login-us.mimecast.example.com", roleId = 1, roleName = "Super Administrator",
  }, account_mt)
end

--- /api/user/get-delegated-access: other accounts that the caller may manage. The list is empty here. The published list of
-- API 2.0 does not have this function.
delegates.access = fields.define ""
delegates.access.empty, delegates.access.only = true, 1
function delegates.access.perform(tenant)
  return setmetatable({ delegateAccess = json.array(), localAccount = account(tenant) }, access_mt)
end

return delegates
