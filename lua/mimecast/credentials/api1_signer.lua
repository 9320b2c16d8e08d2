--- Signs the requests of API 1.0 with the secret key of a binding, and renews the binding by a login (mimecast-api 1.1, 1.2,
-- 1.6).
local check = require "mimecast.config.check"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local login = require "mimecast.credentials.login"
local denied_cache = require "mimecast.credentials.denied_cache"
local single_flight = require "mimecast.credentials.single_flight"

local api1_signer = {}

local Signer = {}
Signer.__index = Signer

local join = core.secret.join

local denials = { login_denied = true, invalid_app = true } -- error codes that are cached
local denial_window = 60 -- seconds in which 401s lead to one login: they can also mean a missing permission

-- Adds the four headers, in the order of the service's documentation. Returns the signature.
local function add_headers(self, headers, path, date, request_id)
  local signature, n = self.signer:sign(date, request_id, path), #headers
  headers[n + 1], headers[n + 2] = "Authorization", join("MC ", self.access_key, ":", signature)
  headers[n + 3], headers[n + 4] = "x-mc-app-id", self.app_id
  headers[n + 5], headers[n + 6] = "x-mc-date", date
  headers[n + 7], headers[n + 8] = "x-mc-req-id", request_id
  return signature
end

-- The core's signer for a secret key, or nil and an error value.
local function new_signer(secret_key, app_key)
  local signer, reason = core.signer(secret_key, app_key)
  if signer then return signer end
  return nil, errors.new {
    category = "config", code = "invalid_setting", field = "secretKey", message = "secretKey " .. reason,
  }
end

local function use_keys(self, keys)
  local signer, err = new_signer(keys.secretKey, self.app_key)
  if not signer then return nil, err end
  self.signer, self.access_key, self.secret_key = signer, keys.accessKey, keys.secretKey
  return true
end

--- Makes the credentials of a configuration. With email and password, and without keys, the first request logs in.
---@param config table
---@param transport table
---@return table? credentials
---@return mimecast.Error? err
function api1_signer.new(config, transport)
  local self = setmetatable({ config = config, transport = transport, app_id = config.appId, app_key = config.appKey,
    clock = config.runtime.clock, uuid = config.runtime.uuid, version = 0, next_denial_login = -math.huge }, Signer)
  self.refreshable = config.email ~= nil and config.password ~= nil
  if config.accessKey then
    local ok, err = use_keys(self, config)
    if not ok then return nil, err end
  end
  self.renewal = single_flight.new(config, transport, {
    late = "login failed: the login of another call takes too long", denials = denials,
  })
  self.denied_login = self.refreshable and denied_cache.new(config.store, config.storeKey .. ":login",
    join("login:", config.storeKey, ":", config.email, ":", config.password), config.authFailureCooldown)
  return self
end

-- The error value of a login that the service denied for another worker, and its remaining seconds; nil if there is none.
local function cached_rejection(self)
  local text, seconds = self.denied_login:get()
  local status, code = (text or ""):match "^(%d+) ([%l%d_]*)$"
  if not status then return nil end
  return login.failed({ status = tonumber(status), headers = {} }, code ~= "" and code or nil, self.config), seconds
end

-- Logs in: renews an expired binding, else creates a new one.
local function log_in(self, deadline)
  local err, seconds = cached_rejection(self)
  if err then return nil, err, seconds end
  local timeout = math.max(deadline - self.config.runtime.monotonic(), 0.001)
  local keys
  keys, err = login.log_in(self.config, self.transport,
    self.access_key and not self.is_denied and { accessKey = self.access_key, secretKey = self.secret_key }, timeout)
  if not keys then
    if denials[err.code] then self.denied_login:put(("%d %s"):format(err.status, err.serviceCode or "")) end
    return nil, err
  end
  self.expired, self.is_denied, self.version = false, false, self.version + 1
  self.config.hooks:token()
  return use_keys(self, keys)
end

--- Signs a request, with a new date and id at each attempt. Renews the binding first if it has expired.
---@param request table
---@return boolean? ok
---@return mimecast.Error? err
function Signer:sign(request)
  if self.expired or not self.signer then
    local ok, err = self.renewal:run(request.timeout, function(deadline) return log_in(self, deadline) end)
    if not ok then return nil, err end
  end
  local id = self.uuid()
  local signature = add_headers(self, request.headers, request.path, core.http_date(self.clock()), id)
  request.id, request.secrets, request.signer = id, { self.access_key, signature }, self.signer
  request.credentials_version = self.version
  return true
end

--- Returns a copy that signs with the current binding and does not renew it.
---@return table credentials
function Signer:without_renewal()
  local copy = {}
  for name, value in pairs(self) do copy[name] = value end
  copy.refreshable, copy.expired = false, false
  return setmetatable(copy, Signer)
end

--- Stops renewal: after a logout the client does not log in again on its own.
function Signer:stop_renewal()
  self.refreshable, self.expired = false, false
end

-- Whether a 401 leads to a login: only for a binding of this client's login, and once in `denial_window`. For configured keys
-- a 401 means that they are wrong.
local function may_log_in(self, request, is_fresh)
  if request.credentials_version == 0 then return false end
  if self.expired or self.signer ~= request.signer then return not is_fresh end -- another call renews, or has renewed
  local now = self.config.runtime.monotonic()
  local is_due = not is_fresh and now >= self.next_denial_login
  if is_fresh or is_due then self.next_denial_login = now + denial_window end
  self.is_denied = is_due
  return is_due
end

--- Marks the binding that signed a request as expired, if the service denied it; never a newer binding.
---@param request table
---@param err mimecast.Error
---@param is_fresh boolean the binding was made during this call
---@param is_second boolean this call has got another binding once already
---@return boolean can_retry there is another binding, or may be
function Signer:invalidate(request, err, is_fresh, is_second)
  if not self.refreshable or not request.signer or (is_fresh and is_second) then return false end
  if err.code ~= "binding_expired" and not (err.status == 401 and may_log_in(self, request, is_fresh)) then return false end
  if self.signer == request.signer then self.expired = true end
  return true
end

-- ---- mimecast.sign ----

local function path_problem(path)
  if path:sub(1, 1) ~= "/" then return "must begin with /, like /api/user/update-user" end
  return check.not_visible(path)
end

local function line_problem(text)
  return (text == "" or text:find "[%z\1-\31\127]") and "must not be empty or hold control characters" or nil
end

local function date_problem(date)
  if type(date) == "string" then return line_problem(date) end
  return not pcall(core.http_date, date)
    and "is not within the years 0001 to 9999; a number counts seconds since 1970, not milliseconds" or nil
end

local sign_fields = check.fields({
  { name = "accessKey", type = "secret", required = true }, { name = "secretKey", type = "secret", required = true },
  { name = "appId", type = "text", required = true, problem = check.not_visible },
  { name = "appKey", type = "secret", required = true },
  { name = "path", type = "text", required = true, problem = path_problem },
  { name = "date", types = { "number", "text" }, problem = date_problem },
  { name = "requestId", type = "text", problem = line_problem },
}, "field")

--- The four headers of a signed request, without a client and without I/O.
---@param input table accessKey, secretKey (base64), appId, appKey, path; date (seconds since 1970 or the text to sign as
-- is; default now), requestId (default a fresh UUID)
---@param clock fun(): number
---@return table<string, string>? headers Authorization, x-mc-app-id, x-mc-date, x-mc-req-id
---@return mimecast.Error? err
function api1_signer.sign(input, clock)
  check.names(sign_fields, input, "mimecast.sign", 3)
  local values, err = check.input(sign_fields, input)
  if not values then return nil, err end
  local signer
  signer, err = new_signer(values.secretKey, values.appKey)
  if not signer then
    err.category, err.code = "validation", "invalid_input"
    return nil, err
  end
  local self = { signer = signer, access_key = values.accessKey, app_id = values.appId }
  local date = values.date or clock()
  if type(date) == "number" then date = core.http_date(date) end
  local list, headers = {}, {}
  add_headers(self, list, values.path, date, values.requestId or core.uuid())
  for i = 1, #list, 2 do headers[list[i]] = core.secret.reveal(list[i + 1]) end
  return headers
end

return api1_signer
