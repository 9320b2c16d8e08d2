-- Bug 3 of other clients: token renewal is untested and broken. Concurrent calls each renew the token, a failed renewal
-- keeps its lock, and rejected credentials are retried a thousand times.
local interleaving_transport = require "spec.support.fakes.interleaving_transport"
local mimecast = require "mimecast"
local sandbox = require "mimecast.sandbox"

local path, read = "/api/user/update-user", { email = "ann@example.com" }

local function start(more)
  local tenant = sandbox.new { clock = function() return 1700000000 end }
  local options = {
    clientId = tenant.credentials.v2.clientId, clientSecret = tenant.credentials.v2.clientSecret,
    transport = interleaving_transport(tenant.transport),
    clock = function() return tenant:now() end, random = function() return 0 end,
  }
  for name, value in pairs(more or {}) do options[name] = value end
  return assert(mimecast.new(options)), tenant
end

local function call_many(client, count)
  local inputs = {}
  for i = 1, count do inputs[i] = read end
  return client:map(inputs, function(input) return client:update_user(input) end)
end

describe("bug 3: token renewal:", function()
  it("renews once and retries each call once when 64 concurrent calls meet an expired token", function()
    local client, tenant = start { attempts = 1 }
    assert(client:update_user(read))
    tenant:expire_tokens()
    local results, failures = call_many(client, 64)
    assert.is_nil(next(failures), tostring(failures[1]))
    for i = 1, 64 do assert.equal("ann@example.com", results[i].email) end
    assert.equal(2, tenant:tokens())
    assert.equal(1 + 64 + 64, tenant:count(path))
  end)

  it("renews once before 64 concurrent calls when the token is about to expire, and the service rejects no call", function()
    local client, tenant = start()
    assert(client:update_user(read))
    tenant:advance(1799 - 30)
    local _, failures = call_many(client, 64)
    assert.is_nil(next(failures))
    assert.equal(2, tenant:tokens())
    assert.equal(1 + 64, tenant:count(path))
  end)

  it("requests the token once, fails all waiting calls, and releases the lock when a renewal fails", function()
    for _, kind in ipairs { "unavailable", "reset", "garbage", "rate_limited" } do
      local client, tenant = start { attempts = 1 }
      assert(client:update_user(read))
      tenant:expire_tokens()
      tenant:fault { kind = kind, path = "/oauth/token" }
      local _, failures = call_many(client, 64)
      for i = 1, 64 do
        assert.truthy(failures[i].message:find("cannot get a token", 1, true), tostring(failures[i]))
        assert.is_nil(failures[i].outcome)
      end
      assert.equal(2, tenant:count "/oauth/token")
      assert.equal(1 + 64, tenant:count(path))
      if kind == "rate_limited" then tenant:advance(1) end -- the Retry-After
      assert.equal("ann@example.com", assert(client:update_user(read)).email)
      assert.equal(2, tenant:tokens())
    end
  end)

  it("requests no token before the endpoint's Retry-After has passed: calls wait or return retryAfter", function()
    for _, fault in ipairs { { kind = "rate_limited", reset = "retry_after", wait = 10 },
      { kind = "status", status = 503, headers = { ["retry-after"] = "10" } } } do
      local client, tenant = start()
      fault.path = "/oauth/token"
      tenant:fault(fault)
      local began = tenant:now()
      for _ = 1, 3 do
        local _, failures = call_many(client:with { attempts = 1 }, 8)
        for i = 1, 8 do
          assert.truthy(failures[i].message:find("cannot get a token", 1, true))
          assert.near(10 - (tenant:now() - began), failures[i].retryAfter, 1e-6)
        end
        tenant:advance(3)
      end
      assert.equal(1, tenant:count "/oauth/token")
      local _, failures = call_many(client, 64)
      assert.is_nil(next(failures))
      assert.near(10, tenant:now() - began, 1e-3)
      assert.equal(2, tenant:count "/oauth/token")
    end
  end)

  it("requests a token after authFailureCooldown at the latest, even if Retry-After is longer", function()
    for pause, asked in pairs { [20] = 2, [0] = 3 } do
      local client, tenant = start { attempts = 1, authFailureCooldown = pause }
      tenant:fault { kind = "rate_limited", reset = "retry_after", wait = 3600, path = "/oauth/token", times = asked - 1 }
      for _ = 1, 2 do assert.equal("rate_limited", select(3, client:update_user(read)).code) end
      tenant:advance(20)
      assert(client:update_user(read))
      assert.equal(asked, tenant:count "/oauth/token")
    end
  end)

  it("renews once only, even if the service rejects the new token as expired", function()
    local client, tenant = start()
    assert(client:update_user(read))
    tenant:fault { kind = "token_expired", path = path, times = 9 }
    local user, _, err = client:update_user(read)
    assert.is_nil(user)
    assert.same({ "auth", "token_expired", false }, { err.category, err.code, err.retryable })
    assert.equal(2, tenant:tokens())
    assert.equal(3, tenant:count(path))
  end)

  it("applies a change once when the service rejected the first request because of an expired token", function()
    local client, tenant = start()
    assert(client:update_user(read))
    tenant:expire_tokens()
    assert(client:create_user { email = "dora@example.com" })
    assert.equal(1, tenant:applied "dora@example.com")
  end)
end)

describe("bug 3: a rejected client id or secret", function()
  local function denied(client, times)
    for _ = 1, times do
      local user, message, err = client:update_user(read)
      assert.is_nil(user)
      assert.same({ "auth", "invalid_client", false }, { err.category, err.code, err.retryable })
      assert.truthy(message:find("clientId or clientSecret", 1, true))
    end
  end

  it("is cached for a minute: a thousand calls make a single token request", function()
    local client, tenant = start { clientSecret = "wrong" }
    denied(client, 1000)
    local _, failures = call_many(client, 64)
    for i = 1, 64 do assert.equal("invalid_client", failures[i].code) end
    assert.is_not.equal(failures[1], failures[2])
    assert.equal(1, tenant:count "/oauth/token")
    assert.equal(0, tenant:count(path))
  end)

  it("is retried after authFailureCooldown, and the rejection is forgotten once the service accepts it", function()
    local client, tenant = start { authFailureCooldown = 20 }
    tenant:fault { kind = "status", status = 401, path = "/oauth/token" }
    denied(client, 2)
    tenant:advance(19)
    denied(client, 1)
    assert.equal(1, tenant:count "/oauth/token")
    tenant:advance(1)
    assert(client:update_user(read))
    assert.equal(2, tenant:count "/oauth/token")
    tenant:expire_tokens()
    assert(client:update_user(read))
  end)

  it("fails all waiting calls during a renewal, and is retried after the cooldown", function()
    local client, tenant = start { attempts = 1 }
    assert(client:update_user(read))
    tenant:expire_tokens()
    tenant:fault { kind = "status", status = 401, path = "/oauth/token" }
    for _ = 1, 2 do
      local _, failures = call_many(client, 64)
      for i = 1, 64 do assert.equal("invalid_client", failures[i].code) end
    end
    assert.equal(2, tenant:count "/oauth/token")
    tenant:advance(60)
    local _, failures = call_many(client, 64)
    assert.is_nil(next(failures))
    assert.equal(3, tenant:count "/oauth/token")
  end)

  it("is sent by every call if authFailureCooldown is 0", function()
    local client, tenant = start { clientSecret = "wrong", authFailureCooldown = 0 }
    denied(client, 3)
    assert.equal(3, tenant:count "/oauth/token")
  end)

  it("does not affect a new client", function()
    local client, tenant = start { clientSecret = "wrong" }
    denied(client, 1)
    local keys = tenant.credentials.v2
    assert(assert(mimecast.new { clientId = keys.clientId, clientSecret = keys.clientSecret,
      transport = tenant.transport }):update_user(read))
  end)

  it("is not cached when the token endpoint is only unavailable", function()
    for _, fault in ipairs { { kind = "unavailable" }, { kind = "rate_limited" }, { kind = "reset" },
      { kind = "status", status = 404 } } do
      local client, tenant = start { attempts = 1 }
      fault.path = "/oauth/token"
      tenant:fault(fault)
      assert.is_nil(client:update_user(read))
      if fault.kind == "rate_limited" then tenant:advance(1) end -- the Retry-After
      assert(client:update_user(read))
      assert.equal(2, tenant:count "/oauth/token")
    end
  end)
end)
