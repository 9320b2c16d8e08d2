-- client:sync_group, and the operation "members of GROUP" that its plans have. The seeds: Finance has ann, bob (with notes) and
-- the domain example.org.
local bulk = require "spec.support.fakes.bulk"
local tmp = require "spec.support.run.tmp"

local function members(client, group)
  local list = {}
  for row in assert(client:group_members { id = assert(client:find_group(group or "Finance")).id }) do
    list[#list + 1] = (row.email ~= "" and row.email or row.domain) .. (row.notes and " (" .. row.notes .. ")" or "")
  end
  table.sort(list)
  return table.concat(list, ", ")
end

local before = "ann@example.com, bob@example.com (Head of Finance), example.org"

describe("sync_group", function()
  local client, tenant, wire

  before_each(function() client, tenant, wire = bulk.client(0) end)
  after_each(tmp.clean)

  local function plan(input, more)
    local options = { group = "Finance", input = input, removeOthers = true }
    for name, value in pairs(more or {}) do options[name] = value end
    return client:sync_group(options)
  end

  local function actions(made)
    local list = {}
    for row in made:rows() do
      list[#list + 1] = ("%s %s %s"):format(row.key, row.action, tostring(row.set.member))
    end
    return list
  end

  local wanted = { { email = "ANN@example.com" }, { email = "carol@example.com" }, { email = "example.net" } }

  it("plans who is added and who is removed, and changes nothing", function()
    local made = assert(plan(wanted))
    assert.same({ "ANN@example.com unchanged true", "carol@example.com change true", "example.net change true",
      "bob@example.com change false", "example.org change false" }, actions(made))
    assert.truthy(tostring(made):find("^members of Finance for "))
    assert.truthy(tostring(made):find("  member: false → true 2, true → false 2", 1, true))
    assert.equal(before, members(client))
    assert.equal(0, tenant:count "/api/directory/add-group-member" + tenant:count "/api/directory/remove-group-member")
  end)

  it("removes nobody without removeOthers", function()
    local made = assert(plan(wanted, { removeOthers = false }))
    assert(made:apply { journal = bulk.journal() })
    assert.equal("ann@example.com, bob@example.com (Head of Finance), carol@example.com, example.net, example.org",
      members(client))
  end)

  it("is applied, and a second plan changes nothing", function()
    local report = assert(assert(plan(wanted)):apply { journal = bulk.journal(), verify = true })
    assert.same({ 5, 4, 1, 0, 0, 0 }, { report.input, report.ok, report.unchanged, report.rejected, report.unknown,
      report.not_sent })
    assert.same({ 5, 0 }, { report.verified.equal, report.verified.different })
    assert.equal("ann@example.com, carol@example.com, example.net", members(client))
    local again = assert(plan(wanted))
    assert.same({ 0, 3 }, { again.counts.change, again.counts.unchanged })
  end)

  it("is undone, with the notes of removed members", function()
    local journal = bulk.journal()
    assert(assert(plan(wanted)):apply { journal = journal })
    local undo = assert(client:undo { journal = journal })
    assert.equal(0, undo.irreversible.count)
    assert(undo:apply { journal = tmp.path "undo.journal" })
    assert.equal(before, members(client))
  end)

  it("counts a member that was added or removed meanwhile as done, not as an error", function()
    local made = assert(plan(wanted, { file = tmp.path "x.plan" }))
    local id = assert(client:find_group "Finance").id
    assert(client:add_group_member { id = id, email = "carol@example.com" })
    assert(client:remove_group_member { id = id, email = "bob@example.com" })
    local report = assert(made:apply { journal = bulk.journal() })
    assert.same({ 5, 0, 0, 0 }, { report.ok + report.unchanged + (report.skipped or 0), report.rejected, report.unknown,
      report.not_sent })
    assert.equal("ann@example.com, carol@example.com, example.net", members(client))
  end)

  it("settles a lost response by reading the members, and adds up", function()
    for _, path in ipairs { "add-group-member", "remove-group-member" } do
      client, tenant, wire = bulk.client(0)
      tenant:fault { kind = "close_before_response", path = "/api/directory/" .. path, afterApply = true }
      local report = assert(assert(plan(wanted)):apply { journal = tmp.path(path .. ".journal") })
      assert.same({ 4, 1, 0, 0 }, { report.ok, report.unchanged, report.rejected, report.unknown })
      assert.equal("ann@example.com, carol@example.com, example.net", members(client))
    end
  end)

  it("goes on where an interrupted run stopped", function()
    local many = {}
    for i = 1, 60 do many[i] = { email = bulk.email(i) } end
    local made, journal = assert(plan(many, { file = tmp.path "x.plan" })), bulk.journal()
    tenant:fault { kind = "status", status = 403, path = "/api/directory/add-group-member", after = 2 }
    local report = assert(made:apply { journal = journal, concurrency = 1 })
    assert.equal(63, report.ok + report.unchanged + report.rejected + report.unknown + report.not_sent)
    assert.truthy(report.stopped)
    assert.is_true(report.ok >= 20 and report.not_sent > 0)
    report = assert(assert(client:plan(made.path)):apply { journal = journal, resume = true })
    assert.same({ 63, 0 }, { report.ok, report.not_sent })
    assert.equal(60, #assert(client:list_group_members { id = assert(client:find_group "Finance").id, limit = 100 }))
  end)

  it("sends ten members in a request, and reads the members once for all rows", function()
    local many = {}
    for i = 1, 45 do many[i] = { email = bulk.email(i) } end
    local listed = #wire:to "/get-group-members"
    local made = assert(plan(many, { removeOthers = false }))
    assert.equal(1, #wire:to "/get-group-members" - listed)
    assert(made:apply { journal = bulk.journal() })
    assert.equal(5, #wire:to "/add-group-member")
  end)

  it("finds a group by path, and reports a group that is not there before the input is read", function()
    assert(client:create_group { name = "Finance", parentId = assert(client:find_group "Leavers").id })
    assert.truthy(select(2, plan(wanted)):find("there are 2 groups", 1, true))
    assert(assert(plan(wanted, { group = "Leavers/Finance" })):apply { journal = bulk.journal() })
    assert.equal("ANN@example.com, carol@example.com, example.net", members(client, "Leavers/Finance"))
    assert.equal(before, members(client, "Root/Finance"))
    assert.equal("not_found", select(3, plan("/nonexistent", { group = "finance" })).code)
  end)

  it("stops a run whose group is gone, instead of rejecting its rows one by one", function()
    assert(client:create_group { name = "New" })
    local made = assert(plan(wanted, { group = "New", file = tmp.path "x.plan" }))
    assert(client:delete_group { id = assert(client:find_group "New").id })
    local opened = assert(client:plan(made.path))
    local report = assert(opened:apply { journal = bulk.journal() })
    assert.truthy(report.stopped and report.stopped.message:find('there is no group "New"', 1, true))
    assert.same({ 0, 3 }, { report.rejected, report.not_sent })
  end)

  it("takes a file with a column member, and rejects invalid rows by line", function()
    local file = tmp.path "m.csv"
    tmp.write(file, "Email Address,member\nbob@example.com,false\ncarol@example.com,true\nann@example.com,\n")
    assert(assert(plan(file, { removeOthers = false })):apply { journal = bulk.journal() })
    assert.equal("ann@example.com, carol@example.com, example.org", members(client))
    tmp.write(file, "email\nann@example.com\nann@@example.com\nnobody\nann@example.com\n")
    local _, message, err = plan(file)
    assert.same({ "validation", "invalid_input" }, { err.category, err.code })
    assert.truthy(message:find("line 3: email must be an e-mail address with one @", 1, true), message)
    assert.truthy(message:find("line 4: email must be an address or a domain", 1, true), message)
    assert.truthy(message:find("line 5: email repeats line 2", 1, true), message)
  end)

  it("does not empty a group for an empty file", function()
    for _, input in ipairs { {}, tmp.path "empty.csv" } do
      if type(input) == "string" then tmp.write(input, "email\n") end
      local made, message, err = plan(input)
      assert.is_nil(made)
      assert.equal("validation", err.category)
      assert.truthy(message:find("would remove every member", 1, true) or message:find("no row", 1, true), message)
    end
  end)

  it("cannot change the notes of a member, and says so", function()
    local made = assert(client:plan { operation = "members of Finance",
      input = { { email = "ann@example.com", notes = "x" }, { email = "dora@example.com", member = true, notes = "New" } } })
    local report = assert(made:apply { journal = bulk.journal() })
    assert.same({ 1, 1 }, { report.ok, report.rejected })
    assert.truthy(members(client):find("dora@example.com (New)", 1, true))
  end)

  it("reports a list of members that cannot be read, and writes no plan", function()
    client, tenant = bulk.client(0, { attempts = 1 })
    for after = 0, 1 do
      tenant:fault { kind = "unavailable", path = "/api/directory/get-group-members", after = after }
      local file = tmp.path "y.plan"
      local made, _, err = plan(wanted, { file = file })
      assert.is_nil(made)
      assert.equal("unavailable", err.code)
      assert.is_nil(io.open(file))
    end
  end)

  it("raises for wrong use", function()
    for _, options in ipairs { { input = {} }, { group = "Finance" }, { group = 7, input = {} },
      { group = "Finance", input = {}, operation = "update_user" }, { group = "Finance", input = {}, removeOthers = 1 } } do
      assert.has_error(function() client:sync_group(options) end)
    end
  end)
end)
