--- Finds operations by the names of their functions. Families are read when a search needs them, and an operation is compiled
-- when it is first found.
local core = require "mimecast.core"
local families = require "mimecast.operations.families"
local lazy = require "mimecast.base.lazy"

local registry = {}

local functions = {} -- by name: operation, family, kind
local compiled = {} -- set of operations

local function compile(operation)
  if compiled[operation] then return operation end
  lazy("mimecast.model.operation").define(operation)
  compiled[operation] = true
  return operation
end

local function register(family, name, operation)
  operation.name = name
  local function add(function_name, kind)
    if function_name then functions[function_name] = { operation = operation, family = family, kind = kind } end
  end
  add(name, operation.resultKey and "list" or "item")
  add(operation.batchName, "batch")
  add(operation.paginator, "paginator")
end

local families_read = 0

-- Reads the next family. After an error the family counts as unread, and the next search reads it again.
local function read_family()
  local family = families[families_read + 1].name
  for name, operation in pairs(lazy("mimecast.operations." .. family)) do register(family, name, operation) end
  families_read = families_read + 1
end

local function read_all()
  while families_read < #families do read_family() end
end

--- Returns the operation of a function.
---@param name string
---@return mimecast.Operation? operation nil for an unknown name
---@return "item"|"batch"|"list"|"paginator"|nil kind what the function takes and returns
function registry.find(name)
  while not functions[name] and families_read < #families do read_family() end
  local entry = functions[name]
  if not entry then return nil end
  return compile(entry.operation), entry.kind
end

-- A pattern for an operation's paths: a name in braces stands for one segment.
local function path_pattern(path)
  return "^" .. path:gsub("[%-%.]", "%%%0"):gsub("{[%w_]+}", "[^/]+") .. "$"
end

--- Returns whether a request certainly changes nothing: a GET, or a path whose operations only read.
---@param method string
---@param path string
---@return boolean
function registry.only_reads(method, path)
  if method == "GET" then return true end
  read_all()
  local matches = false
  for _, entry in pairs(functions) do
    local operation = compile(entry.operation)
    if operation.method == method and path:find(path_pattern(operation.path)) then
      if operation.writes ~= false then return false end
      matches = true
    end
  end
  return matches
end

local function check_name(name)
  if type(name) ~= "string" or not name:find("^[a-z][a-z%d_]*$") then error("an operation's name is in snake_case", 0) end
  if registry.find(name) then error(("there is an operation %s already"):format(name), 0) end
end

--- Adds an operation of the program to the family "custom". Raises for a wrong table and for a name that is taken.
---@param operation mimecast.Operation with its name
function registry.add(operation)
  check_name(operation.name)
  if operation.batchName ~= nil then check_name(operation.batchName) end
  if operation.paginator ~= nil then check_name(operation.paginator) end
  if type(operation.path) ~= "string" or not operation.path:find("^/[A-Za-z0-9%-%._~/{}]*$") then
    error(operation.name .. ": path must look like /api/user/update-user", 0)
  end
  lazy("mimecast.model.operation").check_keys(operation)
  compile(operation)
  register("custom", operation.name, operation)
end

--- The families and the names of their functions, both sorted.
---@return table[] families each { name =, text =, functions = {…} }
function registry.families()
  read_all()
  local by_name, list, texts = {}, {}, { custom = "operations that the program added" }
  for _, family in ipairs(families) do texts[family.name] = family.text end
  for name, entry in pairs(functions) do
    local family = by_name[entry.family]
    if not family then
      family = { name = entry.family, text = texts[entry.family], functions = {} }
      by_name[entry.family], list[#list + 1] = family, family
    end
    table.insert(family.functions, name)
  end
  for _, family in ipairs(list) do table.sort(family.functions, core.before) end
  table.sort(list, function(a, b) return core.before(a.name, b.name) end)
  return list
end

--- The names of all functions, sorted.
---@return string[]
function registry.names()
  read_all()
  local list = {}
  for name in pairs(functions) do list[#list + 1] = name end
  table.sort(list, core.before)
  return list
end

return registry
