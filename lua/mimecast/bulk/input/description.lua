--- Describes how an input was read, for the plan's file and for people.
local core = require "mimecast.core"
local dialect = require "mimecast.bulk.input.dialect"
local json = require "mimecast.json"

local description = {}

local max_listed, max_shown = 100, 12

local function sorted(map)
  local list = {}
  for name in pairs(map) do list[#list + 1] = name end
  table.sort(list, core.before)
  return list
end

local function columns_of(header)
  local list = json.array()
  for _, column in ipairs(header.columns) do
    if column and #list < max_listed then
      list[#list + 1] = { column = core.printable(column.column, 64), field = column.name, how = column.how,
        address = column.is_address or nil }
    end
  end
  return list
end

local function printable_list(given)
  local list = json.array()
  for i = 1, math.min(#given, max_listed) do list[i] = core.printable(given[i], 64) end
  return list
end

--- Describes how an input was read.
---@param input table from input_file.open
---@param prepared table from reading.prepare
---@param found table from rows.read
---@return table
function description.of(input, prepared, found)
  local header, written = found.header, found.dialect or {}
  local self = { encoding = input.encoding, separator = written.separator, typeLine = written.type_line,
    separatorLine = written.sep_line and true or nil, rows = found.rows, taken = found.taken,
    empty = found.empty > 0 and found.empty or nil, set = next(prepared.set) and prepared.set or nil }
  if header then
    self.columns, self.ignored = columns_of(header), printable_list(header.ignored)
    self.unnamed, self.list = #header.unnamed > 0 and #header.unnamed or nil, header.is_list
  end
  local where = json.array()
  for i, condition in ipairs(prepared.where) do
    where[i] = { column = core.printable(condition.column, 64), values = printable_list(condition.texts) }
  end
  self.where = where
  if found.taken == 0 and #found.others > 0 then self.others = printable_list(found.others) end
  return self
end

-- ---- as text ----

local function limited(list)
  local parts = {}
  for i = 1, math.min(#list, max_shown) do parts[i] = list[i] end
  if #list > max_shown then parts[#parts + 1] = ("%d more"):format(#list - max_shown) end
  return table.concat(parts, ", ")
end

local function add_file(self, lines)
  local parts = {}
  if self.encoding and self.encoding ~= "UTF-8" then parts[#parts + 1] = self.encoding end
  if self.separator and self.separator ~= "," then
    parts[#parts + 1] = "columns separated by " .. (dialect.words[self.separator] or self.separator)
  end
  if self.list then parts[#parts + 1] = "a list of addresses without a header" end
  if #parts > 0 then lines[#lines + 1] = "  read as " .. table.concat(parts, ", ") end
  if self.typeLine then lines[#lines + 1] = "  ignored: the line #TYPE" end
  if self.separatorLine then lines[#lines + 1] = "  ignored: the line sep=" end
end

local function add_columns(self, lines)
  local parts, is_plain = {}, true
  for i, column in ipairs(self.columns or {}) do
    is_plain = is_plain and column.how == "name"
    parts[i] = ("%s: %s"):format(column.column, column.address and ("address(%s)"):format(column.field) or column.field)
  end
  local ignored = self.ignored or {}
  if not self.list and not (is_plain and #ignored == 0) then lines[#lines + 1] = "  columns " .. limited(parts) end
  if #ignored > 0 then lines[#lines + 1] = "  ignored: " .. limited(ignored) end
  if self.unnamed and not self.list then
    lines[#lines + 1] = "  ignored: empty columns without a name: " .. self.unnamed
  end
end

--- Formats what is worth saying of how an input was read. A plain file needs no words.
---@param self table
---@return string[]
function description.lines(self)
  local lines = {}
  add_file(self, lines)
  add_columns(self, lines)
  for _, condition in ipairs(self.where or {}) do
    lines[#lines + 1] = ("  where %s is %s"):format(condition.column, limited(condition.values):gsub(", ", " or "))
  end
  if #(self.where or {}) > 0 then lines[#lines + 1] = ("  %d of %d rows of the file"):format(self.taken, self.rows) end
  if self.others then lines[#lines + 1] = "  the file has " .. limited(self.others) end
  local constants = {}
  for i, name in ipairs(sorted(self.set or {})) do
    constants[i] = ("%s = %s"):format(name, core.printable(tostring(self.set[name]), 64))
  end
  if #constants > 0 then lines[#lines + 1] = "  set for each row: " .. limited(constants) end
  if self.empty then lines[#lines + 1] = "  ignored: rows of empty cells: " .. self.empty end
  return lines
end

return description
