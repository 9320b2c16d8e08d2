--- Checks received requests against the operations' tables.
--
-- The service ignores unknown fields, and so does the sandbox: a misspelt wire name changes nothing. This module reports such
-- fields to tests. The sandbox's state and rules do not depend on the operations' tables.
local json = require "mimecast.json"
local families = require "mimecast.operations.families"
local lenient_json = require "mimecast.sandbox.wire.lenient_json"

local conformance = {}

local operations -- loaded at first use: by "METHOD path", and a list of those with ids in their paths

local function index()
  operations = { exact = {}, patterns = {} }
  for _, family in ipairs(families) do
    for _, operation in pairs(require("mimecast.operations." .. family.name)) do
      local key = (operation.method or "POST") .. " " .. operation.path
      operations.exact[key] = operation
      if key:find("{", 1, true) then
        local pattern = "^" .. key:gsub("[%-%.]", "%%%0"):gsub("{[%w_]+}", "[^/]+") .. "$"
        table.insert(operations.patterns, { pattern = pattern, operation = operation })
      end
    end
  end
end

local function find(method, path)
  if not operations then index() end
  local key = method .. " " .. path
  if operations.exact[key] then return operations.exact[key] end
  for _, entry in ipairs(operations.patterns) do
    if key:find(entry.pattern) then return entry.operation end
  end
  return nil
end

-- The Lua types of a field on the wire. A flag may be text: the service accepts it.
local types = {
  text = { string = true }, email = { string = true }, enum = { string = true }, datetime = { string = true },
  boolean = { boolean = true, string = true }, integer = { number = true }, list = { table = true },
  object = { table = true },
}

local check_object

local function check_value(field, value, path, report)
  local allowed = types[field.type]
  if value == json.null or not allowed then return end
  if not allowed[type(value)] then
    report(path .. " is a " .. type(value) .. ", not " .. field.type)
  elseif field.fields then
    check_object(field.fields, value, path .. ".", report)
  elseif field.type == "list" and field.item then
    for i, item in ipairs(value) do check_value(field.item, item, ("%s[%d]"):format(path, i), report) end
  end
end

function check_object(fields, object, path, report)
  local field_names = {}
  for _, field in ipairs(fields) do
    local wire = field.wire or field.name
    field_names[wire] = true
    if object[wire] == nil then
      if field.required then report(path .. wire .. " is missing") end
    else
      check_value(field, object[wire], path .. wire, report)
    end
  end
  for name in pairs(object) do
    if not field_names[name] then report(path .. tostring(name) .. " is not a field") end
  end
end

-- Returns the fields of an operation that are in the body: all for the envelope, those with that location for REST.
local function body_fields(operation)
  if operation.protocol ~= "rest" then return operation.input or {} end
  local list = {}
  for _, field in ipairs(operation.input or {}) do
    if (field.location or "body") == "body" then list[#list + 1] = field end
  end
  return list
end

--- Lists what in a request does not conform to its operation. Empty if no operation has that path.
---@param request table method, path, body
---@return string[] problems sorted
function conformance.problems(request)
  local problems = {}
  local path = request.path:match("^[^?]*")
  local operation = find(request.method, path)
  local bodiless = request.method == "GET" or request.method == "DELETE"
  if not operation or operation.protocol == "upload" or bodiless then return problems end
  local body = request.body:find("%S") and lenient_json.decode(request.body) or {}
  local function report(text) problems[#problems + 1] = text end
  if type(body) ~= "table" then
    report("the body is not JSON")
  elseif operation.protocol == "rest" then
    check_object(body_fields(operation), body, "", report)
  else
    for i, item in ipairs(type(body.data) == "table" and body.data or {}) do
      if type(item) == "table" then check_object(body_fields(operation), item, ("data[%d]."):format(i), report) end
    end
  end
  table.sort(problems)
  return problems
end

return conformance
