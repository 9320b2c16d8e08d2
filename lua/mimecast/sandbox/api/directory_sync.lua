--- Directory synchronization: one made-up connection that always works.
local json = require "mimecast.json"
local audit = require "mimecast.sandbox.api.audit"
local calendar = require "mimecast.sandbox.wire.dates"
local fields = require "mimecast.sandbox.wire.fields"
local ids = require "mimecast.sandbox.wire.ids"

local sync = {}

local started_mt = json.object{ "type", "syncStatus" }
local connection_mt = json.object{
  "enabled", "id", "description", "info", "serverType", "ldapSettings", "status", "lastSync", "syncRunning", "domains",
  "acknowledgeDisabledAccounts",
}
local ldap_mt = json.object{ "rootDn", "hostname", "encryptionMode", "port", "userDn" }

--- /api/directory/execute-sync.
sync.execute = fields.define ""
sync.execute.empty, sync.execute.spread, sync.execute.permission = true, true, "Services | Directory Sync | Edit"
function sync.execute.perform(tenant)
  tenant.last_sync = tenant:now()
  tenant:note_applied "execute-sync"
  audit.note(tenant, "sync", "ACTIVE_DIRECTORY")
  return { setmetatable({ type = "ACTIVE_DIRECTORY", syncStatus = "started" }, started_mt) }
end

--- /api/directory/get-connection.
sync.connection = fields.define ""
sync.connection.empty, sync.connection.spread = true, true
sync.connection.permission = "Services | Directory Sync | Read"
function sync.connection.perform(tenant)
  return {
    setmetatable({
      enabled = true, id = ids.make(tenant, "connection", 1), description = "Head office", info = "",
      serverType = "active_directory",
      ldapSettings = setmetatable({
        rootDn = "dc=example,dc=com", hostname = "ldap.example.com", encryptionMode = "strict", port = 636,
        userDn = "cn=sync,dc=example,dc=com",
      }, ldap_mt),
      status = "ok", lastSync = calendar.iso(tenant.last_sync), syncRunning = false,
      domains = json.array{ "example.com" }, acknowledgeDisabledAccounts = true,
    }, connection_mt),
  }
end

return sync
