-- Groups by name, path and id. The seeds have Finance, and Payroll below it.
local clients = require "spec.support.fakes.clients"

for _, case in ipairs { { "1.0" }, { "2.0" }, { "2.0", { freshIds = true } } } do
  local generation, tenant_options = case[1], case[2]
  describe(("find_group under API %s%s"):format(generation, tenant_options and " with ids that differ in each response" or ""),
    function()
      local client, tenant, wire

      before_each(function() client, tenant, wire = clients.new(generation, { tenant = tenant_options }) end)

      local function new(name, parent)
        return assert(client:create_group { name = name, parentId = parent and tenant:group(parent).id })
      end

      -- Returns the number of members of the group, which tells groups apart whose ids differ in each response.
      local function members(text)
        return #assert(client:list_group_members { id = assert(client:find_group(text)).id })
      end

      it("finds a group by its full name", function()
        new "Finance EMEA"
        local group = assert(client:find_group "Finance")
        assert.same({ "Finance", "cloud", 3 }, { group.name, group.source, group.userCount })
        assert.equal(3, members "Finance")
        assert.truthy(tostring(group):find "name +\"Finance\"")
      end)

      it("finds a directory group if there is no cloud group of that name", function()
        assert.equal("ldap", assert(client:find_group "Domain Users").source)
        new "Domain Users"
        assert.equal("cloud", assert(client:find_group "Domain Users").source)
      end)

      it("tells groups of one name apart by path, from any parent", function()
        new("Finance", "Leavers")
        assert.equal(0, assert(client:find_group "Leavers/Finance").userCount)
        assert.equal(3, assert(client:find_group "Root/Finance").userCount)
        new("Deep", "Payroll")
        for _, path in ipairs { "Deep", "Payroll/Deep", "Finance/Payroll/Deep", "Root/Finance/Payroll/Deep" } do
          assert.equal("Deep", assert(client:find_group(path)).name)
        end
        for _, path in ipairs { "Leavers/Payroll", "Leavers/Payroll/Deep", "Deep/Deep", "Finance/", "x/Root/Finance" } do
          assert.equal("not_found", select(3, client:find_group(path)).code, path)
        end
      end)

      it("finds a name that holds a slash", function()
        new "Staff/Finance"
        new("A/B", "Payroll")
        assert.equal("Staff/Finance", assert(client:find_group "Staff/Finance").name)
        assert.equal("A/B", assert(client:find_group "Payroll/A/B").name)
      end)

      it("lists paths and ids for an ambiguous name", function()
        new("Finance", "Leavers")
        local group, message, err = client:find_group "Finance"
        assert.is_nil(group)
        assert.same({ "validation", "invalid_input", "group" }, { err.category, err.code, err.field })
        assert.truthy(message:find('there are 2 groups "Finance"', 1, true))
        assert.truthy(err.hint:find("give a path or an id: Root/Finance has the id eN", 1, true), err.hint)
        assert.truthy(err.hint:find("; Leavers/Finance has the id eN", 1, true) or err.hint:find(
          "; Root/Leavers/Finance has the id eN", 1, true), err.hint)
        local id = assert(err.hint:match "Finance has the id (eN[%w_-]+)$")
        assert.equal(0, members(id))
      end)

      it("suggests a name that differs in case only", function()
        local _, message, err = client:find_group "finance"
        assert.truthy(message:find('there is no group "finance"', 1, true))
        assert.equal("did you mean Finance? Case matters", err.hint)
        assert.equal("list the groups with find_groups; case matters", select(3, client:find_group "Fin").hint)
      end)

      it("returns an id without a lookup", function()
        local id = tenant:group "Finance".id
        assert.equal(id, assert(client:find_group(id)).id)
        assert.equal(0, #wire:to "/find-groups")
      end)

      it("returns the error of a search or of a parent that cannot be read", function()
        client, tenant = clients.new(generation, { attempts = 1, tenant = tenant_options })
        tenant:fault { kind = "unavailable", path = "/api/directory/find-groups" }
        assert.equal("unavailable", select(3, client:find_group "Finance").code)
        for _, kind in ipairs { "unavailable", "reset" } do
          tenant:fault { kind = kind, after = 1 } -- the second request reads the parent
          assert.not_equal("not_found", select(3, client:find_group "Finance/Payroll").code)
        end
      end)

      it("raises for other values", function()
        assert.error_matches(function() client:find_group(7) end, "find_group takes a name, like client:find_group \"Finance\"")
      end)
    end)
end
