-- The options that give a tenant its account, users and groups.
local clients = require "spec.support.fakes.clients"
local sandbox = require "mimecast.sandbox"
local tmp = require "spec.support.run.tmp"

describe("the options of a tenant", function()
  teardown(tmp.clean)

  it("set the account's code and name, users by address, and groups with members", function()
    local client, tenant = clients.new("2.0", { tenant = {
      accountCode = "CUK1A1", accountName = "Acme",
      users = { "zoe@acme.example", { emailAddress = "yan@acme.example", accountLocked = true } },
      groups = { "Leavers", { name = "Sales", members = { "zoe@acme.example", "acme.example" } },
        { name = "Inside", parent = "Sales", source = "cloud" } },
    } })
    local account = assert(client:get_account())
    assert.same({ "CUK1A1", "Acme" }, { account.accountCode, account.accountName })
    assert.is_true(tenant:user("yan@acme.example").accountLocked)
    assert.is_truthy(tenant:user "zoe@acme.example")
    local names = {}
    for i, group in ipairs(assert(client:find_groups {})) do names[i] = ("%s %d"):format(group.name, group.userCount) end
    assert.same({ "Leavers 0", "Sales 2", "Inside 0" }, names)
    assert.equal(tenant:group("Sales").id, tenant:group("Inside").parentId)
  end)

  it("rehearse the guard against the wrong tenant: a plan for one account code is not applied to another", function()
    local client = clients.new("2.0", { tenant = { accountCode = "CUK1A1" } })
    local other, tenant = clients.new("2.0", { tenant = { accountCode = "CUSA7A3" } })
    local path = tmp.path "leavers.plan"
    assert(client:plan { input = { { email = "ann@example.com", accountDisabled = true } }, file = path })
    local plan = assert(other:plan(path))
    local report, message, err = plan:apply { journal = tmp.path "leavers.journal" }
    assert.is_nil(report)
    assert.equal("tenant_mismatch", err.code)
    assert.truthy(message:find("CUK1A1", 1, true) and message:find("CUSA7A3", 1, true), message)
    assert.equal(0, tenant:applied())
  end)

  it("are checked before the tenant starts", function()
    for message, options in pairs {
      ["users must be a number, or a list of addresses and settings: entry 2 has no emailAddress"] = {
        users = { "a@b.c", "d" } },
      ["groups must be a list of names and groups: entry 1 has no name"] = { groups = { { members = {} } } },
      ["entry 1 has a parent that is not before it"] = { groups = { { name = "A", parent = "B" }, "B" } },
      ["entry 1 has a source that is not cloud or ldap"] = { groups = { { name = "A", source = "x" } } },
      ["entry 1 has a member that is no address and no domain"] = { groups = { { name = "A", members = { "b" } } } },
      ["accountCode must"] = { accountCode = "" },
    } do
      local ok, err = pcall(sandbox.new, options)
      assert.is_false(ok)
      assert.truthy(tostring(err):find(message, 1, true), tostring(err))
    end
  end)
end)
