--- Writes help pages: a list of all functions, or the input and the result of a function.
local check = require "mimecast.config.check"
local core = require "mimecast.core"
local registry = require "mimecast.model.registry"
local text = require "mimecast.help.text"
local topics = require "mimecast.help.topics"

local help = {}

local page_width = 100

-- Wraps words into indented lines. `start` begins the first line unchanged.
local function wrap(words, indent, start)
  local lines, line = {}, indent .. (start or "")
  local is_empty = not start
  for word in words:gmatch("%S+") do
    if not is_empty and #line + #word + 1 > page_width then
      lines[#lines + 1], line, is_empty = line, indent, true
    end
    line, is_empty = line .. (is_empty and "" or " ") .. word, false
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end

local function indented(lines)
  return "  " .. lines:gsub("\n", "\n  ")
end

local function first_clause(summary)
  return summary:match("^(.-)[%.;:]%s") or summary:gsub("%.$", "")
end

-- ---- the list of functions ----

local function list_entry(name, summary)
  return ("  %-32s %s"):format(name, first_clause(summary))
end

local function add_family(lines, family)
  lines[#lines + 1] = ("%s: %s"):format(family.name, family.text)
  for _, name in ipairs(family.functions) do
    lines[#lines + 1] = list_entry(name, text.summary(registry.find(name)))
  end
end

local function overview()
  local lines = { "mimecast: functions of the module and of a client" }
  for _, topic in ipairs(topics) do
    lines[#lines + 1] = list_entry(topic.of == "client" and "client:" .. topic.name or topic.name, topic.summary)
  end
  for _, family in ipairs(registry.families()) do
    lines[#lines + 1] = ""
    add_family(lines, family)
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = wrap('help "update_user" shows the input and the result of a function, help "user" the functions of a '
    .. "family. Each function is a method of a client as well: client:update_user { … }.", "")
  return table.concat(lines, "\n")
end

-- ---- pages ----

local function add_fields(lines, title, fields, is_output)
  lines[#lines + 1] = ""
  lines[#lines + 1] = title
  for _, part in ipairs(text.flat(fields)) do
    local field, names = part.field, {}
    local indent = ("  "):rep(part.depth + 1)
    if field.wire and field.wire ~= field.name then names[#names + 1] = field.wire end
    if field.label then names[#names + 1] = '"' .. field.label .. '"' end
    local facts = is_output and text.type(field) or text.facts(field)
    if field.required and not is_output then facts = facts .. ", required" end
    if #names > 0 then facts = facts .. "; also " .. table.concat(names, ", ") end
    lines[#lines + 1] = wrap(facts, indent, field.name .. (" "):rep(24 - #field.name - #indent))
    if field.text then lines[#lines + 1] = wrap(field.text, indent .. "    ") end
  end
end

local function add_example(lines, example)
  if not example then return end
  lines[#lines + 1] = ""
  lines[#lines + 1] = "example"
  lines[#lines + 1] = indented(example)
end

local function needs(operation)
  local parts = {}
  if operation.product then parts[#parts + 1] = "product " .. operation.product end
  if operation.permission then parts[#parts + 1] = "permission " .. operation.permission end
  return #parts > 0 and "needs " .. table.concat(parts, ", ") or nil
end

-- Adds path, generation, permission and related functions.
local function add_facts(lines, operation, kind)
  local function add(words) lines[#lines + 1] = words and wrap(words, "") or nil end
  add(operation.method .. " " .. operation.path .. (operation.card and ", card " .. operation.card or ""))
  add(operation.api and ("API %s only: %s"):format(operation.api,
    operation.unavailableReason or "the other generation lacks it"))
  add(needs(operation))
  add(operation.batchName and kind ~= "batch" and operation.batchName .. " takes a list, " .. text.batch(operation))
  add(operation.paginator and kind ~= "paginator" and operation.paginator .. " iterates over the rows of all pages")
end

local function operation_page(name, operation, kind)
  local lines = { wrap(("%s: %s"):format(name, text.summary(operation, kind)), "") }
  local function add(words) lines[#lines + 1] = words and wrap(words, "") or nil end
  if kind == "batch" or kind == "paginator" then add(operation.summary) end
  add(operation.note)
  lines[#lines + 1] = ""
  add_facts(lines, operation, kind)
  if #operation.all_fields > 0 then
    add_fields(lines, kind == "batch" and "takes a list of" or "takes", operation.all_fields)
  end
  lines[#lines + 1] = ""
  add("returns " .. text.returns(operation, kind))
  if #operation.output > 0 then
    add_fields(lines, operation.resultKey and "fields of a row" or "fields", operation.output, true)
  end
  if operation.settingsOutput then add_fields(lines, "and with settings = true", operation.settingsOutput, true) end
  add(text.undocumented_output(operation))
  add_example(lines, text.examples(name)[1])
  return table.concat(lines, "\n")
end

local function topic_page(topic)
  local names, results = {}, {}
  for i, parameter in ipairs(topic.parameters or {}) do names[i] = parameter.name:gsub("%?$", "") end
  local call = (topic.of == "client" and "client:" or "") .. topic.name
  local lines = { wrap(("%s(%s): %s"):format(call, table.concat(names, ", "), topic.summary), "") }
  if topic.of == "both" then lines[#lines + 1] = ("Also a method of a client: client:%s(…)"):format(topic.name) end
  if topic.note then lines[#lines + 1] = wrap(topic.note, "") end
  for _, parameter in ipairs(topic.parameters or {}) do
    if parameter.fields then
      add_fields(lines, "takes", parameter.fields)
    else
      lines[#lines + 1] = wrap(("%s: %s"):format(parameter.name, parameter.text), "  ")
    end
  end
  for i, result in ipairs(topic.returns) do results[i] = ("%s (%s)"):format(result.name, result.text) end
  if topic.fails then results[#results] = results[#results] .. "; or nil, message, err" end
  if #results > 0 then
    lines[#lines + 1] = ""
    lines[#lines + 1] = wrap("returns " .. table.concat(results, ", "), "")
  end
  add_example(lines, topic.example)
  return table.concat(lines, "\n")
end

local function family_page(family)
  local lines = {}
  add_family(lines, family)
  return table.concat(lines, "\n")
end

-- ---- finding a page ----

local function unknown_function(name)
  local names = registry.names()
  for _, topic in ipairs(topics) do names[#names + 1] = topic.name end
  for _, family in ipairs(registry.families()) do names[#names + 1] = family.name end
  return ("unknown function %s; %s"):format(core.printable(name, 64),
    check.suggestion(name, names) or "help() lists all functions")
end

--- Returns the help page of a function or a family.
---@param name? string without it the list of all functions
---@return string? page
---@return string? message why there is no page
function help.page(name)
  if name == nil then return overview() end
  if type(name) ~= "string" then return nil, 'help takes a name, like help "update_user"; help() lists all functions' end
  name = name:gsub("[%s%(%){}]", ""):gsub("^[%a_]*[%.:]", "") -- accepts client:update_user{}
  local operation, kind = registry.find(name)
  if operation then return operation_page(name, operation, kind) end
  for _, topic in ipairs(topics) do
    if topic.name == name then return topic_page(topic) end
  end
  for _, family in ipairs(registry.families()) do
    if family.name == name then return family_page(family) end
  end
  return nil, unknown_function(name)
end

--- Returns the help page of a function or a family, or why there is none.
---@param name? string without it the list of all functions
---@return string
function help.text(name)
  local page, message = help.page(name)
  return page or message --[[@as string]]
end

return help
