-- Bug 1 of other clients: they treat an HTTP 200 response with fail[] as success.
local clients = require "spec.support.fakes.clients"

describe("bug 1: a failure with HTTP 200:", function()
  for _, generation in ipairs { "1.0", "2.0" } do
    it("update_user returns an error for a failed item under API " .. generation, function()
      local client, _, wire = clients.new(generation)
      local user, message, err = client:update_user { email = "nobody@example.com", accountDisabled = true }
      assert.is_nil(user)
      assert.equal("string", type(message))
      assert.equal(200, err.status)
      assert.equal("err_xdk_operation_forbidden_for_address", err.serviceCode)
      assert.truthy(#wire.sent > 0)
    end)
  end

  it("update_users returns an error for every item when the whole call fails", function()
    local client = clients.new("1.0", { appId = "wrong" })
    local users, failures = client:update_users { { email = "ann@example.com" }, { email = "bob@example.com" } }
    assert.same({ false, false }, users)
    for i = 1, 2 do
      assert.equal("invalid_app", failures[i].code)
      assert.equal(200, failures[i].status)
    end
  end)
end)
