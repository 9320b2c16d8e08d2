--- API 2.0: a client id and secret are exchanged for a token that authorises requests for half an hour
-- (mimecast-api 2.2). All coroutines of a client, and all clients that share a store, use one token.
local answers = require "mimecast.protocol.response"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local json = require "mimecast.json"
local refusal = require "mimecast.credentials.rejected_cache"
local single = require "mimecast.credentials.single_flight"

local token = {}

local Token = {}
Token.__index = Token

local named = { token_expired = true, invalid_token = true } -- codes that say that it is the token
local denial_pause = 60 -- seconds within which other 401s lead to one renewal: a missing permission can look like that

-- The life of a token that does not say how long it lives (1799 s is what is seen; NOT documented as fixed).
local usual_life = 1799
local longest_life = 30 * 86400 -- seconds for which a store keeps one at most

local first_pause, longest_pause = 0.02, 0.5 -- seconds between two looks while another process renews
local early_timeout, put_off = 5, 10 -- seconds that an early renewal may take, and after which one that failed is tried again

--- Credentials from checked settings.
function token.new(settings, transport)
  local key = settings.storeKey
  -- What is sealed as one thing does not open as another.
  local function seal_key(name) return core.secret.join(name, ":", key, ":", settings.clientSecret) end
  return setmetatable({
    settings = settings,
    transport = transport,
    store = settings.store,
    version = 0, -- how often the service was asked, so that a token can be told from one of before
    keys = { token = key .. ":token", lock = key .. ":lock" },
    seal = seal_key "token",
    refusal = refusal.new(settings.store, key .. ":refusal", seal_key "refusal", settings.authFailureCooldown),
    denial = refusal.new(settings.store, key .. ":denial", seal_key "denial", denial_pause),
    renewal = single.new(settings, transport, {
      late = "no token: the request for one that another call has sent takes too long", refusals = { invalid_client = true },
    }),
    sent = { settings.clientSecret },
    form = core.secret.form("client_id", settings.clientId, "client_secret", settings.clientSecret, "grant_type",
      "client_credentials"),
  }, Token)
end

-- What a refused token request means. Its body is never shown: it may repeat the credentials.
local function refused(response, clock)
  local err = errors.from_status(response)
  err.message = ("no token: the token endpoint answered %d"):format(response.status)
  err.retryAfter = errors.retry_after(response, clock())
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
    category = "protocol", code = "wrong_shape", message = "no token: the token endpoint's answer " .. what,
    status = response.status, hint = "check baseUrl and proxy", requestId = errors.request_id(response),
  }
end

local function encoded(response, secret)
  local err = answers.encoded(response, { secret })
  if err then err.message = "no token: " .. err.message end
  return err
end

function Token:request(timeout)
  local settings = self.settings
  return {
    method = "POST",
    url = settings.baseUrl .. "/oauth/token",
    headers = {
      "Content-Type", "application/x-www-form-urlencoded", "Accept", "application/json",
      "User-Agent", "lua-mimecast/" .. core.version,
    },
    body = self.form,
    timeout = timeout,
    connectTimeout = settings.connectTimeout,
  }
end

-- Takes a token into use. It is renewed before its end, and not by all workers at the same instant: each draws its own.
function Token:adopt(secret, life, left, sealed, version)
  local settings = self.settings
  local early = math.min(settings.tokenRefreshMargin * (1 + settings.random() / 4), life / 2)
  if left <= early then return false end
  local ends = settings.clock() + left
  self.current = {
    bearer = core.secret.join("Bearer ", secret), secrets = { secret }, due = ends - early, ends = ends, sealed = sealed,
    version = version,
  }
  return true
end

-- RFC 6749 7.1: who does not know a type must not use its token. Mimecast's is Bearer; one that names none is taken for that.
local function is_bearer(kind)
  return kind == nil or kind == json.null or (type(kind) == "string" and kind:find "^[Bb][Ee][Aa][Rr][Ee][Rr]$" ~= nil)
end

-- Asks the service.
function Token:fetch(timeout)
  local response, message, err = self.transport:send(self:request(timeout))
  if not response then
    err = errors.adopt(message, err)
    err.message = "no token: " .. err.message
    return nil, err
  end
  response.secrets = self.sent
  if response.status ~= 200 then return nil, refused(response, self.settings.clock) end
  local answer = json.decode_response(response.body)
  local text = type(answer) == "table" and answer.access_token
  if type(text) ~= "string" then
    return nil, encoded(response, self.settings.clientSecret) or malformed(response, "holds no token")
  end
  if not is_bearer(answer.token_type) then return nil, malformed(response, "holds a token of another type than Bearer") end
  if not text:find "^[A-Za-z0-9%-%._~%+/=]+$" then return nil, malformed(response, "holds a malformed token") end
  local life = core.parse_number(answer.expires_in) or usual_life
  if life ~= life or life <= 0 then return nil, malformed(response, "holds a token that has expired") end
  life = math.min(life, longest_life)
  local secret = core.secret.new(text)
  local sealed = core.format_fixed(life, 3) .. " " .. core.encrypt(self.seal, secret)
  self.version = self.version + 1
  self:adopt(secret, life, life, sealed, self.version)
  self.store:set(self.keys.token, sealed, life)
  self.settings.watch:token()
  return true
end

-- ---- what other processes have found out ----

-- What the store holds as token: its text, the seconds that it still lives, the token itself and its whole life; nil where
-- that is nothing, or nothing of ours.
function Token:kept()
  local value, left = self.store:get(self.keys.token)
  if not value or not left then return nil end
  local life, sealed = tostring(value):match "^(%d+%.%d+) (.*)$"
  local secret = sealed and core.decrypt(self.seal, sealed)
  if secret then return value, left, secret, core.parse_number(life) end
  return nil
end

-- True where the store holds a token that serves; false, an error value and the seconds for which it stands where the
-- credentials were refused; else nil.
-- The token that has become due or was refused here is none, whatever the store says.
function Token:look()
  local value, left, secret, life = self:kept()
  if secret and not (self.current and self.current.sealed == value) and self:adopt(secret, life, left, value) then
    return true
  end
  local status, seconds = self.refusal:look()
  if not status then return nil end
  return false, refused({ status = tonumber(status), headers = {} }, self.settings.clock), seconds
end

-- Keeps the others from renewing until the lock is deleted or its life has ended; or what they have got, as `look` says.
function Token:lock(id, deadline)
  local settings, pause = self.settings, first_pause
  while true do
    local ok, err, seconds = self:look()
    if ok ~= nil then return ok, err, seconds end
    local left = deadline - settings.monotonic()
    if self.store:add(self.keys.lock, id, math.max(left, 0) + 1) then return self:look() end
    local goes_on = left > 0 and settings.sleep(math.min(pause * (0.5 + settings.random() / 2), left)) ~= false
    if not goes_on then
      return false, errors.new { category = "transport", code = "timeout", retryable = true, message = self.renewal.late }
    end
    pause = math.min(pause * 1.5, longest_pause)
  end
end

-- A token from the store, or from the service where nobody else is asking it. A client id and secret that were refused
-- are not tried again at once: that cannot help, and the service would lock them.
function Token:obtain(deadline, doing)
  local settings = self.settings
  if doing.inherited then self.store:delete(self.keys.lock, doing.id) end
  local ok, err, seconds = self:lock(doing.id, deadline)
  if ok == nil then
    ok, err = self:fetch(math.max(deadline - settings.monotonic(), 0.001))
    if err and err.code == "invalid_client" then self.refusal:tell(tostring(err.status)) end
  end
  self.store:delete(self.keys.lock, doing.id)
  return ok, err, seconds
end

-- Whether the token that is due serves on: it has not ended, and what keeps another from coming may pass.
local function serves_on(self, current, err)
  local now = self.settings.clock()
  if not current or now >= current.ends or not err.retryable then return false end
  current.due = math.min(now + put_off, current.ends)
  return true
end

--- Adds the token, from the store or renewed if need be.
function Token:sign(request)
  local current, now = self.current, self.settings.clock()
  if not current or now >= current.due then
    local is_early = current and now < current.ends
    local seconds = is_early and math.min(request.timeout, early_timeout) or request.timeout
    local ok, err = self.renewal:run(seconds, function(...) return self:obtain(...) end)
    if not ok and not serves_on(self, current, err) then return nil, err end
    current = self.current
  end
  local headers = request.headers
  headers[#headers + 1] = "Authorization"
  headers[#headers + 1] = current.bearer
  request.token, request.secrets, request.credentials_version = current, current.secrets, current.version
  return true
end

-- Whether a token that was denied without a reason may be replaced: where others have done so, or are about to, and once in a
-- while where it is the store's own.
function Token:may_replace(denied)
  local last = self.denial:look()
  if last == denied.sealed then return true end
  local kept = self:kept()
  if kept and kept ~= denied.sealed then return true end
  if last then return false end
  self.denial:tell(denied.sealed)
  return true
end

--- Forgets the token that a request was denied with, also in the store; never one that has come in its place since. A 401
-- without a code that tells the reason may as well be a missing permission: one that was fetched for this very call is not
-- replaced, and all who share the store are told.
---@param request table
---@param err mimecast.Error
---@param fresh boolean whether its token was fetched for this very call
---@param again boolean whether this call has got another one once already
---@return boolean other whether there is another one, or may be
function Token:invalidate(request, err, fresh, again)
  local denied = request.token
  if not denied or err.status ~= 401 then return false end
  local is_named = named[err.code]
  if fresh and (again or not is_named) then
    if not is_named then self.denial:tell "fresh" end
    return false
  end
  if denied.due == 0 then return true end
  if not is_named and not self:may_replace(denied) then return false end
  denied.due, denied.ends = 0, 0
  self.store:delete(self.keys.token, denied.sealed)
  return true
end

return token
