--- Compares JSON in C with other ways, on random operations: `run(cases, seed)`.
--
-- A case is one request and one response. The request must have the bytes that the writer in Lua gives it.
-- The response must have the same outcomes and errors as in the general way, which the envelope takes when the schema declines.
local core = require "mimecast.core"
local decode_context = require "mimecast.protocol.decode_context"
local envelope = require "mimecast.protocol.envelope"
local json = require "mimecast.json"
local json_writer = require "mimecast.sandbox.front.json_writer"
local operations = require "mimecast.model.operation"

local codec = {}

local reference, reference_elements = json_writer(core, json.array_mt)

-- ---- random choices ----

local state

-- Returns an integer from 1 to n, reproducible in all Lua versions (Park and Miller 1988).
local function pick(n)
  state = (state * 16807) % 2147483647
  return state % n + 1
end

local function one_in(n) return pick(n) == 1 end

local function one_of(list) return list[pick(#list)] end

local plain = { "a", "Z", "0", "9", " ", ".", "@", "-", ":", "/", "true", "FALSE", "\195\164", "\226\130\172",
  "\240\159\152\128", "\127", "example", "2015-11-16T14:49:18Z", "x", "null" }
local odd = { '"', "\\", "\n", "\t", "\r", "\b", "\f", "\1", "\31", "\\u0041", "\\ud83d", "\\/", "\255", "\226\130", "\192\128",
  "\237\160\128", "\244\144\128\128", "\0" }

-- Returns text of up to `most` pieces; `odds`: one piece in so many is odd.
local function text(most, odds)
  local parts = {}
  for i = 1, pick(most + 1) - 1 do parts[i] = one_of(one_in(odds) and odd or plain) end
  return table.concat(parts)
end

-- ---- operations ----

local names = { "email", "name", "count", "start", "flag", "Flag", "note", "home", "list", "other", "x y", "/", "ü", "e" }
local types = { "text", "text", "email", "boolean", "boolean", "datetime", "integer", "integer", "enum", "any", "list",
  "object" }

local fields

local function field(depth)
  local kind = one_of(types)
  if depth == 0 and (kind == "list" or kind == "object") then kind = "text" end
  local definition = { type = kind, values = { "a", "Z" } }
  if kind == "list" then definition.item = field(0) end
  if kind == "object" then definition.fields = fields(depth - 1) end
  if kind == "integer" and one_in(3) then definition.min, definition.max = -3, 1000 end
  return definition
end

function fields(depth)
  local list, taken = {}, {}
  for _ = 1, pick(6) do
    local name, wire = one_of(names), one_of(names)
    if not (taken[name] or taken[wire]) then
      local definition = field(depth)
      definition.name, definition.wire, definition.secret = name, wire, one_in(8)
      taken[name], taken[wire] = true, true
      list[#list + 1] = definition
    end
  end
  return list
end

local is_key = { text = true, email = true, enum = true, integer = true }

-- Returns the name of a field that can be a key; nil if there is none.
local function key_of(input)
  local definition = one_of(input)
  return is_key[definition.type] and definition.name or nil
end

local function new_operation()
  local input, output = fields(2), fields(2)
  -- mostly the service returns what it was given
  for i, definition in ipairs(output) do
    for _, given in ipairs(input) do
      if given.wire == definition.wire and not one_in(3) then output[i] = given end
    end
  end
  local operation = { name = "fuzz", path = "/fuzz", input = input, output = output, product = "", permission = "",
    undocumentedOutput = one_in(4) or nil }
  if one_in(8) then operation.keys = { key_of(input), key_of(input) } else operation.key = key_of(input) end
  if one_in(30) then operation.resultKey, operation.key = one_of { true, "list" }, nil end
  return operations.define(operation)
end

-- ---- requests ----

local numbers = { 0, -0.0, 1, -1, 7, 1.5, -0.25, 1e15, 2 ^ 53, 2 ^ 53 + 2, -2 ^ 53, 1e300, 1 / 0, 0 / 0, 5e-324,
  rawget(math, "maxinteger") or 3, rawget(math, "mininteger") or 4 }

local table_metatables = { json.array_mt, json.object { "a", "x", "true" }, json.object({ "x", "a", "null" }, true), {} }

local function any_value(depth)
  local way = pick(depth > 0 and 9 or 7)
  if way <= 2 then return text(4, 8) end
  if way == 3 then return one_in(2) end
  if way <= 5 then return one_in(3) and one_of(numbers) or pick(100000) - 50000 end
  if way == 6 then return one_in(4) and json.null or pick(9) end
  if way == 7 then return one_in(8) and print or "" end
  local list = {}
  for i = 1, pick(4) - 1 do list[one_in(2) and i or text(2, 9)] = any_value(depth - 1) end
  return setmetatable(list, table_metatables[pick(6)])
end

local object_value

-- Returns a value that mostly fits the field.
local function value_of(definition)
  local kind = definition.type
  if one_in(60) then return any_value(2) end
  if kind == "boolean" then return one_in(4) and "True" or one_in(2) end
  if kind == "email" then return ("ann%d@example.com"):format(pick(50)) end
  if kind == "integer" then return pick(1000) - 3 end
  if kind == "datetime" then return one_in(2) and 946684800 + pick(2000000000) or "2026-01-15T09:00:00Z" end
  if kind == "enum" then return one_of { "a", "Z" } end
  if kind == "any" then return any_value(one_in(4) and 2 or 0) end
  if kind == "object" then return object_value(definition.fields) end
  if kind == "list" then
    local list = {}
    for i = 1, pick(5) - 1 do list[i] = value_of(definition.item) end
    return list
  end
  return definition.secret and "Correct-Horse-7" or (text(6, 12):gsub("[%z\128-\255]", "e"))
end

function object_value(list)
  local object = {}
  for _, definition in ipairs(list) do
    if pick(3) > 1 then object[definition.name] = value_of(definition) end
  end
  return object
end

-- Returns a list of wire items. It can be empty, because not all inputs are valid.
local function new_items(operation)
  local items = {}
  local is_batch = one_in(operation.named_after and 3 or 12)
  for _ = 1, is_batch and pick(4) or 1 do
    items[#items + 1] = operation.input_schema:encode(object_value(operation.input))
  end
  return items
end

-- Changes an item as no schema makes it.
local function spoil(operation, item)
  item[one_of(operation.input).wire] = any_value(2)
  if one_in(3) then setmetatable(item, one_of { {}, json.array_mt, json.object { "a" } }) end
end

-- ---- responses ----

local literals = { "null", "true", "false", "0", "7", "-5", "123456789012345", "1000" }
local odd_literals = { "-0", "1.0", "1.5", "1e2", "01", "9007199254740993", "1e999", "{}", "[]", '{"a":1}', "[1,2]", "nul", "",
  "-", "+1", "NaN", "{", "]" }

local function json_text(odds) return '"' .. text(4, odds) .. '"' end

-- Returns a value in JSON that mostly fits the field.
local function json_value(definition)
  local kind = definition and definition.type
  if one_in(200) then return one_of(odd_literals) end
  if one_in(80) then return one_of(literals) end
  if kind == "boolean" then return one_of { "true", "false", "true", '"TRUE"' } end
  if kind == "integer" then return tostring(pick(1003) - 4) end
  if kind == "datetime" then return one_of { '"2015-11-16T14:49:18Z"', '"2015-11-16T14:49:18+0100"', '"soon"' } end
  if kind == "list" or kind == "object" then return one_in(12) and one_of { "[]", "{}", '["a"]' } or "null" end
  if not kind and one_in(2) then return one_of(literals) end
  return json_text(400)
end

local function blank() return one_in(20) and (one_in(200) and "\v" or one_of { " ", "\n", "\t\r " }) or "" end

-- Returns an object of the response, which mostly names the item.
local function json_object(operation, item)
  local members = {}
  local function add(name, value)
    if one_in(300) then name = name .. one_of(odd) end
    members[#members + 1] = blank() .. '"' .. name .. '"' .. blank() .. ":" .. value .. blank()
  end
  for _, definition in ipairs(operation.output) do
    local value = item[definition.wire]
    if type(value) == "string" and not value:find "[%c\\\"]" and not one_in(40) then
      add(definition.wire, '"' .. (one_in(60) and value:upper() or value) .. '"')
    elseif pick(4) > 1 then
      add(definition.wire, json_value(definition))
    end
  end
  for _ = 1, one_in(3) and pick(3) or 0 do
    add(one_in(4) and one_of(names) or ("new%d"):format(pick(99)), json_value())
  end
  local is_shuffled = one_in(4)
  for i = #members, is_shuffled and 2 or #members + 1, -1 do
    local j = pick(i)
    members[i], members[j] = members[j], members[i]
  end
  return "{" .. table.concat(members, ",") .. "}"
end

local failures = { '{"key":{"email":"ann1@example.com"},"errors":[{"code":"err_x","message":"m","retryable":true}]}',
  '{"code":"err_xdk_binding_expired","message":"m"}', '{"errors":[{"code":"err_y","field":"name"}]}', "5" }

local function new_body(operation, items)
  local objects = {}
  for i, item in ipairs(items) do objects[i] = blank() .. json_object(operation, item) .. blank() end
  if one_in(30) then objects[#objects + 1] = json_object(operation, items[1]) end
  if one_in(30) then objects[#objects] = nil end
  if one_in(60) then objects[#objects + 1] = one_of(odd_literals) end
  local members = {}
  if pick(10) > 1 then
    members[1] = one_in(20) and one_of { '"meta":{"status":400}', '"meta":{"status":"200"}', '"meta":null', '"meta":{}',
      '"meta":{"status":200,"pagination":{"next":"t"}}', '"meta":{"status":200,"isLast":true}' } or '"meta":{"status":200}'
  end
  members[#members + 1] = '"data":' .. (one_in(60) and one_of { "null", "{}", "5" } or "[" .. table.concat(objects, ",") .. "]")
  if pick(10) > 1 then
    members[#members + 1] = '"fail":' .. (one_in(20) and one_of { "null", "{}", "[" .. one_of(failures) .. "]" } or "[]")
  end
  if one_in(40) then members[#members + 1] = one_of { '"errors":[{"code":"e"}]', '"x":1', '"data":[]', '"meta":{}' } end
  if one_in(4) then members[1], members[#members] = members[#members], members[1] end
  return blank() .. "{" .. table.concat(members, "," .. blank()) .. blank() .. "}" .. blank()
end

local tokens = { "{", "}", "[", "]", ",", ":", '"', " ", "0", "\\", "null" }

-- Returns the text with a few bytes inserted, removed or repeated.
local function mutated(body)
  for _ = 1, pick(3) do
    local at, count, way = pick(#body + 1), pick(4) - 1, pick(4)
    local before, after = body:sub(1, at - 1), body:sub(at)
    if way == 1 then body = before .. one_of(one_in(2) and odd or plain) .. after end
    if way == 2 then body = before .. after:sub(count + 1) end
    if way == 3 then body = before .. after:sub(1, count * 4) .. after end
    if way == 4 then body = before .. one_of(tokens) .. after:sub(count) end
  end
  return body
end

-- ---- comparison ----

local math_type = rawget(math, "type") or function() end

-- Returns the path of a difference between two values; nil if they are the same.
local function difference(a, b, path)
  if type(a) ~= type(b) or math_type(a) ~= math_type(b) then return path end
  if type(a) ~= "table" then
    local same = a == b and (a ~= 0 or 1 / a == 1 / b) or (a ~= a and b ~= b)
    return not same and path or nil
  end
  if getmetatable(a) ~= getmetatable(b) then return path .. "'s metatable" end
  for key, value in pairs(a) do
    local found = difference(value, b[key], path .. "." .. tostring(key))
    if found then return found end
  end
  for key in pairs(b) do
    if a[key] == nil then return path .. "." .. tostring(key) end
  end
  return nil
end

-- Returns the operation with a schema that declines all JSON.
local function general_of(operation)
  local copy = {}
  for key, value in pairs(operation) do copy[key] = value end
  copy.output_schema = {
    decode = function(_, object) return operation.output_schema:decode(object) end,
    decode_json = function() return nil end,
  }
  return copy
end

-- Compares the texts of a value, or that both ways raise an error.
local function compare_texts(value, encode, ...)
  local is_written, found = pcall(encode, value, ...)
  local is_expected, expected = pcall(encode == json.encode and reference or reference_elements, value, ...)
  if is_written ~= is_expected then error(("%s, not %s"):format(tostring(found), tostring(expected)), 0) end
  if is_written and found ~= expected then error(("written as %s, not as %s"):format(found, expected), 0) end
  return is_written
end

local statuses = { 201, 204, 299, 302, 400, 401, 429, 500 }

-- Returns whether the response was read the short way.
local function compare_response(operation, general, items, body)
  local response = { status = one_in(30) and one_of(statuses) or 200, headers = {}, body = body }
  local is_short = false
  local function decode(of)
    local context = decode_context.new(of, items)
    local outcomes, err = envelope.decode(response, context)
    return { outcomes = outcomes or false, err = err, foreign = context.foreign }
  end
  local schema, watched = operation.output_schema, setmetatable({}, { __index = operation })
  local values
  watched.output_schema = {
    decode = function(_, object) return schema:decode(object) end,
    decode_json = function(_, ...)
      values = schema:decode_json(...)
      return values
    end,
  }
  local found, expected = decode(watched), decode(general)
  local path = difference(expected, found, "result")
  if path then error(("%s differs for %q"):format(path, body), 0) end
  if values and found.outcomes == values then is_short = true end
  return is_short
end

-- ---- runs ----

--- Runs cases. Raises an error for the first difference.
---@param cases integer
---@param seed integer
---@return table counts requests; written (of them); responses; short (of them: read straight)
function codec.run(cases, seed)
  state = seed
  local counts = { requests = 0, written = 0, responses = 0, short = 0 }
  local operation, general
  local function count(name, is_so) counts[name] = counts[name] + (is_so and 1 or 0) end
  for n = 1, cases do
    if n % 50 == 1 then
      local is_valid
      repeat is_valid, operation = pcall(new_operation) until is_valid -- a secret of the input can have the name of an output
      general = general_of(operation)
    end
    local items = new_items(operation)
    if items[1] then
      local body = new_body(operation, items)
      if one_in(16) then body = mutated(body) end
      count("responses", true)
      count("short", compare_response(operation, general, items, body))
      if one_in(20) then spoil(operation, one_of(items)) end
      count("requests", true)
      count("written", compare_texts(items, json.encode_elements, "<", ">"))
    end
    if one_in(10) then compare_texts(any_value(4), json.encode) end
  end
  return counts
end

return codec
