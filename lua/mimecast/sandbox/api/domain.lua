--- The tenant's domains: internal, pending and external.
local core = require "mimecast.core"
local json = require "mimecast.json"
local response = require "mimecast.sandbox.wire.response"
local audit = require "mimecast.sandbox.api.audit"
local dates = require "mimecast.sandbox.wire.dates"
local fields = require "mimecast.sandbox.wire.fields"
local ids = require "mimecast.sandbox.wire.ids"

local domains = {}

local domain_mt = json.object{ "id", "domain", "sendOnly", "local", "inboundType" }
local pending_mt = json.object{ "id", "domain", "token", "created", "expiry" }
local status_mt = json.object{ "domain", "status" }
local code_mt = json.object{ "domain", "token", "status" }

local read_permission = "Directories | Internal | Read"
local register_permission = "Directories | Internal | Register New Domain"
local inbound_types = "inboundType word:any|smtp|ldap|known|backup_mx|smtp_null"

local month = 30 * 86400

--- Makes an empty list of domains.
---@return table list
function domains.new()
  return { internal = {}, pending = {}, external = {}, by_name = {}, serial = 30000 }
end

local function add(list, kind, record)
  list.serial = list.serial + 1
  record.number, record.pending = list.serial, kind == "pending"
  list.by_name[record.domain] = record
  table.insert(list[kind], record)
  return record
end

--- Finds a domain.
---@param tenant table
---@param name string
---@return table? record
function domains.find(tenant, name)
  return tenant.domains.by_name[core.fold(name)]
end

--- Returns whether a domain is internal.
---@param tenant table
---@param name string
---@return boolean internal
function domains.internal(tenant, name)
  local record = domains.find(tenant, name)
  return record ~= nil and not record.pending
end

--- Adds an internal domain unless there is one.
---@param tenant table
---@param name string
---@param inbound_type? string
---@return table record
function domains.ensure(tenant, name, inbound_type)
  local record = domains.find(tenant, name)
  if record then return record end
  return add(tenant.domains, "internal", { domain = core.fold(name), inboundType = inbound_type or "known" })
end

--- Adds an external domain. It does not belong to the tenant: `find` ignores it.
---@param tenant table
---@param name string
function domains.add_external(tenant, name)
  local list = tenant.domains.external
  table.insert(list, { domain = name, number = 39000 + #list + 1 })
end

-- Each new internal domain has these two addresses.
local function add_addresses(tenant, name)
  for _, pair in ipairs{ { "postmaster@", "Domain postMaster address" }, { "abuse@", "Domain abuse address" } } do
    local address = pair[1] .. name
    if not tenant.directory:find(address) then tenant.directory:add{ emailAddress = address, name = pair[2] } end
  end
end

--- Adds a pending domain.
---@param tenant table
---@param name string
---@param inbound_type? string
---@return table record
function domains.add_pending(tenant, name, inbound_type)
  local record = add(tenant.domains, "pending", { domain = core.fold(name), inboundType = inbound_type or "known" })
  -- The same token in every run, so that a test can name it.
  record.token = "mimecast-site-verification=" .. ids.url(tenant, record.number):sub(65, 100)
  record.created = tenant:now()
  record.expiry = record.created + month
  return record
end

local function remove(tenant, record)
  local list = tenant.domains.pending
  for i, other in ipairs(list) do
    if other == record then table.remove(list, i) end
  end
  tenant.domains.by_name[record.domain] = nil
end

--- Makes a pending domain internal. The sandbox does not look for the TXT record.
---@param tenant table
---@param record table
---@param inbound_type? string
---@return table record
function domains.verify(tenant, record, inbound_type)
  remove(tenant, record)
  local internal = domains.ensure(tenant, record.domain, inbound_type or record.inboundType)
  add_addresses(tenant, internal.domain)
  audit.record(tenant, "domain_verified", internal.domain)
  tenant:record_applied(internal.domain)
  return internal
end

--- Returns a domain as the service shows it.
---@param tenant table
---@param record table
---@return table row
function domains.row(tenant, record)
  if record.pending then
    return setmetatable({
      id = ids.make(tenant, "pendingdomain", record.number), domain = record.domain, token = record.token,
      created = dates.iso(record.created), expiry = dates.iso(record.expiry),
    }, pending_mt)
  end
  return setmetatable({
    id = ids.make(tenant, "domain", record.number), domain = record.domain, sendOnly = record.sendOnly or false,
    ["local"] = record["local"] or false, inboundType = record.inboundType,
  }, domain_mt)
end

-- Lists all domains, or the domain of the item, as rows directly in `data`.
local function rows_of(tenant, item, pending)
  local list = tenant.domains[pending and "pending" or "internal"]
  if item.domain then
    local record = domains.find(tenant, item.domain)
    if not record or record.pending ~= pending then return response.item_error("domain_not_found", "domain") end
    list = { record }
  end
  local rows = {}
  for i, record in ipairs(list) do rows[i] = domains.row(tenant, record) end
  return rows
end

local function lister(pending)
  local call = fields.define "domain domain"
  call.empty, call.spread, call.limit = true, true, 500
  call.perform = function(tenant, item) return rows_of(tenant, item, pending) end
  call.permission = pending and register_permission or read_permission
  return call
end

--- /api/domain/get-internal-domain and /api/domain/get-pending-domain. The second response is documented for the REST family
-- only: here it has the names of create-domain.
domains.list, domains.list_pending = lister(false), lister(true)

-- Returns a pending domain by name, or nil and the item's errors.
local function pending_of(tenant, name)
  local record = domains.find(tenant, name)
  if not record or not record.pending then return response.item_error("domain_not_found", "domain") end
  return record
end

local function under_own_domain(tenant, name)
  for _, record in ipairs(tenant.domains.internal) do
    if core.fold(name):sub(-#record.domain - 1) == "." .. record.domain then return true end
  end
  return false
end

--- /api/domain/create-domain. A subdomain of an internal domain needs no code: it is internal at once. The response is unknown
-- in that case.
domains.create = fields.define("domain domain*, " .. inbound_types)
domains.create.limit, domains.create.permission = 50, register_permission
function domains.create.perform(tenant, item)
  local name = core.fold(item.domain)
  if domains.find(tenant, name) then return response.item_error("domain_exists", "domain") end
  audit.record(tenant, "domain_created", name)
  tenant:record_applied(name)
  if under_own_domain(tenant, name) then
    local record = domains.ensure(tenant, name, item.inboundType)
    add_addresses(tenant, name)
    return setmetatable({ id = ids.make(tenant, "domain", record.number), domain = name }, pending_mt)
  end
  return domains.row(tenant, domains.add_pending(tenant, name, item.inboundType))
end

--- /api/domain/verify-domain. The response is not documented: here it is the internal domain.
domains.confirm = fields.define("domain domain*, " .. inbound_types)
domains.confirm.limit, domains.confirm.permission = 50, register_permission
function domains.confirm.perform(tenant, item)
  local record, errors = pending_of(tenant, item.domain)
  if not record then return nil, errors end
  if record.expiry <= tenant:now() then return response.item_error("domain_expired", "domain") end
  return domains.row(tenant, domains.verify(tenant, record, item.inboundType))
end

--- /api/domain/get-provision-status. The response is not documented.
domains.status = fields.define "domain domain*"
domains.status.limit, domains.status.permission = 50, register_permission
function domains.status.perform(tenant, item)
  local record = domains.find(tenant, item.domain)
  if not record then return response.item_error("domain_not_found", "domain") end
  return setmetatable({ domain = record.domain, status = record.pending and "pending" or "provisioned" }, status_mt)
end

--- Extends the expiry of a pending domain to 30 days from now.
---@param tenant table
---@param name string
---@return table? row nil with errors where it is not pending
---@return table[]? errors
function domains.extend(tenant, name)
  local record, errors = pending_of(tenant, name)
  if not record then return nil, errors end
  record.expiry = tenant:now() + month
  return setmetatable({ domain = record.domain, token = record.token, status = "extended" }, code_mt)
end

--- /api/domain/get-verification-code. The response is that of the REST family's generate-token.
domains.code = fields.define "domain domain*"
domains.code.limit, domains.code.permission = 50, register_permission
function domains.code.perform(tenant, item) return domains.extend(tenant, item.domain) end

--- /api/domain/delete-pending-domain. The response is not documented: here it names the domain.
domains.delete = fields.define "domain domain*, id id:pendingdomain*"
domains.delete.limit, domains.delete.permission = 500, register_permission
function domains.delete.perform(tenant, item, context)
  local record, errors = pending_of(tenant, item.domain)
  if not record then return nil, errors end
  if record.number ~= context.ids.id then return response.item_error("domain_not_found", "id") end
  remove(tenant, record)
  audit.record(tenant, "domain_deleted", record.domain)
  tenant:record_applied(record.domain)
  return setmetatable({ id = item.id, domain = record.domain }, pending_mt)
end

return domains
