--- Authenticates requests: the signature of API 1.0, the access token of API 2.0. Also the token endpoint.
local json = require "mimecast.json"
local response = require "mimecast.sandbox.wire.response"
local dates = require "mimecast.sandbox.wire.dates"
local lenient_json = require "mimecast.sandbox.wire.lenient_json"
local login = require "mimecast.sandbox.api.login"

local auth = {}

local token_mt = json.object{ "access_token", "token_type", "expires_in", "scope" }

-- Returns the generation of the API. A request without a sign of either counts as API 2.0: its gateway then asks for a token.
local function generation_of(headers)
  local authorization = headers.authorization or ""
  if authorization:find("^[Bb]earer ") then return 2 end
  if authorization:find("^MC ") or headers["x-mc-date"] or headers["x-mc-app-id"] then return 1 end
  local host = headers.host or ""
  if host:find("-api.mimecast", 1, true) then return 1 end
  return 2
end

local function signature_matches(tenant, binding, headers, uri, signature)
  -- The signed date is the header's text: clients write UTC or GMT.
  local data = table.concat({ headers["x-mc-date"], headers["x-mc-req-id"], uri, tenant.credentials.v1.appKey }, ":")
  local given = #signature == 28 and tenant.base64_decode(signature)
  if not given then return false end
  return given == tenant.hmac_sha1(tenant.base64_decode(binding.secretKey), data)
end

local function is_outside_window(tenant, date)
  local allowance = tenant.options.clockSkew
  if not allowance then return false end
  local time = dates.parse_http(date)
  return not time or math.abs(time - tenant:now()) > allowance
end

-- The checks have the service's order: recorded calls with a single wrong key each show it.
local function authenticate_signature(tenant, request, path)
  local headers = request.headers
  local caller = { generation = 1, bucket = "v1" }
  local key, signature = (headers.authorization or ""):match("^MC%s+([^:%s]+):%s*(%S+)%s*$")
  if not (key and headers["x-mc-date"] and headers["x-mc-req-id"] and headers["x-mc-app-id"]) then
    caller.rejection = response.call_error "credentials"
    return caller
  end
  local binding = tenant.bindings[key]
  caller.email = binding and binding.email
  if not binding then
    caller.bucket, caller.limit = "v1 unknown", 5000
    caller.rejection = response.call_error "signature"
  elseif not (signature_matches(tenant, binding, headers, path, signature)
    or (path ~= request.path and signature_matches(tenant, binding, headers, request.path, signature))) then
    caller.rejection = response.call_error "signature"
  elseif is_outside_window(tenant, headers["x-mc-date"]) then
    caller.rejection = response.call_error "clock"
  elseif login.is_expired(tenant, binding) then
    caller.rejection = response.call_error "binding"
  elseif headers["x-mc-app-id"] ~= tenant.credentials.v1.appId then
    caller.rejection = response.call_error("app_id", headers["x-mc-app-id"])
  end
  return caller
end

-- Authenticates a call without a signature by the function's check. The response to a wrong application id is inferred.
local function authenticate_login(tenant, request, call)
  local app_id = request.headers["x-mc-app-id"]
  local caller = { generation = 1, bucket = "v1 login" }
  if not app_id then
    caller.rejection = response.call_error "credentials"
  elseif app_id ~= tenant.credentials.v1.appId then
    caller.rejection = response.call_error("app_id", app_id)
  else
    local rejection, key
    caller.email, rejection, key = call.authenticate(tenant, request)
    if not caller.email then caller.rejection = response.call_error(rejection, nil, key) end
  end
  return caller
end

-- API 2.0 counts its limits for each application and function.
local function check_token(tenant, request, name)
  local caller = { generation = 2, bucket = "v2 " .. name }
  local token = (request.headers.authorization or ""):match("^[Bb]earer%s+(%S+)%s*$")
  if not token then
    caller.bucket, caller.rejection = "v2 unknown", response.gateway_error "unauthorized"
    return caller
  end
  local state = tenant:check_token(token)
  if state ~= "valid" then
    caller.bucket, caller.rejection = "v2 unknown", response.gateway_error("token_" .. state)
  end
  return caller
end

--- Authenticates a request.
---@param tenant table
---@param request table
---@param path string without the query
---@param call? table the function at the path
---@return table caller { generation, bucket (of the rate limit), limit?, email?, rejection? (a response) }
function auth.authenticate(tenant, request, path, call)
  local generation = generation_of(request.headers)
  -- Some functions exist in a single generation.
  if call and call.only and call.only ~= generation then call = nil end
  if generation == 1 then
    local code = request.method ~= "POST" and "method" or not call and "path"
    if code then return { generation = 1, bucket = "v1", rejection = response.call_error(code) } end
    if call.authenticate then return authenticate_login(tenant, request, call) end
    return authenticate_signature(tenant, request, path)
  end
  local caller = check_token(tenant, request, call and call.route or path)
  if not caller.rejection and not call then
    caller.bucket, caller.rejection = "v2 unknown", response.gateway_error "path"
  end
  return caller
end

--- Issues an access token: POST /oauth/token.
---@param tenant table
---@param request table
---@return table response
function auth.issue_token(tenant, request)
  if request.method ~= "POST" then return response.gateway_error "method" end
  local form = lenient_json.form(request.body)
  if form.grant_type ~= "client_credentials" then return response.gateway_error "grant" end
  local v2 = tenant.credentials.v2
  if form.client_id ~= v2.clientId or form.client_secret ~= v2.clientSecret then
    -- The real endpoint is said to repeat the request's body: a client that logs the text leaks the secret.
    return response.gateway_error("unauthorized", tenant.options.echoCredentials and request.body or nil)
  end
  local token, lifetime = tenant:issue_token()
  local issued = { access_token = token, token_type = "Bearer", expires_in = lifetime, scope = "" }
  return response.json(200, response.encode(setmetatable(issued, token_mt)), true)
end

return auth
