--- doc/reference.md: a section for each family and each function.
local catalogue = require "doc.generate.catalogue"
local describe = require "mimecast.help.text"
local manual = require "mimecast.help.topics"

local reference = { path = "doc/reference.md" }

local head = [[
# Reference

Made by `make docs` from the operations' tables: do not edit. At the prompt, `mimecast.help "update_user"` tells the
same.

Each function is one of the module, where it uses the default client, and one of a client: `mimecast.update_user{…}`
is `client:update_user{…}`. Input fields go by their Lua name, their wire name or their label; the output has the Lua
names, and what is not listed here under its wire name; where the service resolves an alias, `resolvedFrom` is the address
that was asked for ([errors.md](errors.md)). A call that fails returns `nil`, a message for people and an
error value for programs ([errors.md](errors.md)).

Four kinds of functions:

- **for one item**: takes a table, returns the output table.
- **for many items**, `update_users`: takes a list of tables; returns two lists in the order given: results, with
  `false` where an item failed, and the failures by position. It sends as many items in a request as the service
  takes.
- **for a list**, `list_users`: returns a list of rows. Where the list is paged, it ends after 500 rows or after
  `limit`; its `total` is how many rows the service counts, its `cursor` says where to go on where there are more.
- **for all pages**, `users`: returns an iterator that fetches page after page. A failure on the way comes as `false`,
  a message and an error value: it is never silently the end. `iterator:cursor()` says where to go on with
  `cursor = …`, `iterator:more()` whether there is anything left.
]]

local function cell(text)
  return (text:gsub("|", "\\|"):gsub("\n", " "))
end

local function code(text)
  return "`" .. cell(text) .. "`"
end

local places = { path = "in the path", header = "in the header", body = "the body", query = "in the query" }

local function wire_cell(field)
  local place = places[field.location]
  local wire = field.location == "page" and "" or code(field.wire or field.name)
  return place and ("%s, %s"):format(wire, place) or wire
end

local function add_input(lines, fields)
  if #fields == 0 then
    lines[#lines + 1] = "It takes nothing.\n"
    return
  end
  lines[#lines + 1] = "| input | wire name | label | type | | definition |\n|---|---|---|---|---|---|"
  for _, part in ipairs(describe.flat(fields)) do
    local field = part.field
    lines[#lines + 1] = ("| %s | %s | %s | %s | %s | %s |"):format(code(part.path), wire_cell(field), field.label or "",
      cell(describe.facts(field)), field.required and "required" or "", cell(field.text))
  end
  lines[#lines + 1] = ""
end

local function add_output(lines, operation)
  if #operation.output > 0 then
    lines[#lines + 1] = ("| %s | wire name | label | type | definition |\n|---|---|---|---|---|"):format(
      operation.resultKey and "row" or "output")
    for _, part in ipairs(describe.flat(operation.output)) do
      local field = part.field
      lines[#lines + 1] = ("| %s | %s | %s | %s | %s |"):format(code(part.path), wire_cell(field), field.label or "",
        cell(describe.type(field)), cell(field.text))
    end
    lines[#lines + 1] = ""
  end
  local open = describe.open(operation)
  if open then lines[#lines + 1] = open .. "\n" end
end

local function add_code(lines, text)
  lines[#lines + 1] = "```lua\n" .. text .. "\n```\n"
end

local function link(name)
  return ("[`%s`](#%s)"):format(name, name)
end

-- Path, product and permission, and what else there is to know of the request.
local function facts(operation)
  local list = { ("`%s %s`"):format(operation.method, operation.path) }
  if operation.card then list[#list + 1] = "card: " .. operation.card end
  list[#list + 1] = "product: " .. operation.product
  list[#list + 1] = "permission: " .. operation.permission
  list[#list + 1] = operation.writes and (operation.idempotent and "changes something; twice is the same as once"
    or "changes something each time") or "changes nothing"
  if operation.batch > 1 then list[#list + 1] = ("at most %d items to a request"):format(operation.batch) end
  if operation.batchName then list[#list + 1] = "for a list: " .. link(operation.batchName) end
  if operation.paginator then list[#list + 1] = "for all pages: " .. link(operation.paginator) end
  return "- " .. table.concat(list, "\n- ") .. "\n"
end

local function add_operation(lines, operation, name)
  lines[#lines + 1] = operation.summary .. "\n"
  if operation.note then lines[#lines + 1] = operation.note .. "\n" end
  if operation.api then
    lines[#lines + 1] = ("**API %s only:** %s.\n"):format(operation.api, operation.unavailableReason)
  end
  lines[#lines + 1] = facts(operation)
  add_input(lines, operation.all_fields)
  add_output(lines, operation)
  local examples = describe.examples(name)
  add_code(lines, table.concat({ examples[1], examples[2] }, "\n"))
end

local function add_function(lines, entry)
  lines[#lines + 1] = ("### %s\n"):format(entry.name)
  if entry.operation.name == entry.name then return add_operation(lines, entry.operation, entry.name) end
  lines[#lines + 1] = ("%s Returns %s.\n"):format(
    describe.summary(entry.operation, entry.kind):gsub("^%S+", link), describe.returns(entry.operation, entry.kind))
  add_code(lines, describe.examples(entry.name)[1])
end

local function add_options(lines, fields)
  local has_variables = false
  for _, field in ipairs(fields) do has_variables = has_variables or field.env ~= nil end
  lines[#lines + 1] = has_variables and "| option | variable | type | | definition |\n|---|---|---|---|---|"
    or "| input | type | | definition |\n|---|---|---|---|"
  for _, field in ipairs(fields) do
    local variable = has_variables and (field.env and " " .. code(field.env) .. " |" or " |") or ""
    lines[#lines + 1] = ("| %s |%s %s | %s | %s |"):format(code(field.name), variable, cell(describe.facts(field)),
      field.required and "required" or "", cell(field.text))
  end
  lines[#lines + 1] = ""
end

local function add_topic(lines, topic)
  lines[#lines + 1] = ("### %s\n"):format(topic.name)
  lines[#lines + 1] = topic.summary .. "\n"
  if topic.note then lines[#lines + 1] = topic.note .. "\n" end
  if topic.of ~= "module" then
    lines[#lines + 1] = (topic.of == "both" and "Also a client's: `client:%s(…)`.\n"
      or "A client's only: `client:%s()`.\n"):format(topic.name)
  end
  for _, parameter in ipairs(topic.parameters or {}) do
    lines[#lines + 1] = ("- takes %s (`%s`): %s"):format(code(parameter.name), parameter.lua, parameter.text)
  end
  for _, result in ipairs(topic.returns) do
    lines[#lines + 1] = ("- returns %s (`%s`): %s"):format(code(result.name), result.lua, result.text)
  end
  if topic.fails then lines[#lines + 1] = "- or returns `nil, message, err`" end
  if topic.parameters or topic.returns[1] then lines[#lines + 1] = "" end
  for _, parameter in ipairs(topic.parameters or {}) do
    if parameter.fields then add_options(lines, parameter.fields) end
  end
  add_code(lines, topic.example)
end

local function names_of(list)
  local links = {}
  for i, entry in ipairs(list) do links[i] = link(entry.name) end
  return table.concat(links, " · ")
end

--- The file's text.
---@return string
function reference.text()
  local families, lines = catalogue.families(), { head, "## Contents\n" }
  lines[#lines + 1] = ("- [mimecast](#mimecast), the module itself: %s"):format(names_of(manual))
  for _, family in ipairs(families) do
    lines[#lines + 1] = ("- [%s](#%s), %s: %s"):format(family.name, family.name, family.text,
      names_of(family.functions))
  end
  lines[#lines + 1] = "\n## mimecast\n"
  for _, topic in ipairs(manual) do
    catalogue.check_topic(topic)
    add_topic(lines, topic)
  end
  for _, family in ipairs(families) do
    lines[#lines + 1] = ("## %s\n"):format(family.name)
    lines[#lines + 1] = family.text:gsub("^%l", string.upper) .. ".\n"
    for _, entry in ipairs(family.functions) do add_function(lines, entry) end
  end
  return (table.concat(lines, "\n"):gsub("\n+$", "\n"))
end

return reference
