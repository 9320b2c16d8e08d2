--- Carries a plan out: preflight, journal, unresolved rows of an earlier run, canary, all rows, verification, report.
local bulk_options = require "mimecast.bulk.options"
local counted = require "mimecast.base.counted"
local diff = require "mimecast.bulk.plan.diff"
local errors = require "mimecast.errors"
local journal = require "mimecast.bulk.journal"
local plan_file = require "mimecast.bulk.plan.plan_file"
local preflight = require "mimecast.bulk.apply.preflight"
local recheck = require "mimecast.bulk.apply.recheck"
local report = require "mimecast.bulk.apply.report"
local resolve_unknown = require "mimecast.bulk.apply.resolve_unknown"
local row_states = require "mimecast.bulk.apply.row_states"
local runs = require "mimecast.bulk.runs"
local sender = require "mimecast.bulk.apply.sender"
local started_plans = require "mimecast.bulk.apply.started_plans"
local system = require "mimecast.system"
local verify = require "mimecast.bulk.apply.verify"
local work_items = require "mimecast.bulk.apply.work_items"

local apply = {}

--- The options of apply, by type.
apply.options = {
  journal = "string", concurrency = "few", onProgress = "function", onCheck = "function", verify = 'boolean|"sample"|count',
  resume = "boolean", onlyFailed = "boolean", again = "boolean", recheck = "boolean", overwrite = "boolean",
  maxChanges = "number|string", maxDisable = "number|string", allowAdmin = "table", adminCheck = "boolean",
  review = "function", confirm = "function", canary = "count", maxFailureRatio = "ratio", protect = "table",
  maxAge = "number", attempts = "count", interrupts = "boolean|userdata|table", input = "string|table|function|userdata",
}

-- ---- journal ----

local function journal_path(plan, options, level)
  local first = (options.resume or options.onlyFailed) and plan.file.journal
  local path = options.journal or type(first) == "string" and first or plan.path and plan_file.journal_path(plan.path)
  if not path then error("mimecast: apply needs a journal, the path of a file", level + 1) end
  if options.again and not options.journal then return runs.next_journal(path) end
  return path
end

local function header_of(run, options)
  local plan = run.plan
  return {
    created = run.info.runtime.clock(), by = system.identity(), operation = plan.operation, rows = plan.counts.rows,
    input = plan.file.header.input.sha256, tenant = plan.tenant, plan = plan.file.sha256,
    planFile = plan.path and (system.absolute(plan.path) or plan.path),
    options = { concurrency = options.concurrency, canary = options.canary, maxFailureRatio = options.maxFailureRatio,
      recheck = run.recheck, overwrite = run.overwrite },
  }
end

-- Marks the plan as started, on this machine and in the plan's file.
local function mark_started(run, header, again)
  local file = run.plan.file
  if not file.path then return true end -- a temporary file cannot be copied
  local entry = { plan = header.plan, journal = system.absolute(run.journal_path) or run.journal_path,
    created = header.created, by = header.by }
  return started_plans.claim(run.info, entry, again, function()
    local ok, err = file:mark_started(run.journal_path)
    return ok or again, err
  end)
end

-- Creates the journal of a new run and marks the plan as started.
local function create_journal(run, options)
  local header = header_of(run, options)
  local created, _, err = journal.create(run.journal_path, header)
  if not created then return nil, err end
  local ok
  ok, err = mark_started(run, header, options.again or false)
  if ok then return created end
  created:close()
  os.remove(run.journal_path) -- it holds no record
  return nil, err
end

-- Opens the journal of a run to resume and applies its records to the row states.
local function open_journal(run)
  local is_consistent = true
  local opened, _, err = journal.open(run.journal_path, function(record)
    is_consistent = is_consistent and run.row_states:apply(record)
  end)
  if not opened then return nil, err end
  if opened.header.plan == run.plan.file.sha256 and is_consistent then return opened end
  opened:close()
  return nil, errors.new { category = "usage", code = "journal_mismatch", message = "the journal does not belong to this plan",
    hint = "use the plan with which the run was started" }
end

-- ---- the run ----

-- Returns what onProgress receives.
local function progress(run)
  local event, counts = run.row_states:totals(), run.row_states.counts
  local elapsed = run.monotonic() - run.started_at
  local done = event.input - event.not_sent - counts.sent
  local rate = elapsed > 0 and (done - run.done_before) / elapsed or 0
  event.phase, event.total, event.done, event.elapsed, event.rate = run.phase, event.input, done, elapsed, rate
  event.unknown, event.not_sent = counts.unknown, event.input - done
  event.remaining = rate > 0 and event.not_sent / rate or nil
  return event
end

local function new(plan, options, level)
  local info = plan.client:info()
  local run = {
    plan = plan, client = plan.client, info = info, monotonic = info.runtime.monotonic,
    model = diff.model(diff.operation(plan.operation, level + 1), info.batchSize),
    concurrency = options.concurrency or 8, attempts = options.attempts or 3,
    max_failure_ratio = options.maxFailureRatio or 0.2, row_states = row_states.new(plan.counts.rows), phase = "apply",
    done_before = 0, journal_path = journal_path(plan, options, level + 1), interrupts = options.interrupts or nil,
    recheck = options.recheck ~= false and plan.read, overwrite = options.overwrite or false,
    single = options.onlyFailed, -- another row of the request may have been the reason of a rejection
  }
  function run.on_commit()
    if options.onProgress then options.onProgress(progress(run)) end
  end
  return run
end

-- Returns the test for the rows of this run: all rows that were not started, with overwrite also the skipped rows, or with
-- onlyFailed the rejected rows.
local function row_filter(run, options)
  local states = run.row_states
  if not options.onlyFailed then
    return function(row)
      local state = states:state(row.row)
      if state == "skipped" and options.overwrite and row.action == "change" then row.resend = true end
      return state == nil or state == "planned" or row.resend
    end
  end
  local last_started = states.last_started
  return function(row)
    row.resend = row.row <= last_started and states:state(row.row) == "rejected"
    return row.resend
  end
end

-- Sends rows. Reads them first, unless the plan has read no account or the caller waives it.
local function send(run, batch_sender, next_row, max_rows)
  if run.recheck and run.model.key then return recheck.send(run, batch_sender, next_row, max_rows) end
  return batch_sender:send(next_row, max_rows)
end

-- Sends the first rows alone and verifies them. Stops the run if a row failed or differs.
local function send_canary(run, batch_sender, next_row, count)
  local first, sent, failed = {}, 0, 0
  run.phase = "canary"
  send(run, batch_sender, function()
    local row, err = next_row()
    if row and (row.resend or row.action == "change") then first[row.row] = true end
    return row, err
  end, count)
  resolve_unknown.all(run, batch_sender)
  if batch_sender.stopped then return end
  for row in pairs(first) do
    local state = run.row_states:state(row)
    sent = sent + (state ~= "skipped" and 1 or 0)
    if state ~= "done" and state ~= "skipped" then failed = failed + 1 end
  end
  local verified = verify.rows(run, batch_sender, true, first)
  run.verified = verified
  local different, example = verified.different + verified.unreadable, verified.rows[1]
  if failed + different > 0 then
    batch_sender:stop(errors.new { category = "usage", code = "canary_failed",
      message = ("of the first %s, %d failed and %d differ from the plan%s"):format(counted(sent, "row"), failed, different,
        example and ": " .. example.key .. ": " .. example.message or ""),
      hint = "no other row was sent; find the reason, then resume" })
  end
end

-- Checks that every row was read: reading the plan's file can fail midway.
local function check_complete(run, batch_sender, options)
  if batch_sender.stopped or options.onlyFailed or run.row_states:totals().not_sent == 0 then return end
  batch_sender:stop(errors.new { category = "usage", code = "unreadable_plan",
    message = "the plan's file ended before its last row" })
end

local function send_all(run, batch_sender, options)
  resolve_unknown.all(run, batch_sender) -- rows of an earlier run
  if batch_sender.stopped then return end
  run.phase = "apply"
  local next_row = work_items.rows(run, row_filter(run, options))
  if options.canary then send_canary(run, batch_sender, next_row, options.canary) end
  if batch_sender.stopped then return end
  run.phase = "apply"
  if send(run, batch_sender, next_row) then return end
  resolve_unknown.all(run, batch_sender)
  check_complete(run, batch_sender, options)
  if options.verify and not batch_sender.stopped then
    run.phase = "verify"
    run.verified = verify.rows(run, batch_sender, options.verify)
  end
end

local function carry_out(run, options)
  local signal_counter = run.interrupts == true and system.signal_counter()
  if signal_counter then run.interrupts = signal_counter end
  run.started_at = run.monotonic()
  local totals = run.row_states:totals()
  run.done_before = totals.input - totals.not_sent
  run.earlier_attempts = {} -- attempts of earlier runs do not count: a resume is a new attempt
  for row, attempt in pairs(run.row_states.attempt) do run.earlier_attempts[row] = attempt end
  local batch_sender = sender.new(run)
  local ok, reason = pcall(send_all, run, batch_sender, options)
  run.journal:close()
  if signal_counter then signal_counter:close() end
  if not ok then error(reason, 0) end
  run.duration, run.stopped, run.sent = run.monotonic() - run.started_at, batch_sender.stopped, batch_sender.with_result
  return report.new(run)
end

--- Carries a plan out.
---@param plan mimecast.Plan
---@param options table
---@param level integer of the caller, for errors of misuse
---@return mimecast.Report? report
---@return mimecast.Error? err if the run was not started
function apply.run(plan, options, level)
  bulk_options.check(apply.options, options, "apply", level + 1)
  local run = new(plan, options, level + 1)
  local ok, err = preflight.check(plan, options, run.journal_path, level + 1)
  if not ok then return nil, err end
  run.input = plan.counts.secrets > 0 and plan.input or nil
  if options.resume or options.onlyFailed then
    run.journal, err = open_journal(run)
  else
    run.journal, err = create_journal(run, options)
  end
  if not run.journal then return nil, err end
  return carry_out(run, options)
end

return apply
