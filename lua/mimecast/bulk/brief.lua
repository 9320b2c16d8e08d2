--- JSON of what plans and journals hold a hundred thousand times: short texts, numbers, and flat tables of them.
--
-- The bytes are those of mimecast.json, on a shorter way; whatever is not that plain goes there.
local core = require "mimecast.core"
local json = require "mimecast.json"

local find, format, concat, sort = string.find, string.format, table.concat, table.sort
local largest = 2 ^ 53
local printable = "^[]-~ !#-[]*$" -- ASCII but quote, backslash and controls; anchored, it costs a third of a search

-- The text of a value that is no table; nil where it is not plain.
local function plain(value)
  local kind = type(value)
  if kind == "string" then
    if find(value, printable) then return '"' .. value .. '"' end
  elseif kind == "boolean" then
    return value and "true" or "false"
  elseif kind == "number" and value % 1 == 0 and value > -largest and value < largest then
    return format("%d", value)
  end
  return nil
end

-- An object of plain values, its keys sorted; nil where it is something else.
local function object(value)
  if getmetatable(value) or value[1] ~= nil then return nil end
  local names, n = {}, 0
  for name in next, value do
    if type(name) ~= "string" then return nil end
    n = n + 1
    names[n] = name
  end
  if n > 1 then sort(names, core.before) end
  for i = 1, n do
    local name, text = plain(names[i]), plain(value[names[i]])
    if not name or not text then return nil end
    names[i] = name .. ":" .. text
  end
  return "{" .. concat(names, ",") .. "}"
end

--- Encodes a value as mimecast.json does.
---@param value any
---@return string text
return function(value)
  if type(value) == "table" then return object(value) or json.encode(value) end
  return plain(value) or json.encode(value)
end
