--- Compiles the conditions of --filter: accountDisabled=true, email~*@example.com, created>=2d.
--
-- The type of the field decides how values are compared. Texts are compared without regard to case.
local arguments = require "mimecast.cli.arguments"
local core = require "mimecast.core"
local json = require "mimecast.json"
local row_fields = require "mimecast.cli.io.row_fields"

local row_filter = {}

-- By operator: the test of a value, and whether its result is negated.
local operators = {
  ["="] = { "equal" }, ["=="] = { "equal" }, ["!="] = { "equal", true }, ["~"] = { "contains" }, ["!~"] = { "contains", true },
  ["<"] = { "less" }, [">="] = { "less", true, "ordered" }, [">"] = { "greater" }, ["<="] = { "greater", true, "ordered" },
}

-- ---- values ----

local date_schema

--- Returns a date in the form that rows have: UTC, in whole seconds. Dates of this form are ordered as texts.
---@param word string
---@param now? number
---@return string? date
---@return string? problem continues the name of the field
function row_filter.date(word, now)
  local time, problem = arguments.time(word, now)
  if not time then return nil, problem end
  date_schema = date_schema or core.schema({ { name = "time", wire = "time", type = "datetime" } }, {}, json.array_mt)
  local item, problems = date_schema:encode({ time = time }, true)
  if not item then return nil, problems[1].message end
  return item.time
end

local converters = {
  boolean = function(word)
    if word == "true" or word == "false" then return word == "true" end
    return nil, ("is true or false, not %s"):format(core.printable(word, 64))
  end,
  integer = function(word)
    local number = core.parse_number(word)
    if number then return number end
    return nil, ("is a number, not %s"):format(core.printable(word, 64))
  end,
  datetime = row_filter.date,
}
converters.number = converters.integer

local function text_of(value)
  if type(value) == "number" then return core.format_number(value) end
  return core.fold(tostring(value))
end

local iso = "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%+0000$"

-- Returns a value that can be compared with a converted word; nil if the value is not of the field's type.
local function comparable(kind, value)
  if kind == "datetime" then return type(value) == "string" and value:find(iso) and value or nil end
  if kind == "boolean" or kind == "integer" or kind == "number" then return value end
  return text_of(value)
end

-- A pattern with * matches the whole text, other patterns a part of it.
local function matcher(word)
  local folded = core.fold(word)
  if not folded:find("*", 1, true) then return function(text) return text:find(folded, 1, true) ~= nil end end
  local pattern = "^" .. folded:gsub("[^%w*\128-\255]", "%%%0"):gsub("%*", ".*") .. "$"
  return function(text) return text:find(pattern) ~= nil end
end

-- ---- conditions ----

local function has_order(kind) return kind == "datetime" or kind == "integer" or kind == "number" end

local function test_of(kind, test, wanted)
  if test == "contains" then
    local matches = matcher(wanted)
    return function(value) return matches(text_of(value)) end
  end
  local function compared(compare)
    return function(value)
      value = comparable(kind, value)
      return value ~= nil and type(value) == type(wanted) and compare(value)
    end
  end
  if test == "less" then return compared(function(value) return value < wanted end) end
  if test == "greater" then return compared(function(value) return value > wanted end) end
  return compared(function(value) return value == wanted end)
end

-- Returns whether any item of a list, or the value itself, passes the test.
local function any_item(test)
  return function(value)
    if type(value) ~= "table" then return test(value) end
    for _, item in ipairs(value) do
      if type(item) ~= "table" and test(item) then return true end
    end
    return false
  end
end

local function condition(column, operator, word, now)
  local kind = column.type == "list" and column.item and column.item.type or column.type
  local test, negated, is_ordered = operator[1], operator[2], operator[3]
  if kind == "object" then return nil, "is an object: name one of its fields, like " .. column.name .. ".email" end
  if (test == "less" or test == "greater") and not has_order(kind) then
    return nil, "is neither a number nor a date: use =, !=, ~ or !~"
  end
  if test == "equal" and word == "" then
    return function(row)
      local value = row_fields.value(column, row)
      return (value == nil or value == "") ~= (negated or false)
    end
  end
  local wanted, problem = word, nil
  if test ~= "contains" then
    if converters[kind] then wanted, problem = converters[kind](word, now) else wanted = core.fold(word) end
    if wanted == nil then return nil, problem end
  end
  local passes = any_item(test_of(kind, test, wanted))
  return function(row)
    local value = row_fields.value(column, row)
    if value == nil or (is_ordered and comparable(kind, value) == nil) then return (negated and not is_ordered) or false end
    return passes(value) ~= (negated or false)
  end
end

--- Compiles a condition.
---@param fields mimecast.Field[] of a row
---@param word string like "accountDisabled=true"
---@param now? number seconds since 1970; the present time by default
---@return (fun(row: table): boolean)? keep
---@return string? message
---@return string? hint
function row_filter.compile(fields, word, now)
  local name, symbol, value = word:match "^%s*([%w_.]+)%s*([=!~<>]+)%s*(.-)%s*$"
  local operator = symbol and operators[symbol]
  if not operator then
    return nil, ("%s is not a condition"):format(core.printable(word, 64)),
      "write FIELD=VALUE with one of =, !=, ~, !~, <, <=, >, >=, in quotes: --filter 'accountDisabled=true'"
  end
  local column, message, hint = row_fields.find(fields, name)
  if not column then return nil, message, hint end
  local keep, problem = condition(column, operator, value, now)
  if not keep then return nil, ("%s: %s %s"):format(core.printable(word, 64), name, problem) end
  return keep
end

return row_filter
