--- The HTTP front: starts one nginx on loopback around a tenant, talks to its control path, and ends it.
local core = require "mimecast.core"
local json = require "mimecast.json"
local lazy = require "mimecast.base.lazy"
local config = require "mimecast.sandbox.front.config"
local handle = require "mimecast.sandbox.front.tenant_client"
local shell = require "mimecast.sandbox.front.process"
local tenants = require "mimecast.sandbox.tenant"

local nginx = {}

local lowest_port, highest_port = 20000, 32000

local own_options = { tls = true, host = true, binary = true, accessLog = true, transport = true }

-- The front's own options and the tenant's. The tenant lives in another process: what it gets must be data.
local function split(options)
  local own, tenant = {}, {}
  for name, value in pairs(options or {}) do
    if own_options[name] then
      own[name] = value
    else
      if type(value) == "function" then
        error(("the sandbox option %q is a function: it works in the process only"):format(name), 3)
      end
      tenant[name] = value
    end
  end
  tenants.check(tenant, 3)
  local tls = own.tls
  if tls ~= nil and not (type(tls) == "table" and type(tls.certificate) == "string" and type(tls.key) == "string") then
    error("the sandbox option tls is { certificate = file, key = file }", 3)
  end
  for _, order in ipairs(tenant.faults or {}) do
    if order.kind == "refuse" then error(handle.no_refusal, 3) end
  end
  return own, tenant
end

local function random_port()
  local file = assert(io.open("/dev/urandom", "rb"))
  local high, low = file:read(2):byte(1, 2)
  file:close()
  return lowest_port + (high * 256 + low) % (highest_port - lowest_port)
end

-- nginx itself proves that a port is free, but tries for seconds before it gives up: skip what is plainly taken.
local function taken(port)
  local text = shell.read("/proc/net/tcp") or ""
  return text:find(("%%x+:%04X %%x+:%%x+ 0A"):format(port)) ~= nil
end

local function free_port(except)
  local port
  repeat port = random_port() until port ~= except and not taken(port)
  return port
end

local function read_log(prefix)
  return (shell.read(prefix .. "/start.out") or "") .. (shell.read(prefix .. "/error.log") or "")
end

-- Starts nginx; true, or false where another had the port, or nil with what nginx said.
local function launch(server, settings)
  local prefix = settings.prefix
  shell.write(prefix .. "/nginx.conf", config.text(server, settings))
  os.remove(prefix .. "/error.log")
  -- nginx's Lua is LuaJIT: paths meant for this process's Lua would lead it to modules that it cannot load.
  local _, code = shell.run(("unset LUA_PATH LUA_CPATH LUA_INIT; %s -p %s -c %s >%s 2>&1"):format(
    shell.quote(server.binary), shell.quote(prefix .. "/"), shell.quote(prefix .. "/nginx.conf"),
    shell.quote(prefix .. "/start.out")))
  if code == 0 then return true end
  local said = read_log(prefix)
  if said:find("Address already in use", 1, true) then return false end
  return nil, "nginx did not start: " .. said
end

local to_integer = rawget(math, "tointeger")

-- cjson makes every number of Lua 5.4 a float; a count should print as 1.
local function whole(value)
  if type(value) == "table" then
    for name, inner in pairs(value) do value[name] = whole(inner) end
  elseif type(value) == "number" and to_integer then
    return to_integer(value) or value
  elseif value == json.null then
    return nil
  end
  return value
end

local function control_client(transport, url, key)
  return function(ask)
    local response, message = transport:send{
      method = "POST", url = url .. "/sandbox/control", timeout = 30, connectTimeout = 5,
      headers = { "Content-Type", "application/json", "X-Sandbox-Key", key },
      body = json.encode(ask),
    }
    if not response then return nil, message end
    local answer = json.decode(response.body)
    if type(answer) ~= "table" then return nil, "the control path answered " .. tostring(response.status) end
    return whole(answer.result), whole(answer.message)
  end
end

-- Calls stop when the handle is collected or the Lua state is closed.
local function guard(stop)
  local newproxy = rawget(_G, "newproxy") -- Lua 5.1 finalizes no tables
  if newproxy then
    local proxy = newproxy(true)
    getmetatable(proxy).__gc = stop
    return proxy
  end
  return setmetatable({}, { __gc = stop })
end

-- In a child process, after a fork, the tenant is the parent's: the child's copy of the handle ends nothing.
local function stopper(prefix)
  local done, process = false, core.process_id()
  return function()
    if done or core.process_id() ~= process then return true end
    done = true
    local pid = (shell.read(prefix .. "/nginx.pid") or ""):match("%d+")
    local gone = not pid or shell.finish(pid, prefix)
    shell.remove_folder(prefix)
    if gone then return true end
    return nil, "nginx, process " .. pid .. ", does not end"
  end
end

-- Where it cannot be told who started it (no /proc), nginx is not told to end with that process.
local function parent_id()
  local pid = shell.run("echo \"$PPID\""):match("%d+")
  return pid and shell.read("/proc/" .. pid .. "/stat") and pid or nil
end

local function serve(server, prefix, own, tenant)
  local key = tenants.random_text(32)
  shell.write(prefix .. "/tenant.json", json.encode{ key = key, options = tenant, parent = parent_id() })
  local settings = { prefix = prefix, tls = own.tls, accessLog = own.accessLog }
  for _ = 1, 20 do
    settings.port = free_port()
    settings.controlPort = own.tls and free_port(settings.port) or settings.port
    local ok, message = launch(server, settings)
    if ok then return settings, key end
    if ok == nil then return nil, message end
  end
  return nil, "no free port found"
end

local function make_handle(settings, key, own, tenant, stop)
  local scheme = own.tls and "https" or "http"
  local url = ("%s://%s:%d"):format(scheme, own.host or "127.0.0.1", settings.port)
  local control_url = ("http://127.0.0.1:%d"):format(settings.controlPort)
  local transport = own.transport or lazy("mimecast.transport.curl").new{}
  local given = tenant.credentials or {}
  return handle.new{
    front = "nginx",
    url = url,
    urls = { v1 = url, v2 = url },
    controlUrl = control_url,
    controlKey = key,
    prefix = settings.prefix,
    credentials = { v1 = given.v1 or tenants.credentials.v1, v2 = given.v2 or tenants.credentials.v2,
      login = given.login or tenants.credentials.login },
    ask = control_client(transport, control_url, key),
    stopper = stop,
    guard = guard(stop),
  }
end

--- Starts a tenant behind nginx. Raises for unknown options.
---@param options? table data options of a tenant, and tls = { certificate, key } (files), host (in the url), binary,
--- accessLog (true: access.log in the prefix), transport (for the control path; libcurl's by default)
---@return table? handle
---@return string? message
function nginx.start(options)
  local own, tenant = split(options)
  local server, message = config.find(own.binary)
  if not server then return nil, message end
  local prefix
  prefix, message = shell.make_folder()
  if not prefix then return nil, message end
  local stop = stopper(prefix)
  local settings, key = serve(server, prefix, own, tenant)
  if not settings then
    stop()
    return nil, key
  end
  local ok, made = pcall(make_handle, settings, key, own, tenant, stop)
  if not ok then
    stop()
    error(made, 2)
  end
  -- The socket listens before nginx goes to the background: the first request waits for it, nobody polls.
  local alive
  alive, message = made:control{ action = "ping" }
  if alive then return made end
  message = ("the sandbox does not answer (%s): %s"):format(tostring(message), read_log(prefix))
  stop()
  return nil, message
end

local waiting = [[
if [ -p /dev/stdin ]; then cat >/dev/null; else while kill -0 %s 2>/dev/null; do sleep 1; done; fi]]

--- Starts a tenant, prints how to reach it as lines for a shell, and keeps it until Ctrl-C, or until standard input
-- ends where that is a pipe.
---@param options? table those of `start`
---@return boolean? ok
---@return string? message
function nginx.run(options)
  local made, message = nginx.start(options)
  if not made then return nil, message end
  local v1, v2 = made.credentials.v1, made.credentials.v2
  print(("# control: POST %s/sandbox/control, X-Sandbox-Key: %s"):format(made.controlUrl, made.controlKey))
  print("unset MIMECAST_SANDBOX")
  print("# API 2.0")
  print("export MIMECAST_BASE_URL=" .. made.url)
  print("export MIMECAST_CLIENT_ID=" .. v2.clientId)
  print("export MIMECAST_CLIENT_SECRET=" .. v2.clientSecret)
  print("# API 1.0, instead of the two before (unset MIMECAST_CLIENT_ID MIMECAST_CLIENT_SECRET)")
  for _, pair in ipairs{ { "APP_ID", v1.appId }, { "APP_KEY", v1.appKey }, { "ACCESS_KEY", v1.accessKey },
    { "SECRET_KEY", v1.secretKey } } do
    print(("# export MIMECAST_%s=%s"):format(pair[1], pair[2]))
  end
  print("# Ctrl-C ends it.")
  io.stdout:flush()
  -- Lua ignores Ctrl-C while it waits for the shell, so that what follows is done in any case.
  os.execute(waiting:format((shell.read(made.prefix .. "/nginx.pid") or ""):match("%d+") or "0"))
  return made:stop()
end

return nginx
