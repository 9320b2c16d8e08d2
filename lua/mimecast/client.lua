--- A client: one call's way through the house, from the input table to the output table.
--
-- marshal -> encode -> pace -> authorise -> send -> decode -> retry's verdict -> unmarshal. The control flow is Lua, so that a
-- host may yield in it; what is hot or holds a secret is C.
local check = require "mimecast.config.check"
local calls = require "mimecast.request.methods"
local core = require "mimecast.core"
local credentials = require "mimecast.credentials"
local headers = require "mimecast.protocol.headers"
local lazy = require "mimecast.base.lazy"
local registry = require "mimecast.model.registry"
local pace = require "mimecast.request.rate_limiter"
local retry = require "mimecast.request.retry"
local client_options = require "mimecast.config.options"
local store = require "mimecast.store"
local watch = require "mimecast.request.hooks"

local client = {}

local Client = {}

local map_options = check.fields { { name = "concurrency", type = "number", min = 1 } }

--- Calls `run` for each input, several calls in flight at a time.
---@param inputs any[]
---@param run fun(input: any, i: integer): any, string?, mimecast.Error?
---@param options? table concurrency (default 16)
---@return any[] results in the order of the inputs; `false` where `run` returned nil
---@return table<integer, any> failures by position: the error value, or the message where there is none
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

--- Runs functions side by side, like `map`.
---@param functions fun()[] each returns a value, or nil, a message and an error value
---@param options? table concurrency (default 16)
---@return any[] results in the order of the functions; `false` where one returned nil
---@return table<integer, any> failures by position
function client.gather(self, functions, options)
  return client.map(self, functions, function(run) return run() end, options)
end

--- The client's counters as they stand.
---@return mimecast.Stats
function client.stats(self)
  return self.watch.stats:snapshot()
end

--- Closes the client's connections. A closed client cannot be used any more, nor can those that share them.
function client.close(self)
  if self.life.closed then return end
  self.life.closed = true
  if self.transport.close then self.transport:close() end
end

--- Ends the binding of API 1.0: see mimecast.binding.
function client.logout(self)
  return lazy("mimecast.credentials.session").logout(self)
end

-- Options that client:with() can override.
local with_options = client_options.pick { "timeout", "attemptTimeout", "attempts", "batchSize", "concurrency",
  "passwordRetryWindow", "readOnly", "retryUnknown" }

--- The same client with some options of its own: it shares connections, token, rate and counters. Raises for options that
-- do not fit.
---@param given table timeout, attemptTimeout, attempts, batchSize, concurrency, passwordRetryWindow, readOnly, retryUnknown
---@return table client
function client.with(self, given)
  local own = check.options(with_options, given, "client:with", 2)
  return setmetatable({
    settings = setmetatable(own, { __index = self.settings }), transport = self.transport, credentials = self.credentials,
    watch = self.watch, purse = self.purse, pace = self.pace, life = self.life, sandbox = rawget(self, "sandbox"),
  }, getmetatable(self))
end

local methods = {
  map = client.map, gather = client.gather, stats = client.stats, close = client.close, logout = client.logout,
  with = client.with, call = function(...) return lazy("mimecast.request.raw")(...) end,
}

-- What is only loaded by those who use it.
for _, name in ipairs { "plan", "bulk", "undo" } do
  methods[name] = function(...) return lazy("mimecast.bulk")[name](...) end
end

-- The function of that name, made when it is first asked for.
function Client.__index(_, name)
  if methods[name] == nil then
    local operation, kind = registry.find(name)
    methods[name] = operation and calls(operation, kind) or lazy("mimecast.helpers")[name]
  end
  return methods[name]
end

function Client.__tostring(self)
  local where = rawget(self, "sandbox") and "sandbox in this process" or self.settings.baseUrl
  return ("mimecast.Client(API %s, %s)"):format(self.settings.generation, where)
end

--- A client from checked settings.
---@param settings table
---@return table? client
---@return mimecast.Error? err
function client.new(settings)
  -- Durations are not measured on the wall clock, which can be set; a clock of the caller's own serves for both.
  settings.monotonic = settings.monotonic or settings.clock or core.monotonic
  settings.clock = settings.clock or core.now
  settings.random = settings.random or core.random
  settings.uuid = settings.uuid or core.uuid
  local err
  settings.store, err = store.of(settings)
  if not settings.store then return nil, err end
  settings.storeKey, settings.watch = store.key(settings), watch.new(settings)
  local transport
  transport, err = lazy("mimecast.transport").new(settings, headers.names)
  if not transport then return nil, err end
  -- A sleep that was lent to the transport is asked for through it: within map others go on meanwhile.
  if transport ~= settings.transport or not settings.sleep then
    settings.sleep = function(seconds) return transport:sleep(seconds) end
  end
  local keys
  keys, err = credentials.of(settings, transport)
  if not keys then return nil, err end
  return setmetatable({
    settings = settings, transport = transport, credentials = keys, watch = settings.watch, purse = retry.purse(),
    pace = pace.new(settings, transport), life = { closed = false },
  }, Client)
end

return client
