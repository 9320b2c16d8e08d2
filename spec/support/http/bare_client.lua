--- Calls a sandbox as a bare HTTP client would, over any transport: specs of the service need no client of ours.
local core = require "mimecast.core"
local json = require "mimecast.json"

local bare_client = {}
local Caller = {}
Caller.__index = Caller

--- Makes a caller for a handle.
---@param tenant table a handle of the sandbox
---@param transport? table for the HTTP front
function bare_client.new(tenant, transport)
  return setmetatable({ tenant = tenant, transport = transport or tenant.transport }, Caller)
end

function Caller:send(url, headers, body, more)
  local request = { method = "POST", url = url, headers = headers, body = body, timeout = 5, connectTimeout = 5 }
  for name, value in pairs(more or {}) do request[name] = value end
  return self.transport:send(request)
end

--- Asks for a token; the form's fields can be replaced.
function Caller:ask_token(fields)
  local v2 = self.tenant.credentials.v2
  local form = { client_id = v2.clientId, client_secret = v2.clientSecret, grant_type = "client_credentials" }
  for name, value in pairs(fields or {}) do form[name] = value end
  local parts = {}
  for name, value in pairs(form) do parts[#parts + 1] = name .. "=" .. value end
  table.sort(parts)
  return self:send(self.tenant.urls.v2 .. "/oauth/token", { "Content-Type", "application/x-www-form-urlencoded" },
    table.concat(parts, "&"))
end

--- A call of API 2.0 with a token that is fetched at first use.
function Caller:v2(body, path, more)
  self.token = self.token or json.decode(self:ask_token().body).access_token
  return self:send(self.tenant.urls.v2 .. (path or "/api/user/update-user"),
    { "Content-Type", "application/json", "Authorization", "Bearer " .. self.token }, body, more)
end

--- A call of API 1.0, signed; `other` replaces what is signed with and sent.
function Caller:v1(body, path, other)
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

--- Decodes an answer's body.
function bare_client.read(response)
  return json.decode(response.body)
end

return bare_client
