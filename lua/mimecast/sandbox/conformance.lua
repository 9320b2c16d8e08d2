--- Holds what was received against the operations' tables: what a client should not have sent.
--
-- The service passes over a field that it does not know, and so does the sandbox: a misspelt wire name changes nothing
-- and nobody hears of it. Here it is told, for tests to look at; state and rules are the sandbox's own.
local json = require "mimecast.json"
local families = require "mimecast.operations.families"
local lenient = require "mimecast.sandbox.wire.lenient_json"

local contract = {}

local operations -- read when first asked: "METHOD path" -> operation; those with ids in their paths in a list

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

-- The Lua types that a field may have on the wire; a flag may be text, as the service takes it.
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
  local known = {}
  for _, field in ipairs(fields) do
    local wire = field.wire or field.name
    known[wire] = true
    if object[wire] == nil then
      if field.required then report(path .. wire .. " is missing") end
    else
      check_value(field, object[wire], path .. wire, report)
    end
  end
  for name in pairs(object) do
    if not known[name] then report(path .. tostring(name) .. " is not a field") end
  end
end

-- The fields of an operation that travel in the body: all of them in data[], those of that place in a REST call.
local function body_fields(operation)
  if operation.protocol ~= "rest" then return operation.input or {} end
  local list = {}
  for _, field in ipairs(operation.input or {}) do
    if (field.location or "body") == "body" then list[#list + 1] = field end
  end
  return list
end

--- What does not fit the operation's table in a request; empty for what no table describes.
---@param request table method, path, body
---@return string[] problems sorted
function contract.problems(request)
  local problems = {}
  local path = request.path:match("^[^?]*")
  local operation = find(request.method, path)
  local bodiless = request.method == "GET" or request.method == "DELETE"
  if not operation or operation.protocol == "upload" or bodiless then return problems end
  local body = request.body:find("%S") and lenient.decode(request.body) or {}
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

return contract
