-- Reports of plans and of runs: each row with its state, and counts that add up.
local bulk = require "spec.support.fakes.bulk"
local run_report = require "mimecast.bulk.run_report"
local tmp = require "spec.support.run.tmp"

-- A run with every state that a service can cause: ok, unchanged, rejected when planned and when applied, unknown, not sent.
local function mixed()
  local client, tenant = bulk.client(40, { attempts = 1 })
  local input = { "email,accountDisabled,password" }
  for i = 1, 40 do input[i + 1] = ("%s,%s,"):format(bulk.email(i), i == 1 and "false" or "true") end
  input[3] = "nobody@example.com,true,"
  input[40] = bulk.email(39) .. ",true,Planted-Horse-7"
  local plan_path = tmp.path "run.plan"
  local plan = assert(client:plan { input = tmp.file(table.concat(input, "\n") .. "\n", "in.csv"), file = plan_path })
  tenant:fault { kind = "fail_items", path = bulk.path, items = { 1 }, code = "err_odd", message = "=1+1, \"no\"" }
  tenant:fault { kind = "close_before_response", path = bulk.path }
  tenant:fault { kind = "bad_app_id", path = bulk.path }
  local journal = bulk.journal()
  local report = assert(plan:apply { journal = journal, concurrency = 8, recheck = false })
  return report, journal, plan_path, client
end

local function add_up(report)
  local counts = report.counts
  assert.equal(counts.input,
    counts.ok + counts.unchanged + counts.rejected + counts.unknown + counts.skipped + counts.not_sent)
end

local function list(report, states)
  local found = {}
  for row in report:rows(states) do found[#found + 1] = row end
  return found
end

describe("a run's report", function()
  teardown(tmp.clean)

  it("of a plan has each row with its line, old and new settings; no password", function()
    local _, _, plan_path = mixed()
    local report = assert(run_report.open(plan_path))
    assert.equal("plan", report.kind)
    assert.same({ input = 40, ok = 0, unchanged = 1, rejected = 1, unknown = 0, skipped = 0, not_sent = 38 }, report.counts)
    local rows = list(report)
    assert.equal(40, #rows)
    assert.same({ row = 3, line = 4, key = "user000003@example.com", state = "not_sent", old = { accountDisabled = false },
      set = { accountDisabled = true } }, rows[3])
    assert.same({ "rejected", "unknown_address", 3 }, { rows[2].state, rows[2].code, rows[2].line })
    assert.same({ "password" }, rows[39].secrets)
    assert.equal("unchanged", rows[1].state)
    report:close()
  end)

  it("of a journal joins states, reasons and settings, and its counts are those of the run", function()
    local run, journal = mixed()
    local report = assert(run_report.open(journal))
    assert.equal("journal", report.kind)
    add_up(report)
    for _, state in ipairs(run_report.states) do assert.equal(run[state], report.counts[state], state) end
    local counted = { input = 0, ok = 0, unchanged = 0, rejected = 0, unknown = 0, skipped = 0, not_sent = 0 }
    for row in report:rows() do
      counted.input, counted[row.state] = counted.input + 1, counted[row.state] + 1
      assert.equal(counted.input, row.row)
    end
    assert.same(report.counts, counted)
    local rejected = list(report, { "rejected" })
    assert.same({ 2, 3, "unknown_address" }, { #rejected, rejected[1].line, rejected[1].code })
    assert.truthy(rejected[2].message:find('=1+1, "no"', 1, true))
    assert.same({ accountDisabled = true }, rejected[2].set)
    for row in report:rows { "unknown" } do assert.equal("connection_lost", row.code) end
    report:close()
  end)

  it("of a journal whose plan is missing lists the started rows, and counts the others", function()
    local run, journal, plan_path = mixed()
    os.remove(plan_path)
    local report = assert(run_report.open(journal))
    assert.is_nil(report.plan)
    assert.equal(run.not_sent, report.left)
    add_up(report)
    for _, state in ipairs(run_report.states) do assert.equal(run[state], report.counts[state], state) end
    local rejected = list(report, { "rejected" })
    assert.same({ 2, "nobody@example.com" }, { #rejected, rejected[1].key })
    report:close()
  end)

  it("never takes another plan for that of the run", function()
    local run, journal, plan_path, client = mixed()
    os.remove(plan_path)
    assert(client:plan { input = bulk.leavers(40), file = plan_path }):close()
    local report = assert(run_report.open(journal))
    assert.is_nil(report.plan)
    assert.equal(run.ok, report.counts.ok)
    report:close()
  end)

  it("is a function of a client, and says what is wrong with a file", function()
    local _, journal, _, client = mixed()
    local report = assert(client:report(journal))
    report:close()
    assert.equal("damaged_plan", select(3, client:report(tmp.file("hello\n", "other.txt"))).code)
    assert.equal("unreadable_plan", select(3, client:report(tmp.path "none")).code)
    assert.has_error(function() client:report {} end, "mimecast: report needs the path of a plan or of a journal")
  end)
end)

describe("the report of a run", function()
  teardown(tmp.clean)

  it("lists rejected and unknown rows with line and reason", function()
    local run = mixed()
    assert.equal(run.rejected + run.unknown, #run.problems)
    assert.same({ 2, 3, "nobody@example.com", "rejected", "unknown_address" }, { run.problems[1].row, run.problems[1].line,
      run.problems[1].key, run.problems[1].state, run.problems[1].code })
    local text = tostring(run)
    assert.truthy(text:find("\n  rejected: line 3, nobody@example.com: err_xdk_operation_forbidden_for_address "
      .. "(unknown_address)\n", 1, true), text)
    assert.truthy(text:find("unknown: line 9, user000008@example.com: ", 1, true), text)
    assert.is_nil(text:find("Planted", 1, true))
    local listed, sent = text:find("rejected: line", 1, true), text:find("  sent ", 1, true)
    assert.is_true(listed < sent)
  end)

  it("shows twenty of them and counts the rest", function()
    local client, tenant = bulk.client(40)
    tenant:fault { kind = "fail_items", path = bulk.path, items = { 1, 2, 3, 4, 5 }, code = "err_odd", times = 100 }
    local plan = assert(client:plan { input = bulk.leavers(40), read = false })
    local run = assert(plan:apply { journal = bulk.journal(), maxFailureRatio = 1 })
    assert.same({ 40, 40 }, { run.rejected, #run.problems })
    local _, count = tostring(run):gsub("\n  rejected: row", "")
    assert.equal(20, count)
    assert.truthy(tostring(run):find("… 20 more rejected, unknown or skipped rows", 1, true))
  end)
end)

describe("the rows that a resumed run goes on with", function()
  teardown(tmp.clean)

  it("are those not sent and those without a result, but no unknown row", function()
    local journal = require "mimecast.bulk.journal"
    local path = tmp.path "cut.journal"
    local made = assert(journal.create(path, { rows = 5 }))
    for row, state in ipairs { "ok", "unknown", "sent" } do
      made:append { row = row, key = "k" .. row, state = "sent" }
      if state ~= "sent" then made:append { row = row, key = "k" .. row, state = state } end
    end
    assert(made:commit())
    made:close()
    local report = assert(run_report.open(path))
    assert.same({ 3, 2, 2 }, { report.left, report.counts.unknown, report.counts.not_sent })
    report:close()
  end)
end)
