--- Checks the options that say how an input is read, and prepares them: columns, rows to take, constants, words, dates.
local core = require "mimecast.core"
local dates = require "mimecast.bulk.input.dates"
local errors = require "mimecast.errors"
local hints = require "mimecast.bulk.input.hints"
local names = require "mimecast.bulk.input.names"
local wire_item = require "mimecast.model.wire_item"

local reading = {}

--- The options, by type. A plan's header records them, so that every later step reads the input in the same way.
reading.options = {
  format = '"csv"|"jsonl"', encoding = "string", separator = "character", map = "table", mapFile = "string",
  columns = "table", ignoreOtherColumns = "boolean", where = "table", set = "table", trueWords = "table",
  falseWords = "table", dateFormat = "string", timezone = "string", emptyIsEmpty = "boolean",
}

local max_file, max_entries = 1048576, 1000

local function invalid(option, message, hint)
  return nil, errors.new { category = "usage", code = "invalid_request", message = ("the option %s %s"):format(option, message),
    field = option, hint = hint }
end

local function shown(value) return core.printable(tostring(value), 64) end

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = tostring(key) end
  table.sort(keys, core.before)
  return keys
end

-- ---- map ----

-- Reads a file of lines like those of --map: User Principal Name=email. A line that begins with # is a comment.
local function read_map_file(path)
  local file, reason = io.open(path, "rb")
  local text = file and file:read(max_file)
  if file then file:close() end
  if not text then return invalid("mapFile", "cannot be read: " .. core.printable(tostring(reason or path), 200)) end
  local map, number = {}, 0
  for line in (text:gsub("^\239\187\191", "") .. "\n"):gmatch "(.-)\r?\n" do
    number = number + 1
    if line:find "[^ \t]" and line:sub(1, 1) ~= "#" then
      local column, target = line:match "^[ \t]*(.-)[ \t]*=[ \t]*([^=]-)[ \t]*$"
      if not column or map[column] then
        return invalid("mapFile", ("names a file whose line %d %s"):format(number, column and "repeats a column"
          or "is not COLUMN=FIELD"))
      end
      map[column] = target
    end
  end
  return map
end

-- Returns the field that a target names, and whether it takes an address apart: email, address(email).
local function target_of(operation, target)
  local inner = target:match "^address%((.*)%)$"
  local field = names.field(operation, inner or target)
  if not field then
    local nearest = core.suggest(inner or target, names.list(operation))
    return nil, ("names %s, which is not a field of %s%s"):format(shown(inner or target), operation.name,
      nearest and "; did you mean " .. nearest .. "?" or "")
  end
  if inner and field.type ~= "email" then return nil, ("takes an address for %s, which is none"):format(field.name) end
  return field, inner ~= nil
end

local function compile_map(operation, options)
  local map, compiled = {}, {}
  if options.mapFile then
    local lines, err = read_map_file(options.mapFile)
    if not lines then return nil, err end
    map = lines
  end
  for column, target in pairs(options.map or {}) do map[column] = target end
  for _, column in ipairs(sorted_keys(map)) do
    local target = map[column]
    if type(target) ~= "string" then return invalid("map", 'must be like { ["User Principal Name"] = "email" }') end
    local field, is_address = target_of(operation, target)
    if not field then return invalid("map", is_address) end
    local key = names.key(column)
    if compiled[key] then return invalid("map", ("has the column %s twice"):format(shown(column))) end
    compiled[key] = { column = column, field = field, is_address = is_address }
  end
  return compiled, nil, map
end

-- ---- columns, where, set ----

local function compile_columns(list)
  if not list then return nil end
  local wanted = {}
  for _, name in ipairs(list) do
    if type(name) ~= "string" then return invalid("columns", "must be a list of names") end
    wanted[names.key(name)] = { column = name }
  end
  if #list == 0 then return invalid("columns", "must name a column") end
  return wanted
end

-- Each condition holds the texts that a cell may have. Case and blanks around a text do not matter.
local function compile_where(where)
  local conditions = {}
  for _, column in ipairs(sorted_keys(where or {})) do
    local values, texts = where[column], {}
    if type(values) ~= "table" then values = { values } end
    local accepted = {}
    for i, value in ipairs(values) do
      texts[i] = tostring(value)
      accepted[names.key(texts[i])] = true
    end
    if #texts == 0 then return invalid("where", 'must be like { Status = "Terminated" }') end
    conditions[#conditions + 1] = { column = column, key = names.key(column), accepted = accepted, texts = texts }
  end
  return conditions
end

local function compile_set(operation, set, adapt)
  local values = {}
  for _, name in ipairs(sorted_keys(set or {})) do
    local field, value = names.field(operation, name), set[name]
    if not field then
      local nearest = core.suggest(name, names.list(operation))
      return invalid("set", ("names %s, which is not a field of %s%s"):format(shown(name), operation.name,
        nearest and "; did you mean " .. nearest .. "?" or ""))
    end
    if field.secret then
      return invalid("set", ("must not hold %s: a plan would store it"):format(field.name), "put it in a column of the input")
    end
    if type(value) == "string" and adapt[field.type] then
      local reason
      value, reason = adapt[field.type](value)
      if value == nil then return invalid("set", ("has an invalid value: %s %s"):format(field.name, reason)) end
    end
    values[field.name] = value
  end
  if next(values) == nil then return values end
  local item, problems = wire_item.prepare(operation, values, true)
  for _, problem in ipairs(not item and problems or {}) do
    if values[problem.field] ~= nil then
      local hint = hints.of(operation, { code = "invalid_value", field = problem.field, message = problem.message }, values)
      return invalid("set", ("has an invalid value: %s %s"):format(problem.field, problem.message),
        type(hint) == "table" and table.concat(hint, ", ") or hint)
    end
  end
  return values
end

-- ---- words and dates ----

local function compile_words(options)
  if not options.trueWords and not options.falseWords then return nil end
  local words = {}
  for value, list in pairs { [true] = options.trueWords or {}, [false] = options.falseWords or {} } do
    local option = value and "trueWords" or "falseWords"
    for _, word in ipairs(list) do
      local key = names.key(tostring(word))
      if key == "" then return invalid(option, "must not hold an empty word") end
      if words[key] == not value or key == tostring(not value) then
        return invalid(option, ("must not hold %s, which means %s"):format(shown(word), tostring(not value)))
      end
      words[key] = value
    end
  end
  return words
end

-- Functions by type of field: each returns the value of a text, or nil, a reason and a hint.
local function adapters(options)
  local adapt = {}
  local words, err = compile_words(options)
  if err then return nil, err end
  if words then
    function adapt.boolean(text)
      local value = words[names.key(text)]
      if value ~= nil then return value end
      return text
    end
  end
  local read_date, option, reason = dates.reader(options.dateFormat, options.timezone)
  if option then return invalid(option, reason) end
  adapt.datetime = read_date
  return adapt
end

-- ---- all ----

--- Prepares the options.
---@param operation mimecast.Operation
---@param options table
---@return table? prepared map, columns, ignores_others, where, set, adapt, empty_is_empty
---@return mimecast.Error? err code invalid_request
function reading.prepare(operation, options)
  for _, name in ipairs { "map", "where", "set" } do
    local count = 0
    for _ in pairs(options[name] or {}) do count = count + 1 end
    if count > max_entries then return invalid(name, ("has more than %d entries"):format(max_entries)) end
  end
  local prepared = { ignores_others = options.ignoreOtherColumns, empty_is_empty = options.emptyIsEmpty,
    separator = options.separator }
  local err
  prepared.adapt, err = adapters(options)
  if err then return nil, err end
  prepared.map, err, prepared.merged_map = compile_map(operation, options)
  if err then return nil, err end
  prepared.columns, err = compile_columns(options.columns)
  if err then return nil, err end
  prepared.where, err = compile_where(options.where)
  if err then return nil, err end
  prepared.set, err = compile_set(operation, options.set, prepared.adapt)
  if err then return nil, err end
  return prepared
end

--- Copies the options, with the lines of the mapping file in place of its path: the file is read once.
---@param options table
---@param prepared table
---@return table
function reading.without_files(options, prepared)
  local copy = {}
  for name, value in pairs(options) do copy[name] = value end
  copy.map, copy.mapFile = next(prepared.merged_map) and prepared.merged_map or nil, nil
  return copy
end

--- The options as a plan's header records them.
---@param options table
---@param prepared table
---@param input table
---@param found table what the input was found to be: separator
---@return table
function reading.record(options, prepared, input, found)
  local record = {}
  for name in pairs(reading.options) do record[name] = options[name] end
  record.map = options.map and next(options.map) and options.map or nil
  record.where, record.set = options.where and next(options.where) and options.where, options.set and next(prepared.set)
    and prepared.set or nil
  record.format, record.separator = input.format, found.separator or options.separator
  record.encoding = input.encoding ~= "UTF-8" and input.encoding or options.encoding
  return record
end

return reading
