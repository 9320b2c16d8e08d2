-- The checks of a plan before anything is sent: age, tenant, input, protected accounts, and number of changes.
local bulk = require "spec.support.fakes.bulk"
local tmp = require "spec.support.run.tmp"

local function assert_rejected(code, plan, options, tenant)
  options.journal = bulk.journal()
  local report, message, err = plan:apply(options)
  assert.is_nil(report)
  assert.equal(code, err.code, message)
  assert.equal("usage", err.category)
  assert.equal(0, tenant:applied())
  assert.is_nil(io.open(options.journal))
  return err
end

describe("a plan", function()
  teardown(tmp.clean)

  it("is too old after a day, or after maxAge", function()
    local client, tenant = bulk.client(3)
    local plan = assert(client:plan { input = bulk.leavers(3) })
    tenant:advance(3601)
    assert_rejected("plan_too_old", plan, { maxAge = 3600 }, tenant)
    tenant:advance(86400)
    assert.equal("the plan is 25.0 hours old: the accounts may have changed since",
      assert_rejected("plan_too_old", plan, {}, tenant).message)
    assert(plan:apply { journal = bulk.journal(), maxAge = 100000 })
  end)

  it("from the future is rejected, except within five minutes of clock skew", function()
    local client, tenant = bulk.client(3)
    local plan = assert(client:plan { input = bulk.leavers(3) })
    tenant:advance(-301)
    for _, maxAge in ipairs { 3600, 1e9 } do
      local err = assert_rejected("plan_too_old", plan, { maxAge = maxAge }, tenant)
      assert.equal("the plan was made 0.1 hours in the future: one of the clocks is wrong", err.message)
      assert.truthy(err.hint:find("make a new plan", 1, true))
    end
    tenant:advance(1)
    assert(plan:apply { journal = bulk.journal() })
  end)

  it("in a file is started once, and names its journal", function()
    local client, tenant = bulk.client(3)
    local path, journal = tmp.path "x.plan", bulk.journal()
    local plan = assert(client:plan { input = bulk.leavers(3), file = path })
    assert(plan:apply { journal = journal, interrupts = { count = function() return 1 end } })
    os.rename(journal, journal .. ".moved")
    for _, own in ipairs { plan, assert(client:plan(path)) } do
      local err = assert_rejected("plan_already_started", own, {}, tenant)
      assert.equal("a run of this plan was started with the journal " .. journal, err.message)
    end
    os.rename(journal .. ".moved", journal)
    assert.equal("journal_exists", select(3, client:plan { input = bulk.leavers(3), file = path }).code)
    assert.equal("3 0 0 0 0", bulk.sums(assert(assert(client:plan(path)):apply { resume = true, input = bulk.leavers(3) })))
    assert.equal("sent ok", bulk.states(journal, 1))
    assert.equal("3 0 0 0 0", bulk.sums(assert(plan:apply { journal = bulk.journal(), again = true, recheck = false })))
    assert.equal("222", bulk.applied(tenant, 3))
  end)

  it("is started once, even if it was opened twice", function()
    local client, tenant = bulk.client(3)
    local path = tmp.path "x.plan"
    assert(client:plan { input = bulk.leavers(3), file = path })
    local first, second = assert(client:plan(path)), assert(client:plan(path))
    assert(first:apply { journal = bulk.journal() })
    local journal = bulk.journal()
    local report, _, err = second:apply { journal = journal, input = bulk.leavers(3) }
    assert.is_nil(report)
    assert.equal("plan_already_started", err.code)
    assert.is_nil(io.open(journal))
    assert.equal("111", bulk.applied(tenant, 3))
  end)

  it("counts as started if the path of its journal is incomplete", function()
    local client, tenant = bulk.client(3)
    local path = tmp.path "x.plan"
    assert(client:plan { input = bulk.leavers(3), file = path })
    local file = assert(io.open(path, "ab"))
    file:write '{"begun":"leavers.jou'
    file:close()
    assert_rejected("plan_already_started", assert(client:plan(path)), {}, tenant)
  end)

  it("counts as started if a power cut left zeros in place of the path", function()
    local client, tenant = bulk.client(3)
    local path, journal = tmp.path "x.plan", bulk.journal()
    local plan = assert(client:plan { input = bulk.leavers(3), file = path })
    local text = tmp.read(path)
    assert(plan:apply { journal = journal, interrupts = { count = function() return 1 end } })
    local file = assert(io.open(path, "wb"))
    file:write(text, ("\0"):rep(4096))
    file:close()
    local err = assert_rejected("plan_already_started", assert(client:plan(path)), {}, tenant)
    assert.equal("a run of this plan was started with another journal", err.message)
    assert.equal("3 0 0 0 0", bulk.sums(assert(assert(client:plan(path)):apply { journal = journal, resume = true,
      input = bulk.leavers(3) })))
  end)

  it("that cannot be marked as started needs again = true", function()
    local client, tenant = bulk.client(3)
    local plan = assert(client:plan { input = bulk.leavers(3), file = tmp.path "x.plan" })
    plan.file.path = tmp.folder()
    assert_rejected("unwritable_plan", plan, {}, tenant)
    assert(plan:apply { journal = bulk.journal(), again = true })
  end)

  it("of another tenant is rejected", function()
    local client = bulk.client(3)
    local path = tmp.path "x.plan"
    assert(client:plan { input = bulk.leavers(3), file = path })
    for what, more in pairs { account = { tenant = { users = 3 } },
      credentials = { tenant = { users = 3, permissions = { "Directories | Internal | Edit" },
        credentials = { v2 = { clientId = "Another1", clientSecret = "Another2" } } } } } do
      local other, tenant = bulk.client(3, more)
      if what == "account" then tenant.tenant.account.accountCode = "CDE99A999" end
      local err = assert_rejected("tenant_mismatch", assert(other:plan(path)), { input = bulk.leavers(3) }, tenant)
      assert.truthy(err.message:find "it was made for %w+, and these credentials are for %w+")
    end
  end)

  it("is rejected if its input changed, and carried out if its input is gone", function()
    local client, tenant = bulk.client(3)
    local input, path = tmp.file("email,accountDisabled\nuser000001@example.com,true\n", "in.csv"), tmp.path "x.plan"
    assert(client:plan { input = input, file = path })
    local file = io.open(input, "ab")
    file:write "user000002@example.com,true\n"
    file:close()
    assert_rejected("changed_input", assert(client:plan(path)), {}, tenant)
    assert_rejected("changed_input", assert(client:plan(path)), { input = bulk.leavers(2) }, tenant)
    os.remove(input)
    local report = assert(assert(client:plan(path)):apply { journal = bulk.journal() })
    assert.equal("1 0 0 0 0", bulk.sums(report)) -- the plan holds all settings
  end)

  it("with passwords reads them from its input", function()
    local client, tenant = bulk.client(3)
    local rows = { { email = bulk.email(1), username = "One" }, { email = bulk.email(2), password = "Correct-Horse-7" } }
    local path = tmp.path "x.plan"
    assert(client:plan { input = rows, file = path })
    assert_rejected("changed_input", assert(client:plan(path)), {}, tenant)
    rows[2].password = "Wrong-Horse-7"
    assert_rejected("changed_input", assert(client:plan(path)), { input = rows }, tenant)
    rows[2].password = "Correct-Horse-7"
    assert(assert(client:plan(path)):apply { journal = bulk.journal(), input = rows })
    assert.equal("Correct-Horse-7", tenant:user(bulk.email(2)).password)
    local input = tmp.file("email,password\nuser000003@example.com,Correct-Horse-8\n", "in.csv")
    path = tmp.path "y.plan"
    assert(client:plan { input = input, file = path })
    assert(assert(client:plan(path)):apply { journal = bulk.journal() })
    assert.equal("Correct-Horse-8", tenant:user(bulk.email(3)).password)
    os.remove(input)
    local count = tenant:applied()
    assert.equal("unreadable_input", select(3, assert(client:plan(path)):apply { journal = bulk.journal(), again = true }).code)
    assert.equal(count, tenant:applied())
  end)

  it("stops if rows of its input move after the check: no account gets another account's password", function()
    local client, tenant = bulk.client(101)
    local lines = {}
    for i = 1, 101 do lines[i] = ("%s,true,Correct-Horse-%d"):format(bulk.email(i), i) end
    local function text() return "email,accountDisabled,password\n" .. table.concat(lines, "\n") .. "\n" end
    local input = tmp.file(text(), "in.csv")
    local report = assert(assert(client:plan { input = input }):apply { journal = bulk.journal(), confirm = function(question)
      lines[49], lines[50] = lines[50], lines[49]
      local file = assert(io.open(input, "wb"))
      file:write(text())
      file:close()
      return question.tenant, question.count
    end })
    assert.equal("changed_input", report.stopped.code)
    assert.equal("the input changed while it was read, at row 1 or before", report.stopped.message)
    assert.equal(0, report.ok)
    for i = 1, 101 do assert.is_nil(tenant:user(bulk.email(i)).password) end
  end)

  it("stops if passwords of its input change after the check, and sets none of them", function()
    local client, tenant = bulk.client(3000)
    local function text(word)
      local lines = { "email,password" }
      for i = 1, 3000 do lines[i + 1] = ("%s,%s-%d"):format(bulk.email(i), word, i) end
      return table.concat(lines, "\n") .. "\n"
    end
    local input = tmp.file(text "Correct-Horse", "in.csv")
    local report = assert(assert(client:plan { input = input }):apply { journal = bulk.journal(), maxChanges = 3000,
      onProgress = function(now)
        if now.done < 100 or not input then return end
        local file = assert(io.open(input, "wb")) -- in place, like cp
        file:write(text "Another-Horse")
        file:close()
        input = nil
      end })
    assert.equal("changed_input", report.stopped.code)
    assert.is_true(report.ok >= 100 and report.ok < 3000)
    for i = 1, 3000 do
      assert.equal(i <= report.ok and "Correct-Horse-" .. i or nil, tenant:user(bulk.email(i)).password)
    end
  end)

  it("that disables protected accounts is rejected, by the list of the plan and of apply", function()
    local client, tenant = bulk.client(3)
    local plan = assert(client:plan { input = bulk.leavers(3) })
    assert_rejected("protected", plan, { protect = { "*3@example.com" } }, tenant)
    local path = tmp.path "x.plan"
    tenant.tenant:user(bulk.email(2)).accountDisabled = true
    assert(client:plan { input = bulk.leavers(3), protect = { bulk.email(2) }, file = path }) -- nothing to change there
    assert(assert(client:plan(path)):apply { journal = bulk.journal(), protect = { bulk.email(2) } })
  end)
end)

describe("change limits", function()
  teardown(tmp.clean)

  it("reject more changes than the default, and accept an explicit limit", function()
    local client, tenant = bulk.client(101)
    local plan = assert(client:plan { input = bulk.leavers(101) })
    local err = assert_rejected("change_limit", plan, {}, tenant)
    assert.equal("the plan disables or locks 101 accounts, more than 100", err.message)
    assert.equal("if you mean it, set maxDisable = 101", err.hint)
    assert.equal("101 0 0 0 0", bulk.sums(assert(plan:apply { journal = bulk.journal(), maxDisable = 101 })))
  end)

  it("set by the caller are final: no confirmation passes them", function()
    local client, tenant = bulk.client(5)
    local plan = assert(client:plan { input = bulk.leavers(5) })
    local function confirm(question) return question.tenant, question.count end
    assert_rejected("change_limit", plan, { maxDisable = 4, confirm = confirm }, tenant)
    assert_rejected("change_limit", plan, { maxChanges = 4, confirm = confirm }, tenant)
    assert(plan:apply { journal = bulk.journal(), maxChanges = 5, maxDisable = 5 })
    client, tenant = bulk.client(1001)
    plan = assert(client:plan { input = bulk.leavers(1001) })
    assert_rejected("change_limit", plan, { maxDisable = 4, confirm = confirm }, tenant) -- one confirmation is for both limits
  end)

  it("are 1000 for changes other than disabling", function()
    local client, tenant = bulk.client(1001)
    local rows = {}
    for i = 1, 1001 do rows[i] = { email = bulk.email(i), allowPop3 = false } end
    local plan = assert(client:plan { input = rows, read = false })
    assert_rejected("change_limit", plan, {}, tenant)
    rows[1001] = nil
    plan = assert(client:plan { input = rows, read = false })
    assert(plan:apply { journal = bulk.journal() })
  end)

  it("ask for no confirmation if the journal exists", function()
    local client = bulk.client(101)
    local plan, journal = assert(client:plan { input = bulk.leavers(101) }), bulk.journal()
    assert(plan:apply { journal = journal, maxDisable = 101 })
    assert.equal("journal_exists", select(3, plan:apply { journal = journal, confirm = function() error "asked" end }).code)
  end)

  it("accept the typed tenant name and number of changes", function()
    local client, tenant = bulk.client(101)
    local plan = assert(client:plan { input = bulk.leavers(101) })
    for _, typed in ipairs { {}, { "CUSA00A000" }, { "CUSA00A000", "100" }, { "cusa00a000", "101" }, { "yes", "yes" } } do
      assert_rejected("change_limit", plan, { confirm = function() return typed[1], typed[2] end }, tenant)
    end
    local asked
    assert(plan:apply { journal = bulk.journal(), confirm = function(question)
      asked = question
      return "CUSA00A000", "101"
    end })
    assert.equal("CUSA00A000", asked.tenant)
    assert.equal(101, asked.count)
    assert.equal(101, asked.disables)
  end)
end)

describe("onlyFailed with rows that the plan rejected", function()
  teardown(tmp.clean)

  local function late(i) return ("late%s@example.com"):format(i) end

  it("counts them for the limits and the confirmation", function()
    local client, tenant = bulk.client(1)
    local rows = {}
    for i = 1, 101 do rows[i] = { email = late(i), accountDisabled = true } end
    rows[102] = { email = late(102), allowPop3 = true }
    local plan, journal = assert(client:plan { input = rows }), bulk.journal()
    assert.equal("0 0 102 0 0", bulk.sums(assert(plan:apply { journal = journal })))
    for i = 1, 102 do assert(client:create_user { email = late(i) }) end
    local before = tenant:applied()
    for option, bound in pairs { maxDisable = 100, maxChanges = 100, onlyFailed = true } do
      local err = select(3, plan:apply { journal = journal, onlyFailed = true, [option] = bound })
      assert.equal("change_limit", err.code)
    end
    assert.equal(before, tenant:applied())
    local asked
    assert.equal("102 0 0 0 0", bulk.sums(assert(plan:apply { journal = journal, onlyFailed = true,
      confirm = function(question)
        asked = question
        return question.tenant, question.count
      end })))
    assert.same({ 102, 102, 101 }, { asked.count, asked.changes, asked.disables })
  end)

  it("does not disable protected accounts", function()
    local client = bulk.client(1)
    local rows = { { email = late(1), accountDisabled = true } }
    assert.equal("protected", select(3, client:plan { input = rows, protect = { late "*" } }).code)
    local plan, journal = assert(client:plan { input = rows }), bulk.journal()
    assert(plan:apply { journal = journal })
    assert.equal("protected", select(3, plan:apply { journal = journal, onlyFailed = true, protect = { late(1) } }).code)
  end)
end)

describe("a client with readOnly", function()
  teardown(tmp.clean)

  it("plans and does not apply", function()
    local client, tenant = bulk.client(2)
    local plan = assert(client:with { readOnly = true }:plan { input = bulk.leavers(2) })
    assert.equal(2, plan.counts.change)
    assert_rejected("read_only", plan, {}, tenant)
  end)
end)

describe("apply", function()
  teardown(tmp.clean)

  it("raises for misuse", function()
    local client = bulk.client(1)
    local plan = assert(client:plan { input = bulk.leavers(1) })
    for _, case in ipairs {
      { {}, "apply needs a journal" }, { { jurnal = "x" }, "mimecast.apply: unknown option jurnal; did you mean journal?" },
      { { max_changes = 5 }, "mimecast.apply: unknown option max_changes; did you mean maxChanges?" },
      { { journal = 7 }, "mimecast.apply: journal must be text, got 7" },
      { { journal = "x", concurrency = 0 }, "mimecast.apply: concurrency must be a whole number from 1 to 1000, got 0" },
      { { journal = "x", maxDisable = 0 / 0 }, "mimecast.apply: maxDisable must be a number of at least 0 or text, got" },
      { { journal = "x", maxFailureRatio = 20 }, "mimecast.apply: maxFailureRatio must be a number from 0 to 1, got 20" },
      { { journal = "x", verify = "all" },
        'mimecast.apply: verify must be true or false or "sample" or a whole number of at least 1, got "all"' },
    } do
      local ok, message = pcall(function() local _ = plan:apply(case[1]) end)
      assert.is_false(ok)
      assert.truthy(message:find(case[2], 1, true), message)
      assert.truthy(message:find("preflight_spec.lua", 1, true), message)
    end
  end)
end)
