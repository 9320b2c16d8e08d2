--- doc/mimecast.meta.lua: LuaCATS types of the module for editors.
local catalogue = require "doc.generate.catalogue"
local describe = require "mimecast.help.text"
local identity = require "mimecast.protocol.identity"
local manual = require "mimecast.help.topics"

local meta = {}

local head = [[
---@meta mimecast
-- `make docs` generates this file from the operations' tables: do not edit it. Add its folder as a library of your
-- editor's Lua server.

---A text that is never printed and that is wiped when it is garbage-collected. mimecast.secret creates it.
---@class mimecast.Secret: userdata

---The keys that mimecast.login returns.
---@class mimecast.Keys
---@field accessKey mimecast.Secret
---@field secretKey mimecast.Secret
---@field duration? number seconds until the binding expires
---@field bindingType? string
---@field extendOnValidate boolean whether each use extends the binding
---@field username? string
---@field baseUrl string the gateway of the account

---The response that mimecast.call returns.
---@class mimecast.Response
---@field status integer
---@field headers table<string, string> by lower-case name
---@field body string

---A plan of mimecast.plan. See doc/bulk.md.
---@class mimecast.Findings
---@field counts table<string, integer> findings by kind, and accounts, aliases, roles, directory, disabled_orphans
---@field roster table domain, people, leavers, foreign, roles, repeated, date, last, recorded
---@field groups table[] each: group, id, missing, extra
local Findings = {}

--- All differences, or those of a kind: finding, email, name, line, group, action, reason.
---@param kind? string
---@return fun(): table?
function Findings:rows(kind) end

--- The changes of a group's members, as sync_group takes them: email, member.
---@param group string
---@return fun(): table?
function Findings:members(group) end

---@class mimecast.Plan
---@field operation string
---@field counts table rows, change, unchanged, rejected, skipped, disables, secrets, fields
---@field tenant table account, credentials
---@field created number seconds since 1970
---@field path? string the plan's file
---@field reading table how the input was read: encoding, separator, columns, passed, where, set, rows, taken (doc/files.md)
---@field irreversible? table of mimecast.undo: changes that cannot be undone
---@field findings? mimecast.Findings of mimecast.reconcile: all differences
local Plan = {}

---All rows, in order: row, key, action, set, old, secrets.
---@return fun(): table?
function Plan:rows() end

---Applies the plan.
---@param options? table
---@return mimecast.Report? report
---@return string? message
---@return mimecast.Error? err
function Plan:apply(options) end

---Closes the plan's files.
function Plan:close() end

---The outcome of a run: input = ok + unchanged + rejected + unknown + skipped + not_sent.
---@class mimecast.Report
---@field input integer rows
---@field ok integer
---@field unchanged integer
---@field rejected integer
---@field unknown integer
---@field skipped integer decided not to send
---@field not_sent integer
---@field codes table<string, integer> error codes of rejected, unknown and skipped rows
---@field sent integer rows that this run sent
---@field duration number seconds
---@field rate number rows a second
---@field stopped? mimecast.Error why the run ended before the last row
---@field verified? table read, equal, different, unreadable, rows
---@field journal string its path
---@field problems table[] the first hundred rejected, unknown and skipped rows
---@field reversible boolean the old values are known, for undo
---@field startedBy? string user, host, process and time of the start, from the journal
local Report = {}

---Each row with its outcome, in order: row, line, key, state, code, message, old, set, secrets.
---@return (fun(): table?)? next
---@return string? message
---@return mimecast.Error? err
function Report:rows() end

---Writes each row with its outcome as CSV.
---@param path string
---@return boolean? ok
---@return string? message
---@return mimecast.Error? err
function Report:csv(path) end

---The summary as lines of text.
---@return string[]
function Report:lines() end

---The rows of a plan or of a journal with their states. See doc/bulk.md.
---@class mimecast.RunReport
---@field kind "plan"|"journal"
---@field path string
---@field header table of the plan or of the journal
---@field counts table input, ok, unchanged, rejected, unknown, skipped, not_sent
local RunReport = {}

---The rows, in order: row, line, key, state, code, message, old, set, secrets (their names).
---@param states? string[] only rows of these states
---@return fun(): table?
function RunReport:rows(states) end

---Closes the files.
function RunReport:close() end

---Iterates over the rows of all pages. Returns nil after the last row. If a page fails, it returns false, a message and
---an error value, once.
---@class mimecast.Iterator
local Iterator = {}

---The position of the iterator: the same call with `cursor = …` continues after the last row.
---@return string cursor
function Iterator:cursor() end

---Whether rows are left.
---@return boolean
function Iterator:more() end
]]

-- ---- classes in the source files ----

-- The annotations of a class in a module's source.
local function block(path, class)
  local lines, inside = {}, false
  for line in io.lines(path) do
    if line == "---@class " .. class then inside = true end
    if inside and not line:find("^%-%-%-@") then break end
    if inside then lines[#lines + 1] = line end
  end
  if #lines == 0 then error(("no class %s in %s"):format(class, path), 0) end
  return table.concat(lines, "\n") .. "\n"
end

-- ---- fields ----

local types = {
  text = "string", email = "string", boolean = "boolean", integer = "integer", any = "any", number = "number",
  table = "table", ["function"] = "function", secret = "string|mimecast.Secret",
  transport = '"curl"|"resty"|table',
}

-- The type of a field; `inner` is the class of its object.
local function type_of(field, inner, is_input)
  if field.type == "enum" then return '"' .. table.concat(field.values, '"|"') .. '"' end
  if field.type == "datetime" then return is_input and "string|number" or "string" end
  if field.type == "object" then return inner end
  if field.type == "list" then
    local item = type_of(field.item, inner, is_input)
    return (item:find("|", 1, true) and "(" .. item .. ")" or item) .. "[]"
  end
  if field.secret and is_input then return types.secret end
  if field.deferrable then return types.secret .. "|(fun(): string|mimecast.Secret|nil, string?)" end
  return types[field.type] or error(field.name .. ": no type for " .. field.type, 0)
end

local function also(field)
  if field.default ~= nil then return ("; %s by default"):format(tostring(field.default)) end
  local names = {}
  if field.wire and field.wire ~= field.name then names[#names + 1] = field.wire end
  if field.label then names[#names + 1] = '"' .. field.label .. '"' end
  return #names > 0 and ("; also %s"):format(table.concat(names, ", ")) or ""
end

local function add_class(parts, class, fields, is_input, more)
  local lines = { "---@class " .. class }
  local inner_classes = {}
  for _, field in ipairs(fields) do
    local inner_class = class .. "." .. field.name
    local inner = field.fields or (field.item and field.item.fields)
    if inner then inner_classes[#inner_classes + 1] = { inner_class, inner } end
    lines[#lines + 1] = ("---@field %s%s %s %s%s"):format(field.name, is_input and field.required and "" or "?",
      type_of(field, inner_class, is_input), field.text, also(field))
  end
  for _, line in ipairs(more or {}) do lines[#lines + 1] = line end
  for _, inner in ipairs(inner_classes) do add_class(parts, inner[1], inner[2], is_input) end
  parts[#parts + 1] = table.concat(lines, "\n") .. "\n"
end

local others = "---@field [string] any fields without documentation, under their wire names"

local resolved = "---@field resolvedFrom? string the address of the request, if the service resolved it to another one"

-- Fields of a result that are not in the operation's output.
local function more_of(operation)
  local lines = {}
  if identity.can_resolve(operation) then lines[1] = resolved end
  if operation.undocumentedOutput then lines[#lines + 1] = others end
  return lines
end

local function row_class(operation)
  return ("mimecast.%s.%s"):format(operation.name, operation.resultKey and "Row" or "Output")
end

local function add_operation_classes(parts, operation)
  local class = "mimecast." .. operation.name
  add_class(parts, class .. ".Input", operation.all_fields, true)
  add_class(parts, row_class(operation), operation.settings_row or operation.output, false, more_of(operation))
  if not operation.paginator then return end
  parts[#parts + 1] = table.concat({
    ("---@class %s.List"):format(class),
    ("---@field [integer] %s"):format(row_class(operation)),
    "---@field total? integer number of rows that the service counts",
    "---@field cursor? string where to continue, if there are more rows",
  }, "\n") .. "\n"
  parts[#parts + 1] = table.concat({
    ("---@class %s.Iterator: mimecast.Iterator"):format(class),
    ("---@overload fun(): %s|false|nil, string?, mimecast.Error?"):format(row_class(operation)),
  }, "\n") .. "\n"
end

-- ---- functions ----

local fails = { "---@return string? message", "---@return mimecast.Error? err" }

local results = {
  item = function(operation) return { ("---@return %s? result"):format(row_class(operation)) } end,
  list = function(operation)
    return { ("---@return %s rows"):format(operation.paginator and ("mimecast.%s.List?"):format(operation.name)
      or row_class(operation) .. "[]?") }
  end,
  paginator = function(operation) return { ("---@return mimecast.%s.Iterator? iterator"):format(operation.name) } end,
  batch = function(operation)
    return { ("---@return (%s|false)[] results false where an item failed"):format(row_class(operation)),
      "---@return table<integer, mimecast.Error> failures by position" }
  end,
}

local function add(lines, more)
  for _, line in ipairs(more) do lines[#lines + 1] = line end
end

-- The annotations of an operation's function, and its parameters.
local function annotate(entry)
  local operation, kind = entry.operation, entry.kind
  local lines = { "---" .. describe.summary(operation, kind) }
  if kind == "batch" or kind == "paginator" then lines[#lines + 1] = "---" .. operation.summary end
  if operation.note then lines[#lines + 1] = "---" .. operation.note end
  local undocumented = describe.undocumented_output(operation)
  if undocumented then lines[#lines + 1] = "---" .. undocumented end
  if operation.api then lines[#lines + 1] = ("---API %s only: %s."):format(operation.api, operation.unavailableReason) end
  local class = ("mimecast.%s.Input"):format(operation.name)
  if kind == "batch" then
    lines[#lines + 1] = ("---@param inputs %s[]"):format(class)
  else
    lines[#lines + 1] = ("---@param input%s %s"):format(operation.needs_input and "" or "?", class)
  end
  add(lines, results[kind](operation))
  if kind ~= "batch" then add(lines, fails) end
  return lines, kind == "batch" and "inputs" or "input"
end

local function annotate_topic(topic)
  local lines, names = { "---" .. topic.summary }, {}
  if topic.note then lines[2] = "---" .. topic.note end
  if topic.generic then lines[#lines + 1] = "---@generic " .. topic.generic end
  for i, parameter in ipairs(topic.parameters or {}) do
    names[i] = parameter.name:gsub("%?$", "")
    lines[#lines + 1] = ("---@param %s %s %s"):format(parameter.name, parameter.lua, parameter.text)
  end
  for _, result in ipairs(topic.returns) do
    lines[#lines + 1] = ("---@return %s %s %s"):format(result.lua, result.name, result.text)
  end
  if topic.fails then add(lines, fails) end
  return lines, table.concat(names, ", ")
end

local function add_functions(parts, owner, families)
  for _, topic in ipairs(manual) do
    if topic.of == "both" or topic.of == owner.name then
      local lines, parameters = annotate_topic(topic)
      lines[#lines + 1] = ("function %s%s(%s) end\n"):format(owner.prefix, topic.name, parameters)
      parts[#parts + 1] = table.concat(lines, "\n")
    end
  end
  for _, family in ipairs(families) do
    for _, entry in ipairs(family.functions) do
      local lines, parameters = annotate(entry)
      lines[#lines + 1] = ("function %s%s(%s) end\n"):format(owner.prefix, entry.name, parameters)
      parts[#parts + 1] = table.concat(lines, "\n")
    end
  end
end

-- The file's text.
local function text()
  local families, parts = catalogue.families(), { head }
  parts[2] = block("lua/mimecast/errors.lua", "mimecast.Error")
  parts[3] = block("lua/mimecast/model/operation.lua", "mimecast.Field")
  parts[4] = block("lua/mimecast/model/operation.lua", "mimecast.Operation")
  parts[5] = block("lua/mimecast/request/metrics.lua", "mimecast.Stats") .. "local Stats = {}\n\n"
    .. "---The counters in Prometheus' text format.\n---@param labels? table<string, string> added to each line\n"
    .. "---@return string text\nfunction Stats:prometheus(labels) end\n"
  parts[6] = block("lua/mimecast/config/runtime.lua", "mimecast.Runtime")
  parts[7] = block("lua/mimecast/client.lua", "mimecast.ClientInfo")
  for _, topic in ipairs(manual) do
    catalogue.check_topic(topic)
    for _, parameter in ipairs(topic.parameters or {}) do
      if parameter.fields then add_class(parts, parameter.lua, parameter.fields, true) end
    end
  end
  for _, family in ipairs(families) do
    for _, entry in ipairs(family.functions) do
      if entry.operation.name == entry.name then add_operation_classes(parts, entry.operation) end
    end
  end
  parts[#parts + 1] = "---@class mimecast.Client\nlocal Client = {}\n"
  add_functions(parts, { name = "client", prefix = "Client:" }, families)
  parts[#parts + 1] = "---@class mimecast\n---@field _VERSION string\nlocal mimecast = {}\n"
  add_functions(parts, { name = "module", prefix = "mimecast." }, families)
  parts[#parts + 1] = "return mimecast\n"
  return table.concat(parts, "\n")
end

--- The file, as a list of one page.
---@return table[] pages each { path =, text = }
function meta.pages()
  return { { path = "doc/mimecast.meta.lua", text = text() } }
end

return meta
