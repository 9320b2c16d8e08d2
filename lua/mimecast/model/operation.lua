--- Operations: the service as data, one file per family, one table per operation.
--
-- From an operation's table come the function and all its checks: a new endpoint is one more table.
local core = require "mimecast.core"
local families = require "mimecast.operations.families"
local json = require "mimecast.json"
local lazy = require "mimecast.base.lazy"
local record = require "mimecast.model.result"

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

-- The texts in an item that must not show in an error.
local function secrets_of(secret_wires, item, list)
  for _, wire in ipairs(secret_wires) do
    local value = item[wire]
    if type(value) == "string" and value ~= "" then list[#list + 1] = value end
  end
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
  operation.result_metatable = record.metatable(operation.output)
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

-- The field of a path that would lead to another one; nil where there is none.
local function dots_in_path(operation, item)
  for wire in operation.path:gmatch "{([%w_]+)}" do
    if item[wire] == "." or item[wire] == ".." then return operation.names[wire] or wire, "must not be . or .." end
  end
  return nil
end

--- The wire item of an input, or all that is wrong with it: the fields one by one, and the rule between them.
---@param operation mimecast.Operation
---@param input table
---@param from_file? boolean it is of a file or of the command line, where a number is no date
---@return table? item
---@return table[]? problems field, code, message, order
function operations.prepare(operation, input, from_file)
  local item, problems = operation.input_schema:encode(input, from_file)
  if not item then return nil, problems end
  local field, message
  if operation.check then field, message = operation.check(item) end
  if operation.protocol == "rest" and not field then field, message = dots_in_path(operation, item) end
  if field then return nil, { { field = field, code = "invalid_value", message = message, order = 0 } } end
  return item
end

--- How people name an item: by the fields that tell items apart.
---@param operation mimecast.Operation
---@param item table wire table
---@return string? key nil where the operation has no such fields
function operations.key_of(operation, item)
  local wires = operation.key_wires
  if #wires == 1 then return item[wires[1]] end
  local parts = {}
  for _, name in ipairs(wires) do parts[#parts + 1] = item[name] end
  return #parts > 0 and table.concat(parts, " ") or nil
end

--- Whether an item changes anything. An operation that does not say so is one that does.
---@param operation mimecast.Operation
---@param item table wire table
---@return boolean
function operations.changes(operation, item)
  if operation.writes == false then return false end
  if not operation.readWhenOnlyKey then return true end
  for wire in pairs(item) do
    if wire ~= operation.key_wires[1] then return true end
  end
  return false
end

--- The passwords and the like in wire items.
---@param operation mimecast.Operation
---@param items table[]
---@return string[]
function operations.secrets(operation, items)
  local list = {}
  if #operation.secret_wires > 0 then
    for _, item in ipairs(items) do secrets_of(operation.secret_wires, item, list) end
  end
  return list
end

--- Whether wire items hold a field that may not be sent again late.
---@param operation mimecast.Operation
---@param items? table[]
---@return boolean
function operations.is_replay_unsafe(operation, items)
  for _, wire in ipairs(operation.replay_unsafe_wires or {}) do
    for _, item in ipairs(items or {}) do
      if item[wire] ~= nil then return true end
    end
  end
  return false
end

--- What is needed to read the answer to a request.
---@param operation mimecast.Operation
---@param items table[] its wire tables
---@return table call as a protocol's `decode(response, call)` takes it
function operations.call(operation, items)
  local keys = {}
  for i, item in ipairs(items) do keys[i] = operations.key_of(operation, item) end
  return {
    items = items,
    keys = keys,
    operation = operation,
    output = operation.output_schema,
    names = operation.names,
    rows = operation.resultKey,
    secrets = operations.secrets(operation, items),
  }
end

-- Functions by name: the operation, its family, and how the function calls it.
local functions = {}

local function register(family, name, operation)
  operation.name = name
  operations.define(operation)
  functions[name] = { operation = operation, family = family, kind = operation.resultKey and "list" or "one" }
  if operation.batchName then functions[operation.batchName] = { operation = operation, family = family, kind = "many" } end
  if operation.paginator then functions[operation.paginator] = { operation = operation, family = family, kind = "pages" } end
end

local read = 0 -- how many of the families are

-- A family counts as read when all of it is there: what fails meanwhile is tried again next time.
local function read_next()
  local family = families[read + 1]
  for name, operation in pairs(lazy("mimecast.operations." .. family)) do register(family, name, operation) end
  read = read + 1
end

--- The operation behind a function's name.
---@param name string
---@return mimecast.Operation? operation nil where there is none
---@return "one"|"many"|"list"|"pages"|nil kind what the function takes and returns
function operations.find(name)
  while not functions[name] and read < #families do read_next() end
  local found = functions[name]
  if not found then return nil end
  return found.operation, found.kind
end

-- A path of an operation as a pattern: names in braces stand for one part each.
local function path_pattern(path)
  return "^" .. path:gsub("[%-%.]", "%%%0"):gsub("{[%w_]+}", "[^/]+") .. "$"
end

--- Whether a call is known to change nothing: a GET, or the path of operations that all only read.
---@param method string
---@param path string
---@return boolean
function operations.only_reads(method, path)
  if method == "GET" then return true end
  while read < #families do read_next() end
  local known = false
  for _, found in pairs(functions) do
    local operation = found.operation
    if operation.method == method and path:find(path_pattern(operation.path)) then
      if operation.writes ~= false then return false end
      known = true
    end
  end
  return known
end

--- Adds an operation of the program's own, with the same checks as the module's. Raises for a table that is wrong and
-- for a name that is taken.
---@param operation mimecast.Operation with its name
function operations.add(operation)
  local name = operation.name
  for _, own in ipairs { name or "", operation.batchName or "x", operation.paginator or "x" } do
    if type(own) ~= "string" or not own:find("^[a-z][a-z%d_]*$") then error("an operation's name is in snake_case", 0) end
    if operations.find(own) then error(("there is an operation %s already"):format(own), 0) end
  end
  if type(operation.path) ~= "string" or not operation.path:find("^/[A-Za-z0-9%-%._~/{}]*$") then
    error(name .. ": the path is not one, like /api/user/update-user", 0)
  end
  operations.check_keys(operation)
  register("own", name, operation)
end

--- Families and the names of their functions, both sorted; a program's own operations are the family "own".
---@return table[] families each { name =, functions = {…} }
function operations.families()
  while read < #families do read_next() end
  local by_family, list = {}, {}
  for name, found in pairs(functions) do
    local family = by_family[found.family]
    if not family then
      family = { name = found.family, functions = {} }
      by_family[found.family], list[#list + 1] = family, family
    end
    table.insert(family.functions, name)
  end
  for _, family in ipairs(list) do table.sort(family.functions, core.before) end
  table.sort(list, function(x, y) return core.before(x.name, y.name) end)
  return list
end

--- The names of all functions, sorted.
---@return string[]
function operations.names()
  local list = {}
  for _, family in ipairs(operations.families()) do
    for _, name in ipairs(family.functions) do list[#list + 1] = name end
  end
  table.sort(list, core.before)
  return list
end

return operations
