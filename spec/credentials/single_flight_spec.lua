-- One at a time; and what becomes of the others when whoever did the work is gone.
local errors = require "mimecast.errors"
local single = require "mimecast.credentials.single_flight"

-- One over a clock that a waiting caller moves, a tenth of a second at a time. `spawn` is the host's, where it has one.
local function start(spawn)
  local clock, ids = { now = 1000 }, 0
  local settings = { monotonic = function() return clock.now end, authFailureCooldown = 60, uuid = function()
    ids = ids + 1
    return "id " .. ids
  end }
  local transport = { spawn = spawn and function(_, run) return spawn(run) end }
  function transport.wait_until(_, condition)
    while not condition() do clock.now = clock.now + 0.1 end
  end
  return single.new(settings, transport, { late = "too late", refusals = { no = true } }), clock
end

local function done() return true end

describe("work that is done by one at a time", function()
  it("is taken over at once where an error ended it in a coroutine", function()
    local one, clock = start()
    local task = coroutine.create(function() one:run(10, function() error "interrupted!" end) end)
    assert.is_false((coroutine.resume(task)))
    local seen
    coroutine.wrap(function() one:run(10, function(_, doing)
      seen = doing
      return true
    end) end)()
    assert.same({ 1000, "id 1", true }, { clock.now, seen.id, seen.inherited })
  end)

  it("is taken over at once where an error ended it in a coroutine that lives on", function()
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
    assert.same({ "suspended", 1000, "id 1", true }, { coroutine.status(task), clock.now, seen.id, seen.inherited })
  end)

  it("is taken over at once where an error ended it in the main thread", function()
    local one, clock = start()
    one.doing = { owner = { "main" }, till = 2000, id = "left" }
    local ok
    coroutine.wrap(function() ok = one:run(10, done) end)()
    assert.same({ true, 1000 }, { ok, clock.now })
  end)

  it("is waited for where its coroutine only waits, and taken over where that never goes on", function()
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

  it("that is refused is remembered for as long as it says, and told to each with an error value of its own", function()
    local one, clock = start()
    local count = 0
    local function refuse()
      count = count + 1
      return nil, errors.new { category = "auth", code = "no", message = "no" }, 7
    end
    local _, first = one:run(10, refuse)
    local _, second = one:run(10, refuse)
    assert.same({ "no", "no", 1 }, { first.code, second.code, count })
    assert.is_not.equal(first, second)
    clock.now = clock.now + 7
    one:run(10, refuse)
    assert.equal(2, count)
  end)

  it("is taken over from one that its host has given up, with a request that was broken off for instance", function()
    local one, clock = start()
    coroutine.resume(coroutine.create(function() one:run(30, coroutine.yield) end))
    collectgarbage()
    collectgarbage()
    local ok
    coroutine.wrap(function() ok = one:run(30, done) end)()
    assert.same({ true, 1000 }, { ok, clock.now })
  end)
end)

describe("work that the host does beside its callers", function()
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

  it("is done once, though the caller that began it goes on no more", function()
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

  it("is done by the caller where the host does not begin it", function()
    local count = 0
    assert.is_true(one:run(10, function()
      count = count + 1
      return true
    end))
    assert.near(1000.2, clock.now, 0.11)
    assert(coroutine.resume(beside)) -- too late
    assert.equal(1, count)
  end)

  it("that raises does so in the caller that began it, and is taken over", function()
    one.transport.wait_until = let_it_go_on
    assert.has_error(function() one:run(10, function() error("no memory", 0) end) end, "no memory")
    assert.is_true(one:run(10, done))
  end)
end)
