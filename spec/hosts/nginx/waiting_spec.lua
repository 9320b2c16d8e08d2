-- A client in nginx's event loop, over both transports: calls run side by side, and cancelled calls leave nothing behind.
local concurrent_http = require "tools.concurrent_http"
local openresty = require "tools.openresty"
local socket = require "socket"

local calls = 200

local handlers = [[
  lua_socket_log_errors off;
  init_by_lua_block {
    -- Made before nginx forks the workers: each opens its connections.
    mimecast = require "mimecast"
    client = assert(mimecast.new { clientId = "i", clientSecret = "s", baseUrl = "$FAR", transport = "$NAME",
      attempts = 1, timeout = 10 })
    blocking = assert(mimecast.new { clientId = "i", clientSecret = "s", baseUrl = "$FAR",
      transport = require("mimecast.transport.curl").new() })
    function serve(from)
      local user, message = from:update_user { email = ngx.unescape_uri(ngx.var.arg_email or "") }
      ngx.print(user and user.email or message)
    end
  }
]]

local locations = [[
  location = /ping { return 200 "pong"; }
  location = /call { content_by_lua_block { serve(client) } }
  location = /block { content_by_lua_block { serve(blocking) } }
  location = /discover {
    content_by_lua_block {
      local _, message = mimecast.discover { email = ngx.var.arg_email, appId = "i", baseUrl = "$FAR", transport = "$NAME" }
      ngx.print(message)
    }
  }
  location = /abort { lua_check_client_abort on; content_by_lua_block { serve(client) } }
  location = /exit {
    content_by_lua_block {
      ngx.thread.spawn(function() ngx.sleep(0.05) ngx.exit(200) end)
      serve(client)
    }
  }
  location = /killed {
    content_by_lua_block {
      local thread = ngx.thread.spawn(serve, client)
      ngx.sleep(0.05)
      ngx.print(tostring(ngx.thread.kill(thread)))
    }
  }
  location = /killed_within_a_body {
    content_by_lua_block {
      local finished = false
      local thread = ngx.thread.spawn(function()
        client.transport:send { url = "$FAR/in_pieces", timeout = 5 }
        finished = true
      end)
      ngx.sleep(0.05)
      local killed = ngx.thread.kill(thread)
      ngx.sleep(0.2)
      ngx.print(tostring(killed), " ", tostring(finished))
    }
  }
  location = /killed_within_map {
    content_by_lua_block {
      local started = 0
      local thread = ngx.thread.spawn(client.map, client, { 1, 2, 3, 4, 5, 6, 7, 8, 9 }, function()
        started = started + 1
        return client:update_user { email = "after-0.05@example.com" }
      end, { concurrency = 3 })
      ngx.sleep(0.02)
      local killed = ngx.thread.kill(thread)
      ngx.sleep(0.2)
      ngx.print(tostring(killed), " ", started)
    }
  }
  location = /closed {
    content_by_lua_block {
      local other = assert(mimecast.new { clientId = "i", clientSecret = "s", baseUrl = "$FAR", transport = "$NAME",
        attempts = 1, timeout = 10 })
      other:update_user { email = "after-0@example.com" } -- fetches the token
      local thread = ngx.thread.spawn(function()
        return other:update_user { email = "after-0.3@example.com", accountDisabled = true }
      end)
      ngx.sleep(0.05)
      other:close()
      local _, _, _, late = pcall(other.update_user, other, { email = "after-0@example.com" })
      local ok, user, _, err = ngx.thread.wait(thread)
      ngx.print(tostring(ok), " ", user and user.email or err.code .. " " .. err.outcome, " ", late.code)
    }
  }
  location = /map {
    content_by_lua_block {
      local list = {}
      for i = 1, 20 do list[i] = "after-0.2-" .. i .. "@example.com" end
      list[7] = "not an address"
      local users, failures = client:map(list, function(email) return client:update_user { email = email } end)
      ngx.print(#users, " ", users[20].email, " ", tostring(users[7]), " ", failures[7].code)
    }
  }
  location = /raise {
    content_by_lua_block {
      local count = 0
      local ok, reason = pcall(client.map, client, { 1, 2, 3, 4 }, function(i)
        if i == 2 then error("reason", 0) end
        count = count + 1
        return client:update_user { email = "after-0.05@example.com" }
      end, { concurrency = 2 })
      ngx.print(tostring(ok), " ", reason, " ", count, " ", client:update_user({ email = "after-0@example.com" }).email)
    }
  }
  location = /pause {
    content_by_lua_block {
      ngx.update_time()
      local begin = ngx.now()
      client:map({ 1, 2, 3 }, function() client.config.runtime.sleep(0.1) return true end)
      client.config.runtime.sleep(0.05)
      client.config.runtime.sleep(0.0001)
      ngx.update_time()
      ngx.print(ngx.now() - begin)
    }
  }
  location = /state {
    content_by_lua_block {
      local transport, waiting, tasks = client.transport, 0, 0
      require("jit").flush() -- compiled code holds functions that it met, and what these hold
      collectgarbage()
      collectgarbage()
      for _ in pairs(transport.waiting or {}) do waiting = waiting + 1 end
      for _ in pairs(transport.tasks or {}) do tasks = tasks + 1 end
      ngx.print(waiting, " ", tasks)
    }
  }
]]

-- A response in chunks, the last after 0.1 s.
local in_pieces = [[
  location = /in_pieces { content_by_lua_block { ngx.print "a" ngx.flush(true) ngx.sleep(0.1) ngx.print "b" } }
]]

local function describe_transport(name, resty)
  describe("a client inside nginx over " .. name, function()
    local far, host

    setup(function()
      far = openresty.start { server = openresty.service .. in_pieces }
      local values = { FAR = far.url, NAME = name }
      host = openresty.start { resty = resty, level = "warn", server = locations:gsub("%$(%u+)", values),
        http = handlers:gsub("%$(%u+)", values) }
    end)
    teardown(function()
      if host then host:stop() end
      if far then far:stop() end
    end)

    local function paths(path, count, email)
      local list = {}
      for i = 1, count do list[i] = ("%s?email=%s"):format(path, email:format(i)) end
      return list
    end

    it("has 200 calls in flight in a worker, which serves other requests meanwhile", function()
      host:get "/call?email=after-0@example.com" -- the token
      local bodies, took, times = concurrent_http.run(host.port, paths("/call", calls, "after-0.3-%d@example.com"), "/ping")
      for i = 1, calls do assert.equal(("after-0.3-%d@example.com"):format(i), bodies[i]) end
      assert.is_true(took < 1.5, took .. " s")
      assert.is_true(#times > 50, #times .. " quick responses")
      assert.is_true(times[math.ceil(#times * 0.9)] < 0.05, times[math.ceil(#times * 0.9)] .. " s")
      -- The negative control: a blocking transport delays the quick requests.
      bodies, took, times = concurrent_http.run(host.port, paths("/block", 3, "after-0.3-%d@example.com"), "/ping")
      assert.equal("after-0.3-3@example.com", bodies[3])
      assert.is_true(took > 0.85, took .. " s")
      assert.is_true(times[#times] > 0.25, times[#times] .. " s")
    end)

    it("discovers regions side by side, without a client", function()
      local bodies, took, times = concurrent_http.run(host.port, paths("/discover", 5, "after-0.3-%d@example.com"), "/ping")
      for i = 1, 5 do assert.truthy(bodies[i]:find("^cannot discover the region: the response names no gateway"), bodies[i]) end
      assert.is_true(took < 1.2, took .. " s")
      assert.is_true(times[#times] < 0.25, times[#times] .. " s")
    end)

    -- The cancelled call is the first: over libcurl it polls for all.
    for how, path in pairs { ["whose client disconnects"] = "/abort", ["that ends by ngx.exit"] = "/exit",
      ["that is killed"] = "/killed" } do
      it("goes on with other calls beside a call " .. how, function()
        local list = paths("/call", 20, "after-0.3-%d@example.com")
        if path == "/abort" then
          concurrent_http.leave(host.port, "/abort?email=after-0.6@example.com", 0.05)
        else
          table.insert(list, 1, path .. "?email=after-0.6@example.com")
        end
        local bodies, took = concurrent_http.run(host.port, list, nil, 5)
        for i = #list - 19, #list do assert.truthy(bodies[i] and bodies[i]:find("^after%-0%.3%-"), bodies[i]) end
        assert.is_true(took < 1.2, took .. " s")
        assert.equal("after-0@example.com", host:get "/call?email=after-0@example.com")
      end)
    end

    it("stops when its thread is killed, also within a response", function()
      assert.equal("1 false", host:get "/killed_within_a_body")
    end)

    it("starts no more calls of a killed map", function()
      assert.equal("1 3", host:get "/killed_within_map")
    end)

    it("finishes in-flight requests without further calls", function()
      for _ = 1, 3 do concurrent_http.leave(host.port, "/abort?email=after-0.1@example.com", 0.02) end
      local state
      for _ = 1, 100 do
        socket.sleep(0.02)
        state = host:get "/state"
        if state == "0 0" then break end
      end
      assert.equal("0 0", state)
    end)

    it("leaves nothing behind of cancelled calls", function()
      for _ = 1, 3 do concurrent_http.leave(host.port, "/abort?email=after-0.2@example.com", 0.05) end
      host:get "/killed_within_map"
      concurrent_http.run(host.port, paths("/call", 3, "after-0.4-%d@example.com"))
      assert.equal("0 0", host:get "/state")
    end)

    it("runs map side by side, with results and failures in order", function()
      assert.equal("20 after-0.2-20@example.com false invalid_input", host:get "/map")
    end)

    it("raises the error of a function of map, after in-flight calls have ended", function()
      assert.equal("false reason 1 after-0@example.com", host:get "/raise")
    end)

    it("closes without a raised error: in-flight calls finish, or have an unknown outcome", function()
      assert.equal(name == "curl" and "true closed unknown closed" or "true after-0.3@example.com closed", host:read "/closed")
    end)

    it("sleeps by the event loop, in map and outside", function()
      local bodies, _, times = concurrent_http.run(host.port, { "/pause" }, "/ping")
      local seconds = tonumber(bodies[1])
      assert.is_true(seconds >= 0.145 and seconds < 0.4, bodies[1])
      assert.is_true(times[#times] < 0.1, times[#times])
    end)

    it("writes no error and no warning about sleeps to the log", function()
      for _, text in ipairs { "[error]", "ngx.sleep" } do assert.is_nil(host:log():find(text, 1, true), host:log()) end
    end)
  end)
end

openresty.each_transport(describe_transport, pending, "a client inside nginx over resty")
