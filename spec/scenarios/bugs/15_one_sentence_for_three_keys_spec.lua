-- Bug 15 of other clients: they return the same message for three different wrong keys.
local clients = require "spec.support.fakes.clients"

describe("bug 15: an error", function()
  it("has the status, service code, item key, request id, retryable flag and a hint", function()
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

  it("has a different code for a wrong application id, although the status is HTTP 200", function()
    local client = clients.new("1.0", { appId = "wrong" })
    local _, _, err = client:update_user { email = "ann@example.com" }
    assert.equal("invalid_app", err.code)
    assert.equal(200, err.status)
    assert.truthy(err.hint:find("appId", 1, true))
  end)

  it("names the field that the service rejects by its Lua name", function()
    local client, tenant = clients.new()
    tenant:fault { kind = "fail_items", field = "allowPop", code = "err_validation_null", message = "null",
      retryable = true }
    local _, _, err = client:update_user { email = "ann@example.com" }
    assert.equal("validation", err.category)
    assert.equal("allowPop3", err.field)
    assert.is_true(err.retryable)
  end)
end)
