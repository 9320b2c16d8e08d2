--- Compares the settings of a row with those of its account.
local core = require "mimecast.core"
local group_members = require "mimecast.bulk.group_members"
local json = require "mimecast.json"
local registry = require "mimecast.model.registry"

local diff = {}

local max_old_bytes = 16384 -- no setting takes more than 4,096 characters of four bytes

-- The names of the input fields that the test accepts, as a set.
local function field_names(operation, test)
  local names = {}
  for _, field in ipairs(operation.input) do
    if test(field) then names[field.name] = true end
  end
  return names
end

--- Collects what a comparison of rows needs to know of an operation.
---@param operation mimecast.Operation
---@param batch_size? integer the client's option batchSize
---@return table model
function diff.model(operation, batch_size)
  return {
    operation = operation,
    batch = operation.batch == 1 and 1 or math.floor(batch_size or operation.batch),
    key = operation.readWhenOnlyKey and operation.key or nil, -- a write-only operation has no key to read by
    secret = field_names(operation, function(field) return field.secret end),
    replay_unsafe = field_names(operation, function(field) return field.replayUnsafe end),
  }
end

--- Splits a wire item into settings by Lua name and the names of its secrets.
---@param model table
---@param item table
---@return table set
---@return string[]? secrets
function diff.settings(model, item)
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

--- Tells whether an account has all settings that a row asks for.
---@param row table set
---@param current table
---@return boolean
function diff.is_equal(row, current)
  for name, value in pairs(row.set) do
    if current[name] ~= value then return false end
  end
  return true
end

-- Tells whether a plan keeps an old value for undo. No operation takes a larger value, and no journal record holds one.
local function is_restorable(value)
  if value == nil or type(value) == "boolean" then return true end
  local ok, text = pcall(json.encode, value) -- JSON has no NaN and no infinity
  return ok and #text <= max_old_bytes
end

--- Returns the fields of a row whose value is not the expected one, sorted. A value that no plan keeps is not compared.
---@param set table the settings of the row
---@param expected table by name
---@param current table
---@return string[] names
function diff.changed(set, expected, current)
  local names = {}
  for name in pairs(set) do
    local value = current[name]
    if value ~= expected[name] and type(value) ~= "table" and is_restorable(value) then names[#names + 1] = name end
  end
  table.sort(names, core.before)
  return names
end

--- Returns the values that a row overwrites, as far as they can be restored.
---@param set table
---@param current table
---@return table? old nil if there are none
function diff.old_values(set, current)
  local old = {}
  for name in pairs(set) do
    if is_restorable(current[name]) then old[name] = current[name] end
  end
  return next(old) ~= nil and old or nil
end

local function format_value(value)
  return value == nil and "not set" or core.printable(tostring(value), 100)
end

--- Formats why a row is skipped: "accountDisabled was false when the plan was made, and is true now".
---@param name string
---@param before any
---@param now any
---@param at string
---@return string
function diff.drift_message(name, before, now, at)
  return ("%s was %s %s, and is %s now"):format(name, format_value(before), at, format_value(now))
end

--- Reduces a row to the settings that differ from the account's. An unchanged row keeps its settings.
---@param row table set, secrets
---@param current table
---@return table row with old, and action change or unchanged
function diff.reduce(row, current)
  local set = {}
  for name, value in pairs(row.set) do
    if current[name] ~= value then set[name] = value end
  end
  row.action = (next(set) ~= nil or row.secrets) and "change" or "unchanged"
  if row.action == "change" then row.set, row.old = set, diff.old_values(set, current) end
  return row
end

--- Makes the row of a plan, before the account is read.
---@param model table
---@param number integer
---@param key string
---@param item table wire item
---@param line? integer of the input file
function diff.row(model, number, key, item, line)
  local set, secrets = diff.settings(model, item)
  return { row = number, line = line, key = key, set = set, secrets = secrets,
    action = (next(set) ~= nil or secrets) and "change" or "unchanged" }
end

--- Finds an operation for a bulk run. Raises if it does not exist, iterates over pages, or changes nothing.
---@param name? string update_user by default
---@param level integer
---@return mimecast.Operation
function diff.operation(name, level)
  local composed = type(name) == "string" and group_members.find(name)
  if composed then return composed end
  local operation, kind = registry.find(name or "update_user")
  if not operation or kind == "paginator" then
    error(("mimecast: no bulk operation is named %s"):format(tostring(name)), level + 1)
  end
  if not operation.writes then error(("mimecast: %s changes nothing"):format(operation.name), level + 1) end
  return operation
end

return diff
