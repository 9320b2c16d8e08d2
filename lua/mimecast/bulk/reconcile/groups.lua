--- Holds the members of groups against a roster. Only addresses of the roster's domain are compared: other members, domains as
-- members, aliases and the addresses that every domain has stay as they are.
local address = require "mimecast.bulk.reconcile.address"
local key_map = require "mimecast.bulk.reconcile.key_map"
local role_address = require "mimecast.model.role_address"
local roster_reader = require "mimecast.bulk.reconcile.roster"

local groups = {}

-- Returns the address of a member that can be compared, and its key.
local function comparable_member(member, roster, aliases)
  local email = member.email
  if not email or not email:find("@", 1, true) then return nil end
  local key, domain = address.key(email)
  if domain ~= roster.domain or role_address.matches(key) or aliases:get(key) then return nil end
  return email, key
end

-- Reads the members of a group. Returns the keys of those that stay, or nil and an error value.
local function read_members(client, i, group, roster, accounts, findings)
  local present = key_map.new(0)
  local list, member, _, err
  list, _, err = client:group_members { id = group.id }
  if not list then return nil, err end
  member, _, err = list()
  while member do
    local email, key = comparable_member(member, roster, accounts.aliases)
    local record = key and (roster:find(key) or accounts.owners:get(key))
    if key and not (record and roster_reader.is_member(record, i)) then
      findings:add { finding = "extra member", email = email, group = group.group }
      group.extra = group.extra + 1
    elseif key then
      present:set(key, "")
    end
    member, _, err = list()
  end
  if err then return nil, err end
  return present
end

--- Compares the members of the roster's groups.
---@param client table
---@param roster table
---@param accounts table from accounts.compare
---@param findings table
---@return table[]? list each: group (its name), id, missing and extra (counts)
---@return table[]|mimecast.Error present the keys of the members of each group; the error
function groups.compare(client, roster, accounts, findings)
  local list, present = {}, {}
  for i, name in ipairs(roster.groups) do
    local found, _, err = client:find_group(name)
    if not found then return nil, err end
    list[i] = { group = name, id = found.id, missing = 0, extra = 0 }
    present[i], err = read_members(client, i, list[i], roster, accounts, findings)
    if not present[i] then return nil, err end
  end
  return list, present
end

--- Adds the groups that lack a person of the roster.
---@param list table[] from compare
---@param present table[]
---@param person table email, key, record, line
---@param accounts table
---@param findings table
function groups.add_missing(list, present, person, accounts, findings)
  for i, group in ipairs(list) do
    if roster_reader.is_member(person.record, i) and not present[i]:get(person.key)
      and not accounts.aliases:get(person.key) then
      findings:add { finding = "missing member", email = person.email, line = person.line, group = group.group }
      group.missing = group.missing + 1
    end
  end
end

return groups
