--- Credentials whose secrets are functions of the program: the first request calls them, so that a secret can come from a vault
-- over the network, and the functions may yield.
--
-- They are called again if the service rejects the credentials, because the secret may have been replaced meanwhile: if it was,
-- the request is made with the new secret. This happens at most once in `authFailureCooldown`.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local options = require "mimecast.config.options"
local redact = require "mimecast.base.redact"
local single_flight = require "mimecast.credentials.single_flight"

local deferred = {}

local Deferred = {}

-- Error codes of rejected secrets. invalid_signature can mean the secret key or the application key.
local rejections = { invalid_client = true, login_denied = true, invalid_signature = true }

-- Methods first, then the fields of the credentials that were made of the secrets.
function Deferred.__index(self, name)
  local method = Deferred[name]
  if method ~= nil then return method end
  local inner = rawget(self, "inner")
  if inner then return inner[name] end
  return name == "version" and 0 or nil
end

--- Makes the credentials of a configuration with functions.
---@param config table
---@param transport table
---@param kind table late_headers, new(config, transport): makes credentials of secrets
---@return table credentials
function deferred.new(config, transport, kind)
  local names = {}
  for _, option in ipairs(options.list) do
    if option.deferrable and type(config[option.name]) == "function" then names[#names + 1] = option.name end
  end
  return setmetatable({
    config = config, transport = transport, names = names, new = kind.new,
    late_headers = kind.late_headers, next_renewal = -math.huge,
    flight = single_flight.new(config, transport, {
      late = "the function of a credential takes too long", denials = {},
    }),
  }, Deferred)
end

-- ---- calling the functions ----

-- The text of an error, without the secrets of the configuration. Other texts in it are the program's.
local function reason_text(self, reason)
  if reason == nil then return "its function returned nothing" end
  if type(reason) ~= "string" then return "its function raised or returned a " .. type(reason) end
  local secrets = {}
  for _, option in ipairs(options.list) do
    local value = self.config[option.name]
    if option.type == "secret" and value ~= nil and type(value) ~= "function" then secrets[#secrets + 1] = value end
  end
  for _, value in pairs(self.secrets or {}) do secrets[#secrets + 1] = value end
  return redact(reason, secrets)
end

local function no_credential(name, reason, hint)
  return errors.new { category = "config", code = "no_credential", field = name, hint = hint,
    message = ("%s cannot be obtained: %s"):format(name, reason) }
end

-- PUC Lua 5.1 cannot yield across pcall: there, an error of the function is raised.
local safe_call = (_VERSION ~= "Lua 5.1" or rawget(_G, "jit")) and pcall or function(get) return true, get() end

-- Calls the function of an option and checks the result.
local function call_function(self, name)
  local called, value, reason = safe_call(self.config[name])
  if not called then
    if tostring(value):find "interrupted!$" then error(value, 0) end -- by Ctrl-C, as Lua's interpreter raises it
    return nil, no_credential(name, reason_text(self, value))
  end
  if value == nil or value == false then return nil, no_credential(name, reason_text(self, reason)) end
  local kind = type(value)
  if kind == "function" or (kind ~= "string" and not core.secret.is(value)) then
    return nil, no_credential(name, "its function returned a " .. kind, "return a text or a secret")
  end
  local secret, err = options.check(name, value)
  if secret == nil then return nil, no_credential(name, "it " .. err.message:gsub("^%w+ ", "")) end
  return secret
end

local function copy(from)
  local to = {}
  for name, value in pairs(from) do to[name] = value end
  return to
end

-- Calls all functions. Returns the secrets by name.
local function call_all(self)
  local secrets = {}
  for _, name in ipairs(self.names) do
    local err
    secrets[name], err = call_function(self, name)
    if err then return nil, err end
  end
  return secrets
end

local function is_same(old, new)
  for name, value in pairs(new) do
    if not core.secret.equal(old[name], value) then return false end
  end
  return true
end

-- Makes the credentials of the secrets. Returns whether they are other ones than before.
local function use(self, secrets)
  if self.secrets and is_same(self.secrets, secrets) then return false end
  local config = copy(self.config)
  for name, value in pairs(secrets) do config[name] = value end
  local inner, err = self.new(config, self.transport)
  if not inner then return nil, err end
  inner.version = self.version -- a later version is a fresh one also for calls that began before
  self.secrets, self.resolved, self.inner = secrets, config, inner
  return true
end

-- Calls the functions once for all concurrent callers.
local function obtain(self, timeout)
  return self.flight:run(timeout, function()
    local secrets, err = call_all(self)
    if not secrets then return nil, err end
    local changed
    changed, err = use(self, secrets)
    return changed ~= nil or nil, err
  end)
end

-- Calls the functions again after a rejection. Returns whether there are other secrets.
local function renew(self, rejected)
  if self.inner ~= rejected then return true end -- another call has done so
  local now = self.config.runtime.monotonic()
  if now < self.next_renewal then return false end
  self.next_renewal = now + self.config.authFailureCooldown
  return obtain(self, self.config.timeout) ~= nil and self.inner ~= rejected
end

-- ---- the interface of credentials ----

--- Returns the configuration with the secrets.
---@return table? config
---@return mimecast.Error? err
function Deferred:resolve()
  if not self.inner then
    local ok, err = obtain(self, self.config.timeout)
    if not ok then return nil, err end
  end
  return self.resolved
end

--- Authorises a request; calls the functions first if that has not been done.
---@param call table deadline
---@return mimecast.Error? err
function Deferred:sign(call)
  if not self.inner then
    call.has_waited = true
    local ok, err = obtain(self, math.max(call.deadline - self.config.runtime.monotonic(), 0.001))
    if not ok then return err end
  end
  call.credentials = self.inner
  return self.inner:sign(call)
end

--- The texts of the headers of a request that must not show: it has the credentials that authorised it, if any.
function Deferred.secrets_of() return {} end

--- Drops credentials that the service denied; calls the functions again if the service rejected the secrets.
---@param call table
---@param err mimecast.Error
---@param is_fresh boolean
---@param is_second boolean
---@return boolean can_retry
function Deferred:invalidate(call, err, is_fresh, is_second)
  local inner = rawget(call, "credentials")
  if not inner then return false end
  if inner:invalidate(call, err, is_fresh, is_second) then return true end
  return not is_second and rejections[err.code] == true and renew(self, inner)
end

--- Returns credentials that sign with the current binding and do not renew it.
---@return table credentials
function Deferred:without_renewal()
  return self.inner:without_renewal()
end

--- Stops renewal after a logout.
function Deferred:stop_renewal()
  self.inner:stop_renewal()
end

return deferred
