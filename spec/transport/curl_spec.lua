local core = require "mimecast.core"
local curl = require "mimecast.transport.curl"
local errors = require "mimecast.errors"
local libcurl_loop = require "spec.support.http.libcurl_loop"
local server = require "spec.support.http.server"
local shell = require "tools.shell"

local running

local function start(respond, options)
  running = server.start(respond)
  return libcurl_loop.transport({ running }, options), running
end

local function get(more)
  local request = { method = "POST", url = running.url .. "/x", headers = {}, body = "", timeout = 5,
    connectTimeout = 5 }
  for name, value in pairs(more or {}) do request[name] = value end
  return request
end

after_each(function()
  if running then running:close() end
  running = nil
end)

describe("a request", function()
  it("returns status, headers, body and the wanted numbers", function()
    local transport = start(function(connection)
      connection:respond(418, "short", "X-Request-ID: id-1\r\nSet-Cookie: secret\r\nRetry-After:  7 \r\n")
    end, { numbers = { { "retry-after" }, { "x-missing" } } })
    local response = assert(transport:send(get()))
    assert.equal(418, response.status)
    assert.equal("short", response.body)
    assert.same({ 7, false }, { response[1], response[2] })
    assert.same({ ["x-request-id"] = "id-1", ["set-cookie"] = "secret", ["retry-after"] = "7" },
      { ["x-request-id"] = response.headers["x-request-id"], ["set-cookie"] = response.headers["set-cookie"],
        ["retry-after"] = response.headers["retry-after"] })
  end)

  it("works in the caller's coroutine", function()
    local transport = start()
    local body
    local task = coroutine.create(function() body = assert(transport:send(get())).body end)
    assert(coroutine.resume(task))
    assert.equal("dead", coroutine.status(task))
    assert.equal("ok", body)
  end)

  it("is rejected and not sent if it is invalid", function()
    local transport = start()
    for _, more in ipairs { { url = "http://example.com/" }, { headers = { "x", "a\r\nb" } },
      { url = "gopher://x" } } do
      local response, message, err = transport:send(get(more))
      assert.is_nil(response)
      assert.equal("usage", err.category)
      assert.equal("invalid_request", err.code)
      assert.equal(tostring(err), message)
    end
    assert.equal(0, #running.connections)
  end)

  local function fails(category, code, respond, more, options)
    local transport = start(respond, options)
    local response, message, err = transport:send(get(more))
    assert.is_nil(response)
    assert.equal(category .. " " .. code, err.category .. " " .. err.code)
    assert.is_true(errors.is(err))
    assert.equal(tostring(err), message)
    return err
  end

  it("was not sent if nothing listens", function()
    local err = fails("transport", "connect_failed", nil, { url = "http://127.0.0.1:" .. shell.free_port() })
    assert.is_nil(err.outcome)
    assert.is_true(err.retryable)
  end)

  it("has an unknown outcome if the connection is lost", function()
    local err = fails("transport", "connection_lost", function(connection) connection:close() end)
    assert.equal("unknown", err.outcome)
    assert.is_true(err.retryable)
  end)

  it("has an unknown outcome if no response comes in time", function()
    local err = fails("transport", "timeout", function() end, { timeout = 0.05 })
    assert.equal("unknown", err.outcome)
  end)

  it("fails with the status if the response ends too early", function()
    local err = fails("protocol", "truncated", function(connection)
      connection:send("HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\nPlanted")
      connection:close()
    end)
    assert.equal(200, err.status)
    assert.equal("unknown", err.outcome)
    assert.is_nil(tostring(err):find("Planted", 1, true))
  end)

  it("fails and is not retryable if the response is too large", function()
    local err = fails("protocol", "too_large", function(connection) connection:respond(200, ("x"):rep(2000)) end, nil,
      { maxResponseBytes = 1000 })
    assert.equal("unknown", err.outcome)
    assert.is_false(err.retryable)
    assert.truthy(err.hint:find("maxResponseBytes", 1, true))
  end)

  it("fails if the server speaks another protocol", function()
    fails("protocol", "not_http", function(connection)
      connection:send("220 mail.example.com ESMTP ready\r\n")
      connection:close()
    end)
  end)
end)

describe("the password of a proxy", function()
  it("is in no error about the proxy", function()
    for _, proxy in ipairs { "htp://user:PlantedProxy@127.0.0.1:1", "http://user:PlantedProxy@[zz]:1",
      "socks9://PlantedProxy@h",
      "http://user:PlantedProxy@127.0.0.1:99999", "http://user:PlantedProxy@127.0.0.1:" .. shell.free_port(),
      "http://user:Planted@Proxy@127.0.0.1:99999", "user:PlantedProxy@no-such-host.invalid:1" } do
      local transport = curl.new { proxy = core.secret.new(proxy) }
      local _, message, err = transport:send { method = "POST", url = "https://gateway.example.com/", timeout = 5 }
      assert.equal("transport", err.category)
      assert.is_nil(message:find("Planted", 1, true), message)
      transport:close()
    end
  end)
end)

describe("map", function()
  it("keeps as many requests in flight as concurrency allows", function()
    local open, most, responded = {}, 0, 0
    local transport = start(function(connection)
      open[#open + 1] = connection
      most = math.max(most, #open)
      if #open == 4 or responded >= 8 then -- responds when four requests have arrived
        for _, waiting in ipairs(open) do waiting:respond(200, "ok") end
        responded, open = responded + #open, {}
      end
    end)
    local bodies = {}
    transport:map(10, function(i) bodies[i] = assert(transport:send(get())).body end, 4)
    assert.equal(4, most)
    assert.equal(10, #bodies)
    assert.equal(10, #running.requests)
  end)

  it("gives each request its response", function()
    local held = {}
    local transport = start(function(connection, request)
      held[#held + 1] = { connection, request.body }
      if #held == 8 then
        for i = 8, 1, -1 do held[i][1]:respond(200, "response to " .. held[i][2]) end
      end
    end)
    local bodies = {}
    transport:map(8, function(i) bodies[i] = assert(transport:send(get { body = "request " .. i })).body end, 8)
    for i = 1, 8 do assert.equal("response to request " .. i, bodies[i]) end
  end)

  it("returns at once without items", function()
    local transport = start()
    transport:map(0, function() error("called") end, 4)
  end)

  it("runs other calls while one sleeps by the given clock", function()
    local now = 0
    local order = {}
    local transport
    transport = start(function(connection, _, number)
      if number == 3 then now = 100 end
      connection:respond(200, "ok")
    end, { monotonic = function() return now end })
    transport:map(2, function(i)
      if i == 1 then
        transport:sleep(50)
        order[#order + 1] = "slept"
      else
        for _ = 1, 3 do assert(transport:send(get())) end
        order[#order + 1] = "sent"
      end
    end, 2)
    table.sort(order)
    assert.same({ "sent", "slept" }, order)
    assert.equal(3, #running.requests)
  end)

  it("runs other calls while one waits for a condition", function()
    local transport = start()
    local done, order = false, {}
    transport:map(2, function(i)
      if i == 1 then
        transport:wait_until(function() return done end)
      else
        assert(transport:send(get()))
        done = true
      end
      order[#order + 1] = i
    end, 2)
    assert.same({ 2, 1 }, order)
  end)

  it("raises the error of a call after the in-flight calls have ended, and starts no more", function()
    local transport = start()
    local ended = 0
    local ok, reason = pcall(transport.map, transport, 10, function(i)
      if i == 2 then error("reason", 0) end
      assert(transport:send(get()))
      ended = ended + 1
    end, 3)
    assert.is_false(ok)
    assert.equal("reason", reason)
    assert.equal(1, ended)
    assert(transport:send(get()))
  end)

  it("raises an error value unchanged", function()
    local transport = start()
    local value = {}
    local _, reason = pcall(transport.map, transport, 1, function() error(value) end, 1)
    assert.equal(value, reason)
  end)

  it("works in map", function()
    local transport = start()
    local count = 0
    transport:map(3, function()
      transport:map(4, function()
        assert(transport:send(get()))
        count = count + 1
      end, 2)
    end, 3)
    assert.equal(12, count)
  end)

  it("in map runs each of many tasks once", function()
    local transport = start()
    local count = 0
    -- Both ends of so many connections stay within an ordinary user's 1,024 descriptors.
    transport:map(240, function()
      transport:map(1, function()
        assert(transport:send(get()))
        count = count + 1
      end, 1)
    end, 240)
    assert.equal(240, count)
  end)
end)

describe("outside map", function()
  it("sleep waits", function()
    local transport = curl.new()
    local begin = core.now()
    transport:sleep(0.02)
    transport:sleep(0)
    assert.is_true(core.now() - begin >= 0.019)
    transport:close()
  end)

  it("wait_until returns when the condition holds", function()
    local transport = curl.new()
    local left = 3
    transport:wait_until(function()
      left = left - 1
      return left == 0
    end)
    assert.equal(0, left)
    transport:close()
  end)

  it("a closed transport sends nothing and returns an error", function()
    local transport = start()
    transport:close()
    local response, _, err = transport:send(get())
    assert.is_nil(response)
    assert.same({ "the client is closed", "closed" }, { err.message, err.code })
    assert.is_nil(err.outcome)
    assert.equal(0, #running.requests)
    transport:sleep(0.001) -- still works
  end)
end)

describe("a closed transport", function()
  it("ends in-flight requests with an unknown outcome, and pauses go on", function()
    local transport = start(function() end) -- never responds
    local results, paused = {}, false
    transport:map(5, function(i)
      if i < 4 then
        local response, _, err = transport:send(get())
        results[i] = { response, err.code, err.outcome }
      elseif i == 4 then
        transport:sleep(0.02)
        paused = true
      else
        transport:wait_until(function() return #running.requests == 3 end)
        transport:close()
        transport:close()
      end
    end, 5)
    for i = 1, 3 do assert.same({ nil, "closed", "unknown" }, results[i]) end
    assert.is_true(paused)
    assert.is_nil(next(transport.waiting))
  end)
end)
