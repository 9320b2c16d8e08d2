--- Role operations: the administrators' roles.
local fields = require "mimecast.operations.fields"

return {
  list_roles = {
    path = "/role/cloud-gateway/v1/roles",
    method = "GET",
    carrier = "rest",
    summary = "Lists the roles of the account.",
    api = "2.0",
    because = "it belongs to the REST families, which only API 2.0 has; read_user tells the role of a user under API 1.0",
    product = "Email Security Onboarding",
    permission = "Directories | Roles | Read",
    writes = false,
    idempotent = true,
    rows = "roles",
    pages = "roles",
    source = "DOC2, CLIENT",
    answer = { fields.id "the role's id", fields.roleName() },
    example = {},
  },
}
