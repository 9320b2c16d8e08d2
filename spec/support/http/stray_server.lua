--- nginx that sends unsolicited bytes: after the real response, bytes that look like a second response. The body of the real
--- response is the last part of the path, so that a response identifies its request.
local certificates = require "tools.certificates"
local openresty = require "tools.openresty"
local shell = require "tools.shell"

local stray_server = {}

--- The behaviours, by the first part of the path. wait: seconds after which the stray bytes have arrived.
stray_server.kinds = {
  { name = "late", wait = 0.2, text = "some milliseconds after the response" },
  { name = "gone", wait = 0.2, text = "as a 408 before the server closed" },
  { name = "together", wait = 0, text = "together with the response" },
  { name = "tail", wait = 0, text = "together with the end of the response" },
  { name = "aligned", wait = 0, text = "behind a response that fills the reader's buffer" },
}

local acts = [[
  lua_shared_dict counts 1m;
  init_by_lua_block {
    local function response(name)
      return ("HTTP/1.1 200 OK\r\nX-Request-Id: %s\r\nContent-Length: %d\r\n\r\n%s"):format(name, #name, name)
    end
    local stray = response "stray"
    local acts = {}
    function acts.quiet(socket, name) socket:send(response(name)) end
    function acts.late(socket, name)
      socket:send(response(name))
      ngx.sleep(0.01)
      socket:send(stray)
    end
    function acts.gone(socket, name)
      socket:send(response(name))
      ngx.sleep(0.01)
      socket:send "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
      return true
    end
    function acts.together(socket, name) socket:send(response(name) .. stray) end
    function acts.tail(socket, name)
      local whole = response(name)
      socket:send(whole:sub(1, -2))
      ngx.sleep(0.01)
      socket:send(whole:sub(-1) .. stray)
    end
    function acts.aligned(socket, name)
      local whole, size = response(name), 8192
      socket:send((whole:gsub("\r\n", "\r\nX-Padding: " .. ("x"):rep(size - #whole - 13) .. "\r\n", 1)) .. stray)
    end

    -- Reads the next request; nil at the end of the connection.
    local function receive(socket)
      local line = socket:receive "*l"
      local kind, name = (line or ""):match "^%S+ /(%w+)/(%w+)"
      local length = 0
      while line and line ~= "" do
        length = tonumber(line:match "^[Cc]ontent%-[Ll]ength: (%d+)") or length
        line = socket:receive "*l"
      end
      if length > 0 then socket:receive(length) end
      return kind, name
    end

    function serve()
      ngx.req.read_body()
      local socket = ngx.req.socket(true)
      ngx.shared.counts:incr("connections", 1, 0)
      socket:settimeout(2000)
      local kind, name = ngx.var.uri:match "^/(%w+)/(%w+)"
      repeat
        ngx.shared.counts:incr("requests", 1, 0)
        if acts[kind](socket, name) then break end
        kind, name = receive(socket)
      until not kind
      ngx.exit(444)
    end
  }
  ssl_certificate "$CERTIFICATE";
  ssl_certificate_key "$KEY";
]]

local locations = [[
  listen 127.0.0.1:$TLSPORT ssl;
  location / { content_by_lua_block { serve() } }
  location = /count { content_by_lua_block { ngx.print(ngx.shared.counts:get(ngx.var.arg_of) or 0) } }
]]

--- Starts the server.
---@return table far plain and tls (base URLs), ca (file of the authority); connections, requests, stop
function stray_server.start()
  local folder = shell.make_folder()
  local files = certificates.make(folder)
  local port = shell.free_port()
  local values = { CERTIFICATE = files.good.certificate, KEY = files.good.key, TLSPORT = tostring(port) }
  local host = openresty.start { http = acts:gsub("%$(%u+)", values), server = locations:gsub("%$(%u+)", values) }
  local far = { plain = host.url, tls = "https://localhost:" .. port, ca = files.ca }

  --- Counts the connections with requests.
  function far.connections() return tonumber((host:read "/count?of=connections")) end

  --- Counts the requests.
  function far.requests() return tonumber((host:read "/count?of=requests")) end

  function far.stop()
    host:stop()
    shell.remove_folder(folder)
  end
  return far
end

return stray_server
