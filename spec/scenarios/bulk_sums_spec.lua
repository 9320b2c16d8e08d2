-- The totals of a run add up on every path that ends it, in its report, its progress and the report of its journal:
-- input = ok + unchanged + rejected + unknown + skipped + not sent.
local bulk = require "spec.support.fakes.bulk"
local run_report = require "mimecast.bulk.run_report"
local tmp = require "spec.support.run.tmp"

local count = 60

local function sum(totals)
  return totals.ok + totals.unchanged + totals.rejected + totals.unknown + totals.skipped + totals.not_sent
end

-- Rows of every kind: one is unchanged, one is rejected when planned, two change meanwhile, one of them to what is wanted.
local function prepare(more)
  local client, tenant = bulk.client(count, more)
  local rows = {}
  for i = 1, count do rows[i] = { email = bulk.email(i), username = "Left " .. i } end
  rows[5].username = assert(client:user_settings(bulk.email(5))).username
  rows[7].email = "nobody@example.com"
  local plan = assert(client:plan { input = rows, file = tmp.folder() .. "/x.plan" })
  assert(client:update_user { email = bulk.email(11), username = "Married" })
  assert(client:update_user { email = bulk.email(13), username = "Left 13" })
  return plan, tenant, client
end

local interrupts = { count = function(self) self.seen = (self.seen or 0) + 1 return self.seen > 3 and 1 or 0 end }

-- Each path: what happens, the options of apply, the code with which the run stops (nil: it ends), and the totals as text.
local paths = {
  { "the last row", options = {} },
  { "the last row without a recheck", options = { recheck = false } },
  { "overwrite", options = { overwrite = true } },
  { "an interrupt", options = { interrupts = true, concurrency = 1 }, stopped = "interrupted" },
  { "a failed canary", options = { canary = 10 }, stopped = "canary_failed",
    fault = { kind = "fail_items", items = { 1 }, code = "err_odd", after = 2 } },
  { "a canary that passes", options = { canary = 10 } },
  { "too many rejected rows", options = { concurrency = 1 }, stopped = "failure_ratio",
    fault = { kind = "fail_items", items = { 1, 2, 3, 4, 5 }, code = "err_odd", times = 1000, after = 12 } },
  { "too many rejected reads", options = { concurrency = 1 }, stopped = "failure_ratio",
    fault = { kind = "fail_items", items = { 1, 2, 3, 4, 5 }, code = "err_odd", times = 1000 } },
  { "denied credentials", options = { concurrency = 1 }, stopped = "invalid_app",
    fault = { kind = "bad_app_id", times = 1000, after = 14 } },
  { "lost responses", options = {}, fault = { kind = "close_before_response", times = 4, after = 12 } },
  { "lost responses of applied changes", options = { attempts = 1 },
    fault = { kind = "close_before_response", afterApply = true, times = 6, after = 12 } },
  { "an unreachable gateway", options = { concurrency = 1 }, stopped = true,
    fault = { kind = "reset", times = 10000, after = 14 } },
  { "reads that fail", options = {}, stopped = true, fault = { kind = "unavailable", times = 10000 } },
}

describe("the totals add up", function()
  teardown(tmp.clean)

  for _, path in ipairs(paths) do
    it("after " .. path[1] .. ", and after the resumed run", function()
      local plan, tenant = prepare { attempts = 1 }
      local journal, events, options = bulk.journal(), 0, {}
      for name, value in pairs(path.options) do options[name] = value end
      if options.interrupts then options.interrupts = setmetatable({}, { __index = interrupts }) end
      if path.fault then
        path.fault.path = bulk.path
        tenant:fault(path.fault)
      end
      options.journal, options.onProgress = journal, function(event)
        events = events + 1
        assert.equal(count, sum(event))
      end
      local report = assert(plan:apply(options))
      assert.equal(count, report.input)
      assert.equal(count, sum(report))
      if path.stopped == nil then assert.is_nil(report.stopped) end
      if type(path.stopped) == "string" then assert.equal(path.stopped, report.stopped.code) end
      if path.stopped then assert.is_true(report.not_sent > 0) end
      assert.is_true(events > 0 or report.not_sent == count)
      local opened = assert(run_report.open(journal))
      for _, state in ipairs(run_report.states) do assert.equal(report[state], opened.counts[state], state) end
      opened:close()
      tenant:reset()
      tenant:add_users(count)
      local resumed = assert(plan:apply { journal = journal, resume = true, maxFailureRatio = 1 })
      assert.equal(count, sum(resumed))
      assert.equal(0, resumed.not_sent)
      assert.is_true(resumed.skipped >= report.skipped)
    end)
  end

  it("after a limit that a review or a count exceeds: nothing is sent", function()
    local plan, tenant = prepare()
    local before = tenant:applied()
    for _, options in ipairs { { maxChanges = 3 }, { maxChanges = "1%" }, { review = function() return false end } } do
      options.journal = bulk.journal()
      assert.is_nil((plan:apply(options)))
      assert.is_nil(io.open(options.journal))
    end
    assert.equal(before, tenant:applied())
    local opened = assert(run_report.open(plan.path))
    assert.equal(count, sum(opened.counts))
    opened:close()
  end)
end)
