-- Carrying a plan out: batches, totals, the journal before the bytes, reasons to stop, and resume.
local bulk = require "spec.support.fakes.bulk"
local bulk_journal = require "mimecast.bulk.journal"
local json = require "mimecast.json"
local tmp = require "spec.support.run.tmp"

local function planned(client, rows)
  return assert(client:plan { input = rows })
end

describe("a run", function()
  teardown(tmp.clean)

  it("changes each account once, five per request", function()
    local client, tenant = bulk.client(23)
    local plan, journal = planned(client, bulk.leavers(23)), bulk.journal()
    local before = tenant:count(bulk.path)
    local report = assert(plan:apply { recheck = false, journal = journal })
    assert.equal("23 0 0 0 0", bulk.sums(report))
    assert.equal(5, tenant:count(bulk.path) - before)
    assert.equal(("1"):rep(23), bulk.applied(tenant, 23))
    for i = 1, 23 do
      assert.is_true(tenant:user(bulk.email(i)).accountDisabled)
      assert.equal("sent ok", bulk.states(journal, i))
    end
    assert.is_nil(report.stopped)
  end)

  it("sends neither unchanged rows nor unknown addresses", function()
    local client, tenant = bulk.client(2)
    local journal = bulk.journal()
    local plan = planned(client, { { email = bulk.email(1), accountDisabled = false },
      { email = "nobody@example.com", accountDisabled = true }, { email = bulk.email(2), accountDisabled = true } })
    local before = tenant:count(bulk.path)
    local report = assert(plan:apply { recheck = false, journal = journal })
    assert.equal("1 1 1 0 0", bulk.sums(report))
    assert.same({ unknown_address = 1 }, report.codes)
    assert.equal(1, tenant:count(bulk.path) - before)
    assert.equal("unchanged", bulk.states(journal, 1))
    assert.equal("rejected", bulk.states(journal, 2))
  end)

  it("accepts a plan without rows", function()
    local client = bulk.client(1)
    local report = assert(planned(client, {}):apply { recheck = false, journal = bulk.journal(), verify = true, canary = 3 })
    assert.equal("0 0 0 0 0", bulk.sums(report))
  end)

  it("accepts a plan of one row", function()
    local client, tenant = bulk.client(1)
    assert.equal("1 0 0 0 0", bulk.sums(assert(planned(client, bulk.leavers(1)):apply { recheck = false,
      journal = bulk.journal() })))
    assert.equal(1, tenant:applied())
  end)

  it("makes each row durable as sent before its bytes leave, and its result before onProgress", function()
    local client, _, wire = bulk.client(40)
    local journal, plan = bulk.journal(), planned(client, bulk.leavers(40))
    local send = wire.send
    function wire.send(self, request)
      if request.url:find(bulk.path, 1, true) then
        for key in json.encode(json.decode(request.body)):gmatch "user%d+" do
          assert.truthy(tmp.read(journal):find('"key":"' .. key .. '@example.com","state":"sent"', 1, true), key)
        end
      end
      return send(self, request)
    end
    local told = 0
    assert(plan:apply { recheck = false, journal = journal, concurrency = 2, onProgress = function(sums)
      local _, durable = tmp.read(journal):gsub('"state":"ok"', "")
      assert.is_true(durable >= sums.ok)
      told = math.max(told, sums.ok)
    end })
    assert.equal(40, told)
  end)

  it("records at most two rounds of requests as sent", function()
    local client, _, wire = bulk.client(200)
    local journal, plan = bulk.journal(), planned(client, bulk.leavers(200))
    local send, responded = wire.send, 0
    function wire.send(self, request)
      if request.url:find(bulk.path, 1, true) then
        local _, marked = tmp.read(journal):gsub('"state":"sent"', "")
        assert.is_true(marked - responded <= 2 * 3 * 5, marked - responded)
        responded = responded + 5
      end
      return send(self, request)
    end
    assert(plan:apply { recheck = false, journal = journal, concurrency = 3, maxDisable = 200 })
  end)

  it("carries out any operation that writes", function()
    local client, tenant = bulk.client(3)
    local group = assert(client:create_group { name = "Bulk" })
    local rows = {}
    for i = 1, 3 do rows[i] = { id = group.id, email = bulk.email(i) } end
    local plan = assert(client:plan { operation = "add_group_member", input = rows })
    assert.equal("3 0 0 0 0", bulk.sums(assert(plan:apply { recheck = false, journal = bulk.journal() })))
    assert.equal(3, #tenant:group("Bulk").members)
    local users = { { email = "new1@example.com", username = "One" }, { email = bulk.email(1) } }
    plan = assert(client:plan { operation = "create_user", input = users })
    assert.equal("1 0 1 0 0", bulk.sums(assert(plan:apply { recheck = false, journal = bulk.journal() })))
    assert.equal("One", tenant:user("new1@example.com").name)
    plan = assert(client:plan { operation = "update_alias", input = { { aliasFor = bulk.email(1), alias = "a1@example.com" },
      { aliasFor = bulk.email(1), alias = "a2@example.com" } } })
    assert.equal("2 0 0 0 0", bulk.sums(assert(plan:apply { recheck = false, journal = bulk.journal() })))
  end)

  it("uses the client's batchSize", function()
    local client, tenant = bulk.client(12, { batchSize = 3 })
    local plan = planned(client, bulk.leavers(12))
    assert.equal(4, tenant:count(bulk.path))
    assert.equal("12 0 0 0 0", bulk.sums(assert(plan:apply { recheck = false, journal = bulk.journal() })))
    assert.equal(8, tenant:count(bulk.path))
  end)

  it("is not disturbed by another reader of the plan", function()
    local client = bulk.client(1500)
    local plan = planned(client, bulk.leavers(1500))
    local report = assert(plan:apply { recheck = false, journal = bulk.journal(), maxChanges = 1500, maxDisable = 1500,
      onProgress = function() tostring(plan) end })
    assert.equal("1500 0 0 0 0", bulk.sums(report))
  end)

  it("reports a plan that cannot be read to its end", function()
    local client = bulk.client(20)
    local plan = planned(client, bulk.leavers(20))
    local rows = plan.file.rows
    function plan.file.rows(self)
      local next_row, count = rows(self), 0
      return function()
        count = count + 1
        return count <= 12 and next_row() or nil
      end
    end
    local report = assert(plan:apply { recheck = false, journal = bulk.journal() })
    assert.equal("12 0 0 0 8", bulk.sums(report))
    assert.equal("unreadable_plan", report.stopped.code)
  end)

  it("reports its progress", function()
    local client = bulk.client(30)
    local seen = {}
    assert(planned(client, bulk.leavers(30)):apply { recheck = false, journal = bulk.journal(), concurrency = 1,
      onProgress = function(sums)
        assert.equal(30, sums.ok + sums.unchanged + sums.rejected + sums.unknown + sums.skipped + sums.not_sent)
        assert.equal(30, sums.total)
        seen[#seen + 1] = sums.done
      end })
    assert.equal(30, seen[#seen])
    for i = 2, #seen do assert.is_true(seen[i] >= seen[i - 1]) end
    assert.is_true(#seen >= 3)
  end)

  it("computes the rate without the rows of an earlier run", function()
    local ticks, calls = 0, 0
    local client = bulk.client(30, { monotonic = function()
      ticks = ticks + 0.01
      return ticks
    end })
    local plan, journal = planned(client, bulk.leavers(30)), bulk.journal()
    assert(plan:apply { recheck = false, journal = journal, interrupts = { count = function()
      calls = calls + 1
      return calls > 4 and 1 or 0
    end } })
    local first
    assert(plan:apply { recheck = false, journal = journal, resume = true, onProgress = function(sums)
      first = first or sums
      assert.is_true(math.abs(sums.rate * sums.elapsed - (sums.done - first.done)) < 0.001)
    end })
    assert.equal(20, first.done)
    assert.equal(0, first.rate)
  end)
end)

describe("a rejected row", function()
  teardown(tmp.clean)

  it("has the service's code, and is retried only with onlyFailed", function()
    local client, tenant = bulk.client(12)
    local plan, journal = planned(client, bulk.leavers(12)), bulk.journal()
    tenant:fault { kind = "fail_items", path = bulk.path, after = 1, items = { 2 }, code = "err_odd" }
    local report = assert(plan:apply { recheck = false, journal = journal })
    assert.equal("11 0 1 0 0", bulk.sums(report))
    assert.same({ rejected = 1 }, report.codes)
    assert.equal("sent rejected", bulk.states(journal, 7))
    report = assert(plan:apply { recheck = false, journal = journal, resume = true })
    assert.equal("11 0 1 0 0", bulk.sums(report))
    report = assert(plan:apply { recheck = false, journal = journal, onlyFailed = true })
    assert.equal("12 0 0 0 0", bulk.sums(report))
    assert.same({}, report.codes)
    assert.equal("sent rejected sent ok", bulk.states(journal, 7))
    assert.equal(("1"):rep(12), bulk.applied(tenant, 12))
  end)

  it("is retried with its password, even if no other row has a password", function()
    local client, tenant = bulk.client(2)
    local plan, journal = planned(client, { { email = "late@example.com", password = "Correct-Horse-7" },
      { email = bulk.email(1), accountDisabled = true } }), bulk.journal()
    assert.equal("1 0 1 0 0", bulk.sums(assert(plan:apply { recheck = false, journal = journal })))
    assert(client:create_user { email = "late@example.com" })
    assert.equal("2 0 0 0 0", bulk.sums(assert(plan:apply { recheck = false, journal = journal, onlyFailed = true })))
    assert.equal("Correct-Horse-7", tenant:user("late@example.com").password)
  end)

  it("ends the run if the credentials are denied", function()
    local client, tenant = bulk.client(60)
    local plan, journal = planned(client, bulk.leavers(60)), bulk.journal()
    tenant:fault { kind = "bad_app_id", path = bulk.path, after = 2, times = 100 }
    local before = tenant:count(bulk.path)
    local report = assert(plan:apply { recheck = false, journal = journal })
    assert.equal("10 0 0 0 50", bulk.sums(report))
    assert.equal("auth", report.stopped.category)
    assert.equal(3, tenant:count(bulk.path) - before)
    assert.equal("sent planned", bulk.states(journal, 11))
    while tenant:pending() > 0 do client:user_settings(bulk.email(1)) end
    report = assert(plan:apply { recheck = false, journal = journal, resume = true })
    assert.equal("60 0 0 0 0", bulk.sums(report))
    assert.equal(("1"):rep(60), bulk.applied(tenant, 60))
  end)

  it("ends the run if too many rows are rejected", function()
    local client, tenant = bulk.client(100)
    local plan = planned(client, bulk.leavers(100))
    tenant:fault { kind = "fail_items", path = bulk.path, items = { 1, 2, 3, 4, 5 }, code = "err_odd", times = 100 }
    local report = assert(plan:apply { recheck = false, journal = bulk.journal() })
    assert.equal("0 0 10 0 90", bulk.sums(report))
    assert.equal("failure_ratio", report.stopped.code)
    local other = bulk.client(100)
    assert.equal("100 0 0 0 0", bulk.sums(assert(planned(other, bulk.leavers(100)):apply { recheck = false,
      journal = bulk.journal() })))
  end)

  it("does not end the run below the failure ratio", function()
    local client, tenant = bulk.client(100)
    local plan = planned(client, bulk.leavers(100))
    tenant:fault { kind = "fail_items", path = bulk.path, items = { 1 }, code = "err_odd", times = 100 }
    local report = assert(plan:apply { recheck = false, journal = bulk.journal() })
    assert.equal("80 0 20 0 0", bulk.sums(report))
    assert.is_nil(report.stopped)
  end)
end)

describe("an unreachable gateway", function()
  teardown(tmp.clean)

  it("ends the run soon, and rejects no row", function()
    local client, tenant = bulk.client(500, { attempts = 1 })
    local plan, journal = planned(client, bulk.leavers(500)), bulk.journal()
    tenant:fault { kind = "refuse", path = bulk.path, after = 1, times = 1000 }
    local before = tenant:count(bulk.path)
    local report = assert(plan:apply { recheck = false, journal = journal, concurrency = 4, maxDisable = 500 })
    assert.equal("5 0 0 0 495", bulk.sums(report))
    assert.equal("connect_failed", report.stopped.code)
    assert.is_true(tenant:count(bulk.path) - before <= 1 + 4 * 4)
  end)

  it("is retried after a pause", function()
    local client, tenant = bulk.client(20, { attempts = 1 })
    local plan = planned(client, bulk.leavers(20))
    tenant:fault { kind = "refuse", path = bulk.path, after = 1, times = 2 }
    tenant:fault { kind = "rate_limited", path = bulk.path, times = 1 }
    local report = assert(plan:apply { recheck = false, journal = bulk.journal() })
    assert.equal("20 0 0 0 0", bulk.sums(report))
    assert.equal(("1"):rep(20), bulk.applied(tenant, 20))
  end)
end)

describe("canary", function()
  teardown(tmp.clean)

  it("sends and verifies the first rows alone", function()
    local client = bulk.client(30)
    local journal, phases = bulk.journal(), {}
    local report = assert(planned(client, bulk.leavers(30)):apply { recheck = false, journal = journal, canary = 7,
      onProgress = function(sums)
        if sums.phase == "canary" then assert.is_true(sums.done <= 7) end
        phases[sums.phase] = true
      end })
    assert.equal("30 0 0 0 0", bulk.sums(report))
    assert.is_true(phases.canary and phases.apply)
    assert.equal(7, report.verified.equal)
  end)

  it("sends the first rows of a large plan with passwords", function()
    local client, tenant = bulk.client(1500)
    local rows = bulk.leavers(1500)
    for _, row in ipairs(rows) do row.password = "Correct-Horse-7" end
    local report = assert(planned(client, rows):apply { recheck = false,
      journal = bulk.journal(), canary = 3, verify = 50, maxChanges = 1500,
      maxDisable = 1500 })
    assert.is_nil(report.stopped)
    assert.equal("1500 0 0 0 0", bulk.sums(report))
    assert.equal(("1"):rep(1500), bulk.applied(tenant, 1500))
  end)

  it("ignores rows of an earlier run", function()
    local client, tenant = bulk.client(40, { attempts = 1 })
    local rows, journal, calls = bulk.leavers(40), bulk.journal(), 0
    rows[1].password = "Correct-Horse-7"
    local plan = assert(client:with { passwordRetryWindow = 0 }:plan { input = rows })
    tenant:fault { kind = "close_before_response", path = bulk.path }
    tenant:fault { kind = "fail_items", path = bulk.path, after = 1, items = { 1 }, code = "err_odd" }
    local report = assert(plan:apply { recheck = false, journal = journal, concurrency = 1, interrupts = { count = function()
      calls = calls + 1
      return calls > 4 and 1 or 0
    end } })
    assert.equal("14 0 1 5 20", bulk.sums(report))
    local resumed = assert(plan:apply { recheck = false, journal = journal, resume = true, canary = 3 })
    assert.is_nil(resumed.stopped)
    assert.equal("38 0 1 1 0", bulk.sums(resumed))
    assert.equal(3, resumed.verified.read)
  end)

  it("ends the run if a row fails", function()
    local client, tenant = bulk.client(30)
    local plan = planned(client, bulk.leavers(30))
    tenant:fault { kind = "fail_items", path = bulk.path, items = { 2 }, code = "err_odd" }
    local report = assert(plan:apply { recheck = false, journal = bulk.journal(), canary = 3 })
    assert.equal("2 0 1 0 27", bulk.sums(report))
    assert.equal("canary_failed", report.stopped.code)
  end)

  it("ends the run if an account differs from the plan", function()
    local client, tenant = bulk.client(30)
    local plan, journal = planned(client, bulk.leavers(30)), bulk.journal()
    local report = assert(plan:apply { recheck = false, journal = journal, canary = 3, onProgress = function()
      tenant.tenant:user(bulk.email(2)).accountDisabled = false
    end })
    assert.equal("canary_failed", report.stopped.code)
    assert.truthy(report.stopped.message:find(bulk.email(2) .. ": different from the plan: accountDisabled", 1, true))
    assert.equal("3 0 0 0 27", bulk.sums(report))
  end)
end)

describe("verification", function()
  teardown(tmp.clean)

  it("reads all rows, a sample or a given number", function()
    local client, tenant = bulk.client(150)
    local plan = planned(client, bulk.leavers(150))
    assert(plan:apply { recheck = false, journal = bulk.journal(), maxDisable = 150 })
    for verify, count in pairs { [true] = 150, sample = 100, [40] = 40, [1000] = 150 } do
      for i = 1, 150 do tenant.tenant:user(bulk.email(i)).accountDisabled = false end
      local report = assert(plan:apply { recheck = false, journal = bulk.journal(), verify = verify, maxDisable = 150 })
      assert.equal(count, report.verified.read, tostring(verify))
      assert.equal(count, report.verified.equal)
    end
  end)

  it("ends at an interrupt, as does the resolving of unknown rows", function()
    local client, tenant = bulk.client(900)
    local plan = planned(client, bulk.leavers(900))
    local written = tenant:count(bulk.path) + 180
    local report = assert(plan:apply { recheck = false,
      journal = bulk.journal(), verify = true, maxDisable = 900, interrupts = {
      count = function() return tenant:count(bulk.path) > written and 1 or 0 end } })
    assert.equal("900 0 0 0 0", bulk.sums(report))
    assert.equal("interrupted", report.stopped.code)
    assert.equal(200, report.verified.read)
    local own = bulk_journal.create(bulk.journal(), { plan = plan.file.sha256 })
    for i = 1, 900 do own:append { row = i, key = bulk.email(i), state = "sent", attempt = 1 } end
    assert(own:commit())
    own:close()
    local before = tenant:count(bulk.path)
    report = assert(plan:apply { recheck = false, journal = own.path, resume = true, maxDisable = 900,
      interrupts = { count = function() return 1 end } })
    assert.equal("200 0 0 700 0", bulk.sums(report))
    assert.equal(40, tenant:count(bulk.path) - before)
  end)

  it("needs no input, because it reads no passwords", function()
    local client = bulk.client(3)
    local input = tmp.file("email,accountDisabled,password\n" .. bulk.email(1) .. ",true,Correct-Horse-7\n"
      .. bulk.email(2) .. ",true,Correct-Horse-8\n", "in.csv")
    local report = assert(planned(client, input):apply { recheck = false,
      journal = bulk.journal(), verify = true, onProgress = function(sums)
      if sums.done == 2 then assert(io.open(input, "wb")):close() end
    end })
    assert.equal(2, report.verified.equal)
  end)

  it("includes rows that were unchanged in the plan", function()
    local client, tenant = bulk.client(3)
    tenant.tenant:user(bulk.email(1)).accountDisabled = true
    local plan = planned(client, bulk.leavers(3))
    tenant.tenant:user(bulk.email(1)).accountDisabled = false -- changed by another program meanwhile
    local report = assert(plan:apply { recheck = false, journal = bulk.journal(), verify = true })
    assert.equal("2 1 0 0 0", bulk.sums(report))
    assert.equal(3, report.verified.read)
    assert.same({ { row = 1, key = bulk.email(1), message = "different from the plan: accountDisabled" } },
      report.verified.rows)
  end)

  it("lists the rows that differ", function()
    local client, tenant = bulk.client(8)
    local report = assert(planned(client, bulk.leavers(8)):apply { recheck = false, journal = bulk.journal(), verify = true,
      onProgress = function(sums)
        if sums.done == 8 then tenant.tenant:user(bulk.email(3)).accountDisabled = false end
      end })
    assert.equal("8 0 0 0 0", bulk.sums(report))
    assert.equal(7, report.verified.equal)
    assert.same({ { row = 3, key = bulk.email(3), message = "different from the plan: accountDisabled" } },
      report.verified.rows)
  end)
end)
