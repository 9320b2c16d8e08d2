--- Convenience functions of a client: each combines or shortens calls of operations.
--
-- An operation's error is returned unchanged: nil, the message, and the error value.
local check = require "mimecast.config.check"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local find_group = require "mimecast.helpers.find_group"
local lazy = require "mimecast.base.lazy"
local result = require "mimecast.model.result"
local registry = require "mimecast.model.registry"

local helpers = {}

-- ---- input ----

local function misuse(name, what, example, level)
  error(("mimecast: %s takes %s, like client:%s%s"):format(name, what, name, example), level + 1)
end

local function need_address(name, client, email, more)
  if type(client) ~= "table" or type(email) == "table" then
    misuse(name, "an address", ('("ann@example.com"%s)'):format(more or ""), 3)
  end
end

local function need_table(name, client, input, example)
  if type(client) ~= "table" or type(input) ~= "table" then misuse(name, "a table", example, 3) end
end

local function missing(field)
  return errors.result(errors.invalid_input { { field = field, code = "missing_field", message = "is required",
    order = 0 } })
end

local function copy(from)
  local to = {}
  for name, value in pairs(from) do to[name] = value end
  return to
end

-- ---- one user ----

--- Reads the settings of an account: update_user without a change.
---@param client table
---@param email string address of the user
---@return table? user as update_user returns it
---@return string? message
---@return mimecast.Error? err
function helpers.user_settings(client, email)
  need_address("user_settings", client, email)
  return client:update_user { email = email }
end

-- Makes a helper that sets one field of the user with an address, and returns the result of update_user.
local function setter(name, field, value)
  helpers[name] = function(client, email)
    need_address(name, client, email)
    return client:update_user { email = email, [field] = value }
  end
end

setter("disable_user", "accountDisabled", true)
setter("enable_user", "accountDisabled", false)
setter("lock_user", "accountLocked", true)
setter("unlock_user", "accountLocked", false)
setter("force_password_change", "forcePasswordChange", true)

--- Sets a cloud password. The same call unlocks the account, because the service rejects a password for a locked account.
---@param client table
---@param email string address of the user
---@param password string|userdata text or a secret
---@return table? user as update_user returns it
---@return string? message
---@return mimecast.Error? err
function helpers.set_password(client, email, password)
  need_address("set_password", client, email, ", password")
  if password == nil then return missing "password" end -- the call would only unlock the account
  return client:update_user { email = email, password = password, accountLocked = false }
end

--- Gives an address to a new employee: hides the former employee's archive up to the date.
---@param client table
---@param email string address of the user
---@param date string|number ISO 8601 with a zone, or seconds since 1970: start of the visible archive
---@param more? table further changes, as update_user takes them
---@return table? user as update_user returns it
---@return string? message
---@return mimecast.Error? err
function helpers.reuse_address(client, email, date, more)
  need_address("reuse_address", client, email, ', "2026-01-15T09:00:00Z"')
  if date == nil then return missing "archiveStartDate" end
  local fits = more == nil or (type(more) == "table" and more.email == nil and more.archiveStartDate == nil)
  if not fits then
    misuse("reuse_address", "address, date, and a table of the rest", '("ann@example.com", "2026-01-15T09:00:00Z", { … })', 2)
  end
  local input = copy(more or {})
  input.email, input.archiveStartDate = email, date
  return client:update_user(input)
end

--- Reads what the service tells about a user: settings, profile, aliases, mailboxes with delegated access, groups. What cannot
-- be read has an error value in `problems`.
---@param client table
---@param email string address of the user
---@param options? { maxGroups?: integer } groups whose members are read, each in a request (default 200)
---@return table? overview settings, profile, aliases, mailboxes, groups, problems
---@return string? message
---@return mimecast.Error? err
function helpers.user_overview(client, email, options)
  need_address("user_overview", client, email)
  return lazy("mimecast.helpers.user_overview").read(client, email, options or {})
end

-- ---- desired state ----

local function given(input, field)
  for _, name in ipairs { field.name, field.wire or field.name, field.label } do
    if input[name] ~= nil then return input[name] end
  end
end

-- Returns the fields to write, and the changes by field. Dates have the same form on both sides, so that equal texts are
-- equal times.
local function difference(operation, input, item, user)
  local write, changes = { email = item.emailAddress }, {}
  for _, field in ipairs(operation.input) do
    local wanted, current = item[field.wire or field.name], user[field.name]
    if wanted ~= nil and field.secret then
      write[field.name], changes[field.name] = given(input, field), true
    elseif wanted ~= nil and field.name ~= operation.key and wanted ~= current then
      write[field.name], changes[field.name] = wanted, { from = current, to = wanted }
    end
  end
  return write, changes
end

--- Makes sure that a user has some settings: reads them, and writes those that differ. A password cannot be read, so it
-- always counts as a change.
---@param client table
---@param input table as update_user takes it
---@return table? user the settings, as update_user returns them
---@return table|string|nil changes by field: `{ from =, to = }`, and true for a password; the message on failure
---@return mimecast.Error? err
function helpers.ensure_user(client, input)
  need_table("ensure_user", client, input, '{ email = "ann@example.com", accountDisabled = true }')
  local operation = registry.find "update_user"
  local item, problems = operation.input_schema:encode(input)
  if not item then return errors.result(errors.invalid_input(problems)) end
  local user, message, err = client:update_user { email = item.emailAddress }
  if not user then return nil, message, err end
  local write, changes = difference(operation, input, item, user)
  if next(changes) == nil then return user, changes end
  user, message, err = client:update_user(write)
  if not user then return nil, message, err end
  return user, changes
end

-- ---- groups ----

--- Finds a profile group by its id, its name or its path. A name or path of several groups is an error that lists them.
---@param client table
---@param group string id, name, or path like "Staff/Finance"; case matters
---@return table? group as find_groups returns it; only its id if an id is given, which is not looked up
---@return string? message
---@return mimecast.Error? err
function helpers.find_group(client, group)
  if type(client) ~= "table" or type(group) ~= "string" then misuse("find_group", "a name", ' "Finance"', 2) end
  local found, err = find_group.find(client, group)
  if not found then return errors.result(err) end
  return getmetatable(found) and found or setmetatable(found, registry.find("find_groups").result_metatable)
end

-- Returns the operation's input with the group's id. A group's name is only looked up if the rest of the input is valid.
local function with_group(client, operation, input)
  local with_id = copy(input)
  if with_id.group == nil then return with_id end
  with_id.group = nil
  if with_id.id ~= nil then return nil, find_group.invalid "id and group are both given: give one of them" end
  with_id.id = "the group's"
  local item, problems = operation.input_schema:encode(with_id)
  if not item then return nil, errors.invalid_input(problems) end
  local group, err = find_group.find(client, input.group)
  if not group then return nil, err end
  with_id.id = group.id
  return with_id
end

-- Makes a helper for an operation on a member. One code of the service means that there is nothing to do.
local function ensure_member(name, operation_name, nothing_to_do)
  helpers[name] = function(client, input)
    need_table(name, client, input, '{ group = "Leavers", email = "ann@example.com" }')
    local operation = registry.find(operation_name)
    local prepared, err = with_group(client, operation, input)
    if not prepared then return errors.result(err) end
    local member, message
    member, message, err = client[operation_name](client, prepared)
    if member then return member, true end
    if err.code ~= nothing_to_do then return nil, message, err end
    member = { groupId = prepared.id, email = prepared.email, domain = prepared.domain }
    return setmetatable(member, operation.result_metatable), false
  end
end

-- Both return the member, and whether there was a change; or nil, the message and the error value.
ensure_member("ensure_group_member", "add_group_member", "already_exists")
ensure_member("ensure_no_group_member", "remove_group_member", "not_found")

-- Returns the members of a group as add_group_member takes them, and a set of their folded addresses and domains.
local function read_members(client, id)
  local list, keys = {}, {}
  local iterator, _, err = client:group_members { id = id }
  if not iterator then return nil, err end
  local row
  row, _, err = iterator()
  while row do
    local is_address = row.email ~= nil and row.email:find("@", 1, true) ~= nil -- email can hold a domain
    local key = is_address and row.email or row.domain or row.email
    if key and not keys[core.fold(key)] then
      keys[core.fold(key)] = true
      list[#list + 1] = { email = is_address and key or nil, domain = not is_address and key or nil, notes = row.notes }
    end
    row, _, err = iterator()
  end
  if err then return nil, err end
  return list, keys
end

local copy_result = result.metatable { { name = "added" }, { name = "unchanged" }, { name = "failed" } }

local copy_fields = check.fields { { name = "from", type = "string", required = true },
  { name = "to", type = "string", required = true }, { name = "preview", type = "boolean" } }

-- Returns the members of both groups and the id of the second one; or nil and an error value.
local function read_both(client, input)
  local from, to, err
  from, err = find_group.find(client, input.from)
  if not from then return nil, err end
  to, err = find_group.find(client, input.to)
  if not to then return nil, err end
  local members
  members, err = read_members(client, from.id)
  if not members then return nil, err end
  local present, keys = read_members(client, to.id)
  if not present then return nil, keys end -- the error value
  return members, keys, to.id
end

--- Adds the members of one group to another, with their notes. It removes no member.
---@param client table
---@param input table from, to: each a group's id or its name; preview = true changes nothing, and added has what would be added
---@return table? copied added and unchanged (lists of addresses and domains), failed (error values by address or domain)
---@return string? message
---@return mimecast.Error? err
function helpers.copy_members(client, input)
  need_table("copy_members", client, input, '{ from = "Finance", to = "Leavers" }')
  local values, err = check.input(copy_fields, input)
  if not values then return errors.result(err) end
  local members, present, to = read_both(client, input)
  if not members then return errors.result(present) end
  local copied, new = setmetatable({ added = {}, unchanged = {}, failed = {} }, copy_result), {}
  for _, member in ipairs(members) do
    local key = member.email or member.domain
    if present[core.fold(key)] then
      table.insert(copied.unchanged, key)
    else
      member.id, new[#new + 1] = to, member
    end
  end
  local failures = {}
  if not values.preview then failures = select(2, client:add_group_members(new)) end
  for i, member in ipairs(new) do
    local key, failure = member.email or member.domain, failures[i]
    if failure and failure.code ~= "already_exists" then
      copied.failed[key] = failure
    else
      table.insert(failure and copied.unchanged or copied.added, key)
    end
  end
  return copied
end

return helpers
