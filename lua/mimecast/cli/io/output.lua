--- Writes results to standard output and messages to standard error.
--
-- A write that fails raises an error value of its own, so that the command stops: its reader is gone or the disk is full.
local json = require "mimecast.json"
local system = require "mimecast.system"
local terminal_text = require "mimecast.cli.io.terminal_text"

local output = {}

local WriteError = { __name = "mimecast.cli.WriteError" }

local EPIPE = 32 -- on Linux

--- Returns whether a raised value says that standard output cannot be written, and whether the reason is a closed pipe.
---@param value any
---@return boolean is_write_error
---@return boolean is_broken_pipe
function output.is_write_error(value)
  local is_write_error = type(value) == "table" and getmetatable(value) == WriteError
  return is_write_error, is_write_error and value.code == EPIPE
end

local function check(ok, message, code)
  if not ok then error(setmetatable({ message = message, code = code }, WriteError), 0) end
end

--- Writes to standard output. Raises if the write fails.
---@param value string
function output.write(value)
  check(io.stdout:write(value))
end

local first_failure -- of a flush in output.note: a later flush has nothing to write and would succeed

--- Flushes standard output. Raises if a write has failed.
function output.flush()
  if first_failure then check(nil, first_failure.message, first_failure.code) end
  check(io.stdout:flush())
end

--- Returns whether standard output is a terminal.
function output.is_terminal()
  return system.is_terminal(1)
end

--- Returns the columns of the terminal; nil if standard output is not a terminal. The variable COLUMNS overrides both.
---@return integer?
function output.columns()
  local columns = tonumber(os.getenv "COLUMNS")
  if columns and columns >= 20 and columns % 1 == 0 and columns <= 10000 then return columns end
  return output.is_terminal() and (system.width(1) or 80) or nil
end

--- Writes a line to standard error. Flushes standard output first, so that the order of the lines is kept.
---@param line string
function output.note(line)
  local ok, message, code = io.stdout:flush()
  if not ok then first_failure = first_failure or { message = message, code = code } end
  io.stderr:write(terminal_text.message(line), "\n")
end

local colors = { red = "31", green = "32", yellow = "33", bold = "1" }

--- Colors a word if the descriptor is a terminal and colors are on.
---@param context table
---@param word string
---@param color string
---@param descriptor? integer default 1
---@return string
function output.paint(context, word, color, descriptor)
  if not context.color or not system.is_terminal(descriptor or 1) then return word end
  return ("\27[%sm%s\27[0m"):format(colors[color], word)
end

-- ---- JSON ----

local key_orders = setmetatable({}, { __mode = "k" })

local function key_order(fields)
  if not key_orders[fields] then
    local names = {}
    for i, field in ipairs(fields) do names[i] = field.name end
    key_orders[fields] = json.object(names)
  end
  return key_orders[fields]
end

local function inner_fields(fields, name)
  for _, field in ipairs(fields or {}) do
    if field.name == name then return field.fields or (field.item and field.item.fields) end
  end
  return nil
end

-- Returns a copy whose keys are encoded in the order of the fields.
local function in_order(value, fields)
  if type(value) ~= "table" then return value end
  if getmetatable(value) == json.array_mt or #value > 0 then
    local list = json.array()
    for i, item in ipairs(value) do list[i] = in_order(item, fields) end
    return list
  end
  local copy = {}
  for name, item in pairs(value) do copy[name] = in_order(item, inner_fields(fields, name)) end
  return fields and setmetatable(copy, key_order(fields)) or copy
end

--- Encodes a value as JSON on one line, with its keys in the order of the operation's fields.
---@param value any
---@param fields? mimecast.Field[]
---@return string
function output.encode(value, fields)
  return terminal_text.escape_json(json.encode(in_order(value, fields)))
end

--- Writes a JSON document.
---@param value any
---@param fields? mimecast.Field[]
function output.json(value, fields)
  output.write(output.encode(value, fields) .. "\n")
end

--- Writes untrusted text: unchanged into a file or pipe, with visible control characters on a terminal.
---@param value string
function output.untrusted(value)
  if output.is_terminal() then value = value:gsub("[^\n\t\\]+", terminal_text.printable) end
  output.write(value)
end

return output
