--- The options of every command that writes rows: --output, --fields, --filter, --sort, --limit, --bom.
--
-- A command defines them, reads them before it sends anything, and writes its rows through the view:
--   row_options.define(element)
--   local view, err = row_options.read(context, fields)
--   local ok, message, err = view:write(context, iterator, json_lines)
local arguments = require "mimecast.cli.arguments"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local exit_codes = require "mimecast.cli.exit_codes"
local lazy = require "mimecast.base.lazy"
local output = require "mimecast.cli.io.output"
local terminal_text = require "mimecast.cli.io.terminal_text"

local row_options = {}

local max_sorted = 100000 -- rows; 90,000 users take 126 MB

row_options.formats = { "table", "csv", "json", "jsonl" }

local shown = { output = true, filter = true }
local topic = { name = "output", examples = "--fields, --sort, --limit, --bom, …" }

local function define(element, has_limit)
  element:option "--output":argname "FORMAT":choices(row_options.formats):overwrite(false)
    :description "format of the rows: table, csv, json or jsonl (JSON Lines)"
  element:flag "--csv":description "write CSV, as --output csv does"
  arguments.add_option(element, "--fields", "A,B", "fields", "write these fields, in this order")
  element:option "--filter":argname "CONDITION":count "*"
    :description("write matching rows, like 'accountDisabled=true' or 'email~*@example.com' (=, !=, <, <=, >, >=, ~, !~);"
      .. " can be repeated")
  arguments.add_option(element, "--sort", "A,B", "sort",
    "sort by these fields (--sort=-A: downwards), at most 100000 rows without --limit")
  if not has_limit then
    arguments.add_option(element, "--limit", "N", "limit", "write at most N rows (of each profile)", arguments.whole)
  end
  element:flag "--bom":description "begin CSV with a byte order mark, for Excel"
end

--- Defines the options.
---@param element table a command of argparse
---@param has_limit? boolean the command has an option --limit already
function row_options.define(element, has_limit)
  arguments.define_hidden(element, shown, topic, function() define(element, has_limit) end)
end

local View = {}
View.__index = View

-- ---- reading the options ----

local function invalid(option, message, hint)
  local err = errors.invalid_value(option, message)
  err.hint = hint
  return nil, err
end

-- Returns the columns of a list of names.
local function read_columns(fields, option, names)
  local columns, seen = { all = true }, {}
  for word in (names .. ","):gmatch "%s*(.-)%s*," do
    local is_downward = option == "--sort" and word:sub(1, 1) == "-"
    local name = is_downward and word:sub(2) or word
    if name == "" then return invalid(option, "has an empty name", "separate the fields by one comma") end
    if seen[name] then return invalid(option, ("names %s twice"):format(name)) end
    local column, message, hint = lazy("mimecast.cli.io.row_fields").find(fields, name)
    if not column then return invalid(option, ("%s: %s"):format(core.printable(word, 64), message), hint) end
    column.is_downward, seen[name] = is_downward, true
    columns[#columns + 1] = column
  end
  return columns
end

local function read_filters(fields, words)
  local filters = {}
  for i, word in ipairs(words) do
    local message, hint
    filters[i], message, hint = lazy("mimecast.cli.io.row_filter").compile(fields, word)
    if not filters[i] then return invalid("--filter", message, hint) end
  end
  return filters
end

local function with_profile(fields)
  local list = { { name = "profile", type = "text" } }
  for _, field in ipairs(fields) do list[#list + 1] = field end
  return list
end

-- Adds the profile as first column unless it is a column.
local function add_profile(columns)
  for _, column in ipairs(columns) do
    if column.name == "profile" then return end
  end
  table.insert(columns, 1, (lazy("mimecast.cli.io.row_fields").find(with_profile {}, "profile")))
end

--- Reads the options. Nothing is sent before they are valid.
---@param context table args, csv
---@param fields mimecast.Field[] of a row; empty if they are not documented
---@param options? table limit (of an option of the command; that of define by default), open (rows may have other fields)
---@return table? view fields (of the rows that apply returns, with the profile for --all-profiles), filters, sort, limit
---@return mimecast.Error? err
function row_options.read(context, fields, options)
  local args, err, _ = context.args, nil, nil
  options = options or {}
  if args.allProfiles then fields = with_profile(fields) end
  local view = { fields = fields, limit = options.limit or args.limit }
  local known = options.open and {} or fields
  if args.fields then view.columns, err = read_columns(known, "--fields", args.fields) end
  if not err and args.sort then view.sort, err = read_columns(known, "--sort", args.sort) end
  if not err then view.filters, err = read_filters(known, args.filter or {}) end
  if not err and args.bom and not context.csv then
    _, err = invalid("--bom", "needs --csv or --output csv")
  end
  if err then return nil, err end
  if view.columns and args.allProfiles then add_profile(view.columns) end -- rows of two tenants may look the same
  if view.columns then view.fields = view.columns end
  return setmetatable(view, View)
end

-- ---- rows ----

--- Returns the limit that the list itself can apply; nil if rows are dropped or sorted after they are read.
---@return integer?
function View:list_limit()
  return not self.sort and #self.filters == 0 and self.limit or nil
end

--- Returns whether all rows must be read.
---@return boolean
function View:needs_all()
  return self.sort ~= nil or #self.filters > 0
end

local function keep(self, row)
  for _, filter in ipairs(self.filters) do
    if not filter(row) then return false end
  end
  return true
end

local function project(self, row)
  if not self.columns then return row end
  local projected, value_of = {}, lazy("mimecast.cli.io.row_fields").value
  for _, column in ipairs(self.columns) do projected[column.name] = value_of(column, row) end
  return projected
end

local function sort_value(value)
  if type(value) == "boolean" then return value and 1 or 0 end
  if type(value) == "string" then return value ~= "" and core.fold(value) or nil end
  if type(value) == "table" then return nil end
  return value
end

local function compare(x, y)
  if type(x) ~= type(y) then return type(x) == "number" end
  if type(x) == "number" then return x < y end
  return core.before(x, y)
end

-- Rows without a value come last in both directions. The order of the list decides between equal rows.
local function is_before(self, a, b)
  for i, column in ipairs(self.sort) do
    local x, y = a.keys[i], b.keys[i]
    if x ~= y then
      if x == nil or y == nil then return y == nil end
      if column.is_downward then x, y = y, x end
      return compare(x, y)
    end
  end
  return a.number < b.number
end

local function too_many()
  local _, err = invalid("--sort", ("sorts at most %d rows, and there are more"):format(max_sorted),
    "keep fewer rows with --filter, give --limit N for the first N, or sort the output")
  return err
end

-- Reads all rows and sorts them. With a limit, it never holds more than twice that many rows.
local function sorted(self, iterator)
  local entries, number, value_of = {}, 0, lazy("mimecast.cli.io.row_fields").value
  local function order(count)
    table.sort(entries, function(a, b) return is_before(self, a, b) end)
    for i = #entries, (count or #entries) + 1, -1 do entries[i] = nil end
  end
  local row, message, err = iterator()
  while row do
    if keep(self, row) then
      number = number + 1
      local entry = { row = project(self, row), number = number, keys = {} }
      for i, column in ipairs(self.sort) do entry.keys[i] = sort_value(value_of(column, row)) end
      entries[#entries + 1] = entry
      if self.limit and #entries >= 2 * self.limit then order(self.limit) end
      if #entries > max_sorted then return nil, too_many() end
    end
    row, message, err = iterator()
  end
  if row == false then return nil, errors.is(err) and err or errors.adopt(message, err) end
  order(self.limit)
  return entries
end

local function apply_sorted(self, iterator)
  local entries, i, err = nil, 0, nil
  return function()
    if not entries then
      entries, err = sorted(self, iterator)
      if not entries then
        entries = {}
        return false, tostring(err), err
      end
    end
    i = i + 1
    return entries[i] and entries[i].row
  end
end

--- Keeps only the rows that pass a test as well.
---@param test fun(row: table): boolean
function View:add_filter(test)
  table.insert(self.filters, test)
end

--- Returns an iterator over the rows of the view.
---@param iterator fun(): any, string?, mimecast.Error? the next row; nil after the last; false, message and err on failure
---@return fun(): any, string?, mimecast.Error?
function View:apply(iterator)
  if self.sort then return apply_sorted(self, iterator) end
  local count = 0
  return function()
    if count == self.limit then return nil end
    local row, message, err
    repeat row, message, err = iterator() until not row or keep(self, row)
    if not row then return row, message, err end
    count = count + 1
    return project(self, row)
  end
end

-- Names the cursor of an iterator of pages that stopped before its last row.
local function note_cursor(self, iterator, count)
  if self.sort or type(iterator) ~= "table" or not iterator.cursor then return end
  local cursor = terminal_text.shell_quote(iterator:cursor())
  local has_rows = not cursor:find "^0:"
  if not count and has_rows then
    output.note(("the rows so far are complete; --cursor %s goes on"):format(cursor))
  elseif count and count == self.limit and iterator:more() then
    output.note(("%d %s; --cursor %s goes on"):format(count, count == 1 and "row" or "rows", cursor))
  end
end

--- Notes that accounts could not be read. A filter can have dropped their rows.
---@param count integer
---@return true|integer ok the exit code if there are some
function row_options.report_rejected(count)
  if count == 0 then return true end
  output.note(("%d %s could not be read; --filter 'error!=' lists them"):format(count, count == 1 and "account" or "accounts"))
  return exit_codes.rejected
end

--- Writes the rows of the view. If the list did not end, a note names the cursor to go on with.
---@param context table
---@param iterator fun(): any, string?, mimecast.Error? see apply
---@param json_lines? boolean --json writes a document for each row
---@return true|integer|nil ok an exit code if accounts could not be read
---@return string? message
---@return mimecast.Error? err
function View:write(context, iterator, json_lines)
  local count, message, err = lazy("mimecast.cli.io.printers").write(context, self.fields, self:apply(iterator), json_lines)
  note_cursor(self, iterator, count)
  if not count then return nil, message, err end
  return row_options.report_rejected(type(iterator) == "table" and iterator.rejected or 0)
end

return row_options
