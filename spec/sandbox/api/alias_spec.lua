local bare_client = require "spec.support.http.bare_client"
local json = require "mimecast.json"
local sandbox = require "mimecast.sandbox"

local read = bare_client.read

describe("sandbox users:", function()
  local tenant, call

  before_each(function()
    tenant = sandbox.new{ rateLimit = false }
    call = bare_client.new(tenant)
  end)

  local function ask(name, item, generation)
    local body = '{"data":[' .. (item and json.encode(item) or "") .. "]}"
    return call[generation or "v2"](call, body, "/api/user/" .. name)
  end

  local function rejected(name, item, code, field)
    local fail = read(ask(name, item)).fail[1]
    assert.equal(code, fail.errors[1].code)
    assert.equal(field, fail.errors[1].field)
  end

  local function addresses(domain)
    local list = {}
    for i, user in ipairs(read(ask("get-internal-users", { domain = domain })).data[1].users) do
      list[i] = user.emailAddress .. (user.alias and " (alias)" or "")
    end
    return list
  end

  describe("a user", function()
    it("is created once, in a domain of the account", function()
      local made = read(ask("create-user", { emailAddress = "Dave@example.org", name = "Dave", password = "s3cret-pw",
        forcePasswordChange = true, accountCode = "CUSA00A000" })).data[1]
      assert.equal("Dave@example.org", made.emailAddress)
      assert.truthy(made.id:find("^eNo"))
      assert.is_nil(made.password)
      local dave = tenant:user("dave@example.org")
      assert.equal("s3cret-pw", dave.password)
      assert.is_true(dave.forcePasswordChange)
      assert.is_false(dave.accountLocked)
      rejected("create-user", { emailAddress = "dave@EXAMPLE.org" }, "err_user_already_exists", "emailAddress")
      assert.equal(1, tenant:applied("dave@example.org"))
      assert.equal("err_user_already_exists",
        read(ask("create-user", { emailAddress = "dave@example.org" }, "v1")).fail[1].errors[1].code)
    end)

    it("is rejected in another domain, for another account, and with an invalid address", function()
      rejected("create-user", { emailAddress = "dave@example.edu" }, "err_xdk_operation_forbidden_for_address")
      rejected("create-user", { emailAddress = "dave@pending.example.net" }, "err_xdk_operation_forbidden_for_address")
      rejected("create-user", { emailAddress = "d@example.com", accountCode = "C1" }, "err_xdk_forbidden", "accountCode")
      rejected("create-user", { name = "Dave" }, "err_validation_null", "emailAddress")
      rejected("create-user", { emailAddress = "dave" }, "err_validation_invalid_email_address", "emailAddress")
      assert.equal(0, tenant:applied())
    end)

    it("is rejected if a synthetic user has the address", function()
      tenant:add_users(3)
      rejected("create-user", { emailAddress = "user000003@example.com" }, "err_user_already_exists", "emailAddress")
      assert.equal(0, #read(ask("create-user", { emailAddress = "user000004@example.com" })).fail)
      assert.equal(9, #addresses("example.com"))
    end)

    it("is listed in the service's order, with the two addresses of every domain", function()
      local response = ask("get-internal-users", { domain = "EXAMPLE.org" })
      assert.equal('{"meta":{"status":200,"pagination":{"pageSize":2,"totalCount":2}},"data":[{"users":['
        .. '{"name":"Domain postMaster address","emailAddress":"postmaster@example.org","domain":"example.org",'
        .. '"alias":false,"addressType":"created_manually","source":"cloud"},'
        .. '{"name":"Domain abuse address","emailAddress":"abuse@example.org","domain":"example.org",'
        .. '"alias":false,"addressType":"created_manually","source":"cloud"}],"userCount":2}],"fail":[]}',
        response.body)
    end)

    it("is listed for all domains under API 2.0, for a given domain under API 1.0", function()
      assert.equal(7, #read(ask("get-internal-users")).data[1].users)
      assert.equal("err_validation_null", read(ask("get-internal-users", nil, "v1")).fail[1].errors[1].code)
      rejected("get-internal-users", { domain = "example.edu" }, "err_xdk_operation_forbidden_for_address")
    end)

    it("has a profile; an unknown user gets the service's error", function()
      local admin = read(ask("get-profile", { emailAddress = "carol@example.com" })).data[1]
      assert.equal("Super Administrator", admin.role)
      assert.is_true(admin.admin)
      local profile = read(ask("get-profile", { emailAddress = "ann@example.com", showAvatar = true })).data[1]
      assert.truthy(profile.avatar)
      assert.same({ "ann@example.com", false, "", "GET", "avatar" }, { profile.id, profile.editable,
        profile.attributes.phoneNumber, profile.links[1].method, profile.links[1].name })
      assert.is_nil(read(ask("get-profile", { emailAddress = "bob@example.com" })).data[1].avatar)
      for address, role in pairs { ["ann@example.com"] = "na", ["bob@example.com"] = "", ["abuse@example.com"] = false } do
        local other = read(ask("get-profile", { emailAddress = address })).data[1]
        assert.same({ role, false }, { other.role or false, other.admin }, address)
      end
      rejected("get-profile", { emailAddress = "nobody@example.com" }, "err_xdk_operation_forbidden_for_address")
      assert.equal("ann@example.com", read(ask("get-profile", nil, "v1")).data[1].emailAddress)
    end)
  end)

  describe("an alias", function()
    it("is created, listed, assigned to another user and removed", function()
      local made = read(ask("update-alias", { aliasFor = "ann@example.com", alias = "annie@example.com" })).data[1]
      assert.same({ domain = "example.com", isInternal = true, alias = "annie@example.com",
        aliasDisplayName = "Ann Example", aliasFor = "ann@example.com", type = "created_manually" }, made)
      assert.equal("annie@example.com (alias)", addresses("example.com")[6])
      assert.equal("ann@example.com", tenant:user("annie@example.com").aliasFor)
      ask("update-alias", { aliasFor = "bob@example.com", alias = "annie@example.com" })
      assert.equal(0, #read(ask("get-aliases", { emailAddress = "ann@example.com" })).data[1].aliases)
      assert.equal("annie@example.com", read(ask("get-aliases", { emailAddress = "bob@example.com" })).data[1].aliases[1].alias)
      rejected("remove-alias", { aliasFor = "ann@example.com", alias = "annie@example.com" }, "err_alias_not_found",
        "alias")
      assert.equal(0, #read(ask("remove-alias", { aliasFor = "bob@example.com", alias = "annie@example.com" })).fail)
      assert.equal(5, #addresses("example.com"))
      assert.equal(2, tenant:applied("bob@example.com", "annie@example.com"))
    end)

    it("has neither settings nor a profile", function()
      ask("update-alias", { aliasFor = "ann@example.com", alias = "bob@example.com" })
      rejected("update-user", { emailAddress = "bob@example.com", allowPop = true },
        "err_xdk_operation_forbidden_for_address")
      rejected("get-profile", { emailAddress = "bob@example.com" }, "err_xdk_operation_forbidden_for_address")
      rejected("create-user", { emailAddress = "bob@example.com" }, "err_user_already_exists", "emailAddress")
      ask("remove-alias", { aliasFor = "ann@example.com", alias = "bob@example.com" })
      assert.equal(1, #read(ask("update-user", { emailAddress = "bob@example.com" })).data)
    end)

    it("is limited to five items under API 2.0", function()
      local item = '{"aliasFor":"ann@example.com","alias":"a@example.com"}'
      assert.equal(400, call:v2('{"data":[' .. (item .. ","):rep(5) .. item .. "]}", "/api/user/update-alias").status)
      rejected("update-alias", { aliasFor = "ann@example.com", alias = "ANN@example.com" }, "err_alias_invalid", "alias")
    end)
  end)

  describe("attributes", function()
    it("are set by id or name, read back, and shown in the profile", function()
      local types = read(call:v2('{"data":[]}', "/api/attribute/find-attribute-types")).data
      local set = read(ask("update-attributes", { emailAddress = "ann@example.com", attributes = {
        { id = types[1].id, value = "555" }, { name = "title", value = 50 } } })).data[1]
      assert.same({ id = types[1].id, name = "phoneNumber", value = "555" }, set.attributes[1])
      assert.equal(50, set.attributes[2].value)
      assert.same(set, read(ask("get-attributes", { emailAddress = "ann@example.com" })).data[1])
      assert.equal("555", read(ask("get-profile", { emailAddress = "ann@example.com" })).data[1].attributes.phoneNumber)
    end)

    it("are set all or none", function()
      rejected("update-attributes", { emailAddress = "ann@example.com", attributes = {
        { name = "title", value = "x" }, { name = "shoeSize", value = 9 } } }, "err_attribute_not_found", "attributes")
      assert.equal(0, tenant:applied())
      assert.is_nil(tenant:user("ann@example.com").attributes)
    end)
  end)

  it("a delegate is added once, found, and removed by id", function()
    local item = { primaryAddress = "ann@example.com", delegateAddress = "bob@example.com" }
    local right = read(ask("add-delegate-user", item)).data[1]
    assert.is_true(right.success)
    rejected("add-delegate-user", item, "err_delegate_already_exists", "delegateAddress")
    local function found(address) return read(ask("find-delegate-users", { primaryAddress = address })).data end
    assert.same({ { delegateUsers = { { id = right.id, emailAddress = "bob@example.com", name = "Bob Example",
      source = "ADCON" } } } }, found "ann@example.com")
    assert.same({ { delegateUsers = {} } }, found "bob@example.com") -- the mailbox that was opened
    assert.equal(1, #read(ask("remove-delegate-user", { id = right.id })).data)
    rejected("remove-delegate-user", { id = right.id }, "err_not_found", "id")
    assert.same({ { delegateUsers = {} } }, found "ann@example.com")
    assert.equal(2, tenant:applied("ann@example.com", "bob@example.com"))
    assert.equal("CUSA00A000", read(ask("get-delegated-access", nil, "v1")).data[1].localAccount.accountCode)
  end)

  it("the purge list accepts a thousand addresses at most, in one item", function()
    local many = {}
    for i = 1, 1001 do many[i] = ("a%d@example.com"):format(i) end
    rejected("add-to-purge-list", { emailAddresses = many }, "err_validation_max_items", "emailAddresses")
    rejected("add-to-purge-list", nil, "err_validation_null", "emailAddresses")
    many[1001] = nil
    assert.equal(1000, #read(ask("add-to-purge-list", { emailAddresses = many })).data[1].emailAddresses)
    assert.equal(1000, tenant:applied())
    assert.equal(400, call:v2('{"data":[{"emailAddresses":["a@b.cd"]},{"emailAddresses":["a@b.cd"]}]}',
      "/api/user/remove-from-purge-list").status)
  end)

  describe("an import", function()
    local function import(arg, body)
      call:v2("")
      return call:send(tenant.urls.v2 .. "/api/user/import-users", { "Authorization", "Bearer " .. call.token,
        "Content-Type", "text/csv", "x-mc-arg", json.encode{ data = { arg } } }, body)
    end

    it("reads the description from a header and the users from the body", function()
      local leavers = tenant:group("Leavers").id
      local made = read(import({ notifyEmailAddress = "ann@example.com", fileType = "csv", groupId = leavers },
        "email,name,mobile\r\nnew@example.com,New User,555\r\nbob@example.com,Robert,\r\nx@example.edu,X,\r\n")).data[1]
      assert.equal("New User", tenant:user("new@example.com").name)
      assert.equal("Robert", tenant:user("bob@example.com").name)
      assert.equal(2, #tenant:group("Leavers").members)
      local status = read(ask("get-import-status", { id = made.id })).data[1]
      assert.equal("completed", status.status)
      assert.equal(3, status.totalUsers)
      assert.equal(2, status.successfulImportedUsers)
      assert.equal("ann@example.com", status.notifyEmailAddress)
    end)

    it("loses a last line without a line end", function()
      import({ fileType = "csv" }, "one@example.com,One,\ntwo@example.com,Two,")
      assert.equal("One", tenant:user("one@example.com").name)
      assert.is_nil(tenant:user("two@example.com"))
    end)

    it("can clear the group first, but not for an empty file", function()
      local finance = tenant:group("Finance").id
      local fail = read(import({ groupId = finance, clearGroup = true }, "")).fail[1]
      assert.equal("err_import_no_users", fail.errors[1].code)
      assert.equal(3, #tenant:group(finance).members)
      import({ groupId = finance, clearGroup = true }, "carol@example.com,Carol,\n")
      assert.equal("carol@example.com", tenant:group(finance).members[1].emailAddress)
      assert.equal(1, #tenant:group(finance).members)
    end)
  end)
end)
