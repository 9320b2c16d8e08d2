-- Bug 8 of other clients: they retry a request of API 1.0 minutes later with its old signature.
local clients = require "spec.support.fakes.clients"

describe("bug 8: a retry", function()
  it("has a new date, request id and signature, so that the service accepts it minutes later", function()
    local client, tenant, wire = clients.new("1.0", { timeout = 3600, tenant = { clockSkew = 60 } })
    tenant:fault { kind = "rate_limited", reset = "retry_after", wait = 600 }
    assert.equal("Ann Example", assert(client:update_user { email = "ann@example.com" }).username)
    assert.equal(2, #wire.sent)
    local first, second = wire.sent[1].headers, wire.sent[2].headers
    for _, name in ipairs { "x-mc-date", "x-mc-req-id", "authorization" } do
      assert.is_not.equal(first[name], second[name], name)
    end
    assert.equal(wire.sent[1].body, wire.sent[2].body)
    assert.equal(1, #wire.slept)
  end)

  it("has a valid signature, while the headers of the first attempt are rejected later", function()
    local client, tenant, wire = clients.new("1.0", { timeout = 3600, tenant = { clockSkew = 60 } })
    assert(client:update_user { email = "ann@example.com" })
    tenant:fault { kind = "reset", afterApply = true }
    assert(client:update_user { email = "ann@example.com", accountDisabled = true })
    assert.equal(3, #wire.sent)
    assert.equal(2, tenant:applied "ann@example.com")
    -- The bug: the old headers, sent again after the allowed time.
    local old = wire.sent[1]
    tenant:advance(600)
    local response = tenant.transport:send { method = "POST", url = old.url, headers = old.flat, body = old.body }
    assert.equal(401, response.status)
  end)
end)
