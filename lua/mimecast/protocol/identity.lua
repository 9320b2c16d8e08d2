--- Holds an answer against the request: does it name the item that was asked for?
--
-- An answer under another name belongs to another request (bytes on a kept connection), or the service has resolved an
-- alias to its primary address. Only a read of the same address on a fresh connection tells the two apart.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local redact = require "mimecast.base.redact"
local registry = require "mimecast.model.registry"
local wire_item = require "mimecast.model.wire_item"

local identity = {}

local function same(value, other)
  return value == other or (type(value) == "string" and type(other) == "string" and core.fold(value) == core.fold(other))
end

identity.same = same

--- Whether an object names an item that the call does not have. An object without the fields that tell items apart names
--- no item; a secure id can be written in several ways, so it counts only where the item has no other key.
---@param object any a result, or the key of a failure
---@param call table items, operation
---@return string? name the name of the other item
function identity.other_name(object, call)
  if type(object) ~= "table" then return nil end
  local name
  for _, item in ipairs(call.items) do
    local differs = false
    for _, wire in ipairs(call.operation.identifying_wires) do
      local value = object[wire]
      if type(value) == "string" and item[wire] ~= nil and not same(value, item[wire]) then name, differs = value, true end
    end
    if not differs then return nil end
  end
  return name
end

--- The error value of an item whose answer names another item. It shows no part of the answer: the record of another
--- person can hold another call's password.
---@param response table
---@param call table
---@param key? string the item
---@param name string whom the answer names
---@return mimecast.Error
function identity.foreign(response, call, key, name)
  return errors.new {
    category = "protocol", code = "foreign_answer", status = response.status, key = key,
    message = ("%sthe answer names %s, which was not asked for"):format(key and key .. ": " or "",
      redact(name, call.secrets)),
    hint = "the change may have been made: read the account before you make it again; if the address is an alias, use its"
      .. " primary address",
    requestId = errors.request_id(response), outcome = "unknown",
  }
end

-- The operation that tells whose account an address is; nil where none can. What is new has no other name, and an id is
-- never resolved.
local function reader_of(operation)
  if not operation.named_after then return nil end
  if operation.readWhenOnlyKey or operation.writes == false then return operation end
  if operation.idempotent and operation.key == "email" then return (registry.find "read_user") end
  return nil
end

--- Whether a result of an operation can have `resolvedFrom`.
---@param operation mimecast.Operation
---@return boolean
function identity.can_resolve(operation)
  return reader_of(operation) ~= nil
end

-- Whether an account is set as an item asks for, in all that can be read.
local function is_as_asked(operation, item, value)
  local asked = operation.output_schema:decode(item)
  if not asked then return false end
  for name, wanted in pairs(asked) do
    if name ~= operation.key and type(wanted) ~= "table" and value[name] ~= nil and value[name] ~= wanted then return false end
  end
  return true
end

-- The result of an item whose answer named another item, after the read; nil where it stays unknown.
local function resolve(operation, reader, item, strangers, seen)
  for name, object in pairs(seen) do
    if strangers[name] then
      local value = operation.output_schema:decode(reader == operation and object or strangers[name])
      if not value or (reader == operation and not is_as_asked(operation, item, value)) then return nil end
      value.resolvedFrom = item[operation.key_wires[1]]
      return { value = value }
    end
  end
  return nil
end

-- One item: its result, the failure of a second read, or nil where it stays as it is.
local function settle_one(operation, reader, item, strangers, connection)
  local changes = wire_item.is_write(operation, item)
  if changes and next(strangers) == nil then return nil end -- no read can make up for a result
  local own = changes and wire_item.prepare(reader, { [reader.key] = item[operation.key_wires[1]] }) or item
  local outcome, seen = connection.read(reader, own)
  -- A read that is answered under its own name is settled, whatever it says; a change is not.
  if not seen then return not changes and outcome or nil end
  local found = resolve(operation, reader, item, strangers, seen.results)
  if not found then connection.reset() end
  return found
end

--- Settles the items whose answer named another item: reads each of them once on a fresh connection. A read that names
--- the same other item again means an alias; the result then has `resolvedFrom`. The change itself is never repeated.
---@param operation mimecast.Operation
---@param items table[]
---@param outcomes? table of the items; changed
---@param foreign table items (positions), results (objects by the name that they have, in lower case)
---@param connection table reset() (no connection that is open now carries another request), read(operation, item) (its
--- outcome, and what its answer has in the place of `foreign`)
function identity.settle(operation, items, outcomes, foreign, connection)
  connection.reset()
  local reader = outcomes and reader_of(operation)
  for _, i in ipairs(reader and foreign.items or {}) do
    outcomes[i] = settle_one(operation, reader, items[i], foreign.results, connection) or outcomes[i]
  end
end

return identity
