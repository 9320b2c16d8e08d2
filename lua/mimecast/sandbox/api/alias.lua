--- Aliases: further addresses of a user.
local core = require "mimecast.core"
local json = require "mimecast.json"
local response = require "mimecast.sandbox.wire.response"
local audit = require "mimecast.sandbox.api.audit"
local directory = require "mimecast.sandbox.directory"
local domains = require "mimecast.sandbox.api.domain"
local fields = require "mimecast.sandbox.wire.fields"

local aliases = {}

local alias_mt = json.object{ "domain", "isInternal", "alias", "aliasDisplayName", "aliasFor", "type" }

local list_mt = json.object{ "aliases" }

local function row(tenant, record)
  local domain = directory.domain_of(record.emailAddress)
  return setmetatable({
    domain = domain, isInternal = domains.internal(tenant, domain), alias = record.emailAddress,
    aliasDisplayName = record.name, aliasFor = record.aliasFor, type = record.addressType or "created_manually",
  }, alias_mt)
end

local function link(tenant, item, user)
  local record = tenant.directory:find(item.alias)
  if not record then
    record = tenant.directory:add{ emailAddress = item.alias, name = user.name, created_by_alias = true }
  end
  tenant.directory:link(record, user.emailAddress)
  tenant:record_applied(user.emailAddress, item.alias)
  audit.record(tenant, "alias_linked", item.alias .. " to " .. user.emailAddress)
  return record
end

--- /api/user/update-alias: creates an alias, or assigns it to another user.
aliases.update = fields.define "aliasFor email*, alias email*"
aliases.update.limit, aliases.update.permission = 5, "Directories | Groups | Edit"
function aliases.update.perform(tenant, item)
  local user = tenant:user(item.aliasFor)
  if not user then return response.item_error "address" end
  if core.fold(item.alias) == core.fold(user.emailAddress) then return response.item_error("alias_of_itself", "alias") end
  return row(tenant, link(tenant, item, user))
end

--- /api/user/remove-alias. The response is not documented: here it is that of update-alias. An address that was a user before
-- becomes a user again.
aliases.remove = fields.define "aliasFor email*, alias email*"
aliases.remove.limit, aliases.remove.permission = 5, "Directories | Groups | Edit"
function aliases.remove.perform(tenant, item)
  local user, record = tenant:user(item.aliasFor), tenant.directory:find(item.alias)
  if not user then return response.item_error "address" end
  if not record or not record.aliasFor or core.fold(record.aliasFor) ~= core.fold(user.emailAddress) then
    return response.item_error("alias_not_found", "alias")
  end
  local result = row(tenant, record)
  tenant.directory:link(record, nil)
  if record.created_by_alias then tenant.directory:remove(item.alias) end
  tenant:record_applied(user.emailAddress, item.alias)
  audit.record(tenant, "alias_unlinked", item.alias .. " from " .. user.emailAddress)
  return result
end

--- /api/user/get-aliases: nested as a client reads it. The rows are not documented: here they are those of update-alias.
aliases.list = fields.define "emailAddress email*"
aliases.list.permission = "Directories | Groups | Read"
function aliases.list.perform(tenant, item)
  local user = tenant:user(item.emailAddress)
  if not user then return response.item_error "address" end
  local rows = json.array()
  for _, record in ipairs(tenant.directory:aliases(user.emailAddress)) do rows[#rows + 1] = row(tenant, record) end
  return setmetatable({ aliases = rows }, list_mt)
end

return aliases
