--- Role operations: the administrators' roles.
local fields = require "mimecast.operations.fields"

return {
  list_roles = {
    path = "/role/cloud-gateway/v1/roles",
    method = "GET",
    protocol = "rest",
    summary = "Lists the roles of the account.",
    api = "2.0",
    unavailableReason = "it belongs to the REST families, which only API 2.0 has; read_user has a user's role under API 1.0",
    product = "Email Security Onboarding",
    permission = "Directories | Roles | Read",
    writes = false,
    idempotent = true,
    resultKey = "roles",
    paginator = "roles",
    source = "DOC2, CLIENT",
    output = { fields.id "the role's id", fields.roleName() },
    example = {},
  },
}
