--- Prepares text for a terminal: escapes control characters, measures columns, cuts and wraps.
local core = require "mimecast.core"

local terminal_text = {}

-- Ranges of code points that take two columns or zero columns (Unicode: East Asian Width; categories Mn, Me, Cf). All others
-- take one column.
local wide = { 0x1100, 0x115f, 0x2e80, 0x303e, 0x3041, 0xa4cf, 0xa960, 0xa97f, 0xac00, 0xd7a3, 0xf900, 0xfaff, 0xfe30, 0xfe6f,
  0xff00, 0xff60, 0xffe0, 0xffe6, 0x1f300, 0x1f64f, 0x1f680, 0x1f6ff, 0x1f900, 0x1f9ff, 0x20000, 0x3fffd }
local zero_width = { 0x300, 0x36f, 0x483, 0x489, 0x591, 0x5bd, 0x610, 0x61a, 0x64b, 0x65f, 0xe31, 0xe31, 0xe34, 0xe3a,
  0x1ab0, 0x1aff, 0x1dc0, 0x1dff, 0x200b, 0x200f, 0x20d0, 0x20ff, 0xfe00, 0xfe0f, 0xfe20, 0xfe2f, 0xe0100, 0xe01ef }

local function within(ranges, code)
  for i = 1, #ranges, 2 do
    if code < ranges[i] then return false end
    if code <= ranges[i + 1] then return true end
  end
  return false
end

local char_pattern = "[%z\1-\127\194-\244][\128-\191]*"

local function code_of(char)
  local first = char:byte()
  if #char == 1 then return first end
  local code = first % 2 ^ (7 - #char)
  for i = 2, #char do code = code * 64 + char:byte(i) % 64 end
  return code
end

local function columns_of(char)
  local code = code_of(char)
  return within(zero_width, code) and 0 or within(wide, code) and 2 or 1
end

--- Escapes control characters, direction marks and invalid UTF-8.
---@param value string
---@return string
function terminal_text.printable(value)
  return core.printable(value)
end

--- Escapes a message. Its untrusted parts are escaped already, so backslashes stay unchanged.
---@param value string
---@return string
function terminal_text.message(value)
  return (value:gsub("[^\\]+", core.printable))
end

--- Returns the number of columns of a printable text.
---@param value string
---@return integer
function terminal_text.width(value)
  if not value:find("[\128-\255]") then return #value end
  local width = 0
  for char in value:gmatch(char_pattern) do width = width + columns_of(char) end
  return width
end

--- Pads a text with blanks, or cuts it with an ellipsis, to a number of columns.
---@param value string
---@param width integer
---@return string
function terminal_text.fit(value, width)
  local taken = terminal_text.width(value)
  if taken <= width then return value .. (" "):rep(width - taken) end
  local parts, used = {}, 0
  for char in value:gmatch(char_pattern) do
    local columns = columns_of(char)
    if used + columns > width - 1 then break end
    parts[#parts + 1], used = char, used + columns
  end
  return table.concat(parts) .. "…" .. (" "):rep(width - 1 - used)
end

--- Wraps a text between words. A word that is longer than the width gets a line of its own.
---@param value string
---@param width integer
---@return string[] lines
function terminal_text.wrap(value, width)
  local list, line = {}, nil
  for word in value:gmatch "%S+" do
    if line and terminal_text.width(line) + 1 + terminal_text.width(word) > width then
      list[#list + 1], line = line, nil
    end
    line = line and line .. " " .. word or word
  end
  list[#list + 1] = line
  return list
end

-- Returns a non-ASCII character unchanged if it is printable, else its JSON escape. Invalid UTF-8 becomes U+FFFD.
local function escape(char)
  if core.printable(char) == char then return char end
  local first = char:byte()
  local size = first < 194 and 1 or first < 224 and 2 or first < 240 and 3 or 4
  local code = size == #char and size > 1 and size < 4 and code_of(char)
  if not code or code < 0x80 or (code >= 0xd800 and code < 0xe000) then return "\\ufffd" end
  return ("\\u%04x"):format(code)
end

--- Escapes control characters in a JSON document. The document keeps its meaning.
---@param document string
---@return string
function terminal_text.escape_json(document)
  if not document:find("[\127-\255]") then return document end
  return (document:gsub("\127", "\\u007f"):gsub("[\128-\255][\128-\191]*", escape))
end

--- Quotes a word for a shell. The word may be untrusted: a cursor, for instance, comes from the service.
---@param word string
---@return string
function terminal_text.shell_quote(word)
  if word:find "^[A-Za-z0-9@%%+=:,./_-]+$" then return word end
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

--- Converts a Lua name to kebab case: accountDisabled to account-disabled, update_user to update-user.
---@param name string
---@return string
function terminal_text.kebab(name)
  return (core.lower(name:gsub("%u", "-%0"):gsub("_", "-")))
end

return terminal_text
