--- Writes rows as a table that fits the terminal, as CSV or as JSON; cli/io/row_options.lua has the options.
--
-- Rows are written as they arrive; the first 100 are buffered to find the columns and their widths.
local core = require "mimecast.core"
local csv = require "mimecast.bulk.input.csv"
local json = require "mimecast.json"
local output = require "mimecast.cli.io.output"
local terminal_text = require "mimecast.cli.io.terminal_text"

local printers = {}

local buffered_rows = 100
local min_width = 6

-- Returns the names of the columns: the operation's fields in their order, then other names of the buffered rows.
local function column_names(rows, fields, all)
  local present, names, is_field = {}, {}, {}
  for _, row in ipairs(rows) do
    for name in pairs(row) do present[name] = true end
  end
  for _, field in ipairs(fields) do
    if all or present[field.name] then names[#names + 1] = field.name end
    is_field[field.name] = true
  end
  local others = {}
  for name in pairs(present) do
    if not is_field[name] and type(name) == "string" then others[#others + 1] = name end
  end
  table.sort(others, core.before)
  for _, name in ipairs(others) do names[#names + 1] = name end
  return names
end

local function cell_text(value)
  if value == nil or value == json.null then return "" end
  if type(value) == "table" then return output.encode(value) end
  if type(value) == "number" then return core.format_number(value) end
  return tostring(value)
end

-- ---- tables ----

-- Narrows the widest columns until the line fits or all columns have the least width.
local function narrow(widths, columns)
  local total = 2 * (#widths - 1)
  for _, width in ipairs(widths) do total = total + width end
  while total > columns do
    local widest = 1
    for i, width in ipairs(widths) do
      if width > widths[widest] then widest = i end
    end
    if widths[widest] <= min_width then return end
    widths[widest], total = widths[widest] - 1, total - 1
  end
end

local Table = {}
Table.__index = Table

local function table_line(self, cells)
  local parts = {}
  for i, cell in ipairs(cells) do parts[i] = terminal_text.fit(cell, self.widths[i]) end
  return (table.concat(parts, "  "):gsub(" +$", ""))
end

function Table:cells(row)
  local cells = {}
  for i, name in ipairs(self.names) do cells[i] = terminal_text.printable(cell_text(row[name])) end
  return cells
end

-- Widens the columns to the cells of a row.
function Table:widen(cells)
  for i, cell in ipairs(cells) do self.widths[i] = math.max(self.widths[i] or 0, terminal_text.width(cell)) end
end

function Table:begin(rows)
  if #rows == 0 then return end
  self.names, self.widths = column_names(rows, self.fields, self.fields.all), {}
  local titles, columns = {}, output.columns()
  for i, name in ipairs(self.names) do titles[i] = terminal_text.printable(name) end
  self:widen(titles)
  for _, row in ipairs(rows) do self:widen(self:cells(row)) end
  if columns then narrow(self.widths, columns) end
  self.is_fixed = columns ~= nil
  output.write(output.paint(self.context, table_line(self, titles), "bold") .. "\n")
end

function Table:row(row)
  local cells = self:cells(row)
  if not self.is_fixed then self:widen(cells) end -- not a terminal: later rows are not cut
  output.write(table_line(self, cells) .. "\n")
end

function Table.finish(_, count)
  if count == 0 then output.note "no rows" end
end

-- ---- CSV ----

local Csv = {}
Csv.__index = Csv

local function csv_line(self, cells)
  local row = csv.row(cells, #self.names)
  return (self.is_terminal and terminal_text.printable(row) or row) .. "\n"
end

function Csv:begin(rows)
  if self.context.args and self.context.args.bom then output.write "\239\187\191" end
  self.names, self.is_terminal = column_names(rows, self.fields, true), output.is_terminal()
  output.write(csv_line(self, self.names))
end

function Csv:row(row)
  local cells = {}
  for i, name in ipairs(self.names) do cells[i] = cell_text(row[name]) end
  output.write(csv_line(self, cells))
end

function Csv.finish() end

-- ---- JSON ----

local Json = {}
Json.__index = Json

function Json:begin() self.count = 0 end

function Json:row(row)
  local document = output.encode(row, self.fields)
  if self.json_lines then return output.write(document .. "\n") end
  output.write((self.count == 0 and "[" or ",\n ") .. document)
  self.count = self.count + 1
end

function Json:finish()
  if not self.json_lines then output.write(self.count == 0 and "[]\n" or "]\n") end
end

--- Writes rows.
---@param context table json, csv, format, args (bom), color
---@param fields mimecast.Field[] of a row; `all`: a table has a column for each, also if no row of the first 100 has the field
---@param next_row fun(): any, string?, mimecast.Error? the next row; nil after the last; false, message and err on failure
---@param json_lines? boolean --json writes a document for each row instead of a list; --output json and jsonl say it
---@return integer? count nil if the rows ended with a failure
---@return string? message
---@return mimecast.Error? err
function printers.write(context, fields, next_row, json_lines)
  local class = context.json and Json or context.csv and Csv or Table
  if context.format then json_lines = context.format == "jsonl" end
  local printer = setmetatable({ context = context, fields = fields, json_lines = json_lines }, class)
  local buffer, count = {}, 0
  local row, message, err = next_row()
  while row and #buffer < buffered_rows do
    buffer[#buffer + 1] = row
    row, message, err = next_row()
  end
  if row ~= false or #buffer > 0 then
    printer:begin(buffer)
    for _, buffered in ipairs(buffer) do printer:row(buffered) end
    count = #buffer
    while row do
      printer:row(row)
      count = count + 1
      row, message, err = next_row()
    end
    printer:finish(count)
  end
  if row == false then return nil, message, err end
  return count
end

return printers
