--- Domains as REST resources of API 2.0.
local json = require "mimecast.json"
local response = require "mimecast.sandbox.wire.response"
local audit = require "mimecast.sandbox.api.audit"
local dates = require "mimecast.sandbox.wire.dates"
local domains = require "mimecast.sandbox.api.domain"
local fields = require "mimecast.sandbox.wire.fields"
local ids = require "mimecast.sandbox.wire.ids"
local rest = require "mimecast.sandbox.wire.rest"

local rest_domains = {}

local pending_mt = json.object{
  "id", "domain", "token", "local", "inboundType", "createdDateTime", "expiryDateTime", "sendOnly",
}
local records_mt = json.object{ "domain", "recordType", "records" }
local host_mt = json.object{ "hostname", "priority" }
local result_mt = json.object{ "domain", "token", "mxRecords", "status" }

local function pending_row(tenant, record)
  return setmetatable({
    id = ids.make(tenant, "pendingdomain", record.number), domain = record.domain, token = record.token,
    ["local"] = false, inboundType = record.inboundType, createdDateTime = dates.iso(record.created),
    expiryDateTime = dates.iso(record.expiry), sendOnly = false,
  }, pending_mt)
end

local external_mt = json.object{ "id", "domain" }

local function external_row(tenant, record)
  return setmetatable({ id = ids.make(tenant, "domain", record.number), domain = record.domain }, external_mt)
end

local function list(kind, row)
  return function(tenant, context)
    return rest.page(tenant, context, "domains", tenant.domains[kind], function(record) return row(tenant, record) end)
  end
end

-- Looks up the domain in the path before it calls a function. `kind` is internal, pending or external.
local function of_domain(kind, perform)
  return function(tenant, context)
    local number = ids.read(tenant, kind == "pending" and "pendingdomain" or "domain", context.id)
    if not number then return nil, nil, "malformed id" end
    for _, record in ipairs(tenant.domains[kind]) do
      if record.number == number then return perform(tenant, context, record) end
    end
    return response.item_error "not_found"
  end
end

-- Shows the domain in the path.
local function show(kind, row)
  return of_domain(kind, function(tenant, _, record) return row(tenant, record) end)
end

-- Body and response of a registration are unknown: the body has the names of create-domain, the response is a row.
local function register_domain(tenant, context)
  local item = type(context.body) == "table" and domains.create.read(context.body)
  if not item then return nil, { response.malformed_entry() } end
  local errors = domains.create.check(item, tenant)
  if errors then return nil, errors end
  local created
  created, errors = domains.create.perform(tenant, item)
  if not created then return nil, errors end
  local record = domains.find(tenant, item.domain)
  return record.pending and pending_row(tenant, record) or domains.row(tenant, record)
end

-- The response is unknown: here it has no body.
local function delete_pending(tenant, context, record)
  local deleted, errors = domains.delete.perform(tenant, { domain = record.domain, id = context.id },
    { ids = { id = record.number } })
  return deleted and true, errors
end

local changes = fields.define "inboundType word:any|smtp|ldap|known|backup_mx|smtp_null, sendOnly flag, local flag"

-- The response of a change is unknown: here it is the domain.
local function change(tenant, context, record)
  local item = type(context.body) == "table" and changes.read(context.body)
  if not item then return nil, { response.malformed_entry() } end
  local errors = changes.check(item)
  if errors then return nil, errors end
  for name, value in pairs(item) do record[name] = value end
  tenant:record_applied(record.domain)
  audit.record(tenant, "domain_changed", record.domain)
  return domains.row(tenant, record)
end

local function hosts()
  return json.array{
    setmetatable({ hostname = "us-smtp-inbound-1.mimecast.com", priority = 10 }, host_mt),
    setmetatable({ hostname = "us-smtp-inbound-2.mimecast.com", priority = 10 }, host_mt),
  }
end

local record_types = { a = true, aaaa = true, cname = true, mx = true, ns = true, txt = true }

-- The sandbox has no DNS: it returns the correct mail exchangers and no other records.
local function dns_records(_, context, record)
  if not record_types[context.word] then return response.item_error("word", "record_type", "record_type") end
  return setmetatable({
    domain = record.domain, recordType = context.word, records = context.word == "mx" and hosts() or json.array(),
  }, records_mt)
end

local named = fields.define "domains texts* 50"

-- Handles domains by name, with a result for each. How the service nests the results of verifications is unknown: here as those
-- of generate-token.
local function by_name(perform)
  return function(tenant, context)
    local item = type(context.body) == "table" and named.read(context.body)
    if not item then return nil, { response.malformed_entry() } end
    local errors = named.check(item)
    if errors then return nil, errors end
    local results = json.array()
    for i, name in ipairs(item.domains) do
      results[i] = setmetatable(perform(tenant, name) or { domain = name, status = "failed" }, result_mt)
    end
    return { results = results }
  end
end

local function check_hosts(tenant, name)
  return domains.internal(tenant, name) and { domain = name, mxRecords = hosts(), status = "mx_ok" } or nil
end

local function confirm(tenant, name)
  local domain = domains.confirm.perform(tenant, { domain = name })
  return domain and { domain = domain.domain, status = "verified" }
end

local base = "/domain/cloud-gateway/v1/"
local read, register = "Directories | Internal | Read", "Directories | Internal | Register New Domain"

--- Method, path with places, permission, function.
rest_domains.routes = {
  { "GET", base .. "internal-domains", read, list("internal", domains.row) },
  { "GET", base .. "internal-domains/{id}", read, show("internal", domains.row) },
  { "PATCH", base .. "internal-domains/{id}", "Directories | Internal | Edit", of_domain("internal", change) },
  { "GET", base .. "internal-domains/{id}/dns-records/{type}", "Directories | Dashboard | Read",
    of_domain("internal", dns_records) },
  { "POST", base .. "internal-domains/verify", "Gateway | Policies | Read", by_name(check_hosts) },
  { "GET", base .. "external-domains", "Directories | External | Read", list("external", external_row) },
  { "GET", base .. "external-domains/{id}", "Directories | External | Read", show("external", external_row) },
  { "GET", base .. "pending-domains", register, list("pending", pending_row) },
  { "POST", base .. "pending-domains", register, register_domain },
  { "GET", base .. "pending-domains/{id}", register, show("pending", pending_row) },
  { "DELETE", base .. "pending-domains/{id}", register, of_domain("pending", delete_pending) },
  { "POST", base .. "pending-domains/verify", register, by_name(confirm) },
  { "POST", base .. "pending-domains/generate-token", register, by_name(domains.extend) },
}

return rest_domains
