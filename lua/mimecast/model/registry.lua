--- The operations by the names of their functions: the module's families, and what the program adds.
local core = require "mimecast.core"
local families = require "mimecast.operations.families"
local lazy = require "mimecast.base.lazy"
local operations = require "mimecast.model.operation"

local registry = {}

local functions = {} -- by name: the operation, its family, and the kind of function

local function register(family, name, operation)
  operation.name = name
  operations.define(operation)
  local function add(function_name, kind)
    if function_name then functions[function_name] = { operation = operation, family = family, kind = kind } end
  end
  add(name, operation.resultKey and "list" or "item")
  add(operation.batchName, "batch")
  add(operation.paginator, "paginator")
end

local read = 0 -- how many of the families are

-- A family counts as read when all of it is there: what fails meanwhile is tried again next time.
local function read_next()
  local family = families[read + 1].name
  for name, operation in pairs(lazy("mimecast.operations." .. family)) do register(family, name, operation) end
  read = read + 1
end

--- The operation behind a function's name.
---@param name string
---@return mimecast.Operation? operation nil where there is none
---@return "item"|"batch"|"list"|"paginator"|nil kind what the function takes and returns
function registry.find(name)
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
function registry.only_reads(method, path)
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
function registry.add(operation)
  local name = operation.name
  for _, own in ipairs { name or "", operation.batchName or "x", operation.paginator or "x" } do
    if type(own) ~= "string" or not own:find("^[a-z][a-z%d_]*$") then error("an operation's name is in snake_case", 0) end
    if registry.find(own) then error(("there is an operation %s already"):format(own), 0) end
  end
  if type(operation.path) ~= "string" or not operation.path:find("^/[A-Za-z0-9%-%._~/{}]*$") then
    error(name .. ": the path is not one, like /api/user/update-user", 0)
  end
  operations.check_keys(operation)
  register("custom", name, operation)
end

--- Families and the names of their functions, both sorted; a program's own operations are the family "custom".
---@return table[] families each { name =, text =, functions = {…} }
function registry.families()
  while read < #families do read_next() end
  local by_family, list, texts = {}, {}, { custom = "operations that the program added" }
  for _, family in ipairs(families) do texts[family.name] = family.text end
  for name, found in pairs(functions) do
    local family = by_family[found.family]
    if not family then
      family = { name = found.family, text = texts[found.family], functions = {} }
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
function registry.names()
  local list = {}
  for _, family in ipairs(registry.families()) do
    for _, name in ipairs(family.functions) do list[#list + 1] = name end
  end
  table.sort(list, core.before)
  return list
end

return registry
