--- Converts the rows of an input to wire items of an operation, checks each, and lists all errors by line.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local hints = require "mimecast.bulk.input.hints"
local json = require "mimecast.json"
local reading = require "mimecast.bulk.input.reading"
local row_readers = require "mimecast.bulk.input.row_readers"
local system = require "mimecast.system"
local wire_item = require "mimecast.model.wire_item"

local rows = {}

local max_listed, max_candidates, max_hints = 100, 10000, 4

-- ---- rows ----

local function zero_bytes(values)
  for name, value in pairs(values) do
    if type(value) == "string" and value:find("\0", 1, true) then return name end
  end
  return nil
end

-- Tells whether a problem was reported before: for the header, or for an unknown name in another row.
local function is_reported(problem, found)
  if problem.code == "missing_field" then return found.header and found.header.lacks[problem.field] end
  if problem.code ~= "unknown_field" then return false end
  local before = found.unknown[problem.field]
  found.unknown[problem.field] = true
  return before
end

-- Returns the wire item of a row; reports the errors of an invalid row.
local function check_row(operation, values, line, report, from_file, found)
  local name = zero_bytes(values)
  if name then
    report { line = line, field = core.printable(name, 64), code = "invalid_value", message = "must not hold a NUL character" }
    return nil
  end
  local item, problems = wire_item.prepare(operation, values, from_file)
  if item then return item end
  for _, problem in ipairs(errors.invalid_input(problems).problems) do
    problem.line, problem.hint = line, hints.of(operation, problem, values, found.header)
    if not is_reported(problem, found) then report(problem) end
  end
  return nil
end

--- Reads all rows of an input, in order. Invalid rows are reported and skipped.
---@param operation mimecast.Operation
---@param input table from input_file.open
---@param options table the options of reading.options
---@param report fun(problem: table) line, field, code, message, hint
---@param digest? table is updated with all bytes
---@return fun(): integer?, table?, string?, integer? next number, wire item, key, line; nil at the end
---@return table found how the input is read: separator, header, lines and rows
function rows.read(operation, input, options, report, digest)
  local number, ended = 0, false
  local prepared, err = reading.prepare(operation, options)
  if not prepared then error(tostring(err), 0) end -- the maker of a plan checks the options first
  local found = { rows = 0, taken = 0, empty = 0, unknown = {}, others = {} }
  local read = row_readers[input.format](operation, prepared, input:text(digest), report, found)
  return function()
    while not ended do
      local values, problem, line = read()
      if values then
        number = number + 1
        local item = check_row(operation, values, line, report, input.is_file, found)
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
  end, found
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
    problems = problems, problemCount = list.count, hint = hints.join(problems, max_hints),
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
---@param options table the options of reading.options; allowsRepeats: rows of one key are not compared
---@return fun(): integer?, table?, string?, integer? next number, wire item, key, line; nil at the end
---@return fun(): table?, mimecast.Error? finish after the last row: returns what `check` returns
function rows.checked(operation, input, options)
  local list, report = new_list(input)
  local digest, filter = system.sha256(), system.bloom_filter(estimate_rows(input))
  local candidates, candidate_count, count = {}, 0, 0
  local is_keyed = #operation.key_wires > 0 and not options.allowsRepeats
  local read, found = rows.read(operation, input, options, report, digest)

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
    return { rows = count, sha256 = sha256, found = found }
  end

  return next_row, finish
end

--- Checks all rows.
---@param operation mimecast.Operation
---@param input table from input_file.open
---@param options? table the options of reading.options
---@return table? checked rows (their number), sha256, found (how the input was read)
---@return mimecast.Error? err category validation, code invalid_input; `problems` lists the first hundred, each with
--- line, field, code and message; `problemCount` counts all. Or code changed_input
function rows.check(operation, input, options)
  local next_row, finish = rows.checked(operation, input, options or {})
  for _ in next_row do end -- luacheck: ignore 542
  return finish()
end

return rows
