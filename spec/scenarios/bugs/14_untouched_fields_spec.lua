-- Bug 14 of other clients: they overwrite fields that the caller did not set.
local clients = require "spec.support.fakes.clients"

local before = {
  emailAddress = "dora@example.com", name = "Dora", forcePasswordChange = true, passwordNeverExpires = true,
  accountLocked = true, accountDisabled = true, allowSmtp = true, allowPop = true,
  archiveStartDate = "2015-11-16T14:49:18+0000",
}

local function tenant_with_dora()
  local user = {}
  for name, value in pairs(before) do user[name] = value end
  return clients.new("2.0", { tenant = { users = { user } } })
end

describe("bug 14: a field that is not given", function()
  it("is not sent and keeps its value", function()
    for name, value in pairs { username = "New", allowPop3 = false, allowSmtp = false, accountDisabled = false,
      accountLocked = false, forcePasswordChange = false, passwordNeverExpires = false, archiveStartDate = 1768464000 } do
      local client, tenant, wire = tenant_with_dora()
      assert(client:update_user { email = "dora@example.com", [name] = value })
      local changed = 0
      for wire_name, old in pairs(before) do
        if tenant:user "dora@example.com"[wire_name] ~= old then changed = changed + 1 end
      end
      assert.equal(1, changed, name)
      local _, members = wire:to("/update-user")[1].body:gsub('":', "")
      assert.equal(3, members, name) -- data, emailAddress and the one field
    end
  end)

  it("is not sent as an empty string or null", function()
    local client, tenant, wire = tenant_with_dora()
    assert(client:update_user { email = "dora@example.com", username = nil, allowSmtp = nil })
    assert.equal('{"data":[{"emailAddress":"dora@example.com"}]}', wire:to("/update-user")[1].body)
    assert.equal(0, tenant:applied())
  end)

  it("is different from false, which is sent", function()
    local client, tenant = tenant_with_dora()
    assert(client:update_user { email = "dora@example.com", allowSmtp = false })
    assert.is_false(tenant:user "dora@example.com".allowSmtp)
    assert.is_true(tenant:user "dora@example.com".allowPop)
  end)
end)
