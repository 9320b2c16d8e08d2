--- Directory synchronisation operations.
local family = require "mimecast.operations.family"
local fields = require "mimecast.operations.fields"

return family.of { product = "User and Group Management" } {
  -- A second call starts a second run.
  execute_sync = {
    path = "/api/directory/execute-sync",
    summary = "Start the synchronisation of all directory connectors.",
    note = "Under API 2.0 the call may time out (status 504) although the synchronisation has started: read "
      .. "get_connections before you call again.",
    permission = "Services | Directory Sync | Edit",
    writes = true,
    idempotent = false,
    resultKey = true,
    source = "DOC2, NOTES",
    output = {
      { name = "type", label = "Type", type = "text", text = "the connector's kind, such as ACTIVE_DIRECTORY" },
      fields.text("syncStatus", "started, if the synchronisation has started"),
    },
    example = {},
  },

  get_connections = {
    path = "/api/directory/get-connection",
    summary = "List the directory connectors and how their last synchronisation went.",
    permission = "Services | Directory Sync | Read",
    writes = false,
    idempotent = true,
    resultKey = true,
    source = "DOC2",
    output = {
      fields.id "the connector's id",
      fields.text("description", "description"),
      { name = "info", type = "any", text = "further information" },
      fields.boolean("enabled", "the connector takes part in synchronisations"),
      fields.text("serverType", "office_365, active_directory, domino or ad_push"),
      { name = "ldapSettings", type = "object", text = "connection to an LDAP server", fields = {
        fields.text("rootDn", "root of the tree"),
        fields.text("hostname", "the server's name"),
        fields.text("encryptionMode", "encryption of the connection"),
        fields.integer("port", "the server's port"),
        fields.text("userDn", "the user that signs in"),
      } },
      { name = "adPushSettings", type = "any", text = "settings of a directory that pushes" },
      { name = "office365Settings", type = "object", text = "connection to Microsoft 365", fields = {
        fields.text("tenantDomain", "the tenant's domain"),
        fields.text("clientId", "id of the application in Microsoft 365"),
      } },
      { name = "status", label = "Status", type = "text", text = "ok, or an error" },
      fields.datetime("lastSync", "time of the last synchronisation"),
      fields.boolean("syncRunning", "a synchronisation is running"),
      { name = "domains", type = "list", text = "domains of the directory", item = { type = "any" } },
      { name = "acknowledgeDisabledAccounts", type = "boolean",
        text = "accounts disabled in the directory are disabled in Mimecast" },
    },
    example = {},
  },
}
