--- The two requests of API 1.0 that no signature authorises: the login, which makes a binding of an access key and a
-- secret key or renews one, and the question which region an address belongs to (mimecast-api 1.5, 1.6).
local answers = require "mimecast.protocol.response"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local json = require "mimecast.json"

local login = { what = "no binding" } -- what the message of a failed login begins with

local join = core.secret.join

local function request_to(settings, path, body)
  local id = (settings.uuid or core.uuid)()
  return {
    method = "POST",
    url = settings.baseUrl .. path,
    headers = {
      "Content-Type", "application/json", "Accept", "application/json", "User-Agent", "lua-mimecast/" .. core.version,
      "x-mc-app-id", settings.appId, "x-mc-date", core.http_date((settings.clock or core.now)()), "x-mc-req-id", id,
    },
    body = body,
    timeout = settings.timeout,
    connectTimeout = settings.connectTimeout,
    id = id,
  }
end

-- What the service said went wrong: the first code of fail[]. Its sentences are never shown, they may repeat what was
-- sent; a code is where it looks like one and holds none of the secrets.
local function code_in(answer, secrets)
  local fail = type(answer) == "table" and answers.failures(answer)
  if not fail or not fail[1] then return nil end
  local code = answers.errors(fail[1], {}, secrets)[1].code
  return code:find("^[a-z%d_]+$") and code or answers.no_code
end

--- What a refused request means.
---@param response table status, headers
---@param code? string of the service
---@param what string what the message begins with
---@param settings table clock
---@return mimecast.Error
local function refused(response, code, what, settings)
  local err = errors.from_status(response)
  local said = code and ("%d, %s"):format(response.status, code) or tostring(response.status)
  err.message = ("%s: the service answered %s"):format(what, said)
  err.serviceCode = code
  err.retryAfter = errors.retry_after(response, (settings.clock or core.now)())
  if code == "err_developer_key" then
    local known = errors.from_service(response, { { code = code, message = "" } })
    err.category, err.code, err.hint, err.retryable = known.category, known.code, known.hint, false
  elseif response.status < 300 or response.status == 400 or response.status == 401 or response.status == 403 then
    err.category, err.code, err.retryable = "auth", "login_refused", false
    err.hint = "email, password or loginType was not accepted: check the three, and that the user's authentication"
      .. " profile allows this type of login"
  elseif response.status >= 300 and response.status < 400 then
    err.category, err.code, err.retryable = "protocol", "redirected", false
    err.hint = "redirects are not followed, because the request can carry a password; check baseUrl"
  end
  return err
end

local function malformed(response, what, reason)
  return errors.new {
    category = "protocol", code = "wrong_shape", message = ("%s: the answer %s"):format(what, reason),
    status = response.status, hint = "check region or baseUrl, and proxy", requestId = errors.request_id(response),
  }
end

-- The first object of data[], or an error value. `what` begins its message.
local function ask(settings, transport, request, what, secrets)
  local response, message, err = transport:send(request)
  if not response then
    err = errors.adopt(message, err)
    err.message, err.requestId = what .. ": " .. err.message, request.id
    return nil, err
  end
  response.secrets = secrets
  local answer = json.decode_response(response.body)
  local encoded = type(answer) ~= "table" and response.status == 200 and answers.encoded(response, secrets)
  if encoded then
    encoded.message, encoded.requestId = what .. ": " .. encoded.message, encoded.requestId or request.id
    return nil, encoded
  end
  local code = code_in(answer, secrets)
  if response.status ~= 200 or code then
    err = refused(response, code, what, settings)
    err.requestId = err.requestId or request.id
    return nil, err
  end
  local data = type(answer) == "table" and answers.list(answer, "data")
  local first = data and data[1]
  if type(first) ~= "table" then return nil, malformed(response, what, "holds no data"), response end
  return first, nil, response
end

local function text_of(value)
  return type(value) == "string" and value ~= "" and value or nil
end

-- The secret key's text, where it is one that can sign.
local function is_key(text)
  return core.secret.is_visible(text) and core.base64_decode(text) ~= nil
end

--- Logs in. The password is in no Lua string.
---@param settings table baseUrl, appId, email, password (secret), loginType, timeout, connectTimeout, clock, uuid
---@param transport table
---@param old? table accessKey, secretKey of the binding to renew
---@return table? keys accessKey and secretKey as secrets, duration (seconds), bindingType, extendOnValidate, username
---@return mimecast.Error? err
function login.log_in(settings, transport, old)
  local what = login.what
  local basic = core.secret.base64(join(settings.email, ":", settings.password))
  local body = '{"data":[{"userName":' .. json.encode(settings.email)
  if old then body = join(body, ',"accessKey":', json.encode(core.secret.reveal(old.accessKey))) end
  local request = request_to(settings, "/api/login/login", join(body, "}]}"))
  local n = #request.headers
  request.headers[n + 1], request.headers[n + 2] = "Authorization", join(settings.loginType, " ", basic)
  local found, err, response = ask(settings, transport, request, what, { settings.password, basic })
  if not found then return nil, err end
  -- A renewal leaves the secret key as it is; whether its answer repeats it is not documented.
  local access, secret = text_of(found.accessKey), text_of(found.secretKey) or (old and old.secretKey)
  if not access or not core.secret.is_visible(access) then return nil, malformed(response, what, "holds no access key") end
  if not secret or not is_key(secret) then return nil, malformed(response, what, "holds no secret key") end
  local milliseconds = core.parse_number(found.duration)
  return {
    accessKey = core.secret.new(access), secretKey = core.secret.new(secret),
    duration = milliseconds and milliseconds / 1000 or nil, bindingType = text_of(found.bindingType),
    extendOnValidate = found.extendOnValidate == true, username = text_of(found.username) or text_of(found.userName),
  }
end

login.refused = refused

--- Asks which region an address belongs to, and how its user can log in.
---@param settings table baseUrl, appId, email, timeout, connectTimeout, clock, uuid
---@param transport table
---@return table? found wire table: region.api, authenticate, emailAddress
---@return mimecast.Error? err
function login.discover(settings, transport)
  local body = '{"data":[{"emailAddress":' .. json.encode(settings.email) .. "}]}"
  local what = "no region"
  local found, err, response = ask(settings, transport, request_to(settings, "/api/login/discover-authentication", body),
    what, {})
  if not found then
    if err.code == "login_refused" then
      err.category, err.code, err.hint = "service", "rejected", "check email and appId"
    end
    return nil, err
  end
  if type(found.region) ~= "table" or not text_of(found.region.api) then
    return nil, malformed(response, what, "names no gateway")
  end
  return found
end

return login
