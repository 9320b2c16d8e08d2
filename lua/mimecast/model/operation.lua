--- Turns the table of an operation into an operation: compiles its fields and derives what each call needs.
--
-- The service is data: one file for each family in mimecast.operations, one table for each operation.
local check = require "mimecast.config.check"
local core = require "mimecast.core"
local json = require "mimecast.json"
local result = require "mimecast.model.result"
local wire_item = require "mimecast.model.wire_item"

local operations = {}

---@class mimecast.Field
---@field name string name in Lua, in camelCase
---@field wire? string name in the API, if it differs
---@field label? string name on the workflow card
---@field type "text"|"email"|"boolean"|"datetime"|"integer"|"enum"|"list"|"object"|"any"
---@field text string definition
---@field required? boolean the input must have it
---@field secret? boolean a password or the like: never shown
---@field replayUnsafe? boolean a call with it is not retried long after a lost response: that could undo a later change
---@field min? number of characters, of items, or of the number itself
---@field max? number
---@field values? string[] values of an enum
---@field item? mimecast.Field item of a list, without a name
---@field fields? mimecast.Field[] fields of an object
---@field id? boolean an id of the service, which can write the id of the same object in another way
---@field group? boolean an input field that takes the id of a profile group; the command accepts a name instead
---@field location? "path"|"query"|"body"|"header" part of the request, for the protocols rest and upload

---@class mimecast.Operation
---@field name string the function's name
---@field path string with the names of path fields in braces under the protocol "rest"
---@field method? string default POST
---@field protocol? "envelope"|"rest"|"upload" items in data[] (default), plain JSON with path and query, or a file
---@field api? "1.0"|"2.0" the only generation that has it
---@field unavailableReason? string why the other generation lacks it, and what to use instead
---@field summary string
---@field note? string further facts that a user needs
---@field card? string label of the workflow card
---@field source? string where its facts come from, see doc/adding-an-operation.md
---@field product string Mimecast's product that an application needs under API 2.0
---@field permission string the permission that the role needs
---@field writes boolean whether it changes anything
---@field idempotent boolean whether a repeated call has the same effect
---@field batch? integer largest number of items in a request, default 1
---@field batchName? string name of the function that takes a list
---@field key? string the field that identifies an item, in the service's failures and in its results
---@field keys? string[] the fields that identify an item, if the results do not have them
---@field readWhenOnlyKey? boolean an item with only its key reads the settings and changes nothing
---@field resultKey? string|true the response is a list: under this name, or data[] itself (true)
---@field nested? string with resultKey = true: an entry of data[] that holds a list under this name is that list
---@field paginator? string name of the function that iterates over all pages
---@field settingsOutput? mimecast.Field[] further fields of a row, if the input `settings` asks for each account's settings
---@field undocumentedOutput? boolean the response is not documented: its fields keep their wire names
---@field input? mimecast.Field[] input fields
---@field output? mimecast.Field[] output fields; of a row, if the response is a list
---@field check? fun(item: table): string?, string? a rule between fields of the wire item: returns field and message
---@field add_hint? fun(item: table, err: mimecast.Error) adds a hint that needs the wire item
---@field example? table an input
---@field examples? table[] inputs, if fields exclude each other

local operation_keys = {
  "name", "path", "method", "protocol", "api", "unavailableReason", "summary", "note", "card", "product", "permission",
  "source", "writes", "idempotent", "batch", "batchName", "key", "keys", "readWhenOnlyKey", "resultKey", "nested",
  "paginator", "settingsOutput", "undocumentedOutput", "input", "output", "check", "add_hint", "example", "examples",
}
local field_keys = {
  "name", "wire", "label", "type", "text", "required", "secret", "replayUnsafe", "min", "max", "values", "item", "fields",
  "id", "group", "location",
}

-- ---- unknown keys ----

local function check_keys(definition, keys, path)
  local is_key = {}
  for _, key in ipairs(keys) do is_key[key] = true end
  for key in pairs(definition) do
    if not is_key[key] then
      error(("%s: unknown key %s; %s"):format(path, tostring(key),
        check.suggestion(key, keys) or "see doc/adding-an-operation.md"), 0)
    end
  end
end

local check_fields

local function check_field(field, path)
  check_keys(field, field_keys, path)
  check_fields(field.fields, path)
  if field.item then check_field(field.item, path .. "[]") end
end

function check_fields(fields, path)
  for _, field in ipairs(fields or {}) do check_field(field, path .. "." .. tostring(field.name)) end
end

--- Raises for an unknown key of an operation's table or of its fields.
---@param operation mimecast.Operation before `define`
function operations.check_keys(operation)
  check_keys(operation, operation_keys, tostring(operation.name))
  check_fields(operation.input, operation.name .. " input")
  check_fields(operation.output, operation.name .. " output")
end

-- ---- fields ----

local function wire_of(field) return field.wire or field.name end

local function compile(fields)
  local definitions, order = {}, {}
  for i, field in ipairs(fields) do
    local definition = {}
    for key, value in pairs(field) do definition[key] = value end
    definition.wire = wire_of(field)
    if field.fields then definition.schema = compile(field.fields) end
    if field.item then
      local item = { name = "item" }
      for key, value in pairs(field.item) do item[key] = value end
      definition.schema = compile { item }
    end
    definitions[i], order[i] = definition, definition.wire
  end
  return core.schema(definitions, json.object(order, true), json.array_mt)
end

-- The input fields of every paged operation.
local function paging_fields(operation)
  local max = operation.protocol == "rest" and 100 or 500 -- page size of the service (mimecast-api 4)
  return {
    { name = "limit", type = "integer", min = 1, location = "page",
      text = "largest number of rows; 500 for a list by default" },
    { name = "pageSize", type = "integer", min = 1, max = max, location = "page",
      text = ("rows in a page, at most %d (default)"):format(max) },
    { name = "cursor", type = "text", location = "page", text = "where to continue, from an iterator's cursor()" },
  }
end

-- Makes the iterator read each account's settings (request/account_settings.lua).
local function settings_field()
  return { name = "settings", type = "boolean", location = "page", text = "true: read the settings of each account as well, by"
    .. " update_user without a change; needs its permission" }
end

-- Returns the fields of a row with settings. A table has a column for each: an error can be in a late row only.
local function settings_row(operation)
  local list = { all = true }
  for i, field in ipairs(operation.output) do list[i] = field end
  for _, field in ipairs(operation.settingsOutput) do list[#list + 1] = field end
  return list
end

local function input_fields(operation)
  local list = {}
  for i, field in ipairs(operation.input) do list[i] = field end
  if operation.settingsOutput then list[#list + 1] = settings_field() end
  for _, field in ipairs(operation.paginator and paging_fields(operation) or {}) do list[#list + 1] = field end
  return list
end

-- The output fields and the secret input fields: a secret that the service repeats is recognised and dropped.
local function with_secrets(output, input)
  local list, in_output = {}, {}
  for i, field in ipairs(output) do list[i], in_output[wire_of(field)] = field, true end
  for _, field in ipairs(input) do
    if field.secret and not in_output[wire_of(field)] then list[#list + 1] = field end
  end
  return list
end

local function output_name(output, wire)
  for _, field in ipairs(output) do
    if wire_of(field) == wire then return field.name end
  end
  return wire
end

-- Wire names of the fields that have a property.
local function wires_with(fields, property)
  local list = {}
  for _, field in ipairs(fields) do
    if field[property] then list[#list + 1] = wire_of(field) end
  end
  return list
end

-- ---- keys ----

-- The key fields that identify an item: an id only if there is no other key (mimecast-api 11).
local function identifying_wires(key_wires, is_id)
  local list = {}
  for _, wire in ipairs(key_wires) do
    if not is_id[wire] then list[#list + 1] = wire end
  end
  return #list > 0 and list or key_wires
end

local function add_keys(operation, fields)
  local by_name, is_id = {}, {}
  for _, field in ipairs(fields) do by_name[field.name] = field end
  for _, wire in ipairs(wires_with(fields, "id")) do is_id[wire] = true end
  operation.key_wires, operation.address_wires = {}, {}
  for _, name in ipairs(operation.keys or { operation.key }) do
    local field = by_name[name]
    if field then
      table.insert(operation.key_wires, wire_of(field))
      if operation.keys and field.type == "email" then table.insert(operation.address_wires, wire_of(field)) end
    end
  end
  operation.identifying_wires = identifying_wires(operation.key_wires, is_id)
  operation.key_in_output = operation.key ~= nil and not operation.resultKey
  local key = operation.key_in_output and operation.key_wires[1] or nil
  operation.named_after = key and not is_id[key] and output_name(operation.output, key) or nil
  -- The most items whose response a schema can read straight: results without names are one item's, and need no check.
  operation.most_plain = operation.resultKey and 0 or operation.named_after and math.huge
    or operation.address_wires[1] and 0 or 1
end

-- ---- operations ----

local protocols = { envelope = true, rest = true, upload = true }

local function add_defaults(operation)
  operation.method = operation.method or "POST"
  operation.protocol = operation.protocol or "envelope"
  operation.batch = operation.batch or 1
  operation.input, operation.output = operation.input or {}, operation.output or {}
end

local function check_combination(operation)
  if not protocols[operation.protocol] then error("protocol must be envelope, rest or upload", 0) end
  if operation.paginator and not operation.resultKey then error("paginator needs resultKey", 0) end
  if operation.nested and (operation.resultKey ~= true or operation.protocol ~= "envelope") then
    error("nested needs resultKey = true and protocol envelope", 0)
  end
end

-- Returns the rule between the fields of an item: the operation's, and under REST that of the path. Nil without a rule.
local function item_check(operation)
  local own_check = operation.check
  if operation.protocol ~= "rest" then return own_check end
  return function(item)
    local field, message
    if own_check then field, message = own_check(item) end
    if field then return field, message end
    return wire_item.dots_in_path(operation, item)
  end
end

--- Makes an operation from its table. Raises if the table is wrong.
---@param operation mimecast.Operation
---@return mimecast.Operation
function operations.define(operation)
  add_defaults(operation)
  check_combination(operation)
  local fields = input_fields(operation)
  operation.all_fields = fields
  operation.check_item = item_check(operation)
  operation.settings_row = operation.settingsOutput and settings_row(operation)
  operation.input_schema = compile(fields)
  operation.output_schema = compile(with_secrets(operation.output, operation.input))
  operation.result_metatable = result.metatable(operation.output)
  operation.names = {}
  for _, list in ipairs { operation.output, fields } do
    for _, field in ipairs(list) do operation.names[wire_of(field)] = field.name end
  end
  operation.secret_wires = wires_with(fields, "secret")
  operation.replay_unsafe_wires = wires_with(fields, "replayUnsafe")
  operation.needs_input = #wires_with(fields, "required") > 0 or nil
  operation.may_be_empty = operation.undocumentedOutput or #operation.output == 0
  operation.rate_key = operation.method .. " " .. operation.path -- API 2.0 limits the rate of each (mimecast-api 11)
  add_keys(operation, fields)
  return operation
end

return operations
