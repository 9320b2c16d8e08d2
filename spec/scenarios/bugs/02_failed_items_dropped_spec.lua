-- Bug 2 of other clients: they report only the first failed item and drop the others.
local clients = require "spec.support.fakes.clients"

describe("bug 2: several failed items:", function()
  it("update_users matches each failure to its item by key", function()
    local client = clients.new()
    local users, failures = client:update_users {
      { email = "nobody1@example.com" }, { email = "ann@example.com" }, { email = "carol@example.com",
        password = "Word-1" },
      { email = "nobody2@example.com" }, { email = "bob@example.com" },
    }
    assert.equal("Ann Example", users[2].username)
    assert.equal("Bob Example", users[5].username)
    for i, code in pairs { [1] = "err_xdk_operation_forbidden_for_address", [3] = "err_user_account_locked",
      [4] = "err_xdk_operation_forbidden_for_address" } do
      assert.is_false(users[i])
      assert.equal(code, failures[i].serviceCode)
    end
    assert.equal("nobody1@example.com", failures[1].key)
    assert.equal("carol@example.com", failures[3].key)
    assert.equal("nobody2@example.com", failures[4].key)
    assert.is_nil(failures[2] or failures[5])
  end)

  it("update_users reports all errors for every item when the failures have no keys", function()
    local recording = require "spec.support.fakes.recording"
    local client = clients.new("2.0", { respond = recording.with_token(function()
      return recording.json('{"meta":{"status":200},"data":[],"fail":['
        .. '{"errors":[{"code":"err_one","message":"one","retryable":false}]},'
        .. '{"errors":[{"code":"err_two","message":"two","retryable":true}]}]}')
    end) })
    local _, failures = client:update_users { { email = "ann@example.com" }, { email = "bob@example.com" } }
    for i = 1, 2 do
      assert.truthy(failures[i].message:find("err_one", 1, true))
      assert.truthy(failures[i].message:find("err_two", 1, true))
      assert.equal(2, #failures[i].problems)
    end
  end)
end)
