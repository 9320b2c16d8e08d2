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

local function is_taken(conditions, cells)
  for _, condition in ipairs(conditions) do
    if not condition.accepted[names.key(cells[condition.index])] then return false end
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

local function nameless_text(header, cells, line)
  for _, i in ipairs(header.nameless) do
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

function row_readers.csv(operation, prepared, read, report, found)
  local reader, header, row
  local has_constants = next(prepared.set) ~= nil

  -- Reads the header. The first row of a list of addresses is a row.
  local function begin(cells, quoted, count, line)
    header = columns.address_list(operation, prepared, cells, count)
    if header then
      found.header, header.is_list = header, true
      return row(cells, quoted, count, line)
    end
    header = columns.resolve(operation, prepared, cells, count, found.dialect.separator, line, report)
    found.header = header
    if header then return row(reader:next()) end
    return nil, nil
  end

  function row(cells, quoted, count, line)
    while cells do
      local width = header.width
      if is_blank(cells[1]) and all_blank(cells, 2, count) then
        found.empty = found.empty + 1
      elseif count ~= width and not (count > width and all_blank(cells, width + 1, count)) then
        return nil, { line = line, code = "invalid_row",
          message = ("has %s, and the header has %d"):format(counted(count, "cell"), width) }
      else
        found.rows = found.rows + 1
        local problem = #header.nameless > 0 and nameless_text(header, cells, line)
        if problem then return nil, problem end
        if #header.conditions == 0 or is_taken(header.conditions, cells) then
          found.taken = found.taken + 1
          local values
          values, problem = csv_values(header, cells, quoted, line, prepared.empty_is_empty)
          if values and has_constants then add_constants(values, prepared.set) end
          return values, problem, line
        end
      end
      cells, quoted, count, line = reader:next()
    end
    if quoted then quoted.code = "invalid_row" end
    return nil, quoted
  end

  return function()
    if not reader then
      local problem
      reader, problem = open_csv(operation, prepared, read)
      if not reader then return nil, problem end
      found.dialect = problem
    end
    local cells, quoted, count, line = reader:next()
    if header then return row(cells, quoted, count, line) end
    if cells then return begin(cells, quoted, count, line) end
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

-- Returns the values of an object by field, or nil and a problem.
local function object_values(values, column_of, line)
  local read = {}
  for name, value in pairs(values) do
    local column = column_of(name)
    if column.field and type(value) == "string" and column.read_text then
      local reason, hint
      value, reason, hint = column.read_text(value)
      if value == nil then return nil, invalid_value(column.name, line, reason, hint) end
    end
    local target = column.how == "name" and name or column.name or name -- the schema knows its own names
    if not column.passed then
      if read[target] ~= nil then
        return nil, { line = line, field = target, code = "duplicate_field", message = "has two values" }
      end
      read[target] = value
    end
  end
  return read
end

function row_readers.jsonl(operation, prepared, read, _, found)
  local next_line, known = jsonl.reader(read), {}

  local function column_of(name)
    known[name] = known[name] or columns.of_name(operation, prepared, name)
    return known[name]
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
