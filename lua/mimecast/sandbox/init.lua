--- A Mimecast tenant to try on: in the process, or behind nginx on loopback.
--
--     local tenant = require("mimecast.sandbox").new()
--     tenant.transport     -- give it to a client
--     tenant:user("ann@example.com").accountDisabled
local control = require "mimecast.sandbox.front.control"
local handle = require "mimecast.sandbox.front.tenant_client"
local lazy = require "mimecast.base.lazy"
local tenants = require "mimecast.sandbox.tenant"
local transport = require "mimecast.sandbox.front.transport"

local sandbox = {}

--- The made-up credentials that a tenant takes unless it is given others.
sandbox.credentials = tenants.credentials

-- The C core is loaded when a signature is to be checked, so that API 2.0 alone works without it.
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

--- Makes a tenant in this process. Raises for an unknown option.
---@param options? table see doc/sandbox.md
---@return table handle its `transport` has `send(request)`
function sandbox.new(options)
  tenants.check(options or {}, 2)
  local tenant = tenants.new(with_crypto(options))
  return handle.new{
    front = "process",
    url = "https://api.services.mimecast.com",
    urls = { v1 = "https://eu-api.mimecast.com", v2 = "https://api.services.mimecast.com" },
    credentials = tenant.credentials,
    tenant = tenant,
    transport = transport.new(tenant, function(secret) return core().secret.reveal(secret) end),
    ask = function(request) return control.perform(tenant, request) end,
  }
end

--- Starts a tenant behind nginx on a free loopback port.
---@param options? table those of `new` that are data, and tls, host, binary, accessLog, transport
---@return table? handle
---@return string? message
function sandbox.start(options)
  return lazy("mimecast.sandbox.front.nginx").start(options)
end

--- Starts one, tells how to reach it, and keeps it running until it is interrupted.
---@param options? table those of `start`
---@return boolean? ok
---@return string? message
function sandbox.run(options)
  return lazy("mimecast.sandbox.front.nginx").run(options)
end

return sandbox
