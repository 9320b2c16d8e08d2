--- The tenant's domains, internal and pending, and the functions on them.
local core = require "mimecast.core"
local json = require "mimecast.json"
local answer = require "mimecast.sandbox.wire.response"
local audit = require "mimecast.sandbox.api.audit"
local calendar = require "mimecast.sandbox.wire.dates"
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

--- A domain of the tenant.
---@param tenant table
---@param name string
---@return table? record
function domains.find(tenant, name)
  return tenant.domains.by_name[core.fold(name)]
end

--- Whether a domain is internal.
---@param tenant table
---@param name string
---@return boolean internal
function domains.internal(tenant, name)
  local record = domains.find(tenant, name)
  return record ~= nil and not record.pending
end

--- Makes a domain internal if it is not yet.
---@param tenant table
---@param name string
---@param inbound_type? string
---@return table record
function domains.ensure(tenant, name, inbound_type)
  local record = domains.find(tenant, name)
  if record then return record end
  return add(tenant.domains, "internal", { domain = core.fold(name), inboundType = inbound_type or "known" })
end

--- Makes an external domain known. It is none of the tenant's, so that its name finds nothing.
---@param tenant table
---@param name string
function domains.note_external(tenant, name)
  local list = tenant.domains.external
  table.insert(list, { domain = name, number = 39000 + #list + 1 })
end

-- Every new internal domain holds these two.
local function add_addresses(tenant, name)
  for _, pair in ipairs{ { "postmaster@", "Domain postMaster address" }, { "abuse@", "Domain abuse address" } } do
    local address = pair[1] .. name
    if not tenant.directory:find(address) then tenant.directory:add{ emailAddress = address, name = pair[2] } end
  end
end

--- Makes a domain pending.
---@param tenant table
---@param name string
---@param inbound_type? string
---@return table record
function domains.await(tenant, name, inbound_type)
  local record = add(tenant.domains, "pending", { domain = core.fold(name), inboundType = inbound_type or "known" })
  -- A token that is the same in every run, so that a test can name it.
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

--- Makes a pending domain internal. Whether its TXT record is there cannot be asked here: it is taken to be.
---@param tenant table
---@param record table
---@param inbound_type? string
---@return table record
function domains.verify(tenant, record, inbound_type)
  remove(tenant, record)
  local made = domains.ensure(tenant, record.domain, inbound_type or record.inboundType)
  add_addresses(tenant, made.domain)
  audit.note(tenant, "domain_verified", made.domain)
  tenant:note_applied(made.domain)
  return made
end

--- A domain as the service answers with it.
---@param tenant table
---@param record table
---@return table row
function domains.row(tenant, record)
  if record.pending then
    return setmetatable({
      id = ids.make(tenant, "pendingdomain", record.number), domain = record.domain, token = record.token,
      created = calendar.iso(record.created), expiry = calendar.iso(record.expiry),
    }, pending_mt)
  end
  return setmetatable({
    id = ids.make(tenant, "domain", record.number), domain = record.domain, sendOnly = record.sendOnly or false,
    ["local"] = record["local"] or false, inboundType = record.inboundType,
  }, domain_mt)
end

-- With a domain the one, without all: the rows directly in `data`.
local function rows_of(tenant, item, pending)
  local list = tenant.domains[pending and "pending" or "internal"]
  if item.domain then
    local record = domains.find(tenant, item.domain)
    if not record or record.pending ~= pending then return answer.no("domain_not_found", "domain") end
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

--- /api/domain/get-internal-domain and /api/domain/get-pending-domain. The answer of the second is documented for the
-- REST family only; here it has the names of create-domain's answer.
domains.list, domains.list_pending = lister(false), lister(true)

-- A pending domain by name, or what the item is answered.
local function pending_of(tenant, name)
  local record = domains.find(tenant, name)
  if not record or not record.pending then return answer.no("domain_not_found", "domain") end
  return record
end

local function under_own_domain(tenant, name)
  for _, record in ipairs(tenant.domains.internal) do
    if core.fold(name):sub(-#record.domain - 1) == "." .. record.domain then return true end
  end
  return false
end

--- /api/domain/create-domain. A child of an own domain needs no code: it is internal at once, and what is answered then
-- is not known.
domains.create = fields.define("domain domain*, " .. inbound_types)
domains.create.limit, domains.create.permission = 50, register_permission
function domains.create.perform(tenant, item)
  local name = core.fold(item.domain)
  if domains.find(tenant, name) then return answer.no("domain_exists", "domain") end
  audit.note(tenant, "domain_created", name)
  tenant:note_applied(name)
  if under_own_domain(tenant, name) then
    local record = domains.ensure(tenant, name, item.inboundType)
    add_addresses(tenant, name)
    return setmetatable({ id = ids.make(tenant, "domain", record.number), domain = name }, pending_mt)
  end
  return domains.row(tenant, domains.await(tenant, name, item.inboundType))
end

--- /api/domain/verify-domain: the answer is not documented; it is the internal domain here.
domains.confirm = fields.define("domain domain*, " .. inbound_types)
domains.confirm.limit, domains.confirm.permission = 50, register_permission
function domains.confirm.perform(tenant, item)
  local record, errors = pending_of(tenant, item.domain)
  if not record then return nil, errors end
  if record.expiry <= tenant:now() then return answer.no("domain_expired", "domain") end
  return domains.row(tenant, domains.verify(tenant, record, item.inboundType))
end

--- /api/domain/get-provision-status: the answer is not documented.
domains.status = fields.define "domain domain*"
domains.status.limit, domains.status.permission = 50, register_permission
function domains.status.perform(tenant, item)
  local record = domains.find(tenant, item.domain)
  if not record then return answer.no("domain_not_found", "domain") end
  return setmetatable({ domain = record.domain, status = record.pending and "pending" or "provisioned" }, status_mt)
end

--- Extends a pending domain's time to 30 days from now.
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

--- /api/domain/get-verification-code: the answer is that of the REST family's generate-token.
domains.code = fields.define "domain domain*"
domains.code.limit, domains.code.permission = 50, register_permission
function domains.code.perform(tenant, item) return domains.extend(tenant, item.domain) end

--- /api/domain/delete-pending-domain: the answer is not documented; it repeats which domain it was.
domains.delete = fields.define "domain domain*, id id:pendingdomain*"
domains.delete.limit, domains.delete.permission = 500, register_permission
function domains.delete.perform(tenant, item, context)
  local record, errors = pending_of(tenant, item.domain)
  if not record then return nil, errors end
  if record.number ~= context.ids.id then return answer.no("domain_not_found", "id") end
  remove(tenant, record)
  audit.note(tenant, "domain_deleted", record.domain)
  tenant:note_applied(record.domain)
  return setmetatable({ id = item.id, domain = record.domain }, pending_mt)
end

return domains
