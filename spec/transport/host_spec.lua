-- A host that lends its sleep: many coroutines, one loop that resumes those whose time has come. Nothing may block in it.
local curl = require "mimecast.transport.curl"
local lead = require "mimecast.transport.leader"
local mimecast = require "mimecast"
local recording = require "spec.support.fakes.recording"
local server = require "spec.support.http.server"

-- An event loop of its own clock: `loop:sleep` yields to it. `semaphore` as in nginx, where it is asked for.
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

-- Goes on until nobody sleeps; each turn `on_turn` is called.
function Loop:run(on_turn)
  for _ = 1, 20000 do
    local task, time
    for one, at in pairs(self.sleepers) do
      if not time or at < time then task, time = one, at end
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

    local function start(on_request)
      loop = new_loop()
      running = server.start(on_request)
      transport = curl.new { sleep = function(seconds) loop:sleep(seconds) end, monotonic = function() return loop.now end,
        semaphore = has_semaphore and function() return loop:semaphore() end or nil }
      local engine = transport.engine
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

    -- Answers nobody until so many are there.
    local function together(count)
      local held = {}
      return function(connection, request)
        held[#held + 1] = { connection, request.body }
        for _, one in ipairs(#held == count and held or {}) do one[1]:answer(200, "to " .. one[2]) end
      end
    end

    it("calls of many coroutines are in flight at a time, and each gets its own answer", function()
      start(together(8))
      local bodies = {}
      for i = 1, 8 do
        loop:spawn(function() bodies[i] = assert(transport:send(post(tostring(i)))).body end)
      end
      loop:run(turn)
      for i = 1, 8 do assert.equal("to " .. i, bodies[i]) end
      assert.is_true(loop.longest > 0)
    end)

    it("maps of several coroutines go on side by side", function()
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

    it("an error in one map ends that one and no other", function()
      start(together(4))
      local reason, count = nil, 0
      loop:spawn(function()
        reason = select(2, pcall(transport.map, transport, 2, function(i)
          if i == 2 then error("own reason", 0) end
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
      assert.same({ "own reason", 3 }, { reason, count })
    end)

    it("the engine's error reaches every caller, and the next call goes through", function()
      start()
      local engine, reasons = transport.engine, {}
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

    it("goes on where the coroutine that leads is dropped for good", function()
      start(together(5))
      local count, turns, leader = 0, 0, nil
      for _ = 1, 5 do
        loop:spawn(function()
          assert(transport:send(post()))
          count = count + 1
        end)
      end
      loop:run(function()
        turns = turns + 1
        if turns == 6 then
          leader = stepper
          loop.dropped[leader] = true -- it is never resumed again
        end
        running:turn()
      end)
      assert.truthy(leader)
      assert.equal("suspended", coroutine.status(leader))
      assert.equal(4, count)
      assert.is_true(loop.now < 2, loop.now)
      assert.is_nil(next(transport.waiting))
    end)

    it("a closed transport raises rather than waits", function()
      start()
      transport.engine:close()
      local ok
      loop:spawn(function() ok = pcall(transport.send, transport, post()) end)
      loop:run(turn)
      assert.is_false(ok)
    end)
  end)
end

describe("one at a time", function()
  -- Waits of so many seconds each, side by side; when each ended, how many stepped at a time, and how often.
  local function wait_for(list)
    local loop, at_work, most, steps = new_loop(), 0, 0, 0
    local ready = {}
    local shared
    shared = lead.new({ sleep = function(seconds) loop:sleep(seconds) end, semaphore = function() return loop:semaphore() end },
      function()
        steps = steps + 1
        at_work = at_work + 1
        most = math.max(most, at_work)
        at_work = at_work - 1
        for waiter in pairs(ready) do
          if loop.now >= waiter.at then
            waiter.landed = true
            shared:tell(waiter)
          end
        end
      end)
    local ends = {}
    for i, at in ipairs(list) do
      loop:spawn(function()
        local waiter = { at = at }
        function waiter.done() return waiter.landed end
        ready[waiter] = true
        shared:wait(waiter)
        ready[waiter] = nil
        ends[i] = loop.now
      end)
    end
    loop:run()
    return ends, most, steps
  end

  it("steps for all, and the lead is handed on at once", function()
    local list = {}
    for i = 1, 10 do list[i] = i * 0.07 end -- in no step with what a follower waits at a time
    local ends, most, steps = wait_for(list)
    assert.equal(1, most)
    for i = 1, 10 do assert.is_true(ends[i] - list[i] < 0.01, ("%d: %g"):format(i, ends[i])) end
    assert.is_true(steps < 400, steps)
  end)

  it("hands the lead on past those whose waits end together with the leader's", function()
    local list = {}
    for i = 1, 10 do list[i] = i <= 8 and 0.05 or 0.07 end
    local ends = wait_for(list)
    for i = 1, 10 do assert.is_true(ends[i] - list[i] < 0.01, ("%d: %g"):format(i, ends[i])) end
  end)
end)

describe("a sleep that a host lends", function()
  it("is how a client pauses, with a transport of its own making or with the caller's", function()
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
    client.settings.sleep(7)
    assert.same({ 0.25, 7 }, slept)
    client:close()
  end)
end)

describe("the option transport", function()
  local keys = { clientId = "i", clientSecret = "s" }

  local function new(transport)
    return mimecast.new { clientId = keys.clientId, clientSecret = keys.clientSecret, transport = transport }
  end

  it("takes curl, and a table of the caller's own", function()
    local client = assert(new "curl")
    assert.is_function(client.transport.send)
    client:close()
    local own = { send = function() end }
    assert.equal(own, assert(new(own)).transport)
  end)

  it("takes no other name", function()
    local client, message, err = new "kurl"
    assert.is_nil(client)
    assert.same({ "invalid_setting", "transport" }, { err.code, err.field })
    assert.truthy(message:find('must be "curl" or "resty" or a table', 1, true))
  end)

  it("resty is refused outside nginx", function()
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

  it("can wait while it reads what comes first, and not in its log phase", function()
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
