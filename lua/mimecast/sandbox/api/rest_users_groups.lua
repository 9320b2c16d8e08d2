--- The REST families of API 2.0: users, groups, domains and roles as resources, with ids in the path.
--
-- Of their answers only the names that a client reads are known: the lists' names, `meta`, a group's fields, the id
-- that a creation returns, and `results` with `success` for members.
local json = require "mimecast.json"
local account = require "mimecast.sandbox.api.account"
local answer = require "mimecast.sandbox.wire.response"
local calendar = require "mimecast.sandbox.wire.dates"
local directory = require "mimecast.sandbox.directory"
local fields = require "mimecast.sandbox.wire.fields"
local groups = require "mimecast.sandbox.api.group"
local ids = require "mimecast.sandbox.wire.ids"
local lenient = require "mimecast.sandbox.wire.lenient_json"
local members = require "mimecast.sandbox.api.member"
local resource = require "mimecast.sandbox.wire.rest"
local users = require "mimecast.sandbox.api.user"
local zones = require "mimecast.sandbox.api.rest_domains"

local rest = {}

local group_mt = json.object{ "id", "description", "source", "parentId", "userCount", "groupCount" }
local member_mt = json.object{ "emailAddress", "domain", "name", "internal", "type", "note" }
local user_mt = json.object{
  "id", "emailAddress", "name", "domain", "addressType", "isAlias", "internal", "disabled", "source", "createdDateTime",
  "updatedDateTime",
}
local created_mt = json.object{ "id", "emailAddress", "name" }
local result_mt = json.object{ "success", "code", "message" }

-- A created or updated time is not kept: every user is as old as the tenant.
local function user_row(tenant, user)
  local domain = directory.domain_of(user.emailAddress)
  local time = calendar.iso(tenant.start)
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
  return resource.page(tenant, context, "users", source, function(user) return user_row(tenant, user) end)
end

-- The body of a creation is not documented: it is taken to have the names of the envelope's function.
local function by_envelope(call, finish)
  return function(tenant, context)
    local item = type(context.body) == "table" and call.read(context.body)
    if not item then return nil, { answer.malformed() } end
    local errors = call.check(item, tenant)
    if errors then return nil, errors end
    local numbers = call.resolve(tenant, item)
    if not numbers then return nil, nil, "malformed id" end
    local made
    made, errors = call.perform(tenant, item, { ids = numbers, generation = 2 })
    if not made then return nil, errors end
    return finish(tenant, made)
  end
end

local function group_row(tenant, group)
  local row = groups.row(tenant, group)
  row.groupCount, row.folderCount = row.folderCount, nil
  return setmetatable(row, group_mt)
end

local function list_groups(tenant, context)
  local source = context.query.source
  if source and source ~= "cloud" and source ~= "ldap" then return answer.no("word", "source", "source") end
  local list = groups.source(tenant, source, context.query.query)
  return resource.page(tenant, context, "groups", list, function(group) return group_row(tenant, group) end)
end

-- Puts the group of the path before a function.
local function of_group(perform)
  return function(tenant, context)
    local number = fields.number(tenant, "folder", context.id)
    if not number then return nil, nil, "malformed id" end
    local group = tenant.groups.by_number[number]
    if not group then return answer.no "not_found" end
    return perform(tenant, context, group)
  end
end

local function member_row(tenant, member)
  local row = members.row(tenant, member)
  row.note, row.notes = row.notes, nil
  if row.emailAddress == "" then row.emailAddress = row.domain end -- as a client has seen it
  return setmetatable(row, member_mt)
end

local function list_members(tenant, context, group)
  local function row(member) return member_row(tenant, member) end
  return resource.page(tenant, context, "groupMembers", group.members, row)
end

local member_fields = fields.define "emailAddress email, domain domain, note text 100"

-- Every member is changed or not for itself; a failure says why beside `success`.
local function change_members(remove)
  return of_group(function(tenant, context, group)
    local list = type(context.body) == "table" and context.body.groupMembers
    if type(list) ~= "table" then return answer.no("null", "groupMembers", "groupMembers") end
    local editable, errors = groups.editable(tenant, group.number)
    if not editable then return nil, errors end
    local results = json.array()
    for i, raw in ipairs(list) do
      local item = type(raw) == "table" and member_fields.read(raw)
      local made
      local problems = not item and { answer.malformed() } or member_fields.check(item)
      if not problems then
        item.notes = item.note
        made, problems = members.change(tenant, group, item, remove)
      end
      results[i] = setmetatable({ success = made ~= nil, code = not made and problems[1].code or nil,
        message = not made and problems[1].message or nil }, result_mt)
    end
    return { results = results }
  end)
end

local groups_path, users_path = "/directory/cloud-gateway/v1/groups", "/user/cloud-gateway/v1/users"
local group_read, group_edit = "Directories | Groups | Read", "Directories | Groups | Edit"

-- Method, path with places in it, permission, function.
local routes = {
  { "GET", "/identity/whoami", nil, account.whoami },
  { "GET", users_path, "Directories | Internal | Read", list_users },
  { "POST", users_path, "Directories | Internal | Edit", by_envelope(users.create, function(_, made)
    return setmetatable({ id = made.id, emailAddress = made.emailAddress, name = made.name }, created_mt)
  end) },
  { "GET", groups_path, group_read, list_groups },
  { "POST", groups_path, group_edit, by_envelope(groups.create, function(_, made)
    made.groupCount, made.folderCount = made.folderCount, nil
    return setmetatable(made, group_mt)
  end) },
  { "GET", groups_path .. "/{id}", group_read,
    of_group(function(tenant, _, group) return group_row(tenant, group) end) },
  { "GET", groups_path .. "/{id}/members", group_read, of_group(list_members) },
  -- Read is what the published list of permissions says of this one.
  { "POST", groups_path .. "/{id}/members", group_read, change_members(false) },
  { "POST", groups_path .. "/{id}/remove-members", "Services | Directory Sync | Edit", change_members(true) },
  { "GET", "/role/cloud-gateway/v1/roles", "Directories | Roles | Read", function(tenant, context)
    return resource.page(tenant, context, "roles", account.roles(tenant), function(role) return role end)
  end },
}

for _, route in ipairs(zones.routes) do routes[#routes + 1] = route end

for _, route in ipairs(routes) do
  route.pattern = "^" .. route[2]:gsub("%-", "%%-"):gsub("{%l+}", "([^/]+)") .. "$"
  route.call = { rest = true, only = 2, route = route[2], permission = route[3], perform = route[4] }
end

local function unescape(text)
  return (text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

local function read_query(text)
  local query = {}
  for name, value in (text or ""):gmatch("([^&=?]+)=([^&]*)") do
    query[unescape(name)] = unescape((value:gsub("%+", " ")))
  end
  return query
end

--- The function at a path.
---@param method string
---@param path string without the query
---@return table? call
---@return string[]? parts those that stand in the path's places; in one without places, the path
function rest.find(method, path)
  for _, route in ipairs(routes) do
    if route[1] == method then
      local parts = { path:match(route.pattern) }
      if parts[1] then
        for i, part in ipairs(parts) do parts[i] = unescape(part) end
        return route.call, parts
      end
    end
  end
  return nil
end

-- What tells listings apart: the path and all of the query but what leads through the pages.
local function listing_of(path, query)
  local parts = { path }
  for name, value in pairs(query) do
    if name ~= "pageSize" and name ~= "pageToken" then parts[#parts + 1] = name .. "=" .. value end
  end
  table.sort(parts)
  return table.concat(parts, "&")
end

--- Performs a call and answers it.
---@param tenant table
---@param call table
---@param request table { path, body }
---@param scene table { parts (of the path), spoil (what a fault wants to go wrong) }
---@return table answer
function rest.perform(tenant, call, request, scene)
  local query = read_query(request.path:match("%?(.*)$"))
  local context = { query = query, id = scene.parts[1], word = scene.parts[2], spoil = scene.spoil }
  context.listing = listing_of(request.path:match("^[^?]*"), query)
  if request.body:find("%S") then
    context.body = lenient.decode(request.body)
    if context.body == nil then return answer.rest_refuse{ answer.malformed() } end
  end
  local body, errors, malformed = call.perform(tenant, context)
  if malformed then return answer.bad_id() end
  if not body then return answer.rest_refuse(errors) end
  if body == true then return answer.nothing() end
  return answer.json(200, answer.encode(ids.reissue(tenant, body)), true)
end

return rest
