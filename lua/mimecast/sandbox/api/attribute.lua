--- Attributes of users, and their types.
local json = require "mimecast.json"
local response = require "mimecast.sandbox.wire.response"
local audit = require "mimecast.sandbox.api.audit"
local fields = require "mimecast.sandbox.wire.fields"
local ids = require "mimecast.sandbox.wire.ids"

local attributes = {}

-- The responses are not documented: the rows repeat the fields of update-attributes (id, name, value).
local type_mt = json.object{ "id", "name", "type" }
local value_mt = json.object{ "id", "name", "value" }
local user_mt = json.object{ "emailAddress", "attributes" }

local types = { "phoneNumber", "department", "title" }

local function row_of(tenant, user)
  local rows = json.array()
  for number, name in ipairs(types) do
    local value = user.attributes and user.attributes[name]
    if value ~= nil then
      local id = ids.make(tenant, "attribute", number)
      rows[#rows + 1] = setmetatable({ id = id, name = name, value = value }, value_mt)
    end
  end
  return setmetatable({ emailAddress = user.emailAddress, attributes = rows }, user_mt)
end

-- Some clients name an attribute by its id, others by its name.
local function name_of(tenant, entry)
  if type(entry) ~= "table" then return nil end
  if type(entry.id) == "string" then return types[ids.read(tenant, "attribute", entry.id) or 0] end
  for _, name in ipairs(types) do
    if name == entry.name then return name end
  end
  return nil
end

--- /api/attribute/find-attribute-types.
attributes.types = fields.define ""
attributes.types.empty, attributes.types.spread = true, true
attributes.types.permission = "Directories | Attributes | Read"
function attributes.types.perform(tenant)
  local rows = {}
  for number, name in ipairs(types) do
    rows[number] = setmetatable({ id = ids.make(tenant, "attribute", number), name = name, type = "text" }, type_mt)
  end
  return rows
end

--- /api/user/get-attributes.
attributes.get = fields.define "emailAddress email*"
attributes.get.limit, attributes.get.permission = 25, "Directories | Internal | Edit"
function attributes.get.perform(tenant, item)
  local user = tenant:user(item.emailAddress)
  if not user then return response.item_error "address" end
  return row_of(tenant, user)
end

--- /api/user/update-attributes: changes all attributes of an item or none of them.
attributes.update = fields.define "emailAddress email*, attributes list*"
attributes.update.permission = "Directories | Internal | Edit"
function attributes.update.perform(tenant, item)
  local user = tenant:user(item.emailAddress)
  if not user then return response.item_error "address" end
  local changes = {}
  for _, entry in ipairs(item.attributes) do
    local name = name_of(tenant, entry)
    if not name then return response.item_error("attribute", "attributes") end
    changes[name] = entry.value
  end
  user.attributes = user.attributes or {}
  for name, value in pairs(changes) do
    if value == json.null then value = nil end
    user.attributes[name] = value
  end
  tenant:record_applied(user.emailAddress)
  audit.record(tenant, "attributes", user.emailAddress)
  return row_of(tenant, user)
end

return attributes
