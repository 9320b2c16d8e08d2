--- Prints the results of a chunk at the prompt: lists and iterators as tables, other results as fields or as JSON.
local core = require "mimecast.core"
local environment = require "mimecast.cli.repl.environment"
local errors = require "mimecast.errors"
local output = require "mimecast.cli.io.output"
local printers = require "mimecast.cli.io.printers"
local terminal_text = require "mimecast.cli.io.terminal_text"

local results = {}

local max_rows = 20

-- ---- rows ----

local function is_iterator(value)
  local mt = type(value) == "table" and getmetatable(value)
  return mt and mt.__call ~= nil and type(value.cursor) == "function" and type(value.more) == "function"
end

-- Returns whether a table is a list of rows of an operation.
local function is_row_list(value)
  if type(value) ~= "table" or #value == 0 then return false end
  for i = 1, math.min(#value, max_rows) do
    local mt = type(value[i]) == "table" and getmetatable(value[i])
    if not mt or not mt.fields then return false end
  end
  return true
end

local function write_rows(context, first, next_row)
  local mt = getmetatable(first)
  return printers.write(context, mt and mt.fields or {}, next_row, true)
end

local function print_list(context, list)
  local i = 0
  write_rows(context, list[1], function()
    i = i + 1
    return i <= max_rows and list[i] or nil
  end)
  local count = list.total or #list
  if count > max_rows then output.note(("%d of %d rows"):format(math.min(#list, max_rows), count)) end
end

-- Prints the first rows. The iterator goes on after them.
local function print_iterator(context, iterator)
  local row, message, err = iterator()
  if row == nil then return output.note "no rows" end
  if row == false then return output.note(tostring(err or message)) end
  local first, count, failure = row, 0, nil
  write_rows(context, first, function()
    if count == max_rows then return nil end
    if count > 0 then row, message, err = iterator() end
    count = count + 1
    if row == false then failure = err or message end
    return row or nil
  end)
  if failure then return output.note(tostring(failure)) end
  if count == max_rows and iterator:more() then
    output.note(("the first %d rows; for row in %s { … } do print(row) end lists all"):format(max_rows, iterator.name))
  end
end

-- ---- values ----

local function value_text(value)
  local mt = getmetatable(value)
  if type(value) == "string" then return ('"%s"'):format(terminal_text.printable(value)) end
  if type(value) == "table" and not (mt and mt.__tostring) then
    local ok, document = pcall(output.encode, value)
    return ok and document or tostring(value)
  end
  return type(value) == "number" and core.format_number(value) or tostring(value)
end

local function print_value(context, value)
  if is_iterator(value) then return print_iterator(context, value) end
  if is_row_list(value) then return print_list(context, value) end
  output.write(value_text(value) .. "\n")
end

-- Returns what is wrong, with the function that a mistyped name may mean.
local function raised_text(reason)
  if errors.is(reason) then return reason.message end
  local text = tostring(reason)
  local name = text:match "call a nil value %(global '([%w_]+)'%)" or text:match "call global '([%w_]+)' %(a nil value%)"
    or text:match "call a nil value %(%a+ '([%w_]+)'%)" or text:match "call %a+ '([%w_]+)' %(a nil value%)"
  local suggestion = name and environment.suggestion(name)
  if not name then return text end
  return ("there is no function %s; %s"):format(name, suggestion or "help lists all functions")
end

--- Prints the results of pcall. Further results that are empty tables are left out: they list no failures. Raises the value
-- that ends the prompt.
---@param context table color
---@param chunk string
---@param ok boolean
---@param ... any
function results.print(context, chunk, ok, ...)
  local count, first, _, err = select("#", ...), ...
  if not ok then
    if first == environment.quit then return error(first, 0) end
    return output.note("raised: " .. raised_text(first))
  end
  if first == nil and errors.is(err) then return output.note(tostring(err)) end
  local name = count == 1 and first == nil and chunk:match "^%s*([%a_][%w_]*)%s*$"
  local suggestion = name and environment.suggestion(name)
  if suggestion then return output.note(("%s is nil; %s"):format(name, suggestion)) end
  for i = 1, count do
    local value = (select(i, ...))
    if value ~= nil and not (i > 1 and type(value) == "table" and next(value) == nil) then print_value(context, value) end
  end
end

return results
