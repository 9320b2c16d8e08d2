--- Text on a terminal: what is safe to show, how many columns it takes, and how it is cut and broken into lines.
local core = require "mimecast.core"

local text = {}

-- Ranges of code points that take two columns, and of those that take none (Unicode, East Asian Width and categories Mn,
-- Me, Cf); what is in neither takes one.
local wide = { 0x1100, 0x115f, 0x2e80, 0x303e, 0x3041, 0xa4cf, 0xa960, 0xa97f, 0xac00, 0xd7a3, 0xf900, 0xfaff, 0xfe30, 0xfe6f,
  0xff00, 0xff60, 0xffe0, 0xffe6, 0x1f300, 0x1f64f, 0x1f680, 0x1f6ff, 0x1f900, 0x1f9ff, 0x20000, 0x3fffd }
local none = { 0x300, 0x36f, 0x483, 0x489, 0x591, 0x5bd, 0x610, 0x61a, 0x64b, 0x65f, 0xe31, 0xe31, 0xe34, 0xe3a, 0x1ab0, 0x1aff,
  0x1dc0, 0x1dff, 0x200b, 0x200f, 0x20d0, 0x20ff, 0xfe00, 0xfe0f, 0xfe20, 0xfe2f, 0xe0100, 0xe01ef }

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
  return within(none, code) and 0 or within(wide, code) and 2 or 1
end

--- What may be shown: control characters, direction marks and what is not UTF-8 become visible.
---@param value string
---@return string
function text.printable(value)
  return core.printable(value)
end

--- The same for a message, whose foreign parts were made visible when it was made: its backslashes stay as they are.
---@param value string
---@return string
function text.message(value)
  return (value:gsub("[^\\]+", core.printable))
end

--- How many columns a printable text takes.
---@param value string
---@return integer
function text.width(value)
  if not value:find("[\128-\255]") then return #value end
  local width = 0
  for char in value:gmatch(char_pattern) do width = width + columns_of(char) end
  return width
end

--- A text in exactly so many columns: filled with blanks, or cut with an ellipsis.
---@param value string
---@param width integer
---@return string
function text.fit(value, width)
  local taken = text.width(value)
  if taken <= width then return value .. (" "):rep(width - taken) end
  local parts, used = {}, 0
  for char in value:gmatch(char_pattern) do
    local columns = columns_of(char)
    if used + columns > width - 1 then break end
    parts[#parts + 1], used = char, used + columns
  end
  return table.concat(parts) .. "…" .. (" "):rep(width - 1 - used)
end

--- Breaks a text between words into lines that are no wider, where its words are not.
---@param value string
---@param width integer
---@return string[] lines
function text.lines(value, width)
  local list, line = {}, nil
  for word in value:gmatch "%S+" do
    if line and text.width(line) + 1 + text.width(word) > width then
      list[#list + 1], line = line, nil
    end
    line = line and line .. " " .. word or word
  end
  list[#list + 1] = line
  return list
end

-- One character beyond ASCII as JSON may show it: as it is, or escaped; what is not UTF-8 has no escape of its own.
local function escape(char)
  if core.printable(char) == char then return char end
  local first = char:byte()
  local size = first < 194 and 1 or first < 224 and 2 or first < 240 and 3 or 4
  local code = size == #char and size > 1 and size < 4 and code_of(char)
  if not code or code < 0x80 or (code >= 0xd800 and code < 0xe000) then return "\\ufffd" end
  return ("\\u%04x"):format(code)
end

--- JSON in which nothing can lead a terminal astray: the same document, with escapes.
---@param document string
---@return string
function text.safe_json(document)
  if not document:find("[\127-\255]") then return document end
  return (document:gsub("\127", "\\u007f"):gsub("[\128-\255][\128-\191]*", escape))
end

--- A word as a shell takes it, whatever it holds: a cursor, for instance, is the service's text.
---@param word string
---@return string
function text.quoted(word)
  if word:find "^[A-Za-z0-9@%%+=:,./_-]+$" then return word end
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

--- A name of Lua's as an option or a command: accountDisabled is account-disabled, update_user is update-user.
---@param name string
---@return string
function text.kebab(name)
  return (core.lower(name:gsub("%u", "-%0"):gsub("_", "-")))
end

return text
