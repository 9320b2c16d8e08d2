local core = require "mimecast.core"
local http = require "mimecast.http"
local run_lua = require "spec.support.run.run_lua"
local server = require "spec.support.http.server"
local wires = require "spec.support.http.libcurl_harness"

local TIMED_OUT = 28

describe("the HTTP engine", function()
  local wire = wires.new()
  local start, new, call = wire.start, wire.new, wire.call

  before_each(wire.open)
  after_each(wire.close)

  it("says which libcurl it uses", function()
    assert.truthy(http.curl:find "^libcurl/%d+%.%d+%.%d+")
  end)

  describe("keeps many requests in flight:", function()
    it("uses one connection for consecutive requests", function()
      local target = start()
      for number = 1, 20 do assert.equal(200, call{ url = target.url .. "/" .. number }.status) end
      assert.equal(20, #target.requests)
      assert.equal(1, #target.connections)
    end)

    it("returns the right response for each of 50 ids", function()
      local waiting = {}
      local target = start(function(connection, request)
        waiting[#waiting + 1] = { connection, request }
        if #waiting < 50 then return end
        -- Wait for all requests, then respond in reverse order.
        for number = 50, 1, -1 do waiting[number][1]:respond(200, waiting[number][2].path .. waiting[number][2].body) end
      end)
      local ids = {}
      for number = 1, 50 do
        ids[number] = assert(wire.engine:submit{ url = target.url .. "/" .. number, body = "b" .. number, timeout = 5 })
      end
      assert.equal(50, (wire.engine:step(0)))
      local results = server.drive(wire.engine, wire.servers, ids)
      for number, id in ipairs(ids) do assert.equal("/" .. number .. "b" .. number, results[id][1].body) end
      assert.same({ 0, 0 }, { wire.engine:step(0) })
    end)

    it("completes the other requests if some fail", function()
      local target = start(function(connection, request)
        if request.path == "/bad" then connection:close() else connection:respond(200, request.path) end
      end)
      local ids = {}
      for number = 1, 10 do
        ids[number] = wire.engine:submit{ url = target.url .. (number % 2 == 0 and "/bad" or "/good"), timeout = 5 }
      end
      local results = server.drive(wire.engine, wire.servers, ids)
      for number, id in ipairs(ids) do
        assert.equal(number % 2 == 0, results[id][1] == nil)
      end
    end)

    it("gives no id twice while its request is in flight or to collect", function()
      local target, used, count, last = start(), {}, 0, 0
      for _ = 1, 300 do
        for _ = 1, 3 do
          local id = assert(wire.engine:submit{ url = target.url, timeout = 5 })
          assert.is_nil(used[id])
          used[id], count, last = true, count + 1, math.max(last, id)
        end
        assert.is_true(wire.engine:cancel(next(used))) -- none is done before the step
        used[next(used)] = nil
        repeat
          wire.engine:step(0.001)
          target:turn()
          local id = wire.engine:collect()
          if id then
            assert.is_true(used[id])
            used[id] = nil
          end
        until id
        for id in pairs(used) do
          assert.is_true(wire.engine:cancel(id) or wire.engine:collect() == id)
          assert.is_false(wire.engine:cancel(id))
          used[id] = nil
        end
      end
      assert.equal(900, count)
      assert.is_true(last <= 4, last)
    end)

    it("rejects a request beyond 4096", function()
      for _ = 1, 4096 do assert(wire.engine:submit{ url = "http://127.0.0.1:1/" }) end
      local id, message = wire.engine:submit{ url = "http://127.0.0.1:1/" }
      assert.is_nil(id)
      assert.equal("too many requests in flight", message)
    end)
  end)

  describe("step:", function()
    it("returns if nothing is in flight", function()
      assert.same({ 0, 0 }, { wire.engine:step(0.01) })
      assert.same({ 0, 0 }, { wire.engine:step() })
      assert.is_nil(wire.engine:collect())
      assert.equal(0, select("#", wire.engine:collect()))
    end)

    it("does not wait while a response can be collected", function()
      local target = start()
      local id = wire.engine:submit{ url = target.url, timeout = 5 }
      for _ = 1, 2000 do
        local _, ready = wire.engine:step(0.001)
        if ready > 0 then break end
        target:turn()
      end
      local before = os.time()
      for _ = 1, 3 do assert.same({ 0, 1 }, { wire.engine:step(60) }) end
      assert.is_true(os.time() - before < 30)
      assert.equal(id, (wire.engine:collect()))
      assert.is_nil(wire.engine:collect())
    end)

    it("rejects an invalid time", function()
      for _, seconds in ipairs{ -1, 86401, 0 / 0, 1 / 0 } do
        assert.is_false((pcall(wire.engine.step, wire.engine, seconds)))
      end
    end)
  end)

  describe("cancel and close:", function()
    it("end the connection of a cancelled request, which is never collected", function()
      local target = start(function() end)
      local id = wire.engine:submit{ url = target.url, timeout = 5 }
      local second = wire.engine:submit{ url = target.url, timeout = 0.1 }
      for _ = 1, 200 do
        wire.engine:step(0.001)
        target:turn()
        if #target.requests == 2 then break end
      end
      assert.is_true(wire.engine:cancel(id))
      assert.is_false(wire.engine:cancel(id))
      assert.is_false(wire.engine:cancel(12345))
      assert.equal(1, (wire.engine:step(0)))
      local results = server.drive(wire.engine, wire.servers, { second })
      assert.is_nil(results[id])
      assert.equal(TIMED_OUT, results[second][2].curl)
      assert.same({ 0, 0 }, { wire.engine:step(0) })
      server.settle(wire.engine, wire.servers)
      assert.is_true(target.connections[1].lost)
    end)

    it("do not send a request that is cancelled before it starts", function()
      local target = start()
      assert.is_true(wire.engine:cancel(wire.engine:submit{ url = target.url }))
      server.settle(wire.engine, wire.servers)
      assert.equal(0, #target.requests)
      assert.equal("ok", call{ url = target.url }.body)
    end)

    it("raise errors after close, which can be repeated", function()
      local target = start(function() end)
      wire.engine:submit{ url = target.url }
      wire.engine:step(0.01)
      wire.engine:close()
      wire.engine:close()
      for _, attempt in ipairs{
        function() wire.engine:submit{ url = target.url } end,
        function() wire.engine:step(0) end,
        function() wire.engine:collect() end,
        function() wire.engine:cancel(1) end,
      } do
        local ok, message = pcall(attempt)
        assert.is_false(ok)
        assert.truthy(message:find("the engine is closed", 1, true))
      end
    end)

    it("end the transfers of a collected engine, in each state", function()
      local target = start(function(connection, request)
        if request.path == "/done" then connection:respond(200, "done") end
      end)
      for _ = 1, 20 do
        local dropped = http.engine{}
        for _ = 1, 5 do
          dropped:submit{ url = target.url .. "/done", body = core.secret.new("x") }
          dropped:submit{ url = target.url .. "/never", body = ("x"):rep(100000) }
        end
        for _ = 1, 10 do
          dropped:step(0.001)
          target:turn()
        end
        dropped = nil -- luacheck: ignore 311
        collectgarbage()
        collectgarbage()
      end
      for _ = 1, 50 do target:turn() end
      for _, connection in ipairs(target.connections) do assert.is_true(connection.lost) end
      assert.equal("done", call{ url = target.url .. "/done" }.body)
    end)

    it("work under a collector that always runs", function()
      local pause, multiplier = collectgarbage("setpause", 0), collectgarbage("setstepmul", 10000)
      local target = start()
      local ok, message = pcall(function()
        for number = 1, 50 do
          collectgarbage()
          assert(call{ url = target.url .. "/" .. number, headers = { "X-A", "v" .. number },
            body = "b" .. number }.body == "ok")
        end
      end)
      collectgarbage("setpause", pause)
      collectgarbage("setstepmul", multiplier)
      assert.is_true(ok, message)
      assert.truthy(target.requests[50].raw:find("\r\nX%-A: v50\r\n.*b50$"))
    end)

    it("reject another object as an engine", function()
      for _, other in ipairs{ core.secret.new("x"), io.stdout, {} } do
        for _, method in ipairs{ "submit", "step", "collect", "cancel", "close" } do
          assert.is_false((pcall(wire.engine[method], other, {})))
        end
      end
      assert.is_false(getmetatable(wire.engine))
    end)

    it("reject invalid options", function()
      local many = {}
      for i = 1, 33 do many[i] = "x-" .. i end
      for _, options in ipairs{
        { numbers = "date" }, { numbers = { "date" } }, { numbers = { { 5 } } }, { numbers = { many } },
        { numbers = { {}, {}, {}, {}, {}, {}, {}, {}, {} } }, { caFile = {} }, { caFile = 5 }, { caFile = "a\0b" },
        { proxy = true }, { maxResponseBytes = "much" },
      } do
        assert.is_false((pcall(http.engine, options)))
      end
      assert.is_false((pcall(http.engine)))
    end)
  end)

  describe("with a proxy", function()
    it("option opens a tunnel, and hides the request from the proxy", function()
      local proxy = start(function(connection) connection:send("HTTP/1.1 403 no\r\nContent-Length: 0\r\n\r\n") end)
      new{ proxy = proxy.url }
      local response, failure = call{
        url = "https://api.services.mimecast.com/api/user/update-user",
        headers = { "Authorization", "Bearer marker", "x-mc-app-id", "marker" }, body = "marker",
      }
      server.settle(wire.engine, wire.servers)
      assert.is_nil(response)
      assert.is_false(failure.sent)
      assert.equal(1, #proxy.requests)
      assert.equal("CONNECT", proxy.requests[1].method)
      assert.equal("api.services.mimecast.com:443", proxy.requests[1].path)
      assert.is_nil(proxy.connections[1].transcript:find("marker", 1, true))
      assert.is_nil(proxy.connections[1].transcript:find("update-user", 1, true))
    end)

    it("option does not use the proxy for loopback", function()
      local proxy, target = start(), start()
      new{ proxy = proxy.url }
      assert.equal(200, call{ url = target.url }.status)
      assert.equal(0, #proxy.connections)
      assert.equal(1, #target.requests)
    end)

    it("option ignores no_proxy, which applies to a proxy of the environment", function()
      local proxy = start()
      local output = run_lua.run([[
        local http, server = require "mimecast.http", require "spec.support.http.server"
        for _, proxy in ipairs { os.getenv "PROXY", false } do
          local engine = http.engine{ proxy = proxy or nil }
          local none, failure = server.call(engine, {}, { url = "https://mimecast.invalid/", timeout = 0.3 })
          print(none, failure.sent)
          engine:close()
        end
      ]], { environment = { PROXY = proxy.url, https_proxy = proxy.url, no_proxy = "mimecast.invalid", NO_PROXY = "*" } })
      assert.equal("nil\tfalse\nnil\tfalse\nexit 0\n", output)
      for _ = 1, 10 do proxy:turn() end
      assert.equal(1, #proxy.connections)
    end)

    it("of the environment uses it for the service, not for loopback", function()
      local proxy = start()
      local output = run_lua.run([[
        local http, server = require "mimecast.http", require "spec.support.http.server"
        local target = server.start()
        local engine = http.engine{}
        local response = server.call(engine, { target }, { url = target.url, timeout = 5 })
        print("loopback", response.status, #target.requests)
        local none, failure = server.call(engine, {}, { url = "https://mimecast.invalid/", timeout = 0.5 })
        print("service", none, failure.sent)
        engine:close()
      ]], {
        environment = {
          http_proxy = proxy.url, https_proxy = proxy.url, HTTPS_PROXY = proxy.url, all_proxy = proxy.url,
          ALL_PROXY = proxy.url,
          no_proxy = "", NO_PROXY = "",
        },
      })
      assert.equal("loopback\t200\t1\nservice\tnil\tfalse\nexit 0\n", output)
      for _ = 1, 10 do proxy:turn() end
      assert.equal(1, #proxy.connections)
      assert.truthy(proxy.connections[1].transcript:find("^CONNECT mimecast%.invalid:443 HTTP/1%.1\r\n"))
    end)
  end)

  it("ignores ~/.netrc", function()
    local pipe = assert(io.popen("mktemp -d", "r"))
    local home = pipe:read("*l")
    pipe:close()
    local file = assert(io.open(home .. "/.netrc", "w"))
    file:write("machine 127.0.0.1 login marker password marker\n")
    file:close()
    local output = run_lua.run([[
      local http, server = require "mimecast.http", require "spec.support.http.server"
      local target = server.start()
      server.call(http.engine{}, { target }, { url = target.url, timeout = 5 })
      print(target.requests[1].head:lower():find("authorization") == nil)
    ]], { environment = { HOME = home } })
    os.remove(home .. "/.netrc")
    os.remove(home)
    assert.equal("true\nexit 0\n", output)
  end)
end)
