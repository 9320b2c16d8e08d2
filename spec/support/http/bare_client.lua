--- Calls a sandbox without the mimecast client, over any transport: specs of the sandbox do not depend on the client.
local core = require "mimecast.core"
local json = require "mimecast.json"

local bare_client = {}
local BareClient = {}
BareClient.__index = BareClient

--- Makes a client of a tenant.
---@param tenant table of sandbox.new or sandbox.start
---@param transport? table for the HTTP front
function bare_client.new(tenant, transport)
  return setmetatable({ tenant = tenant, transport = transport or tenant.transport }, BareClient)
end

function BareClient:send(url, headers, body, more)
  local request = { method = "POST", url = url, headers = headers, body = body, timeout = 5, connectTimeout = 5 }
  for name, value in pairs(more or {}) do request[name] = value end
  return self.transport:send(request)
end

--- Requests a token. `fields` replaces fields of the form.
function BareClient:request_token(fields)
  local v2 = self.tenant.credentials.v2
  local form = { client_id = v2.clientId, client_secret = v2.clientSecret, grant_type = "client_credentials" }
  for name, value in pairs(fields or {}) do form[name] = value end
  local parts = {}
  for name, value in pairs(form) do parts[#parts + 1] = name .. "=" .. value end
  table.sort(parts)
  return self:send(self.tenant.urls.v2 .. "/oauth/token", { "Content-Type", "application/x-www-form-urlencoded" },
    table.concat(parts, "&"))
end

--- Calls API 2.0. The token is fetched at first use.
function BareClient:v2(body, path, more)
  self.token = self.token or json.decode(self:request_token().body).access_token
  return self:send(self.tenant.urls.v2 .. (path or "/api/user/update-user"),
    { "Content-Type", "application/json", "Authorization", "Bearer " .. self.token }, body, more)
end

--- Calls API 1.0 with a signature. `other` replaces credentials and headers.
function BareClient:v1(body, path, other)
  path = path or "/api/user/update-user"
  local with = {}
  for name, value in pairs(self.tenant.credentials.v1) do with[name] = value end
  with.date, with.id = "Tue, 24 Nov 2015 12:50:11 UTC", "8578FCFC-A305-4D9A-99CB-F4D5ECEFE297"
  for name, value in pairs(other or {}) do with[name] = value end
  local data = table.concat({ with.date, with.id, path, with.appKey }, ":")
  local signature = core.base64_encode(core.hmac_sha1(core.base64_decode(with.secretKey), data))
  if with.unpadded then signature = signature:gsub("=", "") end
  return self:send(self.tenant.urls.v1 .. path, {
    "Content-Type", with.type or "application/json", "x-mc-date", with.date, "x-mc-req-id", with.id, "x-mc-app-id", with.appId,
    "Authorization", "MC " .. with.accessKey .. ":" .. (with.space or "") .. signature,
  }, body, with.more)
end

--- Decodes the body of a response.
function bare_client.read(response)
  return json.decode(response.body)
end

return bare_client
