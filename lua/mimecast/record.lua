--- Output tables that print readably: `print(user)` shows the fields in the order of their model.
--
-- A record is a plain table with a metatable of its operation; fields that the model does not know come last, sorted.
local core = require "mimecast.core"

local record = {}

local longest_text = 300 -- bytes of a value that are shown

local show

local function show_table(value, depth)
  if depth > 3 then return "{…}" end
  local parts = {}
  for i, item in ipairs(value) do parts[i] = show(item, depth + 1) end
  local keys = {}
  for key in pairs(value) do
    if type(key) == "string" then keys[#keys + 1] = key end
  end
  table.sort(keys)
  for _, key in ipairs(keys) do
    parts[#parts + 1] = core.printable(key, longest_text) .. " = " .. show(value[key], depth + 1)
  end
  return "{ " .. table.concat(parts, ", ") .. " }"
end

function show(value, depth)
  if type(value) == "table" then return show_table(value, depth) end
  if type(value) == "string" then return '"' .. core.printable(value, longest_text) .. '"' end
  return tostring(value)
end

--- A value as one would write it in Lua, on one line.
---@param value any
---@return string
function record.inline(value)
  return show(value, 0)
end

local function lines_of(value, order)
  local lines, known, widest = {}, {}, 0
  local keys = {}
  for _, name in ipairs(order) do
    known[name] = true
    if value[name] ~= nil then keys[#keys + 1] = name end
  end
  local rest = {}
  for key in pairs(value) do
    if type(key) == "string" and not known[key] then rest[#rest + 1] = key end
  end
  table.sort(rest)
  for _, key in ipairs(rest) do keys[#keys + 1] = key end
  for _, key in ipairs(keys) do widest = math.max(widest, #key) end
  for i, key in ipairs(keys) do
    lines[i] = ("%s%s  %s"):format(core.printable(key, longest_text), (" "):rep(widest - #key), show(value[key], 1))
  end
  return lines
end

--- The metatable of an operation's records.
---@param fields table[] output fields
---@return table metatable
function record.metatable(fields)
  local order = {}
  for i, field in ipairs(fields) do order[i] = field.name end
  return { __tostring = function(value) return table.concat(lines_of(value, order), "\n") end }
end

--- The metatable of lists of records.
record.list = {
  __tostring = function(list)
    local parts = {}
    for i, item in ipairs(list) do parts[i] = ("[%d]\n%s"):format(i, tostring(item)) end
    if list.total then parts[#parts + 1] = ("%d of %d"):format(#list, list.total) end
    return table.concat(parts, "\n")
  end,
}

return record
