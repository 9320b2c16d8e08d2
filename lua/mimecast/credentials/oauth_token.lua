--- Gets and renews the access token of API 2.0: a client id and secret are exchanged for a token that authorises requests for
-- half an hour (mimecast-api 2.2). All coroutines of a client, and all clients that share a store, use the same token.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local headers = require "mimecast.protocol.headers"
local json = require "mimecast.json"
local parser = require "mimecast.protocol.parser"
local prepared_request = require "mimecast.transport.prepared_request"
local denied_cache = require "mimecast.credentials.denied_cache"
local service_errors = require "mimecast.protocol.service_errors"
local single_flight = require "mimecast.credentials.single_flight"

local oauth_token = {}

local Token = {}
Token.__index = Token

oauth_token.late_headers = { "Authorization" }
Token.late_headers = oauth_token.late_headers

local names_token = { token_expired = true, invalid_token = true } -- codes of a 401 that is certainly about the token
local denial_window = 60 -- seconds in which other 401s lead to one renewal: they can also mean a missing permission

local default_life = 1799 -- seconds, if the response has no expires_in; seen, not documented
local longest_life = 30 * 86400 -- seconds for which a store keeps a token

local first_poll, longest_poll = 0.02, 0.5 -- seconds between two looks at the store while another process renews
local early_timeout = 5 -- seconds that a renewal before the expiry may take
local recheck_after = 10 -- seconds after which a failed early renewal is tried again

--- Makes the credentials of a configuration.
---@param config table
---@param transport table
---@return table credentials
function oauth_token.new(config, transport)
  local key = config.storeKey
  -- A key for each kind of value: an encrypted token cannot be taken for a denial.
  local function secret_of(name) return core.secret.join(name, ":", key, ":", config.clientSecret) end
  return setmetatable({
    config = config,
    transport = transport,
    store = config.store,
    clock = config.runtime.clock,
    version = 0,
    keys = { token = key .. ":token", lock = key .. ":lock" },
    secret = secret_of "token",
    denied_client = denied_cache.new(config.store, key .. ":denied_client", secret_of "denied_client",
      config.authFailureCooldown),
    denied_token = denied_cache.new(config.store, key .. ":denied_token", secret_of "denied_token", denial_window),
    renewal = single_flight.new(config, transport, {
      late = "cannot get a token: the request of another call takes too long",
      denials = { invalid_client = true },
    }),
    request_secrets = { config.clientSecret },
    form = core.secret.form("client_id", config.clientId, "client_secret", config.clientSecret, "grant_type",
      "client_credentials"),
  }, Token)
end

-- ---- the token endpoint ----

-- Returns the error value of a denied or failed token request. The body is never shown: it may repeat the credentials.
local function request_failed(response, clock)
  local err = service_errors.from_status(response)
  err.message = ("cannot get a token: the token endpoint responded with %d"):format(response.status)
  err.retryAfter = headers.retry_after(response, clock())
  if response.status == 400 or response.status == 401 or response.status == 403 then
    err.category, err.code = "auth", "invalid_client"
    err.hint = "clientId or clientSecret was not accepted: check both, and that the application is one of API 2.0"
  elseif response.status == 404 then
    err.hint = "check baseUrl: tokens come from the gateways of API 2.0"
  elseif response.status >= 300 and response.status < 400 then
    err.category, err.code, err.retryable = "protocol", "redirected", false
    err.hint = "redirects are not followed, because the request carries the client secret; check baseUrl"
  end
  return err
end

local function malformed(response, what)
  return errors.new {
    category = "protocol", code = "wrong_shape", message = "cannot get a token: the response of the token endpoint " .. what,
    status = response.status, hint = "check baseUrl and proxy", requestId = headers.request_id(response),
  }
end

local function encoded(response, secret)
  local err = parser.encoding_error(response, { secret })
  if err then err.message = "cannot get a token: " .. err.message end
  return err
end

local function token_request(self, timeout)
  local config = self.config
  return {
    method = "POST",
    url = config.baseUrl .. "/oauth/token",
    path = "/oauth/token",
    headers = {
      "Content-Type", "application/x-www-form-urlencoded", "Accept", "application/json",
      "User-Agent", "lua-mimecast/" .. core.version,
    },
    body = self.form,
    timeout = timeout,
    connectTimeout = config.connectTimeout,
  }
end

-- Uses a token until it is due. Each worker draws another moment before the expiry, so that one renews and the others find the
-- new token in the store. Returns false for a token that is due already.
function Token:use(secret, life, left, encrypted, version)
  local config = self.config
  local early = math.min(config.tokenRefreshMargin * (1 + config.runtime.random() / 4), life / 2)
  if left <= early then return false end
  local expires_at = config.runtime.clock() + left
  self.current = {
    bearer = core.secret.join("Bearer ", secret), secrets = { secret }, refresh_at = expires_at - early,
    expires_at = expires_at, encrypted = encrypted, version = version,
  }
  return true
end

-- RFC 6749 7.1: a client must not use a token of an unknown type. A token without a type is taken for Mimecast's, Bearer.
local function is_bearer(kind)
  return kind == nil or kind == json.null or (type(kind) == "string" and kind:find "^[Bb][Ee][Aa][Rr][Ee][Rr]$" ~= nil)
end

-- Returns the token and its life in seconds, or nil and an error value.
local function read_token(self, response)
  if response.status ~= 200 then return nil, request_failed(response, self.config.runtime.clock) end
  local body = json.decode_response(response.body)
  local text = type(body) == "table" and body.access_token
  if type(text) ~= "string" then
    return nil, encoded(response, self.config.clientSecret) or malformed(response, "holds no token")
  end
  if not is_bearer(body.token_type) then return nil, malformed(response, "holds a token of another type than Bearer") end
  if not text:find "^[A-Za-z0-9%-%._~%+/=]+$" then return nil, malformed(response, "holds a malformed token") end
  local life = core.parse_number(body.expires_in) or default_life
  if life ~= life or life <= 0 then return nil, malformed(response, "holds a token that has expired") end
  return core.secret.new(text), math.min(life, longest_life)
end

-- Gets a token from the service, uses it and puts it into the store.
function Token:fetch(timeout)
  local response, message, err = prepared_request.send_all(self.transport, token_request(self, timeout))
  if not response then
    err = errors.adopt(message, err)
    err.message = "cannot get a token: " .. err.message
    return nil, err
  end
  response.secrets = self.request_secrets
  local secret, life = read_token(self, response)
  if not secret then return nil, life end
  local encrypted = core.format_fixed(life, 3) .. " " .. core.encrypt(self.secret, secret)
  self.version = self.version + 1
  self:use(secret, life, life, encrypted, self.version)
  self.store:set(self.keys.token, encrypted, life)
  self.config.hooks:token()
  return true
end

-- ---- the store ----

-- Returns the token in the store: its encrypted text, the seconds until it expires, the token, its life. Nil if there is no
-- token, or this client cannot decrypt it.
function Token:stored()
  local value, left = self.store:get(self.keys.token)
  if not value or not left then return nil end
  local life, sealed = tostring(value):match "^(%d+%.%d+) (.*)$"
  local secret = sealed and core.decrypt(self.secret, sealed)
  if secret then return value, left, secret, core.parse_number(life) end
  return nil
end

-- Returns true if the store has a usable token; false, an error value and its remaining seconds if the service denied the
-- credentials of another worker; otherwise nil. The token that this client is replacing is not usable.
function Token:read_store()
  local value, left, secret, life = self:stored()
  if secret and not (self.current and self.current.encrypted == value) and self:use(secret, life, left, value) then
    return true
  end
  local status, seconds = self.denied_client:get()
  if not status then return nil end
  return false, request_failed({ status = tonumber(status), headers = {} }, self.config.runtime.clock), seconds
end

-- Waits for the lock of the renewal, or for the token or denial that the process with the lock puts into the store. Returns
-- nil if this client has the lock, otherwise the results of `read_store`, or false and an error value after the deadline.
function Token:acquire_lock(id, deadline)
  local config, pause = self.config, first_poll
  while true do
    local ok, err, seconds = self:read_store()
    if ok ~= nil then return ok, err, seconds end
    local left = deadline - config.runtime.monotonic()
    if self.store:add(self.keys.lock, id, math.max(left, 0) + 1) then return self:read_store() end
    local goes_on = left > 0 and config.runtime.sleep(math.min(pause * (0.5 + config.runtime.random() / 2), left)) ~= false
    if not goes_on then
      return false, errors.new { category = "transport", code = "timeout", retryable = true, message = self.renewal.late }
    end
    pause = math.min(pause * 1.5, longest_poll)
  end
end

-- Gets a token from the store, or from the service unless another process is doing that. A denied client id and secret are
-- not sent again at once: that cannot help, and the service would lock them.
function Token:get_or_fetch(deadline, flight)
  local config = self.config
  if flight.taken_over then self.store:delete(self.keys.lock, flight.id) end
  local ok, err, seconds = self:acquire_lock(flight.id, deadline)
  if ok == nil then
    ok, err = self:fetch(math.max(deadline - config.runtime.monotonic(), 0.001))
    if err and err.code == "invalid_client" then self.denied_client:put(tostring(err.status)) end
  end
  self.store:delete(self.keys.lock, flight.id)
  return ok, err, seconds
end

-- ---- requests ----

-- Keeps a token in use after a failed renewal if it has not expired and the error is retryable. Returns whether it does.
local function extend(self, current, err)
  local now = self.config.runtime.clock()
  if not current or now >= current.expires_at or not err.retryable then return false end
  current.refresh_at = math.min(now + recheck_after, current.expires_at)
  return true
end

-- Gets a token that is not due, within the time of a call. Returns nil and an error value if there is none to use.
local function renew(self, current, now, deadline)
  local left = math.max(deadline - self.config.runtime.monotonic(), 0.001)
  local is_early = current and now < current.expires_at
  local ok, err = self.renewal:run(is_early and math.min(left, early_timeout) or left, function(...)
    return self:get_or_fetch(...)
  end)
  if not ok and not extend(self, current, err) then return nil, err end
  return self.current
end

--- Adds the token to a request; renews it first if it is due.
---@param call table deadline
---@return mimecast.Error? err
function Token:sign(call)
  local current, now = self.current, self.clock()
  if not current or now >= current.refresh_at then
    local err
    call.has_waited = true
    current, err = renew(self, current, now, call.deadline)
    if not current then return err end
  end
  call[1], call.signed_with = current.bearer, current
end

--- Returns the texts of a request's headers that must not show.
---@param call table
---@return userdata[]
function Token.secrets_of(call)
  return call.signed_with and call.signed_with.secrets or {}
end

-- Returns whether a token may be replaced after a 401 whose code does not name the token: if another worker has replaced it
-- or is about to, or if no such 401 was recorded in the last `denial_window` seconds.
local function may_replace(self, token)
  local last_denied = self.denied_token:get()
  if last_denied == token.encrypted then return true end
  local stored = self:stored()
  if stored and stored ~= token.encrypted then return true end
  if last_denied then return false end
  self.denied_token:put(token.encrypted)
  return true
end

--- Drops the token that a request was denied with, also from the store; never a newer token. A 401 whose code does not name
-- the token may mean a missing permission: then a token that was fetched during this call is kept, and the other workers
-- learn that.
---@param call table
---@param err mimecast.Error
---@param is_fresh boolean the token was fetched during this call
---@param is_second boolean this call has already renewed its token once
---@return boolean can_retry another token exists, or can be fetched
function Token:invalidate(call, err, is_fresh, is_second)
  local token = call.signed_with
  if not token or err.status ~= 401 then return false end
  local is_named = names_token[err.code]
  if is_fresh and (is_second or not is_named) then
    if not is_named then self.denied_token:put "fresh" end
    return false
  end
  if token.refresh_at == 0 then return true end
  if not is_named and not may_replace(self, token) then return false end
  token.refresh_at, token.expires_at = 0, 0
  self.store:delete(self.keys.token, token.encrypted)
  return true
end

return oauth_token
