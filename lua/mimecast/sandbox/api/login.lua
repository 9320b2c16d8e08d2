--- Bindings of API 1.0: the keys that a login makes or renews, and the functions that make and end them.
local core = require "mimecast.core"
local json = require "mimecast.json"
local response = require "mimecast.sandbox.wire.response"
local fields = require "mimecast.sandbox.wire.fields"

local login = {}

local binding_mt = json.object{ "accessKey", "secretKey", "username", "bindingType", "duration", "extendOnValidate" }
local found_mt = json.object{ "emailAddress", "emailToken", "authenticate", "region" }
local failed_mt = json.object{ "username" }
local item_mt = json.object{ "userName", "accessKey" }

-- A sample shows 12 hours. The user's authentication profile sets the lifetime of a binding.
local usual_life = 43200

--- Makes the tenant's first binding, that of its credentials. It does not expire by itself.
---@param tenant table
function login.seed(tenant)
  local v1 = tenant.credentials.v1
  tenant.bindings = { [v1.accessKey] = { secretKey = v1.secretKey, email = core.fold(tenant.credentials.login.email) } }
end

--- Returns whether a binding has expired.
---@param tenant table
---@param binding table
---@return boolean
function login.is_expired(tenant, binding)
  return binding.expired or (binding.expires ~= nil and tenant:now() >= binding.expires)
end

--- Expires all bindings, or makes all valid again.
---@param tenant table
---@param expired boolean
function login.expire_all(tenant, expired)
  for _, binding in pairs(tenant.bindings) do
    binding.expired = expired
    if not expired then binding.expires = nil end
  end
end

-- A password that was set replaces the initial password.
local function password_holds(tenant, email, password)
  local user, initial = tenant:user(email), tenant.credentials.login
  if user and (user.accountDisabled or user.accountLocked) then return false end
  if user and user.password then return user.password == password end
  return core.fold(email) == core.fold(initial.email) and password == initial.password
end

-- Returns the address in the header, or nil, the error's name and the failure's key.
local function authenticate_login(tenant, request)
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

-- Reads the names of a login's item in any case: clients send username and userName.
local function read_item(raw)
  local item = setmetatable({}, item_mt)
  for name, value in pairs(raw) do
    local field = ({ username = "userName", accesskey = "accessKey" })[core.fold(name)]
    if field and value ~= json.null then
      if type(value) ~= "string" then return nil end
      item[field] = value
    end
  end
  return item
end

local function make_binding(tenant, email)
  local key = tenant.random_text(60)
  tenant.bindings[key] = { secretKey = tenant.base64_encode(tenant.random(64)), email = email }
  return key
end

--- /api/login/login: makes a binding for a user's address and password, or renews a binding, whose keys stay the same.
login.login = {
  read = read_item, only = 1, single = true, authenticate = authenticate_login,
  perform = function(tenant, item, context)
    if item.userName == nil then return response.item_error("null", "userName", "userName") end
    if core.fold(item.userName) ~= context.email then return response.item_error "address" end
    local old = item.accessKey and tenant.bindings[item.accessKey]
    if item.accessKey and not (old and old.email == context.email) then
      return response.item_error("access_key", "accessKey")
    end
    local key = item.accessKey or make_binding(tenant, context.email)
    local binding, life = tenant.bindings[key], tenant.options.bindingLifetime or usual_life
    binding.expired, binding.expires = false, tenant:now() + life
    return setmetatable({
      accessKey = key, secretKey = binding.secretKey, username = context.email, bindingType = "one_step",
      duration = life * 1000, extendOnValidate = false,
    }, binding_mt)
  end,
}

-- Returns the address of the tenant's gateway. The global host leads to that of a region.
local function gateway_of(request)
  local host = request.headers.host or ""
  if host == "" or host:find("^api%.mimecast%.com") then return "https://eu-api.mimecast.com" end
  return (request.scheme or "https") .. "://" .. host
end

--- /api/login/discover-authentication: the gateway of an address, and the login type of its user. It needs no authorisation.
login.discover = fields.define "emailAddress email*"
login.discover.only, login.discover.single = 1, true
login.discover.authenticate = function() return true end
function login.discover.perform(tenant, item, context)
  if not tenant:user(item.emailAddress) then return response.item_error "address" end
  return setmetatable({
    emailAddress = item.emailAddress, emailToken = tenant.random_text(28),
    authenticate = json.array{ tenant.credentials.login.loginType or "Basic-Cloud" },
    region = { api = gateway_of(context.request) },
  }, found_mt)
end

--- /api/login/logout: ends a binding of the user; the response is empty. The key may also come in a form, as published clients
-- send it.
login.logout = fields.define "accessKey text*"
login.logout.only, login.logout.single, login.logout.form = 1, true, true
function login.logout.perform(tenant, item, context)
  local binding = tenant.bindings[item.accessKey]
  if not binding or binding.email ~= context.email then return response.item_error("access_key", "accessKey") end
  tenant.bindings[item.accessKey] = nil
  return true
end

return login
