local fake_engine = require "spec.support.fakes.fake_engine"
local libcurl_loop = require "spec.support.http.libcurl_loop"
local mimecast = require "mimecast"
local recording = require "spec.support.fakes.recording"
local server = require "spec.support.http.server"

local function post(name)
  return { method = "POST", url = "https://gateway.example.com/" .. name, headers = {}, timeout = 5 }
end

local function ok() return recording.json "{}" end

-- Runs a map of three tasks that send twice each, with or without a pause in between. Their results are in `got`.
local function two_each(transport, got, hasty)
  return pcall(transport.map, transport, 3, function(i)
    got[i] = {}
    for round = 1, 2 do
      local response, _, err = transport:send(post(i .. "/" .. round))
      got[i][round] = response and "done" or err.code .. (err.outcome and " " .. err.outcome or "")
      if not hasty then transport:sleep(0.001) end
    end
    got[i][3] = "end"
  end, 3)
end

describe("an error that leaves map's loop", function()
  it("cancels in-flight and later requests of the map", function()
    local transport, got = fake_engine.transport(ok), {}
    transport.engine.on_step = function() error("out of memory", 0) end
    local fine, reason = two_each(transport, got)
    assert.is_false(fine)
    assert.equal("out of memory", reason)
    for i = 1, 3 do
      assert.same({ "cancelled unknown", "cancelled", "end" }, got[i])
      assert.is_true(transport.engine.cancelled[i])
    end
    transport.engine.on_step = nil
    assert(transport:send(post "later"))
    assert.equal(4, transport.engine.count)
  end)

  it("cancels tasks that pause", function()
    local transport, got = fake_engine.transport(ok), {}
    transport.engine.on_step = function(number) if number == 2 then error("interrupted!", 0) end end
    assert.is_false((two_each(transport, got)))
    for i = 1, 3 do assert.same({ "done", "cancelled", "end" }, got[i]) end
    transport.engine.on_step = nil
    assert(transport:send(post "later"))
    assert.equal(4, transport.engine.count)
  end)

  it("cancels maps within the map", function()
    local transport, ended = fake_engine.transport(ok), 0
    transport.engine.on_step = function(number) if number == 2 then error("interrupted!", 0) end end
    assert.is_false(pcall(transport.map, transport, 2, function()
      transport:map(2, function(i)
        for _ = 1, 5 do transport:send(post(tostring(i))) end
        ended = ended + 1
      end, 2)
    end, 2))
    assert.equal(4, ended)
    local count = transport.engine.count
    transport.engine.on_step = nil
    assert(transport:send(post "later"))
    assert.equal(count + 1, transport.engine.count)
  end)

  it("tells no map within the map as ended that was not, at any instruction", function()
    local n, interrupted = 0, true
    while interrupted do
      n = n + 1
      local transport, untold = fake_engine.transport(ok), nil
      local cancel = transport.engine.cancel
      -- Collects tasks that nothing holds any more: before the cancellation (a new field of the driver), and within it.
      setmetatable(transport.driver, { __newindex = function(driver, name, value)
        collectgarbage()
        rawset(driver, name, value)
      end })
      function transport.engine.cancel(...)
        collectgarbage()
        return cancel(...)
      end
      interrupted = fake_engine.interrupt(n, function()
        transport:map(2, function()
          local ended = 0
          local fine = pcall(transport.map, transport, 2, function()
            transport:send(post "x")
            ended = ended + 1
          end, 2)
          if fine and ended < 2 then untold = ended end
        end, 2)
      end, "mimecast/transport/curl.lua")
      assert.is_nil(untold, n)
    end
    assert.is_true(n > 30, n) -- LuaJIT calls no hook in compiled code
  end)

  for what, hasty in pairs { pause = false, ["go on at once"] = true } do
    it("leaves no request of tasks that " .. what .. ", at any instruction", function()
      local n, interrupted = 0, true
      while interrupted do
        n = n + 1
        local transport, got = fake_engine.transport(ok), {}
        interrupted = fake_engine.interrupt(n, function()
          local fine, reason = two_each(transport, got, hasty)
          if not fine then error(reason, 0) end
        end)
        local count = transport.engine.count
        for i = 1, 3 do assert(transport:send(post("later" .. i))) end
        assert.equal(count + 3, transport.engine.count, "after " .. n .. " instructions")
      end
      assert.is_true(n > 300, n)
    end)
  end
end)

describe("an error during a request outside map", function()
  it("cancels the request", function()
    local transport = fake_engine.transport(ok)
    transport.engine.on_step = function() error("interrupted!", 0) end
    local fine, reason = pcall(transport.send, transport, post "x")
    assert.is_false(fine)
    assert.equal("interrupted!", reason)
    assert.is_true(transport.engine.cancelled[1])
    transport.engine.on_step = nil
    assert(transport:send(post "y"))
  end)
end)

-- Responds with the URL of the request.
local function echo(request) return recording.json(('{"url":"%s"}'):format(request.url)) end

describe("an error between the submission of a request and the wait for it", function()
  it("leaves no request that is sent later, at any instruction", function()
    local n, interrupted = 0, true
    while interrupted do
      n = n + 1
      local transport = fake_engine.transport(echo)
      interrupted = fake_engine.interrupt(n, function() transport:send(post "x") end)
      assert.is_nil(next(transport.engine.flying), "after " .. n .. " instructions")
      assert.is_nil(next(transport.waiting), "after " .. n .. " instructions")
    end
    assert.is_true(n > 30, n)
  end)

  it("leaves no request of a task that catches it, and the task's next call gets its response", function()
    local n, interrupted = 0, true
    while interrupted do
      n = n + 1
      local transport = fake_engine.transport(echo)
      local left, body
      interrupted = fake_engine.interrupt(n, function()
        transport:map(1, function()
          if pcall(transport.send, transport, post "first") then return end
          left = next(transport.engine.flying)
          body = assert(transport:send(post "second")).body
        end, 1)
      end)
      assert.is_nil(left, "after " .. n .. " instructions")
      if body then assert.truthy(body:find("/second", 1, true), body) end
      assert.is_nil(next(transport.engine.flying), "after " .. n .. " instructions")
    end
  end)

  it("sends nothing over a socket afterwards", function()
    local running = server.start()
    local n, interrupted = 0, true
    while interrupted do
      n = n + 1
      local transport = libcurl_loop.transport { running }
      local function send(path)
        return transport:send { method = "POST", url = running.url .. path, headers = {}, timeout = 5 }
      end
      interrupted = fake_engine.interrupt(n, function() send("/x" .. n) end, "transport/curl.lua")
      running:turn()
      local told = running:copies("/x" .. n)
      assert(send "/y")
      assert.equal(told, running:copies("/x" .. n), "after " .. n .. " instructions")
      transport:close()
    end
    running:close()
    assert.is_true(n > 50, n)
  end)
end)

-- The credentials that each generation fetches before its first call.
local fetches = {
  { what = "a token", late = "cannot get a token: the request of another call takes too long",
    path = "/oauth/token", body = '{"access_token":"abc","expires_in":1799}',
    options = { clientId = "i", clientSecret = "s" } },
  { what = "a session", late = "login failed: the login of another call takes too long",
    path = "/api/login/login", body = '{"meta":{"status":200},"data":[{"accessKey":"abc","secretKey":"ZGVm"}],"fail":[]}',
    options = { appId = "i", appKey = "k", email = "app@example.com", password = "p", region = "eu" } },
}

for _, fetched in ipairs(fetches) do describe("an interrupted fetch of " .. fetched.what, function()
  local function respond(request)
    if request.url:find(fetched.path, 1, true) then return recording.json(fetched.body) end
    return recording.json '{"meta":{"status":200},"data":[{"emailAddress":"ann@example.com"}],"fail":[]}'
  end

  local function make(more)
    for name, value in pairs(fetched.options) do more[name] = value end
    return assert(mimecast.new(more))
  end

  local function new()
    local transport = fake_engine.transport(respond)
    return make { transport = transport, timeout = 5 }, transport
  end

  local function read(client) return client:update_user { email = "ann@example.com" } end
  local function side_by_side(client)
    local _, failures = client:map({ 1, 2, 3 }, function() return read(client) end)
    assert(next(failures) == nil, failures[1])
  end

  for first, run in pairs { alone = read, ["side by side"] = side_by_side } do
    for second, later in pairs { alone = read, ["side by side"] = side_by_side } do
      it(first .. " does not block later calls " .. second, function()
        local client, transport = new()
        transport.engine.on_step = function() error("interrupted!", 0) end
        assert.is_false(pcall(run, client))
        transport.engine.on_step = nil
        assert.has_no_error(function() later(client) end)
      end)
    end

    it(first .. " does no harm, at any instruction", function()
      local n, interrupted = 0, true
      while interrupted do
        n = n + 7
        local client = new()
        interrupted = fake_engine.interrupt(n, function() run(client) end)
        side_by_side(client)
        assert(read(client))
      end
    end)
  end

  it("in a coroutine that is never resumed blocks other calls for no longer than its timeout", function()
    local now, fetch = 0, nil
    local transport = { map = function() end }
    function transport.send(_, request)
      if request.url:find(fetched.path, 1, true) and not fetch then
        fetch = true
        coroutine.yield() -- and is never resumed
      end
      return respond(request)
    end
    function transport.wait_until(_, condition)
      while not condition() do now = now + 1 end
    end
    local client = make { transport = transport, timeout = 5, attempts = 1, clock = function() return now end }
    local left = coroutine.create(read)
    assert(coroutine.resume(left, client))
    local user, message, err = read(client)
    assert.is_nil(user)
    assert.equal("timeout", err.code)
    assert.is_nil(err.outcome)
    assert.truthy(message:find(fetched.late, 1, true), message)
    now = now + 2
    assert(read(client))
  end)
end) end

describe("an error that cancels waiting calls", function()
  local good = '{"meta":{"status":200},"data":[{"emailAddress":"ann@example.com"}],"fail":[]}'

  -- Makes a client with a budget of two calls in ten seconds.
  local function limited(more)
    local transport, left, window
    transport = fake_engine.transport(function(request)
      if request.url:find("/oauth/token", 1, true) then return recording.json(fetches[1].body) end
      local now = transport.engine.steps
      if not window or now >= window then left, window = 2, now + 10 end
      left = left - 1
      local headers = { ["x-ratelimit-limit"] = "2", ["x-ratelimit-remaining"] = tostring(left),
        ["x-ratelimit-reset"] = tostring((window - now) * 1000) }
      return recording.json(left >= 0 and good or "{}", left >= 0 and 200 or 429, headers)
    end)
    local options = { clientId = "i", clientSecret = "s", transport = transport, timeout = 100,
      clock = function() return transport.engine.steps end }
    for name, value in pairs(more or {}) do options[name] = value end
    return assert(mimecast.new(options)), transport
  end

  local function read(client) return client:update_user { email = "ann@example.com" } end

  local function interrupt_map(client, transport, step)
    local list = {}
    for i = 1, 20 do list[i] = i end
    transport.engine.on_step = function(number) if number >= step then error("interrupted!", 0) end end
    assert.is_false(pcall(client.map, client, list, function() return read(client) end, { concurrency = 20 }))
    transport.engine.on_step = nil
  end

  it("for the rate limit leaves no waiter behind: the next call waits for the window only", function()
    local client, transport = limited()
    assert(read(client))
    interrupt_map(client, transport, transport.engine.steps + 3)
    local began = transport.engine.steps
    assert(read(client))
    assert.is_true(transport.engine.steps - began <= 14, transport.engine.steps - began)
  end)

  it("for a token that another process fetches ends their wait at once", function()
    local asked = 0
    local store = { get = function() end, set = function() end, delete = function() end, incr = function() return 0 end,
      add = function()
        asked = asked + 1
        return asked > 500 -- by then the other process has ended
      end }
    local client, transport = limited { store = store }
    interrupt_map(client, transport, 3)
    assert.is_true(asked < 100, asked)
  end)
end)
