--- Makes the command of an operation. Its options are the operation's input fields; the operation checks their values.
local arguments = require "mimecast.cli.arguments"
local check = require "mimecast.config.check"
local client_factory = require "mimecast.cli.client_factory"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local json = require "mimecast.json"
local lazy = require "mimecast.base.lazy"
local output = require "mimecast.cli.io.output"
local terminal_text = require "mimecast.cli.io.terminal_text"
local wire_item = require "mimecast.model.wire_item"

local operation_command = {}

local max_facts, max_line = 80, 96
local max_argument = 65536 -- bytes; a field that may be longer is read from a file

-- Returns whether a command writes rows: a list, or a record that is only read.
local function writes_rows(operation)
  return operation.resultKey ~= nil or operation.writes == false
end

-- ---- options ----

local function target_of(field) return "field " .. field.name end

local function is_file_option(field)
  return field.type == "text" and (field.max or 0) > max_argument
end

local argument_names = { boolean = "true|false", integer = "N", email = "ADDRESS", datetime = "TIME", object = "JSON" }

local function argument_name(field)
  if field.type == "list" then return argument_names[field.item.type] or "TEXT" end
  return argument_names[field.type] or "TEXT"
end

-- The types that the name of the argument tells.
local told = { boolean = true, email = true, datetime = true, integer = true }

-- Returns what a value must be, as far as the name of the argument does not tell it. A long list of values is on the help page.
local function option_facts(operation, field)
  local kind = field.type == "list" and field.item.type or field.type
  local facts = not told[kind] and lazy("mimecast.help.text").facts(field) or nil
  if facts == "text" then facts = nil end
  if facts and #facts > max_facts then facts = "values: mimecast help " .. terminal_text.kebab(operation.name) end
  local parts = { facts }
  if field.required then parts[#parts + 1] = "required" end
  if field.type == "list" then parts[#parts + 1] = "can be repeated" end
  return #parts > 0 and (" (%s)"):format(table.concat(parts, ", ")) or ""
end

local function option_description(operation, field)
  return field.text .. option_facts(operation, field)
end

-- Returns the option of a field; nil if the operation has no such field.
local function option_name(operation, field_name)
  for _, field in ipairs(operation.all_fields) do
    if field.name == field_name then
      return "--" .. terminal_text.kebab(field_name) .. (is_file_option(field) and "-file" or "")
    end
  end
  return nil
end

-- Returns the values that a shell can complete: words without blanks and quotes.
local function choices_of(field)
  if field.type == "boolean" then return { "true", "false" } end
  if field.type == "list" then return choices_of(field.item) end
  for _, value in ipairs(field.values or {}) do
    if value:find "[%s'\"]" then return nil end
  end
  return field.values
end

local function define_secret(element, field)
  local name = "--" .. terminal_text.kebab(field.name)
  element:flag(name .. "-stdin"):target(target_of(field) .. " stdin")
    :description(field.text .. ": read from the next line of standard input, or typed without echo on a terminal")
  element:option(name .. "-env"):argname "NAME":target(target_of(field) .. " env"):overwrite(false)
    :description(field.text .. ": read from this environment variable")
end

-- Returns whether --since sets the field: the start of the period of a list.
local function is_period_start(field)
  return field.name == "start" and field.type == "datetime"
end

--- Defines the option of an input field.
---@param operation mimecast.Operation
---@param element table a command of argparse
---@param field mimecast.Field
---@param purpose "help"|"parse"|"completion"
---@return table? option
function operation_command.define_field(operation, element, field, purpose)
  if field.secret then return define_secret(element, field) end
  local name = "--" .. terminal_text.kebab(field.name)
  if is_file_option(field) then
    return element:option(name .. "-file"):argname "FILE":target(target_of(field)):overwrite(false)
      :description(purpose ~= "parse" and option_description(operation, field) .. "; - is standard input" or "")
  end
  local option = element:option(name):argname(argument_name(field)):target(target_of(field))
  if purpose ~= "parse" then option:description(option_description(operation, field)) end
  if field.type == "list" then
    option:count "*"
  else
    option:overwrite(false)
  end
  local values = purpose == "completion" and choices_of(field)
  if values then option:choices(values) end
  return option
end

-- The name of a group instead of an id.
local function define_group(element, field, option)
  local name = field.name == "parentId" and "--parent" or "--group"
  element:mutex(option, arguments.add_option(element, name, "NAME", "group " .. field.name,
    ("name or path of the group, instead of --%s"):format(terminal_text.kebab(field.name))))
end

-- ---- values ----

local function invalid(field, message)
  return nil, errors.invalid_value(field.name, message)
end

local function parse_json(field, word)
  local value, reason = json.decode(word)
  if type(value) == "table" then return value end
  return invalid(field, "must be JSON" .. (reason and ": " .. reason or ""))
end

local function parse_list(field, words)
  if #words == 1 and words[1]:find "^%s*%[" then return parse_json(field, words[1]) end
  local list = {}
  for i, word in ipairs(words) do
    local err
    list[i] = word
    if field.item.type == "object" then list[i], err = parse_json(field, word) end
    if err then return nil, err end
  end
  return list
end

local function parse_value(field, argument)
  if is_file_option(field) then
    local content, message = lazy("mimecast.cli.io.input").read(argument, field.max + 1)
    if not content then return invalid(field, message) end
    return content
  end
  if field.type == "list" then return parse_list(field, argument) end
  if field.type == "object" then return parse_json(field, argument) end
  if field.type == "integer" then return core.parse_number(argument) or argument end
  if field.type == "datetime" then
    local time, problem = arguments.time(argument)
    if not time then return invalid(field, problem) end
    return time
  end
  return argument
end

local function read_secret(field, args)
  local variable, from_stdin = args[target_of(field) .. " env"], args[target_of(field) .. " stdin"]
  if variable and from_stdin then return invalid(field, "is given twice; use -stdin or -env") end
  if variable then
    local secret = core.secret.from_environment(variable)
    if not secret then return invalid(field, "is missing: the variable " .. variable .. " is not set") end
    return secret
  end
  if not from_stdin then return nil end
  local secret, message = lazy("mimecast.cli.io.secrets").read(field.label or field.name)
  if not secret then return invalid(field, message) end
  return secret
end

--- Returns the operation's input that the options of its fields give.
---@param operation mimecast.Operation
---@param args table parsed arguments
---@return table? values by field
---@return mimecast.Error? err
function operation_command.read_input(operation, args)
  local values = {}
  for _, field in ipairs(operation.all_fields) do
    local argument, value, err = args[target_of(field)], nil, nil
    if field.secret then
      value, err = read_secret(field, args)
    elseif args["group " .. field.name] then
      value = "the group's" -- find_groups replaces it
    elseif argument ~= nil and not (type(argument) == "table" and #argument == 0) then
      value, err = parse_value(field, argument)
    end
    if err then return nil, err end
    values[field.name] = value
    if is_period_start(field) and args.since then
      local problem
      values[field.name], problem = lazy("mimecast.cli.io.row_filter").date(args.since)
      if problem then return nil, errors.invalid_value("--since", problem) end
    end
  end
  return values
end

-- Returns the input with the ids of the groups that options name.
local function find_groups(client, operation, args, values)
  local found = {}
  for name, value in pairs(values) do found[name] = value end
  for _, field in ipairs(operation.all_fields) do
    local name = field.group and args["group " .. field.name]
    if name then
      local group, message, err = client:find_group(name)
      if not group then return nil, message, err end
      found[field.name] = group.id
    end
  end
  return found
end

-- ---- running ----

local function iterator_of(list)
  local i = 0
  return function()
    i = i + 1
    return list[i]
  end
end

local function note_more_rows(list)
  if not list.cursor then return end
  local total = list.total and (" of %d"):format(list.total) or ""
  output.note(("%d%s rows; --all lists all rows, --cursor %s goes on"):format(#list, total,
    terminal_text.shell_quote(list.cursor)))
end

-- Returns the function that lists. A filter and an order need all rows: among the first 500 they would miss some unnoticed.
local function list_function(context, operation, view, values)
  local reads_all = operation.paginator and (context.args.all or view:needs_all() or values.settings)
  return reads_all and operation.paginator or operation.name, reads_all
end

local function run_list(context, operation, view, client, values)
  local name, reads_all = list_function(context, operation, view, values)
  if reads_all then values.limit = view:list_limit() end
  local list, message, err = client[name](client, values)
  if not list then return nil, message, err end
  local ok
  ok, message, err = view:write(context, reads_all and list or iterator_of(list), context.args.all)
  if ok and not reads_all then note_more_rows(list) end
  return ok, message, err
end

local function write_record(context, operation, view, record)
  if view and (context.csv or view:needs_all()) then return view:write(context, iterator_of { record }) end
  local fields = view and view.fields or operation.output
  if view and view.columns then
    record = setmetatable(view:apply(iterator_of { record })(), lazy("mimecast.model.result").metatable(fields))
  end
  if context.json then
    output.json(record, fields)
  elseif next(record) == nil then
    output.note(terminal_text.kebab(operation.name) .. ": done")
  else
    output.write(tostring(record) .. "\n")
  end
  return true
end

-- Returns a function that reads rows with a client: all rows of a list, or the record as one row.
local function reader(operation, view, args, values)
  if operation.paginator then values.limit = view:list_limit() end
  return function(client)
    local input, message, err = find_groups(client, operation, args, values)
    if not input then return nil, message, err end
    if operation.paginator then return client[operation.paginator](client, input) end
    local result
    result, message, err = client[operation.name](client, input)
    if not result then return nil, message, err end
    return iterator_of(operation.resultKey and result or { result })
  end
end

-- Adds the value that a wrong one may mean to the problems of fields with a list of values.
local function add_suggestions(operation, values, problems)
  for _, field in ipairs(operation.all_fields) do
    for _, problem in ipairs(problems) do
      local value = problem.field == field.name and field.values and values[field.name]
      local hint = type(value) == "string" and check.suggestion(value, field.values)
      if hint then problem.message = problem.message .. "; " .. hint end
    end
  end
  return problems
end

local function run(operation, context)
  local values, err = operation_command.read_input(operation, context.args)
  if not values then return errors.result(err) end
  -- Checked as text: the client would accept a bare number as a date.
  local item, problems = wire_item.prepare(operation, values, true)
  if not item then return errors.result(errors.invalid_input(add_suggestions(operation, values, problems))) end
  local view
  if writes_rows(operation) then
    local fields = values.settings and operation.settings_row or operation.output
    view, err = lazy("mimecast.cli.io.row_options").read(context, fields,
      { limit = values.limit, open = operation.undocumentedOutput })
    if not view then return errors.result(err) end
  end
  if context.args.allProfiles then
    return lazy("mimecast.cli.tenant_rows").write(context, view, reader(operation, view, context.args, values))
  end
  local client, message
  client, message, err = client_factory.new(context)
  if not client then return nil, message, err end
  values, message, err = find_groups(client, operation, context.args, values)
  if not values then return nil, message, err end
  if operation.resultKey then return run_list(context, operation, view, client, values) end
  local record
  record, message, err = client[operation.name](client, values)
  if not record then return nil, message, err end
  return write_record(context, operation, view, record)
end

-- ---- help ----

local function example_word(value)
  return terminal_text.shell_quote(type(value) == "string" and value or json.encode(value))
end

-- Returns the operation's example as a command line.
local function example(operation)
  local values = operation.example or (operation.examples or {})[1]
  if not values then return nil end
  local words = { "  mimecast " .. terminal_text.kebab(operation.name) }
  for _, field in ipairs(operation.all_fields) do
    local value, name = values[field.name], "--" .. terminal_text.kebab(field.name)
    if value ~= nil and field.secret then
      words[#words + 1] = name .. "-stdin"
    elseif value ~= nil and is_file_option(field) then
      words[#words + 1] = name .. "-file users.csv"
    elseif value ~= nil then
      words[#words + 1] = name .. " " .. example_word(value)
    end
  end
  local lines = { words[1] }
  for i = 2, #words do
    local longer = lines[#lines] .. " " .. words[i]
    if #longer <= max_line then lines[#lines] = longer else lines[#lines + 1] = "    " .. words[i] end
  end
  return table.concat(lines, " \\\n")
end

local default_summary = "Call an operation of your program."

local function description(operation)
  local parts = { operation.summary or default_summary, operation.note }
  local needs = {}
  if operation.product then needs[#needs + 1] = "product " .. operation.product end
  if operation.permission then needs[#needs + 1] = "permission " .. operation.permission end
  if #needs > 0 then parts[#parts + 1] = "Needs " .. table.concat(needs, ", ") .. "." end
  if operation.api then parts[#parts + 1] = ("API %s only."):format(operation.api) end
  if operation.writes ~= false then parts[#parts + 1] = "Changes the tenant." end
  return table.concat(parts, " ")
end

local function define(operation, element, purpose)
  for _, field in ipairs(operation.all_fields) do
    local option = operation_command.define_field(operation, element, field, purpose)
    if field.group then define_group(element, field, option) end
    if operation.resultKey and is_period_start(field) then
      element:mutex(option, arguments.add_option(element, "--since", "TIME", "since",
        "start of the period: a time, or a time ago like 30min, 24h, 2d, 1w"))
    end
  end
  if operation.paginator then
    element:flag "--all":description "list all pages, written as they arrive; --json writes JSON Lines"
  end
  if operation.writes == false then lazy("mimecast.cli.tenant_rows").define(element) end
  if writes_rows(operation) then lazy("mimecast.cli.io.row_options").define(element, operation.paginator ~= nil) end
end

-- Made when a help page shows them.
local descriptions = {
  description = description, example = example,
  summary = function(operation) return operation.summary or default_summary end,
  epilog = function(operation)
    return ("Result and fields of JSON values: mimecast help %s"):format(terminal_text.kebab(operation.name))
  end,
}

local metatable = {
  __index = function(command, name)
    local describe = descriptions[name]
    return describe and describe(command.operation)
  end,
}

--- Makes the command of an operation.
---@param operation mimecast.Operation
---@return table command
function operation_command.new(operation)
  return setmetatable({
    operation = operation,
    writes = operation.writes ~= false,
    define = function(element, purpose) define(operation, element, purpose) end,
    option_name = function(field_name) return option_name(operation, field_name) end,
    run = function(context) return run(operation, context) end,
  }, metatable)
end

return operation_command
