--- Where the command writes: results to standard output, everything else to standard error; and the error value that
--- stops a command whose output nobody reads any more.
local json = require "mimecast.json"
local system = require "mimecast.system"
local text = require "mimecast.cli.io.terminal_text"

local output = {}

local stopped = { __name = "mimecast.cli.Stopped" }

local broken_pipe = 32 -- EPIPE on Linux

--- Whether a raised value says that the output cannot be written, and whether that is because its reader has gone.
---@param value any
---@return boolean is
---@return boolean pipe
function output.is_stopped(value)
  local is = type(value) == "table" and getmetatable(value) == stopped
  return is, is and value.code == broken_pipe
end

local function check(ok, message, code)
  if not ok then error(setmetatable({ message = message, code = code }, stopped), 0) end
end

--- Writes to standard output. Raises where that cannot be done.
---@param value string
function output.write(value)
  check(io.stdout:write(value))
end

local lost -- why an earlier part could not be written: a later flush has nothing left to fail with

--- Sees to it that all has been written. Raises where that cannot be done.
function output.flush()
  if lost then check(nil, lost.message, lost.code) end
  check(io.stdout:flush())
end

--- Whether a result goes to a terminal.
function output.is_terminal()
  return system.is_terminal(1)
end

--- Columns of the terminal; nil where a result does not go to one. COLUMNS has the last word.
---@return integer?
function output.columns()
  local columns = tonumber(os.getenv "COLUMNS")
  if columns and columns >= 20 and columns % 1 == 0 and columns <= 10000 then return columns end
  return output.is_terminal() and (system.width(1) or 80) or nil
end

--- A line for people, on standard error.
---@param line string
function output.note(line)
  local ok, message, code = io.stdout:flush() -- what was written before comes before
  if not ok then lost = lost or { message = message, code = code } end
  io.stderr:write(text.message(line), "\n")
end

local colors = { red = "31", green = "32", yellow = "33", bold = "1" }

--- A word in a color, where the descriptor is a terminal that wants one.
---@param context table
---@param word string
---@param color string
---@param descriptor? integer 1 by default
---@return string
function output.paint(context, word, color, descriptor)
  if not context.color or not system.is_terminal(descriptor or 1) then return word end
  return ("\27[%sm%s\27[0m"):format(colors[color], word)
end

-- ---- JSON ----

local orders = setmetatable({}, { __mode = "k" })

local function order_of(fields)
  if not orders[fields] then
    local names = {}
    for i, field in ipairs(fields) do names[i] = field.name end
    orders[fields] = json.object(names)
  end
  return orders[fields]
end

local function inner_fields(fields, name)
  for _, field in ipairs(fields or {}) do
    if field.name == name then return field.fields or (field.item and field.item.fields) end
  end
  return nil
end

-- A copy that is written in the order of its model.
local function ordered(value, fields)
  if type(value) ~= "table" then return value end
  if getmetatable(value) == json.array_mt or #value > 0 then
    local list = json.array()
    for i, item in ipairs(value) do list[i] = ordered(item, fields) end
    return list
  end
  local copy = {}
  for name, item in pairs(value) do copy[name] = ordered(item, inner_fields(fields, name)) end
  return fields and setmetatable(copy, order_of(fields)) or copy
end

--- A value as JSON on one line, in the order of its operation's fields.
---@param value any
---@param fields? mimecast.Field[]
---@return string
function output.encode(value, fields)
  return text.safe_json(json.encode(ordered(value, fields)))
end

--- Writes a JSON document.
---@param value any
---@param fields? mimecast.Field[]
function output.json(value, fields)
  output.write(output.encode(value, fields) .. "\n")
end

--- Writes lines that came from elsewhere: as they are, or made visible where a terminal would obey them.
---@param value string
function output.foreign(value)
  if output.is_terminal() then value = value:gsub("[^\n\t\\]+", text.printable) end
  output.write(value)
end

return output
