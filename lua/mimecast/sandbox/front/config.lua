--- Writes the nginx configuration of a sandbox: one process, one Lua state, all paths inside the sandbox's folder.
local process = require "mimecast.sandbox.front.process"

local config = {}

local search = [[
for binary in %s; do
  found=$(command -v "$binary" 2>/dev/null) || continue
  echo "$found"; "$found" -V 2>&1; exit 0
done
exit 1]]

local candidates = "openresty nginx /usr/sbin/nginx /usr/local/sbin/nginx /usr/local/openresty/bin/openresty"

local advice = "nginx with its Lua module is needed: apt-get install nginx libnginx-mod-http-lua, or OpenResty"

--- Finds an nginx that can run Lua.
---@param binary? string to use instead of a search
---@return table? server { binary, modules (list of files to load), build (its configure arguments) }
---@return string? message
function config.find(binary)
  local text, code = process.run(search:format(binary and process.quote(binary) or candidates))
  if code ~= 0 then return nil, advice end
  local server = { binary = text:match("^[^\n]+"), build = text, modules = {} }
  if text:find("lua-nginx-module", 1, true) or text:find("ngx_lua", 1, true) or text:find("openresty", 1, true) then
    return server
  end
  local folder = text:match("%-%-modules%-path=(%S+)") or "/usr/lib/nginx/modules"
  for _, name in ipairs{ "ndk_http_module.so", "ngx_http_lua_module.so" } do
    local path = folder .. "/" .. name
    if not process.read(path) then return nil, advice .. " (there is no " .. path .. ")" end
    server.modules[#server.modules + 1] = path
  end
  return server
end

-- Returns the absolute path of the folder with the `mimecast` modules, from the path of this file.
local function lua_folder()
  local here = debug.getinfo(1, "S").source:match("^@(.*)mimecast/sandbox/front/config%.lua$")
  local path = process.run("cd " .. process.quote(here == "" and "." or here) .. " && pwd")
  return path
end

-- Links the modules' folder into the prefix: its own name could contain a ? or a ; that a search path interprets.
local function search_paths(prefix)
  local folder = prefix .. "/lua"
  process.run(("ln -sfn %s %s"):format(process.quote(lua_folder()), process.quote(folder)))
  local path, cpath = folder .. "/?.lua;" .. folder .. "/?/init.lua", ""
  -- The paths of Lua 5.1 and LuaJIT work in nginx, too (a tree of luarocks, for instance).
  if _VERSION == "Lua 5.1" then path, cpath = path .. ";" .. package.path, package.cpath end
  return path .. ";;", cpath .. ";;"
end

local template = [[
$LOAD
daemon on;
master_process off;
pid "$PREFIX/nginx.pid";
error_log "$PREFIX/error.log" error;
events { worker_connections 1024; }
http {
  access_log $ACCESS;
  $TEMPORARY
  client_body_buffer_size 1m;
  client_max_body_size 32m;
  large_client_header_buffers 4 32k;
  keepalive_requests 1000000;
  keepalive_timeout 300s;
  lua_package_path "$LUAPATH";
  lua_package_cpath "$LUACPATH";
  init_by_lua_block { require("mimecast.sandbox.front.nginx_app").start("$PREFIX") }
  init_worker_by_lua_block { require("mimecast.sandbox.front.nginx_app").watch() }
  server {
    $LISTEN
    location / { content_by_lua_block { require("mimecast.sandbox.front.nginx_app").respond() } }
    location = /sandbox/reset { internal; reset_timedout_connection on; return 444; }
  }
}
]]

local function quoted(path)
  return (path:gsub("[\\\"]", "\\%0"))
end

local function listen(settings)
  local lines = { ("listen 127.0.0.1:%d%s;"):format(settings.port, settings.tls and " ssl http2" or "") }
  if settings.tls then
    lines[#lines + 1] = ("listen 127.0.0.1:%d;"):format(settings.controlPort)
    lines[#lines + 1] = ("ssl_certificate \"%s\";"):format(quoted(settings.tls.certificate))
    lines[#lines + 1] = ("ssl_certificate_key \"%s\";"):format(quoted(settings.tls.key))
    lines[#lines + 1] = "ssl_protocols TLSv1.2 TLSv1.3;"
  end
  return table.concat(lines, "\n    ")
end

--- Writes the configuration's text.
---@param server table of `find`
---@param settings table { prefix, port, controlPort, tls, accessLog }
---@return string text
function config.text(server, settings)
  local prefix = quoted(settings.prefix)
  local load, temporary = {}, {}
  for i, path in ipairs(server.modules) do load[i] = ("load_module \"%s\";"):format(quoted(path)) end
  for _, kind in ipairs{ "client_body", "proxy", "fastcgi", "uwsgi", "scgi" } do
    if not server.build:find("--without-http_" .. kind .. "_module", 1, true) then
      temporary[#temporary + 1] = ("%s_temp_path \"%s/%s\";"):format(kind, prefix, kind)
    end
  end
  local path, cpath = search_paths(settings.prefix)
  local values = {
    LOAD = table.concat(load, "\n"), PREFIX = prefix, TEMPORARY = table.concat(temporary, "\n  "),
    ACCESS = settings.accessLog and ("\"%s/access.log\""):format(prefix) or "off",
    LUAPATH = quoted(path), LUACPATH = quoted(cpath), LISTEN = listen(settings),
  }
  return (template:gsub("%$(%u+)", values))
end

return config
