--- Operations: the service as data, one file per family, one table per operation.
--
-- From an operation's table come the function and all its checks: a new endpoint is one more table.
local core = require "mimecast.core"
local json = require "mimecast.json"
local result = require "mimecast.model.result"

local operations = {}

local function compile(fields)
  local definitions, order = {}, {}
  for i, field in ipairs(fields) do
    local definition = {}
    for key, value in pairs(field) do definition[key] = value end
    definition.wire = field.wire or field.name
    if field.fields then definition.shape = compile(field.fields) end
    if field.item then
      local item = { name = "item" }
      for key, value in pairs(field.item) do item[key] = value end
      definition.shape = compile { item }
    end
    definitions[i], order[i] = definition, definition.wire
  end
  return core.schema(definitions, json.object(order, true), json.array_mt)
end

---@class mimecast.Field
---@field name string the name in Lua, in camelCase
---@field wire? string the name on the wire, where it is another one
---@field label? string the name on the workflow card
---@field type "text"|"email"|"boolean"|"datetime"|"integer"|"enum"|"list"|"object"|"any"
---@field text string its definition
---@field required? boolean of an input field
---@field secret? boolean its value must not show: a password
---@field replayUnsafe? boolean a call with it is not retried long after a lost response: that could undo a later change
---@field min? number of characters, of items, or of the number itself
---@field max? number
---@field values? string[] those of an enum
---@field item? mimecast.Field what a list holds, without a name
---@field fields? mimecast.Field[] those of an object
---@field id? boolean an id of the service's own: the same object can come back under another one
---@field location? "path"|"query"|"body"|"header" its part of the request, for the protocols rest and upload

---@class mimecast.Operation
---@field name string the function's name
---@field path string with the names of path fields in braces under the protocol "rest"
---@field method? string default POST
---@field protocol? "envelope"|"rest"|"upload" items in data[] (default), plain JSON with path and query, or a file
---@field api? "1.0"|"2.0" the only generation that has it
---@field unavailableReason? string why the other generation lacks it, and what to use instead
---@field summary string
---@field note? string what a user must know besides
---@field card? string the label of the workflow card
---@field source? string where its facts are from, see doc/adding-an-operation.md
---@field product string Mimecast's product that an application needs under API 2.0
---@field permission string the permission that the role needs
---@field writes boolean whether it changes anything
---@field idempotent boolean whether doing it twice is the same as doing it once
---@field batch? integer how many items a request takes, default 1
---@field batchName? string the name of the function that takes a list
---@field key? string the field that tells items apart, in the service's failures and in its results
---@field keys? string[] the fields that do together, where its results do not have them
---@field readWhenOnlyKey? boolean with only its key it reads the settings and changes nothing
---@field resultKey? string|true the response is a list: under this name, or data[] itself (true)
---@field nested? string with resultKey = true: an entry of data[] that holds a list under this name is that list
---@field paginator? string the name of the function that iterates over all pages
---@field undocumentedOutput? boolean the response is not documented: its fields keep their wire names
---@field input? mimecast.Field[] input fields
---@field output? mimecast.Field[] output fields; of a row, if the response is a list
---@field check? fun(item: table): string?, string? a rule between fields, over the wire table: field and message
---@field add_hint? fun(item: table, err: mimecast.Failure) adds a hint that needs the item's wire table
---@field example? table an input
---@field examples? table[] inputs, where fields exclude each other

local operation_keys = {
  "name", "path", "method", "protocol", "api", "unavailableReason", "summary", "note", "card", "product", "permission",
  "source", "writes", "idempotent", "batch", "batchName", "key", "keys", "readWhenOnlyKey", "resultKey", "nested",
  "paginator", "undocumentedOutput", "input", "output", "check", "add_hint", "example", "examples",
}
local field_keys = {
  "name", "wire", "label", "type", "text", "required", "secret", "replayUnsafe", "min", "max", "values", "item", "fields",
  "id", "location",
}

-- Raises for a key that is not in the list.
local function check_keys(table_, keys, where)
  local is_key = {}
  for _, key in ipairs(keys) do is_key[key] = true end
  for key in pairs(table_) do
    if not is_key[key] then
      local nearest = core.suggest(tostring(key), keys)
      error(("%s: unknown key %s%s"):format(where, tostring(key), nearest and "; did you mean " .. nearest .. "?"
        or "; see doc/adding-an-operation.md"), 0)
    end
  end
end

local check_field_keys

local function check_fields_keys(fields, where)
  for _, field in ipairs(fields or {}) do check_field_keys(field, where .. "." .. tostring(field.name)) end
end

function check_field_keys(field, path)
  check_keys(field, field_keys, path)
  check_fields_keys(field.fields, path)
  if field.item then check_field_keys(field.item, path .. "[]") end
end

--- Raises for an unknown key of an operation's table or of its fields.
---@param operation mimecast.Operation before it is defined
function operations.check_keys(operation)
  check_keys(operation, operation_keys, tostring(operation.name))
  check_fields_keys(operation.input, operation.name .. " input")
  check_fields_keys(operation.output, operation.name .. " output")
end

-- What every paged operation takes besides its own fields.
local function paging_fields(operation)
  local most = operation.protocol == "rest" and 100 or 500 -- a page's size on the wire (mimecast-api 4)
  return {
    { name = "limit", type = "integer", min = 1, location = "page", text = "how many rows at most; a list has 500 by default" },
    { name = "pageSize", type = "integer", min = 1, max = most, location = "page",
      text = ("rows of a page, at most %d (default)"):format(most) },
    { name = "cursor", type = "text", location = "page", text = "where to go on, from an iterator's cursor()" },
  }
end

-- The output's fields, and the secrets of the input: should the service repeat one, it is known as such and dropped.
local function with_secrets(output, input)
  local list, known = {}, {}
  for i, field in ipairs(output) do list[i], known[field.wire or field.name] = field, true end
  for _, field in ipairs(input) do
    if field.secret and not known[field.wire or field.name] then list[#list + 1] = field end
  end
  return list
end

-- The fields that tell an item apart from others: ids only where there is nothing else (mimecast-api 11).
local function identifying_wires(key_wires, id_wires)
  local list = {}
  for _, wire in ipairs(key_wires) do
    if not id_wires[wire] then list[#list + 1] = wire end
  end
  return #list > 0 and list or key_wires
end

-- A field's name in the output.
local function name_of(output, wire)
  for _, field in ipairs(output) do
    if (field.wire or field.name) == wire then return field.name end
  end
  return wire
end

local protocols = { envelope = true, rest = true, upload = true }

local function complete(operation)
  operation.method = operation.method or "POST"
  operation.protocol = operation.protocol or "envelope"
  operation.batch = operation.batch or 1
  operation.rate_key = operation.method .. " " .. operation.path -- what API 2.0 counts the rate of (mimecast-api 11)
  operation.input, operation.output = operation.input or {}, operation.output or {}
  if not protocols[operation.protocol] then error("protocol must be envelope, rest or upload", 0) end
  if operation.paginator and not operation.resultKey then error("paginator needs resultKey", 0) end
  if operation.nested and (operation.resultKey ~= true or operation.protocol ~= "envelope") then
    error("nested needs resultKey = true and protocol envelope", 0)
  end
end

--- Makes an operation from its table. Raises where the table itself is wrong.
---@param operation mimecast.Operation
---@return mimecast.Operation
function operations.define(operation)
  complete(operation)
  local fields = {}
  for i, field in ipairs(operation.input) do fields[i] = field end
  for _, field in ipairs(operation.paginator and paging_fields(operation) or {}) do fields[#fields + 1] = field end
  operation.all_fields = fields
  operation.input_schema = compile(fields)
  operation.output_schema = compile(with_secrets(operation.output, operation.input))
  operation.result_metatable = result.metatable(operation.output)
  operation.names, operation.secret_wires, operation.replay_unsafe_wires = {}, {}, {}
  for _, list in ipairs { operation.output, fields } do
    for _, field in ipairs(list) do operation.names[field.wire or field.name] = field.name end
  end
  local wires, id_wires = {}, {}
  for _, field in ipairs(fields) do
    wires[field.name] = field.wire or field.name
    if field.id then id_wires[wires[field.name]] = true end
    if field.required then operation.needs_input = true end
    if field.secret then table.insert(operation.secret_wires, wires[field.name]) end
    if field.replayUnsafe then table.insert(operation.replay_unsafe_wires, wires[field.name]) end
  end
  operation.key_wires, operation.address_wires = {}, {}
  for i, name in ipairs(operation.keys or { operation.key }) do operation.key_wires[i] = wires[name] end
  for _, field in ipairs(operation.keys and fields or {}) do
    local wire = field.type == "email" and wires[field.name]
    for _, key in ipairs(operation.key_wires) do
      if key == wire then table.insert(operation.address_wires, wire) end
    end
  end
  operation.identifying_wires = identifying_wires(operation.key_wires, id_wires)
  operation.key_in_output = operation.key ~= nil and not operation.resultKey
  local key = operation.key_in_output and operation.key_wires[1] or nil
  operation.named_after = key and not id_wires[key] and name_of(operation.output, key) or nil
  operation.may_be_empty = operation.undocumentedOutput or #operation.output == 0
  return operation
end

return operations
