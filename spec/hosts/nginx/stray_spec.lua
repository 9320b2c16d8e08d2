-- Both transports inside nginx against a server that sends stray bytes: no call gets the response of another.
local openresty = require "tools.openresty"
local shell = require "tools.shell"
local stray_server = require "spec.support.http.stray_server"

local near_side = [[
  resolver 127.0.0.1:$DNS ipv6=off;
  lua_ssl_trusted_certificate $CA;
  lua_socket_log_errors off;
  init_by_lua_block {
    function transport()
      shared = shared or require("mimecast.transport").new { runtime = {}, transport = "$NAME",
        caFile = "$NAME" == "curl" and "$CA" or nil }
      return shared
    end
    -- Sends requests one after the other, with a pause in between, and returns the bodies.
    function series(base, pause)
      local bodies = {}
      for i, name in ipairs { "ann", "bob", "eve" } do
        local response, message = transport():send { url = base .. name, body = "{}", timeout = 5 }
        bodies[i] = response and response.body or message
        if pause > 0 then ngx.sleep(pause) end
      end
      return table.concat(bodies, " ")
    end
  }
]]

local near_locations = [[
  location = /series { content_by_lua_block { ngx.print(series(ngx.var.arg_base, tonumber(ngx.var.arg_pause))) } }
  location = /reset { content_by_lua_block { transport():reset_connections() } }
  location = /reset_in_flight {
    content_by_lua_block {
      local thread = ngx.thread.spawn(series, ngx.var.arg_base, 0)
      transport():reset_connections()
      ngx.print(select(2, ngx.thread.wait(thread)))
    }
  }
]]

local function describe_transport(name, resty)
  describe("over " .. name .. " inside nginx,", function()
    local far, host

    setup(function()
      far = stray_server.start()
      local dns = shell.free_port()
      shell.start_beside("tools/dns.lua", dns)
      host = openresty.start { resty = resty, server = near_locations,
        http = near_side:gsub("%$(%u+)", { NAME = name, CA = far.ca, DNS = tostring(dns) }) }
    end)
    teardown(function()
      if host then host:stop() end
      if far then far:stop() end
    end)

    local function series(scheme, kind, pause)
      return host:read(("/series?base=%s/%s/&pause=%g"):format(far[scheme], kind, pause))
    end

    for _, scheme in ipairs { "plain", "tls" } do
      for _, kind in ipairs(stray_server.kinds) do
        it(("bytes that arrive %s are not taken for the next response (%s)"):format(kind.text, scheme), function()
          assert.equal("ann bob eve", series(scheme, kind.name, kind.wait))
        end)
      end

      it("a connection without unread bytes is reused (" .. scheme .. ")", function()
        host:get "/reset"
        local before = far:connections()
        for _ = 1, 3 do assert.equal("ann bob eve", series(scheme, "quiet", 0)) end
        assert.equal(before + 1, far:connections())
      end)
    end

    it("a reset connection carries no other request; in-flight requests get their responses", function()
      host:get "/reset"
      local before = far:connections()
      series("plain", "quiet", 0)
      host:get "/reset"
      assert.equal("ann bob eve", host:read("/reset_in_flight?base=" .. far.plain .. "/quiet/"))
      -- The first of the series was in flight on the second connection, which was not reused.
      assert.equal(before + 3, far:connections())
    end)
  end)
end

openresty.each_transport(describe_transport, pending, "stray bytes over resty inside nginx")
