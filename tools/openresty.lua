-- Starts an nginx with a spec's own configuration on loopback, in a folder of its own, and ends it by its process id.
local concurrent_http = require "tools.concurrent_http"
local config = require "mimecast.sandbox.front.config"
local json = require "mimecast.json"
local shell = require "tools.shell"
local socket = require "socket"

local openresty = {}

--- The folder that holds lua-resty-http: RESTY_HTTP_PATH, or "" where it is on nginx's own path; nil where it is not.
function openresty.resty_path()
  local folder = os.getenv "RESTY_HTTP_PATH"
  if folder and folder ~= "" then return folder end
  for _, place in ipairs { "/usr/share/lua/5.1", "/usr/local/share/lua/5.1", "/usr/local/openresty/lualib",
    "/usr/local/openresty/site/lualib" } do
    if shell.read(place .. "/resty/http.lua") then return "" end
  end
end

--- Describes the same over each transport; without lua-resty-http its part is reported as skipped.
---@param describe_transport fun(name: string, path?: string)
---@param pending fun(title: string) busted's
---@param title string of what is skipped
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

-- Whether this process is root: then the workers must be told to stay it, to enter the folder.
local function user()
  local id = shell.run "id -u"
  return id == "0" and "user root root;" or ""
end

-- How many descriptors a worker may have: nginx complains in its log where this machine allows fewer than it is told.
local function most_files()
  return math.min(8192, tonumber((shell.run "ulimit -Hn")) or math.huge)
end

local function paths(options)
  local home = shell.run "pwd"
  local path = ("%s/lua/?.lua;%s/lua/?/init.lua;%s/?.lua;"):format(home, home, home)
  if options.resty and options.resty ~= "" then path = path .. options.resty .. "/?.lua;" end
  return path .. ";", ("%s/build/5.1/?.so;;"):format(home)
end

local Host = {}
Host.__index = Host

function Host:pid()
  return (shell.read(self.prefix .. "/nginx.pid") or ""):match "%d+"
end

--- What it wrote to its error log.
function Host:log()
  return shell.read(self.prefix .. "/error.log") or ""
end

--- Sends it a signal.
function Host:signal(name)
  shell.run(("kill -%s %s"):format(name, self:pid()))
end

--- One request, in HTTP/1.0; its body, status and head. With a table it is a POST of that as JSON.
function Host:get(path, value)
  local client = assert(socket.connect("127.0.0.1", self.port))
  client:settimeout(20)
  local body = value and json.encode(value) or ""
  assert(client:send(("%s %s HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s"):format(value and "POST" or "GET", path, #body, body)))
  local answer = client:receive "*a"
  client:close()
  if not answer then return nil, "no answer" end
  return answer:match "\r\n\r\n(.*)$", tonumber(answer:match "^HTTP/%S+ (%d+)"), answer:match "^(.-)\r\n\r\n"
end

--- The body of an answer; raises where the status is not 200.
function Host:read(path)
  local body, status = self:get(path)
  if status ~= 200 then error(path .. ": " .. tostring(status) .. "\n" .. self:log(), 2) end
  return body
end

--- Asks so many times at once, each over a connection of its own; the bodies.
function Host:read_many(path, count)
  local list = {}
  for i = 1, count do list[i] = path end
  return (concurrent_http.run(self.port, list))
end

--- Posts a value as JSON, and reads the answer as JSON.
function Host:ask(path, value)
  local text = self:get(path, value)
  return assert(json.decode(text), text)
end

--- Ends it and waits until it is gone.
function Host:stop()
  local pid = self:pid()
  if pid then assert(shell.finish(pid, self.prefix)) end
  shell.remove_folder(self.prefix)
end

-- A module whose functions answer the paths of their names.
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
    -- The system spreads connections over the workers.
    SPREAD = (options.workers or 1) > 1 and "reuseport" or "",
  }
  local text = template
  for _ = 1, 3 do text = text:gsub("%$(%u+)", function(name) return values[name] end) end
  shell.write(prefix .. "/nginx.conf", text)
end

--- Starts one. In the texts $PREFIX, $PORT, $LUAPATH and $LUACPATH stand for what they are.
---@param options table main, http, server: what is added at each place of the configuration; app: the text of a module whose
-- functions answer the paths of their names; workers; resty: the folder of lua-resty-http; level: of the error log; pin: what
-- goes before the command
---@return table host url, port, prefix; get, read, read_many, ask, log, signal, stop
function openresty.start(options)
  local server = assert(config.find(options.binary))
  local prefix = assert(shell.make_folder())
  local said, code
  for _ = 1, 20 do
    local port = shell.free_port()
    write(server, prefix, port, options)
    local quoted = shell.quote(prefix)
    said, code = shell.run(("unset LUA_PATH LUA_CPATH LUA_INIT; %s%s -p %s/ -c %s/nginx.conf -e %s/error.log 2>&1"):format(
      options.pin or "", shell.quote(server.binary), quoted, quoted, quoted))
    if code == 0 then
      return setmetatable({ prefix = prefix, port = port, url = "http://127.0.0.1:" .. port }, Host)
    end
    if not said:find("Address already in use", 1, true) then break end
  end
  shell.remove_folder(prefix)
  error("nginx did not start: " .. said, 2)
end

--- The texts of a far side that answers like the service: a token, and update-user after `$arg_after` seconds or 0.3.
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
