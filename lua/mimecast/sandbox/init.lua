--- A simulated Mimecast tenant: in this process, or behind nginx on loopback.
--
--     local tenant = require("mimecast.sandbox").new()
--     tenant.transport     -- pass it to a client
--     tenant:user("ann@example.com").accountDisabled
local control = require "mimecast.sandbox.front.control"
local tenant_client = require "mimecast.sandbox.front.tenant_client"
local lazy = require "mimecast.base.lazy"
local tenant_state = require "mimecast.sandbox.tenant_state"
local transport = require "mimecast.sandbox.front.transport"

local sandbox = {}

--- The invented credentials of a tenant; the option `credentials` replaces them.
sandbox.credentials = tenant_state.credentials

-- The C core is loaded when a signature is checked: API 2.0 works without it.
local function core()
  return require "mimecast.core"
end

local function with_crypto(options)
  local complete = {}
  for name, value in pairs(options or {}) do complete[name] = value end
  complete.hmac_sha1 = complete.hmac_sha1 or function(key, data) return core().hmac_sha1(key, data) end
  complete.base64_encode = complete.base64_encode or function(bytes) return core().base64_encode(bytes) end
  complete.base64_decode = complete.base64_decode or function(text) return core().base64_decode(text) end
  return complete
end

--- Makes a tenant in this process. Raises for an unknown option or an invalid value.
---@param options? table see doc/sandbox.md
---@return table tenant with `transport` for a client, and the methods of doc/sandbox.md
function sandbox.new(options)
  tenant_state.check(options or {}, 2)
  local tenant = tenant_state.new(with_crypto(options))
  return tenant_client.new{
    front = "process",
    url = "https://api.services.mimecast.com",
    urls = { v1 = "https://eu-api.mimecast.com", v2 = "https://api.services.mimecast.com" },
    credentials = tenant.credentials,
    tenant = tenant,
    transport = transport.new(tenant, function(secret) return core().secret.reveal(secret) end),
    send_control = function(request) return control.perform(tenant, request) end,
  }
end

--- Starts a tenant behind nginx on a free loopback port.
---@param options? table those of `new` without functions, and tls, host, binary, accessLog, transport
---@return table? tenant
---@return string? message
function sandbox.start(options)
  return lazy("mimecast.sandbox.front.nginx").start(options)
end

--- Starts a tenant behind nginx, prints the variables for a client, and keeps the tenant until it is interrupted.
---@param options? table those of `start`
---@return boolean? ok
---@return string? message
function sandbox.run(options)
  return lazy("mimecast.sandbox.front.nginx").run(options)
end

return sandbox
