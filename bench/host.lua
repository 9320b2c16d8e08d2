--- The nginx that the bench of nginx measures, and the far sides that it calls: configuration as texts.
local openresty = require "tools.openresty"
local pin = require "bench.pin"
local sample = require "bench.sample"
local shell = require "tools.shell"

local host = {}

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
    if $WANTED and not has_resty then error(why, 0) end -- half an installation must not pass for none
    slow, quick = {}, {}
    for _, name in ipairs { "curl", has_resty and "resty" or nil } do
      slow[name], quick[name] = new("$SLOW", name), new("$FAST", name)
    end
    slow.blocking = new("$SLOW", require("mimecast.transport.curl").new())
    input = { email = "user@example.com", accountDisabled = true }
    measures = require "bench.measures"
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
  location = /rate { content_by_lua_block { ngx.print(measures.rate(quick[ngx.var.arg_t], input)) } }
  location = /bare { content_by_lua_block { ngx.print(measures.bare("$FAST", quick.resty)) } }
  location = /stall { content_by_lua_block { ngx.print(measures.stall(quick[ngx.var.arg_t], input)) } }
  location = /tls { content_by_lua_block { ngx.print(measures.tls("$TLS", ngx.var.arg_t, input, "$CA")) } }
]]

--- Starts the far sides and the nginx under measurement.
---@param files table of tools.certificates
---@param dns integer port of a name server
---@return table near
---@return fun() stop
function host.start(files, dns)
  local port, started = shell.free_port(), {}
  local function stop()
    for i = #started, 1, -1 do started[i]:stop() end
  end
  local function start(options)
    local ok, made = pcall(openresty.start, options)
    if not ok then
      stop()
      error(made, 0)
    end
    started[#started + 1] = made
    return made
  end
  local far = start { pin = pin.server, server = sample.locations, http = ([[
    server { listen 127.0.0.1:%d ssl; ssl_certificate "%s"; ssl_certificate_key "%s"; %s }]]):format(port,
    files.good.certificate, files.good.key, sample.locations) }
  local slow = start { pin = pin.server, server = openresty.service }
  local resty = openresty.resty_path()
  local values = { WANTED = tostring(resty ~= nil), FAST = far.url, SLOW = slow.url, DNS = tostring(dns), CA = files.ca,
    TLS = "https://localhost:" .. port }
  local near = start { pin = pin.client, resty = resty, level = "notice", http = http:gsub("%$(%u+)", values),
    server = server:gsub("%$(%u+)", values) }
  return near, stop
end

return host
