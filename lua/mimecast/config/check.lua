--- Checks tables of options and of input: one set of types and one wording for all functions.
--
-- A field is a table: name, type (or `types`, if several fit), min, max, values (the allowed texts), default, required, and
-- `problem`, a function that returns what is wrong with a value of the right type. `deferrable` fields also accept a function,
-- whose result is checked when it is called. A field that has an environment variable
-- (`env`) accepts numbers and booleans as text.
local core = require "mimecast.core"
local errors = require "mimecast.errors"

local check = {}

---@class mimecast.Fields
---@field list table[] fields in the order of the documentation
---@field by_name table<string, table>
---@field names string[]
---@field noun string what the messages call a field

--- Prepares a list of fields for the checks below.
---@param list table[]
---@param noun? string "option" by default
---@return mimecast.Fields
function check.fields(list, noun)
  local by_name, names = {}, {}
  for i, field in ipairs(list) do by_name[field.name], names[i] = field, field.name end
  return { list = list, by_name = by_name, names = names, noun = noun or "option" }
end

-- ---- types ----

local blank = "must not be empty or hold white space or control characters; copy it again"

--- What is wrong with a text or secret that must be of visible ASCII characters, such as a key.
---@param value string|userdata
---@return string? reason
function check.not_visible(value)
  return not core.secret.is_visible(value) and blank or nil
end

local function has_blank(value)
  return (value == "" or value:find("[%z\1-\32\127]")) and blank or nil
end

local function number_in_words(noun, field)
  if field.min and field.max then
    return ("%s from %s to %s"):format(noun, core.format_number(field.min), core.format_number(field.max))
  end
  return field.min and ("%s of at least %s"):format(noun, core.format_number(field.min)) or noun
end

local function is_in_range(value, field)
  return type(value) == "number" and (not field.min or value >= field.min) and (not field.max or value <= field.max)
end

local function is_text(value) return type(value) == "string" and value ~= "" end

-- Per type: its description, whether a value is of it, and what is wrong with a value of it unless the field says that.
local types = {
  text = { words = "text", fits = function(value) return type(value) == "string" end, problem = has_blank },
  string = { words = "text", fits = is_text },
  character = { words = "one character, no quote and no line break", fits = function(value)
    return is_text(value) and value:find '^[^"\r\n]$' ~= nil
  end },
  secret = { words = "text or a secret", problem = check.not_visible, fits = function(value)
    return type(value) == "string" or core.secret.is(value)
  end },
  number = { words = function(field) return number_in_words("a number", field) end, fits = is_in_range },
  integer = { words = function(field) return number_in_words("a whole number", field) end, fits = function(value, field)
    return is_in_range(value, field) and value % 1 == 0
  end },
  boolean = { words = "true or false", fits = function(value) return type(value) == "boolean" end },
  ["false"] = { words = "false", fits = function(value) return value == false end },
}
for _, name in ipairs { "function", "table", "userdata" } do
  types[name] = { words = "a " .. name, fits = function(value) return type(value) == name end }
end

local function quoted(values)
  local list = {}
  for i, value in ipairs(values) do list[i] = ('"%s"'):format(value) end
  return list
end

local function in_words(field)
  if field.deferrable then return "text, a secret or a function" end
  local words = {}
  for i, name in ipairs(field.types or { field.type }) do
    local description = types[name].words
    if name == "text" and field.values then description = table.concat(quoted(field.values), " or ") end
    words[i] = type(description) == "function" and description(field) or description
  end
  return table.concat(words, " or ")
end

local longest_shown = 16 -- characters of a text that a message repeats; a secret in the wrong place is longer

-- The value, where it cannot be a secret; else its type.
local function shown(field, value)
  local kind = type(value)
  if kind == "number" then return core.format_number(value) end
  if kind == "boolean" then return tostring(value) end
  local may_show = field.type == "number" or field.type == "integer" or field.type == "boolean" or field.values
  if kind == "string" and may_show and #value <= longest_shown then return ('"%s"'):format(core.printable(value, 64)) end
  if value == "" then return '""' end
  return kind == "string" and "text" or "a " .. kind
end

local booleans = { ["true"] = true, ["false"] = false, ["1"] = true, ["0"] = false }

-- The number or boolean that a text stands for; the text itself where it stands for neither.
local function from_text(text, kind)
  local value
  if kind == "number" then value = core.parse_number(text) elseif kind == "boolean" then value = booleans[text] end
  if value == nil then return text end
  return value
end

local function has(values, value)
  for _, allowed in ipairs(values) do
    if allowed == value then return true end
  end
  return false
end

--- Checks the value of a field.
---@param field table
---@param value any
---@return any checked nil if it is invalid
---@return string? reason "must be …"
function check.value(field, value)
  if field.deferrable and type(value) == "function" then return value end
  if field.env and type(value) == "string" then value = from_text(value, field.type) end
  for _, name in ipairs(field.types or { field.type }) do
    local kind = types[name]
    if kind.fits(value, field) and (name ~= "text" or not field.values or has(field.values, value)) then
      local problem = field.problem or kind.problem
      local reason = problem and problem(value)
      if reason then return nil, reason end
      if name == "secret" then return core.secret.new(value) end
      return value
    end
  end
  return nil, ("must be %s, got %s"):format(in_words(field), shown(field, value))
end

-- ---- names ----

--- The hint for an unknown name.
---@param name any
---@param names string[]
---@return string? hint "did you mean …?"; nil if no name is near
function check.suggestion(name, names)
  local nearest = core.suggest(tostring(name), names)
  return nearest and ("did you mean %s?"):format(nearest) or nil
end

--- Raises if `given` is no table or has an unknown name.
---@param fields mimecast.Fields
---@param given table
---@param what string the function, for the message
---@param level integer of the stack to blame
function check.names(fields, given, what, level)
  if type(given) ~= "table" then
    error(("%s takes a table, like { %s = … }"):format(what, fields.names[1]), level + 1)
  end
  for name in pairs(given) do
    if not fields.by_name[name] then
      local hint = check.suggestion(name, fields.names)
      error(("%s: unknown %s %s%s"):format(what, fields.noun, core.printable(tostring(name), 64), hint and "; " .. hint or ""),
        level + 1)
    end
  end
end

--- Checks options. Raises for an unknown name, an invalid value and a missing option.
---@param fields mimecast.Fields
---@param given table
---@param what string the function, for the message
---@param level integer of the stack to blame
---@return table checked the given options, without defaults
function check.options(fields, given, what, level)
  check.names(fields, given, what, level + 1)
  local checked = {}
  for _, field in ipairs(fields.list) do
    local value, reason = given[field.name], field.required and "is required" or nil
    if value ~= nil then value, reason = check.value(field, value) end
    if reason then error(("%s: %s %s"):format(what, field.name, reason), level + 1) end
    checked[field.name] = value
  end
  return checked
end

--- Checks an input table. Reports everything that is wrong in one error value, and raises nothing.
---@param fields mimecast.Fields
---@param input table
---@return table? values with defaults
---@return mimecast.Error? err
function check.input(fields, input)
  local values, problems = {}, {}
  local function report(order, field, code, message)
    problems[#problems + 1] = { order = order, field = field, code = code, message = message }
  end
  for i, field in ipairs(fields.list) do
    local value = input[field.name]
    if value ~= nil then
      local reason
      values[field.name], reason = check.value(field, value)
      if reason then report(i, field.name, "invalid_value", reason) end
    elseif field.required then
      report(i, field.name, "missing_field", "is required")
    else
      values[field.name] = field.default
    end
  end
  for name in pairs(input) do
    if not fields.by_name[name] then
      local hint = check.suggestion(name, fields.names)
      report(#fields.list + 1, core.printable(tostring(name), 64), "unknown_field",
        "is not a field" .. (hint and "; " .. hint or ""))
    end
  end
  if #problems > 0 then return nil, errors.invalid_input(problems) end
  return values
end

--- Adds the defaults of the options that were not given.
---@param fields mimecast.Fields
---@param checked table
---@return table checked
function check.add_defaults(fields, checked)
  for _, field in ipairs(fields.list) do
    if checked[field.name] == nil then checked[field.name] = field.default end
  end
  return checked
end

return check
