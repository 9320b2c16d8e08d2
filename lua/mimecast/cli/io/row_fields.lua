--- Finds the fields of rows by the names that options give: a field, or a field of an object like from.email.
local check = require "mimecast.config.check"
local core = require "mimecast.core"
local json = require "mimecast.json"

local row_fields = {}

local function inner_fields(field)
  return field.fields or (field.item and field.item.fields)
end

-- Returns the names of the fields, with those of objects.
local function all_names(fields)
  local names = {}
  for _, field in ipairs(fields) do
    names[#names + 1] = field.name
    for _, inner in ipairs(field.type == "object" and field.fields or {}) do
      names[#names + 1] = field.name .. "." .. inner.name
    end
  end
  return names
end

local function definition(fields, path)
  local found, within = nil, fields
  for _, part in ipairs(path) do
    local is_open = found and found.type == "object" and not found.fields -- an object with any fields
    if is_open then return { type = "any" } end
    found = nil
    for _, field in ipairs(within or {}) do
      if field.name == part then found = field end
    end
    if not found then return nil end
    within = inner_fields(found)
  end
  return found
end

--- Finds a field. Without documented fields every name is accepted, as text.
---@param fields mimecast.Field[]
---@param name string
---@return table? column name, path, type, fields, item
---@return string? message
---@return string? hint
function row_fields.find(fields, name)
  local path = {}
  for part in name:gmatch "[^.]+" do path[#path + 1] = part end
  local field = definition(fields, path)
  if not field and #fields == 0 then field = { type = "any" } end
  if field then return { name = name, path = path, type = field.type or "any", fields = field.fields, item = field.item } end
  local names = all_names(fields)
  return nil, ("the rows have no field %s"):format(core.printable(name, 64)),
    check.suggestion(name, names) or "the fields are " .. table.concat(names, ", ")
end

--- Returns the value of a field in a row; nil if the row has no value.
---@param column table from find
---@param row table
---@return any
function row_fields.value(column, row)
  local value = row
  for _, part in ipairs(column.path) do
    if type(value) ~= "table" then return nil end
    value = value[part]
  end
  if value == json.null then return nil end
  return value
end

return row_fields
