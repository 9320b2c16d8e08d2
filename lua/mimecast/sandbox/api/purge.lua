--- The purge list, and the contacts in most frequent use.
local core = require "mimecast.core"
local json = require "mimecast.json"
local audit = require "mimecast.sandbox.api.audit"
local fields = require "mimecast.sandbox.wire.fields"

local purge = {}

local list_mt = json.object{ "emailAddresses" }
local contacts_mt = json.object{ "contacts" }
local contact_mt = json.object{ "emailAddress", "name" }

-- The responses are not documented: here they repeat the addresses. The sandbox does not purge anything.
local function changer(on, kind)
  local call = fields.define "emailAddresses texts* 1000"
  call.single, call.empty = true, true
  call.perform = function(tenant, item)
    for _, address in ipairs(item.emailAddresses) do
      tenant.purged[core.fold(address)] = on or nil
      tenant:record_applied(address)
      audit.record(tenant, kind, address)
    end
    return setmetatable({ emailAddresses = item.emailAddresses }, list_mt)
  end
  return call
end

--- /api/user/add-to-purge-list and /api/user/remove-from-purge-list.
purge.add, purge.remove = changer(true, "purge_added"), changer(false, "purge_removed")
purge.add.permission = "Directories | Internal | Purge Address"
purge.remove.permission = "Directories | Internal | Remove Address from Purge List"

--- /api/user/get-most-used-contacts: nested as a client reads it, with two invented contacts. The rows are not documented.
purge.contacts = fields.define ""
purge.contacts.empty = true
function purge.contacts.perform()
  return setmetatable({ contacts = json.array{
    setmetatable({ emailAddress = "supplier@example.net", name = "Sam Supplier" }, contact_mt),
    setmetatable({ emailAddress = "customer@example.net", name = "Chris Customer" }, contact_mt),
  } }, contacts_mt)
end

return purge
