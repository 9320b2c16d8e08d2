-- Resuming a run, and the checks of its journal.
local bulk = require "spec.support.fakes.bulk"
local bulk_journal = require "mimecast.bulk.journal"
local tmp = require "spec.support.run.tmp"
local shell = require "tools.shell"

local function planned(client, rows)
  return assert(client:plan { input = rows })
end

-- A transport that fails after the given number of update-user requests, before or after sending them.
local function killed_at(wire, number, before)
  local send, count = wire.send, 0
  function wire.send(self, request)
    local is_update = request.url:find(bulk.path, 1, true) ~= nil
    if is_update then count = count + 1 end
    if is_update and count == number and before then error("killed", 0) end
    local response, message, err = send(self, request)
    if is_update and count == number then error("killed", 0) end
    return response, message, err
  end
  return function() wire.send = nil end
end

describe("an unfinished run", function()
  teardown(tmp.clean)

  for what, before in pairs { ["before a request"] = true, ["after a request"] = false } do
    it(what .. " resumes exactly where it stopped", function()
      local number, killed = 0, true
      while killed do
        number = number + 1
        local client, tenant, wire = bulk.client(33)
        local plan, journal = planned(client, bulk.leavers(33)), bulk.journal()
        local stop = killed_at(wire, number, before)
        local ok, reason = pcall(plan.apply, plan, { journal = journal, concurrency = 2 })
        killed = not ok
        if killed then assert.equal("killed", reason) end
        stop()
        local report = assert(plan:apply { journal = journal, resume = true })
        assert.equal("33 0 0 0 0", bulk.sums(report), "killed at request " .. number)
        assert.equal(("1"):rep(33), bulk.applied(tenant, 33), "killed at request " .. number)
      end
      assert.equal(15, number) -- seven requests that read, and seven that change
    end)
  end

  it("of an earlier build resumes: its plan and journal name no user", function()
    local client, tenant = bulk.client(12)
    local plan = assert(client:plan(tmp.file(tmp.read "spec/vectors/bulk/first_format.plan", "old.plan")))
    local journal = tmp.file(tmp.read "spec/vectors/bulk/first_format.journal", "old.journal")
    assert(shell.run("chmod 600 " .. journal))
    assert.equal("a run of this plan was started with the journal /runs/old.journal", select(3, plan:apply { recheck = false,
      journal = bulk.journal() }).message)
    local report = assert(plan:apply { recheck = false, journal = journal, resume = true })
    assert.equal("12 0 0 0 0", bulk.sums(report))
    assert.is_nil(report.startedBy)
    assert.equal("000001111111", bulk.applied(tenant, 12)) -- five were done before
  end)

  it("resumes after an error in onProgress", function()
    local count, broken = 0, true
    while broken do
      count = count + 1
      local client, tenant = bulk.client(33)
      local plan, journal, told = planned(client, bulk.leavers(33)), bulk.journal(), 0
      broken = not pcall(plan.apply, plan, { journal = journal, concurrency = 1, onProgress = function()
        told = told + 1
        if told == count then error("enough", 0) end
      end })
      assert.equal("33 0 0 0 0", bulk.sums(assert(plan:apply { recheck = false, journal = journal, resume = true })))
      assert.equal(("1"):rep(33), bulk.applied(tenant, 33))
    end
    assert.is_true(count > 4, count)
  end)

  it("after an interrupt: finishes the requests in flight and reports", function()
    for after = 0, 6 do
      local client, tenant = bulk.client(30)
      local plan, journal, calls = planned(client, bulk.leavers(30)), bulk.journal(), 0
      local report = assert(plan:apply { recheck = false, journal = journal, interrupts = { count = function()
        calls = calls + 1
        return calls > after and 1 or 0
      end } })
      assert.equal(("%d 0 0 0 %d"):format(5 * math.min(6, after), 30 - 5 * math.min(6, after)), bulk.sums(report))
      assert.equal("interrupted", report.stopped.code)
      report = assert(plan:apply { recheck = false, journal = journal, resume = true })
      assert.equal("30 0 0 0 0", bulk.sums(report))
      for _, record in ipairs(bulk.records(journal)) do -- an unsent row does not count as an attempt
        assert.equal(record.state == "planned" and 0 or 1, record.attempt)
      end
      assert.equal(("1"):rep(30), bulk.applied(tenant, 30))
    end
  end)
end)

describe("onlyFailed after an unfinished run", function()
  teardown(tmp.clean)

  it("retries only rejected rows; resume sends the others", function()
    local client, tenant = bulk.client(30)
    local plan, journal, calls = planned(client, bulk.leavers(30)), bulk.journal(), 0
    tenant:fault { kind = "fail_items", path = bulk.path, items = { 1 }, code = "err_odd" }
    assert.equal("9 0 1 0 20", bulk.sums(assert(plan:apply { recheck = false,
      journal = journal, interrupts = { count = function()
      calls = calls + 1
      return calls > 2 and 1 or 0
    end } })))
    local report = assert(plan:apply { recheck = false, journal = journal, onlyFailed = true })
    assert.equal("10 0 0 0 20", bulk.sums(report))
    assert.is_nil(report.stopped)
    assert.equal("30 0 0 0 0", bulk.sums(assert(plan:apply { recheck = false, journal = journal, resume = true })))
    assert.equal(("1"):rep(30), bulk.applied(tenant, 30))
  end)
end)

describe("onlyFailed after a rejected batch", function()
  teardown(tmp.clean)

  it("retries each row in its own request, because one row may have caused all rejections", function()
    local client, tenant = bulk.client(5)
    local plan, journal = planned(client, bulk.leavers(5)), bulk.journal()
    tenant:fault { kind = "status", status = 400, path = bulk.path }
    assert.equal("0 0 5 0 0", bulk.sums(assert(plan:apply { recheck = false, journal = journal })))
    tenant:fault { kind = "status", status = 400, path = bulk.path }
    local before = tenant:count(bulk.path)
    assert.equal("4 0 1 0 0", bulk.sums(assert(plan:apply { recheck = false, journal = journal, onlyFailed = true })))
    assert.equal(5, tenant:count(bulk.path) - before)
  end)
end)

describe("a batch that did not reach the service", function()
  teardown(tmp.clean)

  it("is not retried after an interrupt", function()
    local client, tenant = bulk.client(20, { attempts = 1 })
    local plan, journal, limited = assert(client:plan { input = bulk.leavers(20) }), bulk.journal(), false
    tenant:fault { kind = "refuse", path = bulk.path, after = 1 }
    local report = assert(plan:apply { recheck = false, journal = journal, interrupts = { count = function()
      limited = limited or tenant:pending() == 0
      return limited and 1 or 0
    end } })
    assert.equal("5 0 0 0 15", bulk.sums(report))
    assert.equal("sent planned", bulk.states(journal, 6))
    assert.equal("20 0 0 0 0", bulk.sums(assert(plan:apply { recheck = false, journal = journal, resume = true })))
  end)
end)

describe("a row whose retry did not reach the service", function()
  teardown(tmp.clean)

  it("stays unknown: its password may be set, and no later run sets it again", function()
    local client, tenant = bulk.client(1, { attempts = 1 })
    local input = { { email = bulk.email(1), password = "Correct-Horse-7" } }
    local plan, journal = planned(client, input), bulk.journal()
    tenant:fault { kind = "close_before_response", afterApply = true, path = bulk.path }
    tenant:fault { kind = "refuse", path = bulk.path, after = 1, times = 1000 } -- reading succeeds
    local report = assert(plan:apply { recheck = false, journal = journal })
    assert.equal("0 0 0 1 0", bulk.sums(report))
    assert.same({ connection_lost = 1 }, report.codes)
    assert.equal("sent unknown sent unknown", bulk.states(journal, 1))
    tenant:reset()
    tenant:add_users(1)
    tenant:advance(3600)
    assert.equal("0 0 0 1 0", bulk.sums(assert(plan:apply { recheck = false, journal = journal, resume = true })))
    assert.is_nil(tenant:user(bulk.email(1)).password)
    assert.equal(1, assert(client:undo { journal = journal }).irreversible.unknown)
  end)

  it("stays rejected", function()
    local client, tenant = bulk.client(2, { attempts = 1 })
    local plan, journal = planned(client, bulk.leavers(2)), bulk.journal()
    tenant:fault { kind = "fail_items", path = bulk.path, items = { 1 }, code = "err_odd" }
    assert.equal("1 0 1 0 0", bulk.sums(assert(plan:apply { recheck = false, journal = journal })))
    tenant:fault { kind = "refuse", path = bulk.path, times = 1000 }
    local report = assert(plan:apply { recheck = false, journal = journal, onlyFailed = true })
    assert.equal("1 0 1 0 0", bulk.sums(report))
    assert.equal("connect_failed", report.stopped.code)
    tenant:reset()
    tenant:add_users(2)
    assert.equal("2 0 0 0 0", bulk.sums(assert(plan:apply { recheck = false, journal = journal, onlyFailed = true })))
  end)
end)

describe("the journal of a run", function()
  teardown(tmp.clean)

  it("is rejected for another plan", function()
    local client = bulk.client(3)
    local plan, journal = planned(client, bulk.leavers(3)), bulk.journal()
    assert(plan:apply { recheck = false, journal = journal })
    assert.equal("journal_exists", select(3, plan:apply { recheck = false, journal = journal }).code)
    local other = planned(client, bulk.leavers(2))
    assert.equal("journal_mismatch", select(3, other:apply { recheck = false, journal = journal, resume = true }).code)
    assert.equal("journal_missing", select(3, plan:apply { recheck = false, journal = bulk.journal(), resume = true }).code)
  end)

  it("is rejected if it is in use or edited, and nothing is sent", function()
    local client, tenant = bulk.client(10)
    local plan, journal = planned(client, bulk.leavers(10)), bulk.journal()
    assert(plan:apply { recheck = false, journal = journal, interrupts = { count = function() return 1 end } })
    local held = assert(bulk_journal.open(journal))
    assert.equal("journal_locked", select(3, plan:apply { recheck = false, journal = journal, resume = true }).code)
    held:close()
    local text = tmp.read(journal)
    local file = assert(io.open(journal, "wb"))
    file:write((text:gsub('"rows":10', '"rows":11')))
    file:close()
    assert.equal("journal_damaged", select(3, plan:apply { recheck = false, journal = journal, resume = true }).code)
    assert.equal(0, tenant:applied())
  end)

  it("identifies the run", function()
    local client = bulk.client(3)
    local plan, journal = planned(client, bulk.leavers(3)), bulk.journal()
    assert(plan:apply { recheck = false, journal = journal, canary = 1 })
    local _, header = bulk.records(journal)
    assert.equal(plan.file.sha256, header.plan)
    assert.equal(plan.file.header.input.sha256, header.input)
    assert.equal("CUSA00A000", header.tenant.account)
    assert.equal("update_user", header.operation)
    assert.equal(3, header.rows)
    assert.equal(1, header.options.canary)
  end)

  it("has the old values of changed settings", function()
    local client = bulk.client(1)
    local journal = bulk.journal()
    assert(planned(client, { { email = bulk.email(1), accountDisabled = true, username = "x" } }):apply { recheck = false,
      journal = journal })
    local record = bulk.records(journal)[2]
    assert.equal(false, record.old.accountDisabled)
    assert.is_string(record.old.username)
  end)
end)
