--- Reads what the service tells about a user: settings, profile, aliases, delegated mailboxes, groups. A part that the
-- application may not read has an error value of its own.
local core = require "mimecast.core"
local counted = require "mimecast.base.counted"
local errors = require "mimecast.errors"

local user_overview = {}

local default_max_groups = 200 -- each is a request
local concurrency = 8

--- The parts, in the order in which they are shown.
user_overview.parts = { "settings", "profile", "aliases", "mailboxes", "groups" }

-- ---- groups ----

-- Returns the groups that have members; or nil and an error value.
local function read_groups(client)
  local list = {}
  local iterator, _, err = client:groups {}
  if not iterator then return nil, err end
  local group
  group, _, err = iterator()
  while group do
    if group.userCount ~= 0 then list[#list + 1] = group end
    group, _, err = iterator()
  end
  if err then return nil, err end
  return list
end

-- Returns "member" or "other"; or nil, a message and an error value.
local function membership(client, group, wanted)
  local iterator, message, err = client:group_members { id = group.id }
  if not iterator then return nil, message, err end
  local member
  member, message, err = iterator()
  while member do
    if core.fold(member.email or "") == wanted then return "member" end
    member, message, err = iterator()
  end
  if err then return nil, message, err end
  return "other"
end

local function first_error(list, failures)
  for i = 1, #list do
    if failures[i] then return failures[i] end
  end
  return nil
end

local function too_many(count, max)
  return errors.new { category = "usage", code = "invalid_request",
    message = ("the service has no list of a user's groups: the members of %s would be read, and the limit is %d")
      :format(counted(count, "group"), max), hint = ("maxGroups = %d reads them"):format(count) }
end

-- The service has no list of a user's groups: the members of each group are read.
local function groups(client, email, max)
  local list, err = read_groups(client)
  if not list then return nil, tostring(err), err end
  if #list > max then
    err = too_many(#list, max)
    return nil, tostring(err), err
  end
  local wanted, found = core.fold(email), {}
  local kinds, failures = client:map(list, function(group) return membership(client, group, wanted) end,
    { concurrency = concurrency })
  err = first_error(list, failures)
  if err then return nil, tostring(err), err end
  for i, group in ipairs(list) do
    if kinds[i] == "member" then found[#found + 1] = group end
  end
  return found
end

-- ---- the overview ----

--- Reads the parts of a user.
---@param client table
---@param email string
---@param options { maxGroups?: integer }
---@return table? overview the parts, and problems: an error value by part
---@return string? message
---@return mimecast.Error? err of the settings, if the user cannot be found
function user_overview.read(client, email, options)
  local readers = {
    function() return client:update_user { email = email } end,
    function() return client:read_user { email = email } end,
    function() return client:get_aliases { email = email } end,
    function() return client:find_delegate_users { primaryAddress = email } end,
    function() return groups(client, email, options.maxGroups or default_max_groups) end,
  }
  local read, failures = client:gather(readers)
  local is_denied = failures[1] and (failures[1].code == "forbidden" or failures[1].category == "auth")
  if failures[1] and (not is_denied or not (read[2] or read[3] or read[4])) then
    return nil, failures[1].message, failures[1]
  end
  local overview = { email = email, problems = {} }
  for i, name in ipairs(user_overview.parts) do
    overview[name], overview.problems[name] = read[i] or nil, failures[i]
  end
  return overview
end

return user_overview
