--- Finds a profile group by its id, its name or its path.
--
-- Names are not unique, so that a name can belong to several groups; a path like "Staff/Finance" tells them apart. A path can
-- begin at any parent. Case matters: a wrong group would be changed.
local core = require "mimecast.core"
local errors = require "mimecast.errors"

local find_group = {}

local max_listed = 10
local max_depth = 50 -- parents; the service is not expected to have a cycle

-- Ids are base64url of zlib, at least 186 characters (mimecast-api 7.1); no group has such a name.
local function is_id(text)
  return #text >= 100 and text:find "^eN[A-Za-z0-9_%-]+$" ~= nil
end

function find_group.invalid(message, hint)
  return errors.new { category = "validation", code = "invalid_input", field = "group", message = message, hint = hint }
end

-- ---- parents ----

-- Reads a group by its id; nil if the service does not show it, such as the root.
local function read_group(client, id, source)
  local group, err, _
  if client:info().generation == "1.0" then
    group, _, err = client:get_group { id = id, source = source }
  else
    group, _, err = client:get_cloud_group { id = id }
  end
  if not group and (err.category ~= "service" or err.retryable) then return nil, err end
  return group
end

-- Returns a function that returns the parent of a group. Each parent is read once: the ids of one group in two responses can
-- differ, so that a list of all groups would not show whose parent a group is.
local function parent_reader(client)
  local parents = {}
  return function(group)
    local id = group.parentId
    if not id then return nil end
    if parents[id] == nil then
      local parent, err = read_group(client, id, group.source)
      if err then return nil, err end
      parents[id] = parent or false
    end
    return parents[id] or nil
  end
end

-- Returns the part of a path before the group's name; nil if the path does not end with the name.
local function path_before(path, name)
  if path == name then return "" end
  return path:sub(-#name - 1) == "/" .. name and path:sub(1, -#name - 2) or nil
end

-- Returns whether the group and its parents are the end of a path.
local function has_path(group, path, parent_of)
  for _ = 1, max_depth do
    path = path_before(path, group.name or "")
    if path == "" then return true end
    if not path then return false end
    local err
    group, err = parent_of(group)
    if not group then return false, err end
  end
  return false
end

-- Returns the names of a group and its parents.
local function path_of(group, parent_of)
  local names = {}
  for _ = 1, max_depth do
    table.insert(names, 1, core.printable(group.name or "", 100))
    group = parent_of(group)
    if not group then break end
  end
  return table.concat(names, "/")
end

-- ---- the search ----

-- Reads the groups of a source that the text can name: groups of that name, other groups that end the path, and groups whose
-- name differs in case only.
local function read_candidates(client, text, source)
  local found = { named = {}, ending = {}, similar = {} }
  local iterator, _, err = client:groups { query = text:match "[^/]+$" or text, source = source }
  if not iterator then return nil, err end
  local row
  row, _, err = iterator()
  while row do
    local name = row.name or ""
    if name == text then
      table.insert(found.named, row)
    elseif name ~= "" and path_before(text, name) then
      table.insert(found.ending, row)
    elseif core.fold(name) == core.fold(text) then
      table.insert(found.similar, row)
    end
    row, _, err = iterator()
  end
  if err then return nil, err end
  return found
end

-- Returns the groups of a source that the text names, and groups with a similar name.
local function matches(client, text, source, parent_of)
  local found, err = read_candidates(client, text, source)
  if not found then return nil, err end
  if #found.named > 0 then return found.named, found.similar end
  local groups = {}
  for _, group in ipairs(found.ending) do
    local fits
    fits, err = has_path(group, text, parent_of)
    if err then return nil, err end
    if fits then groups[#groups + 1] = group end
  end
  return groups, found.similar
end

local function ambiguous(groups, text, parent_of)
  local lines = {}
  for i = 1, math.min(#groups, max_listed) do
    lines[i] = ("%s has the id %s"):format(path_of(groups[i], parent_of), groups[i].id)
  end
  if #groups > max_listed then lines[#lines + 1] = ("and %d more"):format(#groups - max_listed) end
  return find_group.invalid(("there are %d groups %q"):format(#groups, core.printable(text, 100)),
    "give a path or an id: " .. table.concat(lines, "; "))
end

local function not_found(text, similar)
  local shown = core.printable(text, 100)
  return errors.new { category = "service", code = "not_found", message = ("there is no group %q"):format(shown),
    hint = similar and ("did you mean %s? Case matters"):format(core.printable(similar.name, 100))
      or "list the groups with find_groups; case matters" }
end

--- Finds the only group that a text names: a cloud group, or else a directory group. An id is not looked up.
---@param client table
---@param text string id, name, or path like "Staff/Finance"
---@return table? group as find_groups returns it; only id for an id
---@return mimecast.Error? err
function find_group.find(client, text)
  if type(text) ~= "string" or text == "" then return nil, find_group.invalid "group must be a group's name, path or id" end
  if is_id(text) then return { id = text } end
  local parent_of, similar = parent_reader(client), nil
  for _, source in ipairs { "cloud", "ldap" } do
    local groups, other = matches(client, text, source, parent_of)
    if not groups then return nil, other end -- the error value
    if #groups == 1 then return groups[1] end
    if #groups > 1 then return nil, ambiguous(groups, text, parent_of) end
    similar = similar or other[1]
  end
  return nil, not_found(text, similar)
end

return find_group
