-- `mimecast report`, and what the end of a run shows.
local json = require "mimecast.json"
local run_cli = require "spec.support.run.run_cli"
local tmp = require "spec.support.run.tmp"

local function run(...)
  return run_cli.run { ... }
end

-- Plans and applies three rows on the sandbox in the process: two change, one is rejected.
local function run_files()
  local folder = tmp.folder()
  local input, base = folder .. "/leavers.csv", folder .. "/leavers"
  tmp.write(input, "email,accountDisabled\nann@example.com,true\nnobody@example.com,true\nbob@example.com,true\n")
  local planned = run("plan", input, "--out", base .. ".plan")
  return base, planned
end

describe("report", function()
  teardown(tmp.clean)

  it("lists the rows of a plan, rejected rows first, and of its run", function()
    local base, planned = run_files()
    assert.equal(1, planned.code, planned.err)
    assert.truthy(planned.out:find("rejected: line 3, nobody@example.com: ", 1, true), planned.out)
    local plan = run("report", base .. ".plan", "--csv")
    assert.same({ 0, "" }, { plan.code, plan.err })
    local lines = {}
    for line in plan.out:gmatch "[^\n]+" do lines[#lines + 1] = line end
    assert.equal("row,line,key,state,code,message,old,set,secrets", lines[1])
    assert.truthy(lines[2]:find("2,3,nobody@example.com,rejected,unknown_address,", 1, true), lines[2])
    assert.truthy(lines[3]:find('1,2,ann@example.com,not_sent,,,"{""accountDisabled"":false}","{""accountDisabled"":true}",', 1,
      true), lines[3])
    local applied = run("apply", base .. ".plan")
    assert.equal(1, applied.code, applied.err)
    local journal = run("report", base .. ".journal")
    assert.equal(0, journal.code, journal.err)
    assert.truthy(journal.err:find("3 rows: ok 2, unchanged 0, rejected 1, unknown 0, skipped 0, not sent 0", 1, true))
    local rows = {}
    for line in run("report", base .. ".journal", "--json", "--state", "ok", "--state", "not-sent").out:gmatch "[^\n]+" do
      rows[#rows + 1] = json.decode(line).key
    end
    assert.same({ "ann@example.com", "bob@example.com" }, rows)
    local noted = run("report", base .. ".plan", "--state", "rejected")
    assert.truthy(noted.err:find("to list its rows: mimecast report " .. base .. ".journal", 1, true), noted.err)
    assert.is_nil(noted.out:find("ann@", 1, true))
  end)

  it("is not needed to see why rows cannot be changed: plan --json has them", function()
    local base = run_files()
    local document = json.decode(run("plan", base .. ".csv", "--out", base .. ".plan", "--json").out)
    assert.same({ { row = 2, line = 3, key = "nobody@example.com", state = "rejected", code = "unknown_address",
      message = "err_xdk_operation_forbidden_for_address" } }, document.problems)
  end)

  it("rejects an unknown state and files of another kind", function()
    local base = run_files()
    local wrong = run("report", base .. ".plan", "--state", "failed")
    assert.equal(2, wrong.code)
    assert.truthy(wrong.err:find("failed is not a state: rejected, unknown, ", 1, true), wrong.err)
    assert.equal(8, run("report", base .. ".csv").code)
    assert.equal(8, run("report", base .. ".none").code)
  end)

  it("has the formats, fields and filters of every list", function()
    local base = run_files()
    local result = run("report", base .. ".plan", "--fields", "key,set.accountDisabled", "--filter", "set.accountDisabled=true",
      "--sort", "key", "--output", "csv")
    assert.equal(0, result.code, result.err)
    assert.truthy(result.out:find("^key,set.accountDisabled\n%S+@example.com,true\n"), result.out)
    assert.equal("key\nnobody@example.com\n",
      run("report", base .. ".plan", "--fields", "key", "--filter", "state=rejected", "--csv").out)
    assert.truthy(run("report", base .. ".plan", "--fields", "kye").err:find("did you mean key?", 1, true))
  end)

  it("needs neither credentials nor a tenant", function()
    local base = run_files()
    assert.equal(0, run_cli.run({ "report", base .. ".plan", environment = {} }).code)
  end)
end)

describe("the end of a run", function()
  teardown(tmp.clean)

  it("names the rejected rows, the journal and the line that undoes it", function()
    local base = run_files()
    local applied = run("apply", base .. ".plan")
    assert.truthy(applied.out:find("\n  rejected: line 3, nobody@example.com: ", 1, true), applied.out)
    assert.truthy(applied.out:find(("\n  journal: %s.journal\n  to undo: mimecast undo %s.journal\n"):format(base, base), 1,
      true), applied.out)
  end)

  it("has the same with --json", function()
    local base = run_files()
    local document = json.decode(run("apply", base .. ".plan", "--json").out)
    assert.same({ 3, "nobody@example.com", "rejected", "unknown_address" }, { document.problems[1].line,
      document.problems[1].key, document.problems[1].state, document.problems[1].code })
    assert.equal(base .. ".journal", document.journal)
    assert.equal(("mimecast undo %s.journal"):format(base), document.undo)
  end)

  it("offers no undo of a run without old values", function()
    local folder = tmp.folder()
    tmp.write(folder .. "/in.csv", "email,accountDisabled\nann@example.com,true\n")
    local applied = run("bulk", folder .. "/in.csv", "--no-read", "--yes")
    assert.equal(0, applied.code, applied.err)
    assert.truthy(applied.out:find("  journal: ", 1, true))
    assert.is_nil(applied.out:find("to undo", 1, true))
  end)
end)
