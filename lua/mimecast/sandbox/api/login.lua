--- Bindings of API 1.0: who may log in, the keys that a login makes or renews, and the functions on them.
local core = require "mimecast.core"
local json = require "mimecast.json"
local answer = require "mimecast.sandbox.wire.response"
local fields = require "mimecast.sandbox.wire.fields"

local login = {}

local binding_mt = json.object{ "accessKey", "secretKey", "username", "bindingType", "duration", "extendOnValidate" }
local found_mt = json.object{ "emailAddress", "emailToken", "authenticate", "region" }
local failed_mt = json.object{ "username" }
local item_mt = json.object{ "userName", "accessKey" }

-- A sample shows 12 hours; how long a binding lives is a matter of the user's authentication profile.
local usual_life = 43200

--- Makes the tenant's bindings: at the beginning the one of its credentials, which never ends by itself.
---@param tenant table
function login.plant(tenant)
  local v1 = tenant.credentials.v1
  tenant.bindings = { [v1.accessKey] = { secretKey = v1.secretKey, email = core.fold(tenant.credentials.login.email) } }
end

--- Whether a binding has expired.
---@param tenant table
---@param binding table
---@return boolean
function login.is_expired(tenant, binding)
  return binding.expired or (binding.expires ~= nil and tenant:now() >= binding.expires)
end

--- Lets every binding expire, or makes every one good again.
---@param tenant table
---@param expired boolean
function login.expire_all(tenant, expired)
  for _, binding in pairs(tenant.bindings) do
    binding.expired = expired
    if not expired then binding.expires = nil end
  end
end

-- A password that was set stands above the one that the tenant began with.
local function password_holds(tenant, email, password)
  local user, known = tenant:user(email), tenant.credentials.login
  if user and (user.accountDisabled or user.accountLocked) then return false end
  if user and user.password then return user.password == password end
  return core.fold(email) == core.fold(known.email) and password == known.password
end

-- Whom the header names, or the refusal's name and the failure's key.
local function judge_login(tenant, request)
  local kind, encoded = (request.headers.authorization or ""):match("^(%S+)%s+(%S+)%s*$")
  local plain = encoded and #encoded % 4 == 0 and tenant.base64_decode(encoded)
  local email, password = (plain or ""):match("^([^:]+):(.*)$")
  if not email then return nil, "credentials" end
  if kind ~= (tenant.credentials.login.loginType or "Basic-Cloud") then return nil, "login_type" end
  if not password_holds(tenant, email, password) then
    return nil, "login", setmetatable({ username = email }, failed_mt)
  end
  return core.fold(email)
end

-- Names in a login's item are taken in any case: clients send username and userName.
local function read_item(raw)
  local item = setmetatable({}, item_mt)
  for name, value in pairs(raw) do
    local own = ({ username = "userName", accesskey = "accessKey" })[core.fold(name)]
    if own and value ~= json.null then
      if type(value) ~= "string" then return nil end
      item[own] = value
    end
  end
  return item
end

local function make_binding(tenant, email)
  local key = tenant.random_text(60)
  tenant.bindings[key] = { secretKey = tenant.base64_encode(tenant.random(64)), email = email }
  return key
end

--- /api/login/login: a binding for a user's address and password, or an old one renewed: its keys stay as they are.
login.login = {
  read = read_item, only = 1, single = true, judge = judge_login,
  perform = function(tenant, item, context)
    if item.userName == nil then return answer.no("null", "userName", "userName") end
    if core.fold(item.userName) ~= context.who then return answer.no "address" end
    local old = item.accessKey and tenant.bindings[item.accessKey]
    if item.accessKey and not (old and old.email == context.who) then return answer.no("access_key", "accessKey") end
    local key = item.accessKey or make_binding(tenant, context.who)
    local binding, life = tenant.bindings[key], tenant.options.bindingLifetime or usual_life
    binding.expired, binding.expires = false, tenant:now() + life
    return setmetatable({
      accessKey = key, secretKey = binding.secretKey, username = context.who, bindingType = "one_step",
      duration = life * 1000, extendOnValidate = false,
    }, binding_mt)
  end,
}

-- The address of a tenant's own gateway; the global host leads to a region's.
local function gateway_of(request)
  local host = request.headers.host or ""
  if host == "" or host:find("^api%.mimecast%.com") then return "https://eu-api.mimecast.com" end
  return (request.scheme or "https") .. "://" .. host
end

--- /api/login/discover-authentication: the gateway of an address, and how its user logs in. Nothing authorises it.
login.discover = fields.define "emailAddress email*"
login.discover.only, login.discover.single = 1, true
login.discover.judge = function() return true end
function login.discover.perform(tenant, item, context)
  if not tenant:user(item.emailAddress) then return answer.no "address" end
  return setmetatable({
    emailAddress = item.emailAddress, emailToken = tenant.random_text(28),
    authenticate = json.array{ tenant.credentials.login.loginType or "Basic-Cloud" },
    region = { api = gateway_of(context.request) },
  }, found_mt)
end

--- /api/login/logout: ends one of the user's own bindings; the answer is empty. The key may come in a form, too: published
-- clients post one.
login.logout = fields.define "accessKey text*"
login.logout.only, login.logout.single, login.logout.form = 1, true, true
function login.logout.perform(tenant, item, context)
  local binding = tenant.bindings[item.accessKey]
  if not binding or binding.email ~= context.who then return answer.no("access_key", "accessKey") end
  tenant.bindings[item.accessKey] = nil
  return true
end

return login
