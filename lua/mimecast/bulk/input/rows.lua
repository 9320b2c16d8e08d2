--- Converts the rows of an input to wire items of an operation, checks each, and lists all errors by line.
--
-- An empty cell of a CSV file leaves its field unset. A quoted empty cell (`""`) is an empty text, as in JSON Lines. JSON
-- Lines leave out a field that is not set.
local check = require "mimecast.config.check"
local core = require "mimecast.core"
local counted = require "mimecast.base.counted"
local csv = require "mimecast.bulk.input.csv"
local errors = require "mimecast.errors"
local json = require "mimecast.json"
local jsonl = require "mimecast.bulk.input.jsonl"
local wire_item = require "mimecast.model.wire_item"
local system = require "mimecast.system"

local rows = {}

local max_listed, max_candidates = 100, 10000
local find, byte = string.find, string.byte
local blank = 32

-- Removes blanks around a text. `%s` would depend on the locale, in which a byte of a letter may count as a blank.
local function trim(text)
  if (byte(text, 1) or 0) > blank and byte(text, -1) > blank then return text end
  return (text:gsub("^[ \t-\r]+", ""):gsub("[ \t-\r]+$", ""))
end

local function is_blank(text)
  return (byte(text, 1) or 0) <= blank and not find(text, "[^ \t-\r]")
end

-- ---- columns ----

local converters = {}

function converters.text(cell) return cell end

local function trimmed(cell) return trim(cell) end

local function number_or_text(cell)
  cell = trim(cell)
  return find(cell, "^%-?%d+$") and tonumber(cell) or cell
end

-- A list or an object stands in its cell as JSON.
local function from_json(cell)
  local value = json.decode(cell)
  if value == nil then return cell end
  return value
end

converters.email, converters.boolean, converters.enum, converters.datetime = trimmed, trimmed, trimmed, trimmed
converters.integer = number_or_text
converters.list, converters.object, converters.any = from_json, from_json, from_json

-- Returns the fields by folded name (Lua name, wire name and label), and the list of all names.
local function names_of(operation)
  local by_name, names = {}, {}
  for _, field in ipairs(operation.input) do
    for _, name in ipairs { field.name, field.wire or field.name, field.label or field.name } do
      by_name[core.fold(name)] = field
      names[#names + 1] = name
    end
  end
  return by_name, names
end

-- Tells whether a cell holds a carriage return. The text behind it could be a row with a password, and is never shown.
local function has_return(cells, count)
  for i = 1, count do
    if find(cells[i], "\r", 1, true) then return true end
  end
  return false
end

-- Returns the fields of a header's cells; false for a column that is not a field.
local function columns_of(operation, cells, count, line, report)
  if has_return(cells, count) then
    report { line = line, code = "invalid_row", message = "ends with a carriage return only; save the file with line feeds" }
    return nil
  end
  local by_name, names = names_of(operation)
  local columns, taken, any_field, unknown = {}, {}, false, {}
  for i = 1, count do
    local field = by_name[core.fold(trim(cells[i]))]
    columns[i] = field or false
    if is_blank(cells[i]) then
      report { line = line, code = "unknown_field", message = ("has no name for column %d"):format(i) }
    elseif not field then
      unknown[#unknown + 1] = trim(cells[i])
    elseif taken[field] then
      report { line = line, field = field.name, code = "duplicate_field", message = "has two columns" }
    else
      taken[field], any_field = true, true
    end
  end
  if not any_field then -- the header may be missing: the cells could hold a password, and are never shown
    local separator = count == 1 and cells[1]:match "[;\t]"
    report { line = line, code = "unknown_field", message = separator
      and ("separates its columns by %s; set the option separator"):format(separator == ";" and "a semicolon" or "a tab")
      or "must name the columns, like email,accountDisabled; no column is a field" }
    return nil
  end
  for _, name in ipairs(unknown) do
    local hint = check.suggestion(name, names)
    report { line = line, field = core.printable(name, 64), code = "unknown_field", message = "is not a column of "
      .. operation.name .. (hint and "; " .. hint or "") }
  end
  for _, field in ipairs(operation.input) do
    if field.required and not taken[field] then
      report { line = line, field = field.name, code = "missing_field", message = "has no column" }
    end
  end
  return columns
end

-- ---- readers: each returns the next row's values, or nil and an error table ----

local readers = {}

local function csv_values(columns, cells, quoted)
  local values = {}
  for i = 1, #columns do
    local cell, column = cells[i], columns[i]
    if column and (quoted[i] or not is_blank(cell)) then
      values[column.name] = converters[column.type](cell)
    end
  end
  return values
end

function readers.csv(operation, read, report, options)
  local reader, columns = csv.reader(read, options.separator), nil
  local function row()
    local cells, quoted, count, line = reader:next()
    if not cells then
      if quoted then quoted.code = "invalid_row" end
      return nil, quoted or not columns and { line = 1, code = "unknown_field", fatal = true,
        message = "must name the columns, like email,accountDisabled; the input is empty" } or nil
    end
    if not columns then
      columns = columns_of(operation, cells, count, line, report)
      if not columns then return nil, nil end
      return row()
    end
    if count ~= #columns then
      return nil, { line = line, code = "invalid_row",
        message = ("has %s, and the header has %d"):format(counted(count, "cell"), #columns) }
    end
    return csv_values(columns, cells, quoted), nil, line
  end
  return row
end

function readers.jsonl(operation, read)
  local next_line, by_name = jsonl.reader(read), names_of(operation)
  return function()
    local text, number = next_line()
    if not text then
      if number then number.code = "invalid_row" end
      return nil, number
    end
    local values, invalid = json.decode(text)
    if type(values) ~= "table" or #values > 0 then
      return nil, { line = number, code = "invalid_row", message = 'is not a JSON object, like {"email": "ann@example.com"}'
        .. (invalid and ": " .. invalid or "") }
    end
    for name, value in pairs(values) do
      local field = by_name[core.fold(name)]
      if field and field.type == "email" and type(value) == "string" then values[name] = trim(value) end
    end
    return values, nil, number
  end
end

-- ---- rows ----

local function zero_bytes(values)
  for name, value in pairs(values) do
    if type(value) == "string" and find(value, "\0", 1, true) then return name end
  end
  return nil
end

-- Returns the wire item of a row; reports the errors of an invalid row.
local function check_row(operation, values, line, report, from_file)
  local name = zero_bytes(values)
  if name then
    report { line = line, field = core.printable(name, 64), code = "invalid_value", message = "must not hold a NUL character" }
    return nil
  end
  local item, problems = wire_item.prepare(operation, values, from_file)
  if item then return item end
  for _, problem in ipairs(errors.invalid_input(problems).problems) do
    problem.line = line
    report(problem)
  end
  return nil
end

--- Reads all rows of an input, in order. Invalid rows are reported and skipped.
---@param operation mimecast.Operation
---@param input table from input_file.open
---@param options table separator
---@param report fun(problem: table) line, field, code, message
---@param digest? table is updated with all bytes
---@return fun(): integer?, table?, string?, integer? next number, wire item, key, line; nil at the end
function rows.read(operation, input, options, report, digest)
  local number, ended = 0, false
  local read = readers[input.format](operation, input:pieces(digest), report, options)
  return function()
    while not ended do
      local values, problem, line = read()
      if values then
        number = number + 1
        local item = check_row(operation, values, line, report, input.is_file)
        local key = item and wire_item.key_of(operation, item)
        if item then return number, item, key or ("row " .. number), line end
      elseif problem then
        number = number + 1
        report(problem)
        ended = problem.fatal
      else
        ended = true
      end
    end
    return nil
  end
end

-- ---- checking ----

-- Returns a list of the first problems with their count, and the function that adds a problem.
local function new_list(input)
  local list = { problems = {}, count = 0 }
  return list, function(problem)
    list.count = list.count + 1
    problem.unit, problem.order = input.unit, list.count
    if list.count <= max_listed then list.problems[list.count] = problem end
  end
end

local function sentence(problem)
  return ("%s %d: %s%s"):format(problem.unit, problem.line, problem.field and problem.field .. " " or "", problem.message)
end

local function list_error(list)
  local problems, shown = list.problems, {}
  table.sort(problems, function(x, y) return x.line < y.line or (x.line == y.line and x.order < y.order) end)
  for _, problem in ipairs(problems) do problem.order = nil end
  for i = 1, math.min(#problems, 10) do shown[i] = sentence(problems[i]) end
  if list.count > #shown then shown[#shown + 1] = ("and %d more"):format(list.count - #shown) end
  return nil, errors.new {
    category = "validation", code = "invalid_input", message = table.concat(shown, "; "), field = problems[1].field,
    problems = problems, problemCount = list.count, hint = "nothing was sent",
  }
end

-- Compares the rows whose keys the Bloom filter had seen before. The filter has false positives, so this pass is exact.
-- Returns the SHA-256 of what it read.
local function check_duplicates(operation, input, options, candidates, report)
  local first, digest = {}, system.sha256()
  for _, item, key, line in rows.read(operation, input, options, function() end, digest) do
    key = core.fold(key)
    if candidates[key] then
      for _, wire in ipairs(operation.key_wires) do
        if type(item[wire]) == "string" then item[wire] = core.fold(item[wire]) end
      end
      local text = system.sha256_hex(json.encode(item))
      local before = first[key]
      if not before then
        first[key] = { line = line, text = text }
      else
        report { line = line, field = operation.key or operation.keys[1], code = "duplicate_item",
          message = (before.text == text and "repeats %s %d" or "repeats %s %d with other settings"):format(input.unit,
            before.line) }
      end
    end
  end
  return digest:hex()
end

-- Estimates the number of rows from the size, for the Bloom filter. A wrong estimate only costs time.
local function estimate_rows(input)
  return math.min(30000000, math.floor(input.size / 16) + 1000)
end

--- Reads the valid rows, and checks all rows on the way.
---@param operation mimecast.Operation
---@param input table from input_file.open
---@param options table separator
---@return fun(): integer?, table?, string?, integer? next number, wire item, key, line; nil at the end
---@return fun(): table?, mimecast.Error? finish after the last row: returns what `check` returns
function rows.checked(operation, input, options)
  local list, report = new_list(input)
  local digest, filter = system.sha256(), system.bloom_filter(estimate_rows(input))
  local candidates, candidate_count, count = {}, 0, 0
  local is_keyed, read = #operation.key_wires > 0, rows.read(operation, input, options, report, digest)

  local function next_row()
    local number, item, key, line = read()
    if not number then return nil end
    count = number
    if is_keyed and filter:add(core.fold(key)) and candidate_count < max_candidates then
      candidates[core.fold(key)], candidate_count = true, candidate_count + 1
    end
    return number, item, key, line
  end

  local function finish()
    local sha256 = digest:hex()
    if candidate_count > 0 and check_duplicates(operation, input, options, candidates, report) ~= sha256 then
      return nil, input:changed_error()
    end
    if candidate_count == max_candidates and list.count == 0 then -- the filter was too small, and other rows may be duplicates
      report { line = 1, code = "too_many_rows",
        message = "begins too many rows to find duplicates; split the input" }
    end
    if list.count > 0 then return list_error(list) end
    return { rows = count, sha256 = sha256 }
  end

  return next_row, finish
end

--- Checks all rows.
---@param operation mimecast.Operation
---@param input table from input_file.open
---@param options? table separator
---@return table? checked rows (their number), sha256
---@return mimecast.Error? err category validation, code invalid_input; `problems` lists the first hundred, each with
--- line, field, code and message; `problemCount` counts all. Or code changed_input
function rows.check(operation, input, options)
  local next_row, finish = rows.checked(operation, input, options or {})
  for _ in next_row do end -- luacheck: ignore 542
  return finish()
end

return rows
