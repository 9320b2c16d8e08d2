--- Domains by the REST families of API 2.0 for Cloud Gateway tenants.
local family = require "mimecast.operations.family"
local fields = require "mimecast.operations.fields"

local base = "/domain/cloud-gateway/v1"
local register = "Directories | Internal | Register New Domain"
local modes = { "any", "smtp", "ldap", "known", "backup_mx", "smtp_null" }

local function by_id() return fields.id("the domain's id", { wire = "domain_id", location = "path", required = true }) end

local function some_domains(text)
  return { name = "domains", type = "list", required = true, min = 1, max = 50, text = text,
    item = { type = "text", min = 1, max = 253 } }
end

local function domain()
  return {
    fields.id "the domain's id",
    fields.domain(),
    fields.isLocal(),
    fields.sendOnly(),
    fields.inboundType(),
  }
end

local function pending_domain()
  local list = fields.pendingDomain("createdDateTime", "expiryDateTime")
  list[6], list[7] = fields.isLocal(), fields.sendOnly()
  return list
end

return family.rest "Domain Management" {
  list_cloud_domains = {
    path = base .. "/internal-domains",
    method = "GET",
    summary = "List the account's internal domains.",
    unavailableReason = family.use "list_domains",
    permission = "Directories | Internal | Read",
    writes = false,
    idempotent = true,
    resultKey = "domains",
    paginator = "cloud_domains",
    source = "DOC2",
    output = domain(),
    example = {},
  },

  get_cloud_domain = {
    path = base .. "/internal-domains/{domain_id}",
    method = "GET",
    summary = "Read an internal domain.",
    unavailableReason = family.use "list_domains",
    permission = "Directories | Internal | Read",
    writes = false,
    idempotent = true,
    source = "DOC2",
    input = { by_id() },
    output = domain(),
    example = { id = fields.sample_id },
  },

  update_cloud_domain = {
    path = base .. "/internal-domains/{domain_id}",
    method = "PATCH",
    summary = "Change how an internal domain checks recipients.",
    unavailableReason = family.only_rest "API 1.0 cannot change a domain",
    permission = "Directories | Internal | Edit",
    writes = true,
    idempotent = true,
    undocumentedOutput = true,
    source = "DOC2",
    input = { by_id(), fields.inboundChoice { required = true, values = modes } },
    example = { id = fields.sample_id, inboundType = "known" },
  },

  get_dns_records = {
    path = base .. "/internal-domains/{domain_id}/dns-records/{record_type}",
    method = "GET",
    summary = "Look up the DNS records of an internal domain.",
    unavailableReason = family.only_rest "query the DNS under API 1.0",
    permission = "Directories | Dashboard | Read",
    writes = false,
    idempotent = true,
    source = "DOC2",
    input = {
      by_id(),
      { name = "recordType", wire = "record_type", type = "enum", values = { "a", "aaaa", "cname", "mx", "ns", "txt" },
        required = true, location = "path", text = "kind of record" },
    },
    output = {
      fields.domain(),
      fields.text("recordType", "kind of record"),
      { name = "records", type = "list", text = "the records", item = { type = "any" } },
    },
    example = { id = fields.sample_id, recordType = "mx" },
  },

  -- A POST that changes nothing.
  verify_cloud_domains = {
    path = base .. "/internal-domains/verify",
    summary = "Check whether the MX records of internal domains point to Mimecast.",
    note = "The nesting of the response is not documented. Its fields keep their wire names: mxRecords (hostname, "
      .. "priority) and status (mx_ok, mx_error, mx_missing, mx_single_host, mx_priority_mismatch, mx_invalid_priority, "
      .. "mx_non_mimecast).",
    unavailableReason = family.only_rest "query the DNS under API 1.0",
    permission = "Gateway | Policies | Read",
    writes = false,
    idempotent = true,
    undocumentedOutput = true,
    source = "DOC2",
    input = { some_domains "the domains to check, by name" },
    example = { domains = { "example.com", "example.org" } },
  },

  list_external_domains = {
    path = base .. "/external-domains",
    method = "GET",
    summary = "List the external domains of the account.",
    unavailableReason = family.only_rest "API 1.0 has no such call",
    permission = "Directories | External | Read",
    writes = false,
    idempotent = true,
    resultKey = "domains",
    paginator = "external_domains",
    source = "DOC2",
    output = { fields.id "the domain's id", fields.domain() },
    example = {},
  },

  get_external_domain = {
    path = base .. "/external-domains/{domain_id}",
    method = "GET",
    summary = "Read an external domain of the account.",
    note = "The response is not documented: this module assumes a row of list_external_domains.",
    unavailableReason = family.only_rest "API 1.0 has no such call",
    permission = "Directories | External | Read",
    writes = false,
    idempotent = true,
    undocumentedOutput = true,
    source = "DOC2",
    input = { by_id() },
    output = { fields.id "the domain's id", fields.domain() },
    example = { id = fields.sample_id },
  },

  list_pending_cloud_domains = {
    path = base .. "/pending-domains",
    method = "GET",
    summary = "List the domains that are registered and not yet verified.",
    unavailableReason = family.use "list_pending_domains",
    permission = register,
    writes = false,
    idempotent = true,
    resultKey = "domains",
    paginator = "pending_cloud_domains",
    source = "DOC2",
    output = pending_domain(),
    example = {},
  },

  -- The fields are assumed to be those of create_domain. The response to a second call is not documented.
  create_pending_cloud_domain = {
    path = base .. "/pending-domains",
    summary = "Register a domain, which is pending until it is verified.",
    note = "Neither request nor response is documented: this module assumes the fields of create_domain and a row of"
      .. " list_pending_cloud_domains.",
    unavailableReason = family.use "create_domain",
    permission = register,
    writes = true,
    idempotent = false,
    undocumentedOutput = true,
    key = "domain",
    source = "DOC2",
    input = { fields.domain { required = true, text = "the domain to register, without @" },
      fields.inboundChoice { values = modes } },
    output = pending_domain(),
    example = { domain = "example.net", inboundType = "known" },
  },

  get_pending_cloud_domain = {
    path = base .. "/pending-domains/{domain_id}",
    method = "GET",
    summary = "Read a domain that is registered and not yet verified.",
    note = "The response is not documented: this module assumes a row of list_pending_cloud_domains.",
    unavailableReason = family.use "list_pending_domains",
    permission = register,
    writes = false,
    idempotent = true,
    undocumentedOutput = true,
    source = "DOC2",
    input = { by_id() },
    output = pending_domain(),
    example = { id = fields.sample_id },
  },

  -- The domain is not pending any more at a second call.
  delete_pending_cloud_domain = {
    path = base .. "/pending-domains/{domain_id}",
    method = "DELETE",
    summary = "Delete a pending domain.",
    unavailableReason = family.use "delete_pending_domain",
    permission = register,
    writes = true,
    idempotent = false,
    undocumentedOutput = true,
    source = "DOC2",
    input = { by_id() },
    example = { id = fields.sample_id },
  },

  -- The domains are not pending any more at a second call. The body is assumed to be that of
  -- generate_domain_tokens: the documentation is cut off here.
  verify_pending_cloud_domains = {
    path = base .. "/pending-domains/verify",
    summary = "Look up the TXT records of pending domains, and add the domains with a correct record to the account.",
    unavailableReason = family.use "verify_domain",
    permission = register,
    writes = true,
    idempotent = false,
    undocumentedOutput = true,
    source = "DOC2",
    input = { some_domains "the domains to verify, by name" },
    example = { domains = { "example.com", "example.org" } },
  },

  generate_domain_tokens = {
    path = base .. "/pending-domains/generate-token",
    summary = "Extend the verification codes of pending domains for 30 days and return them.",
    unavailableReason = family.use "get_verification_code",
    permission = register,
    writes = true,
    idempotent = true,
    resultKey = "results",
    source = "DOC2",
    input = { some_domains "the pending domains, by name" },
    output = {
      fields.domain(),
      fields.token(),
      { name = "status", label = "Status", type = "text", text = "extended, or failed" },
    },
    example = { domains = { "example.com", "example.org" } },
  },
}
