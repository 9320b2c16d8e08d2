local clients = require "spec.support.clients"

describe("user_settings", function()
  it("reads an account and changes nothing", function()
    local client, tenant, wire = clients.new()
    local user = assert(client:user_settings "carol@example.com")
    assert.is_true(user.accountLocked)
    assert.equal('{"data":[{"emailAddress":"carol@example.com"}]}', wire:to("/update-user")[1].body)
    assert.equal(0, tenant:applied())
  end)

  it("fails as update_user does", function()
    local client = clients.new()
    local user, message, err = client:user_settings "nobody@example.com"
    assert.is_nil(user)
    assert.equal("unknown_address", err.code)
    assert.equal(tostring(err), message)
    for _, wrong in ipairs { "nobody", "", 7, false } do
      user, message, err = client:user_settings(wrong)
      assert.is_nil(user)
      assert.equal("email", err.field)
      assert.equal(tostring(err), message)
    end
    err = select(3, client:user_settings())
    assert.equal("email", err.field)
  end)
end)
