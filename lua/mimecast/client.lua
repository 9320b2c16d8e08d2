--- A client: the object with a method for each operation.
--
-- request/ has the way of one call. The control flow is Lua, so that a host may yield in it; the hot code and the code that
-- holds secrets are C.
local check = require "mimecast.config.check"
local client_options = require "mimecast.config.options"
local core = require "mimecast.core"
local credentials = require "mimecast.credentials"
local errors = require "mimecast.errors"
local headers = require "mimecast.protocol.headers"
local hooks = require "mimecast.request.hooks"
local lazy = require "mimecast.base.lazy"
local methods = require "mimecast.request.methods"
local rate_limiter = require "mimecast.request.rate_limiter"
local registry = require "mimecast.model.registry"
local retry = require "mimecast.request.retry"
local runtime = require "mimecast.config.runtime"
local store = require "mimecast.store"

local client = {}

local map_options = check.fields { { name = "concurrency", type = "number", min = 1 } }

local function copy(from)
  local to = {}
  for name, value in pairs(from) do to[name] = value end
  return to
end

--- Calls `run` for each input, several of them concurrently.
---@param inputs any[]
---@param run fun(input: any, i: integer): any, string?, mimecast.Error?
---@param options? table concurrency (default 16)
---@return any[] results in the order of the inputs; `false` where `run` returned nil
---@return table<integer, any> failures by position: the error value, or the message if there is no error value
function client.map(self, inputs, run, options)
  local concurrency = check.options(map_options, options or {}, "mimecast.map", 2).concurrency or 16
  local results, failures = {}, {}
  self.transport:map(#inputs, function(i)
    local value, message, err = run(inputs[i], i)
    if value == nil then
      results[i], failures[i] = false, err or message
    else
      results[i] = value
    end
  end, concurrency)
  return results, failures
end

--- Runs functions concurrently, like `map`.
---@param functions fun()[] each returns a value, or nil, a message and an error value
---@param options? table concurrency (default 16)
---@return any[] results in the order of the functions; `false` where one returned nil
---@return table<integer, any> failures by position
function client.gather(self, functions, options)
  return client.map(self, functions, function(run) return run() end, options)
end

--- Returns a copy of the client's counters.
---@return mimecast.Stats
function client.stats(self)
  return self.hooks.metrics:snapshot()
end

--- Closes the client's connections. It can then make no call, nor can the clients that `with` made from it.
function client.close(self)
  if self.life.closed then return end
  self.life.closed = true
  if self.transport.close then self.transport:close() end
end

--- Ends the binding of an API 1.0 client: its keys become invalid.
---@return boolean? ok
---@return string? message
---@return mimecast.Error? err
function client.logout(self)
  return lazy("mimecast.request.logout").run(self)
end

---@class mimecast.ClientInfo
---@field generation "1.0"|"2.0" of the API
---@field baseUrl string the gateway
---@field fingerprint string identifies generation, gateway and credentials; no secret can be derived from it
---@field readOnly? boolean
---@field batchSize? number
---@field timeout number seconds
---@field passwordRetryWindow number seconds
---@field stateFolder? string
---@field protect? string|string[]
---@field protectFile? string
---@field runtime mimecast.Runtime clock, monotonic, sleep, random, uuid, log

--- Describes the client. It holds no secret; changes to the table do not affect the client.
---@return mimecast.ClientInfo
function client.info(self)
  local config = self.config
  return {
    generation = config.generation, baseUrl = config.baseUrl, fingerprint = config.storeKey,
    readOnly = config.readOnly, batchSize = config.batchSize, timeout = config.timeout,
    passwordRetryWindow = config.passwordRetryWindow, stateFolder = config.stateFolder,
    protect = config.protect, protectFile = config.protectFile, runtime = copy(self.runtime),
  }
end

--- Requests the gateway's root without credentials: shows whether the gateway can be reached.
---@return table? response status, headers (by lower-case name), seconds
---@return string? message
---@return mimecast.Error? err
function client.ping(self)
  local config, start = self.config, self.runtime.monotonic()
  local response, message, err = lazy("mimecast.transport.prepared_request").send_all(self.transport, {
    method = "GET", url = config.baseUrl .. "/", path = "/", headers = { "User-Agent", "lua-mimecast/" .. core.version },
    timeout = config.timeout, connectTimeout = config.connectTimeout,
  })
  if not response then return errors.result(errors.adopt(message, err)) end
  return { status = response.status, headers = response.headers, seconds = self.runtime.monotonic() - start }
end

local mask = "***"

--- Returns the headers that authorise a request, with the token or with access key and signature masked.
---@param path string of the request
---@return table<string, string>? headers
---@return string? message
---@return mimecast.Error? err
function client.masked_headers(self, path)
  local config, err = self.config, nil
  if config.generation == "2.0" then return { Authorization = "Bearer " .. mask } end
  if self.credentials.resolve then config, err = self.credentials:resolve() end
  if not config then return errors.result(err) end
  local masked
  masked, err = lazy("mimecast.credentials.api1_signer").sign({ accessKey = config.accessKey,
    secretKey = config.secretKey, appId = config.appId, appKey = config.appKey, path = path }, core.now)
  if not masked then return errors.result(err) end
  masked.Authorization = ("MC %s:%s"):format(mask, mask)
  return masked
end

-- Options that client:with() can override.
local with_options = client_options.pick { "timeout", "attemptTimeout", "attempts", "batchSize", "concurrency",
  "passwordRetryWindow", "readOnly", "retryUnknown" }

local by_name = {
  map = client.map, gather = client.gather, stats = client.stats, close = client.close, logout = client.logout,
  info = client.info, ping = client.ping, masked_headers = client.masked_headers,
  call = function(...) return lazy("mimecast.request.raw").call(...) end,
}

-- Methods whose modules are loaded at the first call.
for _, name in ipairs { "plan", "bulk", "sync_group", "undo", "report", "reconcile" } do
  by_name[name] = function(...) return lazy("mimecast.bulk")[name](...) end
end

local function make_method(self, name)
  if by_name[name] then return by_name[name] end
  local operation, kind = registry.find(name)
  return operation and methods.new(self, operation, kind) or lazy("mimecast.helpers")[name]
end

local function describe(self)
  local where = rawget(self, "sandbox") and "sandbox in this process" or self.config.baseUrl
  return ("mimecast.Client(API %s, %s)"):format(self.config.generation, where)
end

-- Makes a client of its parts. Each method is made at its first use: it holds what its calls share.
local function bind(self)
  local bound = setmetatable({}, { __index = function(list, name)
    local method = make_method(self, name)
    list[name] = method
    return method
  end })
  return setmetatable(self, { __index = bound, __tostring = describe })
end

--- Makes a client with other options that shares connections, token, rate limit and counters. Raises for an invalid option.
---@param overrides table timeout, attemptTimeout, attempts, batchSize, concurrency, passwordRetryWindow, readOnly,
-- retryUnknown
---@return table client
function by_name.with(self, overrides)
  local config = copy(self.config)
  for name, value in pairs(check.options(with_options, overrides, "client:with", 2)) do config[name] = value end
  local sibling = copy(self)
  sibling.config = config
  return bind(sibling)
end

--- Makes a client from a checked configuration, which is not changed.
---@param checked table
---@return table? client
---@return mimecast.Error? err
function client.new(checked)
  local config, transport = copy(checked), nil
  -- The transport waits, so that within map other calls go on meanwhile; a transport of the caller's may have no wait.
  local lent = type(checked.transport) == "table" and checked.sleep
  config.runtime = runtime.new(checked, lent or function(seconds) return transport:sleep(seconds) end)
  local err
  config.store, err = store.of(config)
  if not config.store then return nil, err end
  config.storeKey, config.hooks = store.key(config), hooks.new(config)
  transport, err = lazy("mimecast.transport").new(config, headers.numbers)
  if not transport then return nil, err end
  local keys
  keys, err = credentials.of(config, transport)
  if not keys then return nil, err end
  return bind {
    config = config, runtime = config.runtime, hooks = config.hooks, transport = transport, credentials = keys,
    metrics = config.hooks.metrics, monotonic = config.runtime.monotonic, raw_templates = { count = 0 }, -- of `call`
    quota = retry.new_quota(), limiter = rate_limiter.new(config, transport), life = { closed = false },
  }
end

return client
