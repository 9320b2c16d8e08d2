-- Batches against a service that returns objects under a different secure id in each response (mimecast-api 11).
local bulk = require "spec.support.fakes.bulk"
local clients = require "spec.support.fakes.clients"

for _, generation in ipairs { "1.0", "2.0" } do
  describe("under API " .. generation .. ", with ids that differ in each response,", function()
    local client, tenant

    before_each(function() client, tenant = clients.new(generation, { tenant = { freshIds = true } }) end)

    local function new_groups(count)
      local list = {}
      for i = 1, count do list[i] = assert(client:create_group { name = "Team " .. i }) end
      return list
    end

    it("an id stays valid, although the next read returns a different id", function()
      local function read() return assert(client:find_groups { query = "Finance" })[1].id end
      local first, second = read(), read()
      assert.not_equal(first, second)
      for _, id in ipairs { first, second } do assert.equal(3, #assert(client:list_group_members { id = id })) end
      assert.equal(3, #assert(client:list_group_members { id = tenant:group "Finance".id }))
    end)

    it("update_groups returns the result of each item in the given order", function()
      local changes = {}
      for i, group in ipairs(new_groups(12)) do changes[i] = { id = group.id, name = "Renamed " .. i } end
      local results, failures = client:update_groups(changes)
      assert.is_nil(next(failures))
      for i = 1, 12 do
        assert.equal("Renamed " .. i, results[i].name)
        assert.not_equal(changes[i].id, results[i].id)
      end
    end)

    it("batches of deletions, releases and removals succeed for every item", function()
      local groups, ids = new_groups(11), {}
      for i, group in ipairs(groups) do ids[i] = { id = group.id } end
      assert.is_nil(next((select(2, client:delete_groups(ids)))))
      local held = assert(client:list_held_messages { admin = true })
      local results, failures = client:release_held_messages { { id = held[1].id }, { id = held[2].id }, { id = held[3].id } }
      assert.is_nil(next(failures))
      for i = 1, 3 do assert.is_true(results[i].release) end
      assert.equal(0, #assert(client:list_held_messages { admin = true }))
      assert(client:add_delegate_user { primaryAddress = "ann@example.com", delegateAddress = "bob@example.com" })
      assert(client:add_delegate_user { primaryAddress = "ann@example.com", delegateAddress = "carol@example.com" })
      local rights = assert(client:find_delegate_users { primaryAddress = "ann@example.com" })
      assert.is_nil(next((select(2, client:remove_delegate_users { { id = rights[1].id }, { id = rights[2].id } }))))
      local url = assert(client:list_managed_urls {})[1]
      assert(client:delete_managed_url { id = url.id })
      assert.equal(2, #assert(client:list_managed_urls {}))
    end)

    it("delete_groups reports a rejected item by its key, and the other items of its batch as unknown", function()
      local groups = new_groups(3)
      local gone = groups[2].id
      assert(client:delete_group { id = gone })
      local results, failures = client:delete_groups { { id = groups[1].id }, { id = gone }, { id = groups[3].id } }
      assert.equal("err_xdk_operation_forbidden_for_address", failures[2].serviceCode)
      assert.is_nil(failures[2].outcome)
      for _, i in ipairs { 1, 3 } do -- applied, but the response does not say for which item
        assert.is_false(results[i])
        assert.same({ "protocol", "unknown" }, { failures[i].category, failures[i].outcome })
      end
    end)

    it("a bulk run accounts for each row", function()
      local groups, rows = new_groups(12), {}
      for i, group in ipairs(groups) do rows[i] = { id = group.id, name = "Renamed " .. i } end
      local report = assert(assert(client:plan { operation = "update_group", input = rows }):apply { journal = bulk.journal() })
      assert.equal("12 0 0 0 0", bulk.sums(report))
      assert(client:delete_group { id = groups[12].id })
      for i, group in ipairs(groups) do rows[i] = { id = group.id } end
      report = assert(assert(client:plan { operation = "delete_group", input = rows }):apply { journal = bulk.journal() })
      -- The eleventh shared a request with the missing group: the response does not say which item was deleted.
      assert.equal("10 0 1 1 0", bulk.sums(report))
    end)

    it("add_group_members sends ten members in a request, and reports the rejected member by address", function()
      local id, members = tenant:group "Finance".id, {}
      for i = 1, 9 do members[i] = { id = id, email = ("new%d@example.com"):format(i) } end
      members[10] = { id = id, email = "ann@example.com" }
      local results, failures = client:add_group_members(members)
      assert.equal("already_exists", failures[10].code)
      for i = 1, 9 do assert.equal(members[i].email, results[i].email) end
      assert.equal(1, tenant:count "/api/directory/add-group-member")
    end)
  end)
end
