--- Role operations: the administrators' roles.
local family = require "mimecast.operations.family"
local fields = require "mimecast.operations.fields"

return family.rest "Email Security Onboarding" {
  list_roles = {
    path = "/role/cloud-gateway/v1/roles",
    method = "GET",
    summary = "List the roles of the account.",
    unavailableReason = family.only_rest "read_user has a user's role under API 1.0",
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
