-- Concurrent callers of the same work, and callers that die.
local errors = require "mimecast.errors"
local single_flight = require "mimecast.credentials.single_flight"

-- A single flight over a clock that a waiting caller advances by 0.1 s. `spawn` is the host's function, if it has one.
local function start(spawn)
  local clock, ids = { now = 1000 }, 0
  local runtime = { monotonic = function() return clock.now end, uuid = function()
    ids = ids + 1
    return "id " .. ids
  end }
  local config = { runtime = runtime, authFailureCooldown = 60 }
  local transport = { spawn = spawn and function(_, run) return spawn(run) end }
  function transport.wait_until(_, condition)
    while not condition() do clock.now = clock.now + 0.1 end
  end
  return single_flight.new(config, transport, { late = "too late", denials = { no = true } }), clock
end

local function done() return true end

describe("single_flight", function()
  it("lets the next caller take over at once if an error ended the coroutine", function()
    local one, clock = start()
    local task = coroutine.create(function() one:run(10, function() error "interrupted!" end) end)
    assert.is_false((coroutine.resume(task)))
    local seen
    coroutine.wrap(function() one:run(10, function(_, doing)
      seen = doing
      return true
    end) end)()
    assert.same({ 1000, "id 1", true }, { clock.now, seen.id, seen.taken_over })
  end)

  it("lets the next caller take over at once if the coroutine caught the error", function()
    local one, clock = start()
    local task = coroutine.create(function()
      pcall(one.run, one, 10, function() error "interrupted!" end)
      coroutine.yield()
    end)
    coroutine.resume(task)
    local seen
    coroutine.wrap(function() one:run(10, function(_, doing)
      seen = doing
      return true
    end) end)()
    assert.same({ "suspended", 1000, "id 1", true }, { coroutine.status(task), clock.now, seen.id, seen.taken_over })
  end)

  it("lets the next caller take over at once after an error in the main thread", function()
    local one, clock = start()
    one.doing = { owner = { "main" }, till = 2000, id = "left" }
    local ok
    coroutine.wrap(function() ok = one:run(10, done) end)()
    assert.same({ true, 1000 }, { ok, clock.now })
  end)

  it("waits for a coroutine that waits, and takes over after its deadline", function()
    local one, clock = start()
    local task = coroutine.create(function() one:run(10, coroutine.yield) end)
    coroutine.resume(task)
    local ok, err
    coroutine.wrap(function() ok, err = one:run(5, done) end)()
    assert.same({ false, "timeout", "too late" }, { ok, err.code, err.message })
    assert.near(1005, clock.now, 0.11)
    coroutine.wrap(function() ok, err = one:run(30, done) end)()
    assert.same({ true, nil }, { ok, err })
    assert.near(1011, clock.now, 0.21) -- its deadline and a second
  end)

  it("caches a rejection for the given seconds, and gives each caller its own error value", function()
    local one, clock = start()
    local count = 0
    local function deny()
      count = count + 1
      return nil, errors.new { category = "auth", code = "no", message = "no" }, 7
    end
    local _, first = one:run(10, deny)
    local _, second = one:run(10, deny)
    assert.same({ "no", "no", 1 }, { first.code, second.code, count })
    assert.is_not.equal(first, second)
    clock.now = clock.now + 7
    one:run(10, deny)
    assert.equal(2, count)
  end)

  it("takes over from a coroutine that the host dropped, for example with a cancelled request", function()
    local one, clock = start()
    coroutine.resume(coroutine.create(function() one:run(30, coroutine.yield) end))
    collectgarbage()
    collectgarbage()
    local ok
    coroutine.wrap(function() ok = one:run(30, done) end)()
    assert.same({ true, 1000 }, { ok, clock.now })
  end)
end)

describe("single_flight with spawn", function()
  local one, clock, beside

  before_each(function()
    one, clock = start(function(run)
      beside = coroutine.create(run)
      return true
    end)
  end)

  local function let_it_go_on(_, condition)
    while not condition() do assert(coroutine.resume(beside)) end
  end

  it("does the work once although its first caller is never resumed", function()
    local count = 0
    local function work()
      count = count + 1
      coroutine.yield()
      return true
    end
    one.transport.wait_until = coroutine.yield
    local killed = coroutine.create(function() one:run(10, work) end)
    assert(coroutine.resume(killed))
    one.transport.wait_until = let_it_go_on
    assert.is_true(one:run(10, work))
    assert.equal(1, count)
  end)

  it("lets the caller do the work if the host does not start it", function()
    local count = 0
    assert.is_true(one:run(10, function()
      count = count + 1
      return true
    end))
    assert.near(1000.2, clock.now, 0.11)
    assert(coroutine.resume(beside)) -- too late
    assert.equal(1, count)
  end)

  it("raises the error of the work in the first caller, and lets the next caller take over", function()
    one.transport.wait_until = let_it_go_on
    assert.has_error(function() one:run(10, function() error("no memory", 0) end) end, "no memory")
    assert.is_true(one:run(10, done))
  end)
end)
