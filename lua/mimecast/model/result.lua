--- Prints results: `print(user)` shows a field on each line, in the operation's order; a list shows a row on each line.
--
-- A result is a plain table with its operation's metatable. Fields without a definition come last, sorted.
local core = require "mimecast.core"
local json = require "mimecast.json"

local result = {}

-- Limits of what is shown: bytes of a text, items of a table, nested tables.
local max_text, max_items, max_depth = 300, 20, 4

--- The names of a table's fields: defined fields in their order, then the others, sorted.
---@param value table
---@param fields? mimecast.Field[]
---@return string[]
function result.names(value, fields)
  local names, is_defined, others = {}, {}, {}
  for _, field in ipairs(fields or {}) do
    is_defined[field.name] = true
    if value[field.name] ~= nil then names[#names + 1] = field.name end
  end
  for name in pairs(value) do
    if type(name) == "string" and not is_defined[name] then others[#others + 1] = name end
  end
  table.sort(others, core.before)
  for _, name in ipairs(others) do names[#names + 1] = name end
  return names
end

--- The fields of an object, or of a list's items.
---@param fields? mimecast.Field[]
---@param name string
---@return mimecast.Field[]?
function result.fields(fields, name)
  for _, field in ipairs(fields or {}) do
    if field.name == name then return field.fields or (field.item and field.item.fields) end
  end
  return nil
end

local show

local function show_table(value, fields, depth)
  if depth > max_depth then return "{ … }" end
  local parts, left = {}, 0
  local function add(prefix, item, item_fields)
    if #parts < max_items then parts[#parts + 1] = prefix .. show(item, item_fields, depth + 1) else left = left + 1 end
  end
  for _, item in ipairs(value) do add("", item, fields) end
  for _, name in ipairs(result.names(value, fields)) do
    add(core.printable(name, max_text) .. " = ", value[name], result.fields(fields, name))
  end
  if left > 0 then parts[#parts + 1] = ("… %d more"):format(left) end
  if #parts == 0 then return "{}" end
  return "{ " .. table.concat(parts, ", ") .. " }"
end

function show(value, fields, depth)
  if type(value) == "table" then return show_table(value, fields or {}, depth) end
  if type(value) == "string" then return '"' .. core.printable(value, max_text):gsub('"', '\\"') .. '"' end
  if value == json.null then return "null" end
  return type(value) == "number" and core.format_number(value) or tostring(value)
end

--- Makes the metatable of an operation's results.
---@param fields table[] output fields
---@return table metatable
function result.metatable(fields)
  local function lines(value)
    local names, list, width = result.names(value, fields), {}, 0
    for _, name in ipairs(names) do width = math.max(width, #name) end
    for i, name in ipairs(names) do
      local shown = core.printable(name, max_text)
      list[i] = shown .. (" "):rep(width - #name + 2) .. show(value[name], result.fields(fields, name), 1)
    end
    return #list > 0 and table.concat(list, "\n") or "{}"
  end
  return { __tostring = lines, __name = "mimecast.Result", fields = fields }
end

local function show_row(row)
  local mt = type(row) == "table" and getmetatable(row)
  return show(row, mt and mt.fields, 1)
end

--- The metatable of a list of results: a row on each line.
result.list = {
  __name = "mimecast.List",
  __tostring = function(list)
    local parts = {}
    for i = 1, math.min(#list, max_items) do parts[i] = ("[%d] %s"):format(i, show_row(list[i])) end
    if #list > max_items then parts[#parts + 1] = ("… %d more"):format(#list - max_items) end
    if list.total then parts[#parts + 1] = ("%d of %d"):format(#list, list.total) end
    return #parts > 0 and table.concat(parts, "\n") or "{}"
  end,
}

--- The metatable of a batch's failures by position.
result.failures = {
  __name = "mimecast.Errors",
  __tostring = function(failures)
    local positions, parts = {}, {}
    for i in pairs(failures) do positions[#positions + 1] = i end
    table.sort(positions)
    for n, i in ipairs(positions) do
      if n <= max_items then parts[n] = ("[%s] %s"):format(i, tostring(failures[i])) end
    end
    if #positions > max_items then parts[#parts + 1] = ("… %d more"):format(#positions - max_items) end
    return #parts > 0 and table.concat(parts, "\n") or "{}"
  end,
}

--- Makes a list of rows and each of its rows print.
---@param rows table[]
---@param metatable table the operation's
---@return table[] rows the same list
function result.rows(rows, metatable)
  for _, row in ipairs(rows) do
    if type(row) == "table" then setmetatable(row, metatable) end
  end
  return setmetatable(rows, result.list)
end

return result
