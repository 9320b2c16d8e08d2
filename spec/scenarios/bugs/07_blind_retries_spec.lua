-- Bug 7 of other clients: they retry every POST, also a create. Here each operation declares whether it is idempotent; an
-- operation that is not idempotent is retried only if the service certainly did not apply it.
local clients = require "spec.support.fakes.clients"
local registry = require "mimecast.model.registry"

local path = "/api/user/create-user"

local function create(fault, more)
  local client, tenant = clients.new("2.0", more)
  assert(client:user_settings "ann@example.com") -- the token is there
  fault.path = path
  assert(tenant:fault(fault))
  local user, _, err = client:create_user { email = "dora@example.com" }
  return user, err, tenant
end

describe("bug 7: a create", function()
  for _, fault in ipairs {
    { kind = "reset", afterApply = true }, { kind = "close_before_response", afterApply = true }, { kind = "truncated" },
    { kind = "html", afterApply = true }, { kind = "garbage", afterApply = true }, { kind = "empty", afterApply = true },
    { kind = "status", status = 500, afterApply = true }, { kind = "status", status = 502, afterApply = true },
    { kind = "unavailable", afterApply = true }, { kind = "status", status = 504, afterApply = true },
    { kind = "slow", seconds = 100 },
  } do
    it(("is sent once, and its outcome is unknown, if the response is lost or unusable (%s %s)"):format(fault.kind,
      fault.status or ""), function()
      local user, err, tenant = create(fault)
      assert.is_nil(user)
      assert.same({ "unknown", 1, 1, 1 },
        { err.outcome, err.attempts, tenant:count(path), tenant:applied "dora@example.com" })
    end)
  end

  for _, fault in ipairs { { kind = "refuse" }, { kind = "rate_limited" }, { kind = "token_expired" } } do
    it(("is retried and applied once if the service certainly did not apply it (%s)"):format(fault.kind), function()
      local user, _, tenant = create(fault)
      assert.equal("dora@example.com", user.email)
      assert.equal(1, tenant:applied "dora@example.com")
    end)
  end

  it("has a known outcome, not applied, if the service rejected every attempt", function()
    local user, err, tenant = create { kind = "rate_limited", times = 9 }
    assert.is_nil(user)
    assert.same({ "rate_limited", 3, 0 }, { err.code, err.attempts, tenant:applied "dora@example.com" })
    assert.is_nil(err.outcome)
  end)

  it("is recognised by its name: no create_ operation is idempotent", function()
    local seen = 0
    for _, name in ipairs(registry.names()) do
      if name:find "^create_" then
        seen = seen + 1
        assert.is_false(registry.find(name).idempotent, name)
      end
    end
    assert.is_true(seen >= 2)
  end)

  it("sent by client:call is not retried, unless the caller sets idempotent", function()
    for _, case in ipairs { { nil, 1 }, { true, 3 } } do
      local client, tenant = clients.new()
      tenant:fault { kind = "reset", afterApply = true, path = path, times = 9 }
      local response, _, err = client:call { path = path, data = { { emailAddress = "dora@example.com" } },
        idempotent = case[1] }
      assert.is_nil(response)
      assert.same({ "unknown", case[2] }, { err.outcome, tenant:count(path) })
    end
  end)
end)
