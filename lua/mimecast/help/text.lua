--- Describes fields, results and examples of operations as text, for help and for the generated documents.
local core = require "mimecast.core"
local registry = require "mimecast.model.registry"
local result = require "mimecast.model.result"

local text = {}

-- ---- fields ----

local type_words = {
  text = "text", email = "e-mail address", boolean = "boolean", datetime = "date and time", integer = "whole number",
  object = "object", any = "any value", secret = "text or secret", number = "number", table = "table",
  ["function"] = "function",
}

local plurals = {
  text = "texts", email = "e-mail addresses", integer = "whole numbers", object = "objects", any = "any values",
}

--- Returns the type of a field as text.
---@param field table
---@return string
function text.type(field)
  if field.type == "enum" then return table.concat(field.values, " | ") end
  if field.type == "list" then return "list of " .. (plurals[field.item.type] or text.type(field.item)) end
  if field.secret then return type_words.secret end
  return type_words[field.type] or field.type
end

local function value_text(value)
  return type(value) == "number" and core.format_number(value) or tostring(value)
end

local units = { text = "character", list = "item" }

-- Returns bounds like "1 to 256 characters", "at least 1 item", "at most 500"; nil if there are none.
local function bounds(field)
  local min, max = field.min and core.format_number(field.min), field.max and core.format_number(field.max)
  if field.type == "text" and min == "1" and not max then return "not empty" end
  local words = min and max and ("%s to %s"):format(min, max) or min and "at least " .. min or max and "at most " .. max
  local unit = units[field.type]
  if not words or not unit then return words or nil end
  return ("%s %s%s"):format(words, unit, (max or min) == "1" and "" or "s")
end

--- Returns type, bounds and default of an input field.
---@param field table
---@return string
function text.facts(field)
  local facts = { text.type(field) }
  facts[2] = bounds(field)
  if field.default ~= nil then facts[#facts + 1] = "default " .. value_text(field.default) end
  return table.concat(facts, ", ")
end

--- Returns all fields and their inner fields in order.
---@param fields table[]
---@param prefix? string
---@param list? table[]
---@return table[] entries each { path = "links[].name", depth = 1, field = … }
function text.flat(fields, prefix, list)
  list = list or {}
  for _, field in ipairs(fields) do
    local path = (prefix or "") .. field.name
    local _, depth = path:gsub("%.", "")
    list[#list + 1] = { path = path, depth = depth, field = field }
    local inner = field.fields or (field.item and field.item.fields)
    if inner then text.flat(inner, path .. (field.item and "[]." or "."), list) end
  end
  return list
end

-- ---- examples ----

local escapes = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\\"] = "\\\\", ['"'] = '\\"' }

local function quote(value)
  return '"' .. value:gsub('[%c\\"]', function(char) return escapes[char] or ("\\%03d"):format(char:byte()) end) .. '"'
end

local keywords = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat return then true until
  while]]):gmatch("%l+") do keywords[word] = true end

local function key_of(name)
  return name:find("^[%a_][%w_]*$") and not keywords[name] and name or "[" .. quote(name) .. "]"
end

--- Returns a value as Lua source: on one line if it fits, else with an entry on each line.
---@param value any
---@param fields? table[] the order of its names
---@param columns? integer for the first line
---@param indent? string
---@return string
function text.literal(value, fields, columns, indent)
  columns, indent = columns or 100, indent or ""
  if type(value) == "string" then return quote(value) end
  if type(value) ~= "table" then return value_text(value) end
  local inline, lines = {}, {}
  local function add(key, item, item_fields)
    inline[#inline + 1] = key .. text.literal(item, item_fields, math.huge)
    lines[#lines + 1] = indent .. "  " .. key .. text.literal(item, item_fields, 96 - #indent - #key, indent .. "  ") .. ","
  end
  for _, item in ipairs(value) do add("", item, fields) end
  for _, name in ipairs(result.names(value, fields)) do
    add(key_of(name) .. " = ", value[name], result.fields(fields, name))
  end
  if #inline == 0 then return "{}" end
  local line = "{ " .. table.concat(inline, ", ") .. " }"
  if #line <= columns then return line end
  return "{\n" .. table.concat(lines, "\n") .. "\n" .. indent .. "}"
end

-- Source before and after a call.
local call_source = {
  item = { "local result, message, err = mimecast.", "" },
  list = { "local rows, message, err = mimecast.", "" },
  batch = { "local results, failures = mimecast.", "" },
  paginator = { "for row, message in assert(mimecast.", ") do\n  assert(row, message)\n  print(row)\nend" },
}

--- Returns calls of a function as Lua source that runs.
---@param name string
---@return string[] examples empty if the operation has no example
function text.examples(name)
  local operation, kind = registry.find(name)
  local list = {}
  for i, input in ipairs(operation.examples or { operation.example }) do
    if kind == "batch" then input = { input } end
    local start = call_source[kind][1] .. name
    local literal = text.literal(input, operation.all_fields, 92 - #start)
    list[i] = start .. (literal == "{}" and "()" or " " .. literal) .. call_source[kind][2]
  end
  return list
end

-- ---- functions ----

local returns = {
  item = function() return "the output table; or nil, message, err" end,
  list = function(operation)
    if not operation.paginator then return "a list of rows; or nil, message, err" end
    return "a list of rows; or nil, message, err. list.total is the number of rows that the service counts; list.cursor is"
      .. " the cursor of the next page, nil on the last page"
  end,
  batch = function()
    return "two lists in the order of the items: results, with false for a failed item, and failures by position"
  end,
  paginator = function()
    return "an iterator over the rows of all pages; or nil, message, err. A failure of a later page is returned as false,"
      .. " message, err; iterator:cursor() returns the cursor to go on with, iterator:more() whether there are more rows"
  end,
}

--- Returns the results of a function as text.
---@param operation mimecast.Operation
---@param kind "item"|"batch"|"list"|"paginator"
---@return string
function text.returns(operation, kind)
  return returns[kind](operation)
end

--- Returns a note on an undocumented response; nil if the response or its lack of documentation is described elsewhere.
---@param operation mimecast.Operation
---@return string?
function text.undocumented_output(operation)
  if not operation.undocumentedOutput or (operation.note or ""):find("not documented", 1, true) then return nil end
  return (#operation.output > 0 and "Other fields of the response are not documented; they" or
    "The response is not documented; its fields") .. " are returned under their API names."
end

--- Returns the batch size as text.
---@param operation mimecast.Operation
---@return string
function text.batch(operation)
  return (operation.batch == 1 and "1 item" or operation.batch .. " items") .. " a request"
end

--- Returns the summary of a function, one sentence.
---@param operation mimecast.Operation
---@param kind "item"|"batch"|"list"|"paginator"
---@return string
function text.summary(operation, kind)
  if kind == "batch" then return ("%s for a list of items, %s."):format(operation.name, text.batch(operation)) end
  if kind == "paginator" then return ("%s for all pages, row by row."):format(operation.name) end
  return operation.summary or "Call an operation of your program."
end

return text
