--- Sends rows in batches, several requests at a time, each row durable as sent before its bytes leave.
--
-- Group commit: when no batch is ready, the next ones are read, their rows marked as sent together with the results that
-- came meanwhile, and all of it made durable at once. Nothing is reported before it is durable, and besides those in
-- flight no more rows are marked than two rounds of requests carry.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local feed = require "mimecast.bulk.apply.work_items"
local readback = require "mimecast.bulk.read_accounts"
local verdict = require "mimecast.bulk.apply.classify"

local engine = {}

local Engine = {}
Engine.__index = Engine

local ahead = 2 -- batches for each request in flight that are marked at a time
local watch_seconds = 0.1
local rounds_lost = 4 -- so many rounds of requests in a row without an answer end the run
local pause_seconds = 0.5 -- after a request without an answer; twice as long in each further round

--- Makes one for a run.
---@param run table client, model, journal, ledger, concurrency, attempts, max_failure_ratio, alone (whether each row is a
--- request of its own), monotonic, on_commit(), interrupts
function engine.new(run)
  return setmetatable({
    -- What may have been carried out is not sent again: reading back tells better, and no row is changed twice.
    run = run, client = run.client:with { retryUnknown = false }, ready = {}, pending = {}, failures = 0,
    size = run.alone and 1 or run.model.batch, answered = 0, rejected = 0, calls = 0,
  }, Engine)
end

--- Ends the sending: what is in flight lands, the rest is not sent. The first reason counts.
---@param err mimecast.Error
function Engine:stop(err)
  self.stopped = self.stopped or err
end

-- ---- records ----

--- Adds a record; the ledger learns of it when it is durable.
---@param record table
function Engine:note(record)
  self.run.journal:append(record)
  self.pending[#self.pending + 1] = record
end

--- Makes all records durable and tells of them. False where the journal takes no more.
---@return boolean ok
function Engine:commit()
  local run, records = self.run, self.pending
  if #records == 0 then return self.stopped == nil or not self.journal_failed end
  self.pending = {}
  local ok, _, err = run.journal:commit()
  if not ok then
    self.journal_failed = true
    self.stopped = err
    return false
  end
  local now = run.monotonic()
  for _, record in ipairs(records) do
    assert(run.ledger:note(record, now), "a row was begun out of order")
  end
  run.on_commit()
  return true
end

-- The names of what a row changes, where its old settings do not tell all of them.
local function changed_of(row)
  local old, known, names = row.old or {}, row.secrets == nil, {}
  for name in pairs(row.set) do known = known and old[name] ~= nil end
  if known then return nil end
  for name in pairs(row.set) do names[#names + 1] = name end
  for _, name in ipairs(row.secrets or {}) do names[#names + 1] = name end
  table.sort(names, core.before)
  return names
end

--- A record of the journal.
---@param row table
---@param state string
---@param err? table code, serviceCode, message, requestId, status
---@return table record
function engine.record(row, state, err)
  local record = { row = row.row, key = row.key, state = state, attempt = row.attempt }
  if state == "ok" then record.old, record.changed = row.old, changed_of(row) end
  if err then
    record.code, record.serviceCode, record.message = err.code, err.serviceCode, err.message
    record.requestId, record.status = err.requestId, err.status
  end
  return record
end

-- ---- what is ready to be sent ----

-- What a row is again where it turns out not to be sent: what an earlier sending left open stays so.
local function state_before(book, row)
  local state = book:of(row)
  if state == "rejected" then return { state = state, code = book.code[row] } end
  if state ~= "sent" and state ~= "unknown" then return nil end
  return { state = "unknown", code = book.code[row] or "no_result",
    message = "its answer was lost; it was to be sent once more, and that surely did not leave" }
end

-- The next rows to be sent as one batch, noted as sent; rows that need no sending are noted on the way.
local function read_batch(self)
  local batch = {}
  while #batch < self.size and self.left > 0 do
    local row, err = self.next_row()
    if err then self:stop(err) end
    if not row then
      self.left = 0
      break
    end
    if row.action == "change" or row.again then
      self.left = self.left - 1
      row.before = state_before(self.run.ledger, row.row)
      row.attempt = (self.run.ledger.attempt[row.row] or 0) + 1
      self:note(engine.record(row, "sent")) -- in the order of the rows: the ledger counts on it
      batch[#batch + 1] = row
    elseif row.action == "unchanged" then
      self:note(engine.record(row, "unchanged"))
    else
      self:note { row = row.row, key = row.key, state = "rejected", code = row.code, message = row.message }
    end
    if #self.pending >= 1000 and not self:commit() then break end
  end
  return batch
end

local function refill(self)
  local ready = {}
  for _ = 1, ahead * self.run.concurrency do
    local batch = read_batch(self)
    if #batch == 0 then break end
    ready[#ready + 1] = batch
    if self.stopped then break end
  end
  if self:commit() and not self.stopped then
    -- What tells of progress may wait, and others refill meanwhile: theirs is sent, too.
    for i = self.ready_at, #self.ready do ready[#ready + 1] = self.ready[i] end
    self.ready, self.ready_at = ready, 1
  elseif not self.journal_failed then -- stopped meanwhile: what was marked is not sent after all
    for _, batch in ipairs(ready) do self:put_back(batch) end
  end
end

--- Notes that a batch which was marked was not sent, or surely not carried out.
function Engine:put_back(batch, err)
  for _, row in ipairs(batch) do
    row.attempt = row.attempt - 1
    local before = row.before
    self:note(engine.record(row, before and before.state or "planned", before or err))
  end
end

local function next_batch(self)
  if self.stopped then return nil end
  local batch = table.remove(self.again)
  if batch then return batch end
  if self.ready_at > #self.ready then refill(self) end
  if self.stopped then return nil end
  batch = self.ready[self.ready_at]
  self.ready[self.ready_at] = false
  self.ready_at = self.ready_at + 1
  return batch
end

-- ---- one batch ----

-- Calls the operation; results and failures by position.
local function call(self, batch)
  local client, operation = self.client, self.run.model.operation
  self.calls = self.calls + 1
  if self.size == 1 or not operation.batchName then
    local value, message, err = client[operation.name](client, feed.input(self.run.model, batch[1]))
    return { value or false }, { not value and (err or errors.new { category = "usage", code = "not_sent",
      message = message }) or nil }
  end
  local inputs = {}
  for i, row in ipairs(batch) do inputs[i] = feed.input(self.run.model, row) end
  return client[operation.batchName](client, inputs)
end

local function settle_row(self, row, value, err)
  if value then
    self:note(engine.record(row, "ok"))
    return "ok"
  end
  local what = verdict.of(err)
  if what == "rejected" or what == "unknown" then self:note(engine.record(row, what, err)) end
  return what
end

-- Whether so many rows are refused that something else is wrong than the rows.
local function check_ratio(self)
  local ratio = self.run.max_failure_ratio
  if self.rejected < 10 or self.rejected <= ratio * self.answered then return end
  self:stop(errors.new { category = "usage", code = "failure_ratio",
    message = ("by then %d of %d rows had been refused, more than %s %%"):format(self.rejected, self.answered,
      core.format_number(ratio * 100, 6)),
    hint = "look at the report: what they have in common is probably not the rows; maxFailureRatio sets the bound" })
end

-- A request got no answer: others wait a little, and after too many in a row there are none.
local function lose(self, err)
  local settings, concurrency = self.run.client:info(), self.run.concurrency
  self.failures = self.failures + 1
  if self.failures >= rounds_lost * concurrency then self:stop(err) end
  if self.stopped then return end
  local pause = pause_seconds * 2 ^ (math.ceil(self.failures / concurrency) - 1)
  settings.runtime.sleep(pause * (0.5 + settings.runtime.random() / 2))
end

local function deliver(self, batch)
  local values, failures = call(self, batch)
  local not_sent, last, reached = {}, nil, false
  for i, row in ipairs(batch) do
    local what = settle_row(self, row, values[i], failures[i])
    if what == "again" or what == "stop" then
      not_sent[#not_sent + 1], last = row, failures[i]
      if what == "stop" then self:stop(failures[i]) end
    else
      self.answered = self.answered + 1
      if what == "rejected" then self.rejected = self.rejected + 1 end
      last = failures[i] or last
      reached = reached or what ~= "unknown"
    end
  end
  check_ratio(self)
  if not reached then lose(self, last) else self.failures = 0 end
  if #not_sent == 0 then return end
  if self.stopped then
    self:put_back(not_sent, last)
  else
    table.insert(self.again, not_sent)
  end
end

-- ---- side by side ----

--- How often the run was interrupted; once is enough to stop it.
---@return integer count
function Engine:interrupted()
  local interrupts = self.run.interrupts
  local count = interrupts and interrupts:count() or 0
  if count == 0 then return 0 end
  self:stop(errors.new { category = "usage", code = "interrupted", message = "interrupted",
    hint = "resume goes on where it stopped" })
  return count
end

local function work(self)
  while self:interrupted() == 0 and not self.raised do
    local batch = next_batch(self)
    if not batch then break end
    deliver(self, batch)
  end
end

-- Looks for interrupts while all others wait; the second ends what is in flight.
local function watch(self)
  while self.working > 0 do
    if self:interrupted() >= 2 then
      self.run.client:close()
      return
    end
    self.run.client:info().runtime.sleep(watch_seconds)
  end
end

-- Runs a function for each of a list side by side, and looks for interrupts meanwhile. Raises what one of them raised.
local function map(self, list, run)
  local tasks, at = {}, 0
  local function take()
    while at < #list and not self.raised do
      at = at + 1
      run(list[at])
    end
  end
  for i = 1, math.min(self.run.concurrency, #list) do tasks[i] = take end
  self.working = #tasks
  if self.run.interrupts then tasks[#tasks + 1] = watch end -- last: where tasks run one after the other it has nothing to do
  self.run.client:map(tasks, function(task)
    if task == watch then
      watch(self)
      return true
    end
    local ok, reason = pcall(task)
    self.working = self.working - 1
    if ok then return true end
    self.raised = true
    error(reason, 0)
  end, { concurrency = math.max(1, #tasks) })
end

--- Reads what rows' accounts are set to now.
---@param rows table[]
---@return (table|false)[] current settings in the order of the rows
---@return table<integer, mimecast.Error> failures by position
function Engine:read(rows)
  local run = self.run
  return readback.read(run.client, run.model, rows, run.concurrency, function(list, read) map(self, list, read) end)
end

--- Sends rows until there are no more, or something stops it.
---@param next_row fun(): table?, mimecast.Error?
---@param most? integer how many rows are sent at most
---@return mimecast.Error? stopped
function Engine:send(next_row, most)
  self.next_row, self.left, self.ready, self.ready_at, self.again = next_row, most or math.huge, {}, 1, {}
  local workers = {}
  for i = 1, self.run.concurrency do workers[i] = self end
  local ok, reason = pcall(map, self, workers, work)
  for i = self.ready_at, #self.ready do self:put_back(self.ready[i]) end
  for _, batch in ipairs(self.again) do self:put_back(batch) end
  if not self.journal_failed then self:commit() end
  if not ok and (self.raised or not self.stopped) then error(reason, 0) end
  return self.stopped
end

return engine
