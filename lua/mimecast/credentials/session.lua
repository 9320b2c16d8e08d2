--- The functions discover and login of API 1.0, for programs that manage bindings themselves (mimecast-api 1.5, 1.6).
local check = require "mimecast.config.check"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local headers = require "mimecast.protocol.headers"
local lazy = require "mimecast.base.lazy"
local login = require "mimecast.credentials.login"
local options = require "mimecast.config.options"
local regions = require "mimecast.config.regions"
local runtime = require "mimecast.config.runtime"

local session = {}

-- ---- input ----

local common = { "timeout", "connectTimeout", "caFile", "proxy", "maxResponseBytes", "transport", "clock", "monotonic",
  "uuid" }

local function fields_of(required, optional)
  local names, is_required = {}, {}
  for _, list in ipairs { required, optional, common } do
    for _, name in ipairs(list) do names[#names + 1] = name end
  end
  for _, name in ipairs(required) do is_required[name] = true end
  return options.pick(names, function(field)
    field.required, field.deferrable = is_required[field.name], nil
    field.text = field.text:gsub("^API 1%.0: ", "")
  end)
end

--- The input fields of discover and login.
session.fields = {
  discover = fields_of({ "email", "appId" }, { "baseUrl" }),
  login = fields_of({ "email", "password", "appId" }, { "region", "baseUrl", "loginType", "accessKey", "secretKey" }),
}

-- Raises, at the line of the program, if the input is not a table.
local function check_table(input, name)
  if type(input) ~= "table" then error(("mimecast.%s takes a table, like %s{ email = … }"):format(name, name), 3) end
end

-- Calls `run` with the given transport, or with a new one that it closes afterwards.
local function with_transport(values, run)
  values.runtime = runtime.new(values)
  local transport, err = lazy("mimecast.transport").new(values, headers.numbers)
  if not transport then return nil, err end
  if type(values.transport) == "table" then return run(transport) end -- the caller closes it
  local ok, result
  ok, result, err = pcall(run, transport)
  transport:close()
  if not ok then error(result, 0) end
  return result, err
end

-- ---- discover, login ----

local global_url = "https://api.mimecast.com" -- serves discover only (mimecast-api 1.8)

-- The gateway that a response names, if credentials may be sent to it: a known gateway, or loopback if the request went to
-- loopback.
local function trusted(url, asked)
  url = url:gsub("/+$", "")
  if regions.region(url) then return core.lower(url) end
  if regions.is_loopback(asked) and regions.is_loopback(url) and regions.base_url({ baseUrl = url }, "1.0") then return url end
  return nil, errors.new {
    category = "protocol", code = "wrong_host",
    message = "the service named an unknown gateway of API 1.0: " .. core.printable(url, 200),
    hint = "credentials are sent to known gateways only; if this is the tenant's, give it to login as baseUrl",
  }
end

local function texts_of(list)
  local texts = {}
  for _, value in ipairs(type(list) == "table" and list or {}) do
    if type(value) == "string" then texts[#texts + 1] = value end
  end
  return texts
end

--- Finds the region of an address, and the types of login of its user. It needs no credentials.
---@param input table email, appId; baseUrl (default the global host), transport, timeout, connectTimeout, caFile, proxy
---@return table? result baseUrl, region (its name, if it has one), authenticate (list of login types), email
---@return string? message
---@return mimecast.Error? err
function session.discover(input)
  check_table(input, "discover")
  local values, err = check.input(session.fields.discover, input)
  if not values then return errors.result(err) end
  values.baseUrl, err = regions.base_url({ baseUrl = values.baseUrl or global_url }, "1.0")
  if err then return errors.result(err) end
  local result, url
  result, err = with_transport(values, function(transport) return login.discover(values, transport) end)
  if result then url, err = trusted(result.region.api, values.baseUrl) end
  if not url then return errors.result(err) end
  local email = type(result.emailAddress) == "string" and result.emailAddress or values.email
  return { baseUrl = url, region = regions.region(url), authenticate = texts_of(result.authenticate), email = email }
end

--- Logs a user in: creates a binding, or renews the binding whose keys are given.
---@param input table email, password, appId, region or baseUrl; loginType ("Basic-Cloud" by default, or "Basic-AD"),
-- accessKey (the old one, to renew it) and its secretKey, which does not change; transport, timeout and so on
---@return table? keys accessKey and secretKey as secrets, for mimecast.new; duration (seconds), bindingType,
-- extendOnValidate, username, baseUrl
---@return string? message
---@return mimecast.Error? err
function session.login(input)
  check_table(input, "login")
  local values, err = check.input(session.fields.login, input)
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

return session
