-- Tokens over both transports inside nginx: the caller is killed during a fetch, and the gateway revokes a token.
local openresty = require "tools.openresty"

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

-- A gateway with numbered tokens that can be revoked. The rate limit of its groups is exhausted for 15 minutes.
local revoking_side = [[
  location = /revoke { content_by_lua_block { ngx.shared.tokens:set("revoked", ngx.shared.tokens:get "issued") } }
  location = /oauth/token {
    content_by_lua_block {
      local issued = ngx.shared.tokens:incr("issued", 1, 0)
      ngx.sleep(0.1)
      ngx.print('{"access_token":"token', issued, '","token_type":"bearer","expires_in":1799}')
    }
  }
  location = /api/user/update-user {
    content_by_lua_block {
      local issued = tonumber(ngx.var.http_authorization:match "token(%d+)$")
      ngx.shared.tokens:incr("calls", 1, 0)
      ngx.sleep(0.05)
      if issued <= (ngx.shared.tokens:get "revoked" or 0) then
        ngx.status = 401
        ngx.header.content_type, ngx.header.www_authenticate = "text/html", 'Bearer error="invalid_token"'
        return ngx.print "<html><body>401 Authorization Required</body></html>"
      end
      ngx.print '{"meta":{"status":200},"data":[{"emailAddress":"after-0@example.com"}],"fail":[]}'
    }
  }
  location = /api/directory/find-groups {
    content_by_lua_block {
      ngx.header["X-Rate-Limit-Limit"], ngx.header["X-Rate-Limit-Remaining"] = 50, 0
      ngx.header["X-Rate-Limit-Reset"] = 900000
      ngx.print '{"meta":{"status":200},"data":[{"folders":[]}],"fail":[]}'
    }
  }
  location = /calls { content_by_lua_block { ngx.print(ngx.shared.tokens:get "calls", " ", ngx.shared.tokens:get "issued") } }
]]

local near_side = [[
  lua_max_running_timers 2;
  init_by_lua_block {
    mimecast = require "mimecast"
    function new(id)
      return assert(mimecast.new { clientId = id, clientSecret = "s", baseUrl = "$FAR", transport = "$NAME", timeout = 5 })
    end
    revocable = assert(mimecast.new { clientId = "i", clientSecret = "s", baseUrl = "$REVOKING", transport = "$NAME",
      timeout = 5, attempts = 1 })
    function call(client)
      ngx.update_time()
      local start = ngx.now()
      local user, message = client:update_user { email = "after-0@example.com" }
      ngx.update_time()
      return user and "ok" or message, ngx.now() - start < 2 and "soon" or "late"
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
  location = /many {
    content_by_lua_block {
      local threads, ok = {}, 0
      for i = 1, 64 do threads[i] = ngx.thread.spawn(function() return (call(revocable)) end) end
      for i = 1, 64 do if select(2, ngx.thread.wait(threads[i])) == "ok" then ok = ok + 1 end end
      ngx.print(ok)
    }
  }
  location = /groups {
    content_by_lua_block {
      local groups, _, err = revocable:find_groups {}
      ngx.print(groups and #groups or err.code .. " " .. math.floor(err.retryAfter / 100))
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
    local far, revoking, host

    setup(function()
      far = openresty.start { http = "lua_shared_dict tokens 1m;", server = openresty.service:gsub("^.-\n", "") .. far_side }
      revoking = openresty.start { http = "lua_shared_dict tokens 1m;", server = revoking_side }
      host = openresty.start { resty = resty, server = near_locations,
        http = near_side:gsub("%$(%u+)", { FAR = far.url, REVOKING = revoking.url, NAME = name }) }
    end)
    teardown(function()
      if host then host:stop() end
      if revoking then revoking:stop() end
      if far then far:stop() end
    end)

    it("is fetched once, although the thread that requested it was killed", function()
      assert.equal("1 ok soon", host:get "/killed")
      assert.equal("1", (far:get "/count"))
    end)

    it("is replaced once for 64 threads when it is revoked, and each call is retried once", function()
      assert.equal("64", (host:get "/many"))
      assert.equal("64 1", (revoking:get "/calls"))
      revoking:get "/revoke"
      assert.equal("64", (host:get "/many"))
      assert.equal("192 2", (revoking:get "/calls"))
    end)

    it("serves other functions while the rate limit of a function is exhausted", function()
      assert.equal("0", (host:get "/groups"))
      assert.equal("rate_limited 8", (host:get "/groups"))
      assert.equal("64", (host:get "/many"))
    end)

    it("is fetched when nginx has no timer left", function()
      assert.equal("ok soon", (host:get "/without_timers"), host:log())
      assert.truthy(host:log():find("lua_max_running_timers are not enough", 1, true))
    end)
  end)
end

openresty.each_transport(describe_transport, pending, "a token over resty inside nginx")
