--- Makes clients of a tenant in this process. They use the tenant's clock; a pause moves it, so nothing waits.
local mimecast = require "mimecast"
local recording = require "spec.support.fakes.recording"
local sandbox = require "mimecast.sandbox"

local clients = {}

--- Returns the client options with the credentials of a generation.
function clients.keys(tenant, generation)
  local options = {}
  for name, value in pairs(tenant.credentials[generation == "1.0" and "v1" or "v2"]) do options[name] = value end
  if generation == "1.0" then options.region = "eu" end
  return options
end

--- Makes a tenant, a client, and the recording transport between them.
---@param generation? string "2.0" by default
---@param more? table further options of the client; `tenant`: options of the tenant; `respond`: of the recording
function clients.new(generation, more)
  more = more or {}
  local start = 1700000000
  local tenant_options = { clock = function() return start end }
  for name, value in pairs(more.tenant or {}) do tenant_options[name] = value end
  local tenant = sandbox.new(tenant_options)
  local wire = recording.new(tenant.transport, more.respond)
  local options = clients.keys(tenant, generation or "2.0")
  options.transport = wire
  options.clock = function() return tenant:now() end
  options.random = function() return 0 end
  for name, value in pairs(more) do
    if name ~= "tenant" and name ~= "respond" then options[name] = value end
  end
  return assert(mimecast.new(options)), tenant, wire
end

--- Adds users to the tenant and returns an update for each.
function clients.changes(tenant, count)
  tenant:add_users(count)
  local changes = {}
  for i = 1, count do
    changes[i] = { email = ("user%06d@example.com"):format(i), username = "Name " .. i, accountDisabled = true }
  end
  return changes
end

return clients
