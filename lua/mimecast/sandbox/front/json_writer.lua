--- Writes JSON in Lua, with the same bytes as csrc/json_write.c: inside nginx if the C core is not built for nginx's Lua.
--
-- spec/fuzz/codec.lua compares the two.
local cjson = require "cjson"

local largest_integer = 2 ^ 53
local math_type = rawget(math, "type") or function() end -- Lua 5.3 and later have larger integers

local unescaped_slash = { ["/"] = "/" }

local function text_of_string(text)
  -- "\/" is valid, but the service does not write it. An escaped backslash before a slash stays.
  return (cjson.encode(text):gsub("\\(.)", unescaped_slash))
end

-- Returns whether all keys of a table are those of a list.
local function is_list(value)
  local count = 0
  for _ in next, value do count = count + 1 end
  return count > 0 and count == #value
end

-- Returns the keys that `known` does not name, sorted.
local function sorted_keys(object, known, before)
  local keys = {}
  for key in next, object do
    if not (known and known[key]) then
      if type(key) ~= "string" then error("an object's keys must be text in JSON, got a " .. type(key), 0) end
      keys[#keys + 1] = key
    end
  end
  table.sort(keys, before)
  return keys
end

--- Makes the functions of core.json_encoder.
---@param core table before, format_number
---@param array_mt table
---@return fun(value: any): string encode
---@return fun(list: any[], before: string, after: string): string encode_elements
return function(core, array_mt)
  local text_of

  local function text_of_number(number)
    local is_whole = number % 1 == 0 and number >= -largest_integer and number <= largest_integer
    if is_whole or math_type(number) == "integer" then return ("%d"):format(number) end
    if number - number ~= 0 then error("JSON has no NaN and no infinity", 0) end
    local text = core.format_number(number)
    -- A whole double beyond 2^53 must not look like an integer with exact digits.
    return text:find "[.e]" and text or text .. ".0"
  end

  local function text_of_array(list)
    local texts = {}
    for i = 1, #list do texts[i] = text_of(list[i]) end
    return "[" .. table.concat(texts, ",") .. "]"
  end

  local function text_of_object(object, order, known)
    local texts = {}
    local function add(keys)
      for _, key in ipairs(keys) do
        local value = object[key]
        if value ~= nil then texts[#texts + 1] = text_of_string(key) .. ":" .. text_of(value) end
      end
    end
    if order then add(order) end
    if known or not order then add(sorted_keys(object, known, core.before)) end
    return "{" .. table.concat(texts, ",") .. "}"
  end

  function text_of(value)
    local kind = type(value)
    if kind == "string" then return text_of_string(value) end
    if kind == "number" then return text_of_number(value) end
    if kind ~= "table" then return cjson.encode(value) end
    local mt = getmetatable(value) or {}
    if mt == array_mt or (not mt.order and is_list(value)) then return text_of_array(value) end
    return text_of_object(value, mt.order, mt.known)
  end

  local function encode_elements(list, before, after)
    local texts = {}
    for i = 1, #list do
      if type(list[i]) ~= "table" or next(list[i]) ~= nil then texts[#texts + 1] = text_of(list[i]) end
    end
    return before .. table.concat(texts, ",") .. after
  end

  return text_of, encode_elements
end
