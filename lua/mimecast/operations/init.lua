--- Operations: the service as data, one file per family, one table per operation.
--
-- From an operation's table come the function and all its checks: a new endpoint is one more table.
local core = require "mimecast.core"
local json = require "mimecast.json"
local record = require "mimecast.record"

local operations = {}

-- Families and the functions in them: a family's file is read when one of its functions is first used.
local families = {
  user = {
    "create_user", "create_users", "update_user", "update_users", "read_user", "list_users", "users",
    "get_most_used_contacts", "add_to_purge_list", "remove_from_purge_list",
  },
  alias = {
    "update_alias", "update_aliases", "remove_alias", "remove_aliases", "get_aliases",
  },
  attribute = {
    "find_attribute_types", "get_attributes", "update_attributes",
  },
  delegate = {
    "add_delegate_user", "find_delegate_users", "remove_delegate_user", "remove_delegate_users", "get_delegated_access",
  },
  import = {
    "import_users", "get_import_status",
  },
  group = {
    "find_groups", "groups", "get_group", "create_group", "create_groups", "update_group", "update_groups",
    "delete_group", "delete_groups", "list_group_members", "group_members", "add_group_member", "add_group_members",
    "remove_group_member", "remove_group_members",
  },
  directory = {
    "execute_sync", "get_connections",
  },
  cloud = {
    "list_cloud_users", "cloud_users", "list_cloud_groups", "cloud_groups", "get_cloud_group", "create_cloud_group",
    "list_cloud_group_members", "cloud_group_members", "add_cloud_group_members", "remove_cloud_group_members",
  },
  domain = {
    "list_domains", "create_domain", "create_domains", "verify_domain", "verify_domains", "list_pending_domains",
    "get_provision_status", "get_verification_code", "delete_pending_domain", "delete_pending_domains",
  },
  zone = {
    "list_cloud_domains", "cloud_domains", "get_cloud_domain", "update_cloud_domain", "get_dns_records",
    "verify_cloud_domains", "list_external_domains", "external_domains", "list_pending_cloud_domains",
    "pending_cloud_domains", "verify_pending_cloud_domains", "generate_domain_tokens",
  },
  account = {
    "get_account", "get_support_info", "get_dashboard_notifications", "get_packages", "whoami",
  },
  role = {
    "list_roles", "roles",
  },
  audit = {
    "list_audit_events", "audit_events", "list_audit_categories",
  },
  sender = {
    "permit_or_block_sender", "permit_or_block_senders", "create_blocked_sender_policy", "get_blocked_sender_policy",
    "update_blocked_sender_policy", "delete_blocked_sender_policy",
  },
  url = {
    "create_managed_url", "list_managed_urls", "managed_urls", "delete_managed_url", "decode_url", "decode_urls",
  },
  held = {
    "list_held_messages", "held_messages", "get_hold_summary", "release_held_message", "release_held_messages",
    "reject_held_messages",
  },
  message = {
    "find_messages", "get_message_info",
  },
  log = {
    "list_url_logs", "url_logs", "list_attachment_logs", "attachment_logs", "list_impersonation_logs",
    "impersonation_logs",
  },
}

local function compile(fields)
  local definitions, order = {}, {}
  for i, field in ipairs(fields) do
    local definition = {}
    for key, value in pairs(field) do definition[key] = value end
    definition.wire = field.wire or field.name
    if field.fields then definition.shape = compile(field.fields) end
    if field.item then
      local item = { name = "item" }
      for key, value in pairs(field.item) do item[key] = value end
      definition.shape = compile { item }
    end
    definitions[i], order[i] = definition, definition.wire
  end
  return core.shape(definitions, json.object(order), json.array_mt)
end

-- The texts in an item that must not show in an error.
local function secrets_of(secret_wires, item, list)
  for _, wire in ipairs(secret_wires) do
    local value = item[wire]
    if type(value) == "string" and value ~= "" then list[#list + 1] = value end
  end
end

---@class mimecast.Operation
---@field name string the function's name
---@field path string with the names of path fields in braces where the carrier is "rest"
---@field method? string default POST
---@field carrier? "envelope"|"rest"|"upload" how it travels: in data[] (default), as plain JSON and query, or as a file
---@field api? "1.0"|"2.0" the only generation that has it
---@field because? string why the other one refuses, and what to use instead
---@field summary string
---@field note? string what a user must know besides
---@field card? string the label of the workflow card
---@field product string Mimecast's product that an application needs under API 2.0
---@field permission string the permission that the role needs
---@field writes boolean whether it changes anything
---@field idempotent boolean whether doing it twice is the same as doing it once
---@field batch? integer how many items a request takes, default 1
---@field many? string the name of the function that takes a list
---@field key? string the field that tells items apart
---@field rows? string|true the answer is a list: under that name, or data[] itself
---@field pages? string the name of the function that iterates over all pages
---@field open? boolean the service's answer is not documented: fields pass through under their wire names
---@field fields? table[] input fields
---@field answer? table[] output fields, of one row where the answer is a list
---@field check? fun(item: table): string?, string? a rule between fields, over the wire table: field and message
---@field advise? fun(item: table, err: mimecast.Failure) adds a hint that needs the item's wire table
---@field example? table an input
---@field examples? table[] inputs, where fields exclude each other

-- What every paged operation takes besides its own fields.
local function paging_fields(operation)
  local most = operation.carrier == "rest" and 100 or 500 -- a page's size on the wire (mimecast-api 4)
  return {
    { name = "limit", type = "integer", min = 1, place = "page", text = "how many rows at most; a list has 500 by default" },
    { name = "pageSize", type = "integer", min = 1, max = most, place = "page",
      text = ("rows of a page, at most %d (default)"):format(most) },
    { name = "cursor", type = "text", place = "page", text = "where to go on, from an iterator's cursor()" },
  }
end

-- The output's fields, and the secrets of the input: should the service repeat one, it is known as such and dropped.
local function with_secrets(answer, input)
  local list, known = {}, {}
  for i, field in ipairs(answer) do list[i], known[field.wire or field.name] = field, true end
  for _, field in ipairs(input) do
    if field.secret and not known[field.wire or field.name] then list[#list + 1] = field end
  end
  return list
end

local carriers = { envelope = true, rest = true, upload = true }

local function complete(operation)
  operation.method = operation.method or "POST"
  operation.carrier = operation.carrier or "envelope"
  operation.batch = operation.batch or 1
  operation.fields, operation.answer = operation.fields or {}, operation.answer or {}
  if not carriers[operation.carrier] then error("the carrier is envelope, rest or upload", 0) end
  if operation.pages and not operation.rows then error("an operation with pages has rows", 0) end
end

--- Makes an operation from its table. Raises where the table itself is wrong.
---@param operation mimecast.Operation
---@return mimecast.Operation
function operations.define(operation)
  complete(operation)
  local fields = {}
  for i, field in ipairs(operation.fields) do fields[i] = field end
  for _, field in ipairs(operation.pages and paging_fields(operation) or {}) do fields[#fields + 1] = field end
  operation.all_fields = fields
  operation.input = compile(fields)
  operation.output = compile(with_secrets(operation.answer, operation.fields))
  operation.record = record.metatable(operation.answer)
  operation.names, operation.secret_wires = {}, {}
  for _, list in ipairs { operation.answer, fields } do
    for _, field in ipairs(list) do operation.names[field.wire or field.name] = field.name end
  end
  for _, field in ipairs(fields) do
    if field.name == operation.key then operation.key_wire = field.wire or field.name end
    if field.secret then table.insert(operation.secret_wires, field.wire or field.name) end
  end
  return operation
end

--- The passwords and the like in wire items.
---@param operation mimecast.Operation
---@param items table[]
---@return string[]
function operations.secrets(operation, items)
  local list = {}
  if #operation.secret_wires > 0 then
    for _, item in ipairs(items) do secrets_of(operation.secret_wires, item, list) end
  end
  return list
end

local family_of = {}
for family, names in pairs(families) do
  for _, name in ipairs(names) do family_of[name] = family end
end

-- Functions by name: the operation, and how the function calls it.
local functions = {}

local function register(name, operation)
  operation.name = name
  operations.define(operation)
  functions[name] = { operation = operation, kind = operation.rows and "list" or "one" }
  if operation.many then functions[operation.many] = { operation = operation, kind = "many" } end
  if operation.pages then functions[operation.pages] = { operation = operation, kind = "pages" } end
end

--- The operation behind a function's name.
---@param name string
---@return mimecast.Operation? operation nil where there is none
---@return "one"|"many"|"list"|"pages"|nil kind what the function takes and returns
function operations.find(name)
  local found = functions[name]
  if not found and family_of[name] then
    for own, operation in pairs(require("mimecast.operations." .. family_of[name])) do register(own, operation) end
    found = functions[name]
  end
  if not found then return nil end
  return found.operation, found.kind
end

--- Adds an operation of the program's own, with the same checks as the module's. Raises for a table that is wrong and
-- for a name that is taken.
---@param operation mimecast.Operation with its name
function operations.add(operation)
  local name = operation.name
  for _, own in ipairs { name or "", operation.many or "x", operation.pages or "x" } do
    if type(own) ~= "string" or not own:find("^%l[%l%d_]*$") then error("an operation's name is in snake_case", 0) end
    if operations.find(own) then error(("there is an operation %s already"):format(own), 0) end
  end
  if type(operation.path) ~= "string" or not operation.path:find("^/[%w%-%._~/{}]*$") then
    error(name .. ": the path is not one, like /api/user/update-user", 0)
  end
  register(name, operation)
end

--- Families and the names of their functions, both sorted; a program's own operations are the family "own".
---@return table[] families each { name =, functions = {…} }
function operations.families()
  local by_family = { own = {} }
  for name, family in pairs(family_of) do
    by_family[family] = by_family[family] or {}
    table.insert(by_family[family], name)
  end
  for name in pairs(functions) do
    if not family_of[name] then table.insert(by_family.own, name) end
  end
  local list = {}
  for family, names in pairs(by_family) do
    table.sort(names)
    if #names > 0 then list[#list + 1] = { name = family, functions = names } end
  end
  table.sort(list, function(a, b) return a.name < b.name end)
  return list
end

--- The names of all functions, sorted.
---@return string[]
function operations.names()
  local list = {}
  for _, family in ipairs(operations.families()) do
    for _, name in ipairs(family.functions) do list[#list + 1] = name end
  end
  table.sort(list)
  return list
end

return operations
