--- Operations: the service as data, one file per family, one table per operation.
--
-- From an operation's table come the function and all its checks: a new endpoint is one more table.
local core = require "mimecast.core"
local json = require "mimecast.json"

local operations = {}

-- Families and the functions in them: a family's file is read when one of its functions is first used.
local families = {
  user = { "update_user", "update_users" },
}

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
  return core.shape(definitions, json.object(order), json.array_mt)
end

-- The texts in an item that must not show in an error.
local function secrets_of(secret_wires, item, list)
  for _, wire in ipairs(secret_wires) do
    local value = item[wire]
    if type(value) == "string" and value ~= "" then list[#list + 1] = value end
  end
end

---@class mimecast.Operation
---@field name string the function's name
---@field path string
---@field method string
---@field summary string
---@field card? string the label of the workflow card
---@field product string Mimecast's product that an application needs under API 2.0
---@field permission string the permission that the role needs
---@field writes boolean whether it changes anything
---@field idempotent boolean whether doing it twice is the same as doing it once
---@field batch integer how many items a request takes
---@field many? string the name of the function that takes a list
---@field key? string the field that tells items apart
---@field fields table[] input fields
---@field answer table[] output fields
---@field advise? fun(item: table, err: mimecast.Failure) adds a hint that needs the item's wire table

--- Makes an operation from its table. Raises where the table itself is wrong.
---@param operation table
---@return mimecast.Operation
function operations.define(operation)
  operation.input = compile(operation.fields)
  operation.output = compile(operation.answer)
  operation.names, operation.secret_wires = {}, {}
  for _, list in ipairs { operation.answer, operation.fields } do
    for _, field in ipairs(list) do operation.names[field.wire or field.name] = field.name end
  end
  for _, field in ipairs(operation.fields) do
    if field.name == operation.key then operation.key_wire = field.wire or field.name end
    if field.secret then table.insert(operation.secret_wires, field.wire or field.name) end
  end
  return operation
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

local family_of = {}
for family, names in pairs(families) do
  for _, name in ipairs(names) do family_of[name] = family end
end

local single, plural = {}, {}

local function load_family(family)
  for name, operation in pairs(require("mimecast.operations." .. family)) do
    operation.name = name
    single[name] = operations.define(operation)
    if operation.many then plural[operation.many] = operation end
  end
end

--- The operation behind a function's name.
---@param name string
---@return mimecast.Operation? operation nil where there is none
---@return boolean? many whether the function takes a list
function operations.find(name)
  local family = family_of[name]
  if not family then return nil end
  if not single[name] and not plural[name] then load_family(family) end
  if plural[name] then return plural[name], true end
  return single[name], false
end

--- The names of all functions, sorted.
---@return string[]
function operations.names()
  local list = {}
  for name in pairs(family_of) do list[#list + 1] = name end
  table.sort(list)
  return list
end

return operations
