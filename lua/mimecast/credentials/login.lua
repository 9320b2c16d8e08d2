--- The two requests of API 1.0 that need no signature: login, which creates or renews a binding (an access key and a secret
-- key), and discover, which finds the region of an address (mimecast-api 1.5, 1.6).
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local headers = require "mimecast.protocol.headers"
local json = require "mimecast.json"
local parser = require "mimecast.protocol.parser"
local prepared_request = require "mimecast.transport.prepared_request"
local service_errors = require "mimecast.protocol.service_errors"

local login = {}

local login_failed, discover_failed = "login failed", "cannot discover the region" -- begin the messages

local join = core.secret.join

local function new_request(config, path, body, timeout)
  local id = config.runtime.uuid()
  return {
    method = "POST",
    url = config.baseUrl .. path,
    path = path,
    headers = {
      "Content-Type", "application/json", "Accept", "application/json", "User-Agent", "lua-mimecast/" .. core.version,
      "x-mc-app-id", config.appId, "x-mc-date", core.http_date(config.runtime.clock()), "x-mc-req-id", id,
    },
    body = body,
    timeout = timeout or config.timeout,
    connectTimeout = config.connectTimeout,
    id = id,
  }
end

-- The first code of fail[]. The service's sentences are never shown, because they may repeat what was sent; a code is shown
-- if it looks like a code and contains no secret.
local function service_code(body, secrets)
  local fail = type(body) == "table" and parser.failures(body)
  if not fail or not fail[1] then return nil end
  local code = parser.errors(fail[1], {}, secrets)[1].code
  return code:find("^[a-z%d_]+$") and code or parser.no_code
end

-- The error value of a failed request.
local function request_failed(response, code, what, config)
  local err = service_errors.from_status(response)
  local detail = code and ("%d, %s"):format(response.status, code) or tostring(response.status)
  err.message = ("%s: the service responded with %s"):format(what, detail)
  err.serviceCode = code
  err.retryAfter = headers.retry_after(response, config.runtime.clock())
  if code == "err_developer_key" then
    local known = service_errors.from_errors(response, { { code = code, message = "" } })
    err.category, err.code, err.hint, err.retryable = known.category, known.code, known.hint, false
  elseif response.status < 300 or response.status == 400 or response.status == 401 or response.status == 403 then
    err.category, err.code, err.retryable = "auth", "login_denied", false
    err.hint = "email, password or loginType was not accepted: check the three, and that the user's authentication"
      .. " profile allows this type of login"
  elseif response.status >= 300 and response.status < 400 then
    err.category, err.code, err.retryable = "protocol", "redirected", false
    err.hint = "redirects are not followed, because the request can carry a password; check baseUrl"
  end
  return err
end

--- The error value of a failed login.
---@param response table status, headers
---@param code? string the service's
---@param config table clock
---@return mimecast.Error
function login.failed(response, code, config)
  return request_failed(response, code, login_failed, config)
end

local function malformed(response, what, reason)
  return errors.new {
    category = "protocol", code = "wrong_shape", message = ("%s: the response %s"):format(what, reason),
    status = response.status, hint = "check region or baseUrl, and proxy", requestId = headers.request_id(response),
  }
end

-- Sends a request; returns the first object of data[] and the response, or nil and an error value whose message begins with
-- `what`.
local function send(config, transport, request, what, secrets)
  local response, message, err = prepared_request.send_all(transport, request)
  if not response then
    err = errors.adopt(message, err)
    err.message, err.requestId = what .. ": " .. err.message, request.id
    return nil, err
  end
  response.secrets = secrets
  local body = json.decode_response(response.body)
  local encoded = type(body) ~= "table" and response.status == 200 and parser.encoding_error(response, secrets)
  if encoded then
    encoded.message, encoded.requestId = what .. ": " .. encoded.message, encoded.requestId or request.id
    return nil, encoded
  end
  local code = service_code(body, secrets)
  if response.status ~= 200 or code then
    err = request_failed(response, code, what, config)
    err.requestId = err.requestId or request.id
    return nil, err
  end
  local data = type(body) == "table" and parser.list(body, "data")
  local first = data and data[1]
  if type(first) ~= "table" then return nil, malformed(response, what, "holds no data") end
  return first, response
end

local function text_of(value)
  return type(value) == "string" and value ~= "" and value or nil
end

local function is_secret_key(text)
  return core.secret.is_visible(text) and core.base64_decode(text) ~= nil
end

--- Logs a user in. The password is never in a Lua string.
---@param config table baseUrl, appId, email, password (secret), loginType, timeout, connectTimeout, runtime
---@param transport table
---@param old? table accessKey and secretKey of the binding to renew
---@return table? keys accessKey and secretKey as secrets, duration (seconds), bindingType, extendOnValidate, username
---@return mimecast.Error? err
function login.log_in(config, transport, old, timeout)
  local basic = core.secret.base64(join(config.email, ":", config.password))
  local body = '{"data":[{"userName":' .. json.encode(config.email)
  if old then body = join(body, ',"accessKey":', json.encode(core.secret.reveal(old.accessKey))) end
  local request = new_request(config, "/api/login/login", join(body, "}]}"), timeout)
  local n = #request.headers
  request.headers[n + 1], request.headers[n + 2] = "Authorization", join(config.loginType, " ", basic)
  local result, response = send(config, transport, request, login_failed, { config.password, basic })
  if not result then return nil, response end
  -- A renewal keeps the secret key; whether its response repeats the key is not documented.
  local access, secret = text_of(result.accessKey), text_of(result.secretKey) or (old and old.secretKey)
  if not access or not core.secret.is_visible(access) then
    return nil, malformed(response, login_failed, "holds no access key")
  end
  if not secret or not is_secret_key(secret) then return nil, malformed(response, login_failed, "holds no secret key") end
  local milliseconds = core.parse_number(result.duration)
  return {
    accessKey = core.secret.new(access), secretKey = core.secret.new(secret),
    duration = milliseconds and milliseconds / 1000 or nil, bindingType = text_of(result.bindingType),
    extendOnValidate = result.extendOnValidate == true, username = text_of(result.username) or text_of(result.userName),
  }
end

--- Finds the region of an address, and the types of login of its user.
---@param config table baseUrl, appId, email, timeout, connectTimeout, runtime
---@param transport table
---@return table? result wire table: region.api, authenticate, emailAddress
---@return mimecast.Error? err
function login.discover(config, transport)
  local body = '{"data":[{"emailAddress":' .. json.encode(config.email) .. "}]}"
  local request = new_request(config, "/api/login/discover-authentication", body)
  local result, response = send(config, transport, request, discover_failed, {})
  if not result then
    local err = response
    if err.code == "login_denied" then err.category, err.code, err.hint = "service", "rejected", "check email and appId" end
    return nil, err
  end
  if type(result.region) ~= "table" or not text_of(result.region.api) then
    return nil, malformed(response, discover_failed, "names no gateway")
  end
  return result
end

return login
