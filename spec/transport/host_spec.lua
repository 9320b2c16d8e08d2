-- The option sleep: the event loop of a host resumes many coroutines, and no call may block it.
local curl = require "mimecast.transport.curl"
local leader = require "mimecast.transport.leader"
local mimecast = require "mimecast"
local recording = require "spec.support.fakes.recording"
local server = require "spec.support.http.server"

-- An event loop with a virtual clock: `loop:sleep` yields to it. `loop:semaphore` is like nginx's.
local Loop = {}
Loop.__index = Loop

local function new_loop()
  return setmetatable({ now = 0, sleepers = {}, dropped = {}, longest = 0 }, Loop)
end

function Loop:sleep(seconds)
  local me = coroutine.running()
  self.longest = math.max(self.longest, seconds)
  self.sleepers[me] = self.now + seconds
  coroutine.yield()
end

function Loop:spawn(run)
  local task = coroutine.create(run)
  self.sleepers[task] = self.now
  return task
end

function Loop:semaphore()
  local loop, count, waiter = self, 0, nil
  return {
    post = function(_, n)
      count = count + n
      if waiter then loop.sleepers[waiter] = loop.now end
    end,
    wait = function(_, seconds)
      if count == 0 then
        waiter = coroutine.running()
        loop:sleep(seconds)
        waiter = nil
      end
      if count == 0 then return nil, "timeout" end
      count = count - 1
      return true
    end,
  }
end

-- Runs until no coroutine sleeps. Calls `on_turn` in each turn.
function Loop:run(on_turn)
  for _ = 1, 20000 do
    local task, time
    for sleeper, at in pairs(self.sleepers) do
      if not time or at < time then task, time = sleeper, at end
    end
    if not task then return end
    self.now = math.max(self.now, time)
    self.sleepers[task] = nil
    if not self.dropped[task] then assert(coroutine.resume(task)) end
    if on_turn then on_turn() end
  end
  error("waits for ever", 2)
end

for name, has_semaphore in pairs { ["a host with semaphores"] = true, ["a host that only sleeps"] = false } do
  describe("in " .. name, function()
    local loop, running, transport, stepper

    local function start(respond)
      loop = new_loop()
      running = server.start(respond)
      transport = curl.new { sleep = function(seconds) loop:sleep(seconds) end, monotonic = function() return loop.now end,
        semaphore = has_semaphore and function() return loop:semaphore() end or nil }
      local engine = transport:open()
      transport.engine = setmetatable({ step = function(_, seconds)
        assert.equal(0, seconds) -- the engine never waits: the host does
        stepper = coroutine.running()
        return engine:step(0)
      end }, { __index = function(_, method) return function(_, ...) return engine[method](engine, ...) end end })
    end

    after_each(function()
      running:close()
      transport:close()
    end)

    local function post(body)
      return { method = "POST", url = running.url .. "/x", headers = {}, body = body or "", timeout = 5, connectTimeout = 5 }
    end

    local function turn() running:turn() end

    -- Responds when so many requests have arrived.
    local function together(count)
      local held = {}
      return function(connection, request)
        held[#held + 1] = { connection, request.body }
        for _, entry in ipairs(#held == count and held or {}) do entry[1]:respond(200, "to " .. entry[2]) end
      end
    end

    it("calls of many coroutines are in flight at a time, and each gets its response", function()
      start(together(8))
      local bodies = {}
      for i = 1, 8 do
        loop:spawn(function() bodies[i] = assert(transport:send(post(tostring(i)))).body end)
      end
      loop:run(turn)
      for i = 1, 8 do assert.equal("to " .. i, bodies[i]) end
      assert.is_true(loop.longest > 0)
    end)

    it("maps of several coroutines run side by side", function()
      start(together(12))
      local count = 0
      for i = 1, 3 do
        loop:spawn(function()
          transport:map(4, function(j)
            assert.equal(("to %d/%d"):format(i, j), assert(transport:send(post(i .. "/" .. j))).body)
            transport:sleep(0.05)
            count = count + 1
          end, 4)
        end)
      end
      loop:run(turn)
      assert.equal(12, count)
    end)

    it("a map can send the first request", function()
      start(together(2))
      local opened = transport
      transport = curl.new { sleep = function(seconds) loop:sleep(seconds) end, monotonic = function() return loop.now end,
        semaphore = has_semaphore and function() return loop:semaphore() end or nil }
      opened:close()
      local bodies = {}
      loop:spawn(function()
        transport:map(2, function(i) bodies[i] = assert(transport:send(post(tostring(i)))).body end, 2)
      end)
      loop:run(turn)
      assert.same({ "to 1", "to 2" }, bodies)
    end)

    it("an error in a map ends this map and no other", function()
      start(together(4))
      local reason, count = nil, 0
      loop:spawn(function()
        reason = select(2, pcall(transport.map, transport, 2, function(i)
          if i == 2 then error("reason", 0) end
          assert(transport:send(post()))
        end, 2))
      end)
      loop:spawn(function()
        transport:map(3, function()
          assert(transport:send(post()))
          count = count + 1
        end, 3)
      end)
      loop:run(turn)
      assert.same({ "reason", 3 }, { reason, count })
    end)

    it("the engine's error reaches every caller, and the next call goes through", function()
      start()
      local engine, reasons = transport:open(), {}
      transport.engine = setmetatable({ step = function() error("no memory", 0) end }, { __index = engine })
      for i = 1, 3 do
        loop:spawn(function() reasons[i] = select(2, pcall(transport.send, transport, post())) end)
      end
      loop:run(turn)
      assert.same({ "no memory", "no memory", "no memory" }, reasons)
      transport.engine = engine
      local body
      loop:spawn(function() body = assert(transport:send(post())).body end)
      loop:run(turn)
      assert.equal("ok", body)
      assert.is_nil(next(transport.waiting))
    end)

    it("another coroutine polls when the host drops the leader", function()
      start(together(5))
      local count, turns, dropped = 0, 0, nil
      for _ = 1, 5 do
        loop:spawn(function()
          assert(transport:send(post()))
          count = count + 1
        end)
      end
      loop:run(function()
        turns = turns + 1
        if turns == 6 then
          dropped = stepper
          loop.dropped[dropped] = true -- it is never resumed again
        end
        running:turn()
      end)
      assert.truthy(dropped)
      assert.equal("suspended", coroutine.status(dropped))
      assert.equal(4, count)
      assert.is_true(loop.now < 2, loop.now)
      assert.is_nil(next(transport.waiting))
    end)

    it("a closed engine raises instead of waiting", function()
      start()
      transport:open():close()
      local ok
      loop:spawn(function() ok = pcall(transport.send, transport, post()) end)
      loop:run(turn)
      assert.is_false(ok)
    end)
  end)
end

describe("the leader/follower loop", function()
  -- Waits that end at the given times, side by side. Returns when each ended, how many coroutines polled at a time, and how
  -- often.
  local function wait_for(list)
    local loop, active, max_active, polls = new_loop(), 0, 0, 0
    local waiters = {}
    local shared
    local host = { sleep = function(seconds) loop:sleep(seconds) end, semaphore = function() return loop:semaphore() end }
    shared = leader.new(host, function()
      polls, active = polls + 1, active + 1
      max_active = math.max(max_active, active)
      active = active - 1
      for waiter in pairs(waiters) do
        if loop.now >= waiter.at then
          waiter.done = true
          shared:wake(waiter)
        end
      end
    end)
    local ends = {}
    for i, at in ipairs(list) do
      loop:spawn(function()
        local waiter = { at = at }
        function waiter.is_done() return waiter.done end
        waiters[waiter] = true
        shared:wait(waiter)
        waiters[waiter] = nil
        ends[i] = loop.now
      end)
    end
    loop:run()
    return ends, max_active, polls
  end

  it("has one coroutine poll for all, and hands over at once", function()
    local list = {}
    for i = 1, 10 do list[i] = i * 0.07 end -- out of step with the wait of a follower
    local ends, max_active, polls = wait_for(list)
    assert.equal(1, max_active)
    for i = 1, 10 do assert.is_true(ends[i] - list[i] < 0.01, ("%d: %g"):format(i, ends[i])) end
    assert.is_true(polls < 400, polls)
  end)

  it("skips waiters that end together with the leader when it hands over", function()
    local list = {}
    for i = 1, 10 do list[i] = i <= 8 and 0.05 or 0.07 end
    local ends = wait_for(list)
    for i = 1, 10 do assert.is_true(ends[i] - list[i] < 0.01, ("%d: %g"):format(i, ends[i])) end
  end)
end)

describe("the option sleep", function()
  it("pauses the client, with the default transport and with the caller's", function()
    local slept = {}
    local function sleep(seconds) slept[#slept + 1] = seconds end
    local transport = recording.new(nil, recording.with_token(function(_, number)
      if number < 3 then return recording.json("{}", 503) end
      return recording.json '{"meta":{"status":200},"data":[{"emailAddress":"ann@example.com"}],"fail":[]}'
    end))
    local client = assert(mimecast.new { clientId = "i", clientSecret = "s", transport = transport, sleep = sleep,
      random = function() return 0.5 end })
    assert(client:update_user { email = "ann@example.com" })
    assert.same({ 0.25 }, slept)
    client = assert(mimecast.new { clientId = "i", clientSecret = "s", sleep = sleep, transport = "curl" })
    client.config.runtime.sleep(7)
    assert.same({ 0.25, 7 }, slept)
    client:close()
  end)
end)

describe("the option transport", function()
  local keys = { clientId = "i", clientSecret = "s" }

  local function new(transport)
    return mimecast.new { clientId = keys.clientId, clientSecret = keys.clientSecret, transport = transport }
  end

  it("takes curl, and a table with a send function", function()
    local client = assert(new "curl")
    assert.is_function(client.transport.send)
    client:close()
    local transport = { send = function() end }
    assert.equal(transport.send, assert(new(transport)).transport.send)
    for _, name in ipairs { "sleep", "wait_until", "map" } do transport[name] = function() end end
    assert.equal(transport, assert(new(transport)).transport)
  end)

  it("takes no other name", function()
    local client, message, err = new "kurl"
    assert.is_nil(client)
    assert.same({ "invalid_setting", "transport" }, { err.code, err.field })
    assert.truthy(message:find('must be "curl" or "resty" or a table', 1, true))
  end)

  it("rejects resty outside nginx", function()
    if rawget(_G, "ngx") then return pending "this is nginx" end
    local client, message, err = new "resty"
    assert.is_nil(client)
    assert.same({ "config", "invalid_setting", "transport" }, { err.category, err.code, err.field })
    assert.truthy(message:find("inside nginx only", 1, true), message)
  end)
end)

describe("nginx's stream module", function()
  local nginx = require "mimecast.loop.nginx"
  local real = rawget(_G, "ngx")

  after_each(function() rawset(_G, "ngx", real) end)

  it("can wait in the preread phase, and not in the log phase", function()
    local phase
    rawset(_G, "ngx", { get_phase = function() return phase end })
    phase = "preread"
    coroutine.wrap(function()
      assert.is_true(nginx.can_wait())
      assert.is_nil(nginx.unavailable())
    end)()
    phase = "log"
    assert.is_false(nginx.can_wait())
    assert.equal("wrong_phase", nginx.unavailable().code)
  end)
end)
