--- Encodes and decodes JSON with lua-cjson, so that the same value always gives the same bytes.
--
-- lua-cjson writes an object's keys in the order of the hash table, an empty table as `{}`, and numbers with 14 digits and the
-- locale's decimal point. Here arrays are marked (`json.array`), an object's keys follow its metatable (`json.object`) or are
-- sorted, and numbers keep their digits. lua-cjson also accepts invalid JSON, so the C core checks a text before it is decoded.
--
-- A schema writes its own items and reads the usual response in C (schema:to_json, schema:decode_json), with the same bytes and
-- the same values. It leaves everything else to this module.
local cjson = require "cjson"
local core = require "mimecast.core"

local codec = cjson.new()
codec.decode_invalid_numbers(false)
codec.decode_max_depth(64)
-- A kept buffer is shared: in LuaJIT a finalizer that also encodes would write into another call's request.
codec.encode_keep_buffer(false)

local json = { null = cjson.null }

local array_mt = { name = "json.array" }
local largest_integer = 2 ^ 53
local find, format, concat, sort = string.find, string.format, table.concat, table.sort
local math_type = rawget(math, "type") or function() end -- Lua 5.3 and later have larger integers

--- Marks a table as an array, also if it is empty.
---@param list? any[]
---@return any[] list the same table
function json.array(list)
  return setmetatable(list or {}, array_mt)
end

json.array_mt = array_mt

local unescaped_slash = { ["/"] = "/" }

local plain = "^[]-~ !#-[]*$" -- ASCII without quote, backslash and controls: needs no escape

local function encode_string(text)
  if find(text, plain) then return '"' .. text .. '"' end
  local encoded = codec.encode(text)
  -- "\/" is valid, but the service does not write it. An escaped backslash before a slash stays.
  if encoded:find("\\/", 1, true) then encoded = encoded:gsub("\\(.)", unescaped_slash) end
  return encoded
end

--- Makes a metatable for objects whose keys are written in this order. Other keys follow, sorted.
---@param order string[] wire names
---@param closed? boolean the objects have no other keys; this is not checked
---@return table metatable
function json.object(order, closed)
  local first, later, known = {}, {}, {}
  for i, key in ipairs(order) do
    first[i] = "{" .. encode_string(key) .. ":"
    later[i] = "," .. encode_string(key) .. ":"
    known[key] = true
  end
  return { order = order, first = first, later = later, known = known, closed = closed }
end

local function encode_number(number)
  local is_whole = number % 1 == 0 and number >= -largest_integer and number <= largest_integer
  if is_whole or math_type(number) == "integer" then return format("%d", number) end
  if number - number ~= 0 then error("JSON has no NaN and no infinity", 0) end
  local text = core.format_number(number)
  -- A whole double beyond 2^53 must not look like an integer with exact digits.
  return find(text, "[.e]") and text or text .. ".0"
end

-- The text of a value that is not a table.
local function encode_scalar(value)
  local kind = type(value)
  if kind == "string" then return encode_string(value) end
  if kind == "boolean" then return value and "true" or "false" end
  if kind == "number" then return encode_number(value) end
  return codec.encode(value)
end

local write

local function write_array(list, parts, n)
  parts[n + 1] = "["
  n = n + 1
  for i = 1, #list do
    if i > 1 then
      n = n + 1
      parts[n] = ","
    end
    n = write(list[i], parts, n)
  end
  parts[n + 1] = "]"
  return n + 1
end

-- Returns the keys that `known` does not name, sorted, and their number.
local function sorted_keys(object, known)
  local keys, n = {}, 0
  for key in next, object do
    if not (known and known[key]) then
      if type(key) ~= "string" then error("an object's keys must be text in JSON, got a " .. type(key), 0) end
      n = n + 1
      keys[n] = key
    end
  end
  if n > 1 then sort(keys, core.before) end
  return keys, n
end

-- Writes the keys that the order does not name. `empty` says whether the object has no text yet.
local function write_rest(object, known, parts, n, empty)
  local keys, count = sorted_keys(object, known)
  for i = 1, count do
    local key = keys[i]
    local prefix, value = (empty and "{" or ",") .. encode_string(key) .. ":", object[key]
    if type(value) == "table" then
      parts[n + 1] = prefix
      n = write(value, parts, n + 1)
    else
      n = n + 1
      parts[n] = prefix .. encode_scalar(value)
    end
    empty = false
  end
  return n, empty
end

local function write_object(object, mt, parts, n)
  local order, empty = mt and mt.order, true
  if order then
    local prefixes = mt.first
    for i = 1, #order do
      local value = object[order[i]]
      if value ~= nil then
        parts[n + 1] = prefixes[i]
        n = write(value, parts, n + 1)
        prefixes, empty = mt.later, false
      end
    end
  end
  if not (order and mt.closed) then n, empty = write_rest(object, order and mt.known, parts, n, empty) end
  parts[n + 1] = empty and "{}" or "}"
  return n + 1
end

function write(value, parts, n)
  if type(value) == "table" then
    local mt = getmetatable(value)
    local is_array = mt == array_mt
    if not is_array and not (mt and mt.order) and #value > 0 then
      local count = 0
      for _ in next, value do count = count + 1 end
      is_array = count == #value -- with other keys it is an object, and its number keys raise
    end
    if is_array then return write_array(value, parts, n) end
    return write_object(value, mt, parts, n)
  end
  parts[n + 1] = encode_scalar(value)
  return n + 1
end

--- Encodes a value without white space. Raises for values that JSON cannot hold (a function, NaN, a key that is not text).
---@param value any
---@return string text
function json.encode(value)
  if type(value) ~= "table" then return encode_scalar(value) end
  local parts = {}
  return concat(parts, "", 1, write(value, parts, 0))
end

--- Decodes JSON by RFC 8259, in any locale. A leading byte order mark is skipped. A repeated name in an object and a number
--- that no double holds are errors. An integer beyond ±2^53 becomes a string of its digits.
---@param text string bytes in strings that are not UTF-8 are kept
---@return any value nil with a message if the text is not JSON; a JSON null inside is `json.null`
---@return string? message
---@return "truncated"? kind if the text ends too early
json.decode = core.json_decoder(codec.decode)

--- Decodes a response: half a surrogate pair and bytes that are not UTF-8 become U+FFFD, so that a damaged name does not make
--- the whole response unreadable.
---@type fun(text: string): any, string?, "truncated"?
json.decode_response = core.json_decoder(codec.decode, true)

return json
