--- Judges who asks: API 1.0's signature, API 2.0's access token, and the token endpoint that issues them.
local json = require "mimecast.json"
local answer = require "mimecast.sandbox.wire.response"
local calendar = require "mimecast.sandbox.wire.dates"
local lenient = require "mimecast.sandbox.wire.lenient_json"
local login = require "mimecast.sandbox.api.login"

local access = {}

local token_mt = json.object{ "access_token", "token_type", "expires_in", "scope" }

-- Which API a request means. A request without a sign of either is taken for API 2.0, whose gateway then wants a token.
local function generation_of(headers)
  local authorization = headers.authorization or ""
  if authorization:find("^[Bb]earer ") then return 2 end
  if authorization:find("^MC ") or headers["x-mc-date"] or headers["x-mc-app-id"] then return 1 end
  local host = headers.host or ""
  if host:find("-api.mimecast", 1, true) then return 1 end
  return 2
end

local function signature_holds(tenant, binding, headers, uri, signature)
  -- The date is signed as the text that came: clients write UTC or GMT.
  local data = table.concat({ headers["x-mc-date"], headers["x-mc-req-id"], uri, tenant.credentials.v1.appKey }, ":")
  local given = #signature == 28 and tenant.base64_decode(signature)
  if not given then return false end
  return given == tenant.hmac_sha1(tenant.base64_decode(binding.secretKey), data)
end

local function stale(tenant, date)
  local allowance = tenant.options.clockSkew
  if not allowance then return false end
  local time = calendar.parse_http(date)
  return not time or math.abs(time - tenant:now()) > allowance
end

-- The order of the checks is the service's: recorded calls with one wrong key each tell it.
local function judge_signature(tenant, request, path)
  local headers = request.headers
  local judged = { generation = 1, bucket = "v1" }
  local key, signature = (headers.authorization or ""):match("^MC%s+([^:%s]+):%s*(%S+)%s*$")
  if not (key and headers["x-mc-date"] and headers["x-mc-req-id"] and headers["x-mc-app-id"]) then
    judged.refusal = answer.refuse "credentials"
    return judged
  end
  local binding = tenant.bindings[key]
  judged.who = binding and binding.email
  if not binding then
    judged.bucket, judged.limit = "v1 unknown", 5000
    judged.refusal = answer.refuse "signature"
  elseif not (signature_holds(tenant, binding, headers, path, signature)
    or (path ~= request.path and signature_holds(tenant, binding, headers, request.path, signature))) then
    judged.refusal = answer.refuse "signature"
  elseif stale(tenant, headers["x-mc-date"]) then
    judged.refusal = answer.refuse "clock"
  elseif login.is_expired(tenant, binding) then
    judged.refusal = answer.refuse "binding"
  elseif headers["x-mc-app-id"] ~= tenant.credentials.v1.appId then
    judged.refusal = answer.refuse("app_id", headers["x-mc-app-id"])
  end
  return judged
end

-- What no signature authorises has a judge of its own. That a wrong application id is answered as elsewhere is inferred.
local function judge_unsigned(tenant, request, call)
  local app_id = request.headers["x-mc-app-id"]
  local judged = { generation = 1, bucket = "v1 login" }
  if not app_id then
    judged.refusal = answer.refuse "credentials"
  elseif app_id ~= tenant.credentials.v1.appId then
    judged.refusal = answer.refuse("app_id", app_id)
  else
    local refusal, key
    judged.who, refusal, key = call.judge(tenant, request)
    if not judged.who then judged.refusal = answer.refuse(refusal, nil, key) end
  end
  return judged
end

-- Limits of API 2.0 are counted per application and function.
local function judge_token(tenant, request, name)
  local judged = { generation = 2, bucket = "v2 " .. name }
  local token = (request.headers.authorization or ""):match("^[Bb]earer%s+(%S+)%s*$")
  if not token then
    judged.bucket, judged.refusal = "v2 unknown", answer.gateway "unauthorized"
    return judged
  end
  local verdict = tenant:judge_token(token)
  if verdict ~= "valid" then
    judged.bucket, judged.refusal = "v2 unknown", answer.gateway("token_" .. verdict)
  end
  return judged
end

--- Judges a request.
---@param tenant table
---@param request table
---@param path string without the query
---@param call? table the function that the request means
---@return table judged { generation, bucket, who?, limit?, refusal? }; a refusal is an answer
function access.judge(tenant, request, path, call)
  local generation = generation_of(request.headers)
  -- Some functions belong to one generation only.
  if call and call.only and call.only ~= generation then call = nil end
  if generation == 1 then
    local early = request.method ~= "POST" and "method" or not call and "path"
    if early then return { generation = 1, bucket = "v1", refusal = answer.refuse(early) } end
    if call.judge then return judge_unsigned(tenant, request, call) end
    return judge_signature(tenant, request, path)
  end
  local judged = judge_token(tenant, request, call and call.route or path)
  if not judged.refusal and not call then
    judged.bucket, judged.refusal = "v2 unknown", answer.gateway "path"
  end
  return judged
end

--- Issues an access token: POST /oauth/token.
---@param tenant table
---@param request table
---@return table answer
function access.issue(tenant, request)
  if request.method ~= "POST" then return answer.gateway "method" end
  local form = lenient.form(request.body)
  if form.grant_type ~= "client_credentials" then return answer.gateway "grant" end
  local v2 = tenant.credentials.v2
  if form.client_id ~= v2.clientId or form.client_secret ~= v2.clientSecret then
    -- The real endpoint is said to repeat what was sent; whoever logs the text has leaked the secret.
    return answer.gateway("unauthorized", tenant.options.echoCredentials and request.body or nil)
  end
  local token, lifetime = tenant:issue_token()
  local issued = { access_token = token, token_type = "Bearer", expires_in = lifetime, scope = "" }
  return answer.json(200, answer.encode(setmetatable(issued, token_mt)), true)
end

return access
