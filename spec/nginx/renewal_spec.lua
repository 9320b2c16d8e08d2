-- A token that is being fetched while its caller is killed: over both transports inside nginx, nobody waits for the dead.
local openresty = require "spec.support.openresty"

local far_side = [[
  location = /oauth/token {
    content_by_lua_block {
      ngx.shared.tokens:incr("count", 1, 0)
      ngx.sleep(0.2)
      ngx.print '{"access_token":"abcdefghijklmnopqrstuvwxyz","expires_in":1799}'
    }
  }
  location = /count { content_by_lua_block { ngx.print(ngx.shared.tokens:get "count" or 0) } }
]]

local near_side = [[
  lua_max_running_timers 2;
  init_by_lua_block {
    mimecast = require "mimecast"
    function new(id)
      return assert(mimecast.new { clientId = id, clientSecret = "s", baseUrl = "$FAR", transport = "$NAME", timeout = 5 })
    end
    function call(client)
      ngx.update_time()
      local began = ngx.now()
      local user, message = client:update_user { email = "after-0@example.com" }
      ngx.update_time()
      return user and "ok" or message, ngx.now() - began < 2 and "soon" or "late"
    end
  }
]]

local near_locations = [[
  location = /killed {
    content_by_lua_block {
      local client = new "killed"
      local thread = ngx.thread.spawn(call, client)
      ngx.sleep(0.05)
      ngx.print(tostring(ngx.thread.kill(thread)), " ", table.concat({ call(client) }, " "))
    }
  }
  location = /without_timers {
    content_by_lua_block {
      for _ = 1, 2 do ngx.timer.at(0, function() ngx.sleep(1) end) end
      ngx.sleep(0)
      ngx.print(table.concat({ call(new "without_timers") }, " "))
    }
  }
]]

local function describe_transport(name, resty)
  describe("a token over " .. name .. " inside nginx", function()
    local far, host

    setup(function()
      far = openresty.start { http = "lua_shared_dict tokens 1m;", server = openresty.service:gsub("^.-\n", "") .. far_side }
      host = openresty.start { resty = resty, server = near_locations,
        http = near_side:gsub("%$(%u+)", { FAR = far.url, NAME = name }) }
    end)
    teardown(function()
      if host then host:stop() end
      if far then far:stop() end
    end)

    it("comes although the thread that asked for it was killed, and is asked for once", function()
      assert.equal("1 ok soon", host:get "/killed")
      assert.equal("1", (far:get "/count"))
    end)

    it("comes although nginx has no timer left", function()
      assert.equal("ok soon", (host:get "/without_timers"), host:log())
      assert.truthy(host:log():find("lua_max_running_timers are not enough", 1, true))
    end)
  end)
end

openresty.each_transport(describe_transport, pending, "a token over resty inside nginx")
