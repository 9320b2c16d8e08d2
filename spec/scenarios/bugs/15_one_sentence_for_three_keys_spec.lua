-- Bug 15 of other clients: one sentence for three wrong keys.
local clients = require "spec.support.fakes.clients"

describe("bug 15: an error", function()
  it("carries status, the service's code, item, request id, whether to try again, and a hint", function()
    local client = clients.new("1.0", { appKey = "wrong" })
    local _, message, err = client:update_user { email = "ann@example.com" }
    assert.equal("auth", err.category)
    assert.equal("invalid_signature", err.code)
    assert.equal("err_xdk_invalid_signature", err.serviceCode)
    assert.equal(401, err.status)
    assert.equal("ann@example.com", err.key)
    assert.is_false(err.retryable)
    assert.equal(1, err.attempts)
    assert.equal("string", type(err.requestId))
    for _, word in ipairs { "access key", "secret key", "application key" } do
      assert.truthy(err.hint:find(word, 1, true), word)
    end
    assert.truthy(message:find("0004 Invalid Signature", 1, true))
  end)

  it("for a wrong application id is another one, although it comes with HTTP 200", function()
    local client = clients.new("1.0", { appId = "wrong" })
    local _, _, err = client:update_user { email = "ann@example.com" }
    assert.equal("invalid_app", err.code)
    assert.equal(200, err.status)
    assert.truthy(err.hint:find("appId", 1, true))
  end)

  it("for a field that the service refuses names the field as the caller knows it", function()
    local client, tenant = clients.new()
    tenant:fault { kind = "fail_items", field = "allowPop", code = "err_validation_null", message = "null",
      retryable = true }
    local _, _, err = client:update_user { email = "ann@example.com" }
    assert.equal("validation", err.category)
    assert.equal("allowPop3", err.field)
    assert.is_true(err.retryable)
  end)
end)
