--- Rows as people and programs want them: a table that fits the terminal, CSV, or JSON; written as they come, with the
--- memory of a window.
local core = require "mimecast.core"
local json = require "mimecast.json"
local output = require "mimecast.cli.io"
local text = require "mimecast.cli.io.terminal_text"

local rows = {}

local window = 100 -- rows that are looked at before the first is written: they give the columns and their widths
local narrowest = 6

-- The names of all columns: those of the model in its order, then what else the window has.
local function columns_of(list, fields, all)
  local present, names, known = {}, {}, {}
  for _, row in ipairs(list) do
    for name in pairs(row) do present[name] = true end
  end
  for _, field in ipairs(fields) do
    if all or present[field.name] then names[#names + 1] = field.name end
    known[field.name] = true
  end
  local rest = {}
  for name in pairs(present) do
    if not known[name] and type(name) == "string" then rest[#rest + 1] = name end
  end
  table.sort(rest, core.before)
  for _, name in ipairs(rest) do names[#names + 1] = name end
  return names
end

local function cell(value)
  if value == nil or value == json.null then return "" end
  if type(value) == "table" then return output.encode(value) end
  if type(value) == "number" then return core.format_number(value) end
  return tostring(value)
end

-- ---- a table ----

-- Takes columns from the widest until the line fits, or no column can give any more.
local function narrow(widths, room)
  local total = 2 * (#widths - 1)
  for _, width in ipairs(widths) do total = total + width end
  while total > room do
    local widest = 1
    for i, width in ipairs(widths) do
      if width > widths[widest] then widest = i end
    end
    if widths[widest] <= narrowest then return end
    widths[widest], total = widths[widest] - 1, total - 1
  end
end

local Grid = {}
Grid.__index = Grid

local function line(self, cells)
  local parts = {}
  for i, value in ipairs(cells) do parts[i] = text.fit(value, self.widths[i]) end
  return (table.concat(parts, "  "):gsub(" +$", ""))
end

function Grid:cells(row)
  local cells = {}
  for i, name in ipairs(self.names) do cells[i] = text.printable(cell(row[name])) end
  return cells
end

function Grid:begin(list)
  if #list == 0 then return end
  self.names, self.widths = columns_of(list, self.fields), {}
  local titles, room = {}, output.columns()
  for i, name in ipairs(self.names) do
    titles[i] = text.printable(name)
    self.widths[i] = text.width(titles[i])
  end
  for _, row in ipairs(list) do
    for i, value in ipairs(self:cells(row)) do self.widths[i] = math.max(self.widths[i], text.width(value)) end
  end
  if room then narrow(self.widths, room) end
  self.cut = room ~= nil
  output.write(output.paint(self.context, line(self, titles), "bold") .. "\n")
end

function Grid:row(row)
  local cells = self:cells(row)
  if not self.cut then -- nobody's terminal: a later row that is wider than the window is not cut
    for i, value in ipairs(cells) do
      self.widths[i] = math.max(self.widths[i], text.width(value))
    end
  end
  output.write(line(self, cells) .. "\n")
end

function Grid.finish(_, count)
  if count == 0 then output.note "no rows" end
end

-- ---- CSV ----

local Csv = {}
Csv.__index = Csv

-- A spreadsheet takes a cell that begins like this for a formula; a plain number is none.
local function defused(value)
  if value:find("^[=+@\t\r-]") and not value:find("^[+-]?%d+%.?%d*$") then return "'" .. value end
  return value
end

local function quoted(value)
  value = defused(value)
  if value:find('[",\r\n]') then return '"' .. value:gsub('"', '""') .. '"' end
  return value
end

local function csv_line(self, cells)
  for i, value in ipairs(cells) do
    cells[i] = quoted(value)
    if self.visible then cells[i] = text.printable(cells[i]) end
  end
  return table.concat(cells, ",") .. "\n"
end

function Csv:begin(list)
  self.names, self.visible = columns_of(list, self.fields, true), output.is_terminal()
  local titles = {}
  for i, name in ipairs(self.names) do titles[i] = name end
  output.write(csv_line(self, titles))
end

function Csv:row(row)
  local cells = {}
  for i, name in ipairs(self.names) do cells[i] = cell(row[name]) end
  output.write(csv_line(self, cells))
end

function Csv.finish() end

-- ---- JSON ----

local Json = {}
Json.__index = Json

function Json:begin() self.count = 0 end

function Json:row(row)
  local document = output.encode(row, self.fields)
  if self.lines then return output.write(document .. "\n") end
  output.write((self.count == 0 and "[" or ",\n ") .. document)
  self.count = self.count + 1
end

function Json:finish()
  if not self.lines then output.write(self.count == 0 and "[]\n" or "]\n") end
end

--- Writes rows.
---@param context table json, csv, color
---@param fields mimecast.Field[] of a row
---@param next fun(): any, string?, mimecast.Error? the next row; nil after the last; false, message and error value
---@param lines? boolean JSON is a document for each row
---@return integer? count nil where the rows ended with a failure
---@return string? message
---@return mimecast.Error? err
function rows.write(context, fields, next, lines)
  local class = context.json and Json or context.csv and Csv or Grid
  local writer = setmetatable({ context = context, fields = fields, lines = lines }, class)
  local first, count = {}, 0
  local row, message, err = next()
  while row and #first < window do
    first[#first + 1] = row
    row, message, err = next()
  end
  if row ~= false or #first > 0 then
    writer:begin(first)
    for _, own in ipairs(first) do writer:row(own) end
    count = #first
    while row do
      writer:row(row)
      count = count + 1
      row, message, err = next()
    end
    writer:finish(count)
  end
  if row == false then return nil, message, err end
  return count
end

return rows
