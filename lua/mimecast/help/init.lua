--- Help for the prompt: what there is, and what a function takes and returns, from the operations' own tables.
local core = require "mimecast.core"
local describe = require "mimecast.help.text"
local manual = require "mimecast.help.topics"
local registry = require "mimecast.model.registry"

local help = {}

local width = 100

-- Breaks a text into lines of the width; `lead` stands before the first of them as it is.
local function wrap(text, indent, lead)
  local lines, line = {}, indent .. (lead or "")
  local empty = not lead
  for word in text:gmatch("%S+") do
    if not empty and #line + #word + 1 > width then
      lines[#lines + 1], line, empty = line, indent, true
    end
    line, empty = line .. (empty and "" or " ") .. word, false
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end

local function indented(text)
  return "  " .. text:gsub("\n", "\n  ")
end

local function first_part(text)
  return text:match("^(.-)[%.;:]%s") or text:gsub("%.$", "")
end

-- ---- what there is ----

local function entry(name, summary)
  return ("  %-32s %s"):format(name, first_part(summary))
end

local function add_family(lines, family)
  lines[#lines + 1] = ("%s: %s"):format(family.name, family.text)
  for _, name in ipairs(family.functions) do
    lines[#lines + 1] = entry(name, describe.summary(registry.find(name)))
  end
end

local function overview()
  local lines = { "mimecast: the module itself" }
  for _, topic in ipairs(manual) do
    lines[#lines + 1] = entry(topic.of == "client" and "client:" .. topic.name or topic.name, topic.summary)
  end
  for _, family in ipairs(registry.families()) do
    lines[#lines + 1] = ""
    add_family(lines, family)
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = wrap('help "update_user" tells what a function takes and returns, help "user" what is in a '
    .. "family. Each function is a client's method as well: client:update_user { … }.", "")
  return table.concat(lines, "\n")
end

-- ---- one function ----

local function add_fields(lines, title, fields, is_answer)
  lines[#lines + 1] = ""
  lines[#lines + 1] = title
  for _, part in ipairs(describe.flat(fields)) do
    local field, names = part.field, {}
    local indent = ("  "):rep(part.depth + 1)
    if field.wire and field.wire ~= field.name then names[#names + 1] = field.wire end
    if field.label then names[#names + 1] = '"' .. field.label .. '"' end
    local facts = is_answer and describe.type(field) or describe.facts(field)
    if field.required and not is_answer then facts = facts .. ", required" end
    if #names > 0 then facts = facts .. "; also " .. table.concat(names, ", ") end
    lines[#lines + 1] = wrap(facts, indent, field.name .. (" "):rep(24 - #field.name - #indent))
    if field.text then lines[#lines + 1] = wrap(field.text, indent .. "    ") end
  end
end

local function add_examples(lines, examples)
  if #examples == 0 then return end
  lines[#lines + 1] = ""
  lines[#lines + 1] = "example"
  lines[#lines + 1] = indented(examples[1])
end

local function needs(operation)
  local parts = {}
  if operation.product then parts[#parts + 1] = "product " .. operation.product end
  if operation.permission then parts[#parts + 1] = "permission " .. operation.permission end
  return #parts > 0 and "needs " .. table.concat(parts, ", ") or nil
end

local function operation_page(name, operation, kind)
  local lines = { wrap(("%s: %s"):format(name, describe.summary(operation, kind)), "") }
  local function add(text) lines[#lines + 1] = text and wrap(text, "") or nil end
  if kind == "batch" or kind == "paginator" then add(operation.summary) end
  add(operation.note)
  lines[#lines + 1] = ""
  add(operation.method .. " " .. operation.path .. (operation.card and ", card " .. operation.card or ""))
  add(operation.api and ("API %s only: %s"):format(operation.api, operation.unavailableReason or "the other one lacks it"))
  add(needs(operation))
  add(operation.batchName and kind ~= "batch" and operation.batchName .. " takes a list, " .. describe.batch(operation))
  add(operation.paginator and kind ~= "paginator" and operation.paginator .. " goes through all pages, row by row")
  if #operation.all_fields > 0 then
    add_fields(lines, kind == "batch" and "takes a list of" or "takes", operation.all_fields)
  end
  lines[#lines + 1] = ""
  add("returns " .. describe.returns(operation, kind))
  if #operation.output > 0 then
    add_fields(lines, operation.resultKey and "fields of a row" or "fields", operation.output, true)
  end
  add(describe.open(operation))
  add_examples(lines, describe.examples(name))
  return table.concat(lines, "\n")
end

local function manual_page(topic)
  local names = {}
  for i, parameter in ipairs(topic.parameters or {}) do names[i] = parameter.name:gsub("%?$", "") end
  local called = (topic.of == "client" and "client:" or "") .. topic.name
  local lines = { wrap(("%s(%s): %s"):format(called, table.concat(names, ", "), topic.summary), "") }
  if topic.of == "both" then lines[#lines + 1] = ("A client has it as well: client:%s(…)"):format(topic.name) end
  if topic.note then lines[#lines + 1] = wrap(topic.note, "") end
  for _, parameter in ipairs(topic.parameters or {}) do
    if parameter.fields then
      add_fields(lines, "takes", parameter.fields)
    else
      lines[#lines + 1] = wrap(("%s: %s"):format(parameter.name, parameter.text), "  ")
    end
  end
  local results = {}
  for i, result in ipairs(topic.returns) do results[i] = ("%s (%s)"):format(result.name, result.text) end
  if topic.fails then results[#results] = results[#results] .. "; or nil, message, err" end
  if #results > 0 then
    lines[#lines + 1] = ""
    lines[#lines + 1] = wrap("returns " .. table.concat(results, ", "), "")
  end
  add_examples(lines, { topic.example })
  return table.concat(lines, "\n")
end

-- ---- finding it ----

local function unknown(name)
  local names = registry.names()
  for _, topic in ipairs(manual) do names[#names + 1] = topic.name end
  for _, family in ipairs(registry.families()) do names[#names + 1] = family.name end
  local nearest = core.suggest(name, names)
  return ("There is no function %s; %s"):format(core.printable(name, 64),
    nearest and ("did you mean %s?"):format(nearest) or "help() lists them.")
end

--- The help text.
---@param name? string a function's or a family's name; without it all functions
---@return string text
function help.text(name)
  if name == nil then return overview() end
  if type(name) ~= "string" then return 'help takes a name, like help "update_user"; help() lists them.' end
  name = name:gsub("[%s%(%){}]", ""):gsub("^[%a_]*[%.:]", "") -- as it is written in a program
  local operation, kind = registry.find(name)
  if operation then return operation_page(name, operation, kind) end
  for _, topic in ipairs(manual) do
    if topic.name == name then return manual_page(topic) end
  end
  for _, family in ipairs(registry.families()) do
    if family.name == name then
      local lines = {}
      add_family(lines, family)
      return table.concat(lines, "\n")
    end
  end
  return unknown(name)
end

return help
