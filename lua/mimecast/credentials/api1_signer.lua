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

-- In the order of the service's documentation.
api1_signer.late_headers = { "Authorization", "x-mc-app-id", "x-mc-date", "x-mc-req-id" }
Signer.late_headers = api1_signer.late_headers

-- The core's signer for a secret key, or nil and an error value.
local function new_signer(secret_key, app_key)
  local signer, reason = core.signer(secret_key, app_key)
  if signer then return signer end
  return nil, errors.new {
    category = "config", code = "invalid_setting", field = "secretKey", message = "secretKey " .. reason,
  }
end

-- The binding in use: its keys, and what signs with them. Requests keep the binding that signed them.
local function use_keys(self, keys)
  local signer, err = new_signer(keys.secretKey, self.app_key)
  if not signer then return nil, err end
  self.binding = { signer = signer, access_key = keys.accessKey, secret_key = keys.secretKey, version = self.version }
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
  local previous = self.binding
  local keys
  keys, err = login.log_in(self.config, self.transport,
    previous and not self.is_denied and { accessKey = previous.access_key, secretKey = previous.secret_key }, timeout)
  if not keys then
    if denials[err.code] then self.denied_login:put(("%d %s"):format(err.status, err.serviceCode or "")) end
    return nil, err
  end
  self.expired, self.is_denied, self.version = false, false, self.version + 1
  self.config.hooks:token()
  return use_keys(self, keys)
end

-- Logs in within the time of the call, unless another call does.
local function renew(self, deadline)
  local left = math.max(deadline - self.config.runtime.monotonic(), 0.001)
  return self.renewal:run(left, function(until_then) return log_in(self, until_then) end)
end

--- Signs a request, with a new date and id at each attempt. Renews the binding first if it has expired.
---@param call table path, deadline
---@return mimecast.Error? err
function Signer:sign(call)
  local binding = self.binding
  if self.expired or not binding then
    call.has_waited = true
    local ok, err = renew(self, call.deadline)
    if not ok then return err end
    binding = self.binding
  end
  local id, date = self.uuid(), core.http_date(self.clock())
  call[1] = binding.signer:authorization(binding.access_key, date, id, call.path)
  call[2], call[3], call[4] = self.app_id, date, id
  call.id, call.signed_with = id, binding
end

--- Returns the texts of a request's headers that must not show.
---@param call table
---@return (string|userdata)[]
function Signer.secrets_of(call)
  local binding = call.signed_with
  return binding and { binding.access_key, binding.signer:sign(call[3], call[4], call.path) } or {}
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
local function may_log_in(self, binding, is_fresh)
  if binding.version == 0 then return false end
  if self.expired or self.binding ~= binding then return not is_fresh end -- another call renews, or has renewed
  local now = self.config.runtime.monotonic()
  local is_due = not is_fresh and now >= self.next_denial_login
  if is_fresh or is_due then self.next_denial_login = now + denial_window end
  self.is_denied = is_due
  return is_due
end

--- Marks the binding that signed a request as expired, if the service denied it; never a newer binding.
---@param call table
---@param err mimecast.Error
---@param is_fresh boolean the binding was made during this call
---@param is_second boolean this call has got another binding once already
---@return boolean can_retry there is another binding, or may be
function Signer:invalidate(call, err, is_fresh, is_second)
  local binding = call.signed_with
  if not self.refreshable or not binding or (is_fresh and is_second) then return false end
  if err.code ~= "binding_expired" and not (err.status == 401 and may_log_in(self, binding, is_fresh)) then return false end
  if self.binding == binding then self.expired = true end
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
  local date, id = values.date or clock(), values.requestId or core.uuid()
  if type(date) == "number" then date = core.http_date(date) end
  local headers = {}
  for i, value in ipairs { signer:authorization(values.accessKey, date, id, values.path), values.appId, date, id } do
    headers[Signer.late_headers[i]] = core.secret.reveal(value)
  end
  return headers
end

return api1_signer
