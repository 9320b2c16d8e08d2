--- The binding of API 1.0, from its beginning to its end: discover, login, logout (mimecast-api 1.5, 1.6).
local check = require "mimecast.config.check"
local core = require "mimecast.core"
local exchange = require "mimecast.request.send"
local errors = require "mimecast.errors"
local headers = require "mimecast.protocol.headers"
local lazy = require "mimecast.base.lazy"
local login = require "mimecast.credentials.login"
local operations = require "mimecast.model.operation"
local options = require "mimecast.config.options"
local regions = require "mimecast.config.regions"

local binding = {}

-- ---- input ----

local common = { "timeout", "connectTimeout", "caFile", "proxy", "maxResponseBytes", "transport", "clock",
  "monotonic", "uuid" }

local function fields_of(required, optional)
  local names, is_required = {}, {}
  for _, list in ipairs { required, optional, common } do
    for _, name in ipairs(list) do names[#names + 1] = name end
  end
  for _, name in ipairs(required) do is_required[name] = true end
  return options.pick(names, function(field)
    field.required = is_required[field.name]
    field.text = field.text:gsub("^API 1%.0: ", "")
  end)
end

--- The input fields of discover and login.
binding.fields = {
  discover = fields_of({ "email", "appId" }, { "baseUrl" }),
  login = fields_of({ "email", "password", "appId" }, { "region", "baseUrl", "loginType", "accessKey", "secretKey" }),
}

local function need_table(input, name)
  if type(input) ~= "table" then error(("mimecast.%s takes a table, like %s{ email = … }"):format(name, name), 3) end
end

-- Runs with the transport that was given, or with one of its own that is closed afterwards.
local function with_transport(values, run)
  local transport, err = lazy("mimecast.transport").new(values, headers.names)
  if not transport then return nil, err end
  if transport == values.transport then return run(transport) end
  local ok, found
  ok, found, err = pcall(run, transport)
  transport:close()
  if not ok then error(found, 0) end
  return found, err
end

-- ---- the functions ----

local global = "https://api.mimecast.com" -- for this question only (mimecast-api 1.8)

-- The gateway of an answer, where credentials may be sent to it: a known one, or loopback that was asked itself.
local function trusted(url, asked)
  url = url:gsub("/+$", "")
  if regions.region(url) then return core.lower(url) end
  if regions.is_loopback(asked) and regions.is_loopback(url) and regions.base_url({ baseUrl = url }, "1.0") then
    return url
  end
  return nil, errors.new {
    category = "protocol", code = "wrong_host",
    message = "the service named a gateway that is none of API 1.0: " .. core.printable(url, 200),
    hint = "credentials are sent to known gateways only; if this is the tenant's, give it to login as baseUrl",
  }
end

--- Asks which region an address belongs to, and how its user can log in. It takes no credentials.
---@param input table email, appId; baseUrl (default the global host), transport, timeout, connectTimeout, caFile, proxy
---@return table? found baseUrl, region (its name, where it has one), authenticate (list of login types), email
---@return string? message
---@return mimecast.Error? err
function binding.discover(input)
  need_table(input, "discover")
  local values, err = check.input(binding.fields.discover, input)
  if not values then return errors.result(err) end
  values.baseUrl = values.baseUrl or global
  values.baseUrl, err = regions.base_url(values, "1.0")
  if err then return errors.result(err) end
  local found, url
  found, err = with_transport(values, function(transport) return login.discover(values, transport) end)
  if found then url, err = trusted(found.region.api, values.baseUrl) end
  if not url then return errors.result(err) end
  local types = {}
  for _, name in ipairs(type(found.authenticate) == "table" and found.authenticate or {}) do
    if type(name) == "string" then types[#types + 1] = name end
  end
  local email = type(found.emailAddress) == "string" and found.emailAddress or values.email
  return { baseUrl = url, region = regions.region(url), authenticate = types, email = email }
end

--- Logs a user in: makes a binding, or renews the one whose keys are given.
---@param input table email, password, appId, region or baseUrl; loginType ("Basic-Cloud" by default, or "Basic-AD"),
-- accessKey (the old one, to renew it) and its secretKey, which stays as it is; transport, timeout and so on
---@return table? keys accessKey and secretKey as secrets, for mimecast.new; duration (seconds), bindingType,
-- extendOnValidate, username, baseUrl
---@return string? message
---@return mimecast.Error? err
function binding.login(input)
  need_table(input, "login")
  local values, err = check.input(binding.fields.login, input)
  if not values then return errors.result(err) end
  values.baseUrl, err = regions.base_url(values, "1.0")
  if err then return errors.result(err) end
  local old = values.accessKey and { accessKey = values.accessKey, secretKey = values.secretKey }
  local keys
  keys, err = with_transport(values, function(transport) return login.log_in(values, transport, old) end)
  if not keys then return errors.result(err) end
  keys.baseUrl = values.baseUrl
  return keys
end

local ending = operations.define {
  name = "logout", path = "/api/login/logout", writes = true, idempotent = false,
  input = { { name = "accessKey", type = "text", required = true, secret = true, text = "the binding's access key" } },
  output = {},
}

--- Ends the binding of a client: its keys are good for nothing afterwards.
---@param client table
---@return boolean? ok
---@return string? message
---@return mimecast.Error? err
function binding.logout(client)
  local keys = client.credentials
  if client.settings.generation ~= "1.0" then
    return errors.result(errors.new { category = "usage", code = "not_in_this_api",
      message = "logout is not in API 2.0", hint = "a token ends by itself" })
  end
  if client.settings.readOnly then return errors.result(errors.read_only "logout") end
  if keys.renewal and not keys.access_key and not client.life.closed then return true end -- it has never logged in
  -- An expired binding is not renewed to be ended.
  local as_it_is = setmetatable({ refreshable = false, expired = false }, { __index = keys })
  local item = { accessKey = keys.access_key and core.secret.reveal(keys.access_key) }
  local outcomes, err = exchange.exchange(setmetatable({ credentials = as_it_is }, { __index = client }), ending, { item })
  local outcome = outcomes and outcomes[1] or err
  if errors.is(outcome) then return errors.result(outcome) end
  keys.refreshable, keys.expired = false, false -- who has logged out is not logged in again unasked
  return true
end

return binding
