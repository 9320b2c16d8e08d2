--- Makes the reverse plan of a run, from the old values in its journal.
local core = require "mimecast.core"
local diff = require "mimecast.bulk.plan.diff"
local errors = require "mimecast.errors"
local journal = require "mimecast.bulk.journal"
local wire_item = require "mimecast.model.wire_item"
local plan = require "mimecast.bulk.plan"
local reading = require "mimecast.bulk.input.reading"
local tenant_id = require "mimecast.bulk.tenant_id"

local undo = {}

local max_listed = 100

-- Removes the old values that the operation rejects, such as a text that is too long or a date in milliseconds, and adds
-- their names to `lost`. The service may store values that it does not accept.
local function drop_invalid(model, values, lost)
  if wire_item.prepare(model.operation, values) then return values end
  local valid, any = { [model.key] = values[model.key] }, false
  for name, value in pairs(values) do
    if name ~= model.key then
      local is_valid = wire_item.prepare(model.operation, { [model.key] = values[model.key], [name] = value })
      if is_valid then valid[name], any = value, true else lost[#lost + 1] = name end
    end
  end
  return any and valid or nil
end

-- Tells whether a text holds U+FFFD, the replacement of damaged bytes in a response: the old value is not known then.
local function is_damaged(value)
  return type(value) == "string" and value:find("\239\191\189", 1, true) ~= nil
end

-- Returns the values that restore a row, and the names of the fields that cannot be restored.
local function reverse(model, record)
  local values, lost = { [model.key] = record.key }, {}
  local old, any = record.old or {}, false
  local names = record.changed or {}
  for name in pairs(old) do
    if not record.changed then names[#names + 1] = name end
  end
  for _, name in ipairs(names) do
    if old[name] == nil or is_damaged(old[name]) or model.replay_unsafe[name] or model.secret[name] then
      lost[#lost + 1] = name
    else
      values[name], any = old[name], true
    end
  end
  values = any and drop_invalid(model, values, lost) or nil
  table.sort(lost, core.before)
  return values, #lost > 0 and lost or nil
end

-- Lists what cannot be restored: fields of a row, or the whole row if its outcome is unknown.
local function list_irreversible(list, row, key, fields)
  list.count = list.count + 1
  if #list < max_listed then
    list[#list + 1] = { row = math.floor(row), key = key, fields = fields, unknown = not fields or nil }
  end
end

local function list_unknown(list, keys)
  local rows = {}
  for row in pairs(keys) do rows[#rows + 1] = row end
  table.sort(rows)
  list.unknown = #rows
  for _, row in ipairs(rows) do list_irreversible(list, row, keys[row]) end
end

-- Iterates over the reverse rows of a journal, and lists what cannot be restored.
local function reverse_rows(model, next_record, list)
  local unresolved = {} -- row -> key, of rows that were sent and have no result yet
  return function()
    for record, message, err in next_record do
      if record == false then
        list.err = err
        return false, message
      end
      unresolved[record.row] = (record.state == "sent" or record.state == "unknown") and record.key or nil
      if record.state == "ok" then
        local values, lost = reverse(model, record)
        if lost then list_irreversible(list, record.row, record.key, lost) end
        if values then return values end
      end
    end
    list_unknown(list, unresolved)
    return nil
  end
end

-- Returns a function that returns what the run has set in the account of each reverse row, in order.
local function expected_rows(model, path)
  local next_record, at = journal.read(path), 0
  return function(row)
    local expected
    while next_record and at < row do
      local record = next_record()
      if not record then return nil end
      if record.state == "ok" and reverse(model, record) then at, expected = at + 1, record.set end
    end
    return expected
  end
end

local function check_tenant(client, header)
  local tenant, err = tenant_id.read(client)
  if not tenant then return nil, err end
  return tenant_id.compare(header.tenant or {}, tenant)
end

--- Makes the reverse plan of a journal.
---@param client table
---@param options table journal, overwrite (restore also settings that changed since the run), and the options of plan except
--- input, operation and those that say how an input is read
---@param level integer
---@return mimecast.Plan? plan its `irreversible` lists what cannot be restored: count, unknown (the number of rows without a
--- result), and the first hundred rows, each with row, key and fields, or unknown = true
---@return mimecast.Error? err
function undo.plan(client, options, level)
  if type(options) ~= "table" or type(options.journal) ~= "string" then
    error("mimecast: undo needs a journal, the path of a file", level + 1)
  end
  for name in pairs(reading.options) do
    if options[name] ~= nil then error(("mimecast.undo: unknown option %s"):format(name), level + 1) end
  end
  local err = journal.in_use_error(options.journal)
  if err then return nil, err end
  local next_record, header
  next_record, header, err = journal.read(options.journal)
  if not next_record then return nil, err end
  local model = diff.model(diff.operation(header.operation, level + 1), client:info().batchSize)
  if not model.key then
    return nil, errors.new { category = "usage", code = "not_reversible",
      message = ("%s cannot be undone: the old values are not known"):format(header.operation) }
  end
  local ok
  ok, err = check_tenant(client, header)
  if not ok then return nil, err end
  local irreversible, plan_options = { count = 0, unknown = 0 }, {}
  for name, value in pairs(options) do plan_options[name] = value end
  plan_options.journal, plan_options.overwrite, plan_options.operation = nil, nil, header.operation
  plan_options.input = reverse_rows(model, next_record, irreversible)
  local made
  made, err = plan.make(client, plan_options, level + 1,
    not options.overwrite and expected_rows(model, options.journal) or nil)
  if not made then return nil, irreversible.err or err end
  made.irreversible = irreversible
  return made
end

return undo
