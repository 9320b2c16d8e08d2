--- The HTTP front: starts nginx on loopback with a tenant, sends control requests to it, and stops it.
local check = require "mimecast.config.check"
local core = require "mimecast.core"
local json = require "mimecast.json"
local lazy = require "mimecast.base.lazy"
local config = require "mimecast.sandbox.front.config"
local tenant_client = require "mimecast.sandbox.front.tenant_client"
local process = require "mimecast.sandbox.front.process"
local tenant_state = require "mimecast.sandbox.tenant_state"

local nginx = {}

local lowest_port, highest_port = 20000, 32000

local front_fields = check.fields {
  { name = "tls", type = "table", problem = function(tls)
    local is_complete = type(tls.certificate) == "string" and type(tls.key) == "string"
    return not is_complete and "must be { certificate = FILE, key = FILE }" or nil
  end },
  { name = "host", type = "string" }, { name = "binary", type = "string" }, { name = "accessLog", type = "boolean" },
  { name = "transport", type = "table" },
}

-- Splits the options into those of the front and those of the tenant. The tenant is in another process: its options are data.
local function split(options)
  local front, tenant = {}, {}
  for name, value in pairs(options or {}) do
    if front_fields.by_name[name] then
      front[name] = value
    else
      if type(value) == "function" then
        error(("sandbox: %s is a function, which works in the process only"):format(name), 3)
      end
      tenant[name] = value
    end
  end
  tenant_state.check(tenant, 3)
  check.options(front_fields, front, "sandbox", 3)
  for _, rule in ipairs(tenant.faults or {}) do
    if rule.kind == "refuse" then error(tenant_client.refuse_unsupported, 3) end
  end
  return front, tenant
end

local function random_port()
  local file = assert(io.open("/dev/urandom", "rb"))
  local high, low = file:read(2):byte(1, 2)
  file:close()
  return lowest_port + (high * 256 + low) % (highest_port - lowest_port)
end

-- nginx tries for seconds to bind a port that is in use: skip such ports.
local function is_in_use(port)
  local text = process.read("/proc/net/tcp") or ""
  return text:find(("%%x+:%04X %%x+:%%x+ 0A"):format(port)) ~= nil
end

local function free_port(except)
  local port
  repeat port = random_port() until port ~= except and not is_in_use(port)
  return port
end

local function read_log(prefix)
  return (process.read(prefix .. "/start.out") or "") .. (process.read(prefix .. "/error.log") or "")
end

-- Starts nginx. Returns true; false if the port is in use; or nil with the output of nginx.
local function launch(server, settings)
  local prefix = settings.prefix
  process.write(prefix .. "/nginx.conf", config.text(server, settings))
  os.remove(prefix .. "/error.log")
  -- nginx's Lua is LuaJIT: the paths of this process's Lua name modules that it cannot load.
  local _, code = process.run(("unset LUA_PATH LUA_CPATH LUA_INIT; %s -p %s -c %s >%s 2>&1"):format(
    process.quote(server.binary), process.quote(prefix .. "/"), process.quote(prefix .. "/nginx.conf"),
    process.quote(prefix .. "/start.out")))
  if code == 0 then return true end
  local output = read_log(prefix)
  if output:find("Address already in use", 1, true) then return false end
  return nil, "nginx did not start: " .. output
end

local to_integer = rawget(math, "tointeger")

-- Converts whole numbers to integers: cjson decodes all numbers as floats, and a count should print as 1.
local function with_integers(value)
  if type(value) == "table" then
    for name, inner in pairs(value) do value[name] = with_integers(inner) end
  elseif type(value) == "number" and to_integer then
    return to_integer(value) or value
  elseif value == json.null then
    return nil
  end
  return value
end

local function control_client(transport, url, key)
  return function(request)
    local response, message = transport:send{
      method = "POST", url = url .. "/sandbox/control", timeout = 30, connectTimeout = 5,
      headers = { "Content-Type", "application/json", "X-Sandbox-Key", key },
      body = json.encode(request),
    }
    if not response then return nil, message end
    local reply = json.decode(response.body)
    if type(reply) ~= "table" then return nil, "the control path returned HTTP " .. tostring(response.status) end
    return with_integers(reply.result), with_integers(reply.message)
  end
end

-- Returns a value whose finalizer calls stop.
local function finalizer(stop)
  local newproxy = rawget(_G, "newproxy") -- Lua 5.1 finalizes no tables
  if newproxy then
    local proxy = newproxy(true)
    getmetatable(proxy).__gc = stop
    return proxy
  end
  return setmetatable({}, { __gc = stop })
end

-- After a fork, the tenant belongs to the parent: the child's copy of the object stops nothing.
local function stopper(prefix)
  local done, owner_id = false, core.process_id()
  return function()
    if done or core.process_id() ~= owner_id then return true end
    done = true
    local pid = (process.read(prefix .. "/nginx.pid") or ""):match("%d+")
    local gone = not pid or process.finish(pid, prefix)
    process.remove_folder(prefix)
    if gone then return true end
    return nil, "nginx, process " .. pid .. ", does not end"
  end
end

-- Returns this process's id: nginx ends with this process. Returns nil without /proc.
local function parent_id()
  local pid = process.run("echo \"$PPID\""):match("%d+")
  return pid and process.read("/proc/" .. pid .. "/stat") and pid or nil
end

local function serve(server, prefix, front, tenant)
  local key = tenant_state.random_text(32)
  process.write(prefix .. "/tenant.json", json.encode{ key = key, options = tenant, parent = parent_id(),
    host = front.host })
  local settings = { prefix = prefix, tls = front.tls, accessLog = front.accessLog }
  for _ = 1, 20 do
    settings.port = free_port()
    settings.controlPort = front.tls and free_port(settings.port) or settings.port
    local ok, message = launch(server, settings)
    if ok then return settings, key end
    if ok == nil then return nil, message end
  end
  return nil, "no free port found"
end

local function make_client(settings, key, front, tenant, stop)
  local scheme = front.tls and "https" or "http"
  local url = ("%s://%s:%d"):format(scheme, front.host or "127.0.0.1", settings.port)
  local control_url = ("http://127.0.0.1:%d"):format(settings.controlPort)
  local transport = front.transport or lazy("mimecast.transport.curl").new{}
  local credentials = tenant.credentials or {}
  return tenant_client.new{
    front = "nginx",
    url = url,
    urls = { v1 = url, v2 = url },
    controlUrl = control_url,
    controlKey = key,
    pageUrl = control_url .. "/",
    prefix = settings.prefix,
    credentials = { v1 = credentials.v1 or tenant_state.credentials.v1, v2 = credentials.v2 or tenant_state.credentials.v2,
      login = credentials.login or tenant_state.credentials.login },
    send_control = control_client(transport, control_url, key),
    stopper = stop,
    finalizer = finalizer(stop),
  }
end

--- Starts a tenant behind nginx. Raises for unknown options.
---@param options? table data options of a tenant, and tls = { certificate, key } (files), host (in the url), binary,
--- accessLog (true: access.log in the prefix), transport (for the control path; libcurl's by default)
---@return table? tenant
---@return string? message
function nginx.start(options)
  local front, tenant = split(options)
  local server, message = config.find(front.binary)
  if not server then return nil, message end
  local prefix
  prefix, message = process.make_folder()
  if not prefix then return nil, message end
  local stop = stopper(prefix)
  local settings, key = serve(server, prefix, front, tenant)
  if not settings then
    stop()
    return nil, key
  end
  local ok, client = pcall(make_client, settings, key, front, tenant, stop)
  if not ok then
    stop()
    error(client, 2)
  end
  -- The socket listens before nginx goes to the background, so the first request needs no polling.
  local alive
  alive, message = client:control{ action = "ping" }
  if alive then return client end
  message = ("the sandbox does not respond (%s): %s"):format(tostring(message), read_log(prefix))
  stop()
  return nil, message
end

local waiting = [[
if [ -p /dev/stdin ]; then cat >/dev/null; else while kill -0 %s 2>/dev/null; do sleep 1; done; fi]]

--- Starts a tenant, prints the variables for a client as lines for a shell, and keeps the tenant until Ctrl-C, or until
-- standard input ends if it is a pipe.
---@param options? table those of `start`
---@return boolean? ok
---@return string? message
function nginx.run(options)
  local client, message = nginx.start(options)
  if not client then return nil, message end
  local v1, v2 = client.credentials.v1, client.credentials.v2
  print("# page: " .. client.pageUrl)
  print(("# control: POST %s/sandbox/control, X-Sandbox-Key: %s"):format(client.controlUrl, client.controlKey))
  print("unset MIMECAST_SANDBOX")
  print("# API 2.0")
  print("export MIMECAST_BASE_URL=" .. client.url)
  print("export MIMECAST_CLIENT_ID=" .. v2.clientId)
  print("export MIMECAST_CLIENT_SECRET=" .. v2.clientSecret)
  print("# API 1.0, instead of the two before (unset MIMECAST_CLIENT_ID MIMECAST_CLIENT_SECRET)")
  for _, pair in ipairs{ { "APP_ID", v1.appId }, { "APP_KEY", v1.appKey }, { "ACCESS_KEY", v1.accessKey },
    { "SECRET_KEY", v1.secretKey } } do
    print(("# export MIMECAST_%s=%s"):format(pair[1], pair[2]))
  end
  print("# Ctrl-C ends it.")
  io.stdout:flush()
  -- Lua ignores Ctrl-C while it waits for the shell: the tenant is stopped in any case.
  os.execute(waiting:format((process.read(client.prefix .. "/nginx.pid") or ""):match("%d+") or "0"))
  return client:stop()
end

return nginx
