--- doc/reference/: an index, a page for the module's functions, and a page for each family.
local catalogue = require "doc.generate.catalogue"
local describe = require "mimecast.help.text"
local topics = require "mimecast.help.topics"

local reference = {}

local head = [[
# Reference

`make docs` generates these pages from the operations' tables: do not edit them. At the prompt,
`mimecast.help "update_user"` prints the same.

Each function belongs to the module, which uses the default client, and to every client: `mimecast.update_user{…}` is
`client:update_user{…}`. Give an input field by its Lua name, its wire name or its label. The output has the Lua names;
a field that is not listed here keeps its wire name. If the service resolves an alias, `resolvedFrom` is the address of
the request. A failed call returns `nil`, a message for people and an error value for programs
([errors.md](../errors.md)).

There are four kinds of functions:

- **for one item**, `update_user`: takes a table, returns the output table.
- **for many items**, `update_users`: takes a list of tables. Returns two lists in the order given: results, with
  `false` for a failed item, and failures by position. A request carries as many items as the service accepts.
- **for a list**, `list_users`: returns a list of rows. A paged list ends after 500 rows or after `limit`. Its `total`
  is the number of rows that the service counts; if there are more rows, its `cursor` says where to continue.
- **for all pages**, `users`: returns an iterator that fetches page after page. If a page fails, the iterator returns
  `false`, a message and an error value: a failure never looks like the end. `iterator:cursor()` says where to continue
  with `cursor = …`; `iterator:more()` says whether rows are left.
]]

local function cell(text)
  return (text:gsub("|", "\\|"):gsub("\n", " "))
end

local function code(text)
  return "`" .. cell(text) .. "`"
end

local locations = { path = "in the path", header = "in the header", body = "the body", query = "in the query" }

local function wire_cell(field)
  local location = locations[field.location]
  local wire = field.location == "page" and "" or code(field.wire or field.name)
  return location and ("%s, %s"):format(wire, location) or wire
end

local function add_input(lines, fields)
  if #fields == 0 then
    lines[#lines + 1] = "It has no input fields.\n"
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
  if operation.settingsOutput then
    lines[#lines + 1] = "With `settings = true` a row also has `kind`, the settings of "
      .. "[`update_user`](#update_user), and `error`, the service's code if it rejects to read the account."
    lines[#lines + 1] = ""
  end
  local undocumented = describe.undocumented_output(operation)
  if undocumented then lines[#lines + 1] = undocumented .. "\n" end
end

local function add_code(lines, text)
  lines[#lines + 1] = "```lua\n" .. text .. "\n```\n"
end

local function link(name)
  return ("[`%s`](#%s)"):format(name, name)
end

-- Path, product, permission and limits of a request.
local function facts(operation)
  local list = { ("`%s %s`"):format(operation.method, operation.path) }
  if operation.card then list[#list + 1] = "card: " .. operation.card end
  list[#list + 1] = "product: " .. operation.product
  list[#list + 1] = "permission: " .. operation.permission
  list[#list + 1] = operation.writes and (operation.idempotent and "writes; a repeated call has the same effect"
    or "writes; a repeated call has another effect") or "reads only"
  if operation.batch > 1 then list[#list + 1] = ("at most %d items a request"):format(operation.batch) end
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
  lines[#lines + 1] = ("## %s\n"):format(entry.name)
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
  lines[#lines + 1] = ("## %s\n"):format(topic.name)
  lines[#lines + 1] = topic.summary .. "\n"
  if topic.note then lines[#lines + 1] = topic.note .. "\n" end
  if topic.of ~= "module" then
    lines[#lines + 1] = (topic.of == "both" and "Also a method of a client: `client:%s(…)`.\n"
      or "A method of a client only: `client:%s()`.\n"):format(topic.name)
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

local function links_to(page, entries)
  local links = {}
  for i, entry in ipairs(entries) do links[i] = ("[`%s`](%s.md#%s)"):format(entry.name, page, entry.name) end
  return table.concat(links, " · ")
end

local function page(name, lines)
  return { path = ("doc/reference/%s.md"):format(name), text = (table.concat(lines, "\n"):gsub("\n+$", "\n")) }
end

local function module_page()
  local lines = { "# mimecast\n", "Functions of the module and of a client. [All functions](index.md)\n" }
  for _, topic in ipairs(topics) do
    catalogue.check_topic(topic)
    add_topic(lines, topic)
  end
  return page("mimecast", lines)
end

local function family_page(family)
  local lines = { ("# %s\n"):format(family.name),
    ("%s. [All functions](index.md)\n"):format(family.text:gsub("^%l", string.upper)) }
  for _, entry in ipairs(family.functions) do add_function(lines, entry) end
  return page(family.name, lines)
end

local function index(families)
  local lines = { head, ("- [mimecast](mimecast.md), the module and its clients: %s"):format(links_to("mimecast", topics)) }
  for _, family in ipairs(families) do
    lines[#lines + 1] = ("- [%s](%s.md), %s: %s"):format(family.name, family.name, family.text,
      links_to(family.name, family.functions))
  end
  return page("index", lines)
end

--- The pages, the index first.
---@return table[] pages each { path =, text = }
function reference.pages()
  local families = catalogue.families()
  local pages = { index(families), module_page() }
  for _, family in ipairs(families) do pages[#pages + 1] = family_page(family) end
  return pages
end

return reference
