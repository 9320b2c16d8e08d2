-- Bug 13 of other clients: they send dates with a trailing Z, which the service rejects, and dates without a zone, which
-- are ambiguous.
local clients = require "spec.support.fakes.clients"

describe("bug 13: a date", function()
  it("is sent as +0000, because the service rejects Z", function()
    local client, tenant, wire = clients.new("2.0", { tenant = { acceptZulu = false } })
    for _, date in ipairs { "2015-11-16T14:49:18Z", "2015-11-16T14:49:18+00:00", "2015-11-16T14:49:18+0000",
      "2015-11-16T15:49:18+01:00", "2015-11-16T09:49:18-0500", 1447685358 } do
      local user = assert(client:update_user { email = "ann@example.com", archiveStartDate = date })
      assert.equal("2015-11-16T14:49:18+0000", user.archiveStartDate)
    end
    assert.equal(6, tenant:applied())
    for _, request in ipairs(wire:to "/update-user") do
      assert.truthy(request.body:find('"archiveStartDate":"2015-11-16T14:49:18+0000"', 1, true))
    end
  end)

  it("without a zone is invalid: the message says why, and no request is sent", function()
    local client, tenant = clients.new()
    for _, date in ipairs { "2015-11-16T14:49:18", "2015-11-16 14:49:18", "2015-11-16", "16.11.2015" } do
      local user, message, err = client:update_user { email = "ann@example.com", archiveStartDate = date }
      assert.is_nil(user)
      assert.equal("archiveStartDate", err.field)
      assert.is_true(#message > #"archiveStartDate ")
    end
    local _, message = client:update_user { email = "ann@example.com", archiveStartDate = "2015-11-16T14:49:18" }
    assert.truthy(message:lower():find("zone", 1, true) or message:find("+0000", 1, true), message)
    assert.equal(0, tenant:count())
  end)
end)
