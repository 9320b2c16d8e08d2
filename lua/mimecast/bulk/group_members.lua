--- Makes the operation "members of Finance" for plans: a row says whether an address or a domain is a member of the group.
--
-- It is not a function of the service. It reads the group's members, and adds or removes members, so that plan, apply, resume,
-- verification and undo work as for a setting: `{ email = "ann@example.com", member = true }`. A member that is added twice is
-- a member, not an error. A row that removes a member with notes sets them to "", so that undo restores them. The name of the
-- operation has the group's name, path or id, which apply and undo look up again.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local operations = require "mimecast.model.operation"

local group_members = {}

local prefix = "members of "
local wait_seconds = 0.05 -- for another task that reads the members

-- What is wrong with the text for a member; nil if it is an address or a domain.
local function check_member(item)
  local text = item.emailAddress
  local problem
  if text:find("@", 1, true) then
    problem = core.email_error(text)
  elseif not core.is_visible(text) or text:find "[%s/,;]" or not text:find(".", 1, true) then
    problem = "must be an address or a domain"
  end
  return problem and "email" or nil, problem
end

--- Returns the address or domain of a row of group_members.
---@param row table
---@return string?
function group_members.address(row)
  if row.email and row.email ~= "" then return row.email end
  return row.domain
end

-- An error that concerns all rows: the group is not there. A row's error would reject one row after the other.
local function group_error(err)
  if not errors.concerns_item(err) then return err end
  return errors.new { category = "usage", code = "invalid_request", message = err.message, hint = err.hint }
end

-- Reads the notes of the group's members by folded address or domain.
local function read_members(client, id)
  local set = {}
  local iterator, _, err = client:group_members { id = id }
  if not iterator then return nil, err end
  local row
  row, _, err = iterator()
  while row do
    local address = group_members.address(row)
    if address then set[core.fold(address)] = row.notes or "" end
    row, _, err = iterator()
  end
  if err then return nil, err end
  return set
end

-- Returns the members since the last change. Several tasks ask for them at the same time, and one reads them.
local function current_members(state, client)
  local runtime = client:info().runtime
  while state.is_reading do runtime.sleep(wait_seconds) end
  if state.members then return state.members end
  local changes = state.changes
  state.is_reading = true
  local ok, members, err = pcall(read_members, client, state.id)
  state.is_reading = false
  if not ok then error(members, 0) end
  if state.changes == changes then state.members = members end -- else a change may have been missed
  return members, err
end

local function find_id(state, client)
  if state.id then return state.id end
  local group, _, err = client:find_group(state.group)
  if not group then return nil, group_error(err) end
  state.id = group.id
  return state.id
end

-- Calls a function of the service for the inputs that change the membership in one way. One code means nothing to do.
local function change(state, client, inputs, positions, member, put)
  local items = {}
  for i, position in ipairs(positions) do
    local email = inputs[position].email
    local is_address = email:find("@", 1, true) ~= nil
    local notes = inputs[position].notes
    items[i] = { id = state.id, email = is_address and email or nil, domain = not is_address and email or nil,
      notes = member and notes ~= "" and notes or nil }
  end
  local name = member and "add_group_members" or "remove_group_members"
  local nothing_to_do = member and "already_exists" or "not_found"
  local _, failures = client[name](client, items)
  state.changes, state.members = state.changes + 1, nil
  for i, position in ipairs(positions) do
    local err = failures[i]
    if err and err.code == nothing_to_do then err = nil end
    put(position, not err and { email = inputs[position].email, member = member } or false, err)
  end
end

-- Does what an operation's function for a list does: returns results and failures by position.
local function call(state, client, inputs)
  local results, failures, read, added, removed = {}, {}, {}, {}, {}
  local function put(i, value, err) results[i], failures[i] = value, err end
  local id, err = find_id(state, client)
  for i, input in ipairs(inputs) do
    local list = input.member == nil and read or input.member and added or removed
    if input.member == nil and input.notes then
      put(i, false, errors.invalid_value("notes", "cannot be changed: remove the member, and add it with the notes"))
    else
      list[#list + 1] = i
    end
    if not id then put(i, false, err) end
  end
  if not id then return results, failures end
  if #read > 0 then
    local members
    members, err = current_members(state, client)
    for _, i in ipairs(read) do
      local email = inputs[i].email
      local notes = members and members[core.fold(email)]
      put(i, members and { email = email, member = notes ~= nil, notes = notes or "" } or false, not members and err or nil)
    end
  end
  if #removed > 0 then change(state, client, inputs, removed, false, put) end
  if #added > 0 then change(state, client, inputs, added, true, put) end
  return results, failures
end

local function define(name, call_of, ...)
  return operations.define {
    name = name, path = "/", writes = true, idempotent = true, batch = 10, key = "email", readWhenOnlyKey = true,
    summary = "Make an address or a domain a member of a profile group, or remove it.", check = check_member, call = call_of,
    input = {
      { name = "email", wire = "emailAddress", label = "Email Address", type = "text", required = true, min = 1, max = 320,
        text = "the address, or a domain" },
      { name = "member", type = "boolean", text = "whether it is a member" },
      ...
    },
  }
end

--- Makes the operation that reads the rows of a file of members: a row without `member` is a member.
---@return mimecast.Operation
function group_members.of_file()
  return define("sync_group")
end

--- Returns the name of the operation for a group.
---@param group string name, path or id
---@return string
function group_members.name(group)
  return prefix .. group
end

--- Makes the operation of a name.
---@param name string
---@return mimecast.Operation? operation nil if the name is another one
function group_members.find(name)
  local group = name:sub(1, #prefix) == prefix and name:sub(#prefix + 1) or ""
  if group == "" then return nil end
  local state = { group = group, changes = 0 }
  return define(name, function(client, inputs) return call(state, client, inputs) end,
    { name = "notes", type = "text", max = 100, text = "notes on the member; only with member = true" })
end

return group_members
