--- What people do, in their own words: functions of a client over its operations.
--
-- What an operation refuses is handed on as it is: nil, the message, and the error value.
local check = require "mimecast.config.check"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local record = require "mimecast.model.result"
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
  local own = {}
  for name, value in pairs(from) do own[name] = value end
  return own
end

-- ---- one user ----

--- Reads an account's current settings: update_user with nothing to change.
---@param client table
---@param email string address of the user
---@return table? user as update_user returns it
---@return string? message
---@return mimecast.Error? err
function helpers.user_settings(client, email)
  need_address("user_settings", client, email)
  return client:update_user { email = email }
end

-- A helper that sets one field: it takes the user's address, and returns what update_user returns.
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

--- Sets a cloud password. The account is unlocked in the same call: the service refuses the password of a locked one.
---@param client table
---@param email string address of the user
---@param password string|userdata text or a secret
---@return table? user as update_user returns it
---@return string? message
---@return mimecast.Error? err
function helpers.set_password(client, email, password)
  need_address("set_password", client, email, ", password")
  if password == nil then return missing "password" end -- the call would unlock, and set nothing
  return client:update_user { email = email, password = password, accountLocked = false }
end

--- Gives an address to a new employee: the archive of the former one is out of sight up to the date.
---@param client table
---@param email string address of the user
---@param date string|number ISO 8601 with a zone, or seconds since 1970: the start of the visible archive
---@param more? table what else to change, as update_user takes it
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

-- ---- what a user shall be like ----

local function given(input, field)
  for _, name in ipairs { field.name, field.wire or field.name, field.label } do
    if input[name] ~= nil then return input[name] end
  end
end

-- What is to be written, and what that changes, by field. Dates are in one form on both sides, so that two texts are the
-- same where the moments are.
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

--- Brings a user's settings into line: reads them, and writes only what differs. A password cannot be read, so that it
-- counts as a change each time.
---@param client table
---@param input table as update_user takes it
---@return table? user the settings, as update_user returns them
---@return table|string|nil changes by field: `{ from =, to = }`, and true for a password; the message where it failed
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

local function problem(message, hint)
  return errors.new { category = "validation", code = "invalid_input", field = "group", message = message, hint = hint }
end

-- How many groups of a source have exactly that name, and the id of one; or nil and an error value.
local function count_groups(client, name, source)
  local iterator, _, err = client:groups { query = name, source = source }
  if not iterator then return nil, err end
  local count, found = 0, nil
  local row
  row, _, err = iterator()
  while row do -- the service searches for a part of a name
    if row.name == name then found, count = row.id, count + 1 end
    row, _, err = iterator()
  end
  if err then return nil, err end
  return count, found
end

-- The id of the one group of that name: Mimecast's own, or else one that came from a directory.
local function find_group(client, name)
  if type(name) ~= "string" or name == "" then return nil, problem "group must be a group's name" end
  local count, found = count_groups(client, name, "cloud")
  if count == 0 then count, found = count_groups(client, name, "ldap") end
  if not count then return nil, found end
  local shown = core.printable(name, 100)
  if count == 0 then
    return nil, errors.new { category = "service", code = "not_found", key = shown,
      message = ("there is no group %q"):format(shown), hint = "find_groups lists them; capitals matter" }
  end
  if count > 1 then return nil, problem(("there are %d groups %q"):format(count, shown), "give the id of the one meant") end
  return found
end

-- The operation's input for a group that is given by id or by name, which is looked for when all else is right.
local function with_group(client, operation, input)
  local own = copy(input)
  if own.group == nil then return own end
  own.group = nil
  if own.id ~= nil then return nil, problem "id and group are both given, and one is enough" end
  own.id = "the group's"
  local item, problems = operation.input_schema:encode(own)
  if not item then return nil, errors.invalid_input(problems) end
  local err
  own.id, err = find_group(client, input.group)
  if not own.id then return nil, err end
  return own
end

-- A helper over an operation on a member, where one answer of the service means that there is nothing to do.
local function ensure_member(name, operation_name, nothing_to_do)
  helpers[name] = function(client, input)
    need_table(name, client, input, '{ group = "Leavers", email = "ann@example.com" }')
    local operation = registry.find(operation_name)
    local own, err = with_group(client, operation, input)
    if not own then return errors.result(err) end
    local member, message
    member, message, err = client[operation_name](client, own)
    if member then return member, true end
    if err.code ~= nothing_to_do then return nil, message, err end
    return setmetatable({ groupId = own.id, email = own.email, domain = own.domain }, operation.result_metatable), false
  end
end

-- Both return the member, and whether that was a change; or nil, the message and the error value.
ensure_member("ensure_group_member", "add_group_member", "already_exists")
ensure_member("ensure_no_group_member", "remove_group_member", "not_found")

-- Ids are base64url of zlib, 186 characters and more (mimecast-api 7.1); a name of that kind is nobody's.
local function group_id(client, text)
  if type(text) == "string" and #text >= 100 and text:find("^eN[A-Za-z0-9_%-]+$") then return text end
  return find_group(client, text)
end

-- The members of a group as add_group_member takes them, and a set of what tells them apart.
local function read_members(client, id)
  local list, known = {}, {}
  local iterator, _, err = client:group_members { id = id }
  if not iterator then return nil, err end
  local row
  row, _, err = iterator()
  while row do
    local is_address = row.email ~= nil and row.email:find("@", 1, true) ~= nil -- a domain can stand there, too
    local key = is_address and row.email or row.domain or row.email
    if key and not known[core.fold(key)] then
      known[core.fold(key)] = true
      list[#list + 1] = { email = is_address and key or nil, domain = not is_address and key or nil, notes = row.notes }
    end
    row, _, err = iterator()
  end
  if err then return nil, err end
  return list, known
end

local copied = record.metatable { { name = "added" }, { name = "unchanged" }, { name = "failed" } }

local copy_fields = check.fields { { name = "from", type = "string", required = true },
  { name = "to", type = "string", required = true } }

--- Adds the members of one group to another, with their notes; nobody is removed from either.
---@param client table
---@param input table from, to: each a group's id or its name
---@return table? result added and unchanged (lists of addresses and domains), failed (error values by address or domain)
---@return string? message
---@return mimecast.Error? err
function helpers.copy_members(client, input)
  need_table("copy_members", client, input, '{ from = "Finance", to = "Leavers" }')
  local values, err = check.input(copy_fields, input)
  if not values then return errors.result(err) end
  local from, to
  from, err = group_id(client, input.from)
  if not from then return errors.result(err) end
  to, err = group_id(client, input.to)
  if not to then return errors.result(err) end
  local members, there, known
  members, err = read_members(client, from)
  if not members then return errors.result(err) end
  there, known = read_members(client, to)
  if not there then return errors.result(known) end
  local result, new = setmetatable({ added = {}, unchanged = {}, failed = {} }, copied), {}
  for _, member in ipairs(members) do
    local key = member.email or member.domain
    if known[core.fold(key)] then
      table.insert(result.unchanged, key)
    else
      member.id, new[#new + 1] = to, member
    end
  end
  local _, failures = client:add_group_members(new)
  for i, member in ipairs(new) do
    local key, own = member.email or member.domain, failures[i]
    if own and own.code ~= "already_exists" then
      result.failed[key] = own
    else
      table.insert(own and result.unchanged or result.added, key)
    end
  end
  return result
end

return helpers
