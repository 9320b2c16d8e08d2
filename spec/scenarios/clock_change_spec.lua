-- The wall clock may be set during a call. Deadlines and pauses use the monotonic clock.
local core = require "mimecast.core"
local fake_engine = require "spec.support.fakes.fake_engine"
local mimecast = require "mimecast"
local recording = require "spec.support.fakes.recording"

local day = 86400
local ann = { email = "ann@example.com" }

-- A client whose wall clock jumps as soon as its first request is on its way; two attempts fail before the third.
local function client_of(jump, more)
  local failing, real, offset = 2, core.now, 0
  core.now = function() return real() + offset end -- luacheck: ignore
  local transport = fake_engine.transport(function(request)
    offset = jump
    if request.url:find("/oauth/token", 1, true) then
      return recording.json '{"access_token":"abc","expires_in":1799}'
    end
    failing = failing - 1
    if failing >= 0 then return recording.json("{}", 503) end
    return recording.json '{"meta":{"status":200},"data":[{"emailAddress":"ann@example.com"}],"fail":[]}'
  end)
  local options = { clientId = "i", clientSecret = "s", transport = transport, timeout = 30,
    random = function() return 0 end }
  for name, value in pairs(more or {}) do options[name] = value end
  return assert(mimecast.new(options)), transport, function() core.now = real end -- luacheck: ignore
end

describe("the wall clock set", function()
  for _, case in ipairs { { "back", -day }, { "forward", day } } do
    it(case[1] .. " by a day during a call does not change the timeout of the call", function()
      local client, transport, restore = client_of(case[2])
      local ok, user, message = pcall(client.update_user, client, ann)
      local count = transport.engine.count
      restore()
      assert.is_true(ok, user)
      assert.truthy(user, message)
      assert.is_true(count <= 6)
      for _, request in ipairs(transport.engine.sent) do
        assert.is_true(request.timeout > 20 and request.timeout <= 30, request.timeout)
      end
    end)

    it(case[1] .. " by a day does not change the pause of a task", function()
      local client, _, restore = client_of(case[2], { random = function() return 0.9 end })
      local ok, results, failures = pcall(client.map, client, { 1, 2 }, function() return client:update_user(ann) end)
      restore()
      assert.is_true(ok, results)
      assert.is_nil(next(failures), tostring(failures[1]))
    end)
  end
end)

describe("monotonic", function()
  it("never goes backwards", function()
    local last = core.monotonic()
    for _ = 1, 1000 do
      local now = core.monotonic()
      assert.is_true(now >= last)
      last = now
    end
  end)

  it("defaults to the option clock if that is set, and can be set separately", function()
    local keys = { clientId = "i", clientSecret = "s", transport = { send = error } }
    assert.equal(core.monotonic, mimecast.new(keys):info().runtime.monotonic)
    keys.clock = function() return 1 end
    assert.equal(keys.clock, mimecast.new(keys):info().runtime.monotonic)
    keys.monotonic = function() return 2 end
    assert.equal(keys.monotonic, mimecast.new(keys):info().runtime.monotonic)
    keys.transport = nil
    assert.equal(keys.monotonic, mimecast.new(keys).transport.monotonic)
    keys.clock, keys.monotonic = nil, nil
    assert.equal(core.monotonic, mimecast.new(keys).transport.monotonic)
  end)

  it("determines the deadline of a call", function()
    local now = 0
    local transport = { sleep = function(_, seconds) now = now + seconds end }
    function transport.send()
      now = now + 4
      return recording.json("{}", 503)
    end
    local made = assert(mimecast.new { appId = "a", appKey = "b", accessKey = "c", secretKey = "ZA==", region = "eu",
      transport = transport, monotonic = function() return now end, random = function() return 0 end, timeout = 7 })
    local _, _, err = made:update_user(ann)
    assert.equal(2, err.attempts)
    assert.equal(8, now)
  end)
end)
