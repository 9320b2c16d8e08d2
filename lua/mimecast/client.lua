--- A client: one call's way through the house, from the input table to the output table.
--
-- marshal -> encode -> authorise -> send -> decode -> retry's verdict -> unmarshal. The control flow is Lua, so that a
-- host may yield in it; what is hot or holds a secret is C.
local calls = require "mimecast.calls"
local core = require "mimecast.core"
local credentials = require "mimecast.credentials"
local failure = require "mimecast.failure"
local helpers = require "mimecast.helpers"
local operations = require "mimecast.operations"
local raw = require "mimecast.raw"

local client = {}

local Client = {}

--- Calls `run` for each input, several calls in flight at a time.
---@param inputs any[]
---@param run fun(input: any, i: integer): any, string?, mimecast.Failure?
---@param options? table concurrency (default 16)
---@return any[] results in the order of the inputs; `false` where `run` returned nil
---@return table<integer, any> failures by position: the error value, or the message where there is none
function client.map(self, inputs, run, options)
  local results, failures, concurrency = {}, {}, 16
  for name, value in pairs(options or {}) do
    if name ~= "concurrency" then error(("mimecast: map has no option %s; it has concurrency"):format(tostring(name)), 2) end
    concurrency = value
  end
  local fits = type(concurrency) == "number" and concurrency >= 1
  if not fits then error("mimecast: map's concurrency is a number from 1 on", 2) end
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

-- In the place of a closed transport: whoever goes on gets told.
local closed = {}

local function refuse_closed()
  return failure.result(failure.new { category = "usage", code = "closed", message = "the client is closed",
    hint = "make another one with mimecast.new" })
end

function closed.map(_, count, run)
  for i = 1, count do run(i) end
end

function closed.close() end

closed.send = refuse_closed

--- Closes the client's connections. A closed client cannot be used any more.
function client.close(self)
  if self.transport.close then self.transport:close() end
  self.transport, self.credentials = closed, { authorise = function() return nil, select(3, refuse_closed()) end }
end

local methods = { map = client.map, call = raw, close = client.close }

-- What is only loaded by those who use it.
for _, name in ipairs { "plan", "bulk", "undo" } do
  methods[name] = function(...) return require("mimecast.bulk")[name](...) end
end

-- The function of that name, made when it is first asked for.
function Client.__index(_, name)
  if methods[name] == nil then
    local operation, kind = operations.find(name)
    methods[name] = operation and calls(operation, kind) or helpers[name]
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
---@return mimecast.Failure? err
function client.new(settings)
  -- Durations are not measured on the wall clock, which can be set; a clock of the caller's own serves for both.
  settings.elapsed = settings.elapsed or settings.clock or core.elapsed
  settings.clock = settings.clock or core.now
  settings.random = settings.random or core.random
  settings.uuid = settings.uuid or core.uuid
  local transport = settings.transport
  if not transport then
    if settings.caFile then
      local file = io.open(settings.caFile)
      if not file or not file:read(0) then -- a folder opens, and cannot be read
        return nil, failure.new { category = "config", code = "invalid_setting", field = "caFile",
          message = "caFile cannot be read: " .. core.printable(settings.caFile, 200) }
      end
      file:close()
    end
    transport = require("mimecast.transport.curl").new(settings)
  end
  settings.sleep = settings.sleep or function(seconds) transport:sleep(seconds) end
  local keys, err = credentials.of(settings, transport)
  if not keys then return nil, err end
  return setmetatable({ settings = settings, transport = transport, credentials = keys }, Client)
end

return client
