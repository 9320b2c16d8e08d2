--- Encodes JSON in C, so that the same value always gives the same bytes, and decodes it with lua-cjson.
--
-- lua-cjson writes an object's keys in the order of the hash table, an empty table as `{}`, and numbers with 14 digits and the
-- locale's decimal point. Here arrays are marked (`json.array`), an object's keys follow its metatable (`json.object`) or are
-- sorted, and numbers keep their digits (csrc/json_write.c). lua-cjson also accepts invalid JSON, so the C core checks a text
-- before it is decoded. A schema reads the usual response without this module (schema:decode_json), to the same values.
local cjson = require "cjson"
local core = require "mimecast.core"

local codec = cjson.new()
codec.decode_invalid_numbers(false)
codec.decode_max_depth(64)

local json = { null = cjson.null }

local array_mt = { name = "json.array" }
--- Marks a table as an array, also if it is empty.
---@param list? any[]
---@return any[] list the same table
function json.array(list)
  return setmetatable(list or {}, array_mt)
end

json.array_mt = array_mt

--- Makes a metatable for objects whose keys are written in this order. Other keys follow, sorted.
---@param order string[] wire names
---@param closed? boolean the objects have no other keys; this is not checked
---@return table metatable
function json.object(order, closed)
  local known
  if not closed then
    known = {}
    for _, key in ipairs(order) do known[key] = true end
  end
  return { order = order, known = known }
end

local encode, encode_elements = core.json_encoder(array_mt)

--- Encodes a value without white space. Raises for values that JSON cannot hold (a function, NaN, a key that is not text, a
--- table that contains itself).
---@type fun(value: any): string
json.encode = encode

--- Encodes the elements of a list, separated by commas, without empty tables, between two texts.
---@type fun(list: any[], before: string, after: string): string
json.encode_elements = encode_elements

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
