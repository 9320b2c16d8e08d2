--- Domains as resources of API 2.0.
local json = require "mimecast.json"
local answer = require "mimecast.sandbox.wire.response"
local audit = require "mimecast.sandbox.api.audit"
local calendar = require "mimecast.sandbox.wire.dates"
local domains = require "mimecast.sandbox.api.domain"
local fields = require "mimecast.sandbox.wire.fields"
local ids = require "mimecast.sandbox.wire.ids"
local resource = require "mimecast.sandbox.wire.rest"

local zones = {}

local pending_mt = json.object{
  "id", "domain", "token", "local", "inboundType", "createdDateTime", "expiryDateTime", "sendOnly",
}
local records_mt = json.object{ "domain", "recordType", "records" }
local host_mt = json.object{ "hostname", "priority" }
local result_mt = json.object{ "domain", "token", "mxRecords", "status" }

local function pending_row(tenant, record)
  return setmetatable({
    id = ids.make(tenant, "pendingdomain", record.number), domain = record.domain, token = record.token,
    ["local"] = false, inboundType = record.inboundType, createdDateTime = calendar.iso(record.created),
    expiryDateTime = calendar.iso(record.expiry), sendOnly = false,
  }, pending_mt)
end

local external_mt = json.object{ "id", "domain" }

local function external_row(tenant, record)
  return setmetatable({ id = ids.make(tenant, "domain", record.number), domain = record.domain }, external_mt)
end

local function list(kind, row)
  return function(tenant, context)
    return resource.page(tenant, context, "domains", tenant.domains[kind], function(record) return row(tenant, record) end)
  end
end

-- Puts the domain of the path before a function; `kind` is internal, pending or external.
local function of_domain(kind, perform)
  return function(tenant, context)
    local number = ids.read(tenant, kind == "pending" and "pendingdomain" or "domain", context.id)
    if not number then return nil, nil, "malformed id" end
    for _, record in ipairs(tenant.domains[kind]) do
      if record.number == number then return perform(tenant, context, record) end
    end
    return answer.no "not_found"
  end
end

-- Answers with the domain of the path.
local function one(kind, row)
  return of_domain(kind, function(tenant, _, record) return row(tenant, record) end)
end

-- The body and the answer of a registration are not known: the names are those of create-domain, the answer is a row.
local function register_domain(tenant, context)
  local item = type(context.body) == "table" and domains.create.read(context.body)
  if not item then return nil, { answer.malformed() } end
  local errors = domains.create.check(item, tenant)
  if errors then return nil, errors end
  local made
  made, errors = domains.create.perform(tenant, item)
  if not made then return nil, errors end
  local record = domains.find(tenant, item.domain)
  return record.pending and pending_row(tenant, record) or domains.row(tenant, record)
end

-- The answer is not known: there is none here.
local function delete_pending(tenant, context, record)
  local done, errors = domains.delete.perform(tenant, { domain = record.domain, id = context.id },
    { ids = { id = record.number } })
  return done and true, errors
end

local changes = fields.define "inboundType word:any|smtp|ldap|known|backup_mx|smtp_null, sendOnly flag, local flag"

-- What a change answers with is not known; it is the domain here.
local function change(tenant, context, record)
  local item = type(context.body) == "table" and changes.read(context.body)
  if not item then return nil, { answer.malformed() } end
  local errors = changes.check(item)
  if errors then return nil, errors end
  for name, value in pairs(item) do record[name] = value end
  tenant:note_applied(record.domain)
  audit.note(tenant, "domain_changed", record.domain)
  return domains.row(tenant, record)
end

local function hosts()
  return json.array{
    setmetatable({ hostname = "us-smtp-inbound-1.mimecast.com", priority = 10 }, host_mt),
    setmetatable({ hostname = "us-smtp-inbound-2.mimecast.com", priority = 10 }, host_mt),
  }
end

local record_types = { a = true, aaaa = true, cname = true, mx = true, ns = true, txt = true }

-- The tenant has no DNS: the mail exchangers are the right ones, and there is nothing else.
local function dns_records(_, context, record)
  if not record_types[context.word] then return answer.no("word", "record_type", "record_type") end
  return setmetatable({
    domain = record.domain, recordType = context.word, records = context.word == "mx" and hosts() or json.array(),
  }, records_mt)
end

local named = fields.define "domains texts* 50"

-- Domains by name, each with a result of its own. How the answers of both verifications nest is not known: like the
-- token's here.
local function by_name(perform)
  return function(tenant, context)
    local item = type(context.body) == "table" and named.read(context.body)
    if not item then return nil, { answer.malformed() } end
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
  local made = domains.confirm.perform(tenant, { domain = name })
  return made and { domain = made.domain, status = "verified" }
end

local base = "/domain/cloud-gateway/v1/"
local read, register = "Directories | Internal | Read", "Directories | Internal | Register New Domain"

--- Method, path with places in it, permission, function.
zones.routes = {
  { "GET", base .. "internal-domains", read, list("internal", domains.row) },
  { "GET", base .. "internal-domains/{id}", read, one("internal", domains.row) },
  { "PATCH", base .. "internal-domains/{id}", "Directories | Internal | Edit", of_domain("internal", change) },
  { "GET", base .. "internal-domains/{id}/dns-records/{type}", "Directories | Dashboard | Read",
    of_domain("internal", dns_records) },
  { "POST", base .. "internal-domains/verify", "Gateway | Policies | Read", by_name(check_hosts) },
  { "GET", base .. "external-domains", "Directories | External | Read", list("external", external_row) },
  { "GET", base .. "external-domains/{id}", "Directories | External | Read", one("external", external_row) },
  { "GET", base .. "pending-domains", register, list("pending", pending_row) },
  { "POST", base .. "pending-domains", register, register_domain },
  { "GET", base .. "pending-domains/{id}", register, one("pending", pending_row) },
  { "DELETE", base .. "pending-domains/{id}", register, of_domain("pending", delete_pending) },
  { "POST", base .. "pending-domains/verify", register, by_name(confirm) },
  { "POST", base .. "pending-domains/generate-token", register, by_name(domains.extend) },
}

return zones
