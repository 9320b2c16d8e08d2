--- Carries a plan out: gates, journal, what an earlier run left open, canary, all rows, what was lost, verification, report.
local begun = require "mimecast.bulk.apply.started_plans"
local check_options = require "mimecast.bulk.options"
local difference = require "mimecast.bulk.plan.diff"
local engine = require "mimecast.bulk.apply.sender"
local errors = require "mimecast.errors"
local feed = require "mimecast.bulk.apply.work_items"
local gate = require "mimecast.bulk.apply.preflight"
local journals = require "mimecast.bulk.journal"
local ledger = require "mimecast.bulk.apply.row_states"
local planfile = require "mimecast.bulk.plan.file"
local report = require "mimecast.bulk.report"
local settle = require "mimecast.bulk.apply.resolve_unknown"
local system = require "mimecast.system"
local verify = require "mimecast.bulk.apply.verify"

local run = {}

--- The options of apply, by type.
run.options = {
  journal = "string", concurrency = "few", onProgress = "function", verify = 'boolean|"sample"|count',
  resume = "boolean", onlyFailed = "boolean", again = "boolean", maxChanges = "number", maxDisable = "number",
  canary = "count", maxFailureRatio = "ratio", protect = "table", confirm = "function", maxAge = "number",
  attempts = "count", interrupts = "boolean|userdata|table", input = "string|table|function|userdata",
}

local function journal_path(plan, options, level)
  local first = (options.resume or options.onlyFailed) and plan.file.begun
  local path = options.journal or type(first) == "string" and first or plan.path and planfile.journal_of(plan.path)
  if not path then error("mimecast: apply needs a journal, the path of a file", level + 1) end
  return path
end

local function header_of(plan, options)
  return {
    created = plan.client:info().runtime.clock(), by = system.identity(), operation = plan.operation, rows = plan.counts.rows,
    input = plan.file.header.input.sha256, tenant = plan.tenant, plan = plan.file.sha256,
    options = { concurrency = options.concurrency, canary = options.canary, maxFailureRatio = options.maxFailureRatio },
  }
end

-- Notes that a run is begun, on this machine and in the plan's file.
local function note_begun(self, header, again)
  local file = self.plan.file
  if not file.path then return true end -- nobody can copy it
  local entry = { plan = header.plan, journal = system.absolute(self.journal_path) or self.journal_path,
    created = header.created, by = header.by }
  return begun.claim(self.client:info(), entry, again, function()
    local ok, err = file:begin(self.journal_path)
    return ok or again, err
  end)
end

-- The journal of a new run, which its plan then names.
local function create_journal(self, options)
  local header = header_of(self.plan, options)
  local created, message, err = journals.create(self.journal_path, header)
  if not created then return nil, message, err end
  local noted, problem = note_begun(self, header, options.again or false)
  if noted then
    self.journal = created
    return created
  end
  created:close()
  os.remove(self.journal_path) -- nothing is in it
  return errors.result(problem)
end

-- The journal of a new run, or one to go on with; what is in it goes into the ledger.
local function open_journal(self, options)
  local message, err
  if not (options.resume or options.onlyFailed) then return create_journal(self, options) end
  local fits = true
  self.journal, message, err = journals.open(self.journal_path, function(record)
    fits = fits and self.ledger:note(record)
  end)
  if not self.journal then return nil, message, err end
  if self.journal.header.plan == self.plan.file.sha256 and fits then return self.journal end
  self.journal:close()
  return errors.result(errors.new { category = "usage", code = "journal_mismatch",
    message = "the journal is not that of this plan", hint = "give the plan that it was begun with" })
end

-- ---- progress ----

local function progress(self)
  local sums = self.ledger:sums()
  local elapsed = self.monotonic() - self.started
  local done = sums.input - sums.not_sent - self.ledger.counts.sent
  sums.unknown = self.ledger.counts.unknown
  sums.phase, sums.total, sums.done, sums.elapsed = self.phase, sums.input, done, elapsed
  sums.not_sent = sums.input - done
  local fresh = done - self.done_before
  sums.rate = elapsed > 0 and fresh / elapsed or 0
  sums.remaining = sums.rate > 0 and (sums.input - done) / sums.rate or nil
  return sums
end

local function new(plan, options, level)
  local settings = plan.client:info()
  local self = {
    plan = plan, client = plan.client, monotonic = settings.runtime.monotonic,
    model = difference.model(difference.operation(plan.operation, level + 1), settings),
    concurrency = options.concurrency or 8, attempts = options.attempts or 3,
    max_failure_ratio = options.maxFailureRatio or 0.2, ledger = ledger.new(plan.counts.rows), phase = "apply",
    done_before = 0,
    journal_path = journal_path(plan, options, level + 1), interrupts = options.interrupts or nil,
    alone = options.onlyFailed, -- a row may have been refused for what was wrong with another of its request
  }
  function self.on_commit()
    if options.onProgress then options.onProgress(progress(self)) end
  end
  return self
end

-- ---- sending ----

-- The rows that this run is about: all that were not begun; or only those that were rejected.
local function wanted(self, options)
  local book = self.ledger
  if not options.onlyFailed then
    return function(row)
      local state = book:of(row.row)
      return state == nil or state == "planned"
    end
  end
  local last = book.begun
  return function(row)
    row.again = row.row <= last and book:of(row.row) == "rejected"
    return row.again
  end
end

-- The first rows alone, and a look at what became of them: of this run's, not of those that an earlier one left.
local function canary(self, sender, next_row, count)
  local first, sent, failed = {}, 0, 0
  self.phase = "canary"
  sender:send(function()
    local row, err = next_row()
    if row and (row.again or row.action == "change") then first[row.row], sent = true, sent + 1 end
    return row, err
  end, count)
  settle.all(self, sender)
  if sender.stopped then return end
  for row in pairs(first) do
    if self.ledger:of(row) ~= "done" then failed = failed + 1 end
  end
  local found = verify.rows(self, sender, true, first)
  self.verified = found
  local differ, example = found.different + found.unreadable, found.rows[1]
  if failed + differ > 0 then
    sender:stop(errors.new { category = "usage", code = "canary_failed",
      message = ("of the first %d rows %d failed, and %d are not set as asked%s"):format(sent, failed, differ,
        example and ": " .. example.key .. ": " .. example.message or ""),
      hint = "nothing else was sent; resume goes on when the reason is known" })
  end
end

-- That each row was looked at: the plan's file can fail to be read on its way.
local function check_complete(self, sender, options)
  if sender.stopped or options.onlyFailed or self.ledger:sums().not_sent == 0 then return end
  sender:stop(errors.new { category = "usage", code = "unreadable_plan", message = "the plan ended before its last row" })
end

local function send_all(self, sender, options)
  settle.all(self, sender) -- of an earlier run
  if sender.stopped then return end
  self.phase = "apply"
  local next_row = feed.rows(self, wanted(self, options))
  if options.canary then canary(self, sender, next_row, options.canary) end
  if sender.stopped then return end
  self.phase = "apply"
  if sender:send(next_row) then return end
  settle.all(self, sender)
  check_complete(self, sender, options)
  if options.verify and not sender.stopped then
    self.phase = "verify"
    self.verified = verify.rows(self, sender, options.verify)
  end
end

local function carry_out(self, options)
  local own_interrupts = self.interrupts == true and system.signal_counter()
  if own_interrupts then self.interrupts = own_interrupts end
  self.started = self.monotonic()
  local sums = self.ledger:sums()
  self.done_before = sums.input - sums.not_sent
  self.earlier = {} -- attempts of runs before: to resume is to try again
  for row, attempt in pairs(self.ledger.attempt) do self.earlier[row] = attempt end
  local sender = engine.new(self)
  local ok, reason = pcall(send_all, self, sender, options)
  self.journal:close()
  if own_interrupts then own_interrupts:close() end
  if not ok then error(reason, 0) end
  self.duration, self.stopped, self.sent = self.monotonic() - self.started, sender.stopped, sender.answered
  return report.new(self)
end

--- Carries a plan out.
---@param plan mimecast.Plan
---@param options table
---@param level integer of the caller to blame for misuse
---@return mimecast.Report? report
---@return mimecast.Error? err where nothing was begun
function run.apply(plan, options, level)
  check_options(run.options, options, "apply", level + 1)
  local self = new(plan, options, level + 1)
  local ok, err = gate.check(plan, options, self.journal_path, level + 1)
  if not ok then return nil, err end
  self.source = plan.counts.secrets > 0 and plan.source or nil
  local opened, _, problem = open_journal(self, options)
  if not opened then return nil, problem end
  return carry_out(self, options)
end

return run
