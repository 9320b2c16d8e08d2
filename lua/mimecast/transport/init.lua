--- Which transport a client gets: by its settings, and by the host that it runs in.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local lazy = require "mimecast.base.lazy"
local nginx = require "mimecast.loop.nginx"

local transport = {}

local function refuse(field, message, hint)
  return nil, errors.new { category = "config", code = "invalid_setting", field = field, message = message, hint = hint }
end

local function curl(settings, response_headers)
  if settings.caFile then
    local file = io.open(settings.caFile)
    if not file or not file:read(0) then -- a folder opens, and cannot be read
      return refuse("caFile", "caFile cannot be read: " .. core.printable(settings.caFile, 200))
    end
    file:close()
  end
  local host = nginx.in_nginx() and nginx.host() or {}
  return lazy("mimecast.transport.curl").new {
    caFile = settings.caFile, proxy = settings.proxy, maxResponseBytes = settings.maxResponseBytes,
    responseHeaders = response_headers,
    monotonic = settings.monotonic, unavailable = host.unavailable, sleep = settings.sleep or host.sleep,
    semaphore = not settings.sleep and host.semaphore or nil, spawn = not settings.sleep and host.spawn or nil,
  }
end

local function cosocket_options(settings, response_headers)
  return { proxy = settings.proxy, maxResponseBytes = settings.maxResponseBytes, monotonic = settings.monotonic,
    responseHeaders = response_headers }
end

local function cosocket(settings, response_headers)
  if not nginx.in_nginx() then
    return refuse("transport", "transport = \"resty\" works inside nginx only", "leave it out, or take \"curl\"")
  end
  local maker = lazy "mimecast.transport.cosocket"
  local http, reason = maker.http()
  if not http then
    return refuse("transport", "transport = \"resty\" needs lua-resty-http: " .. core.printable(reason, 200),
      "install it, or take \"curl\"")
  end
  local err = maker.problem(settings)
  if err then return nil, err end
  return maker.new(cosocket_options(settings, response_headers))
end

-- Inside nginx lua-resty-http, where it is installed and can do what the settings ask for; else libcurl. With a sleep that
-- was lent libcurl: cosockets would wait in nginx's own loop.
local function default_transport(settings, response_headers)
  if nginx.in_nginx() and not settings.sleep then
    local maker = lazy "mimecast.transport.cosocket"
    if maker.http() and not maker.problem(settings) then return maker.new(cosocket_options(settings, response_headers)) end
  end
  return curl(settings, response_headers)
end

--- The transport that checked settings ask for.
---@param settings table transport: "curl", "resty", a transport of the caller's own, or nil
---@param response_headers? string[] lower-case names of the response headers to return, beside HTTP's standard ones
---@return table? transport
---@return mimecast.Error? err code "invalid_setting"
function transport.new(settings, response_headers)
  local given = settings.transport
  if type(given) == "table" then return given end
  if given == "curl" then return curl(settings, response_headers) end
  if given == "resty" then return cosocket(settings, response_headers) end
  return default_transport(settings, response_headers)
end

return transport
