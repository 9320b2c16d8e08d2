--- A client of the Mimecast API.
--
--     local mimecast = require "mimecast"
--     local user, message, err = mimecast.update_user{ email = "ann@example.com", accountDisabled = true }
--
-- The functions of the module use a default client, which is made at first use from the environment or a profile.
-- `mimecast.new` makes a client from options.
local check = require "mimecast.config.check"
local client = require "mimecast.client"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local lazy = require "mimecast.base.lazy"
local options = require "mimecast.config.options"
local registry = require "mimecast.model.registry"

local mimecast = { _VERSION = core.version }

-- Rarely used modules are loaded at the first call.
for _, name in ipairs { "discover", "login" } do
  mimecast[name] = function(input) return lazy("mimecast.credentials.session")[name](input) end
end

-- A client from options and, for the default client, the environment.
local function make(given, environment)
  local values, origins = lazy("mimecast.config.sources").collect(given, environment)
  if not values then return errors.result(origins) end
  local made
  local checked, err = lazy("mimecast.config").new(values, origins)
  if checked then made, err = client.new(checked) end
  if not made then return errors.result(err) end
  return made
end

--- Makes a client. doc/configuration.md lists the options; an unknown name raises.
---@param given table options
---@return table? client
---@return string? message
---@return mimecast.Error? err
function mimecast.new(given)
  check.names(options, given, "mimecast.new", 2)
  return make(given)
end

--- Signs a request to API 1.0, without a client and without I/O.
---@param input table accessKey, secretKey (base64), appId, appKey, path; date (seconds since 1970, or the text to sign;
-- default now), requestId (default a fresh UUID)
---@return table<string, string>? headers Authorization, x-mc-app-id, x-mc-date, x-mc-req-id
---@return string? message
---@return mimecast.Error? err
function mimecast.sign(input)
  local headers, err = lazy("mimecast.credentials.api1_signer").sign(input, core.now)
  if not headers then return errors.result(err) end
  return headers
end

--- Wraps a text, which is then never printed and is wiped when it is collected. All secret options and fields accept it.
---@param text string
---@return userdata secret
function mimecast.secret(text)
  return core.secret.new(text)
end

--- Declares an operation of your own, which becomes a function like the others, with the same checks. See
-- doc/adding-an-operation.md. Raises for an invalid table and for a name that exists.
---@param operation mimecast.Operation
function mimecast.operation(operation)
  if type(operation) ~= "table" then error("mimecast.operation takes a table: operation{ name = …, path = … }", 2) end
  for _, topic in ipairs(lazy "mimecast.help.topics") do
    if topic.name == operation.name or topic.name == operation.batchName or topic.name == operation.paginator then
      error(("mimecast.operation: there is a function %s already"):format(topic.name), 2)
    end
  end
  local ok, reason = pcall(registry.add, operation)
  -- The position in this module is removed from the message.
  if not ok then error("mimecast.operation: " .. tostring(reason):gsub("^[^:]*:%d+: ", ""), 2) end
end

--- Prints the list of functions, or the description of one function.
---@param name? string
function mimecast.help(name)
  print(lazy("mimecast.help").text(name))
end

-- ---- the default client ----

local default

-- A client of an in-memory sandbox with a few users, for experiments. Its handle is the client's `sandbox`.
local function make_sandbox()
  local tenant = lazy("mimecast.sandbox").new()
  local keys = tenant.credentials.v2
  local made, message, err = mimecast.new {
    clientId = keys.clientId, clientSecret = keys.clientSecret, transport = tenant.transport,
  }
  if made then rawset(made, "sandbox", tenant) end
  return made, message, err
end

local function make_default()
  local sandbox = os.getenv("MIMECAST_SANDBOX")
  if sandbox == "1" then return make_sandbox() end
  if sandbox and sandbox ~= "" and sandbox ~= "0" then
    -- A set variable says that the real tenant is not wanted.
    return errors.result(errors.new { category = "config", code = "invalid_setting",
      message = "MIMECAST_SANDBOX must be 1, or unset", hint = "1 uses an in-memory sandbox" })
  end
  return make({}, lazy("mimecast.config.sources").environment())
end

--- Returns the client of the module's functions, made at first use.
---@return table? client
---@return string? message
---@return mimecast.Error? err
function mimecast.default()
  if default then return default end
  local made, message, err = make_default()
  default = made
  return made, message, err
end

-- Methods of a client, other than operations, that are also functions of the module.
local client_methods = {
  map = true, gather = true, call = true, stats = true, logout = true, plan = true, bulk = true,
  sync_group = true, undo = true,
  report = true, reconcile = true,
}

-- The methods of a client are also functions of the module.
return setmetatable(mimecast, {
  __index = function(_, name)
    if not registry.find(name) and not client_methods[name] and not lazy("mimecast.helpers")[name] then return nil end
    local function call(...)
      if (...) == mimecast then error(("mimecast.%s is called with a dot: mimecast.%s{ … }"):format(name, name), 2) end
      local made, message, err = mimecast.default()
      if not made then return nil, message, err end
      return made[name](made, ...)
    end
    mimecast[name] = call
    return call
  end,
})
