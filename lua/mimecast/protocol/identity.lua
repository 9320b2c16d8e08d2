--- Checks that a response names the requested item.
--
-- A response with another name belongs to another request (bytes left on a connection), or the service has resolved an alias
-- to its primary address. Only a read of the same address on a new connection can tell which.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local headers = require "mimecast.protocol.headers"
local redact = require "mimecast.base.redact"
local registry = require "mimecast.model.registry"
local wire_item = require "mimecast.model.wire_item"

local identity = {}

--- Returns whether two values are the same, texts without regard to case.
---@param value any
---@param other any
---@return boolean
function identity.same(value, other)
  return value == other
    or (type(value) == "string" and type(other) == "string" and core.fold(value) == core.fold(other))
end

local same = identity.same

--- Returns the name in an object that none of the requested items has. An object without identifying fields names no item. A
--- secure id can be written in several ways, so it only counts if the item has no other key.
---@param object any a result, or the key of a failure
---@param context table items, operation
---@return string? name
function identity.foreign_name(object, context)
  if type(object) ~= "table" then return nil end
  local name
  for _, item in ipairs(context.items) do
    local differs = false
    for _, wire in ipairs(context.operation.identifying_wires) do
      local value = object[wire]
      if type(value) == "string" and item[wire] ~= nil and not same(value, item[wire]) then name, differs = value, true end
    end
    if not differs then return nil end
  end
  return name
end

--- Makes the error value of an item whose response names another item. It shows no part of the response, which may hold
--- another person's data and another call's password.
---@param response table
---@param context table
---@param key? string the requested item
---@param name string in the response
---@return mimecast.Error
function identity.foreign_error(response, context, key, name)
  return errors.new {
    category = "protocol", code = "foreign_response", status = response.status, key = key,
    message = ("%sthe response names %s, which was not requested"):format(key and key .. ": " or "",
      redact(name, context.secrets)),
    hint = "the change may have been made: read the account before you repeat it; if the address is an alias, use its"
      .. " primary address",
    requestId = headers.request_id(response), outcome = "unknown",
  }
end

-- Returns the operation that reads the account of an address; nil if there is none. A new object has no other name, and an
-- id is never resolved.
local function reader_of(operation)
  if not operation.named_after then return nil end
  if operation.readWhenOnlyKey or operation.writes == false then return operation end
  if operation.idempotent and operation.key == "email" then return (registry.find "read_user") end
  return nil
end

--- Returns whether a result of an operation can have `resolvedFrom`.
---@param operation mimecast.Operation
---@return boolean
function identity.can_resolve(operation)
  return reader_of(operation) ~= nil
end

-- Returns whether an account has the settings that an item asks for, as far as they can be read.
local function has_requested_settings(operation, item, value)
  local requested = operation.output_schema:decode(item)
  if not requested then return false end
  for name, setting in pairs(requested) do
    if name ~= operation.key and type(setting) ~= "table" and value[name] ~= nil and value[name] ~= setting then
      return false
    end
  end
  return true
end

-- Returns the outcome of an item after the read; nil if it stays unknown.
local function resolve_alias(operation, reader, item, first_results, second_results)
  for name, object in pairs(second_results) do
    if first_results[name] then
      local value = operation.output_schema:decode(reader == operation and object or first_results[name])
      if not value or (reader == operation and not has_requested_settings(operation, item, value)) then return nil end
      value.resolvedFrom = item[operation.key_wires[1]]
      return value
    end
  end
  return nil
end

-- Returns the outcome of an item, or the error of the second read; nil if nothing changes.
local function resolve_item(operation, reader, item, results, connection)
  local writes = wire_item.is_write(operation, item)
  if writes and next(results) == nil then return nil end -- a read cannot replace the result of a write
  local read_item = writes and wire_item.prepare(reader, { [reader.key] = item[operation.key_wires[1]] }) or item
  local outcome, foreign = connection.read(reader, read_item)
  -- A second response with the requested name settles a read, but not a write.
  if not foreign then return not writes and outcome or nil end
  local resolved = resolve_alias(operation, reader, item, results, foreign.results)
  if not resolved then connection.reset() end
  return resolved
end

--- Resolves the items whose response names another item: reads each of them once on a new connection. If the read names the
--- same other item, it is an alias, and the result has `resolvedFrom`. A write is never repeated.
---@param operation mimecast.Operation
---@param items table[]
---@param outcomes? table of the items; changed
---@param foreign table items (positions), results (objects by their folded name)
---@param connection table reset() closes all connections, read(operation, item) returns the outcome and the `foreign` of
--- the second response
function identity.resolve(operation, items, outcomes, foreign, connection)
  connection.reset()
  local reader = outcomes and reader_of(operation)
  for _, i in ipairs(reader and foreign.items or {}) do
    outcomes[i] = resolve_item(operation, reader, items[i], foreign.results, connection) or outcomes[i]
  end
end

return identity
