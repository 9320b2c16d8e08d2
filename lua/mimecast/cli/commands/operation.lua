--- The command of an operation: its options are the operation's fields, its checks the operation's own.
local connect = require "mimecast.cli.client"
local core = require "mimecast.core"
local describe = require "mimecast.help.text"
local errors = require "mimecast.errors"
local json = require "mimecast.json"
local output = require "mimecast.cli.io"
local rows = require "mimecast.cli.io.printers"
local secrets = require "mimecast.cli.io.secrets"
local text = require "mimecast.cli.io.terminal_text"
local wire_item = require "mimecast.model.wire_item"

local longest_argument = 65536 -- bytes; a field that may be longer is read from a file

-- ---- options ----

local function target_of(field) return "field " .. field.name end

local function comes_from_file(field)
  return field.type == "text" and (field.max or 0) > longest_argument
end

local argument_names = { boolean = "true|false", integer = "N", email = "ADDRESS", datetime = "TIME", object = "JSON" }

local function argument_name(field)
  if field.type == "list" then return argument_names[field.item.type] or "TEXT" end
  return argument_names[field.type] or "TEXT"
end

local function facts(field)
  local words = describe.facts(field) .. (field.required and ", required" or "")
  if field.type == "list" then words = words .. "; given several times, or as a JSON list" end
  return ("%s (%s)"):format(field.text, words)
end

-- The option of a field by its name; nil where the operation has no such field.
local function option_of(operation, name)
  for _, field in ipairs(operation.all_fields) do
    if field.name == name then return "--" .. text.kebab(name) .. (comes_from_file(field) and "-file" or "") end
  end
  return nil
end

-- The values that a shell can complete: words without blanks and quotes.
local function choices_of(field)
  if field.type == "boolean" then return { "true", "false" } end
  if field.type == "list" then return choices_of(field.item) end
  for _, value in ipairs(field.values or {}) do
    if value:find "[%s'\"]" then return nil end
  end
  return field.values
end

local function define_secret(element, field)
  local name = "--" .. text.kebab(field.name)
  element:flag(name .. "-stdin"):target(target_of(field) .. " stdin")
    :description(field.text .. ": the next line of standard input, or asked for without echo on a terminal")
  element:option(name .. "-env"):argname "NAME":target(target_of(field) .. " env"):overwrite(false)
    :description(field.text .. ": what this variable of the environment holds")
end

local function define_field(element, field, choices)
  if field.secret then return define_secret(element, field) end
  local name = "--" .. text.kebab(field.name)
  if comes_from_file(field) then
    return element:option(name .. "-file"):argname "FILE":target(target_of(field)):overwrite(false)
      :description(facts(field) .. "; - is standard input")
  end
  local option = element:option(name):argname(argument_name(field)):target(target_of(field)):description(facts(field))
  if field.type == "list" then
    option:count "*"
  else
    option:overwrite(false)
  end
  local values = choices and choices_of(field)
  if values then option:choices(values) end
  return option
end

-- ---- values ----

local function wrong(field, message)
  return nil, errors.invalid_value(field.name, message)
end

local function read_file(field, path)
  local file, message = io.stdin, nil
  if path ~= "-" then file, message = io.open(path, "rb") end
  local value = file and file:read(field.max + 1)
  if path ~= "-" and file then file:close() end
  if not file then return wrong(field, "cannot be read: " .. message) end
  return value or ""
end

local function from_json(field, value)
  local decoded, message = json.decode(value)
  if type(decoded) == "table" then return decoded end
  return wrong(field, "must be JSON" .. (message and ": " .. message or ""))
end

local function list_of(field, words)
  if #words == 1 and words[1]:find "^%s*%[" then return from_json(field, words[1]) end
  local list = {}
  for i, word in ipairs(words) do
    local err
    list[i] = word
    if field.item.type == "object" then list[i], err = from_json(field, word) end
    if err then return nil, err end
  end
  return list
end

local function value_of(field, given)
  if comes_from_file(field) then return read_file(field, given) end
  if field.type == "list" then return list_of(field, given) end
  if field.type == "object" then return from_json(field, given) end
  if field.type == "integer" then return core.parse_number(given) or given end
  return given
end

local function secret_of(field, args)
  local name = args[target_of(field) .. " env"]
  if name and args[target_of(field) .. " stdin"] then return wrong(field, "is to come from two places; name one") end
  if name then
    local value = core.secret.from_environment(name)
    if not value then return wrong(field, "is empty: there is no variable " .. name) end
    return value
  end
  if not args[target_of(field) .. " stdin"] then return nil end
  local value, message = secrets.read(field.label or field.name)
  if not value then return wrong(field, message) end
  return value
end

local function input_of(operation, args)
  local input = {}
  for _, field in ipairs(operation.all_fields) do
    local given, value, err = args[target_of(field)], nil, nil
    if field.secret then
      value, err = secret_of(field, args)
    elseif given ~= nil and not (type(given) == "table" and #given == 0) then
      value, err = value_of(field, given)
    end
    if err then return nil, err end
    input[field.name] = value
  end
  return input
end

-- ---- running it ----

-- A list as an iterator.
local function of_list(list)
  local i = 0
  return function()
    i = i + 1
    return list[i]
  end
end

-- Tells where there are more rows than came.
local function tell_rest(list)
  if not list.cursor then return end
  local total = list.total and (" of %d"):format(list.total) or ""
  output.note(("%d%s rows; --all for all of them, or go on with --cursor %s"):format(#list, total,
    text.quoted(list.cursor)))
end

local function run_list(context, operation, client, input)
  local name = operation.name
  if context.args.all then
    local iterator, message, err = client[operation.paginator](client, input)
    if not iterator then return nil, message, err end
    local count
    count, message, err = rows.write(context, operation.output, iterator, true)
    if not count then return nil, message, err end
    return true
  end
  local list, message, err = client[name](client, input)
  if not list then return nil, message, err end
  rows.write(context, operation.output, of_list(list))
  tell_rest(list)
  return true
end

local function show_record(context, operation, record)
  if context.json then
    output.json(record, operation.output)
  elseif next(record) == nil then
    output.note(text.kebab(operation.name) .. ": done")
  else
    output.write(tostring(record) .. "\n")
  end
end

local function run(operation, context)
  local input, err = input_of(operation, context.args)
  if not input then return errors.result(err) end
  -- The client would check it as a Lua program's, whose numbers can be dates.
  local item, problems = wire_item.prepare(operation, input, true)
  if not item then return errors.result(errors.invalid_input(problems)) end
  local client, message
  client, message, err = connect.client(context)
  if not client then return nil, message, err end
  if operation.resultKey then return run_list(context, operation, client, input) end
  local record
  record, message, err = client[operation.name](client, input)
  if not record then return nil, message, err end
  show_record(context, operation, record)
  return true
end

-- ---- help ----

local function word_of(value)
  return text.quoted(type(value) == "string" and value or json.encode(value))
end

-- An example of an operation as a command line.
local function example(operation)
  local input = operation.example or (operation.examples or {})[1]
  if not input then return nil end
  local words = { "  mimecast " .. text.kebab(operation.name) }
  for _, field in ipairs(operation.all_fields) do
    local value, name = input[field.name], "--" .. text.kebab(field.name)
    if value ~= nil and field.secret then
      words[#words + 1] = name .. "-stdin"
    elseif value ~= nil and comes_from_file(field) then
      words[#words + 1] = name .. "-file users.csv"
    elseif value ~= nil then
      words[#words + 1] = name .. " " .. word_of(value)
    end
  end
  return table.concat(words, " \\\n    ")
end

local function description(operation)
  local parts = { operation.summary or "An operation of your own.", operation.note }
  local needs = {}
  if operation.product then needs[#needs + 1] = "product " .. operation.product end
  if operation.permission then needs[#needs + 1] = "permission " .. operation.permission end
  if #needs > 0 then parts[#parts + 1] = "Needs " .. table.concat(needs, ", ") .. "." end
  if operation.api then parts[#parts + 1] = ("API %s only."):format(operation.api) end
  if operation.writes ~= false then parts[#parts + 1] = "It changes the tenant." end
  return table.concat(parts, " ")
end

local function define(operation, element, choices)
  for _, field in ipairs(operation.all_fields) do define_field(element, field, choices) end
  if operation.paginator then
    element:flag "--all":description "all rows, page after page as they are needed; with --json a document for each row"
  end
  if operation.resultKey then
    element:flag "--csv":description "write CSV (see doc/command.md on cells that look like formulas)"
  end
end

--- The command of an operation.
---@param operation mimecast.Operation
---@return table command
return function(operation)
  return {
    operation = operation,
    writes = operation.writes ~= false,
    summary = operation.summary or "an operation of your own",
    description = description(operation),
    epilog = ("What it returns, and the fields within JSON: mimecast help %s"):format(text.kebab(operation.name)),
    example = example(operation),
    define = function(element, choices) define(operation, element, choices) end,
    option_of = function(name) return option_of(operation, name) end,
    run = function(context) return run(operation, context) end,
  }
end
