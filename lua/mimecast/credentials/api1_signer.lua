--- API 1.0: every request is signed with the secret key of a binding, which can be renewed by a login (mimecast-api
-- 1.1, 1.2, 1.6).
local check = require "mimecast.config.check"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local login = require "mimecast.credentials.login"
local refusal = require "mimecast.credentials.rejected_cache"
local single = require "mimecast.credentials.single_flight"

local signature = {}

local Signature = {}
Signature.__index = Signature

local join = core.secret.join

local refusals = { login_refused = true, invalid_app = true } -- that are remembered
local denial_pause = 60 -- seconds within which 401s lead to one login: a missing permission can look like that

-- Appends the four headers, in the order of the service's documentation. Returns the signature.
local function add_headers(self, headers, path, date, request_id)
  local signed, n = self.signer:sign(date, request_id, path), #headers
  headers[n + 1], headers[n + 2] = "Authorization", join("MC ", self.access_key, ":", signed)
  headers[n + 3], headers[n + 4] = "x-mc-app-id", self.app_id
  headers[n + 5], headers[n + 6] = "x-mc-date", date
  headers[n + 7], headers[n + 8] = "x-mc-req-id", request_id
  return signed
end

-- A signer for a secret key, or an error value.
local function signer_of(secret_key, app_key)
  local signer, reason = core.signer(secret_key, app_key)
  if signer then return signer end
  return nil, errors.new {
    category = "config", code = "invalid_setting", field = "secretKey", message = "secretKey " .. reason,
  }
end

-- Makes the keys those that requests are signed with.
local function bind(self, keys)
  local signer, err = signer_of(keys.secretKey, self.app_key)
  if not signer then return nil, err end
  self.signer, self.access_key, self.secret_key = signer, keys.accessKey, keys.secretKey
  return true
end

--- Credentials from checked settings. Without keys, but with an address and a password, they are fetched at first use.
function signature.new(settings, transport)
  local self = setmetatable({ settings = settings, transport = transport, app_id = settings.appId, app_key = settings.appKey,
    clock = settings.clock, uuid = settings.uuid, version = 0, denied_till = -math.huge }, Signature)
  -- To renew an expired binding takes the user's address and password.
  self.refreshable = settings.email ~= nil and settings.password ~= nil
  if settings.accessKey then
    local ok, err = bind(self, settings)
    if not ok then return nil, err end
  end
  self.renewal = single.new(settings, transport, {
    late = "no binding: the login that another call has sent takes too long", refusals = refusals,
  })
  self.refusal = self.refreshable and refusal.new(settings.store, settings.storeKey .. ":login",
    join("login:", settings.storeKey, ":", settings.email, ":", settings.password), settings.authFailureCooldown)
  return self
end

-- The refusal that another process was given, and the seconds for which it stands; nil where there is none.
local function look(self)
  local told, seconds = self.refusal:look()
  local status, code = (told or ""):match "^(%d+) ([%l%d_]*)$"
  if not status then return nil end
  return login.refused({ status = tonumber(status), headers = {} }, code ~= "" and code or nil, login.what, self.settings),
    seconds
end

-- Logs in, with the old access key where one has expired.
local function log_in(self, deadline)
  local refused, seconds = look(self)
  if refused then return nil, refused, seconds end
  local settings = setmetatable({ timeout = math.max(deadline - self.settings.monotonic(), 0.001) },
    { __index = self.settings })
  local keys, err = login.log_in(settings, self.transport,
    self.access_key and not self.is_denied and { accessKey = self.access_key, secretKey = self.secret_key })
  if not keys then
    if refusals[err.code] then self.refusal:tell(("%d %s"):format(err.status, err.serviceCode or "")) end
    return nil, err
  end
  self.expired, self.is_denied, self.version = false, false, self.version + 1
  self.settings.watch:token()
  return bind(self, keys)
end

--- Signs a request anew: a date, an id and a signature of its own. A binding that is known to have expired is renewed
-- first.
function Signature:sign(request)
  if self.expired or not self.signer then
    local ok, err = self.renewal:run(request.timeout, function(deadline) return log_in(self, deadline) end)
    if not ok then return nil, err end
  end
  local id = self.uuid()
  local signed = add_headers(self, request.headers, request.path, core.http_date(self.clock()), id)
  request.id, request.secrets, request.signer = id, { self.access_key, signed }, self.signer
  request.credentials_version = self.version
  return true
end

-- Whether a 401 leads to a login: where the binding is one that this client has made itself, and once in a while. With keys
-- that it was given, a 401 says that they are wrong.
local function may_log_in(self, request, fresh)
  if request.credentials_version == 0 then return false end
  if self.expired or self.signer ~= request.signer then return not fresh end -- another call is at it, or has done it
  local now = self.settings.monotonic()
  local is_due = not fresh and now >= self.denied_till
  if fresh or is_due then self.denied_till = now + denial_pause end
  self.is_denied = is_due
  return is_due
end

--- Notes that the binding of a request has expired or is not accepted any more, unless another call has made another one
-- meanwhile.
---@param request table
---@param err mimecast.Error
---@param fresh boolean whether it was made for this very call
---@param again boolean whether this call has got another one once already
---@return boolean other whether there is another one, or may be
function Signature:invalidate(request, err, fresh, again)
  local has_expired = err.code == "binding_expired"
  if not self.refreshable or not request.signer or (fresh and again) then return false end
  if not has_expired and not (err.status == 401 and may_log_in(self, request, fresh)) then return false end
  if self.signer == request.signer then self.expired = true end
  return true
end

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

--- The four headers of a request, without a client and without I/O.
---@param input table accessKey, secretKey (base64), appId, appKey, path; date (seconds since 1970 or the text to sign as
-- it stands; default now), requestId (default a fresh UUID)
---@param clock fun(): number
---@return table<string, string>? headers Authorization, x-mc-app-id, x-mc-date, x-mc-req-id
---@return mimecast.Error? err
function signature.sign(input, clock)
  check.names(sign_fields, input, "mimecast.sign", 3)
  local values, err = check.input(sign_fields, input)
  if not values then return nil, err end
  local signer
  signer, err = signer_of(values.secretKey, values.appKey)
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

return signature
