-- Reports: totals, text, and CSV of each row.
local bulk = require "spec.support.fakes.bulk"
local row_states = require "mimecast.bulk.apply.row_states"
local report = require "mimecast.bulk.apply.report"
local tmp = require "spec.support.run.tmp"
local system = require "mimecast.system"

-- A run with every state: ok, unchanged, rejected twice, unknown, not sent.
local function mixed()
  local client, tenant = bulk.client(40, { attempts = 1 })
  local rows = bulk.leavers(40)
  rows[1].accountDisabled, rows[2].email = false, "=nobody@example.com"
  local plan = assert(client:plan { input = rows })
  tenant:fault { kind = "fail_items", path = bulk.path, items = { 1 }, code = "err_odd", message = "=1+1, \"no\"" }
  tenant:fault { kind = "close_before_response", path = bulk.path }
  tenant:fault { kind = "bad_app_id", path = bulk.path }
  local journal = bulk.journal()
  return assert(plan:apply { recheck = false, journal = journal }), journal
end

describe("a report", function()
  teardown(tmp.clean)

  it("has totals that add up, and the reason of the stop", function()
    local result = mixed()
    assert.equal("4 1 2 5 28", bulk.sums(result))
    assert.equal(40, result.input)
    assert.same({ rejected = 1, unknown_address = 1, connection_lost = 5 }, result.codes)
    local text = tostring(result)
    assert.truthy(text:find("update_user for CUSA00A000: 40 rows", 1, true))
    assert.truthy(text:find("ok 4, unchanged 1, rejected 2, unknown 5, skipped 0, not sent 28", 1, true))
    assert.truthy(text:find("connection_lost: 5", 1, true))
    assert.truthy(text:find("stopped: ", 1, true))
  end)

  it("names the user who started the run, also after a resume", function()
    local own = system.identity()
    local client = bulk.client(1)
    local plan, journal = assert(client:plan { input = bulk.leavers(1) }), bulk.journal()
    local begun = ("started by %s on %s, process %d, at %s"):format(own.user, own.host, own.pid,
      os.date("!%Y-%m-%dT%H:%M:%SZ", client.config.runtime.clock()))
    local result = assert(plan:apply { recheck = false, journal = journal })
    assert.equal(begun, result.startedBy)
    assert.truthy(tostring(result):find("\n  " .. begun, 1, true))
    assert.equal(begun, assert(plan:apply { recheck = false, journal = journal, resume = true }).startedBy)
  end)

  it("writes each row with its outcome as CSV, in order", function()
    local result = mixed()
    local path = tmp.path "out.csv"
    assert(result:csv(path))
    local lines = {}
    for line in io.lines(path) do lines[#lines + 1] = line:gsub("\r$", "") end
    assert.equal(41, #lines)
    assert.equal("row,key,state,code,message", lines[1])
    assert.equal("1,user000001@example.com,unchanged,,", lines[2])
    assert.truthy(lines[3]:find("^2,'=nobody@example.com,rejected,unknown_address,"))
    assert.truthy(lines[4]:find "^3,user000003@example.com,rejected,rejected,\"user000003@example.com: =1%+1, \"\"no\"\"")
    assert.equal("4,user000004@example.com,ok,,", lines[5])
    assert.truthy(lines[9]:find "^8,user000008@example.com,unknown,connection_lost,")
    assert.truthy(lines[14]:find "^13,user000013@example.com,not_sent,invalid_app,")
    assert.equal("40,user000040@example.com,not_sent,,", lines[41])
  end)

  it("reports a CSV file that cannot be written", function()
    local result = mixed()
    assert.equal("unwritable_report", select(3, result:csv(tmp.folder() .. "/none/out.csv")).code)
    assert.equal("unwritable_report", select(3, result:csv "/dev/full").code)
  end)

  it("agrees with an awk script over the journal", function()
    local result, journal = mixed()
    local pipe = io.popen([=[awk 'match($0, /"row":[0-9]+/) { row = substr($0, RSTART + 6, RLENGTH - 6)
      match($0, /"state":"[a-z]+"/); state[row] = substr($0, RSTART + 9, RLENGTH - 10) }
      END { for (row in state) count[state[row]]++
        print count["ok"] + 0, count["unchanged"] + 0, count["rejected"] + 0, count["unknown"] + count["sent"] + 0 }' ]=]
      .. journal)
    local text = pipe:read "*l"
    pipe:close()
    assert.equal(("%d %d %d %d"):format(result.ok, result.unchanged, result.rejected, result.unknown), text)
  end)

  it("raises if the totals do not add up", function()
    local states = row_states.new(2)
    for row = 1, 3 do states:apply { recheck = false, row = row, state = "ok" } end
    assert.is_false(pcall(report.new, { row_states = states }))
  end)
end)

describe("row_states", function()
  it("rejects a second result of a finished row, and rows out of order", function()
    local states = row_states.new(9)
    assert.is_true(states:apply { recheck = false, row = 1, state = "sent" })
    assert.is_true(states:apply { recheck = false, row = 1, state = "ok" })
    assert.is_false(states:apply { recheck = false, row = 1, state = "ok" })
    assert.is_true(states:apply { recheck = false, row = 3, state = "sent" })
    assert.is_false(states:apply { recheck = false, row = 2, state = "sent" })
    assert.is_false(states:apply { recheck = false, row = 4, state = "odd" })
  end)

  it("keep no finished rows in memory", function()
    local states = row_states.new(1000)
    for row = 1, 1000 do
      states:apply({ row = row, state = "sent", attempt = 1 }, row)
      states:apply { recheck = false, row = row, state = row % 10 == 0 and "rejected" or "ok", code = "x" }
    end
    for _, name in ipairs { "states", "code", "attempt", "lost_at" } do
      local count = 0
      for _ in pairs(states[name]) do count = count + 1 end
      assert.equal(100, count, name)
    end
    assert.same({ x = 100 }, states.codes)
    for row = 10, 1000, 10 do
      states:apply { recheck = false, row = row, state = "sent" }
      states:apply { recheck = false, row = row, state = "ok" }
    end
    assert.same({}, states.codes)
    assert.equal(1000, states:totals().ok)
  end)
end)
