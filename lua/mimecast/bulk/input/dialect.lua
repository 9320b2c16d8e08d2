--- Finds how a CSV file is written: its separator, its line ends, and lines before the header.
--
-- Excel writes `sep=;` and PowerShell 5 writes `#TYPE …` before the header. Where the header does not tell the separator,
-- an error says so.
local csv = require "mimecast.bulk.input.csv"

local dialect = {}

local piece_bytes = 65536
local find, sub, byte = string.find, string.sub, string.byte
local quote, carriage_return = 34, 13
local candidates = { ",", ";", "\t" }

dialect.words = { [","] = "a comma", [";"] = "a semicolon", ["\t"] = "a tab", ["|"] = "a bar" }

local byte_order_mark = "^\239\187\191"

-- The beginning of a text, which grows until it has a whole line.
local Head = {}
Head.__index = Head

function Head:grow()
  if self.ended or #self.text - self.at >= csv.max_row then return false end
  local piece = self.read(piece_bytes)
  self.ended = not piece
  self.text = self.text .. (piece or "")
  return not self.ended
end

-- The position of the line end behind `at` that is not in quotes; nil without one.
local function line_end(text, at)
  local is_quoted = false
  while true do
    at = find(text, '["\r\n]', at)
    if not at then return nil end
    if byte(text, at) == quote then
      is_quoted = not is_quoted
    elseif not is_quoted then
      return at
    end
    at = at + 1
  end
end

-- Returns the next line, the position behind it, and its line end.
function Head:line()
  local stop = line_end(self.text, self.at)
  while (not stop or stop == #self.text) and self:grow() do stop = line_end(self.text, self.at) end
  if not stop then return sub(self.text, self.at), #self.text + 1, "\n" end
  local line, newline = sub(self.text, self.at, stop - 1), sub(self.text, stop, stop)
  if byte(newline) == carriage_return and sub(self.text, stop + 1, stop + 1) == "\n" then
    stop, newline = stop + 1, "\n"
  end
  return line, stop + 1, newline
end

-- The number of the header's cells that are names, and the number of all.
local function count_names(header, separator, is_name)
  local is_read, names = false, 0
  local reader = csv.reader(function()
    if is_read then return nil end
    is_read = true
    return header
  end, { separator = separator, newline = "\n" })
  local cells, _, count = reader:next()
  for i = 1, cells and count or 0 do
    if is_name(cells[i]) then names = names + 1 end
  end
  return names, cells and count or 0
end

-- Returns the separator of a header; nil and two of them if several fit equally.
local function separator_of(header, is_name)
  local present, outside = {}, header:gsub('"[^"]*"', "")
  for _, mark in ipairs(candidates) do
    if find(outside, mark, 1, true) then present[#present + 1] = mark end
  end
  if #present <= 1 then return present[1] or "," end
  local best, most_names, most_cells, tied = nil, -1, -1, nil
  for _, mark in ipairs(present) do
    local names, cells = count_names(header, mark, is_name)
    if names > most_names or (names == 0 and most_names == 0 and cells > most_cells) then
      best, most_names, most_cells, tied = mark, names, cells, nil
    elseif names == most_names and names > 0 then
      tied = { best, mark }
    end
  end
  if tied then return nil, tied end
  return best
end

local function quoted(mark) return ('"%s"'):format(mark == "\t" and "\\t" or mark) end

--- Finds the dialect of a text.
---@param read fun(bytes: integer): string?, string? the next piece; nil at the end, nil and a reason on failure
---@param separator? string the option `separator`
---@param is_name fun(cell: string): boolean tells whether a cell can be the name of a column
---@return table? found separator, newline, line (number of the header's line), type_line, sep_line
---@return fun(bytes: integer): string?, string? read from the header on; or, without a dialect, the problem
function dialect.detect(read, separator, is_name)
  local head = setmetatable({ read = read, text = "", at = 1 }, Head)
  while #head.text < 3 and head:grow() do end
  if find(head.text, byte_order_mark) then head.at = 4 end
  local found = { line = 1 }
  local line, after, newline = head:line()
  while true do
    local mark = line:match '^"?[Ss][Ee][Pp]=([^"\r\n])"?[ \t]*$'
    if mark then
      found.sep_line = mark
    elseif find(line, "^#TYPE ") then
      found.type_line = true
    elseif line ~= "" or after > #head.text and not head:grow() then
      break
    end
    head.at, found.line = after, found.line + 1
    line, after, newline = head:line()
  end
  local tied
  found.newline, found.separator = newline, separator or found.sep_line
  if not found.separator then found.separator, tied = separator_of(line, is_name) end
  if tied then
    return nil, { line = found.line, code = "invalid_row", fatal = true, message = "does not tell what separates the columns: "
      .. "several separators fit", hint = ("separator = %s or %s"):format(quoted(tied[1]), quoted(tied[2])) }
  end
  local text = sub(head.text, head.at)
  return found, function(bytes)
    if not text then return read(bytes) end
    local piece = text
    text = nil
    if piece ~= "" then return piece end
    return read(bytes)
  end
end

return dialect
