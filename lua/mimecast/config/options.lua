--- The options of a client. The checks, the environment variables, the help and the reference are made from this table.
--
-- Times are in seconds. Except for `lua` options, which hold code or tables, each option has an environment variable.
local check = require "mimecast.config.check"
local core = require "mimecast.core"
local errors = require "mimecast.errors"

-- In the header of a login a colon ends the address.
local function login_address_problem(text)
  local reason = core.email_error(text)
  if not reason and text:find(":", 1, true) then reason = "must be an e-mail address without a colon" end
  return reason
end

local list = {
  { name = "clientId", type = "text", text = "API 2.0: client id of the application" },
  { name = "clientSecret", type = "secret", deferrable = true, text = "API 2.0: client secret of the application" },
  { name = "appId", type = "text", text = "API 1.0: application id" },
  { name = "appKey", type = "secret", deferrable = true, text = "API 1.0: application key" },
  { name = "accessKey", type = "secret", text = "API 1.0: access key of the application's user" },
  { name = "secretKey", type = "secret", deferrable = true,
    text = "API 1.0: secret key of the application's user, base64" },
  { name = "email", type = "text", problem = login_address_problem, text = "API 1.0: address of the application's user, to"
    .. " log in at the first call or when the access key has expired" },
  { name = "password", type = "secret", deferrable = true, problem = core.password_error,
    text = "API 1.0: password of that user" },
  { name = "loginType", type = "text", values = { "Basic-Cloud", "Basic-AD" }, default = "Basic-Cloud",
    text = "API 1.0: Basic-Cloud for a Mimecast password, Basic-AD for a domain password" },
  { name = "region", type = "text", text = "API 1.0: eu, de, us, usb, uspcom, ca, za, au, je, sandbox; API 2.0: global"
    .. " (default), uk, us" },
  { name = "baseUrl", type = "text", text = "address of the gateway, instead of a region: https://host" },
  { name = "timeout", type = "number", min = 0.001, max = 86400, default = 30,
    text = "seconds for a call with all its attempts and pauses" },
  { name = "attemptTimeout", type = "number", min = 0.001, max = 86400, text = "seconds for one attempt of a call that may be"
    .. " retried, so that a gateway that hangs leaves time for a retry; default: the rest of timeout" },
  { name = "connectTimeout", type = "number", min = 0.001, max = 86400, default = 10, text = "seconds to connect" },
  { name = "attempts", type = "number", min = 1, max = 10, default = 3, text = "maximum number of attempts of a call" },
  { name = "caFile", type = "text", text = "file of trusted certificate authorities; default: the system's" },
  { name = "proxy", type = "secret", text = "http://host:port, regardless of no_proxy; default: the variables"
    .. " https_proxy and no_proxy" },
  { name = "maxResponseBytes", type = "number", min = 1, max = 1073741824, default = 10485760,
    text = "a larger response is an error" },
  { name = "batchSize", type = "number", min = 1, max = 1000, text = "items in a request; default: the operation's limit" },
  { name = "concurrency", type = "number", min = 1, max = 1000, default = 4,
    text = "requests in flight of one call for many items" },
  { name = "maxInFlight", type = "number", min = 1, max = 1000, text = "maximum number of requests in flight of the client" },
  { name = "callsPerSecond", type = "number", min = 0.001, max = 100000,
    text = "maximum number of requests a second of the client; default: the service's limit" },
  { name = "readOnly", type = "boolean", text = "true: calls that change something return an error" },
  { name = "tokenRefreshMargin", type = "number", min = 0, max = 3600, default = 60,
    text = "API 2.0: seconds before its expiry at which a token is renewed" },
  { name = "authFailureCooldown", type = "number", min = 0, max = 86400, default = 60,
    text = "seconds for which denied credentials are not sent again" },
  { name = "passwordRetryWindow", type = "number", min = 0, max = 86400, default = 60,
    text = "seconds after which a call that sets a password is not retried, if its response was lost" },
  { name = "retryUnknown", type = "boolean", default = true,
    text = "false: a call whose response was lost is not retried, even if the operation is idempotent" },
  { name = "profile", type = "text", text = "name of a profile in ~/.config/mimecast/profiles.json" },
  { name = "stateFolder", type = "text", text = "folder for the marks of started plans; default: mimecast in"
    .. " $XDG_STATE_HOME or ~/.local/state" },
  { name = "protect", type = "text", types = { "text", "table" }, text = "addresses and patterns like *@board.example.com that"
    .. " no bulk run disables or locks: a list, or a text with commas" },
  { name = "protectFile", type = "text", text = "file of such addresses and patterns, one a line" },
  { name = "transport", type = "transport", types = { "text", "table" }, values = { "curl", "resty" }, text = "curl"
    .. " (libcurl), resty (lua-resty-http, inside nginx), or a table with your functions; default: resty inside nginx if it is"
    .. " installed, else curl" },
  { name = "store", type = "table", lua = true, text = "keeps tokens and rate budgets; default: inside nginx the dictionary"
    .. " mimecast if it is declared, else the process" },
  { name = "clock", type = "function", lua = true, text = "returns seconds since 1970" },
  { name = "monotonic", type = "function", lua = true, text = "returns seconds of a clock that only goes forward, for deadlines"
    .. " and pauses; default: clock if it is given, else the system's" },
  { name = "sleep", type = "function", lua = true, text = "waits for the given seconds; with the function of an event loop"
    .. " (copas.sleep, cqueues.sleep) a waiting call does not block the loop" },
  { name = "random", type = "function", lua = true, text = "returns a number from 0 to below 1" },
  { name = "uuid", type = "function", lua = true, text = "returns a fresh request id" },
  { name = "log", type = "function", lua = true,
    text = "receives a line about each retry, and about each failure that is not retried; it contains no secret" },
  { name = "onRequest", type = "function", lua = true, text = "receives a table about a request before it is sent" },
  { name = "onResponse", type = "function", lua = true, text = "receives a table about the response or the failure" },
  { name = "onRetry", type = "function", lua = true, text = "receives a table about a retry" },
  { name = "onWait", type = "function", lua = true, text = "receives a table about a pause" },
}

for _, option in ipairs(list) do
  option.env = not option.lua and "MIMECAST_" .. core.upper(option.name:gsub("%u", "_%0")) or nil
end

local options = check.fields(list)

--- Some of the options, as fields for the checks.
---@param names string[]
---@param change? fun(option: table) changes a copy of each
---@return mimecast.Fields
function options.pick(names, change)
  local picked = {}
  for i, name in ipairs(names) do
    local option = {}
    for key, value in pairs(options.by_name[name]) do option[key] = value end
    if change then change(option) end
    picked[i] = option
  end
  return check.fields(picked)
end

--- The error value for options that do not fit together or with the service.
---@param code string
---@param message string
---@param hint? string
---@param field? string
---@return mimecast.Error
function options.error(code, message, hint, field)
  return errors.new { category = "config", code = code, message = message, hint = hint, field = field }
end

--- Checks the value of an option.
---@param name string
---@param value any
---@param origin? string the source of the value, if it is not the program
---@return any checked nil if it is invalid
---@return mimecast.Error? err
function options.check(name, value, origin)
  local checked, reason = check.value(options.by_name[name], value)
  if checked ~= nil then return checked end
  return nil, options.error("invalid_setting", name .. " " .. reason, origin and "it is from " .. origin, name)
end

return options
