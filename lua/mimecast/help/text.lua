--- Words for the catalogue, the same in help and in the documents: what a field is, what a function returns, and an
-- example that runs.
local core = require "mimecast.core"
local result = require "mimecast.model.result"
local registry = require "mimecast.model.registry"

local describe = {}

-- ---- fields ----

local type_words = {
  text = "text", email = "e-mail address", boolean = "boolean", datetime = "date and time", integer = "whole number",
  object = "object", any = "any value", secret = "text or secret", number = "number", table = "table",
  ["function"] = "function",
}

local plurals = {
  text = "texts", email = "e-mail addresses", integer = "whole numbers", object = "objects", any = "any values",
}

--- A field's type in words.
---@param field table
---@return string
function describe.type(field)
  if field.type == "enum" then return table.concat(field.values, " | ") end
  if field.type == "list" then return "list of " .. (plurals[field.item.type] or describe.type(field.item)) end
  if field.secret then return type_words.secret end
  return type_words[field.type] or field.type
end

local function text_of(value)
  return type(value) == "number" and core.format_number(value) or tostring(value)
end

local units = { text = "character", list = "item" }

-- "1 to 256 characters", "at least 1 item", "at most 500"; nil where there are no bounds.
local function bounds(field)
  local min, max = field.min and core.format_number(field.min), field.max and core.format_number(field.max)
  if field.type == "text" and min == "1" and not max then return "not empty" end
  local words = min and max and ("%s to %s"):format(min, max) or min and "at least " .. min or max and "at most " .. max
  local unit = units[field.type]
  if not words or not unit then return words or nil end
  return ("%s %s%s"):format(words, unit, (max or min) == "1" and "" or "s")
end

--- What there is to know of an input field besides its names and its definition: type, bounds, default.
---@param field table
---@return string
function describe.facts(field)
  local facts = { describe.type(field) }
  facts[2] = bounds(field)
  if field.default ~= nil then facts[#facts + 1] = "default " .. text_of(field.default) end
  return table.concat(facts, ", ")
end

--- All fields with those within them, in their order.
---@param fields table[]
---@param before? string
---@param list? table[]
---@return table[] entries each { path = "links[].name", depth = 1, field = … }
function describe.flat(fields, before, list)
  list = list or {}
  for _, field in ipairs(fields) do
    local path = (before or "") .. field.name
    local _, depth = path:gsub("%.", "")
    list[#list + 1] = { path = path, depth = depth, field = field }
    local inner = field.fields or (field.item and field.item.fields)
    if inner then describe.flat(inner, path .. (field.item and "[]." or "."), list) end
  end
  return list
end

-- ---- examples ----

local escapes = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\\"] = "\\\\", ['"'] = '\\"' }

local function quote(text)
  return '"' .. text:gsub('[%c\\"]', function(char) return escapes[char] or ("\\%03d"):format(char:byte()) end) .. '"'
end

local keywords = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat return then true until
  while]]):gmatch("%l+") do keywords[word] = true end

local function key_of(name)
  return name:find("^[%a_][%w_]*$") and not keywords[name] and name or "[" .. quote(name) .. "]"
end

--- A value as Lua source: on one line where it fits, else an entry on each.
---@param value any
---@param fields? table[] the order of its names
---@param room? integer columns there are for it
---@param indent? string
---@return string
function describe.literal(value, fields, room, indent)
  room, indent = room or 100, indent or ""
  if type(value) == "string" then return quote(value) end
  if type(value) ~= "table" then return text_of(value) end
  local inline, lines = {}, {}
  local function add(key, item, own)
    inline[#inline + 1] = key .. describe.literal(item, own, math.huge)
    lines[#lines + 1] = indent .. "  " .. key .. describe.literal(item, own, 96 - #indent - #key, indent .. "  ") .. ","
  end
  for _, item in ipairs(value) do add("", item, fields) end
  for _, name in ipairs(result.names(value, fields)) do
    add(key_of(name) .. " = ", value[name], result.fields(fields, name))
  end
  if #inline == 0 then return "{}" end
  local text = "{ " .. table.concat(inline, ", ") .. " }"
  if #text <= room then return text end
  return "{\n" .. table.concat(lines, "\n") .. "\n" .. indent .. "}"
end

-- What stands before and after a call.
local calls = {
  item = { "local result, message, err = mimecast.", "" },
  list = { "local rows, message, err = mimecast.", "" },
  batch = { "local results, failures = mimecast.", "" },
  paginator = { "for row, message in assert(mimecast.", ") do\n  assert(row, message)\n  print(row)\nend" },
}

--- Calls of a function, as Lua that runs.
---@param name string
---@return string[] examples none where the operation has no example
function describe.examples(name)
  local operation, kind = registry.find(name)
  local list = {}
  for i, input in ipairs(operation.examples or { operation.example }) do
    if kind == "batch" then input = { input } end
    local before = calls[kind][1] .. name
    local literal = describe.literal(input, operation.all_fields, 92 - #before)
    list[i] = before .. (literal == "{}" and "()" or " " .. literal) .. calls[kind][2]
  end
  return list
end

-- ---- functions ----

local kinds = {
  item = function() return "the output table, or nil, message, err" end,
  list = function(operation)
    if not operation.paginator then return "a list of rows, or nil, message, err" end
    return "a list of rows, or nil, message, err; the list's total is how many rows the service counts, its cursor "
      .. "says where to go on where there are more"
  end,
  batch = function()
    return "two lists in the order given: results, with false where an item failed, and the failures by position"
  end,
  paginator = function()
    return "an iterator over the rows of all pages, or nil, message, err; a failure on the way comes as false, "
      .. "message, err; cursor() says where to go on, more() whether there is anything left"
  end,
}

--- What a function returns, in words.
---@param operation mimecast.Operation
---@param kind "item"|"batch"|"list"|"paginator"
---@return string
function describe.returns(operation, kind)
  return kinds[kind](operation)
end

--- What is to be said of an answer that is not documented; nil where that is said already, or it is.
---@param operation mimecast.Operation
---@return string?
function describe.open(operation)
  if not operation.undocumentedOutput or (operation.note or ""):find("not documented", 1, true) then return nil end
  return (#operation.output > 0 and "Other fields of the answer are not documented: they" or
    "The service's answer is not documented: its fields") .. " are handed on under their wire names."
end

--- How many items a request takes, in words.
---@param operation mimecast.Operation
---@return string
function describe.batch(operation)
  return (operation.batch == 1 and "one" or tostring(operation.batch)) .. " to a request"
end

--- What a function does, in a sentence.
---@param operation mimecast.Operation
---@param kind "item"|"batch"|"list"|"paginator"
---@return string
function describe.summary(operation, kind)
  if kind == "batch" then return ("%s for a list, %s."):format(operation.name, describe.batch(operation)) end
  if kind == "paginator" then return ("%s row by row, over all pages."):format(operation.name) end
  return operation.summary or "An operation without a summary."
end

return describe
