local assert_no_secret = require "spec.support.asserts.assert_no_secret"
local clients = require "spec.support.fakes.clients"
local helpers = require "mimecast.helpers"
local json = require "mimecast.json"
local mimecast = require "mimecast"
local recording = require "spec.support.fakes.recording"

local ann, update = "ann@example.com", "/api/user/update-user"

-- Returns the items of the last request to a path.
local function sent(wire, path)
  local requests = wire:to(path)
  return json.decode(requests[#requests].body).data
end

describe("user_settings", function()
  it("reads an account and changes nothing", function()
    local client, tenant, wire = clients.new()
    local user = assert(client:user_settings "carol@example.com")
    assert.is_true(user.accountLocked)
    assert.equal('{"data":[{"emailAddress":"carol@example.com"}]}', wire:to("/update-user")[1].body)
    assert.equal(0, tenant:applied())
  end)
end)

-- Helpers that take an address: the other fields that they send, and a further argument.
local of_a_user = {
  user_settings = { {} },
  disable_user = { { accountDisabled = true } },
  enable_user = { { accountDisabled = false } },
  lock_user = { { accountLocked = true } },
  unlock_user = { { accountLocked = false } },
  force_password_change = { { forcePasswordChange = true } },
  set_password = { { accountLocked = false, password = "Correct-Horse-7" }, "Correct-Horse-7" },
  reuse_address = { { archiveStartDate = "2026-01-15T07:00:00+0000" }, "2026-01-15T09:00:00+02:00" },
}

for name, case in pairs(of_a_user) do
  describe(name, function()
    it("sends only its fields and returns the settings", function()
      for _, generation in ipairs { "1.0", "2.0" } do
        local client, tenant, wire = clients.new(generation)
        local user = assert(client[name](client, "carol@example.com", case[2]))
        assert.equal("carol@example.com", user.email)
        local expected = { emailAddress = "carol@example.com" }
        for field, value in pairs(case[1]) do
          expected[field] = value
          assert.equal(value, tenant:user "carol@example.com"[field])
          if field ~= "password" then assert.equal(value, user[field]) end
        end
        assert.same({ expected }, sent(wire, update))
      end
    end)

    it("returns the same errors as update_user", function()
      local client = clients.new()
      local user, message, err = client[name](client, "nobody@example.com", case[2])
      assert.is_nil(user)
      assert.equal("unknown_address", err.code)
      assert.equal(tostring(err), message)
      for _, wrong in ipairs { "nobody", "", 7, false } do
        user, message, err = client[name](client, wrong, case[2])
        assert.is_nil(user)
        assert.equal("email", err.field)
        assert.equal(tostring(err), message)
      end
      err = select(3, client[name](client, nil, case[2]))
      assert.equal("email", err.field)
    end)

    it("raises at the caller's line for a table and shows an example", function()
      local client = clients.new()
      for _, call in ipairs { function()
        local user = client[name](client, { email = ann })
        return user
      end, function()
        local user = client[name](ann)
        return user
      end } do
        local ok, message = pcall(call)
        assert.is_false(ok)
        assert.truthy(message:find("helpers_spec.lua:%d+: mimecast: " .. name .. ' takes an address, like client:' .. name
          .. '%("ann@example.com"'), message)
      end
    end)
  end)
end

describe("set_password", function()
  it("unlocks the account, because a locked account accepts no password", function()
    local client, tenant = clients.new()
    assert.is_nil(client:update_user { email = "carol@example.com", password = "x" })
    assert(client:set_password("carol@example.com", mimecast.secret "Planted two"))
    assert.equal("Planted two", tenant:user "carol@example.com".password)
    assert.is_false(tenant:user "carol@example.com".accountLocked)
  end)

  it("does not unlock the account if the password is missing or invalid", function()
    local client, tenant = clients.new()
    for _, wrong in ipairs { false, "", 7, {} } do
      assert.equal("password", select(3, client:set_password("carol@example.com", wrong)).field)
    end
    local user, message, err = client:set_password "carol@example.com"
    assert.is_nil(user)
    assert.same({ "validation", "invalid_input", "password" }, { err.category, err.code, err.field })
    assert.equal("password is required", message)
    assert.equal(0, tenant:count())
  end)
end)

describe("reuse_address", function()
  it("changes further fields in the same request", function()
    local client, _, wire = clients.new()
    local user = assert(client:reuse_address(ann, 1768464000, { username = "Ann the second",
      ["Force Password Change"] = true }))
    assert.same({ "2026-01-15T08:00:00+0000", "Ann the second", true },
      { user.archiveStartDate, user.username, user.forcePasswordChange })
    assert.equal(1, #wire:to(update))
  end)

  it("requires a date with a time zone", function()
    local client, tenant = clients.new()
    assert.equal("archiveStartDate", select(3, client:reuse_address(ann)).field)
    assert.equal("archiveStartDate", select(3, client:reuse_address(ann, "2026-01-15")).field)
    assert.equal("unknown_field", select(3, client:reuse_address(ann, 1768464000, { usernam = "x" })).problems[1].code)
    assert.equal(0, tenant:count())
    for _, more in ipairs { "x", { email = "x" }, { archiveStartDate = 0 } } do
      local ok, message = pcall(function()
        local user = client:reuse_address(ann, 0, more)
        return user
      end)
      assert.is_false(ok)
      assert.truthy(message:find "helpers_spec.lua:%d+: mimecast: reuse_address takes address, date, and a table", message)
    end
  end)
end)

describe("ensure_user", function()
  it("writes only the fields that differ and returns the changes", function()
    local client, tenant, wire = clients.new()
    local user, changes = client:ensure_user { email = "carol@example.com", username = "Carol Example",
      accountLocked = false, allowPop3 = false, accountDisabled = true }
    assert.same({ accountLocked = { from = true, to = false }, accountDisabled = { from = false, to = true } }, changes)
    assert.same({ false, true }, { user.accountLocked, user.accountDisabled })
    assert.same({ { emailAddress = "carol@example.com", accountLocked = false, accountDisabled = true } },
      sent(wire, update))
    assert.equal(1, tenant:applied "carol@example.com")
    user, changes = client:ensure_user { email = "CAROL@example.com", accountLocked = false, accountDisabled = true }
    assert.same({}, changes)
    assert.is_true(user.accountDisabled)
    assert.equal(3, #wire:to(update))
    assert.equal(1, tenant:applied())
  end)

  it("accepts wire names and labels of fields", function()
    local client = clients.new()
    local _, changes = client:ensure_user { emailAddress = ann, name = "New", ["Allow POP3"] = true, allowSmtp = "false" }
    assert.same({ username = { from = "Ann Example", to = "New" }, allowPop3 = { from = false, to = true } }, changes)
  end)

  it("compares dates as points in time", function()
    local client, tenant = clients.new()
    local _, changes = client:ensure_user { email = ann, archiveStartDate = "2026-01-15T09:00:00+02:00" }
    assert.same({ archiveStartDate = { to = "2026-01-15T07:00:00+0000" } }, changes)
    for _, same in ipairs { "2026-01-15T07:00:00Z", "2026-01-15T02:00:00-0500", 1768460400 } do
      assert.same({}, (select(2, client:ensure_user { email = ann, archiveStartDate = same })), same)
    end
    assert.equal(1, tenant:applied(ann))
    local other = clients.new("2.0", { respond = recording.with_token(function()
      return recording.json '{"data":[{"emailAddress":"ann@example.com","archiveStartDate":"2026-01-15T09:00:00.5+02:00"}]}'
    end) })
    assert.same({}, (select(2, other:ensure_user { email = ann, archiveStartDate = "2026-01-15T07:00:00Z" })))
    _, changes = client:ensure_user { email = ann, archiveStartDate = "2026-01-15T07:00:01Z" }
    assert.same({ from = "2026-01-15T07:00:00+0000", to = "2026-01-15T07:00:01+0000" }, changes.archiveStartDate)
  end)

  it("sets a password on every call and never shows it", function()
    local client, tenant = clients.new()
    for i, field in ipairs { "password", "Password" } do
      for _, wrap in ipairs { tostring, mimecast.secret } do
        local user, changes = client:ensure_user { email = ann, [field] = wrap("Planted" .. i), accountDisabled = false }
        assert.same({ password = true }, changes)
        assert_no_secret({ user, changes }, { "Planted" })
        assert.equal("Planted" .. i, tenant:user(ann).password)
      end
    end
    assert.equal(4, tenant:applied(ann))
    local user, message, err = client:ensure_user { email = "carol@example.com", password = "Planted3" }
    assert.is_nil(user)
    assert.truthy(err.hint:find("accountLocked = false", 1, true))
    assert_no_secret({ message, err }, { "Planted" })
  end)

  it("returns the errors of the input, the read and the write", function()
    local client, tenant = clients.new("2.0", { attempts = 1 })
    local _, message, err = client:ensure_user { email = "ann", acountDisabled = true }
    assert.same({ "validation", 2, tostring(err) }, { err.category, #err.problems, message })
    assert.equal(0, tenant:count())
    err = select(3, client:ensure_user { email = "nobody@example.com", accountDisabled = true })
    assert.equal("unknown_address", err.code)
    tenant:fault { kind = "unavailable", after = 1 }
    local user
    user, message, err = client:ensure_user { email = ann, accountDisabled = true }
    assert.is_nil(user)
    assert.same({ "unavailable", tostring(err) }, { err.code, message })
    assert.equal(0, tenant:applied())
  end)
end)

describe("ensure_group_member", function()
  it("finds the group by its full name", function()
    local client, tenant, wire = clients.new()
    assert(client:create_group { name = "Finance EMEA" })
    local id = tenant:group "Finance".id
    local member, changed = client:ensure_group_member { group = "Finance", email = "dora@example.com", notes = "May" }
    assert.same({ id, true }, { member.groupId, changed })
    assert.same({ { id = id, emailAddress = "dora@example.com", notes = "May" } }, sent(wire, "/add-group-member"))
    member, changed = client:ensure_group_member { group = "Finance", domain = "example.org" }
    assert.same({ "example.org", false }, { member.domain, changed })
    assert.equal(1, #wire:to "/find-groups" - 1)
  end)

  it("uses a given id without a lookup", function()
    local client, tenant, wire = clients.new()
    assert(client:ensure_group_member { id = tenant:group "Leavers".id, email = ann })
    assert.equal(0, #wire:to "/find-groups")
  end)

  it("reports a missing group and an ambiguous name", function()
    local client, tenant = clients.new()
    for _, name in ipairs { "finance", "Fin", "No such" } do
      local member, message, err = client:ensure_group_member { group = name, email = ann }
      assert.is_nil(member)
      assert.same({ "service", "not_found", tostring(err) }, { err.category, err.code, message })
    end
    -- A missing group is an error; a missing member is not.
    assert.equal("not_found", select(3, client:ensure_no_group_member { group = "No such", email = ann }).code)
    assert(client:create_group { name = "Finance", parentId = tenant:group "Leavers".id })
    local _, message, err = client:ensure_group_member { group = "Finance", email = ann }
    assert.same({ "validation", "invalid_input", "group" }, { err.category, err.code, err.field })
    assert.truthy(message:find("there are 2 groups", 1, true))
    assert.equal(0, tenant:count "/api/directory/add-group-member")
  end)

  it("reports an invalid input before the lookup", function()
    local client, tenant = clients.new()
    for _, input in ipairs { { group = "Finance", emial = ann }, { group = "Finance", email = "x" },
      { group = "Finance", id = "x", email = ann }, { group = 7, email = ann }, { group = "", email = ann }, {},
      { email = ann }, { id = "x" } } do
      for _, name in ipairs { "ensure_group_member", "ensure_no_group_member" } do
        local member, message, err = client[name](client, input)
        assert.is_nil(member)
        assert.same({ "validation", tostring(err) }, { err.category, message })
      end
    end
    assert.equal(0, tenant:count())
  end)

  it("reports that the groups cannot be read", function()
    local client, tenant = clients.new("2.0", { attempts = 1 })
    tenant:fault { kind = "unavailable", path = "/api/directory/find-groups" }
    assert.equal("unavailable", select(3, client:ensure_group_member { group = "Finance", email = ann }).code)
  end)
end)

describe("copy_members", function()
  it("adds the missing members with their notes and lists the unchanged members", function()
    local client, tenant, wire = clients.new()
    assert(client:ensure_group_member { group = "Leavers", email = "ANN@example.com" })
    local result = assert(client:copy_members { from = "Finance", to = tenant:group "Leavers".id })
    table.sort(result.added)
    assert.same({ added = { "bob@example.com", "example.org" }, unchanged = { ann }, failed = {} },
      { added = result.added, unchanged = result.unchanged, failed = result.failed })
    local members = tenant:group "Leavers".members
    assert.equal(3, #members)
    assert.equal(3, #tenant:group "Finance".members)
    for _, member in ipairs(members) do
      if member.emailAddress == "bob@example.com" then assert.equal("Head of Finance", member.notes) end
    end
    local before = #wire:to "/add-group-member"
    result = assert(client:copy_members { from = "Finance", to = "Leavers" })
    assert.same({ 0, 3 }, { #result.added, #result.unchanged })
    assert.equal(before, #wire:to "/add-group-member")
  end)

  it("add_group_members: sends ten members in a request", function()
    local client, tenant, wire = clients.new()
    local members = {}
    for i = 1, 25 do members[i] = { id = tenant:group "Payroll".id, email = ("user%d@example.com"):format(i) } end
    local results, failures = client:add_group_members(members)
    assert.is_nil(next(failures))
    for i = 1, 25 do assert.equal(members[i].email, results[i].email) end
    assert.equal(3, #wire:to "/add-group-member")
  end)

  it("copies a domain that the service returns as an address", function()
    local client, _, wire = clients.new()
    local send = wire.send
    function wire:send(request)
      local response, message, err = send(self, request)
      response.body = response.body:gsub('"emailAddress":""', '"emailAddress":"example.org"')
      return response, message, err
    end
    local result = assert(client:copy_members { from = "Finance", to = "Leavers" })
    assert.same({ ann, "bob@example.com", "example.org" }, result.added)
  end)

  it("copies the members of all pages", function()
    local client, tenant = clients.new("2.0", { tenant = { rateLimit = false } })
    local id, members = tenant:group "Payroll".id, {}
    for i = 1, 1203 do members[i] = { id = id, email = ("user%04d@example.com"):format(i) } end
    assert.is_nil(next((select(2, client:add_group_members(members)))))
    assert.equal(1203, #assert(client:copy_members { from = "Payroll", to = "Leavers" }).added)
    assert.equal(1203, #tenant:group "Leavers".members)
  end)

  it("continues when a member fails and reports that member", function()
    local client, tenant = clients.new()
    tenant:fault { kind = "fail_items", path = "/api/directory/add-group-member", items = { 2 } }
    local result = assert(client:copy_members { from = "Finance", to = "Leavers" })
    assert.same({ ann, "example.org" }, result.added)
    assert.equal("err_sandbox_fault", result.failed["bob@example.com"].serviceCode)
    assert.is_nil(result.failed[ann])
    assert.truthy(tostring(result):find "^added +{ ", tostring(result))
  end)

  it("reads directory groups and reports that they accept no members", function()
    local client = clients.new()
    assert.same({ ann }, assert(client:copy_members { from = "Domain Users", to = "Leavers" }).added)
    local result = assert(client:copy_members { from = "Finance", to = "Domain Users" })
    assert.same({ ann }, result.unchanged)
    assert.equal("err_xdk_operation_forbidden_for_address", result.failed["bob@example.com"].serviceCode)
    assert.truthy(result.failed["example.org"])
  end)

  it("counts a member that was added in the meantime as unchanged", function()
    local client, tenant = clients.new()
    tenant:fault { kind = "fail_items", path = "/api/directory/add-group-member",
      code = "err_folder_group_member_already_exists" }
    local result = assert(client:copy_members { from = "Finance", to = "Leavers" })
    assert.same({ { ann }, 2 }, { result.unchanged, #result.added })
  end)

  it("reports an invalid input and a group that cannot be read", function()
    local client, tenant = clients.new("2.0", { attempts = 1 })
    for _, case in ipairs { { "to", { from = "Finance" } }, { "from", {} }, { "from", { from = 7, to = "Leavers" } },
      { "too", { from = "Finance", to = "Leavers", too = "x" } } } do
      local field, input = case[1], case[2]
      local result, message, err = client:copy_members(input)
      assert.is_nil(result)
      assert.same({ "validation", "invalid_input", field, tostring(err) }, { err.category, err.code, err.field, message })
    end
    assert.equal("not_found", select(3, client:copy_members { from = "Finance", to = "No such" }).code)
    for after = 0, 1 do
      tenant:fault { kind = "unavailable", path = "/api/directory/get-group-members", after = after }
      assert.equal("unavailable", select(3, client:copy_members { from = "Finance", to = "Leavers" }).code)
    end
    assert.equal(0, tenant:applied())
  end)
end)

describe("a helper that takes a table", function()
  it("raises at the caller's line for other values and shows an example", function()
    local client = clients.new()
    for _, name in ipairs { "ensure_user", "ensure_group_member", "ensure_no_group_member", "copy_members" } do
      for _, wrong in ipairs { ann, 7, false } do
        local ok, message = pcall(function()
          local found = client[name](client, wrong)
          return found
        end)
        assert.is_false(ok)
        assert.truthy(message:find("helpers_spec.lua:%d+: mimecast: " .. name .. " takes a table, like client:" .. name
          .. "{ "), message)
      end
    end
  end)
end)

describe("the helpers", function()
  it("are also functions of the module", function()
    for name in pairs(helpers) do assert.equal("function", type(mimecast[name]), name) end
  end)
end)
