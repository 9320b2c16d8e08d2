--- Selects the transport of a client: by its options, and by the host that it runs in.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local lazy = require "mimecast.base.lazy"
local nginx = require "mimecast.loop.nginx"

local transport = {}

local function invalid(field, message, hint)
  return nil, errors.new { category = "config", code = "invalid_setting", field = field, message = message, hint = hint }
end

local function curl(config, numbers)
  if config.caFile then
    local file = io.open(config.caFile)
    if not file or not file:read(0) then -- a folder opens, but cannot be read
      return invalid("caFile", "caFile cannot be read: " .. core.printable(config.caFile, 200))
    end
    file:close()
  end
  local host = nginx.in_nginx() and nginx.host() or {}
  local lent_loop = config.sleep ~= nil -- the caller waits in another loop than nginx
  return lazy("mimecast.transport.curl").new {
    caFile = config.caFile, proxy = config.proxy, maxResponseBytes = config.maxResponseBytes,
    numbers = numbers, monotonic = config.runtime.monotonic, unavailable = host.unavailable,
    sleep = config.sleep or host.sleep,
    semaphore = not lent_loop and host.semaphore or nil, spawn = not lent_loop and host.spawn or nil,
  }
end

local function new_cosocket(cosocket, config)
  return cosocket.new {
    proxy = config.proxy, maxResponseBytes = config.maxResponseBytes, monotonic = config.runtime.monotonic,
  }
end

local function resty(config)
  if not nginx.in_nginx() then
    return invalid("transport", "transport = \"resty\" works inside nginx only", "leave it out, or use \"curl\"")
  end
  local cosocket = lazy "mimecast.transport.cosocket"
  local http, reason = cosocket.http()
  if not http then
    return invalid("transport", "transport = \"resty\" needs lua-resty-http: " .. core.printable(reason, 200),
      "install it, or use \"curl\"")
  end
  local err = cosocket.unsupported(config)
  if err then return nil, err end
  return new_cosocket(cosocket, config)
end

-- Returns, inside nginx, the transport over lua-resty-http if it is installed and supports the options; else libcurl. With
-- the option sleep it is libcurl: cosockets would wait in nginx's loop.
local function default_transport(config, numbers)
  if nginx.in_nginx() and not config.sleep then
    local cosocket = lazy "mimecast.transport.cosocket"
    if cosocket.http() and not cosocket.unsupported(config) then
      return new_cosocket(cosocket, config)
    end
  end
  return curl(config, numbers)
end

--- Returns the transport for a checked configuration.
---@param config table transport: "curl", "resty", the caller's transport, or nil
---@param numbers? string[][] lists of header names for libcurl's transport (mimecast.transport.curl)
---@return table? transport
---@return mimecast.Error? err code "invalid_setting"
function transport.new(config, numbers)
  local choice = config.transport
  if type(choice) == "table" then
    if type(choice.send) ~= "function" then
      return invalid("transport", "transport has no function send", "see doc/configuration.md, Your own transport")
    end
    if choice.sleep and choice.wait_until and choice.map then return choice end
    return lazy("mimecast.transport.custom_transport").complete(choice, config.sleep)
  end
  if choice == "curl" then return curl(config, numbers) end
  if choice == "resty" then return resty(config) end
  return default_transport(config, numbers)
end

return transport
