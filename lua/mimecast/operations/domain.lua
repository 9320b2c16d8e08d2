--- Domain operations: the domains whose mail the account handles, and those that are still to be proved one's own.
local fields = require "mimecast.operations.fields"

local register = "Directories | Internal | Register New Domain"

local function to_register() return fields.domain { required = true } end

local function passes_on(what)
  return ("The answer is not documented: its fields are handed on under their wire names%s."):format(what or "")
end

return {
  list_domains = {
    path = "/api/domain/get-internal-domain",
    summary = "Lists the account's internal domains, or one of them.",
    product = "Domain Management",
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

  -- A domain that the account has already is refused.
  create_domain = {
    path = "/api/domain/create-domain",
    summary = "Registers a domain and answers with the code that proves whose it is.",
    note = "The code goes into a TXT record; then comes verify_domain. A domain below one of the account's own needs none, "
      .. "and one below another account's is refused.",
    product = "Domain Management",
    permission = register,
    writes = true,
    idempotent = false,
    batch = 50,
    batchName = "create_domains",
    key = "domain",
    source = "DOC, DOC2",
    input = { to_register(), fields.inboundChoice() },
    output = {
      fields.id "id of the pending domain",
      fields.domain(),
      fields.token(),
      fields.created(),
      fields.expiry(),
    },
    example = { domain = "example.com", inboundType = "known" },
  },

  -- A second call meets a domain that is pending no more.
  verify_domain = {
    path = "/api/domain/verify-domain",
    summary = "Has the TXT record of a pending domain looked up, and the domain taken over where it is right.",
    note = passes_on(),
    product = "Domain Management",
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
    summary = "Lists the domains that are registered and not yet verified, or one of them.",
    product = "Domain Management",
    permission = register,
    writes = false,
    idempotent = true,
    resultKey = true,
    source = "DOC, DOC2",
    input = { fields.domain { text = "only this domain" } },
    output = {
      fields.id "id of the pending domain",
      fields.domain(),
      fields.token(),
      fields.created(),
      fields.expiry(),
    },
    example = { domain = "example.com" },
  },

  get_provision_status = {
    path = "/api/domain/get-provision-status",
    summary = "Tells how far the registration of a domain is.",
    note = passes_on(),
    product = "Domain Management",
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
    summary = "Tells the code that proves whose a pending domain is.",
    note = passes_on " (generate_domain_tokens, its like under API 2.0, also puts off the code's expiry)",
    product = "Domain Management",
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

  -- A second call meets a domain that is not there.
  delete_pending_domain = {
    path = "/api/domain/delete-pending-domain",
    summary = "Gives the registration of a domain up.",
    note = passes_on(),
    product = "Domain Management",
    permission = register,
    writes = true,
    idempotent = false,
    batch = 500,
    batchName = "delete_pending_domains",
    key = "id",
    undocumentedOutput = true,
    source = "DOC2",
    input = { fields.id("id of the pending domain", { required = true }), to_register() },
    example = { id = "eNoVzrsKwjAUANB_uasV", domain = "example.com" },
  },
}
