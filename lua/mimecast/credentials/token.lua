--- API 2.0: a client id and secret are exchanged for a token that authorises requests for half an hour
-- (mimecast-api 2.2).
local core = require "mimecast.core"
local failure = require "mimecast.failure"
local json = require "mimecast.json"

local token = {}

local Token = {}
Token.__index = Token

-- The life of a token that does not say how long it lives (1799 s is what is seen; NOT documented as fixed).
local usual_life = 1799

--- Credentials from checked settings.
function token.new(settings, transport)
  return setmetatable({
    settings = settings,
    transport = transport,
    clock = settings.clock,
    form = core.secret.form("client_id", settings.clientId, "client_secret", settings.clientSecret, "grant_type",
      "client_credentials"),
    expires = 0,
  }, Token)
end

-- What a refused token request means. Its body is never shown: it may repeat the credentials.
local function refused(response, clock)
  local err = failure.from_status(response)
  err.message = ("no token: the token endpoint answered %d"):format(response.status)
  err.retryAfter = failure.retry_after(response, clock())
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
  return failure.new {
    category = "protocol", code = "wrong_shape", message = "no token: the token endpoint's answer " .. what,
    status = response.status, hint = "check baseUrl and proxy",
  }
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

function Token:fetch(timeout)
  local response, message, err = self.transport:send(self:request(timeout))
  if not response then
    err = failure.adopt(message, err)
    err.message = "no token: " .. err.message
    return nil, err
  end
  if response.status ~= 200 then return nil, refused(response, self.clock) end
  local answer = json.decode(response.body)
  local text = type(answer) == "table" and answer.access_token
  if type(text) ~= "string" then return nil, malformed(response, "holds no token") end
  if not text:find("^[%w%-%._~%+/=]+$") then return nil, malformed(response, "holds a malformed token") end
  local life = tonumber(answer.expires_in) or usual_life
  if life <= 0 then return nil, malformed(response, "holds a token that has expired") end
  self.bearer, self.secrets = core.secret.join("Bearer ", text), { core.secret.new(text) }
  self.expires = self.clock() + life - math.min(self.settings.tokenMargin, life / 2)
  return true
end

local function copy(err)
  local own = {}
  for key, value in pairs(err) do own[key] = value end
  return failure.new(own)
end

-- Who is running: a coroutine, or "main".
local function running()
  local me, is_main = coroutine.running()
  return not is_main and me or "main"
end

-- Whether nobody is fetching any more: an error, an interrupt for instance, went through whoever did. Coroutines that
-- the main thread runs have it wait for them, so that it is not the one that fetches.
local function is_left(self, fetching, me)
  local owner = fetching.owner
  return owner == me or owner == "main" or coroutine.status(owner) == "dead" or self.settings.elapsed() > fetching.till
end

-- Waits for what another call is fetching; nil where there is nothing to wait for any more.
local function share(self, fetching, me, timeout)
  local till = self.settings.elapsed() + timeout
  local function is_late() return self.settings.elapsed() >= till end
  self.transport:wait_until(function() return fetching.done or is_left(self, fetching, me) or is_late() end)
  if fetching.done then return not fetching.err, fetching.err and copy(fetching.err) end
  if is_left(self, fetching, me) then return nil end
  return false, failure.new { category = "transport", code = "timeout", retryable = true,
    message = "no token: the request for one that another call has sent takes too long" }
end

-- One request for a token at a time: the others wait for it and share what becomes of it. A client id and secret that
-- were refused are not tried again at once: that cannot help, and the service would lock them.
function Token:refresh(timeout)
  local now, me = self.settings.elapsed(), running()
  if self.refusal and now < self.refusal.till then return nil, copy(self.refusal.err) end
  local fetching = self.fetching
  if fetching and not is_left(self, fetching, me) then
    local ok, err = share(self, fetching, me, timeout)
    if ok ~= nil then return ok, err end
    timeout = math.max(now + timeout - self.settings.elapsed(), 0.001)
  end
  fetching = { owner = me, till = self.settings.elapsed() + timeout + 1 }
  self.fetching = fetching
  local ok, err = self:fetch(timeout)
  self.fetching, fetching.done, fetching.err = nil, true, err and copy(err)
  self.refusal = err and err.code == "invalid_client"
    and { err = copy(err), till = self.settings.elapsed() + self.settings.refusalPause } or nil
  return ok, err
end

--- Adds the token, fetched or renewed if need be.
function Token:authorise(request)
  if not self.bearer or self.clock() >= self.expires then
    local ok, err = self:refresh(request.timeout)
    if not ok then return nil, err end
  end
  local headers = request.headers
  headers[#headers + 1] = "Authorization"
  headers[#headers + 1] = self.bearer
  request.bearer, request.secrets = self.bearer, self.secrets
  return true
end

--- Forgets the token that a request was refused with, unless another call has renewed it meanwhile.
function Token:renew(request)
  if self.bearer == request.bearer then self.bearer = nil end
  return true
end

return token
