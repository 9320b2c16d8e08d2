--- An nginx on loopback that answers update-user and the token endpoint with fixed texts, in a folder of its own.
local sample = require "bench.sample"
local shell = require "mimecast.sandbox.shell"

local server = {}

local template = [[
daemon on;
worker_processes 1;
pid "$PREFIX/nginx.pid";
error_log "$PREFIX/error.log" error;
events { worker_connections 1024; }
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
  server {
    listen 127.0.0.1:$PORT;
    location = /api/user/update-user {
      add_header X-RateLimit-Limit 800;
      add_header X-RateLimit-Remaining 799;
      add_header X-RateLimit-Reset 5000;
      return 200 '$ANSWER';
    }
    location = /oauth/token { return 200 '$TOKEN'; }
  }
}
]]

local function start_on(port, prefix, pin)
  local values = { PREFIX = prefix, PORT = tostring(port), ANSWER = sample.answer, TOKEN = sample.token }
  shell.write(prefix .. "/nginx.conf", (template:gsub("%$(%u+)", values)))
  local quoted = shell.quote(prefix)
  return shell.run(("PATH=$PATH:/usr/sbin %snginx -p %s/ -c %s/nginx.conf -e %s/error.log 2>&1"):format(pin, quoted,
    quoted, quoted))
end

--- Starts nginx on the first port that it can bind.
---@param pin string what goes before its command: the CPU that it stays on
---@return string url
---@return string folder for the caller's own files, too
---@return fun() stop ends nginx and removes the folder
function server.start(pin)
  local prefix = assert(shell.make_folder())
  for port = 21700, 21800 do
    local said, code = start_on(port, prefix, pin)
    if code == 0 then
      return "http://127.0.0.1:" .. port, prefix, function()
        local pid = (shell.read(prefix .. "/nginx.pid") or ""):match "%d+"
        if pid and not shell.finish(pid, prefix) then print("nginx, process " .. pid .. ", does not end") end
        shell.remove_folder(prefix)
      end
    elseif not said:find("Address already in use", 1, true) then
      shell.remove_folder(prefix)
      error("nginx did not start: " .. said)
    end
  end
  shell.remove_folder(prefix)
  error "no free port"
end

return server
