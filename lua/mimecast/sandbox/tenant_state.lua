--- The state of a sandbox tenant: users, credentials, tokens, clock, rate limit, and a record of its requests and changes.
local check = require "mimecast.config.check"
local core = require "mimecast.core"
local directory = require "mimecast.sandbox.directory"
local domains = require "mimecast.sandbox.api.domain"
local faults = require "mimecast.sandbox.wire.faults"
local login = require "mimecast.sandbox.api.login"
local seeds = require "mimecast.sandbox.seeds"

local tenant_state = {}
local Tenant = {}
Tenant.__index = Tenant

--- Invented credentials of both generations. They work with a sandbox only.
tenant_state.credentials = {
  v1 = {
    appId = "5a4d6b0e-0000-4000-8000-73616e64626f",
    appKey = "0f1e2d3c-0000-4000-8000-6170706b6579",
    accessKey = "sandbox-access-key-mYtOXfT7gx2kq0dVn3rJwLhBzSeCpAUi9sW5Q",
    secretKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==",
  },
  v2 = {
    clientId = "SandboxClientIdR7vK2mQx9LpTz4WnYc8Hd3Jf",
    clientSecret = "SandboxClientSecretB6sNw1Xe5Ug0Ra7Vk9Mt2Qz4Lh8Py3",
  },
  login = { email = "ann@example.com", password = "Correct Horse 7" },
}

local function is_address(value)
  return type(value) == "string" and value:find "^[^@%s]+@[^@%s]+$" ~= nil
end

local function users_problem(users)
  if type(users) ~= "table" then return nil end
  for i, user in ipairs(users) do
    if not is_address(type(user) == "table" and user.emailAddress or user) then
      return ("must be a number, or a list of addresses and settings: entry %d has no emailAddress"):format(i)
    end
  end
  return nil
end

-- What is wrong with a group of the option `groups`; nil if it is valid. A parent stands before its children.
local function group_problem(group, names)
  local name = type(group) == "table" and group.name or group
  if type(name) ~= "string" or name == "" then return "has no name" end
  names[name] = true
  if type(group) ~= "table" then return nil end
  if group.parent and not names[group.parent] then return "has a parent that is not before it" end
  local source = group.source or "cloud"
  if source ~= "cloud" and source ~= "ldap" then return "has a source that is not cloud or ldap" end
  for _, member in ipairs(type(group.members) == "table" and group.members or {}) do
    if type(member) ~= "string" or not member:find "%." then return "has a member that is no address and no domain" end
  end
  return nil
end

local function groups_problem(list)
  local names = {}
  for i, group in ipairs(list) do
    local problem = group_problem(group, names)
    if problem then return ("must be a list of names and groups: entry %d %s"):format(i, problem) end
  end
  return nil
end

local fields = check.fields {
  { name = "accountCode", type = "text" }, { name = "accountName", type = "string" },
  { name = "users", types = { "table", "number" }, min = 0, problem = users_problem },
  { name = "groups", type = "table", problem = groups_problem }, { name = "credentials", type = "table" },
  { name = "faults", type = "table" }, { name = "permissions", type = "table" },
  { name = "rateLimit", types = { "number", "table", "false" }, min = 0 }, { name = "clockSkew", type = "number", min = 0 },
  { name = "maxItems", type = "number", min = 0 }, { name = "seed", type = "number", min = 0 },
  { name = "tokenLifetime", type = "number", min = 0 }, { name = "bindingLifetime", type = "number", min = 0 },
  { name = "keepRequests", type = "number", min = 0 }, { name = "keepEvents", type = "number", min = 0 },
  { name = "echoCredentials", type = "boolean" }, { name = "acceptZulu", type = "boolean" },
  { name = "userManagement", type = "boolean" }, { name = "resolveAliases", type = "boolean" },
  { name = "freshIds", type = "boolean" }, { name = "clock", type = "function" }, { name = "random", type = "function" },
  { name = "hmac_sha1", type = "function" }, { name = "base64_decode", type = "function" },
  { name = "base64_encode", type = "function" },
}

local function random_bytes(count)
  local file = assert(io.open("/dev/urandom", "rb"))
  local bytes = file:read(count)
  file:close()
  return bytes
end

local alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

--- Returns random letters and digits.
---@param count integer
---@param random? fun(count: integer): string source of bytes
---@return string text
function tenant_state.random_text(count, random)
  return ((random or random_bytes)(count):gsub(".", function(char)
    local at = char:byte() % #alphanumerics + 1
    return alphanumerics:sub(at, at)
  end))
end

--- Checks the options of a tenant. Raises for an unknown option, an invalid value and an invalid fault.
---@param options table
---@param level integer of the caller that the error names
function tenant_state.check(options, level)
  check.options(fields, options, "sandbox", level + 1)
  for _, rule in ipairs(options.faults or {}) do
    local problem = faults.problem(rule)
    if problem then error("sandbox: " .. problem, level + 1) end
  end
end

--- Makes a tenant.
---@param options? table see doc/sandbox.md
---@return table tenant
function tenant_state.new(options)
  options = options or {}
  local given = options.credentials or {}
  local self = setmetatable({
    options = options,
    clock = options.clock or os.time,
    random = options.random or random_bytes,
    credentials = { v1 = given.v1 or tenant_state.credentials.v1, v2 = given.v2 or tenant_state.credentials.v2,
      login = given.login or tenant_state.credentials.login },
    random_text = function(count) return tenant_state.random_text(count, options.random) end,
    base64_encode = options.base64_encode,
    hmac_sha1 = options.hmac_sha1,
    base64_decode = options.base64_decode,
  }, Tenant)
  self:reset()
  return self
end

--- Restores the initial state: users, tokens, faults, counters, clock.
function Tenant:reset()
  self.offset = 0
  self.directory = directory.new()
  self.tokens, self.token_count = {}, 0
  login.seed(self)
  self.buckets, self.reissued = {}, 0
  self.applied, self.applied_total = {}, 0
  self.reached, self.reached_total = {}, 0
  self.recent, self.recent_at = {}, 0
  self.faults = faults.new(self.options.faults, self.options.seed)
  self.request_prefix = core.lower(tenant_state.random_text(8, self.random))
  seeds.seed(self)
end

--- Returns the tenant's time.
---@return number time epoch seconds, with a fraction if the clock has one
function Tenant:now()
  return self.clock() + self.offset
end

--- Adds users: a list of addresses and settings by wire names, or a number of synthetic ones (user000001@example.com and on).
---@param users table[]|integer
---@return integer count of added users
function Tenant:add_users(users)
  if type(users) == "number" then
    self.directory:add_synthetic(users)
    return users
  end
  for i, settings in ipairs(users) do
    if type(settings) == "string" then settings = { emailAddress = settings } end
    if type(settings) ~= "table" or type(settings.emailAddress) ~= "string"
      or not settings.emailAddress:find("@", 1, true) then
      error(("user %d of the list has no emailAddress"):format(i), 0)
    end
    -- A user of a new domain adds that domain.
    domains.ensure(self, directory.domain_of(settings.emailAddress))
    self.directory:add(settings)
  end
  return #users
end

--- Finds a user by address, in any case. An alias is not a user, unless the option resolveAliases is set.
---@param address string
---@return table? user the tenant's own table
function Tenant:user(address)
  local user = self.directory:find(address)
  if user and user.aliasFor then return self.options.resolveAliases and self.directory:find(user.aliasFor) or nil end
  return user
end

--- Counts a change that was applied to an object.
---@param key string the object's address, name or id
---@param other? string the second object, for instance a group's member
function Tenant:record_applied(key, other)
  key = core.fold(other and key .. " " .. other or key)
  self.applied[key] = (self.applied[key] or 0) + 1
  self.applied_total = self.applied_total + 1
end

--- Records a request and gives it an id. The tenant keeps the last requests.
---@param request table
---@param path string without the query
---@param route? string the path with "{id}" in place of an id, counted too
---@return table entry
function Tenant:record_request(request, path, route)
  self.reached[path] = (self.reached[path] or 0) + 1
  if route and route ~= path then self.reached[route] = (self.reached[route] or 0) + 1 end
  self.reached_total = self.reached_total + 1
  local entry = {
    method = request.method, path = request.path, headers = request.headers, body = request.body, time = self:now(),
    id = ("%s-%08d"):format(self.request_prefix, self.reached_total),
  }
  local keep = self.options.keepRequests or 100
  if keep > 0 then
    self.recent_at = self.recent_at % keep + 1
    self.recent[self.recent_at] = entry
  end
  return entry
end

--- Returns the last requests, the oldest first.
---@return table[] requests
function Tenant:requests()
  local list, count = {}, #self.recent
  for i = 1, count do list[i] = self.recent[(self.recent_at + i - 1) % count + 1] end
  return list
end

--- Issues an access token.
---@return string token
---@return integer lifetime seconds
function Tenant:issue_token()
  local token = tenant_state.random_text(28, self.random)
  local lifetime = self.options.tokenLifetime or 1799
  self.tokens[token] = self:now() + lifetime
  self.token_count = self.token_count + 1
  return token, lifetime
end

local revoked = -math.huge -- stands for a token's expiry

--- Checks an access token.
---@param token string
---@return string state "valid", "expired", "revoked" or "unknown"
function Tenant:check_token(token)
  local expiry = self.tokens[token]
  if not expiry then return "unknown" end
  if expiry == revoked then return "revoked" end
  return self:now() < expiry and "valid" or "expired"
end

--- Expires all tokens.
function Tenant:expire_tokens()
  local now = self:now()
  for token, expiry in pairs(self.tokens) do
    if expiry > now then self.tokens[token] = now end
  end
end

--- Revokes all tokens: the gateway does not accept them any more.
function Tenant:revoke_tokens()
  for token in pairs(self.tokens) do self.tokens[token] = revoked end
end

--- Counts a request against a bucket's rate limit: 800 in a fixed window of 5000 ms, as recorded.
---@param bucket string
---@param limit? integer another limit for this bucket
---@return table budget { limit, remaining, reset (ms), exceeded }
function Tenant:consume(bucket, limit)
  local rule = self.options.rateLimit
  local size = type(rule) == "table" and rule.window or 5000
  if rule == false then
    limit = limit or 1000000 -- announced, so high that no client slows down
    return { limit = limit, remaining = limit - 1, reset = size, exceeded = false }
  end
  limit = limit or (type(rule) == "table" and rule.limit) or (type(rule) == "number" and rule) or 800
  local now = math.floor(self:now() * 1000)
  local window = self.buckets[bucket]
  if not window or now - window.start >= size or now < window.start then
    window = { start = now, used = 0 }
    self.buckets[bucket] = window
  end
  local exceeded = window.used >= limit
  if not exceeded then window.used = window.used + 1 end
  return { limit = limit, remaining = limit - window.used, reset = window.start + size - now, exceeded = exceeded }
end

return tenant_state
