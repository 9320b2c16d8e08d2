-- Bug 18 of other clients: they cannot set a password while the account is locked.
local clients = require "spec.support.fakes.clients"

describe("bug 18: the password of a locked account", function()
  it("is rejected with a hint to unlock the account in the same call", function()
    local client, tenant = clients.new()
    local user, message, err = client:update_user { email = "carol@example.com", password = "New-Pass-1" }
    assert.is_nil(user)
    assert.truthy(err.hint:find("accountLocked = false", 1, true))
    assert.truthy(message:find("accountLocked = false", 1, true))
    assert.equal(0, tenant:applied())
  end)

  it("is set in the same call that unlocks the account", function()
    local client, tenant, wire = clients.new()
    local user = assert(client:update_user { email = "carol@example.com", password = "New-Pass-1",
      accountLocked = false })
    assert.is_false(user.accountLocked)
    assert.equal("New-Pass-1", tenant:user "carol@example.com".password)
    assert.equal(1, #wire:to "/update-user")
    assert.equal(1, tenant:applied "carol@example.com")
  end)
end)
