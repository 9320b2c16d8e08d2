--- Domains by the REST families of API 2.0 for Cloud Gateway tenants.
local fields = require "mimecast.operations.fields"

local base = "/domain/cloud-gateway/v1"
local register = "Directories | Internal | Register New Domain"
local modes = { "any", "smtp", "ldap", "known", "backup_mx", "smtp_null" }

local function instead(name)
  return ("it belongs to the REST families, which only API 2.0 has; use %s under API 1.0"):format(name)
end

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
  return {
    fields.id "id of the pending domain",
    fields.domain(),
    fields.token(),
    fields.isLocal(),
    fields.created { wire = "createdDateTime" },
    fields.expiry { wire = "expiryDateTime" },
    fields.sendOnly(),
  }
end

return {
  list_cloud_domains = {
    path = base .. "/internal-domains",
    method = "GET",
    protocol = "rest",
    summary = "Lists the account's internal domains.",
    api = "2.0",
    unavailableReason = instead "list_domains",
    product = "Domain Management",
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
    protocol = "rest",
    summary = "Reads an internal domain.",
    api = "2.0",
    unavailableReason = instead "list_domains",
    product = "Domain Management",
    permission = "Directories | Internal | Read",
    writes = false,
    idempotent = true,
    source = "DOC2",
    input = { by_id() },
    output = domain(),
    example = { id = "eNoVzrsKwjAUANB_uasV" },
  },

  update_cloud_domain = {
    path = base .. "/internal-domains/{domain_id}",
    method = "PATCH",
    protocol = "rest",
    summary = "Changes how an internal domain checks recipients.",
    note = "The answer is not documented: its fields are handed on under their wire names.",
    api = "2.0",
    unavailableReason = "it belongs to the REST families, which only API 2.0 has; API 1.0 has no call that changes a domain",
    product = "Domain Management",
    permission = "Directories | Internal | Edit",
    writes = true,
    idempotent = true,
    undocumentedOutput = true,
    source = "DOC2",
    input = { by_id(), fields.inboundChoice { required = true, values = modes } },
    example = { id = "eNoVzrsKwjAUANB_uasV", inboundType = "known" },
  },

  get_dns_records = {
    path = base .. "/internal-domains/{domain_id}/dns-records/{record_type}",
    method = "GET",
    protocol = "rest",
    summary = "Looks up the DNS records of an internal domain.",
    api = "2.0",
    unavailableReason = "it belongs to the REST families, which only API 2.0 has; ask the DNS itself under API 1.0",
    product = "Domain Management",
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
      { name = "recordType", type = "text", text = "kind of record" },
      { name = "records", type = "list", text = "the records", item = { type = "any" } },
    },
    example = { id = "eNoVzrsKwjAUANB_uasV", recordType = "mx" },
  },

  -- It looks the records up and changes nothing.
  verify_cloud_domains = {
    path = base .. "/internal-domains/verify",
    protocol = "rest",
    summary = "Checks whether the MX records of internal domains lead to Mimecast.",
    note = "How the answer nests is not documented. Its fields are handed on under their wire names: mxRecords (hostname, "
      .. "priority) and status (mx_ok, mx_error, mx_missing, mx_single_host, mx_priority_mismatch, mx_invalid_priority, "
      .. "mx_non_mimecast).",
    api = "2.0",
    unavailableReason = "it belongs to the REST families, which only API 2.0 has; ask the DNS itself under API 1.0",
    product = "Domain Management",
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
    protocol = "rest",
    summary = "Lists the external domains that the account knows.",
    api = "2.0",
    unavailableReason = "it belongs to the REST families, which only API 2.0 has; API 1.0 has nothing like it",
    product = "Domain Management",
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
    protocol = "rest",
    summary = "Reads an external domain that the account knows.",
    note = "The answer is not documented: it is taken to be a row of list_external_domains.",
    api = "2.0",
    unavailableReason = "it belongs to the REST families, which only API 2.0 has; API 1.0 has nothing like it",
    product = "Domain Management",
    permission = "Directories | External | Read",
    writes = false,
    idempotent = true,
    undocumentedOutput = true,
    source = "DOC2",
    input = { by_id() },
    output = { fields.id "the domain's id", fields.domain() },
    example = { id = "eNoVzrsKwjAUANB_uasV" },
  },

  list_pending_cloud_domains = {
    path = base .. "/pending-domains",
    method = "GET",
    protocol = "rest",
    summary = "Lists the domains that are registered and not yet verified.",
    api = "2.0",
    unavailableReason = instead "list_pending_domains",
    product = "Domain Management",
    permission = register,
    writes = false,
    idempotent = true,
    resultKey = "domains",
    paginator = "pending_cloud_domains",
    source = "DOC2",
    output = pending_domain(),
    example = {},
  },

  -- What it takes is taken to be what create_domain takes; whether a second call is refused is not documented.
  create_pending_cloud_domain = {
    path = base .. "/pending-domains",
    protocol = "rest",
    summary = "Registers a domain, which is pending until it is verified.",
    note = "Neither body nor answer is documented: the fields are create_domain's, the answer is taken to be a row of"
      .. " list_pending_cloud_domains.",
    api = "2.0",
    unavailableReason = instead "create_domain",
    product = "Domain Management",
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
    protocol = "rest",
    summary = "Reads a domain that is registered and not yet verified.",
    note = "The answer is not documented: it is taken to be a row of list_pending_cloud_domains.",
    api = "2.0",
    unavailableReason = instead "list_pending_domains",
    product = "Domain Management",
    permission = register,
    writes = false,
    idempotent = true,
    undocumentedOutput = true,
    source = "DOC2",
    input = { by_id() },
    output = pending_domain(),
    example = { id = "eNoVzrsKwjAUANB_uasV" },
  },

  -- A second call meets a domain that is pending no more.
  delete_pending_cloud_domain = {
    path = base .. "/pending-domains/{domain_id}",
    method = "DELETE",
    protocol = "rest",
    summary = "Gives a pending domain up.",
    note = "The answer is not documented, and it may be empty: its fields are handed on under their wire names.",
    api = "2.0",
    unavailableReason = instead "delete_pending_domain",
    product = "Domain Management",
    permission = register,
    writes = true,
    idempotent = false,
    undocumentedOutput = true,
    source = "DOC2",
    input = { by_id() },
    example = { id = "eNoVzrsKwjAUANB_uasV" },
  },

  -- A second call meets domains that are pending no more. The body is taken to be that of its neighbour,
  -- generate_domain_tokens: the documentation has it cut off.
  verify_pending_cloud_domains = {
    path = base .. "/pending-domains/verify",
    protocol = "rest",
    summary = "Has the TXT records of pending domains looked up, and the domains taken over where they are right.",
    note = "The answer is not documented: its fields are handed on under their wire names.",
    api = "2.0",
    unavailableReason = instead "verify_domain",
    product = "Domain Management",
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
    protocol = "rest",
    summary = "Answers with the codes of pending domains, good for another 30 days.",
    api = "2.0",
    unavailableReason = instead "get_verification_code",
    product = "Domain Management",
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
