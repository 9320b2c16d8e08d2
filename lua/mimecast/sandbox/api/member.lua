--- Members of profile groups: addresses and whole domains.
local core = require "mimecast.core"
local json = require "mimecast.json"
local response = require "mimecast.sandbox.wire.response"
local audit = require "mimecast.sandbox.api.audit"
local directory = require "mimecast.sandbox.directory"
local domains = require "mimecast.sandbox.api.domain"
local fields = require "mimecast.sandbox.wire.fields"
local groups = require "mimecast.sandbox.api.group"
local ids = require "mimecast.sandbox.wire.ids"
local paging = require "mimecast.sandbox.wire.paging"

local members = {}

local link_mt = json.object{ "id", "folderId", "emailAddress", "domain", "internal" }
local member_mt = json.object{ "emailAddress", "name", "internal", "domain", "type", "notes" }
local list_mt = json.object{ "groupMembers" }

--- Adds an address or a domain to a group.
---@param tenant table
---@param group table
---@param email? string
---@param domain? string
---@param notes? string
---@return table? member nil where it is in the group already
function members.add(tenant, group, email, domain, notes)
  local key = core.fold(email or domain)
  if group.by_key[key] then return nil end
  tenant.groups.links = tenant.groups.links + 1
  local member = { number = tenant.groups.links, email = email, domain = domain, notes = notes }
  group.by_key[key] = member
  table.insert(group.members, member)
  return member
end

--- Removes an address or a domain from a group.
---@param group table
---@param key string
---@return table? member nil where it is not in the group
function members.remove(group, key)
  local member = group.by_key[core.fold(key)]
  if not member then return nil end
  group.by_key[core.fold(key)] = nil
  for i, other in ipairs(group.members) do
    if other == member then table.remove(group.members, i) end
  end
  return member
end

local function domain_of(member)
  return member.domain or directory.domain_of(member.email)
end

--- Returns a member as get-group-members shows it.
---@param tenant table
---@param member table
---@return table row
function members.row(tenant, member)
  local user = member.email and tenant.directory:find(member.email)
  local domain = domain_of(member)
  return setmetatable({
    emailAddress = member.email or "", name = user and user.name or "", internal = domains.internal(tenant, domain),
    domain = domain, type = user and user.addressType or "created_manually", notes = member.notes,
  }, member_mt)
end

local function link_row(tenant, group, member)
  return setmetatable({
    id = ids.make(tenant, "folderlink", member.number), folderId = group.id, emailAddress = member.email,
    domain = member.domain, internal = domains.internal(tenant, domain_of(member)),
  }, link_mt)
end

-- Requires either an address or a domain. The service's error for these functions is unknown.
local function key_errors(item)
  if (item.emailAddress == nil) == (item.domain == nil) then
    return response.item_error("one_of", nil, "emailAddress, domain")
  end
  return true
end

--- Adds or removes a member by wire names, counts the change and records it in the audit trail.
---@param tenant table
---@param group table
---@param item table { emailAddress or domain, notes }
---@param remove? boolean
---@return table? member nil with errors
---@return table[]? errors
function members.change(tenant, group, item, remove)
  local fine, errors = key_errors(item)
  if not fine then return nil, errors end
  local key = item.emailAddress or item.domain
  local member
  if remove then
    member = members.remove(group, key)
    if not member then return response.item_error "member_not_found" end
  else
    member = members.add(tenant, group, item.emailAddress, item.domain, item.notes)
    if not member then return response.item_error "member_exists" end
  end
  tenant:record_applied(group.id, key)
  audit.record(tenant, remove and "member_removed" or "member_added",
    key .. (remove and " from " or " to ") .. group.description)
  return member
end

local function changer(remove)
  return function(tenant, item, context)
    local group, errors = groups.editable(tenant, context.ids.id)
    if not group then return nil, errors end
    local member
    member, errors = members.change(tenant, group, item, remove)
    return member and link_row(tenant, group, member), errors
  end
end

--- /api/directory/add-group-member.
members.create = fields.define "id id:folder*, emailAddress email, domain domain, notes text 100"
members.create.perform, members.create.limit = changer(false), 10
members.create.permission = "Directories | Groups | Edit"

--- /api/directory/remove-group-member.
members.delete = fields.define "id id:folder*, emailAddress email, domain domain"
members.delete.perform, members.delete.limit = changer(true), 10
members.delete.permission = { "Directories | Groups | Edit", "Services | Directory Sync | Edit" }

--- /api/directory/get-group-members.
members.list = fields.define "id id:folder*"
members.list.single, members.list.empty = true, true
members.list.permission = { "Directories | Groups | Read", "Services | Directory Sync | Read" }
function members.list.list(tenant, _, context)
  local group = tenant.groups.by_number[context.ids.id]
  if not group then return response.item_error "address" end
  return paging.map(group.members, function(member) return members.row(tenant, member) end)
end
function members.list.wrap(rows)
  return { setmetatable({ groupMembers = rows }, list_mt) }
end

return members
