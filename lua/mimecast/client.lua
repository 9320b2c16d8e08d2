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
  local results, failures = {}, {}
  self.transport:map(#inputs, function(i)
    local value, message, err = run(inputs[i], i)
    if value == nil then
      results[i], failures[i] = false, err or message
    else
      results[i] = value
    end
  end, options and options.concurrency or 16)
  return results, failures
end

--- Closes the client's connections. A closed client cannot be used any more.
function client.close(self)
  if self.transport.close then self.transport:close() end
end

local methods = { map = client.map, call = raw, close = client.close }

-- The function of that name, made when it is first asked for.
function Client.__index(_, name)
  if methods[name] == nil then
    local operation, kind = operations.find(name)
    methods[name] = operation and calls(operation, kind) or helpers[name]
  end
  return methods[name]
end

function Client.__tostring(self)
  return ("mimecast.Client(API %s, %s)"):format(self.settings.generation, self.settings.baseUrl)
end

--- A client from checked settings.
---@param settings table
---@return table? client
---@return mimecast.Failure? err
function client.new(settings)
  settings.clock = settings.clock or core.now
  settings.random = settings.random or math.random
  settings.uuid = settings.uuid or core.uuid
  local transport = settings.transport
  if not transport then
    if settings.caFile then
      local file = io.open(settings.caFile)
      if not file then
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
