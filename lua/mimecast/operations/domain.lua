--- Domain operations: the account's domains, and domains that are not verified yet.
local family = require "mimecast.operations.family"
local fields = require "mimecast.operations.fields"

local register = "Directories | Internal | Register New Domain"

local function to_register() return fields.domain { required = true } end

return family.of { product = "Domain Management" } {
  list_domains = {
    path = "/api/domain/get-internal-domain",
    summary = "List the account's internal domains, or one of them.",
    permission = "Directories | Internal | Read",
    writes = false,
    idempotent = true,
    resultKey = true,
    source = "DOC, LIVE",
    input = { fields.domain { text = "only this domain" } },
    output = {
      fields.id "the domain's id",
      fields.domain(),
      fields.sendOnly(),
      fields.isLocal(),
      fields.inboundType(),
    },
    example = { domain = "example.com" },
  },

  -- The service rejects a domain of the account.
  create_domain = {
    path = "/api/domain/create-domain",
    summary = "Register a domain and return its verification code.",
    note = "Put the code into a TXT record, then call verify_domain. A subdomain of the account's domain needs no code; "
      .. "the service rejects a subdomain of another account's domain.",
    permission = register,
    writes = true,
    idempotent = false,
    batch = 50,
    batchName = "create_domains",
    key = "domain",
    source = "DOC, DOC2",
    input = { to_register(), fields.inboundChoice() },
    output = fields.pendingDomain(),
    example = { domain = "example.com", inboundType = "known" },
  },

  -- The domain is not pending any more at a second call.
  verify_domain = {
    path = "/api/domain/verify-domain",
    summary = "Look up the TXT record of a pending domain, and add the domain to the account if the record is correct.",
    permission = register,
    writes = true,
    idempotent = false,
    batch = 50,
    batchName = "verify_domains",
    key = "domain",
    undocumentedOutput = true,
    source = "DOC2",
    input = { to_register(), fields.inboundChoice() },
    example = { domain = "example.com", inboundType = "known" },
  },

  list_pending_domains = {
    path = "/api/domain/get-pending-domain",
    summary = "List the domains that are registered and not yet verified, or one of them.",
    permission = register,
    writes = false,
    idempotent = true,
    resultKey = true,
    source = "DOC, DOC2",
    input = { fields.domain { text = "only this domain" } },
    output = fields.pendingDomain(),
    example = { domain = "example.com" },
  },

  get_provision_status = {
    path = "/api/domain/get-provision-status",
    summary = "Read the state of the registration of a domain.",
    permission = register,
    writes = false,
    idempotent = true,
    batch = 50,
    key = "domain",
    undocumentedOutput = true,
    source = "DOC2",
    input = { to_register() },
    example = { domain = "example.com" },
  },

  get_verification_code = {
    path = "/api/domain/get-verification-code",
    summary = "Read the verification code of a pending domain.",
    note = "generate_domain_tokens, its REST counterpart, also extends the expiry of the code.",
    permission = register,
    writes = false,
    idempotent = true,
    batch = 50,
    key = "domain",
    undocumentedOutput = true,
    source = "DOC2",
    input = { to_register() },
    example = { domain = "example.com" },
  },

  -- The domain does not exist any more at a second call.
  delete_pending_domain = {
    path = "/api/domain/delete-pending-domain",
    summary = "Delete a pending domain.",
    permission = register,
    writes = true,
    idempotent = false,
    batch = 500,
    batchName = "delete_pending_domains",
    key = "id",
    undocumentedOutput = true,
    source = "DOC2",
    input = { fields.id("id of the pending domain", { required = true }), to_register() },
    example = { id = fields.sample_id, domain = "example.com" },
  },
}
