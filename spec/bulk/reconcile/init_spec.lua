-- client:reconcile against a tenant in this process. The seeds of example.com: postmaster, abuse, ann, bob, carol; Finance has
-- ann, bob (with notes) and the domain example.org.
local bulk = require "spec.support.fakes.bulk"
local clients = require "spec.support.fakes.clients"
local json = require "mimecast.json"
local mimecast = require "mimecast"
local recording = require "spec.support.fakes.recording"
local tmp = require "spec.support.run.tmp"

local day = 86400

describe("reconcile", function()
  local client, tenant, folder

  local function start(more)
    folder = tmp.folder()
    local options = { stateFolder = folder .. "/state", tenant = { rateLimit = false } }
    for name, value in pairs(more or {}) do options.tenant[name] = value end
    client, tenant = bulk.client(nil, options)
  end

  before_each(function() start() end)
  after_each(tmp.clean)

  local function reconcile(roster, more)
    local options = { roster = roster, domain = "example.com", date = "2023-11-14" }
    for name, value in pairs(more or {}) do options[name] = value end
    if options.date == "" then options.date = nil end
    return client:reconcile(options)
  end

  local everyone = { { email = "ann@example.com" }, { email = "bob@example.com" }, { email = "carol@example.com" } }

  local function with(...)
    local list = {}
    for _, rows in ipairs { everyone, { ... } } do
      for _, row in ipairs(rows) do
        local copy = {}
        for name, value in pairs(row) do copy[name] = value end
        list[#list + 1] = copy
      end
    end
    return list
  end

  local function show(plan)
    local list = {}
    for row in plan.findings:rows() do
      list[#list + 1] = ("%s: %s%s%s"):format(row.finding, row.email, row.group and " " .. row.group or "",
        row.action and ", " .. row.action or row.reason and ", " .. row.reason or "")
    end
    table.sort(list)
    return list
  end

  local function findings(...)
    return show(assert(reconcile(...)))
  end

  local function rejected(code, roster, more)
    local requests = tenant:count()
    local plan, message, err = reconcile(roster, more)
    assert.is_nil(plan)
    assert.equal(code, err.code, message)
    assert.equal(0, tenant:count "/api/user/get-internal-users" + tenant:count "/api/user/update-user")
    assert.truthy(tenant:count() - requests <= 3) -- a token, and the account's code with an expired one and with the new one
    return err
  end

  local function applied(plan)
    local report = assert(plan:apply { journal = bulk.journal() })
    assert.same({ report.input, report.input }, { report.ok, plan.counts.rows })
    return report
  end

  describe("finds", function()
    it("nothing in a tenant that agrees with the roster", function()
      local plan = assert(reconcile(everyone))
      assert.same({}, show(plan))
      assert.same({ 0, 3, 2, 0 }, { plan.counts.rows, plan.findings.counts.accounts, plan.findings.counts.roles,
        plan.findings.counts.orphan })
      assert.equal("roster: 3 people of example.com, of 2023-11-14\n"
        .. "tenant: 3 accounts, 0 from a directory, 0 aliases, 2 role addresses, 0 disabled orphans", tostring(plan.findings))
    end)

    it("orphans, leavers, employees and people, and a plan that a second run leaves empty", function()
      tenant:add_users { { emailAddress = "zed@example.com" }, { emailAddress = "dora@example.com", accountDisabled = true },
        { emailAddress = "gone@example.com", accountDisabled = true },
        { emailAddress = "left@example.com", accountDisabled = true } }
      local roster = { { email = "ann@example.com" }, { email = "bob@example.com", accountDisabled = true },
        { email = "dora@example.com", accountDisabled = false }, { email = "left@example.com", accountDisabled = true },
        { email = "new@example.com" }, { email = "carol@example.com" },
        { email = "never@example.com", accountDisabled = true } }
      local plan = assert(reconcile(roster))
      assert.same({ "disabled employee: dora@example.com, enable", "enabled leaver: bob@example.com, disable",
        "no account: new@example.com", "orphan: zed@example.com, disable" }, show(plan))
      assert.same({ 3, 3, 1 }, { plan.counts.rows, plan.counts.change, plan.findings.counts.disabled_orphans })
      assert.equal(0, tenant:applied())
      local journal = bulk.journal()
      assert.equal(3, assert(plan:apply { journal = journal }).ok)
      assert.same({ true, true, false }, { tenant:user "bob@example.com".accountDisabled,
        tenant:user "zed@example.com".accountDisabled, tenant:user "dora@example.com".accountDisabled })
      local second = assert(reconcile(roster))
      assert.same({ "no account: new@example.com" }, show(second))
      assert.equal(0, second.counts.rows)

      assert.equal(3, applied(assert(client:undo { journal = journal })).ok)
      assert.same({ false, false, true }, { tenant:user "bob@example.com".accountDisabled,
        tenant:user "zed@example.com".accountDisabled, tenant:user "dora@example.com".accountDisabled })
    end)

    it("the same under API 1.0, without a change and with a client that may only read", function()
      local other, old = clients.new("1.0", { stateFolder = folder .. "/state", readOnly = true,
        tenant = { rateLimit = false } })
      old:add_users { { emailAddress = "zed@example.com" } }
      local plan = assert(other:reconcile { roster = { { email = "ann@example.com", Finance = true },
        { email = "carol@example.com" }, { email = "bob@example.com", accountDisabled = true } },
        domain = "Example.COM", groups = { "Finance" } })
      assert.same({ "enabled leaver: bob@example.com, disable", "extra member: bob@example.com Finance",
        "orphan: zed@example.com, disable" }, show(plan))
      assert.equal(0, old:applied())
    end)

    it("an orphan and keeps it with keepOrphans", function()
      local plan = assert(reconcile({ { email = "ann@example.com" }, { email = "bob@example.com" } }, { keepOrphans = true }))
      assert.same({ "orphan: carol@example.com, kept" }, show(plan))
      assert.equal(0, plan.counts.rows)
    end)

    it("an account once that the service lists twice", function()
      tenant:add_users { { emailAddress = "zed@example.com" } }
      local inner = tenant.transport
      local function twice(request)
        if not request.url:find("get-internal-users", 1, true) then return nil end
        request.headers = request.flat
        local response = inner:send(request)
        response.body = response.body:gsub('({[^{}]*zed@[^{}]*})', "%1,%1"):gsub('"totalCount":6', '"totalCount":7')
        response.headers["content-length"] = nil
        return response
      end
      local other = assert(mimecast.new { clientId = tenant.credentials.v2.clientId, stateFolder = folder .. "/state",
        clientSecret = tenant.credentials.v2.clientSecret, transport = recording.new(inner, twice) })
      local plan = assert(other:reconcile { roster = everyone, domain = "example.com" })
      assert.equal(1, plan.counts.change)
    end)

    it("accounts that cannot be read, and changes none of them", function()
      tenant:add_users { { emailAddress = "dora@example.com" } }
      -- The third item of the second request is dora.
      tenant:fault { kind = "fail_items", items = { 3 }, after = 1, path = bulk.path, code = "err_odd", message = "Odd" }
      assert.same({ "unreadable: dora@example.com, err_odd" }, findings(everyone))
    end)
  end)

  describe("knows", function()
    it("entries of a directory, and changes them with includeDirectory only", function()
      tenant:add_users { { emailAddress = "eve@example.com", source = "ldap" },
        { emailAddress = "fay@example.com", addressType = "created_by_ldap_sync", accountDisabled = true } }
      local roster = with { email = "fay@example.com" }
      assert.same({ "disabled employee: fay@example.com, an entry of a directory",
        "orphan: eve@example.com, an entry of a directory" }, findings(roster))
      assert.same({ "disabled employee: fay@example.com, enable", "orphan: eve@example.com, disable" },
        findings(roster, { includeDirectory = true }))
    end)

    it("protected accounts, and disables none of them", function()
      local roster = { { email = "ann@example.com", accountDisabled = true }, { email = "bob@example.com" } }
      local plan = assert(reconcile(roster, { protect = { "ANN@example.com", "car*@example.com" } }))
      assert.same({ "enabled leaver: ann@example.com, protected by ANN@example.com",
        "orphan: carol@example.com, protected by car*@example.com" }, show(plan))
      assert.equal(0, plan.counts.rows)
    end)

    it("accounts that the standing list of the client protects", function()
      local other = bulk.client(nil, { stateFolder = folder .. "/state", protect = { "carol@example.com" } })
      assert.same({ "orphan: carol@example.com, protected by carol@example.com" }, show(assert(other:reconcile {
        roster = { { email = "ann@example.com" }, { email = "bob@example.com" } }, domain = "example.com",
        date = "2023-11-14" })))
    end)

    it("postmaster and abuse, which are on no roster and belong to no person", function()
      assert.same({}, findings(with(
        { email = "Postmaster@example.com", accountDisabled = true }, { email = "abuse@example.com" })))
    end)

    for _, resolves in ipairs { true, false } do
      it("the owner of an alias on the roster if the service " .. (resolves and "resolves aliases" or "does not"), function()
        start { resolveAliases = resolves }
        tenant:add_users { { emailAddress = "d1@example.com" }, { emailAddress = "d2@example.com" },
          { emailAddress = "d3@example.com", accountDisabled = true }, { emailAddress = "d4@example.com" } }
        for i = 1, 4 do
          assert(client:update_alias { alias = ("dora.%d@example.com"):format(i), aliasFor = ("d%d@example.com"):format(i) })
        end
        assert.same({ "disabled employee: d3@example.com, enable", "enabled leaver: d2@example.com, disable",
          "orphan: d4@example.com, disable" }, findings(with({ email = "Dora.1@example.com" },
          { email = "dora.2@example.com", accountDisabled = true }, { email = "dora.3@example.com" })))
        assert.equal(resolves, tenant:count "/api/user/get-aliases" == 0)
      end)
    end

    it("no owner of an alias if the aliases cannot be read, and disables no account that could be the owner's", function()
      start { permissions = { "Directories | Internal | Edit", "Directories | Internal | Read", "Account | Dashboard | Read",
        "Directories | Groups | Edit" } }
      tenant:add_users { { emailAddress = "d1@example.com" } }
      assert(client:update_alias { alias = "dora@example.com", aliasFor = "d1@example.com" })
      local list = findings(with { email = "dora@example.com" })
      assert.equal(1, #list)
      assert.truthy(list[1]:find("^orphan: d1@example.com, its aliases cannot be read: "), list[1])
    end)

    it("accounts of other domains, should the service list them", function()
      local inner = tenant.transport
      local function all_domains(request)
        if not request.url:find("get-internal-users", 1, true) then return nil end
        request.body, request.headers = request.body:gsub('{"domain":"example.com"}', "{}"), request.flat
        return inner:send(request)
      end
      local other = assert(mimecast.new { clientId = tenant.credentials.v2.clientId, stateFolder = folder .. "/state",
        clientSecret = tenant.credentials.v2.clientSecret, transport = recording.new(inner, all_domains) })
      tenant:add_users { { emailAddress = "x@example.org" } }
      local plan = assert(other:reconcile { roster = everyone, domain = "example.com" })
      assert.same({}, show(plan))
      assert.equal(3, plan.findings.counts.accounts)
    end)

    it("addresses in any case, and a domain in its ASCII form", function()
      tenant:add_users { { emailAddress = "ann@xn--bcher-kva.example" }, { emailAddress = "Bob@xn--bcher-kva.example" } }
      local roster = { { email = "ANN@Bücher.example" }, { email = "bob@XN--BCHER-KVA.example" },
        { email = "new@bücher.example" } }
      assert.same({ "no account: new@bücher.example" }, findings(roster, { domain = "xn--bcher-kva.example" }))
    end)
  end)

  describe("compares groups", function()
    local roster = with({ email = "dora@example.com", Finance = true }, { email = "x@example.net", Finance = true })

    it("with the columns of their names, and leaves members that it cannot judge", function()
      tenant:add_users { { emailAddress = "dora@example.com" }, { emailAddress = "eve@example.com" } }
      for _, email in ipairs { "eve@example.com", "out@example.net", "postmaster@example.com" } do
        assert(client:ensure_group_member { group = "Finance", email = email })
      end
      assert(client:update_alias { alias = "a.smith@example.com", aliasFor = "ann@example.com" })
      assert(client:ensure_group_member { group = "Finance", email = "a.smith@example.com" })
      roster[1].Finance, roster[3].Finance = true, false
      local plan = assert(reconcile(roster, { groups = { "Finance" } }))
      assert.same({ "extra member: bob@example.com Finance", "extra member: eve@example.com Finance",
        "missing member: dora@example.com Finance", "orphan: eve@example.com, disable" }, show(plan))
      local group = plan.findings.groups[1]
      assert.same({ "Finance", 1, 2 }, { group.group, group.missing, group.extra })
      local sync = assert(client:sync_group { group = "Finance", input = plan.findings:members "Finance" })
      assert.equal(3, assert(sync:apply { journal = bulk.journal() }).ok)
      assert.same({ "orphan: eve@example.com, disable" }, findings(roster, { groups = { "Finance" } }))
    end)

    for _, resolves in ipairs { true, false } do
      it("by the owner of an alias on the roster if the service " .. (resolves and "resolves aliases" or "does not"), function()
        start { resolveAliases = resolves }
        assert(client:update_alias { alias = "a.smith@example.com", aliasFor = "ann@example.com" })
        local list = { { email = "a.smith@example.com", Finance = true }, { email = "bob@example.com", Finance = true },
          { email = "carol@example.com" } }
        assert.same({}, findings(list, { groups = { "Finance" } }))
      end)
    end

    it("and wants no leaver in any", function()
      assert.same({ "enabled leaver: ann@example.com, disable", "extra member: ann@example.com Finance",
        "extra member: bob@example.com Finance" }, findings({
        { email = "ann@example.com", Finance = true, accountDisabled = true }, { email = "bob@example.com" },
        { email = "carol@example.com" } }, { groups = { "Finance" } }))
    end)

    it("only if the group and its column exist", function()
      local path = folder .. "/roster.csv"
      tmp.write(path, "email\nann@example.com\n")
      local err = rejected("invalid_request", path, { groups = { "Finance" } })
      assert.equal("the option groups names Finance, and the roster has no such column", err.message)
      local _, _, missing = reconcile({ { email = "ann@example.com", Finanze = true } }, { groups = { "Finanze" } })
      assert.equal("not_found", missing and missing.code or "no error")
    end)

    it("that are named once", function()
      assert.equal("the option groups names FINANCE twice", rejected("invalid_request", roster,
        { groups = { "Finance", "FINANCE" } }).message)
      assert.equal("the option groups names Email twice", rejected("invalid_request", roster, { groups = { "Email" } }).message)
    end)
  end)

  describe("reads a roster", function()
    it("as a plan reads its input", function()
      local path = folder .. "/hr.csv"
      tmp.write(path, "Nr;E-Mail privat;Work Email;Zustand;Finance\r\n"
        .. "1;a@example.net;ann@example.com;aktiv;ja\r\n2;;bob@example.com;ausgetreten;nein\r\n"
        .. "3;;carol@example.com;M\252nchen;\r\n;;;;\r\nEnde;3\r\n")
      local plan = assert(reconcile(path, { map = { ["Work Email"] = "email", Zustand = "accountDisabled" },
        where = { Zustand = { "aktiv", "ausgetreten" } }, trueWords = { "ausgetreten", "ja" }, falseWords = { "aktiv", "nein" },
        encoding = "windows-1252", ignoreOtherColumns = true, endMark = "Ende", groups = { "Finance" } }))
      assert.same({ "enabled leaver: bob@example.com, disable", "extra member: bob@example.com Finance",
        "orphan: carol@example.com, disable" }, show(plan))
      assert.truthy(tostring(plan.findings):find("where Zustand is aktiv or ausgetreten", 1, true))
    end)

    it("with a list of addresses, and with JSON Lines", function()
      tmp.write(folder .. "/list.txt", "ann@example.com\nbob@example.com\ncarol@example.com\n")
      assert.same({}, findings(folder .. "/list.txt"))
      tmp.write(folder .. "/people.jsonl", '{"email":"ann@example.com"}\n{"email":"bob@example.com"}\nEOF 2\n')
      assert.same({ "orphan: carol@example.com, disable" }, findings(folder .. "/people.jsonl", {
        endMark = "EOF", minShare = 0 }))
    end)

    it("that names a person twice in the same way", function()
      local plan = assert(reconcile(with({ email = "BOB@example.com" }, { email = "new@example.com" },
        { email = "new@example.com" })))
      assert.same({ "no account: new@example.com" }, show(plan))
      assert.equal(2, plan.findings.roster.repeated)
    end)

    it("and rejects a person with two statuses", function()
      local err = rejected("invalid_input", with({ email = "BOB@example.com", accountDisabled = true }))
      assert.equal("row 4: email repeats a person with another status or groups", err.message)
      assert.same({ 4, 1 }, { err.problems[1].line, err.problemCount })
    end)

    it("and rejects invalid rows before the tenant is read", function()
      rejected("invalid_input", with { email = "no address" })
      rejected("invalid_input", with { email = "dora@example.com", colour = "red" })
    end)
  end)

  describe("changes nothing for a roster", function()
    it("that is empty, or of another domain", function()
      local path = folder .. "/empty.csv"
      tmp.write(path, "email\n")
      assert.equal("the roster has no person of example.com", rejected("incomplete_roster", path).message)
      local err = rejected("incomplete_roster", { { email = "ann@example.net" }, { email = "bob@sub.example.com" } })
      assert.equal("the roster has no person of example.com, and 2 rows of other domains", err.message)
      assert.equal("the roster has no person of other.example, and 3 rows of other domains",
        rejected("incomplete_roster", everyone, { domain = "other.example" }).message)
    end)

    it("that does not end with its mark, or has another number of rows", function()
      local path = folder .. "/hr.csv"
      tmp.write(path, "email\nann@example.com\nbob@example.com\ncarol@exam")
      assert.equal("the roster does not end with END: it was cut",
        rejected("incomplete_roster", path, { endMark = "END" }).message)
      tmp.write(path, "email\nann@example.com\nbob@example.com\nEND,3\n")
      assert.equal("the roster has 2 rows, and its end mark says 3",
        rejected("incomplete_roster", path, { endMark = "END" }).message)
    end)

    local function record(count)
      tenant:add_users(count)
      local list = with()
      for i = 1, count do list[#list + 1] = { email = bulk.email(i) } end
      assert(reconcile(list))
      tenant:reset()
      return list
    end

    it("that has fewer people than 90 % of the last one of the domain", function()
      local list = record(17)
      for _ = 1, 3 do table.remove(list) end
      local err = rejected("incomplete_roster", list)
      assert.equal("the roster has 17 people, and the last one had 20: fewer than 90 %", err.message)
      assert.equal("export it again; if so many people have left, set minShare = 0.85", err.hint)
      assert(reconcile(list, { minShare = 0.85 }))
      table.remove(list)
      assert(reconcile(list)) -- 16 of the last 17
    end)

    it("that is older than the last one, too old, or of the future", function()
      assert(reconcile(everyone, { date = "2023-11-13T06:00:00+01:00" }))
      tenant:reset()
      local err = rejected("stale_roster", everyone, { date = "2023-11-12" })
      assert.equal("the roster is of 2023-11-12, and the last one was of 2023-11-13 05:00 UTC", err.message)
      assert.truthy(err.hint:find("if the last date is wrong, remove " .. folder .. "/state/roster-", 1, true))
      assert.equal("the roster is of 2023-11-20, which is in the future",
        rejected("stale_roster", everyone, { date = "2023-11-20" }).message)
      assert(reconcile(everyone, { date = "2023-11-13T06:00:00+01:00" })) -- the same again
    end)

    it("that is older than maxRosterAge", function()
      local err = rejected("stale_roster", everyone, { date = "2023-11-01" })
      assert.equal("the roster is of 2023-11-01, older than 7 days", err.message)
      assert.equal("export it again, or set maxRosterAge = 1209600", err.hint)
      assert(reconcile(everyone, { date = "2023-11-01", maxRosterAge = 14 * day }))
    end)

    it("whose date cannot be read", function()
      rejected("invalid_request", everyone, { date = "14.11.2023" })
    end)

    it("if what it knows of the last one is damaged", function()
      assert(reconcile(everyone))
      tenant:reset()
      local list = io.popen("ls " .. folder .. "/state/roster-*.json"):read "*a"
      tmp.write(list:match "[^\n]+", "{")
      assert.truthy(rejected("incomplete_roster", everyone).message:find("^the file of the last roster is damaged: "))
    end)

    it("that changes while the tenant is read", function()
      local path = folder .. "/hr.csv"
      tenant:add_users(200)
      tmp.write(path, "email\nann@example.com\nbob@example.com\n")
      local plan, _, err = reconcile(path, { onProgress = function() tmp.write(path, "email\nann@example.com\n") end })
      assert.is_nil(plan)
      assert.equal("changed_input", err.code)
    end)

    it("if the list of users breaks off", function()
      tenant:add_users(1200)
      tenant:fault { kind = "status", status = 500, path = "/api/user/get-internal-users", after = 1, times = 100 }
      local plan, _, err = reconcile(everyone, { file = folder .. "/x.plan" })
      assert.is_nil(plan)
      assert.equal("service", err.category)
      assert.is_nil(io.open(folder .. "/x.plan"))
      assert.equal("", io.popen("ls " .. folder .. "/state 2>/dev/null"):read "*a")
    end)
  end)

  describe("remembers the last roster", function()
    local function entries()
      local list = {}
      for path in io.popen("ls " .. folder .. "/state/roster-*.json"):lines() do
        list[#list + 1] = json.decode(tmp.read(path))
        assert.equal("-rw-------", io.popen("ls -l " .. path):read(10))
      end
      table.sort(list, function(x, y) return x.domain < y.domain end)
      return list
    end

    it("of each tenant and domain, only if a plan was made", function()
      tenant:add_users { { emailAddress = "x@example.org" } }
      assert(reconcile(everyone))
      assert(reconcile({ { email = "x@example.org" } }, { domain = "Example.ORG" }))
      assert.is_nil((reconcile(everyone, { file = "/nonexistent/x.plan", date = "2023-11-15" })))
      local list = entries()
      assert.same({ "example.com", 3, 1699920000, "example.org", 1 },
        { list[1].domain, list[1].people, list[1].date, list[2].domain, list[2].people })
      assert.is_nil(json.encode(list):find("ann", 1, true))
    end)

    it("not of another tenant", function()
      assert(reconcile(everyone))
      tenant.tenant.account.accountCode = "CUSB00B000"
      assert(reconcile { { email = "ann@example.com" } })
      assert.equal(2, #entries())
    end)

    it("with the date of its end mark, or of its file", function()
      local path = folder .. "/hr.csv"
      tmp.write(path, "email\nann@example.com\nbob@example.com\nEND 2023-11-14\n")
      local plan = assert(reconcile(path, { date = "", endMark = "END" }))
      assert.equal(1699920000, plan.findings.roster.date)
      os.execute("touch -d '2023-11-14 12:00 UTC' " .. path)
      plan = assert(reconcile(path, { date = "", where = { email = { "ann@example.com", "bob@example.com" } } }))
      assert.equal(1699963200, plan.findings.roster.date)
      assert.equal(2, plan.findings.roster.last.people)
    end)

    it("or says that it could not", function()
      tmp.write(folder .. "/file", "")
      local logged = {}
      local other = bulk.client(nil, { stateFolder = folder .. "/file/state",
        log = function(line) logged[#logged + 1] = line end })
      local plan = assert(other:reconcile { roster = everyone, domain = "example.com", date = "2023-11-14" })
      assert.is_false(plan.findings.roster.recorded)
      assert.truthy(table.concat(logged, "\n"):find("the roster cannot be recorded in ", 1, true))
    end)
  end)

  it("returns an error if its temporary files cannot be written", function()
    local tmpfile = io.tmpfile
    local calls = 0
    io.tmpfile = function() -- luacheck: ignore 122
      calls = calls + 1
      if calls == 1 then return tmpfile() end -- the copy of the rows
      return nil, "No space left on device"
    end
    local ok, plan, message, err = pcall(reconcile, everyone)
    io.tmpfile = tmpfile -- luacheck: ignore 122
    assert.same({ true }, { ok, plan })
    assert.same({ "unwritable_plan", "a temporary file cannot be written: No space left on device (check the free disk space"
      .. " of the temporary folder)" }, { err.code, message })
  end)

  it("raises without a roster and a domain, and for unknown options", function()
    for _, options in ipairs { {}, { roster = everyone }, { domain = "example.com" }, { roster = everyone, domain = "a@b" } } do
      assert.has_error(function() client:reconcile(options) end,
        'mimecast: reconcile needs a roster and a domain: reconcile{ roster = "hr.csv", domain = "example.com" }')
    end
    assert.has_error(function() reconcile(everyone, { operation = "create_user" }) end)
  end)
end)
