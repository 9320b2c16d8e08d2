--- The reverse of a run: a plan from the old values that its journal holds.
local difference = require "mimecast.bulk.plan.diff"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local journals = require "mimecast.bulk.journal"
local wire_item = require "mimecast.model.wire_item"
local plans = require "mimecast.bulk.plan"
local tenants = require "mimecast.bulk.tenant_id"

local undo = {}

local most_listed = 100

-- Leaves of a row's former values what the operation takes; the names of the others go into `lost`. The service may have
-- written what nobody can send: a text that is too long, a date in milliseconds.
local function drop_invalid(model, values, lost)
  if wire_item.prepare(model.operation, values) then return values end
  local valid, some = { [model.key] = values[model.key] }, false
  for name, value in pairs(values) do
    if name ~= model.key then
      local fits = wire_item.prepare(model.operation, { [model.key] = values[model.key], [name] = value })
      if fits then valid[name], some = value, true else lost[#lost + 1] = name end
    end
  end
  return some and valid or nil
end

-- Whether U+FFFD stands in a text for what a response could not say: what was there before is not known.
local function is_damaged(value)
  return type(value) == "string" and value:find("\239\191\189", 1, true) ~= nil
end

-- What of a row can be put back, and the names of what cannot.
local function reverse(model, record)
  local values, lost = { [model.key] = record.key }, {}
  local old, some = record.old or {}, false
  local names = record.changed or {}
  for name in pairs(old) do
    if not record.changed then names[#names + 1] = name end
  end
  for _, name in ipairs(names) do
    if old[name] == nil or is_damaged(old[name]) or model.late[name] or model.secret[name] then
      lost[#lost + 1] = name
    else
      values[name], some = old[name], true
    end
  end
  values = some and drop_invalid(model, values, lost) or nil
  table.sort(lost, core.before)
  return values, #lost > 0 and lost or nil
end

-- Lists what cannot be put back: fields of a row, or all of it where nobody knows whether it was changed.
local function lose(list, row, key, fields)
  list.count = list.count + 1
  if #list < most_listed then
    list[#list + 1] = { row = math.floor(row), key = key, fields = fields, unknown = not fields or nil }
  end
end

local function lose_unknown(list, keys)
  local rows = {}
  for row in pairs(keys) do rows[#rows + 1] = row end
  table.sort(rows)
  list.unknown = #rows
  for _, row in ipairs(rows) do lose(list, row, keys[row]) end
end

-- The reverse rows of a journal, one after the other; what cannot be reversed goes into `list`.
local function rows_of(model, next_record, list)
  local open = {} -- row -> key, of those that were sent and have no result so far
  return function()
    for record, message, err in next_record do
      if record == false then
        list.err = err
        return false, message
      end
      open[record.row] = (record.state == "sent" or record.state == "unknown") and record.key or nil
      if record.state == "ok" then
        local values, lost = reverse(model, record)
        if lost then lose(list, record.row, record.key, lost) end
        if values then return values end
      end
    end
    lose_unknown(list, open)
    return nil
  end
end

local function refuse(operation)
  return nil, errors.new { category = "usage", code = "not_reversible",
    message = ("%s cannot be undone: what was there before is not known"):format(operation) }
end

local function check_tenant(client, header)
  local own, err = tenants.of(client)
  if not own then return nil, err end
  return tenants.compare(header.tenant or {}, own)
end

--- Makes the reverse plan of a journal.
---@param client table
---@param options table journal, and what `plan` takes besides input and operation
---@param level integer
---@return mimecast.Plan? plan its `irreversible` lists what cannot be reversed: count, unknown (how many of them have no
--- result), and the first hundred rows, each with row, key and fields, or unknown = true
---@return mimecast.Error? err
function undo.plan(client, options, level)
  if type(options) ~= "table" or type(options.journal) ~= "string" then
    error("mimecast: undo needs a journal, the path of a file", level + 1)
  end
  local busy = journals.in_use(options.journal)
  if busy then return nil, busy end
  local next_record, header, err = journals.read(options.journal)
  if not next_record then return nil, err end
  local model = difference.model(difference.operation(header.operation, level + 1), client:info())
  if not model.key then return refuse(header.operation) end
  local ok
  ok, err = check_tenant(client, header)
  if not ok then return nil, err end
  local list, copy = { count = 0, unknown = 0 }, {}
  for name, value in pairs(options) do copy[name] = value end
  copy.journal, copy.operation, copy.input = nil, header.operation, rows_of(model, next_record, list)
  local plan
  plan, err = plans.make(client, copy, level + 1)
  if not plan then return nil, list.err or err end
  plan.irreversible = list
  return plan
end

return undo
