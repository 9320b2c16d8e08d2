--- Reads and writes CSV (RFC 4180). The reader works in pieces; the writer escapes cells that a spreadsheet would run as
-- formulas.
local core = require "mimecast.core"

local csv = {}

--- The maximal sizes of a cell and of a row with all its cells, in bytes.
csv.max_cell, csv.max_row = 1048576, 2097152

local piece_bytes = 65536
local find, sub, byte = string.find, string.sub, string.byte
local quote, line_feed, carriage_return = 34, 10, 13

local Reader = {}
Reader.__index = Reader

--- Makes a reader of rows. `next()` returns the cells (the same table each time), a table that tells which cells are
-- quoted, the number of cells, and the row's first line; `nil` at the end; or `nil` and an error table: line, message, and
-- `fatal` if reading cannot continue.
---@param read fun(bytes: integer): string?, string? the next piece of the text; nil at the end, nil and a reason on failure
---@param dialect? table separator ("," by default), newline ("\n", also after "\r", or "\r"), line (number of the first line)
---@return table reader
function csv.reader(read, dialect)
  local separator, newline = dialect and dialect.separator or ",", dialect and dialect.newline or "\n"
  return setmetatable({
    read = read, separator = separator, newline = newline, has_crlf = newline == "\n", text = "", at = 1,
    line = dialect and dialect.line or 1, quote_at = 0, cells = {}, quoted = {},
    cell_end = "[" .. newline .. "\"" .. separator:gsub("%p", "%%%0") .. "]",
  }, Reader)
end

local byte_order_mark = "^\239\187\191"

-- Appends the next piece to the unread text; false at the end.
local function read_more(self)
  if self.ended then return false end
  local left = sub(self.text, self.at)
  -- The pieces of a long row double, which bounds the total of copied bytes.
  local piece, reason = self.read(math.max(piece_bytes, math.min(#left, csv.max_row - #left)))
  if not piece then
    self.ended, self.failed = true, reason
    return false
  end
  self.text, self.at, self.quote_at = left .. piece, 1, 0
  return true
end

-- Skips the byte order mark that some programs write before UTF-8.
local function skip_bom(self)
  self.started = true
  while #self.text < 3 and read_more(self) do end
  if find(self.text, byte_order_mark) then self.at = 4 end
end

-- Ends the reading.
local function fatal(self, message)
  self.ended, self.text, self.at = true, "", 1
  return nil, { line = self.line, message = message, fatal = true }
end

local function too_large(self)
  return fatal(self, ("begins a row of more than %d bytes%s"):format(csv.max_row, find(self.text, '"', self.at, true)
    and "; is the quote at the end of a cell missing?" or ""))
end

-- Returns the end of the current line, quotes ignored; nil if the line is too long.
local function line_end(self)
  while true do
    local stop = find(self.text, self.newline, self.at, true)
    if stop then return stop end
    if #self.text - self.at >= csv.max_row then return nil end
    if not read_more(self) then return #self.text + 1 end
  end
end

local function split(self, line)
  local cells, separator = self.cells, self.separator
  local count, from = 0, 1
  while true do
    local at = find(line, separator, from, true)
    count = count + 1
    if not at then
      cells[count] = sub(line, from)
      return count
    end
    cells[count] = sub(line, from, at - 1)
    from = at + 1
  end
end

-- Returns the text and the end of the quoted cell at a position; nil if more text is needed; false and a message if the
-- cell is invalid.
local function quoted_cell(self, at)
  local text, from, doubled = self.text, at + 1, false
  local stop
  while true do
    stop = find(text, '"', from, true)
    if not stop or (stop == #text and not self.ended) then return nil end
    if byte(text, stop + 1) ~= quote then break end
    from, doubled = stop + 2, true
  end
  local value = sub(text, at + 1, stop - 1)
  if doubled then value = value:gsub('""', '"') end
  local after = stop + 1
  if self.has_crlf and byte(text, after) == carriage_return then
    if after == #text and not self.ended then return nil end
    if after == #text or byte(text, after + 1) == line_feed then after = after + 1 end
  end
  local char = sub(text, after, after)
  if char == "" or char == self.newline or char == self.separator then return value, after end
  return false, "has text after the quote that ends a cell"
end

local function plain_cell(self, at)
  local stop = find(self.text, self.cell_end, at)
  if not stop and not self.ended then return nil end
  stop = stop or #self.text + 1
  local char = byte(self.text, stop)
  if char == quote then return false, "has a quote in a cell that does not begin with one" end
  local value = sub(self.text, at, stop - 1)
  if self.has_crlf and (char == line_feed or not char) then value = value:gsub("\r$", "") end
  return value, stop
end

-- Parses the row at the start of the unread text. Returns the number of cells and the end of the row; nil if more text is
-- needed; false and a message if the row is invalid.
local function parse(self)
  local at, count = self.at, 0
  while true do
    local is_quoted = byte(self.text, at) == quote
    if not is_quoted and at > #self.text and not self.ended then return nil end
    local value, stop = (is_quoted and quoted_cell or plain_cell)(self, at)
    if not value then return value, stop end
    count = count + 1
    self.cells[count], self.quoted[count] = value, is_quoted
    if sub(self.text, stop, stop) ~= self.separator then return count, stop end
    at = stop + 1
  end
end

-- Moves the position forward and counts the lines.
local function advance(self, at)
  local _, lines = sub(self.text, self.at, at - 1):gsub(self.newline, "")
  self.at, self.line = at, self.line + lines
end

local function quoted_row(self)
  while true do
    local count, stop = parse(self)
    local line = self.line
    if count then
      advance(self, stop + 1)
      return count, line
    elseif count == false then
      local message, next_line = stop, line_end(self)
      if not next_line then return too_large(self) end
      advance(self, next_line + 1)
      return nil, { line = line, message = message }
    end
    if #self.text - self.at >= csv.max_row then return too_large(self) end
    if not read_more(self) and not parse(self) then
      return fatal(self, "begins a row whose last quoted cell never ends")
    end
  end
end

local function has_large_cell(self, count)
  for i = 1, count do
    if #self.cells[i] > csv.max_cell then return true end
  end
  return false
end

-- Reads the next row. Returns the number of its cells and its line; nil at the end; nil and an error table.
local function row(self)
  if not self.started then skip_bom(self) end
  local stop = line_end(self)
  if self.failed then return fatal(self, "cannot be read: " .. self.failed) end
  if not stop then return too_large(self) end
  if self.at > #self.text then return nil end
  if self.quote_at < self.at then self.quote_at = find(self.text, '"', self.at, true) or #self.text + 1 end
  local line = self.line
  if self.quote_at < stop then
    self.is_quoted = true
    return quoted_row(self)
  end
  local last = self.has_crlf and byte(self.text, stop - 1) == carriage_return and stop - 2 or stop - 1
  local count = last < self.at and 0 or split(self, sub(self.text, self.at, last))
  self.at, self.line = stop + 1, line + 1
  return count, line
end

function Reader:next()
  if self.is_quoted then self.quoted, self.is_quoted = {}, nil end
  local count, line
  repeat
    count, line = row(self)
  until count ~= 0 -- an empty line is not a row
  if not count then return nil, line end
  if has_large_cell(self, count) then
    return nil, { line = line, message = ("has a cell of more than %d bytes"):format(csv.max_cell) }
  end
  return self.cells, self.quoted, count, line
end

-- ---- writing ----

local function text_of(value)
  return type(value) == "number" and core.format_number(value) or tostring(value)
end

-- Prefixes an apostrophe to a text that a spreadsheet would run as a formula, and to a text that begins like an escaped one, so
-- that the reader of columns can take one apostrophe off. A plain number such as -5 is not a formula.
local function escape_formula(text)
  if find(text, "^'*[=+@\t\r-]") and not find(text, "^[+-]?%d+%.?%d*$") then return "'" .. text end
  return text
end

--- Formats a row of CSV, without the end of the line.
---@param cells any[]
---@param count integer
---@return string
function csv.row(cells, count)
  local parts = {}
  for i = 1, count do
    local text = escape_formula(cells[i] == nil and "" or text_of(cells[i]))
    if find(text, '[",\r\n]') or find(text, "^ ") or find(text, " $") then text = '"' .. text:gsub('"', '""') .. '"' end
    parts[i] = text
  end
  return table.concat(parts, ",")
end

return csv
