--- Configuration of the nginx under measurement, and of the servers that it calls.
local openresty = require "tools.openresty"
local cpu_affinity = require "bench.cpu_affinity"
local fixture = require "bench.fixture"
local shell = require "tools.shell"

local nginx_config = {}

local http = [[
  lua_socket_log_errors off;
  resolver 127.0.0.1:$DNS ipv6=off;
  lua_ssl_trusted_certificate "$CA";
  lua_socket_pool_size 256;
  init_by_lua_block {
    cjson, core, mimecast = require "cjson", require "mimecast.core", require "mimecast"
    function new(url, transport, more)
      local options = { clientId = "i", clientSecret = "s", baseUrl = url, transport = transport, attempts = 1 }
      for name, value in pairs(more or {}) do options[name] = value end
      return assert(mimecast.new(options))
    end
    local has_resty, why = require("mimecast.transport.cosocket").http()
    if $WANTED and not has_resty then error(why, 0) end -- a broken installation must not count as none
    slow, quick = {}, {}
    for _, name in ipairs { "curl", has_resty and "resty" or nil } do
      slow[name], quick[name] = new("$SLOW", name), new("$FAST", name)
    end
    slow.blocking = new("$SLOW", require("mimecast.transport.curl").new())
    input = { email = "user@example.com", accountDisabled = true }
    nginx_measures = require "bench.nginx_measures"
  }
]]

local server = [[
  location = /ping { return 200 "pong"; }
  location = /pid { content_by_lua_block { ngx.print(ngx.worker.pid()) } }
  location = /call {
    content_by_lua_block {
      local user, message = slow[ngx.var.arg_t]:update_user { email = ngx.var.arg_email }
      ngx.print(user and user.email or message)
    }
  }
  location = /rate { content_by_lua_block { ngx.print(nginx_measures.rate(quick[ngx.var.arg_t], input)) } }
  location = /bare { content_by_lua_block { ngx.print(nginx_measures.bare("$FAST", quick.resty)) } }
  location = /stall { content_by_lua_block { ngx.print(nginx_measures.stall(quick[ngx.var.arg_t], input)) } }
  location = /tls { content_by_lua_block { ngx.print(nginx_measures.tls("$TLS", ngx.var.arg_t, input, "$CA")) } }
]]

--- Starts the servers and the nginx under measurement.
---@param files table of tools.certificates
---@param dns integer port of a name server
---@param tree? string folder of another checkout, for a second nginx with its module
---@return table near
---@return table? other with that module
---@return fun() stop
function nginx_config.start(files, dns, tree)
  local port, started = shell.free_port(), {}
  local function stop()
    for i = #started, 1, -1 do started[i]:stop() end
  end
  local function start(options)
    local ok, host = pcall(openresty.start, options)
    if not ok then
      stop()
      error(host, 0)
    end
    started[#started + 1] = host
    return host
  end
  local far = start { pin = cpu_affinity.server, server = fixture.locations, http = ([[
    server { listen 127.0.0.1:%d ssl; ssl_certificate "%s"; ssl_certificate_key "%s"; %s }]]):format(port,
    files.good.certificate, files.good.key, fixture.locations) }
  local slow = start { pin = cpu_affinity.server, server = openresty.service }
  local resty = openresty.resty_path()
  local values = { WANTED = tostring(resty ~= nil), FAST = far.url, SLOW = slow.url, DNS = tostring(dns), CA = files.ca,
    TLS = "https://localhost:" .. port }
  local function start_near(folder)
    return start { pin = cpu_affinity.client, resty = resty, level = "notice", http = http:gsub("%$(%u+)", values),
      server = server:gsub("%$(%u+)", values), tree = folder }
  end
  return start_near(), tree and start_near(tree) or nil, stop
end

return nginx_config
