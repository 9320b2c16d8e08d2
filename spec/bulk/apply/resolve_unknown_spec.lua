-- Rows with a lost response: resolved by reading the account, resent where that is safe.
local bulk = require "spec.support.fakes.bulk"
local tmp = require "spec.support.run.tmp"

local function lost(tenant, more)
  local fault = { kind = "close_before_response", path = bulk.path }
  for name, value in pairs(more or {}) do fault[name] = value end
  tenant:fault(fault)
end

local function planned(client, rows, options)
  options = options or {}
  options.input = rows
  return assert(client:plan(options))
end

local password = "Correct-Horse-7"

describe("a row with a lost response", function()
  teardown(tmp.clean)

  it("is ok without a retry if the account has the settings", function()
    local client, tenant = bulk.client(12, { attempts = 1 })
    local plan, journal = planned(client, bulk.leavers(12)), bulk.journal()
    lost(tenant, { after = 1, afterApply = true })
    local report = assert(plan:apply { recheck = false, journal = journal })
    assert.equal("12 0 0 0 0", bulk.sums(report))
    assert.equal("sent unknown ok", bulk.states(journal, 6))
    assert.equal("sent ok", bulk.states(journal, 1))
    assert.equal(("1"):rep(12), bulk.applied(tenant, 12))
  end)

  it("is resent if the account lacks the settings", function()
    local client, tenant = bulk.client(12, { attempts = 1 })
    local plan, journal = planned(client, bulk.leavers(12)), bulk.journal()
    lost(tenant, { after = 1 })
    local report = assert(plan:apply { recheck = false, journal = journal })
    assert.equal("12 0 0 0 0", bulk.sums(report))
    assert.equal("sent unknown sent ok", bulk.states(journal, 6))
    assert.equal(2, bulk.records(journal)[#bulk.records(journal)].attempt)
    assert.equal(("1"):rep(12), bulk.applied(tenant, 12))
  end)

  it("stays unknown if the account cannot be read, and a later run resolves it", function()
    local client, tenant = bulk.client(3, { attempts = 1 })
    local plan, journal = planned(client, bulk.leavers(3)), bulk.journal()
    lost(tenant, { times = 2 })
    local report = assert(plan:apply { recheck = false, journal = journal })
    assert.equal("0 0 0 3 0", bulk.sums(report))
    assert.same({ connection_lost = 3 }, report.codes)
    local records = bulk.records(journal)
    assert.truthy(records[#records].message:find("could not be read", 1, true))
    report = assert(plan:apply { recheck = false, journal = journal, resume = true })
    assert.equal("3 0 0 0 0", bulk.sums(report))
    assert.equal("111", bulk.applied(tenant, 3))
  end)

  it("is sent at most as often as the option attempts", function()
    local client, tenant = bulk.client(2, { attempts = 1 })
    local plan, journal = planned(client, bulk.leavers(2)), bulk.journal()
    -- Every second request is a read, which succeeds.
    local sent = 0
    local send = client.transport.send
    function client.transport.send(self, request)
      if request.body and tostring(request.body):find("accountDisabled", 1, true) then
        sent = sent + 1
        return nil, "lost", { category = "transport", code = "connection_lost", sent = true }
      end
      return send(self, request)
    end
    local report = assert(plan:apply { recheck = false, journal = journal, attempts = 2 })
    client.transport.send = nil
    assert.equal("0 0 0 2 0", bulk.sums(report))
    assert.equal(2, sent)
    local records = bulk.records(journal)
    assert.equal("the response was lost 2 times", records[#records].message)
    assert.equal(0, tenant:applied())
    assert.equal("2 0 0 0 0", bulk.sums(assert(plan:apply { recheck = false, journal = journal, attempts = 2, resume = true })))
    assert.equal("11", bulk.applied(tenant, 2))
  end)

  it("with a password is resent within a minute", function()
    local client, tenant = bulk.client(2, { attempts = 1 })
    local plan, journal = planned(client, { { email = bulk.email(1), password = password } }), bulk.journal()
    lost(tenant)
    local report = assert(plan:apply { recheck = false, journal = journal })
    assert.equal("1 0 0 0 0", bulk.sums(report))
    assert.equal("sent unknown sent ok", bulk.states(journal, 1))
    assert.equal(password, tenant:user(bulk.email(1)).password)
  end)

  for _, case in ipairs { { "a password", { password = password }, "password" },
    { "a password beside what can be read", { password = password, accountDisabled = true }, "password" },
    { "a forced change", { forcePasswordChange = true }, "forcePasswordChange" } } do
    it("with " .. case[1] .. " is not resent after a minute, and its message says why", function()
      local client, tenant = bulk.client(2, { attempts = 1 })
      local row = { email = bulk.email(1) }
      for name, value in pairs(case[2]) do row[name] = value end
      local plan, journal = planned(client, { row }), bulk.journal()
      lost(tenant)
      local report = assert(plan:apply { recheck = false, journal = journal, onProgress = function(sums)
        if sums.unknown == 1 then tenant:advance(61) end
      end })
      assert.equal("0 0 0 1 0", bulk.sums(report))
      assert.equal(0, tenant:applied(bulk.email(1)))
      local records = bulk.records(journal)
      assert.equal("unknown", records[#records].state)
      assert.truthy(records[#records].message:find(case[3]
        .. " is not resent later than 60 s after the response was lost", 1, true))
      report = assert(plan:apply { recheck = false, journal = journal, resume = true })
      assert.equal("0 0 0 1 0", bulk.sums(report))
      assert.equal(0, tenant:applied(bulk.email(1)))
    end)
  end

  it("with forcePasswordChange is ok if the account has it, even late", function()
    local client, tenant = bulk.client(2, { attempts = 1 })
    local plan, journal = planned(client, { { email = bulk.email(1), forcePasswordChange = true } }), bulk.journal()
    lost(tenant, { afterApply = true })
    local report = assert(plan:apply { recheck = false, journal = journal, onProgress = function(sums)
      if sums.unknown == 1 then tenant:advance(61) end
    end })
    assert.equal("1 0 0 0 0", bulk.sums(report))
    assert.equal(1, tenant:applied(bulk.email(1)))
  end)

  it("with a password is never resent by a later run", function()
    local client, tenant, wire = bulk.client(2, { attempts = 1 })
    local plan, journal = planned(client, { { email = bulk.email(1), password = password } }), bulk.journal()
    local send = wire.send
    function wire.send(self, request)
      send(self, request)
      if request.url:find(bulk.path, 1, true) then error("killed", 0) end
      return send(self, request)
    end
    assert.is_false(pcall(plan.apply, plan, { journal = journal }))
    wire.send = nil
    local report = assert(plan:apply { recheck = false, journal = journal, resume = true })
    assert.equal("0 0 0 1 0", bulk.sums(report))
    assert.same({ no_result = 1 }, report.codes)
    assert.equal(1, tenant:applied(bulk.email(1)))
  end)

  it("of an operation that is not idempotent is never resent", function()
    local client, tenant = bulk.client(1, { attempts = 1 })
    local plan = planned(client, { { email = "new1@example.com" }, { email = "new2@example.com" } },
      { operation = "create_user" })
    local journal = bulk.journal()
    tenant:fault { kind = "close_before_response", path = "/api/user/create-user" }
    local report = assert(plan:apply { recheck = false, journal = journal, concurrency = 1 })
    assert.equal("1 0 0 1 0", bulk.sums(report))
    report = assert(plan:apply { recheck = false, journal = journal, resume = true })
    assert.equal("1 0 0 1 0", bulk.sums(report))
    assert.equal(2, tenant:count "/api/user/create-user")
    local records = bulk.records(journal)
    assert.truthy(records[#records].message:find("repeating it is not safe", 1, true))
  end)

  it("of an idempotent operation without a read is resent", function()
    local client, tenant = bulk.client(1, { attempts = 1 })
    local row = { aliasFor = bulk.email(1), alias = "a1@example.com" }
    local plan = planned(client, { row }, { operation = "update_alias" })
    tenant:fault { kind = "close_before_response", path = "/api/user/update-alias" }
    local report = assert(plan:apply { recheck = false, journal = bulk.journal() })
    assert.equal("1 0 0 0 0", bulk.sums(report))
  end)

  it("is rejected if the account was removed meanwhile", function()
    local client, tenant = bulk.client(2, { attempts = 1 })
    local plan, journal = planned(client, bulk.leavers(1)), bulk.journal()
    lost(tenant)
    tenant:fault { kind = "fail_items", path = bulk.path, items = { 1 },
      code = "err_xdk_operation_forbidden_for_address" }
    local report = assert(plan:apply { recheck = false, journal = journal })
    assert.equal("0 0 1 0 0", bulk.sums(report))
    assert.same({ unknown_address = 1 }, report.codes)
  end)

  it("stays unknown after any other error of the read, and onlyFailed does not resend its password",
    function()
      local client, tenant = bulk.client(2, { attempts = 1 })
      local plan, journal = planned(client, { { email = bulk.email(1), password = password } }), bulk.journal()
      lost(tenant, { afterApply = true })
      tenant:fault { kind = "fail_items", path = bulk.path, items = { 1 }, code = "err_odd" }
      assert.equal("0 0 0 1 0", bulk.sums(assert(plan:apply { recheck = false, journal = journal })))
      local records = bulk.records(journal)
      assert.truthy(records[#records].message:find("the account could not be read", 1, true))
      tenant:advance(61)
      assert.equal("0 0 0 1 0", bulk.sums(assert(plan:apply { recheck = false, journal = journal, onlyFailed = true })))
      assert.equal(1, tenant:applied(bulk.email(1)))
    end)

  it("ends the run after many lost responses in a row", function()
    local client, tenant = bulk.client(300, { attempts = 1 })
    local plan = planned(client, bulk.leavers(300))
    lost(tenant, { times = 1000 })
    local report = assert(plan:apply { recheck = false,
      journal = bulk.journal(), concurrency = 2, maxDisable = 300, maxFailureRatio = 1 })
    assert.equal("0 0 0 40 260", bulk.sums(report))
    assert.equal("connection_lost", report.stopped.code)
  end)
end)
