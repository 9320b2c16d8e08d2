--- Reads rows of CSV and of JSON Lines as tables of values by field name.
--
-- An empty cell of a CSV file leaves its field unset, also in quotes, because some programs quote every cell; the option
-- emptyIsEmpty makes a quoted empty cell an empty text. JSON Lines leave out a field that is not set.
local columns = require "mimecast.bulk.input.columns"
local counted = require "mimecast.base.counted"
local csv = require "mimecast.bulk.input.csv"
local dialect = require "mimecast.bulk.input.dialect"
local json = require "mimecast.json"
local jsonl = require "mimecast.bulk.input.jsonl"
local names = require "mimecast.bulk.input.names"

local row_readers = {}

local is_blank = columns.is_blank
local max_others = 5

local function invalid_value(field, line, reason, hint)
  return { line = line, field = field, code = "invalid_value", message = reason, hint = hint }
end

-- Adds the constants of the option `set`. Returns the name of a field that the row has as well.
local function add_constants(values, set)
  for name, value in pairs(set) do
    if values[name] ~= nil then return name end
    values[name] = value
  end
  return nil
end

-- ---- CSV ----

local function all_blank(cells, from, to)
  for i = from, to do
    if not is_blank(cells[i]) then return false end
  end
  return true
end

-- Tells whether a row is taken. Collects texts of a condition that is not met, for a plan that takes no row.
local function is_taken(conditions, cells, others)
  for _, condition in ipairs(conditions) do
    local text = cells[condition.index]
    if not condition.accepted[names.key(text)] then
      if #others < max_others and not others[text] then others[#others + 1], others[text] = text, true end
      return false
    end
  end
  return true
end

-- Returns the values of a row, or nil and the problem of a cell.
local function csv_values(header, cells, quoted, line, empty_is_empty)
  local values, list = {}, header.columns
  for i = 1, #list do
    local cell, column = cells[i], list[i]
    if column and (not is_blank(cell) or quoted[i] and (empty_is_empty or cell ~= "")) then
      local value, reason, hint = column.read(cell)
      if value == nil then return nil, invalid_value(column.name, line, reason, hint) end
      values[column.name] = value
    end
  end
  return values
end

local function unnamed_text(header, cells, line)
  for _, i in ipairs(header.unnamed) do
    if not is_blank(cells[i]) then
      return { line = line, code = "unknown_field", message = ("has text in column %d, which has no name"):format(i) }
    end
  end
  return nil
end

-- Opens the text: returns the reader of rows, and how it is written; or nil and a problem.
local function open_csv(operation, prepared, read)
  local found, rest = dialect.detect(read, prepared.separator, function(cell)
    local key = names.key(cell)
    if prepared.map[key] or names.field(operation, cell) or names.well_known(operation, cell) then return true end
    for _, condition in ipairs(prepared.where) do
      if condition.key == key then return true end
    end
    return false
  end)
  if not found then return nil, rest end
  return csv.reader(rest, found), found
end

local no_rows = { line = 1, code = "unknown_field", fatal = true,
  message = "must name the columns, like email,accountDisabled; the input is empty" }

-- Tells whether a row has empty cells only, and reports a row of another width.
local function check_width(header, cells, count, line)
  if all_blank(cells, 1, count) then return true end
  if count >= header.width and all_blank(cells, header.width + 1, count) then return false end
  return true, { line = line, code = "invalid_row",
    message = ("has %s, and the header has %d"):format(counted(count, "cell"), header.width) }
end

-- Returns the values of a row that is taken, or nil and a problem.
local function read_row(self, cells, quoted, line)
  local header, prepared = self.header, self.prepared
  if self.is_special then
    local problem = unnamed_text(header, cells, line)
    if problem then return nil, problem end
    if not is_taken(header.conditions, cells, self.found.others) then return nil, nil end
  end
  local values, problem = csv_values(header, cells, quoted, line, prepared.empty_is_empty)
  if self.has_constants and values and next(values) ~= nil then add_constants(values, prepared.set) end
  return values, problem
end

-- Returns the values of the first row from these cells on that is taken.
local function next_values(self, cells, quoted, count, line)
  local header, found = self.header, self.found
  while cells do
    local is_empty, values, problem = false, nil, nil
    if count ~= header.width or self.is_special then is_empty, problem = check_width(header, cells, count, line) end
    if problem then return nil, problem end
    if not is_empty then
      values, problem = read_row(self, cells, quoted, line)
      is_empty = values and next(values) == nil and all_blank(cells, 1, count)
    end
    if is_empty then
      found.empty = found.empty + 1
    elseif values or problem then
      self.taken = self.taken + 1
      return values, problem, line
    else
      self.left_out = self.left_out + 1
    end
    cells, quoted, count, line = self.reader:next()
  end
  found.taken, found.rows = self.taken, self.taken + self.left_out
  if quoted then quoted.code = "invalid_row" end
  return nil, quoted
end

-- Reads the header, and returns the first values. The first row of a list of addresses is a row.
local function begin(self, cells, quoted, count, line)
  local operation, prepared, found = self.operation, self.prepared, self.found
  local header = columns.address_list(operation, prepared, cells, count)
  local is_list = header ~= nil
  header = header or columns.resolve(operation, prepared, cells, count, found.dialect.separator, line, self.report)
  if not header then return nil, nil end
  header.is_list, found.header, self.header = is_list or nil, header, header
  self.is_special = #header.unnamed > 0 or #header.conditions > 0
  if is_list then return next_values(self, cells, quoted, count, line) end
  return next_values(self, self.reader:next())
end

function row_readers.csv(operation, prepared, read, report, found)
  local self = { operation = operation, prepared = prepared, report = report, found = found, taken = 0, left_out = 0,
    has_constants = next(prepared.set) ~= nil }
  return function()
    if self.header then return next_values(self, self.reader:next()) end
    local reader, dialect_found = open_csv(operation, prepared, read)
    if not reader then return nil, dialect_found end
    self.reader, found.dialect = reader, dialect_found
    local cells, quoted, count, line = reader:next()
    if cells then return begin(self, cells, quoted, count, line) end
    if quoted then quoted.code, quoted.fatal = "invalid_row", true end
    return nil, quoted or no_rows
  end
end

-- ---- JSON Lines ----

local function not_an_object(line, reason)
  return { line = line, code = "invalid_row", message = 'is not a JSON object, like {"email": "ann@example.com"}'
    .. (reason and ": " .. reason or "") }
end

local function object_is_taken(where, values)
  for _, condition in ipairs(where) do
    local is_met = false
    for name, value in pairs(values) do
      is_met = is_met or (names.key(name) == condition.key and condition.accepted[names.key(tostring(value))])
    end
    if not is_met then return false end
  end
  return true
end

-- Moves values to the names of their fields. The schema knows the operation's own names.
local function move_values(values, column_of, line)
  local moved = {}
  for name, value in pairs(values) do
    local target = column_of(name).target
    if target and moved[target] ~= nil then
      return nil, { line = line, field = target, code = "duplicate_field", message = "has two values" }
    end
    if target then moved[target] = value end
  end
  return moved
end

-- Returns the values of an object by field, or nil and a problem.
local function object_values(values, column_of, line)
  local is_plain = true
  for name, value in pairs(values) do
    local column = column_of(name)
    if column.read_text and type(value) == "string" then
      local text, reason, hint = column.read_text(value)
      if text == nil then return nil, invalid_value(column.name, line, reason, hint) end
      values[name] = text
    end
    is_plain = is_plain and column.target == name
  end
  if is_plain then return values end
  return move_values(values, column_of, line)
end

function row_readers.jsonl(operation, prepared, read, _, found)
  local next_line, known = jsonl.reader(read), {}

  local function column_of(name)
    local column = known[name]
    if column then return column end
    column = columns.of_name(operation, prepared, name)
    if not column.ignored then column.target = column.how ~= "name" and column.name or name end
    known[name] = column
    return column
  end

  return function()
    while true do
      local text, number = next_line()
      if not text then
        if number then number.code = "invalid_row" end
        return nil, number
      end
      local values, reason = json.decode(text)
      if type(values) ~= "table" or #values > 0 then return nil, not_an_object(number, reason) end
      found.rows = found.rows + 1
      if object_is_taken(prepared.where, values) then
        found.taken = found.taken + 1
        local problem
        values, problem = object_values(values, column_of, number)
        local twice = values and add_constants(values, prepared.set)
        if twice then
          return nil, { line = number, field = twice, code = "duplicate_field",
            message = "has a value in the row, and the option set has one for all rows" }
        end
        return values, problem, number
      end
    end
  end
end

return row_readers
