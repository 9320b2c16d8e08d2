-- Batches against a service whose objects come back under another secure id in each answer (mimecast-api 11).
local bulk = require "spec.support.fakes.bulk"
local clients = require "spec.support.fakes.clients"

for _, generation in ipairs { "1.0", "2.0" } do
  describe("under API " .. generation .. ", with ids that differ from answer to answer,", function()
    local client, tenant

    before_each(function() client, tenant = clients.new(generation, { tenant = { freshIds = true } }) end)

    local function new_groups(count)
      local list = {}
      for i = 1, count do list[i] = assert(client:create_group { name = "Team " .. i }) end
      return list
    end

    it("an id that was read once is good, and is another one when it is read again", function()
      local function read() return assert(client:find_groups { query = "Finance" })[1].id end
      local first, second = read(), read()
      assert.not_equal(first, second)
      for _, id in ipairs { first, second } do assert.equal(3, #assert(client:list_group_members { id = id })) end
      assert.equal(3, #assert(client:list_group_members { id = tenant:group "Finance".id }))
    end)

    it("each item of a batch has its own result, in the order given", function()
      local changes = {}
      for i, group in ipairs(new_groups(12)) do changes[i] = { id = group.id, name = "Renamed " .. i } end
      local results, failures = client:update_groups(changes)
      assert.is_nil(next(failures))
      for i = 1, 12 do
        assert.equal("Renamed " .. i, results[i].name)
        assert.not_equal(changes[i].id, results[i].id)
      end
    end)

    it("a batch of deletions, releases and removals succeeds whole", function()
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

    it("a refused item is told by its key, and of the others of its batch nothing is told wrongly", function()
      local groups = new_groups(3)
      local gone = groups[2].id
      assert(client:delete_group { id = gone })
      local results, failures = client:delete_groups { { id = groups[1].id }, { id = gone }, { id = groups[3].id } }
      assert.equal("err_xdk_operation_forbidden_for_address", failures[2].serviceCode)
      assert.is_nil(failures[2].outcome)
      for _, i in ipairs { 1, 3 } do -- the service did it, and its answer does not say of which item
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
      -- The eleventh was deleted in the same request as the one that was gone: the answer does not say of which item its id is.
      assert.equal("10 0 1 1 0", bulk.sums(report))
    end)

    it("members are added by address, ten in a request, and the refused one is told", function()
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
