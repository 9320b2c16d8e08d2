-- Bug 6 of other clients: they read X-RateLimit-Reset as seconds or as an epoch time. The documented unit is milliseconds;
-- an epoch time is recognised by its size. Retry-After is seconds or a date.
local clients = require "spec.support.fakes.clients"

local read = { email = "ann@example.com" }

describe("bug 6: the pause after a 429", function()
  local styles = {
    ms = 4, epoch = 4, mimecast = 4, retry_after = 4, retry_after_date = 4,
    seconds = 0.004, -- read as milliseconds, the documented unit: the two cannot be told apart
  }
  for _, generation in ipairs { "1.0", "2.0" } do
    for style, seconds in pairs(styles) do
      it(("lasts exactly as long as the header says (%s, API %s)"):format(style, generation), function()
        local client, tenant, wire = clients.new(generation)
        assert(client:update_user(read))
        tenant:fault { kind = "rate_limited", reset = style, wait = 4 }
        local before = tenant:now()
        assert(client:update_user(read))
        assert.near(seconds, tenant:now() - before, 0.001)
        assert.equal(3, #wire:to "/update-user")
      end)
    end

    it("is returned as retryAfter if it exceeds the timeout of the call, under API " .. generation, function()
      local client, tenant = clients.new(generation, { timeout = 10 })
      tenant:fault { kind = "rate_limited", reset = "retry_after_date", wait = 60 }
      local user, _, err = client:update_user(read)
      assert.is_nil(user)
      assert.same({ "rate_limit", "rate_limited", 429, true }, { err.category, err.code, err.status, err.retryable })
      assert.near(60, err.retryAfter, 0.001)
      assert.equal(1, tenant:count "/api/user/update-user")
    end)
  end
end)
