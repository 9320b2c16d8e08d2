-- Accounts that changed between plan and apply.
local bulk = require "spec.support.fakes.bulk"
local tmp = require "spec.support.run.tmp"

-- A client, its tenant, and a plan that disables that many users.
local function planned(count, rows, options)
  local client, tenant = bulk.client(count, options)
  return assert(client:plan { input = rows or bulk.leavers(count) }), tenant, client
end

-- Another program changes an account meanwhile.
local function change(client, i, settings)
  settings.email = bulk.email(i)
  assert(client:update_user(settings))
end

local function counts(report)
  assert.equal(report.input,
    report.ok + report.unchanged + report.rejected + report.unknown + report.skipped + report.not_sent)
  return ("%d %d %d %d %d %d"):format(report.ok, report.unchanged, report.rejected, report.unknown, report.skipped,
    report.not_sent)
end

describe("apply", function()
  teardown(tmp.clean)

  local rename = {}
  for i = 1, 12 do rename[i] = { email = bulk.email(i), username = "Left " .. i } end

  it("skips a row whose old value changed since the plan, and says what it was and is", function()
    local plan, tenant, client = planned(12, rename)
    change(client, 3, { username = "Married" })
    local journal = bulk.journal()
    local report = assert(plan:apply { journal = journal })
    assert.equal("11 0 0 0 1 0", counts(report))
    assert.same({ changed_meanwhile = 1 }, report.codes)
    assert.equal("skipped", bulk.states(journal, 3))
    assert.equal("Married", tenant:user(bulk.email(3)).name)
    assert.equal(1, tenant:applied(bulk.email(3))) -- by the other program
    assert.same({ "skipped", "changed_meanwhile", 3 }, { report.problems[1].state, report.problems[1].code,
      report.problems[1].row })
    assert.truthy(report.problems[1].message:find("^username was .* when the plan was made, and is Married now$"))
    assert.truthy(tostring(report):find("\n  skipped: row 3, user000003@example.com: username was ", 1, true))
  end)

  it("sends a row of which another setting changed, and counts one that is as wanted as unchanged", function()
    local plan, tenant, client = planned(12, rename)
    change(client, 3, { allowPop3 = true })
    change(client, 4, { username = "Left 4" })
    local report = assert(plan:apply { journal = bulk.journal() })
    assert.equal("11 1 0 0 0 0", counts(report))
    assert.same({ 2, 1 }, { tenant:applied(bulk.email(3)), tenant:applied(bulk.email(4)) })
  end)

  it("does not send skipped rows on resume or with onlyFailed; overwrite sends them", function()
    local plan, tenant, client = planned(12, rename)
    change(client, 3, { username = "Married" })
    local journal = bulk.journal()
    assert(plan:apply { journal = journal })
    assert.equal("11 0 0 0 1 0", counts(assert(plan:apply { journal = journal, resume = true })))
    assert.equal("11 0 0 0 1 0", counts(assert(plan:apply { journal = journal, onlyFailed = true })))
    assert.equal("Married", tenant:user(bulk.email(3)).name)
    assert.equal("12 0 0 0 0 0", counts(assert(plan:apply { journal = journal, resume = true, overwrite = true })))
    assert.equal("Left 3", tenant:user(bulk.email(3)).name)
    assert.equal("skipped sent ok", bulk.states(journal, 3))
  end)

  it("with overwrite records the value that it really overwrites, for undo", function()
    local plan, _, client = planned(12, rename)
    change(client, 3, { username = "Married" })
    local journal = bulk.journal()
    assert.equal("12 0 0 0 0 0", counts(assert(plan:apply { journal = journal, overwrite = true })))
    local undo = assert(client:undo { journal = journal })
    for row in undo:rows() do
      if row.row == 3 then assert.equal("Married", row.set.username) end
    end
  end)

  it("reads a batch in one request, and with recheck = false nothing", function()
    for recheck, requests in pairs { [true] = 6, [false] = 3 } do
      local plan, tenant = planned(12)
      local before = #tenant:requests()
      assert(plan:apply { journal = bulk.journal(), recheck = recheck, adminCheck = false })
      local sent = 0
      for i, request in ipairs(tenant:requests()) do
        if i > before and request.path == bulk.path then sent = sent + 1 end
      end
      assert.equal(requests, sent)
    end
    local plan, _, client = planned(2, { rename[1], rename[2] })
    change(client, 1, { username = "Married" })
    assert.equal("2 0 0 0 0 0", counts(assert(plan:apply { journal = bulk.journal(), recheck = false })))
  end)

  it("reads nothing for a plan that has read nothing, and for rows that only set a password", function()
    local client, tenant = bulk.client(5)
    local plan = assert(client:plan { input = bulk.leavers(5), read = false })
    assert.equal("5 0 0 0 0 0", counts(assert(plan:apply { journal = bulk.journal(), adminCheck = false })))
    local before = #tenant:requests()
    plan = assert(client:plan { input = { { email = bulk.email(1), password = "Planted-Horse-7" } } })
    local planned_requests = #tenant:requests() - before
    assert.equal("1 0 0 0 0 0", counts(assert(plan:apply { journal = bulk.journal() })))
    assert.equal(planned_requests + 2, #tenant:requests() - before) -- the tenant's name, and the change
  end)

  it("rejects a row whose account is gone, and stops if too many are", function()
    local plan, tenant = planned(40, nil, { attempts = 1 })
    tenant:fault { kind = "fail_items", path = bulk.path, items = { 2 }, code = "err_odd" }
    local report = assert(plan:apply { journal = bulk.journal(), concurrency = 1 })
    assert.equal("39 0 1 0 0 0", counts(report))
    plan, tenant = planned(400, nil, { attempts = 1 })
    tenant:fault { kind = "fail_items", path = bulk.path, items = { 1, 2, 3, 4, 5 }, code = "err_odd", times = 10000 }
    report = assert(plan:apply { journal = bulk.journal(), maxDisable = 400 })
    assert.equal("failure_ratio", report.stopped.code)
    assert.is_true(report.not_sent >= 200, counts(report))
    assert.equal(0, tenant:applied())
  end)

  it("reads again if reads fail, and stops if they keep failing: no row is sent unread", function()
    for _, kind in ipairs { "unavailable", "garbage", "close_before_response" } do
      local plan, tenant = planned(12, nil, { attempts = 1 })
      tenant:fault { kind = kind, path = bulk.path, times = 3 }
      assert.equal("12 0 0 0 0 0", counts(assert(plan:apply { journal = bulk.journal() })), kind)
      plan, tenant = planned(12, nil, { attempts = 1 })
      tenant:fault { kind = kind, path = bulk.path, times = 1000 }
      local report = assert(plan:apply { journal = bulk.journal() })
      assert.equal("0 0 0 0 0 12", counts(report), kind)
      assert.truthy(report.stopped)
      assert.equal(0, tenant:applied())
    end
  end)

  it("does not fail a canary because of a skipped row", function()
    local plan, _, client = planned(12, rename)
    change(client, 1, { username = "Married" })
    local report = assert(plan:apply { journal = bulk.journal(), canary = 3 })
    assert.is_nil(report.stopped)
    assert.equal("11 0 0 0 1 0", counts(report))
  end)

  it("keeps a lost response unknown if the account has neither the old nor the new settings", function()
    local client, tenant, wire = bulk.client(1, { attempts = 1 })
    local plan = assert(client:plan { input = { rename[1] } })
    tenant:fault { kind = "close_before_response", path = bulk.path, after = 1 }
    local send, updates = wire.send, 0
    function wire.send(self, request)
      if request.url:find(bulk.path, 1, true) then updates = updates + 1 end
      if updates == 3 then -- the read that resolves the row
        updates = math.huge
        change(client, 1, { username = "Married" })
      end
      return send(self, request)
    end
    local report = assert(plan:apply { journal = bulk.journal() })
    assert.equal("0 0 0 1 0 0", counts(report))
    assert.same({ changed_meanwhile = 1 }, report.codes)
    assert.equal("Married", tenant:user(bulk.email(1)).name)
  end)
end)
