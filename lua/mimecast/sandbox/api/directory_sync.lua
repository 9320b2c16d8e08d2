--- Directory synchronization: an invented connection that always works.
local json = require "mimecast.json"
local audit = require "mimecast.sandbox.api.audit"
local dates = require "mimecast.sandbox.wire.dates"
local fields = require "mimecast.sandbox.wire.fields"
local ids = require "mimecast.sandbox.wire.ids"

local directory_sync = {}

local started_mt = json.object{ "type", "syncStatus" }
local connection_mt = json.object{
  "enabled", "id", "description", "info", "serverType", "ldapSettings", "status", "lastSync", "syncRunning", "domains",
  "acknowledgeDisabledAccounts",
}
local ldap_mt = json.object{ "rootDn", "hostname", "encryptionMode", "port", "userDn" }

--- /api/directory/execute-sync.
directory_sync.execute = fields.define ""
directory_sync.execute.empty, directory_sync.execute.spread = true, true
directory_sync.execute.permission = "Services | Directory Sync | Edit"
function directory_sync.execute.perform(tenant)
  tenant.last_sync = tenant:now()
  tenant:record_applied "execute-sync"
  audit.record(tenant, "sync", "ACTIVE_DIRECTORY")
  return { setmetatable({ type = "ACTIVE_DIRECTORY", syncStatus = "started" }, started_mt) }
end

--- /api/directory/get-connection.
directory_sync.connection = fields.define ""
directory_sync.connection.empty, directory_sync.connection.spread = true, true
directory_sync.connection.permission = "Services | Directory Sync | Read"
function directory_sync.connection.perform(tenant)
  return {
    setmetatable({
      enabled = true, id = ids.make(tenant, "connection", 1), description = "Head office", info = "",
      serverType = "active_directory",
      ldapSettings = setmetatable({
        rootDn = "dc=example,dc=com", hostname = "ldap.example.com", encryptionMode = "strict", port = 636,
        userDn = "cn=sync,dc=example,dc=com",
      }, ldap_mt),
      status = "ok", lastSync = dates.iso(tenant.last_sync), syncRunning = false,
      domains = json.array{ "example.com" }, acknowledgeDisabledAccounts = true,
    }, connection_mt),
  }
end

return directory_sync
