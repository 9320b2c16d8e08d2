--- Finds the remedy for an invalid value of a file: the option to set. A guess is only told, and never changes how an input is
-- read.
local core = require "mimecast.core"
local dates = require "mimecast.bulk.input.dates"
local names = require "mimecast.bulk.input.names"

local hints = {}

-- Words that programs write for true and false. Only these are shown: another text could be a misplaced password.
local words = {
  { "yes", "no" }, { "y", "n" }, { "1", "0" }, { "wahr", "falsch" }, { "ja", "nein" }, { "vrai", "faux" }, { "oui", "non" },
  { "verdadero", "falso" }, { "sí", "no" }, { "si", "no" }, { "vero", "falso" }, { "waar", "onwaar" }, { "on", "off" },
}

local function word_hint(value)
  local key = names.key(tostring(value))
  for _, pair in ipairs(words) do
    if key == pair[1] or key == pair[2] then
      local is_upper = tostring(value) == core.upper(tostring(value))
      local yes, no = pair[1], pair[2]
      if is_upper then yes, no = core.upper(yes), core.upper(no) end
      return { ('trueWords = { "%s" }'):format(yes), ('falseWords = { "%s" }'):format(no) }
    end
  end
  return nil
end

-- The zone is no guess: it must be replaced.
local function date_hint(value)
  if type(value) ~= "string" then return nil end
  local format, other = dates.guess(value)
  return format and { ('dateFormat = "%s"'):format(format) .. (other and (' or "%s"'):format(other) or ""),
    'timezone = "Area/City"' }
end

-- The value of a row for a problem's field. The row may name the field in another way.
local function value_of(operation, values, field)
  if values[field.name] ~= nil then return values[field.name] end
  for name, value in pairs(values) do
    if names.field(operation, name) == field then return value end
  end
  return nil
end

-- The name of a field's column.
local function column_of(header, field)
  for _, column in ipairs(header and header.columns or {}) do
    if column and column.field == field and column.column ~= "" then return column.column end
  end
  return field.name
end

--- Returns the remedy for a problem of a row.
---@param operation mimecast.Operation
---@param problem table field, code, message
---@param values table the row
---@param header? table the columns of a CSV file
---@return string|string[]|nil hint one option, or several
function hints.of(operation, problem, values, header)
  local field = problem.code == "invalid_value" and names.field(operation, problem.field)
  if not field then return problem.code == "unknown_field" and "ignoreOtherColumns = true" or nil end
  if problem.message:find("valid UTF-8", 1, true) then return 'encoding = "windows-1252"' end
  if field.secret then return nil end
  local value = value_of(operation, values, field)
  if field.type == "boolean" then return word_hint(value) end
  if field.type == "datetime" then return date_hint(value) end
  if field.type == "email" and type(value) == "string" and value:find "<[^<>]+@[^<>]+>[ \t]*$" then
    return ('map = { ["%s"] = "address(%s)" }'):format(core.printable(column_of(header, field), 64), field.name)
  end
  return nil
end

--- Joins the remedies of problems to one hint.
---@param problems table[]
---@param max integer
---@return string
function hints.join(problems, max)
  local list, seen = { "nothing was sent" }, {}
  for _, problem in ipairs(problems) do
    local parts = type(problem.hint) == "table" and problem.hint or { problem.hint }
    for _, part in ipairs(parts) do
      if not seen[part] and #list <= max then
        seen[part] = true
        list[#list + 1] = part
      end
    end
    problem.hint = #parts > 0 and table.concat(parts, ", ") or nil
  end
  if #list == 1 then return list[1] end
  return list[1] .. "; to read the file as it is: " .. table.concat(list, ", ", 2)
end

return hints
