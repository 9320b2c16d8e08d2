-- Bug 17 of other clients: they do not explain the 404 of tenants without user management under API 2.0.
local clients = require "spec.support.fakes.clients"

describe("bug 17: a tenant without user management", function()
  it("is named in the hint of the 404 error", function()
    local client, tenant = clients.new("2.0", { tenant = { userManagement = false } })
    local user, message, err = client:update_user { email = "ann@example.com" }
    assert.is_nil(user)
    assert.equal(404, err.status)
    assert.equal("not_available", err.code)
    assert.is_false(err.retryable)
    for _, words in ipairs { "user management", "Cloud Integrated", "US-B" } do
      assert.truthy(err.hint:find(words, 1, true), err.hint)
      assert.truthy(message:find(words, 1, true), message)
    end
    assert.equal(1, tenant:count "/api/user/update-user")
  end)
end)
