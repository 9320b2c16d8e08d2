--- Directory synchronisation operations.
local fields = require "mimecast.operations.fields"

return {
  -- A second call starts a second run.
  execute_sync = {
    path = "/api/directory/execute-sync",
    summary = "Starts the synchronisation of all directory connectors.",
    note = "Under API 2.0 the call may time out (status 504) although the synchronisation has started: look at "
      .. "get_connections before you call again.",
    product = "User and Group Management",
    permission = "Services | Directory Sync | Edit",
    writes = true,
    idempotent = false,
    resultKey = true,
    source = "DOC2, NOTES",
    output = {
      { name = "type", label = "Type", type = "text", text = "the connector's kind, such as ACTIVE_DIRECTORY" },
      { name = "syncStatus", type = "text", text = "started where it has" },
    },
    example = {},
  },

  get_connections = {
    path = "/api/directory/get-connection",
    summary = "Lists the directory connectors and how their last synchronisation went.",
    product = "User and Group Management",
    permission = "Services | Directory Sync | Read",
    writes = false,
    idempotent = true,
    resultKey = true,
    source = "DOC2",
    output = {
      fields.id "the connector's id",
      { name = "description", type = "text", text = "what it is for" },
      { name = "info", type = "any", text = "more about it" },
      { name = "enabled", type = "boolean", text = "it takes part in synchronisations" },
      { name = "serverType", type = "text", text = "office_365, active_directory, domino or ad_push" },
      { name = "ldapSettings", type = "object", text = "how an LDAP server is reached", fields = {
        { name = "rootDn", type = "text", text = "where the tree begins" },
        { name = "hostname", type = "text", text = "the server's name" },
        { name = "encryptionMode", type = "text", text = "how the connection is encrypted" },
        { name = "port", type = "integer", text = "the server's port" },
        { name = "userDn", type = "text", text = "the user that signs in" },
      } },
      { name = "adPushSettings", type = "any", text = "settings where a directory pushes" },
      { name = "office365Settings", type = "object", text = "how Microsoft 365 is reached", fields = {
        { name = "tenantDomain", type = "text", text = "the tenant's domain" },
        { name = "clientId", type = "text", text = "id of the application there" },
      } },
      { name = "status", label = "Status", type = "text", text = "ok, or what is wrong" },
      { name = "lastSync", type = "datetime", text = "when it was synchronised last" },
      { name = "syncRunning", type = "boolean", text = "a synchronisation is running" },
      { name = "domains", type = "list", text = "the domains that come from it", item = { type = "any" } },
      { name = "acknowledgeDisabledAccounts", type = "boolean",
        text = "accounts that are disabled there are disabled here" },
    },
    example = {},
  },
}
