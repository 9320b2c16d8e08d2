-- Bug 4 of other clients: they ignore expires_in.
local clients = require "spec.support.fakes.clients"

describe("bug 4: expires_in:", function()
  for _, life in ipairs { 1799, 600, 7200 } do
    it(("uses a token of %d s until the refresh margin, and then renews it"):format(life), function()
      local client, tenant = clients.new("2.0", { tenant = { tokenLifetime = life } })
      local read = { email = "ann@example.com" }
      assert(client:update_user(read))
      for _ = 1, 4 do
        tenant:advance((life - 61) / 4)
        assert(client:update_user(read))
      end
      assert.equal(1, tenant:tokens())
      tenant:advance(2)
      assert(client:update_user(read))
      assert.equal(2, tenant:tokens())
      -- The service never saw a token that had expired.
      for _, request in ipairs(tenant:requests()) do assert.equal(200, request.status) end
    end)
  end
end)
