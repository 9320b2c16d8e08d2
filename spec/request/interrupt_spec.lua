-- An error such as Ctrl-C leaves a call at any of its instructions: the client goes on as before.
local fake_engine = require "spec.support.fakes.fake_engine"
local mimecast = require "mimecast"
local recording = require "spec.support.fakes.recording"

local options = {
  ["1.0"] = { appId = "i", appKey = "k", accessKey = "a", secretKey = "ZGVm", region = "eu" },
  ["2.0"] = { clientId = "i", clientSecret = "s" },
}

-- Makes a client whose service allows 100 requests in a window of 1000 seconds. `seen` counts the requests of updates.
local function new(generation)
  local seen = 0
  local transport
  transport = fake_engine.transport(function(request)
    if request.url:find("/oauth/token", 1, true) then return recording.json '{"access_token":"abc","expires_in":1799}' end
    seen = seen + 1
    local milliseconds = 1000000 - transport.engine.steps * 1000
    return recording.json('{"data":[{"emailAddress":"ann@example.com"}]}', 200, { ["x-ratelimit-limit"] = "100",
      ["x-ratelimit-remaining"] = tostring(100 - seen), ["x-ratelimit-reset"] = tostring(milliseconds) })
  end)
  local more = { transport = transport, timeout = 5, clock = function() return transport.engine.steps end }
  for name, value in pairs(options[generation]) do more[name] = value end
  return assert(mimecast.new(more)), transport, function() return seen end
end

local function update(client) return client:update_user { email = "ann@example.com" } end

describe("a call that is interrupted at any instruction", function()
  for _, generation in ipairs { "1.0", "2.0" } do
    it("takes at most one request from the rate budget, and later calls succeed, under API " .. generation, function()
      local n, interrupted = 0, true
      while interrupted do
        n = n + 1
        local client, transport, seen = new(generation)
        for _ = 1, 2 do assert(update(client)) end
        interrupted = fake_engine.interrupt(n, function() update(client) end)
        local budget = next(client.limiter.budgets) and select(2, next(client.limiter.budgets))
        assert.is_true(budget.remaining >= 97, n)
        for _ = 1, 3 do assert(update(client)) end
        assert.is_true(budget.remaining >= 100 - seen() - 1, n)
        transport.engine.steps = transport.engine.steps + 6 -- after the deadline
        assert.equal(0, budget.in_flight:count(transport.engine.steps), n)
        assert.is_nil(next(transport.waiting), n)
      end
      assert.is_true(n > 100, n)
    end)
  end
end)
