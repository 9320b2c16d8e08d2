--- Finds what each column of a file is: a field, a condition, or ignored; and reports what cannot be read, once for each
-- column.
local core = require "mimecast.core"
local encoding = require "mimecast.bulk.input.encoding"
local json = require "mimecast.json"
local names = require "mimecast.bulk.input.names"
local registry = require "mimecast.model.registry"

local columns = {}

local find, byte = string.find, string.byte
local blank, max_shown = 32, 12

-- ---- cells ----

--- Removes blanks around a text. `%s` would depend on the locale, in which a byte of a letter may count as a blank.
---@param text string
---@return string
function columns.trim(text)
  if (byte(text, 1) or 0) > blank and byte(text, -1) > blank then return text end
  return (text:gsub("^[ \t-\r]+", ""):gsub("[ \t-\r]+$", ""))
end

--- Tells whether a text has blanks only.
---@param text string
---@return boolean
function columns.is_blank(text)
  return (byte(text, 1) or 0) <= blank and not find(text, "[^ \t-\r]")
end

local trim, is_blank = columns.trim, columns.is_blank

-- A spreadsheet hides the apostrophe before a text that it would run as a formula. csv.row writes it.
local function unescape_formula(cell)
  if byte(cell, 1) == 39 and find(cell, "^'+[=+@\t\r-]") then return cell:sub(2) end
  return cell
end

local function plain_text(cell) return trim(unescape_formula(cell)) end

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

local cell_readers = {
  text = unescape_formula, email = plain_text, boolean = trim, enum = plain_text, datetime = trim, integer = number_or_text,
  list = from_json, object = from_json, any = from_json,
}

-- Takes `Ann Example <ann@example.com>` apart.
local function take_address(text)
  text = trim(text)
  return text:match "^[^<>]*<[ \t]*([^<>]-)[ \t]*>$" or text
end

-- Returns the function that reads a cell of a field: value, or nil, a reason and a hint.
local function cell_reader(prepared, field, is_address)
  local adapt = prepared.adapt[field.type]
  if is_address then return take_address end
  if field.secret then return function(cell) return cell end end -- a password keeps each character
  if adapt then return function(cell) return adapt(trim(cell)) end end
  return cell_readers[field.type]
end

-- Returns the function that reads a text of JSON or of a Lua table; nil if it stays as it is.
local function text_reader(prepared, field, is_address)
  if is_address then return take_address end
  if field.type == "email" then return trim end
  return not field.secret and prepared.adapt[field.type] or nil
end

local function field_column(prepared, name, field, how, is_address)
  return { column = name, field = field, name = field.name, how = how, is_address = is_address,
    read = cell_reader(prepared, field, is_address), read_text = text_reader(prepared, field, is_address) }
end

-- ---- columns that the lists of users have, and no operation changes ----

local function is_read_only(operation, key)
  if operation.key ~= "email" then return false end
  for _, field in ipairs(registry.find("list_users").output) do
    if core.fold(field.name) == key then return not names.field(operation, key) end
  end
  return false
end

-- ---- a single name: rows of JSON and of Lua ----

--- Finds what a name of a JSON object or a Lua table is.
---@param operation mimecast.Operation
---@param prepared table from reading.prepare
---@param name string
---@return table column field and read_text; `ignored` for a name to ignore; `unknown`
function columns.of_name(operation, prepared, name)
  local key = names.key(name)
  local mapped = prepared.map[key]
  local field, how = mapped and mapped.field, "map"
  if not field then field, how = names.field(operation, name), "name" end
  if not field then field, how = names.well_known(operation, name), "known" end
  local wanted = prepared.columns
  if wanted and not wanted[key] and not (field and wanted[core.fold(field.name)]) then
    return { column = name, ignored = true }
  end
  if field then return field_column(prepared, name, field, how, mapped and mapped.is_address) end
  local is_ignored = prepared.ignores_others or is_read_only(operation, key)
  for _, condition in ipairs(prepared.where) do is_ignored = is_ignored or condition.key == key end
  return { column = name, ignored = is_ignored, unknown = not is_ignored }
end

-- ---- the header of a CSV file ----

local Header = {}
Header.__index = Header

function Header:problem(field, code, message, hint)
  self.report { line = self.line, field = field, code = code, message = message, hint = hint }
end

local function printable(name) return core.printable(name, 64) end

local function quoted(name) return ('"%s"'):format(printable(name)) end

-- Assigns the columns that `find_field` knows to fields that have none yet.
function Header:assign(how, find_field)
  local taken_before = {}
  for field in pairs(self.taken) do taken_before[field] = true end
  for i, name in ipairs(self.names) do
    local field, is_address = nil, nil
    if name ~= "" and not self.columns[i] then field, is_address = find_field(name) end
    if field and not taken_before[field] and self:is_wanted(name, field) then
      if self.taken[field] then
        self:repeated(field, self.taken[field], name, how)
        self.used[i] = true
      else
        self.taken[field] = name
        self.columns[i] = field_column(self.prepared, name, field, how, is_address)
      end
    end
  end
end

function Header:repeated(field, first, second, how)
  if how ~= "known" then return self:problem(field.name, "duplicate_field", "has two columns") end
  self:problem(field.name, "duplicate_field", ("could be the column %s or %s"):format(quoted(first), quoted(second)),
    { ('map = { [%s] = "%s" }'):format(quoted(first), field.name), "ignoreOtherColumns = true" })
end

function Header:is_wanted(name, field)
  local wanted = self.prepared.columns
  if not wanted then return true end
  local entry = wanted[names.key(name)] or wanted[core.fold(field.name)]
  if entry then self.found[entry] = true end
  return entry ~= nil
end

-- Finds the columns of the conditions.
function Header:find_conditions()
  for _, condition in ipairs(self.prepared.where) do
    local index, field = nil, names.field(self.operation, condition.column)
    for i, name in ipairs(self.names) do
      if names.key(name) == condition.key then
        if index then self:problem(printable(name), "duplicate_field", "has two columns, and the option where names it") end
        index = i
      end
    end
    for i in ipairs(self.names) do
      if not index and self.columns[i] and field == self.columns[i].field then index = i end
    end
    if not index then
      self:missing("where", condition.column)
    elseif self.columns[index] and self.columns[index].field.secret then
      self:problem(self.columns[index].name, "invalid_value", "must not be a condition: a plan would store it")
    else
      self.conditions[#self.conditions + 1] = { index = index, accepted = condition.accepted }
      self.used[index] = true
    end
  end
end

function Header:missing(option, column)
  local nearest = core.suggest(column, self.names)
  self:problem(printable(column), "unknown_field", ("is no column of the file, and the option %s names it%s"):format(option,
    nearest and "; did you mean " .. printable(nearest) .. "?" or ""))
end

-- Returns whether a required field has that name: report_fields reports it if it has no column.
local function is_required(operation, name)
  local field = names.field(operation, name)
  return field ~= nil and field.required
end

-- Reports the names in options that no column has.
function Header:report_missing()
  local present = {}
  for _, name in ipairs(self.names) do present[names.key(name)] = true end
  for key, entry in pairs(self.prepared.map) do
    if not present[key] then self:missing("map", entry.column) end
  end
  for key, entry in pairs(self.prepared.columns or {}) do
    if not present[key] and not self.found[entry] and not is_required(self.operation, entry.column) then
      self:missing("columns", entry.column)
    end
  end
end

-- Sorts the columns that are no field: without a name, ignored, unknown.
function Header:sort_others()
  local operation, prepared = self.operation, self.prepared
  for i, name in ipairs(self.names) do
    if name == "" then
      self.unnamed[#self.unnamed + 1] = i
    elseif not self.columns[i] and not self.used[i] then
      local is_ignored = prepared.ignores_others or prepared.columns or is_read_only(operation, names.key(name))
      table.insert(is_ignored and self.ignored or self.unknown, name)
    end
    self.columns[i] = self.columns[i] or false
  end
end

-- The hint for a field without a column: a column whose name suggests the field.
function Header:map_hint(field)
  for _, list in ipairs { self.unknown, self.ignored } do
    for _, name in ipairs(list) do
      if names.guess(self.operation, name) == field.name then
        return ('map = { [%s] = "%s" }'):format(quoted(name), field.name)
      end
    end
  end
  return ('map = { ["COLUMN"] = "%s" }'):format(field.name)
end

-- Reports unknown columns: each that is like a field, and all others together.
function Header:report_unknown()
  local list, others, is_utf8 = names.list(self.operation), {}, true
  for _, name in ipairs(self.unknown) do
    local nearest = core.suggest(name, list)
    is_utf8 = is_utf8 and encoding.is_utf8(name)
    if nearest then
      self:problem(printable(name), "unknown_field", ("is not a column of %s; did you mean %s?"):format(self.operation.name,
        nearest))
    elseif #others < max_shown then
      others[#others + 1] = printable(name)
    else
      others.more = (others.more or 0) + 1
    end
  end
  if #others == 0 then return end
  local shown = table.concat(others, ", ") .. (others.more and (" and %d more"):format(others.more) or "")
  local message = #others == 1 and "is not a column of %s" or "are not columns of %s"
  self:problem(shown, "unknown_field", message:format(self.operation.name),
    is_utf8 and "ignoreOtherColumns = true" or { 'encoding = "windows-1252"', "ignoreOtherColumns = true" })
end

-- Reports required fields without a column, and fields with a column and a constant.
function Header:report_fields()
  for _, field in ipairs(self.operation.input) do
    if self.prepared.set[field.name] ~= nil then
      if self.taken[field] then
        self:problem(field.name, "duplicate_field", "has a column, and the option set has a value for all rows")
      end
    elseif field.required and not self.taken[field] then
      self:problem(field.name, "missing_field", "has no column", self:map_hint(field))
      self.lacks[field.name] = true
    end
  end
end

-- Tells whether the first line names columns. Other cells could hold a password, and are never shown.
function Header:is_header()
  if next(self.columns) then return true end
  for _, name in ipairs(self.names) do
    if find(name, "@", 1, true) then return false end
  end
  if #self.names == 1 and find(self.names[1], "[|;,\t]") then return false end
  for _, name in ipairs(self.names) do
    if self.used_names[names.key(name)] or names.guess(self.operation, name) then return true end
  end
  return false
end

local words = { [","] = "commas", [";"] = "semicolons", ["\t"] = "tabs", ["|"] = "bars" }

function Header:report_no_header(separator)
  local other = #self.names == 1 and self.names[1]:match "[|;,\t]"
  if other and other ~= separator and not find(self.names[1], "@", 1, true) then
    return self:problem(nil, "unknown_field", ("has no column that is a field: its columns are separated by %s"):format(
      words[other]), ('separator = "%s"'):format(other))
  end
  local has_address = false
  for _, name in ipairs(self.names) do has_address = has_address or find(name, "@", 1, true) end
  self:problem(nil, "unknown_field", "must name the columns, like email,accountDisabled; no column is a field",
    not has_address and 'map = { ["COLUMN"] = "email" }' or nil)
end

-- Names of the options map and where: a first line that has one is a header.
local function used_names(prepared)
  local used = {}
  for key in pairs(prepared.map) do used[key] = true end
  for key in pairs(prepared.columns or {}) do used[key] = true end
  for _, condition in ipairs(prepared.where) do used[condition.key] = true end
  return used
end

-- The field of an address in a list of addresses. A group's member can be a domain, so that its type is text.
local function address_field(operation)
  local field = names.field(operation, operation.key or "email")
  return field and (field.type == "email" or field.name == "email") and field or nil
end

--- Finds what each column is. Reports everything that cannot be read.
---@param operation mimecast.Operation
---@param prepared table from reading.prepare
---@param cells string[]
---@param count integer
---@param separator string
---@param line integer
---@param report fun(problem: table)
---@return table? header columns (a list with false for columns without a field), conditions, unnamed, width, ignored; nil
--- without a header
function columns.resolve(operation, prepared, cells, count, separator, line, report)
  local header = setmetatable({ operation = operation, prepared = prepared, line = line, report = report, width = count,
    names = {}, columns = {}, taken = {}, found = {}, used = {}, conditions = {}, unnamed = {}, ignored = {}, unknown = {},
    lacks = {}, used_names = used_names(prepared) }, Header)
  for i = 1, count do header.names[i] = trim(cells[i]) end
  header:assign("map", function(name)
    local mapped = prepared.map[names.key(name)]
    if mapped then return mapped.field, mapped.is_address end
    return nil
  end)
  header:assign("name", function(name) return names.field(operation, name) end)
  header:assign("known", function(name) return names.well_known(operation, name) end)
  if not header:is_header() then
    header:report_no_header(separator)
    return nil
  end
  header:find_conditions()
  header:sort_others()
  header:report_missing()
  header:report_unknown()
  header:report_fields()
  return header
end

--- The header of a file without one: a list of addresses.
---@param operation mimecast.Operation
---@param prepared table
---@param cells string[]
---@param count integer
---@return table? header nil if the first row is not an address alone
function columns.address_list(operation, prepared, cells, count)
  local field = address_field(operation)
  for i = 2, count do
    if not is_blank(cells[i]) then return nil end
  end
  if not field or #prepared.where > 0 or core.email_error(trim(cells[1])) then return nil end
  local header = { names = {}, columns = { field_column(prepared, "", field, "list") }, conditions = {}, unnamed = {},
    ignored = {}, lacks = {}, width = count }
  for i = 2, count do
    header.columns[i], header.unnamed[#header.unnamed + 1] = false, i
  end
  return header
end

return columns
