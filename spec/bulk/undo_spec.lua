-- The reverse plan of a run, from the old values in its journal.
local bulk = require "spec.support.fakes.bulk"
local tmp = require "spec.support.run.tmp"

local function done(client, rows, options)
  local journal = bulk.journal()
  assert(assert(client:plan { input = rows, read = options and options.read }):apply { journal = journal })
  return journal
end

describe("undo", function()
  teardown(tmp.clean)

  it("restores changed settings, and leaves unchanged accounts alone", function()
    local client, tenant = bulk.client(4)
    tenant.tenant:user(bulk.email(3)).accountDisabled = true
    local before = tenant:user(bulk.email(1)).name
    local journal = done(client, { { email = bulk.email(1), accountDisabled = true, username = "Gone" },
      { email = bulk.email(2), allowPop3 = true }, { email = bulk.email(3), accountDisabled = true },
      { email = "nobody@example.com", accountDisabled = true } })
    assert.equal("Gone", tenant:user(bulk.email(1)).name)
    local plan = assert(client:undo { journal = journal })
    assert.equal(2, plan.counts.change)
    assert.equal(0, plan.irreversible.count)
    assert.equal("2 0 0 0 0", bulk.sums(assert(plan:apply { journal = bulk.journal() })))
    assert.equal(before, tenant:user(bulk.email(1)).name)
    assert.is_false(tenant:user(bulk.email(1)).accountDisabled)
    assert.is_false(tenant:user(bulk.email(2)).allowPop)
    assert.is_true(tenant:user(bulk.email(3)).accountDisabled)
  end)

  it("skips an account that changed since the run, and restores it with overwrite", function()
    local client, tenant = bulk.client(12)
    local rows = bulk.leavers(12)
    for _, row in ipairs(rows) do row.username = "Left" end
    local before = tenant:user(bulk.email(3)).name
    local journal = done(client, rows)
    assert(client:update_user { email = bulk.email(3), username = "Married" })
    assert(client:update_user { email = bulk.email(4), accountDisabled = false })
    assert(client:update_user { email = bulk.email(5), allowPop3 = true })
    local plan = assert(client:undo { journal = journal })
    assert.same({ 11, 1 }, { plan.counts.change, plan.counts.skipped })
    for row in plan:rows() do
      if row.row == 3 then
        assert.same({ "skipped", "changed_meanwhile", "username was Left after the run, and is Married now" },
          { row.action, row.code, row.message })
      end
    end
    assert.truthy(tostring(plan):find("12 rows: 11 would change, 0 unchanged, 0 cannot be changed, 1 skipped", 1, true))
    assert.truthy(tostring(plan):find("\n  skipped: user000003@example.com: username was Left after the run", 1, true))
    local report = assert(plan:apply { journal = bulk.journal() })
    assert.same({ 12, 11, 1 }, { report.input, report.ok, report.skipped })
    assert.equal("Married", tenant:user(bulk.email(3)).name)
    plan = assert(client:undo { journal = journal, overwrite = true })
    assert(plan:apply { journal = bulk.journal() })
    assert.equal(before, tenant:user(bulk.email(3)).name)
  end)

  it("lists what cannot be restored", function()
    local client, tenant = bulk.client(3)
    local journal = done(client, {
      { email = bulk.email(1), password = "Correct-Horse-7" },
      { email = bulk.email(2), forcePasswordChange = true, accountDisabled = true },
      { email = bulk.email(3), archiveStartDate = "2026-01-15T09:00:00Z" } }) -- it had no date
    local plan = assert(client:undo { journal = journal })
    assert.same({ count = 3, unknown = 0, { row = 1, key = bulk.email(1), fields = { "password" } },
      { row = 2, key = bulk.email(2), fields = { "forcePasswordChange" } },
      { row = 3, key = bulk.email(3), fields = { "archiveStartDate" } } }, plan.irreversible)
    assert.equal(1, plan.counts.change)
    assert(plan:apply { journal = bulk.journal() })
    assert.is_false(tenant:user(bulk.email(2)).accountDisabled)
    assert.is_true(tenant:user(bulk.email(2)).forcePasswordChange)
  end)

  it("lists old values that the operation rejects, and restores all others", function()
    local client, tenant = bulk.client(6)
    local function set(i, name, value) tenant.tenant:user(bulk.email(i))[name] = value end
    set(1, "name", ("x"):rep(300))
    set(2, "name", "a\0b")
    set(3, "name", "a\255b")
    set(4, "archiveStartDate", 1700000000000)
    set(5, "archiveStartDate", "16 November 2015")
    set(6, "archiveStartDate", "2015-11-16T14:49:18+0000")
    local rows = {}
    for i = 1, 6 do
      rows[i] = { email = bulk.email(i), accountDisabled = true, [i < 4 and "username" or "archiveStartDate"] = i < 4 and "New"
        or "2026-01-15T09:00:00Z" }
    end
    local plan = assert(client:undo { journal = done(client, rows) })
    local lost = { count = 5, unknown = 0 }
    for i = 1, 5 do lost[i] = { row = i, key = bulk.email(i), fields = { i < 4 and "username" or "archiveStartDate" } } end
    assert.same(lost, plan.irreversible)
    assert.equal(6, plan.counts.change)
    assert.equal("6 0 0 0 0", bulk.sums(assert(plan:apply { journal = bulk.journal() })))
    for i = 1, 6 do assert.is_false(tenant:user(bulk.email(i)).accountDisabled) end
    assert.equal("2015-11-16T14:49:18+0000", tenant:user(bulk.email(6)).archiveStartDate)
  end)

  it("omits rows of which nothing can be restored", function()
    local client, tenant = bulk.client(3)
    tenant.tenant:user(bulk.email(2)).name = ("x"):rep(300)
    local rows = {}
    for i = 1, 3 do rows[i] = { email = bulk.email(i), username = "New" } end
    local plan = assert(client:undo { journal = done(client, rows) })
    assert.equal(1, plan.irreversible.count)
    assert.equal(2, plan.counts.rows)
  end)

  it("lists rows of a plan with read = false", function()
    local client = bulk.client(2)
    local plan = assert(client:undo { journal = done(client, bulk.leavers(2), { read = false }) })
    assert.equal(2, plan.irreversible.count)
    assert.equal(0, plan.counts.rows)
    assert.truthy(tostring(plan):find("2 rows cannot be restored completely", 1, true))
  end)

  it("includes only rows that are ok", function()
    local client, tenant = bulk.client(10)
    local plan, journal = assert(client:plan { input = bulk.leavers(10) }), bulk.journal()
    tenant:fault { kind = "fail_items", path = bulk.path, items = { 2 }, code = "err_odd" }
    tenant:fault { kind = "bad_app_id", path = bulk.path }
    assert.equal("4 0 1 0 5", bulk.sums(assert(plan:apply { recheck = false, journal = journal })))
    assert.equal(4, assert(client:undo { journal = journal }).counts.rows)
  end)

  it("restores rows that were resolved by reading", function()
    local client, tenant = bulk.client(3, { attempts = 1 })
    local plan, journal = assert(client:plan { input = bulk.leavers(3) }), bulk.journal()
    tenant:fault { kind = "close_before_response", path = bulk.path, afterApply = true }
    assert(plan:apply { recheck = false, journal = journal })
    assert.equal(3, assert(client:undo { journal = journal }).counts.change)
  end)

  it("lists rows with an unknown outcome", function()
    local client, tenant = bulk.client(4, { attempts = 1 })
    local rows = bulk.leavers(4)
    rows[1].password, rows[2].password = "Correct-Horse-7", "Correct-Horse-8"
    local plan, journal = assert(client:with { batchSize = 1, passwordRetryWindow = 0 }:plan { input = rows }), bulk.journal()
    tenant:fault { kind = "close_before_response", path = bulk.path, afterApply = true, after = 1 }
    assert.equal("3 0 0 1 0", bulk.sums(assert(plan:apply { recheck = false, journal = journal, concurrency = 1 })))
    local back = assert(client:undo { journal = journal })
    assert.same({ count = 2, unknown = 1, { row = 1, key = bulk.email(1), fields = { "password" } },
      { row = 2, key = bulk.email(2), unknown = true } }, back.irreversible)
    assert.equal(3, back.counts.change)
  end)

  it("rejects the journal of a run that has not ended", function()
    local client = bulk.client(10)
    local plan, journal, codes = assert(client:plan { input = bulk.leavers(10) }), bulk.journal(), {}
    assert(plan:apply { journal = journal, onProgress = function()
      codes[select(3, client:undo { journal = journal }).code] = true
    end })
    assert.same({ journal_locked = true }, codes)
    assert.equal(10, assert(client:undo { journal = journal }).counts.change)
  end)

  it("fails if the journal cannot be read to its end", function()
    local client = bulk.client(3)
    local journal, open = done(client, bulk.leavers(3)), io.open
    io.open = function(path, mode) -- luacheck: ignore
      local file, reason = open(path, mode)
      if path ~= journal then return file, reason end
      local text = file:read "*a"
      return { close = function() file:close() end, read = function()
        local piece = text
        text, reason = nil, "Input/output error"
        return piece, not piece and reason or nil
      end }
    end
    local plan, message, err = client:undo { journal = journal }
    io.open = open -- luacheck: ignore
    assert.is_nil(plan)
    assert.equal("journal_unwritable", err.code)
    assert.truthy(message:find("Input/output error", 1, true))
  end)

  it("rejects other operations, and a damaged or missing journal", function()
    local client = bulk.client(1)
    local journal = bulk.journal()
    assert(assert(client:plan { operation = "create_user", input = { { email = "n@example.com" } } }):apply {
      journal = journal })
    assert.equal("not_reversible", select(3, client:undo { journal = journal }).code)
    assert.equal("journal_missing", select(3, client:undo { journal = bulk.journal() }).code)
    journal = done(client, bulk.leavers(1))
    local text = tmp.read(journal)
    local other = tmp.file((text:gsub('"state":"ok"', '"state":"rejected"')))
    assert.equal("journal_damaged", select(3, client:undo { journal = other }).code)
    assert.is_false(pcall(client.undo, client, {}))
  end)
end)

describe("a journal of another tenant", function()
  teardown(tmp.clean)

  it("is rejected", function()
    local client, tenant = bulk.client(1)
    local journal = bulk.journal()
    assert(assert(client:plan { input = bulk.leavers(1) }):apply { journal = journal })
    tenant.tenant.account.accountCode = "CUSA00B000"
    assert.equal("tenant_mismatch", select(3, client:undo { journal = journal }).code)
  end)
end)

describe("client:bulk", function()
  teardown(tmp.clean)

  it("keeps the plan beside the journal for resume", function()
    local client, tenant = bulk.client(30)
    local journal, calls = bulk.journal(), 0
    local options = { input = bulk.leavers(30), journal = journal, interrupts = { count = function()
      calls = calls + 1
      return calls > 2 and 1 or 0
    end } }
    local report = assert(client:bulk(options))
    assert.equal("10 0 0 0 20", bulk.sums(report))
    assert(io.open((journal:gsub("%.journal$", ".plan")))):close()
    options.interrupts, options.resume = nil, true
    assert.equal("30 0 0 0 0", bulk.sums(assert(client:bulk(options))))
    assert.equal(("1"):rep(30), bulk.applied(tenant, 30))
  end)

  it("starts once, and keeps the plan of the first run", function()
    local client, tenant = bulk.client(30)
    local input = tmp.file("email,accountDisabled\nuser000001@example.com,true\nnobody@example.com,true\n", "in.csv")
    local journal = bulk.journal()
    local plan = journal:gsub("%.journal$", ".plan")
    assert(client:bulk { input = input, journal = journal })
    local text = tmp.read(plan)
    assert.equal("journal_exists", select(3, client:bulk { input = input, journal = journal }).code)
    assert.equal("journal_exists", select(3, client:bulk { input = input, journal = journal, file = plan .. "2" }).code)
    assert.equal("journal_exists", select(3, client:plan { input = input, file = plan }).code)
    assert.equal(text, tmp.read(plan))
    assert.is_nil(io.open(plan .. "2"))
    assert.equal("1 0 1 0 0", bulk.sums(assert(client:bulk { input = input, journal = journal, resume = true })))
    assert.equal(1, tenant:applied())
  end)

  it("does not resume a run of another operation", function()
    local client, tenant = bulk.client(2)
    local rows, journal = { { email = "new1@example.com" } }, bulk.journal()
    assert.equal("0 1 0 0 0", bulk.sums(assert(client:bulk { input = rows, journal = journal })))
    for _, option in ipairs { "resume", "onlyFailed" } do
      assert.equal("journal_mismatch", select(3, client:bulk { input = rows, journal = journal, operation = "create_user",
        [option] = true }).code)
    end
    assert.is_nil(tenant:user "new1@example.com")
    assert(client:bulk { input = rows, journal = journal, operation = "update_user", resume = true })
  end)

  it("passes each option to plan or apply", function()
    local client = bulk.client(3)
    local phases = {}
    local report = assert(client:bulk { input = bulk.leavers(3), journal = bulk.journal(), read = false, verify = true,
      concurrency = 2, onProgress = function(sums) phases[sums.phase] = true end })
    assert.is_nil(report.stopped)
    assert.equal(3, report.verified.equal)
    assert.is_true(phases.plan and phases.apply)
    client = bulk.client(3)
    assert.equal("protected", select(3, client:bulk { input = bulk.leavers(3), journal = bulk.journal(),
      protect = { "*" } }).code)
    assert.is_false(pcall(client.bulk, client, { input = {} }))
    assert.is_false(pcall(client.bulk, client, { input = {}, journal = "x", verfy = true }))
  end)
end)
