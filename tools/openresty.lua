--- Starts nginx on loopback with a given configuration in a temporary folder, and ends it by its process id.
local concurrent_http = require "tools.concurrent_http"
local config = require "mimecast.sandbox.front.config"
local json = require "mimecast.json"
local shell = require "tools.shell"
local socket = require "socket"

local openresty = {}

--- Returns the folder of lua-resty-http: RESTY_HTTP_PATH; "" if it is on nginx's search path; nil if it is not installed.
function openresty.resty_path()
  local folder = os.getenv "RESTY_HTTP_PATH"
  if folder and folder ~= "" then return folder end
  for _, place in ipairs { "/usr/share/lua/5.1", "/usr/local/share/lua/5.1", "/usr/local/openresty/lualib",
    "/usr/local/openresty/site/lualib" } do
    if shell.read(place .. "/resty/http.lua") then return "" end
  end
end

--- Runs the same specs over each transport. Without lua-resty-http, its part is pending.
---@param describe_transport fun(name: string, path?: string)
---@param pending fun(title: string) busted's
---@param title string of the pending part
function openresty.each_transport(describe_transport, pending, title)
  describe_transport("curl")
  local path = openresty.resty_path()
  if path then return describe_transport("resty", path) end
  pending(title .. ": there is no lua-resty-http (RESTY_HTTP_PATH names its folder)")
end

local template = [[
$LOAD
$USER
daemon on;
worker_processes $WORKERS;
worker_rlimit_nofile $FILES;
pid "$PREFIX/nginx.pid";
error_log "$PREFIX/error.log" $LEVEL;
$MAIN
events { worker_connections $CONNECTIONS; }
http {
  access_log off;
  client_body_temp_path "$PREFIX/body";
  proxy_temp_path "$PREFIX/proxy";
  fastcgi_temp_path "$PREFIX/fastcgi";
  uwsgi_temp_path "$PREFIX/uwsgi";
  scgi_temp_path "$PREFIX/scgi";
  keepalive_requests 1000000000;
  keepalive_timeout 3600s;
  default_type application/json;
  lua_package_path "$LUAPATH";
  lua_package_cpath "$LUACPATH";
  $HTTP
  server {
    listen 127.0.0.1:$PORT backlog=4096 $SPREAD;
    $SERVER
  }
}
]]

-- Keeps the workers root if this process is root: they must enter the folder.
local function user()
  local id = shell.run "id -u"
  return id == "0" and "user root root;" or ""
end

-- Returns the descriptors of a worker: nginx logs an error if the limit of this machine is lower.
local function most_files()
  return math.min(8192, tonumber((shell.run "ulimit -Hn")) or math.huge)
end

local function paths(options)
  local home = shell.run "pwd"
  local tree = options.tree and home .. "/" .. options.tree or home
  local path = ("%s/lua/?.lua;%s/lua/?/init.lua;%s/?.lua;"):format(tree, tree, home)
  if options.resty and options.resty ~= "" then path = path .. options.resty .. "/?.lua;" end
  return path .. ";", ("%s/build/5.1/?.so;;"):format(tree)
end

local Host = {}
Host.__index = Host

function Host:pid()
  return (shell.read(self.prefix .. "/nginx.pid") or ""):match "%d+"
end

--- Returns the error log.
function Host:log()
  return shell.read(self.prefix .. "/error.log") or ""
end

--- Sends a signal.
function Host:signal(name)
  shell.run(("kill -%s %s"):format(name, self:pid()))
end

--- Sends a request of HTTP/1.0 and returns body, status and head. A table is posted as JSON.
function Host:get(path, value)
  local client = assert(socket.connect("127.0.0.1", self.port))
  client:settimeout(20)
  local body = value and json.encode(value) or ""
  assert(client:send(("%s %s HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s"):format(value and "POST" or "GET", path, #body, body)))
  local response = client:receive "*a"
  client:close()
  if not response then return nil, "no response" end
  return response:match "\r\n\r\n(.*)$", tonumber(response:match "^HTTP/%S+ (%d+)"), response:match "^(.-)\r\n\r\n"
end

--- Returns the body of a response. Raises if the status is not 200.
function Host:read(path)
  local body, status = self:get(path)
  if status ~= 200 then error(path .. ": " .. tostring(status) .. "\n" .. self:log(), 2) end
  return body
end

--- Sends the same request many times at once, each over a new connection, and returns the bodies.
function Host:read_many(path, count)
  local list = {}
  for i = 1, count do list[i] = path end
  return (concurrent_http.run(self.port, list))
end

--- Posts a value as JSON and returns the decoded response.
function Host:ask(path, value)
  local text = self:get(path, value)
  return assert(json.decode(text), text)
end

--- Ends nginx and waits for its end.
function Host:stop()
  local pid = self:pid()
  if pid then assert(shell.finish(pid, self.prefix)) end
  shell.remove_folder(self.prefix)
end

-- Configuration for a module whose functions handle the paths with their names.
local app_http = "lua_socket_log_errors off; init_by_lua_block { package.loaded.app = (function() $APP end)() }\n"
local app_server = "location / { keepalive_timeout 0; content_by_lua_block { require(\"app\")[ngx.var.uri:sub(2)]() } }\n"

local function write(server, prefix, port, options)
  local load = {}
  for i, path in ipairs(server.modules) do load[i] = ("load_module \"%s\";"):format(path) end
  local path, cpath = paths(options)
  local app, files = options.app, most_files()
  local values = {
    FILES = ("%d"):format(files), CONNECTIONS = ("%d"):format(math.min(4096, files)),
    LOAD = table.concat(load, "\n"), USER = user(), WORKERS = tostring(options.workers or 1), PREFIX = prefix,
    PORT = tostring(port), LUAPATH = path, LUACPATH = cpath, MAIN = options.main or "", APP = app,
    HTTP = (app and app_http or "") .. (options.http or ""), SERVER = (app and app_server or "") .. (options.server or ""),
    LEVEL = options.level or (app and "warn" or "error"),
    -- The kernel distributes connections to the workers.
    SPREAD = (options.workers or 1) > 1 and "reuseport" or "",
  }
  local text = template
  for _ = 1, 3 do text = text:gsub("%$(%u+)", function(name) return values[name] end) end
  shell.write(prefix .. "/nginx.conf", text)
end

--- Starts nginx. The texts may contain $PREFIX, $PORT, $LUAPATH and $LUACPATH.
---@param options table main, http, server: text for each block of the configuration; app: source of a module whose functions
-- handle the paths with their names; workers; resty: the folder of lua-resty-http; level: of the error log; pin: words before
-- the command (bench/cpu_affinity.lua); tree: folder of another checkout, whose module is loaded
---@return table host url, port, prefix; get, read, read_many, ask, log, signal, stop
function openresty.start(options)
  local server = assert(config.find(options.binary))
  local prefix = assert(shell.make_folder())
  local output, code
  for _ = 1, 20 do
    local port = shell.free_port()
    write(server, prefix, port, options)
    local quoted = shell.quote(prefix)
    output, code = shell.run(("unset LUA_PATH LUA_CPATH LUA_INIT; %s%s -p %s/ -c %s/nginx.conf -e %s/error.log 2>&1"):format(
      options.pin or "", shell.quote(server.binary), quoted, quoted, quoted))
    if code == 0 then
      return setmetatable({ prefix = prefix, port = port, url = "http://127.0.0.1:" .. port }, Host)
    end
    if not output:find("Address already in use", 1, true) then break end
  end
  shell.remove_folder(prefix)
  error("nginx did not start: " .. output, 2)
end

--- Locations of a server that responds like the service: a token, and update-user after the seconds in the address or 0.3 s.
openresty.service = [[
    location = /oauth/token { return 200 '{"access_token":"abcdefghijklmnopqrstuvwxyz","expires_in":1799}'; }
    location / {
      content_by_lua_block {
        ngx.req.read_body()
        local key = ngx.req.get_body_data():match '"emailAddress":"([^"]*)"'
        local seconds = tonumber(key:match "after%-([%d.]+)") or 0.3
        if seconds > 0 then ngx.sleep(seconds) end
        ngx.print('{"meta":{"status":200},"data":[{"emailAddress":"', key, '","accountDisabled":true}],"fail":[]}')
      }
    }
]]

return openresty
