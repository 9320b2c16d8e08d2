local bulk = require "spec.support.fakes.bulk"
local group_members = require "mimecast.bulk.group_members"

describe("the operation members of GROUP", function()
  local client, wire, operation

  before_each(function()
    local _
    client, _, wire = bulk.client(0)
    operation = group_members.find "members of Finance"
  end)

  local function is_member(email)
    local results, failures = operation.call(client, { { email = email } })
    assert.is_nil(next(failures))
    return results[1].member
  end

  it("is found by its name only", function()
    assert.equal("members of Finance", operation.name)
    for _, name in ipairs { "update_user", "members of ", "Members of Finance" } do assert.is_nil(group_members.find(name)) end
  end)

  it("reads members regardless of case, and reads them again after a change", function()
    assert.is_true(is_member "BOB@example.com")
    assert.is_false(is_member "carol@example.com")
    assert.equal(1, #wire:to "/get-group-members")
    assert.same({ { email = "carol@example.com", member = true } },
      (operation.call(client, { { email = "carol@example.com", member = true } })))
    assert.is_true(is_member "carol@example.com")
    operation.call(client, { { email = "carol@example.com", member = false } })
    assert.is_false(is_member "carol@example.com")
  end)

  it("does not keep members that were read while another task changed them", function()
    local list, sibling = client.group_members, client:with {}
    rawset(sibling, "group_members", function(_, input)
      local rows, i = {}, 0
      for row in assert(list(client, input)) do rows[#rows + 1] = row end
      operation.call(client, { { email = "carol@example.com", member = true } }) -- after the page was read
      return function()
        i = i + 1
        return rows[i]
      end
    end)
    operation.call(sibling, { { email = "ann@example.com" } })
    assert.is_true(is_member "carol@example.com")
  end)

  it("adds and removes in one call, and reports each by its position", function()
    local results, failures = operation.call(client, { { email = "ann@example.com", member = false },
      { email = "carol@example.com", member = true }, { email = "example.net", member = true },
      { email = "bob@example.com", notes = "x" }, { email = "bob@example.com" } })
    assert.same({ false, true, true }, { results[1].member, results[2].member, results[3].member })
    assert.same({ false, "validation" }, { results[4], failures[4].category })
    assert.same({ email = "bob@example.com", member = true, notes = "Head of Finance" }, results[5])
    assert.same({ 1, 1 }, { #wire:to "/add-group-member", #wire:to "/remove-group-member" })
  end)
end)
