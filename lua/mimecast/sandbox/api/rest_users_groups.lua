--- Users, groups and roles as REST resources of API 2.0, with ids in the path.
--
-- Of their responses only the names that a published client reads are known: the lists' names, `meta`, a group's fields, the
-- id of a created object, and `results` with `success` for members.
local json = require "mimecast.json"
local account = require "mimecast.sandbox.api.account"
local response = require "mimecast.sandbox.wire.response"
local dates = require "mimecast.sandbox.wire.dates"
local directory = require "mimecast.sandbox.directory"
local fields = require "mimecast.sandbox.wire.fields"
local groups = require "mimecast.sandbox.api.group"
local ids = require "mimecast.sandbox.wire.ids"
local members = require "mimecast.sandbox.api.member"
local rest = require "mimecast.sandbox.wire.rest"
local users = require "mimecast.sandbox.api.user"

local rest_users_groups = {}

local group_mt = json.object{ "id", "description", "source", "parentId", "userCount", "groupCount" }
local member_mt = json.object{ "emailAddress", "domain", "name", "internal", "type", "note" }
local user_mt = json.object{
  "id", "emailAddress", "name", "domain", "addressType", "isAlias", "internal", "disabled", "source", "createdDateTime",
  "updatedDateTime",
}
local created_mt = json.object{ "id", "emailAddress", "name" }
local result_mt = json.object{ "success", "code", "message" }

-- The sandbox keeps no times of users: every user is as old as the tenant.
local function user_row(tenant, user)
  local domain = directory.domain_of(user.emailAddress)
  local time = dates.iso(tenant.start)
  return setmetatable({
    id = ids.make(tenant, "user", tenant.directory:number(user.emailAddress)), emailAddress = user.emailAddress,
    name = user.name, domain = domain, addressType = user.addressType or "created_manually",
    isAlias = user.aliasFor ~= nil, internal = true, disabled = user.accountDisabled or false,
    source = user.source or "cloud", createdDateTime = time, updatedDateTime = time,
  }, user_mt)
end

local function list_users(tenant, context)
  local source, errors = users.source(tenant, context.query.domain)
  if not source then return nil, errors end
  return rest.page(tenant, context, "users", source, function(user) return user_row(tenant, user) end)
end

-- The body of a creation is not documented: here it has the names of the envelope's function.
local function by_envelope(call, finish)
  return function(tenant, context)
    local item = type(context.body) == "table" and call.read(context.body)
    if not item then return nil, { response.malformed_entry() } end
    local errors = call.check(item, tenant)
    if errors then return nil, errors end
    local numbers = call.resolve(tenant, item)
    if not numbers then return nil, nil, "malformed id" end
    local created
    created, errors = call.perform(tenant, item, { ids = numbers, generation = 2 })
    if not created then return nil, errors end
    return finish(tenant, created)
  end
end

local function group_row(tenant, group)
  local row = groups.row(tenant, group)
  row.groupCount, row.folderCount = row.folderCount, nil
  return setmetatable(row, group_mt)
end

local function list_groups(tenant, context)
  local source = context.query.source
  if source and source ~= "cloud" and source ~= "ldap" then return response.item_error("word", "source", "source") end
  local list = groups.source(tenant, source, context.query.query)
  return rest.page(tenant, context, "groups", list, function(group) return group_row(tenant, group) end)
end

-- Looks up the group in the path before it calls a function.
local function of_group(perform)
  return function(tenant, context)
    local number = fields.number(tenant, "folder", context.id)
    if not number then return nil, nil, "malformed id" end
    local group = tenant.groups.by_number[number]
    if not group then return response.item_error "not_found" end
    return perform(tenant, context, group)
  end
end

local function member_row(tenant, member)
  local row = members.row(tenant, member)
  row.note, row.notes = row.notes, nil
  if row.emailAddress == "" then row.emailAddress = row.domain end -- seen by a client
  return setmetatable(row, member_mt)
end

local function list_members(tenant, context, group)
  local function row(member) return member_row(tenant, member) end
  return rest.page(tenant, context, "groupMembers", group.members, row)
end

local member_fields = fields.define "emailAddress email, domain domain, note text 100"

-- Each member succeeds or fails by itself. A failure has its code and message beside `success`.
local function change_members(remove)
  return of_group(function(tenant, context, group)
    local list = type(context.body) == "table" and context.body.groupMembers
    if type(list) ~= "table" then return response.item_error("null", "groupMembers", "groupMembers") end
    local editable, errors = groups.editable(tenant, group.number)
    if not editable then return nil, errors end
    local results = json.array()
    for i, raw in ipairs(list) do
      local item = type(raw) == "table" and member_fields.read(raw)
      local member
      local problems = not item and { response.malformed_entry() } or member_fields.check(item)
      if not problems then
        item.notes = item.note
        member, problems = members.change(tenant, group, item, remove)
      end
      results[i] = setmetatable({ success = member ~= nil, code = not member and problems[1].code or nil,
        message = not member and problems[1].message or nil }, result_mt)
    end
    return { results = results }
  end)
end

local groups_path, users_path = "/directory/cloud-gateway/v1/groups", "/user/cloud-gateway/v1/users"
local group_read, group_edit = "Directories | Groups | Read", "Directories | Groups | Edit"

--- Method, path with places, permission, function.
rest_users_groups.routes = {
  { "GET", "/identity/whoami", nil, account.whoami },
  { "GET", users_path, "Directories | Internal | Read", list_users },
  { "POST", users_path, "Directories | Internal | Edit", by_envelope(users.create, function(_, user)
    return setmetatable({ id = user.id, emailAddress = user.emailAddress, name = user.name }, created_mt)
  end) },
  { "GET", groups_path, group_read, list_groups },
  { "POST", groups_path, group_edit, by_envelope(groups.create, function(_, group)
    group.groupCount, group.folderCount = group.folderCount, nil
    return setmetatable(group, group_mt)
  end) },
  { "GET", groups_path .. "/{id}", group_read,
    of_group(function(tenant, _, group) return group_row(tenant, group) end) },
  { "GET", groups_path .. "/{id}/members", group_read, of_group(list_members) },
  -- The published list of permissions says Read for this function.
  { "POST", groups_path .. "/{id}/members", group_read, change_members(false) },
  { "POST", groups_path .. "/{id}/remove-members", "Services | Directory Sync | Edit", change_members(true) },
  { "GET", "/role/cloud-gateway/v1/roles", "Directories | Roles | Read", function(tenant, context)
    return rest.page(tenant, context, "roles", account.roles(tenant), function(role) return role end)
  end },
}

return rest_users_groups
