--- Profile groups. The wire calls them folders.
local core = require "mimecast.core"
local json = require "mimecast.json"
local response = require "mimecast.sandbox.wire.response"
local audit = require "mimecast.sandbox.api.audit"
local fields = require "mimecast.sandbox.wire.fields"
local ids = require "mimecast.sandbox.wire.ids"
local paging = require "mimecast.sandbox.wire.paging"

local groups = {}

local group_mt = json.object{ "id", "description", "source", "parentId", "userCount", "folderCount" }
local found_mt = json.object{ "source", "query", "folders" }

local edit_permission = "Directories | Groups | Edit"

--- Makes the groups of a tenant: only the root, which is a parent and nothing else, like folder 0 in recorded ids.
---@return table groups
function groups.new()
  local root = { number = 0, description = "Root", source = "cloud", children = 0, members = {}, by_key = {} }
  return { by_number = { [0] = root }, lists = { cloud = {}, ldap = {} }, serial = 50000, links = 80000, root = root }
end

--- Adds a group.
---@param tenant table
---@param description string
---@param parent? table a group; the root by default
---@param source? string "cloud" by default, or "ldap"
---@return table group
function groups.add(tenant, description, parent, source)
  local all = tenant.groups
  all.serial = all.serial + 1
  local group = {
    number = all.serial, description = description, source = source or "cloud", parent = parent or all.root,
    children = 0, members = {}, by_key = {},
  }
  group.id = ids.make(tenant, source == "ldap" and "ldapfolder" or "folder", group.number)
  group.parent.children = group.parent.children + 1
  all.by_number[group.number] = group
  table.insert(all.lists[group.source], group)
  return group
end

--- Finds a group by id, or by name.
---@param tenant table
---@param key string
---@return table? group
function groups.find(tenant, key)
  local number = fields.number(tenant, "folder", key)
  if number then return tenant.groups.by_number[number] end
  for _, source in ipairs{ "cloud", "ldap" } do
    for _, group in ipairs(tenant.groups.lists[source]) do
      if group.description == key then return group end
    end
  end
  return nil
end

--- Returns the id of a group. The root's id is made at first use.
---@param tenant table
---@param group table
---@return string id
function groups.id(tenant, group)
  group.id = group.id or ids.make(tenant, "folder", group.number)
  return group.id
end

--- Returns a group as the service shows it.
---@param tenant table
---@param group table
---@return table row
function groups.row(tenant, group)
  return setmetatable({
    id = groups.id(tenant, group), description = group.description, source = group.source,
    parentId = group.parent and groups.id(tenant, group.parent), userCount = #group.members,
    folderCount = group.children,
  }, group_mt)
end

--- Returns the groups of a source whose names contain a text, in any case, as a source of pages.
---@param tenant table
---@param source? string "cloud" by default, or "ldap"
---@param query? string
---@return table[] list
function groups.source(tenant, source, query)
  local list = tenant.groups.lists[source or "cloud"]
  if not query or query == "" then return list end
  query = core.fold(query)
  return paging.filter(list, function(group) return core.fold(group.description):find(query, 1, true) ~= nil end)
end

--- Returns a group by number if it may be changed. A directory group, a deleted group and the root give the same error: "on a
-- group the app may not edit" (field notes).
---@param tenant table
---@param number integer
---@return table? group nil with errors
---@return table[]? errors
function groups.editable(tenant, number)
  local group = tenant.groups.by_number[number]
  if not group or group.source == "ldap" or group == tenant.groups.root then return response.item_error "address" end
  return group
end

--- /api/directory/find-groups.
groups.search = fields.define "query any, source word:cloud|ldap"
groups.search.single, groups.search.empty, groups.search.permission = true, true, edit_permission
function groups.search.list(tenant, item)
  local source = groups.source(tenant, item.source, item.query)
  return paging.map(source, function(group) return groups.row(tenant, group) end)
end
function groups.search.wrap(rows, item)
  return { setmetatable({ source = item.source or "cloud", query = item.query, folders = rows }, found_mt) }
end

--- /api/directory/get-group: API 1.0 only.
groups.get = fields.define "id id:folder*, source word:cloud|ldap"
groups.get.only, groups.get.permission = 1, "Directories | Groups | Read"
function groups.get.perform(tenant, _, context)
  local group = tenant.groups.by_number[context.ids.id]
  if not group then return response.item_error "address" end
  return groups.row(tenant, group)
end

-- Returns the parent of an item; nil if there is no such group or it cannot have children.
local function parent_of(tenant, number)
  local parent = number and tenant.groups.by_number[number]
  if parent and parent.source == "ldap" then return nil end
  return parent
end

--- /api/directory/create-group. Names are not unique: two groups with the same name were recorded.
groups.create = fields.define "description text*, parentId id:folder"
groups.create.limit, groups.create.permission = 10, edit_permission
function groups.create.perform(tenant, item, context)
  local parent = parent_of(tenant, context.ids.parentId or 0)
  if not parent then return response.item_error "address" end
  local group = groups.add(tenant, item.description, parent)
  tenant:record_applied(group.description)
  audit.record(tenant, "group_created", group.description)
  return groups.row(tenant, group)
end

local function is_inside(group, ancestor)
  while group do
    if group == ancestor then return true end
    group = group.parent
  end
  return false
end

local function move(group, parent)
  group.parent.children = group.parent.children - 1
  parent.children = parent.children + 1
  group.parent = parent
end

--- /api/directory/update-group. An item with the id only changes nothing.
groups.update = fields.define "id id:folder*, description text, parentId id:folder"
groups.update.limit = 10
groups.update.permission = { edit_permission, "Services | Directory Sync | Edit" }
function groups.update.perform(tenant, item, context)
  local group, errors = groups.editable(tenant, context.ids.id)
  if not group then return nil, errors end
  local parent = parent_of(tenant, context.ids.parentId)
  if item.parentId and not parent then return response.item_error "address" end
  if parent and is_inside(parent, group) then return response.item_error("group_cycle", "parentId") end
  if parent then move(group, parent) end
  group.description = item.description or group.description
  if parent or item.description then
    tenant:record_applied(group.id)
    audit.record(tenant, "group_changed", group.description)
  end
  return groups.row(tenant, group)
end

--- /api/directory/delete-group. The response is not documented: here it repeats the id.
groups.delete = fields.define "id id:folder*"
groups.delete.limit, groups.delete.permission = 10, edit_permission
function groups.delete.perform(tenant, _, context)
  local group, errors = groups.editable(tenant, context.ids.id)
  if not group then return nil, errors end
  if #group.members > 0 or group.children > 0 then return response.item_error("group_not_empty", "id") end
  local list = tenant.groups.lists.cloud
  for i, other in ipairs(list) do
    if other == group then table.remove(list, i) end
  end
  group.parent.children = group.parent.children - 1
  tenant.groups.by_number[group.number] = nil
  tenant:record_applied(group.id)
  audit.record(tenant, "group_deleted", group.description)
  return setmetatable({ id = group.id }, group_mt)
end

return groups
