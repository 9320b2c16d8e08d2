local bare_client = require "spec.support.http.bare_client"
local json = require "mimecast.json"
local sandbox_backends = require "spec.support.http.sandbox_backends"

local read = bare_client.read

for _, front in ipairs(sandbox_backends) do
  describe("sandbox groups " .. front.name, function()
    local tenant, call

    setup(function() tenant, call = front.start() end)
    teardown(function() tenant:stop() end)

    before_each(function()
      tenant:reset()
      call.token = nil
    end)

    local function ask(name, item, generation)
      return call[generation or "v2"](call, '{"data":[' .. json.encode(item) .. "]}", "/api/directory/" .. name)
    end

    local function rejected(name, item, code, field)
      local fail = read(ask(name, item)).fail[1]
      assert.equal(code, fail.errors[1].code)
      assert.equal(field, fail.errors[1].field)
      return fail
    end

    it("are found by a part of the name, with parents and counts, in the service's order", function()
      local response = call:v2('{"data":[{"query":"FINA"}]}', "/api/directory/find-groups")
      local group = read(response).data[1].folders[1]
      assert.equal("Finance", group.description)
      assert.equal(3, group.userCount)
      assert.equal(1, group.folderCount)
      assert.truthy(response.body:find('"data":[{"source":"cloud","query":"FINA","folders":[{"id":"eNo', 1, true))
      assert.truthy(response.body:find('","description":"Finance","source":"cloud","parentId":"eNo', 1, true))
      assert.equal("Domain Users", read(ask("find-groups", { source = "ldap" })).data[1].folders[1].description)
    end)

    it("are found with an empty data list and with an empty body", function()
      for _, body in ipairs{ '{"data":[]}', "", "{}" } do
        assert.equal(5, #read(call:v2(body, "/api/directory/find-groups")).data[1].folders)
      end
      assert.equal(5, #read(call:v1('{"data":[]}', "/api/directory/find-groups")).data[1].folders)
    end)

    it("are created, renamed, moved and deleted", function()
      local made = read(ask("create-group", { description = "Contractors" })).data[1]
      assert.equal(0, made.userCount)
      local finance = tenant:group("Finance")
      local moved = read(ask("update-group", { id = made.id, parentId = finance.id })).data[1]
      assert.equal("Contractors", moved.description)
      assert.equal(finance.id, moved.parentId)
      assert.equal(2, tenant:group("Finance").folderCount)
      assert.equal("Temps", read(ask("update-group", { id = made.id, description = "Temps" })).data[1].description)
      assert.equal(0, #read(ask("delete-group", { id = made.id })).fail)
      assert.is_nil(tenant:group(made.id))
      assert.equal(1, tenant:group("Finance").folderCount)
      assert.equal(1, tenant:applied("Contractors"))
      assert.equal(3, tenant:applied(made.id))
      assert.equal(4, tenant:applied())
    end)

    it("may share a name: the count shows a duplicate creation", function()
      for _ = 1, 2 do ask("create-group", { description = "Twice" }) end
      assert.equal(2, tenant:applied("Twice"))
      assert.equal(2, #read(ask("find-groups", { query = "twice" })).data[1].folders)
    end)

    it("are not deleted with members or child groups, and not moved into themselves", function()
      local finance, payroll = tenant:group("Finance"), tenant:group("Payroll")
      rejected("delete-group", { id = finance.id }, "err_folder_not_empty", "id")
      rejected("update-group", { id = finance.id, parentId = payroll.id }, "err_folder_invalid_parent", "parentId")
      assert.equal(finance.id, tenant:group("Payroll").parentId)
    end)

    it("cannot be changed if they are directory groups or deleted", function()
      local synced = tenant:group("Domain Users")
      rejected("add-group-member", { id = synced.id, emailAddress = "bob@example.com" },
        "err_xdk_operation_forbidden_for_address")
      local gone = read(ask("create-group", { description = "Gone" })).data[1]
      ask("delete-group", { id = gone.id })
      rejected("get-group-members", { id = gone.id }, "err_xdk_operation_forbidden_for_address")
    end)

    it("with a truncated id give HTTP 400 without a body under API 2.0, and nothing is applied", function()
      local id = tenant:group("Leavers").id
      local response = call:v2(json.encode{ data = {
        { id = id, emailAddress = "ann@example.com" }, { id = id:sub(1, 40), emailAddress = "bob@example.com" },
      } }, "/api/directory/add-group-member")
      assert.equal(400, response.status)
      assert.equal("", response.body)
      assert.equal(0, tenant:applied())
      assert.equal(0, #tenant:group("Leavers").members)
      local fail = read(ask("add-group-member", { id = id:sub(1, 40), emailAddress = "ann@example.com" }, "v1")).fail[1]
      assert.equal("err_validation_invalid_id", fail.errors[1].code)
      assert.equal("id", fail.errors[1].field)
    end)

    it("add a member once, reject the duplicate, and count the change", function()
      local id = tenant:group("Leavers").id
      local response = ask("add-group-member", { id = id, emailAddress = "Ann@example.com", notes = "left in May" })
      local member = read(response).data[1]
      assert.truthy(response.body:find('"data":[{"id":"eNo[%w_-]+","folderId":"' .. id:gsub("%-", "%%-")
        .. '","emailAddress":"Ann@example.com","internal":true}]'))
      assert.equal(id, member.folderId)
      local fail = rejected("add-group-member", { id = id, emailAddress = "ann@EXAMPLE.com" },
        "err_folder_group_member_already_exists")
      assert.equal("Group member already exists", fail.errors[1].message)
      assert.equal(id, fail.key.id)
      assert.equal(1, tenant:applied(id, "ann@example.com"))
      assert.equal("left in May", tenant:group(id).members[1].notes)
    end)

    it("remove a member once, and reject the duplicate", function()
      local id = tenant:group("Finance").id
      assert.equal("bob@example.com", read(ask("remove-group-member", { id = id, emailAddress = "BOB@example.com" }))
        .data[1].emailAddress:lower())
      rejected("remove-group-member", { id = id, emailAddress = "bob@example.com" },
        "err_folder_email_address_not_found")
      assert.equal(1, tenant:applied(id, "bob@example.com"))
    end)

    it("accept domains and external addresses, but not both in one item", function()
      local id = tenant:group("Leavers").id
      local domain = read(ask("add-group-member", { id = id, domain = "example.net" })).data[1]
      assert.equal("example.net", domain.domain)
      assert.is_nil(domain.emailAddress)
      assert.is_false(domain.internal)
      assert.is_false(read(ask("add-group-member", { id = id, emailAddress = "x@example.net" })).data[1].internal)
      rejected("add-group-member", { id = id }, "err_validation_at_least_one_not_null")
      rejected("add-group-member", { id = id, emailAddress = "x" }, "err_validation_invalid_email_address",
        "emailAddress")
      rejected("add-group-member", { id = id, emailAddress = "y@example.net", notes = ("n"):rep(101) },
        "err_validation_max_length", "notes")
      assert.equal("err_folder_group_member_already_exists",
        read(ask("add-group-member", { id = id, domain = "EXAMPLE.net" })).fail[1].errors[1].code)
    end)

    it("list members with the users' names and notes, and domains without an address", function()
      local response = ask("get-group-members", { id = tenant:group("Finance").id })
      assert.truthy(response.body:find('{"emailAddress":"bob@example.com","name":"Bob Example","internal":true,'
        .. '"domain":"example.com","type":"created_manually","notes":"Head of Finance"}', 1, true))
      assert.truthy(response.body:find('{"emailAddress":"","name":"","internal":true,"domain":"example.org",'
        .. '"type":"created_manually"}', 1, true))
      local rows = read(response).data[1].groupMembers
      assert.is_nil(rows[1].notes)
      assert.equal(3, #rows)
    end)

    it("add and remove some members while others fail, with the item of each failure", function()
      local id = tenant:group("Finance").id
      local body = read(call:v2(json.encode{ data = {
        { id = id, emailAddress = "carol@example.com" }, { id = id, emailAddress = "ann@example.com" },
        { id = id, emailAddress = "new@example.com" },
      } }, "/api/directory/add-group-member"))
      assert.equal(2, #body.data)
      assert.equal("ann@example.com", body.fail[1].key.emailAddress)
      assert.equal(5, tenant:group("Finance").userCount)
    end)

    it("accept ten items at most under API 2.0", function()
      local item = json.encode{ id = tenant:group("Finance").id, emailAddress = "nobody@example.com" }
      local eleven = '{"data":[' .. (item .. ","):rep(10) .. item .. "]}"
      assert.equal(400, call:v2(eleven, "/api/directory/remove-group-member").status)
      assert.equal(11, #read(call:v1(eleven, "/api/directory/remove-group-member")).fail)
    end)

    it("are shown by get-group under API 1.0 only", function()
      local id = tenant:group("Finance").id
      assert.equal("Finance", read(ask("get-group", { id = id }, "v1")).data[1].description)
      assert.equal(403, ask("get-group", { id = id }).status)
    end)

    it("are synchronized with a directory that always works", function()
      assert.equal('{"meta":{"status":200},"data":[{"type":"ACTIVE_DIRECTORY","syncStatus":"started"}],"fail":[]}',
        call:v2("", "/api/directory/execute-sync").body)
      local connection = read(call:v2('{"data":[]}', "/api/directory/get-connection")).data[1]
      assert.truthy(connection.id:find("^MTOKEN:eNo"))
      assert.equal("ok", connection.status)
    end)
  end)
end
