--- Makes a schema and a value from bytes, one byte for each decision. encode and decode must return a result or a list of at
--- most 100 errors. The wire form is written as JSON, and the remaining bytes are read as a response.
local core = require "mimecast.core"

local types = { "text", "email", "boolean", "datetime", "integer", "enum", "any", "list", "object" }
local null, encode = {}, core.json_encoder {}

local bytes, at

local function pick(n)
  at = at + 1
  return (bytes:byte(at) or 0) % n + 1
end

local function text()
  local length = pick(48) - 1
  local piece = bytes:sub(at + 1, at + length)
  at = at + length
  return piece
end

local function schema(depth, count)
  local fields = {}
  for i = 1, count or pick(4) do
    local field = { name = "f" .. i, wire = "w" .. i, type = types[pick(depth > 0 and 9 or 7)], values = { "a", "Z" } }
    field.required, field.secret = pick(4) == 1, pick(6) == 1
    if field.type == "list" or field.type == "object" then
      field.schema = schema(depth - 1, field.type == "list" and 1 or nil)
    end
    fields[i] = field
  end
  return core.schema(fields, {}, {})
end

local function value(depth)
  local way = pick(depth > 0 and 8 or 6)
  if way == 1 then return tonumber(text()) or pick(256) * 2 ^ (pick(80) - 20) end
  if way == 2 then return pick(2) == 1 end
  if way == 3 then return null end
  if way == 4 then return core.secret.new(text()) end
  if way <= 6 then return text() end
  local out = {}
  for _ = 1, pick(6) - 1 do
    local key = pick(3)
    out[key == 1 and pick(4) or key == 2 and "f" .. pick(4) or "w" .. pick(4)] = value(depth - 1)
  end
  return out
end

local function check(result, problems)
  if result ~= nil then
    assert(problems == nil, "a result and problems")
    return
  end
  assert(type(problems) == "table" and #problems > 0 and #problems <= 100, "neither a result nor problems")
end

return function(input)
  bytes, at = input, 0
  local compiled = schema(2)
  local sample = value(3)
  local wire, problems = compiled:encode(sample)
  check(wire, problems)
  check(compiled:decode(sample))
  assert(wire == nil or not pcall(encode, wire) or encode(wire):find "^{.*}$", "not JSON")
  local response = bytes:sub(at + 1)
  local out = compiled:decode_json(response, 1) or compiled:decode_json('{"data":[' .. response .. "]}", 1)
  assert(out == nil or #out == 1, "neither a result nor nil")
end
