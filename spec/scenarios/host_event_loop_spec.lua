-- The option sleep with the event loop of a host: calls of its coroutines run concurrently, and other tasks continue.
local core = require "mimecast.core"
local mimecast = require "mimecast"
local sandbox = require "mimecast.sandbox"

local ann = { email = "ann@example.com" }

-- A minimal event loop: tasks sleep until a time.
local function new_loop()
  local self, due = {}, {}
  function self.sleep(seconds)
    due[coroutine.running()] = core.monotonic() + seconds
    coroutine.yield()
  end
  function self.go(run) due[coroutine.create(run)] = 0 end
  function self.run()
    while next(due) do
      local ready, now = {}, core.monotonic()
      for task, at in pairs(due) do
        if now >= at then ready[#ready + 1] = task end
      end
      for _, task in ipairs(ready) do
        due[task] = nil
        assert(coroutine.resume(task))
      end
    end
  end
  return self
end

describe("a client with the sleep of an event loop", function()
  local tenant, loop, client

  setup(function() tenant = assert(sandbox.start { rateLimit = false }) end)
  teardown(function() tenant:stop() end)

  before_each(function()
    loop = new_loop()
    local keys = tenant.credentials.v2
    client = assert(mimecast.new { baseUrl = tenant.url, clientId = keys.clientId, clientSecret = keys.clientSecret,
      sleep = loop.sleep, maxInFlight = 4 })
    loop.go(function() assert(client:update_user(ann)) end)
    loop.run()
  end)
  after_each(function() client:close() end)

  it("runs up to maxInFlight calls of coroutines concurrently, and does not block the loop", function()
    tenant:fault { kind = "slow", seconds = 0.4, times = 5 }
    local finished, ticks, began = 0, 0, core.monotonic()
    for _ = 1, 5 do
      loop.go(function()
        assert(client:update_user(ann))
        finished = finished + 1
      end)
    end
    loop.go(function()
      while finished < 5 do
        loop.sleep(0.01)
        ticks = ticks + 1
      end
    end)
    loop.run()
    local seconds = core.monotonic() - began
    assert.is_true(seconds >= 0.79 and seconds < 1.8, seconds) -- four, then one; one after the other is 2 s
    assert.is_true(ticks >= 10, ticks) -- about 80 on an idle machine; 0 to 5 if calls block
  end)

  it("runs map concurrently with other tasks, and returns the results in order", function()
    tenant:fault { kind = "slow", seconds = 0.4, times = 4 }
    local results, ticks
    loop.go(function()
      results = client:map({ 1, 2, 3, 4 }, function(n)
        assert(client:update_user(ann))
        return n * 10
      end)
    end)
    loop.go(function()
      ticks = 0
      while not results do
        loop.sleep(0.01)
        ticks = ticks + 1
      end
    end)
    loop.run()
    assert.same({ 10, 20, 30, 40 }, results)
    assert.is_true(ticks >= 5, ticks) -- about 40 on an idle machine; 1 if map blocks
  end)
end)
