-- Bug 16 of other clients: they fail on "already exists" and "not a member" when a script is run twice. Here both mean
-- "unchanged".
local clients = require "spec.support.fakes.clients"

local member = { group = "Finance", email = "dora@example.com" }

describe("bug 16: running the same change again", function()
  for _, generation in ipairs { "1.0", "2.0" } do
    it("adds a member once under API " .. generation, function()
      local client, tenant = clients.new(generation)
      local id = tenant:group "Finance".id
      local found, changed = client:ensure_group_member(member)
      assert.same({ "dora@example.com", true }, { found.email, changed })
      for _ = 1, 2 do
        found, changed = client:ensure_group_member(member)
        assert.same({ "dora@example.com", id, false }, { found.email, found.groupId, changed })
      end
      assert.equal(1, tenant:applied(id, "dora@example.com"))
    end)

    it("removes a member once under API " .. generation, function()
      local client, tenant = clients.new(generation)
      local id = tenant:group "Finance".id
      local input = { id = id, email = "ann@example.com" }
      local found, changed = client:ensure_no_group_member(input)
      assert.same({ "ann@example.com", true }, { found.email, changed })
      for _ = 1, 2 do
        found, changed = client:ensure_no_group_member(input)
        assert.same({ "ann@example.com", id, false }, { found.email, found.groupId, changed })
      end
      assert.equal(1, tenant:applied(id, "ann@example.com"))
      assert.equal(2, #tenant:group(id).members)
    end)

    it("still returns other errors under API " .. generation, function()
      local client = clients.new(generation)
      for _, name in ipairs { "ensure_group_member", "ensure_no_group_member" } do
        local found, message, err = client[name](client, { group = "Domain Users", email = "dora@example.com" })
        assert.is_nil(found)
        assert.equal("err_xdk_operation_forbidden_for_address", err.serviceCode)
        assert.equal(tostring(err), message)
      end
    end)
  end
end)
