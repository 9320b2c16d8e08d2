--- What a row would change: the settings that it names against those that the account has.
local core = require "mimecast.core"
local json = require "mimecast.json"
local registry = require "mimecast.model.registry"

local difference = {}

-- The names of an operation's secrets, as a set.
local function secret_names(operation)
  local names = {}
  for _, field in ipairs(operation.input) do
    if field.secret then names[field.name] = true end
  end
  return names
end

local function late_names(operation)
  local names = {}
  for _, field in ipairs(operation.input) do
    if field.replayUnsafe then names[field.name] = true end
  end
  return names
end

--- What is needed to compare rows of an operation.
---@param operation mimecast.Operation
---@param settings table of client:info()
---@return table model
function difference.model(operation, settings)
  return {
    operation = operation,
    batch = operation.batch == 1 and 1 or math.floor(settings.batchSize or operation.batch),
    key = operation.readWhenOnlyKey and operation.key or nil, -- elsewhere the key is a field like the others
    secret = secret_names(operation),
    late = late_names(operation),
  }
end

--- The settings that a wire item names, by Lua names, and the names of its secrets.
---@param model table
---@param item table
---@return table set
---@return string[]? secrets
function difference.settings(model, item)
  local set, secrets = {}, nil
  for wire, value in pairs(item) do
    local name = model.operation.names[wire] or wire
    if model.secret[name] then
      secrets = secrets or {}
      secrets[#secrets + 1] = name
    elseif name ~= model.key then
      set[name] = value
    end
  end
  if secrets then table.sort(secrets, core.before) end
  return set, secrets
end

local most_kept = 16384 -- bytes: 4,096 characters of four bytes each are the most that a setting takes

-- Whether a former value is kept, to be put back: no operation takes a larger one, and a record would not hold it.
local function is_kept(value)
  if type(value) == "boolean" then return true end
  local ok, text = pcall(json.encode, value) -- neither NaN nor an infinity is JSON
  return ok and #text <= most_kept
end

--- Leaves of a row only what differs from the account's settings; one that is unchanged keeps what it asked for.
---@param row table set, secrets
---@param current table
---@return table row with old, and action change or unchanged
function difference.reduce(row, current)
  local set, old = {}, {}
  for name, value in pairs(row.set) do
    if current[name] ~= value then
      set[name] = value
      if is_kept(current[name]) then old[name] = current[name] end
    end
  end
  row.action = (next(set) ~= nil or row.secrets) and "change" or "unchanged"
  if row.action == "change" then row.set, row.old = set, next(old) ~= nil and old or nil end
  return row
end

--- A row as it is planned, before anything was read.
---@param model table
---@param number integer
---@param key string
---@param item table wire item
function difference.row(model, number, key, item)
  local set, secrets = difference.settings(model, item)
  return { row = number, key = key, set = set, secrets = secrets,
    action = (next(set) ~= nil or secrets) and "change" or "unchanged" }
end

--- The operation of that name. Raises where there is none, and where it changes nothing.
---@param name? string
---@param level integer
---@return mimecast.Operation
function difference.operation(name, level)
  local operation, kind = registry.find(name or "update_user")
  if not operation or kind == "paginator" then
    error(("mimecast: there is no operation %s to be done in bulk"):format(tostring(name)), level + 1)
  end
  if not operation.writes then error(("mimecast: %s changes nothing"):format(operation.name), level + 1) end
  return operation
end

return difference
