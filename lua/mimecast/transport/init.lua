--- Which transport a client gets: by its settings, and by the host that it runs in.
local core = require "mimecast.core"
local failure = require "mimecast.errors"
local lazy = require "mimecast.base.lazy"
local nginx = require "mimecast.loop.nginx"

local transport = {}

local function refuse(field, message, hint)
  return nil, failure.new { category = "config", code = "invalid_setting", field = field, message = message, hint = hint }
end

local function curl(settings)
  if settings.caFile then
    local file = io.open(settings.caFile)
    if not file or not file:read(0) then -- a folder opens, and cannot be read
      return refuse("caFile", "caFile cannot be read: " .. core.printable(settings.caFile, 200))
    end
    file:close()
  end
  local host = nginx.is_here() and nginx.host() or {}
  return lazy("mimecast.transport.curl").new {
    caFile = settings.caFile, proxy = settings.proxy, maxResponseBytes = settings.maxResponseBytes,
    monotonic = settings.monotonic, refusal = host.refusal, sleep = settings.sleep or host.sleep,
    semaphore = not settings.sleep and host.semaphore or nil, detach = not settings.sleep and host.detach or nil,
  }
end

local function resty(settings)
  if not nginx.is_here() then
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
  return maker.new(settings)
end

-- Inside nginx lua-resty-http, where it is installed and can do what the settings ask for; else libcurl. With a sleep that
-- was lent libcurl: cosockets would wait in nginx's own loop.
local function fitting(settings)
  if nginx.is_here() and not settings.sleep then
    local maker = lazy "mimecast.transport.cosocket"
    if maker.http() and not maker.problem(settings) then return maker.new(settings) end
  end
  return curl(settings)
end

--- The transport that checked settings ask for.
---@param settings table transport: "curl", "resty", a transport of the caller's own, or nil
---@return table? transport
---@return mimecast.Failure? err code "invalid_setting"
function transport.of(settings)
  local given = settings.transport
  if type(given) == "table" then return given end
  if given == "curl" then return curl(settings) end
  if given == "resty" then return resty(settings) end
  return fitting(settings)
end

return transport
