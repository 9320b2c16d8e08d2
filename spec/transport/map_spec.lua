local libcurl_loop = require "spec.support.http.libcurl_loop"
local mimecast = require "mimecast"
local server = require "spec.support.http.server"

local running

local function start(respond)
  running = server.start(respond)
  return libcurl_loop.transport { running }
end

local function post()
  return { method = "POST", url = running.url .. "/x", headers = {}, body = "", timeout = 5, connectTimeout = 5 }
end

after_each(function()
  if running then running:close() end
  running = nil
end)

describe("a function that map runs", function()
  it("must not yield: map raises", function()
    local transport = start()
    local ended = 0
    local ok, reason = pcall(transport.map, transport, 2, function(i)
      if i == 2 then coroutine.yield() end
      assert(transport:send(post()))
      ended = ended + 1
    end, 2)
    assert.is_false(ok)
    assert.truthy(tostring(reason):find("must not yield", 1, true))
    assert.equal(1, ended)
    assert(transport:send(post()))
  end)

  it("may run coroutines that yield to it", function()
    local transport = start()
    local seen = {}
    transport:map(2, function(i)
      local next_part = coroutine.wrap(function()
        for part = 1, 3 do coroutine.yield(part) end
      end)
      seen[i] = next_part() + next_part()
      assert(transport:send(post()))
    end, 2)
    assert.same({ 3, 3 }, seen)
  end)

  it("may sleep in a coroutine, and the other calls go on meanwhile", function()
    local now = 0
    running = server.start()
    local transport = libcurl_loop.transport({ running }, { monotonic = function()
      now = now + 0.001
      return now
    end })
    local responded, ended, paused, slept = 0, 0, nil, nil
    transport:map(6, function(i)
      if i <= 2 then
        assert(transport:send(post()))
        responded = responded + 1
      elseif i <= 5 then
        transport:sleep(i / 10)
        ended = ended + 1
      else
        coroutine.wrap(function()
          local began = now
          transport:sleep(0.35)
          paused, slept = now - began, { responded, ended }
        end)()
      end
    end, 6)
    assert.is_true(paused >= 0.35 and paused < 0.36, paused)
    assert.same({ 2, 1 }, slept)
  end)
end)

describe("map within map", function()
  it("has the calls of all maps in flight at a time", function()
    local open = {}
    local transport = start(function(connection)
      open[#open + 1] = connection
      -- Responds when all six have arrived: one after the other they would wait for ever.
      for _, waiting in ipairs(#open == 6 and open or {}) do waiting:respond(200, "ok") end
    end)
    local responded = 0
    transport:map(3, function()
      transport:map(2, function()
        assert(transport:send(post()))
        responded = responded + 1
      end, 2)
    end, 3)
    assert.equal(6, responded)
  end)

  it("returns when its calls are done, and raises their error", function()
    local transport = start()
    local order, reasons = {}, {}
    transport:map(2, function(i)
      local _, reason = pcall(transport.map, transport, 3, function(j)
        assert(transport:send(post()))
        if i == 2 and j == 2 then error("reason", 0) end
        order[#order + 1] = i
      end, 1)
      reasons[i] = reason or "none"
    end, 2)
    assert.same({ "none", "reason" }, reasons)
    table.sort(order)
    assert.same({ 1, 1, 1, 2 }, order)
  end)
end)

describe("a client's map", function()
  local client = assert(mimecast.new { clientId = "i", clientSecret = "s" })

  it("raises for an invalid concurrency, at the caller's line", function()
    for _, concurrency in ipairs { 0, -1, 0.5, 0 / 0, "4", {} } do
      local ok, reason = pcall(function()
        local results = client:map({ 1 }, function() return true end, { concurrency = concurrency })
        return results
      end)
      assert.is_false(ok, tostring(concurrency))
      assert.truthy(reason:find("map_spec.lua:%d+: mimecast.map: concurrency must be a number of at least 1, got "), reason)
    end
  end)

  it("raises for an unknown option", function()
    local ok, reason = pcall(function()
      local results = client:map({ 1 }, function() return true end, { concurency = 4 })
      return results
    end)
    assert.is_false(ok)
    assert.truthy(reason:find("map_spec.lua:%d+: mimecast.map: unknown option concurency; did you mean concurrency%?"), reason)
  end)

  it("accepts a concurrency with a fraction or above the count", function()
    for _, concurrency in ipairs { 1, 2.5, 1000, math.huge } do
      assert.same({ 1, 2, 3 }, (client:map({ 1, 2, 3 }, function(x) return x end, { concurrency = concurrency })))
    end
  end)
end)
