-- An nginx that runs Lua of a spec's own: a module `app`, whose functions answer the paths of their names.
local config = require "mimecast.sandbox.config"
local curl = require "mimecast.transport.curl"
local server = require "spec.support.server"
local shell = require "mimecast.sandbox.shell"

local host = {}
local Host = {}
Host.__index = Host

-- reuseport: the system spreads the connections over the workers; each request has one of its own.
local template = [[
$LOAD
$USER
daemon on;
master_process on;
worker_processes $WORKERS;
pid "$PREFIX/nginx.pid";
error_log "$PREFIX/error.log" warn;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path "$PREFIX/body";
  proxy_temp_path "$PREFIX/proxy";
  fastcgi_temp_path "$PREFIX/fastcgi";
  uwsgi_temp_path "$PREFIX/uwsgi";
  scgi_temp_path "$PREFIX/scgi";
  lua_package_path "$PREFIX/?.lua;$HERE/lua/?.lua;$HERE/lua/?/init.lua;$HERE/?.lua;;";
  lua_package_cpath "$HERE/build/5.1/?.so;;";
  lua_socket_log_errors off;
  keepalive_timeout 0;
  $HTTP
  server {
    listen 127.0.0.1:$PORT reuseport;
    location / { content_by_lua_block { require("app")[ngx.var.uri:sub(2)]() } }
    $SERVER
  }
}
]]

local function launch(found, prefix, given, port)
  local modules = {}
  for i, path in ipairs(found.modules) do modules[i] = ("load_module \"%s\";"):format(path) end
  local values = { LOAD = table.concat(modules, "\n"), WORKERS = given.workers or 1, PREFIX = prefix,
    USER = shell.run "id -u" == "0" and "user root;" or "", HERE = shell.run "pwd", PORT = port, HTTP = given.http or "",
    SERVER = given.server or "" }
  shell.write(prefix .. "/app.lua", given.app)
  shell.write(prefix .. "/nginx.conf", (template:gsub("%$(%u+)", values)))
  local said, code = shell.run(("unset LUA_PATH LUA_CPATH LUA_INIT; %s -p %s -c %s 2>&1"):format(shell.quote(found.binary),
    shell.quote(prefix .. "/"), shell.quote(prefix .. "/nginx.conf")))
  return code == 0, said
end

--- Starts one on a free port of 127.0.0.1.
---@param given table app (text of the module), workers, http and server (further lines of those blocks)
function host.start(given)
  local found = assert(config.find())
  local prefix = assert(shell.make_folder())
  local port = server.free_port()
  local ok, said = launch(found, prefix, given, port)
  if not ok then
    shell.remove_folder(prefix)
    error(said, 2)
  end
  return setmetatable({ prefix = prefix, url = "http://127.0.0.1:" .. port, transport = curl.new() }, Host)
end

--- Asks for a path; the answer's body. Raises where the status is not 200.
function Host:ask(path)
  local response, message = self.transport:send { method = "GET", url = self.url .. path, headers = {}, timeout = 30 }
  if not response then error(message, 2) end
  if response.status ~= 200 then error(path .. ": " .. response.status .. "\n" .. self:log(), 2) end
  return response.body
end

--- Asks so many times at once; the bodies.
function Host:ask_many(path, count)
  local bodies = {}
  self.transport:map(count, function(i) bodies[i] = self:ask(path) end, count)
  return bodies
end

--- What is in its error log.
function Host:log()
  return shell.read(self.prefix .. "/error.log") or ""
end

--- Ends it and waits until it is gone.
function Host:stop()
  self.transport:close()
  local pid = shell.read(self.prefix .. "/nginx.pid"):match "%d+"
  assert(shell.finish(pid, self.prefix))
  shell.remove_folder(self.prefix)
end

return host
