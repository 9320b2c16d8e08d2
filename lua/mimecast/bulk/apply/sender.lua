--- Sends rows in batches, several requests at a time. The journal holds each row as sent before its bytes leave.
--
-- Group commit: when no batch is ready, the sender reads the next batches, records their rows as sent together with the
-- results that arrived meanwhile, and commits all records at once. No result is reported before it is durable. Besides the
-- rows in flight, at most two rounds of requests are recorded as sent.
local classify = require "mimecast.bulk.apply.classify"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local read_accounts = require "mimecast.bulk.read_accounts"
local work_items = require "mimecast.bulk.apply.work_items"

local sender = {}

local Sender = {}
Sender.__index = Sender

local batches_ahead = 2 -- for each request in flight
local max_pending = 1000 -- records before a commit
local watch_seconds = 0.1
local max_lost_rounds = 4 -- consecutive rounds of requests without a response before the run ends
local pause_seconds = 0.5 -- after a request without a response; doubles in each further round
local min_rejected = 10 -- before the failure ratio counts

--- Makes the sender of a run.
---@param run table client, info (of client:info()), model, journal, row_states, concurrency, attempts, max_failure_ratio,
--- single (each row is its own request), monotonic, on_commit(), interrupts
function sender.new(run)
  return setmetatable({
    -- Unknown outcomes are not retried by the client: resolve_unknown reads the accounts first.
    run = run, client = run.client:with { retryUnknown = false }, ready = {}, pending = {}, failed_requests = 0,
    batch_size = run.single and 1 or run.model.batch, with_result = 0, rejected = 0, requests = 0,
  }, Sender)
end

--- Stops the run: requests in flight finish, and no other row is sent. The first reason counts.
---@param err mimecast.Error
function Sender:stop(err)
  self.stopped = self.stopped or err
end

-- ---- records ----

local function append(self, record)
  self.run.journal:append(record)
  self.pending[#self.pending + 1] = record
end

--- Commits all records, then applies them to the row states. Returns false if the journal accepts no more records.
---@return boolean ok
function Sender:commit()
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
    assert(run.row_states:apply(record, now), "a row was started out of order")
  end
  run.on_commit()
  return true
end

-- Returns the names of the fields that a row changes; nil if its old settings name them all.
local function changed_names(row)
  local old, complete, names = row.old or {}, row.secrets == nil, {}
  for name in pairs(row.set) do complete = complete and old[name] ~= nil end
  if complete then return nil end
  for name in pairs(row.set) do names[#names + 1] = name end
  for _, name in ipairs(row.secrets or {}) do names[#names + 1] = name end
  table.sort(names, core.before)
  return names
end

--- Appends the state of a row to the journal. Row states change when the record is committed.
---@param row table
---@param state string
---@param err? table code, serviceCode, message, requestId, status
function Sender:record(row, state, err)
  local record = { row = row.row, key = row.key, state = state, attempt = row.attempt }
  if state == "ok" then record.old, record.set, record.changed = row.old, row.old and row.set, changed_names(row) end
  if err then
    record.code, record.serviceCode, record.message = err.code, err.serviceCode, err.message
    record.requestId, record.status = err.requestId, err.status
  end
  append(self, record)
end

-- ---- batches ----

-- Returns the state to which a row returns if it is not sent after all; nil for a row that had no earlier attempt.
local function previous_state(states, row)
  local state = states:state(row)
  if state == "rejected" or state == "skipped" then return { state = state, code = states.code[row] } end
  if state ~= "sent" and state ~= "unknown" then return nil end
  return { state = "unknown", code = states.code[row] or "no_result",
    message = "the response was lost, and the row was not resent" }
end

-- Reads the rows of the next batch and records them as sent. Records rows that need no request on the way.
local function read_batch(self)
  local batch, states = {}, self.run.row_states
  while #batch < self.batch_size and self.left > 0 do
    local row, err = self.next_row()
    if err then self:stop(err) end
    if not row then
      self.left = 0
      break
    end
    if row.action == "change" or row.resend then
      self.left = self.left - 1
      row.previous_state = previous_state(states, row.row)
      row.attempt = (states.attempt[row.row] or 0) + 1
      self:record(row, "sent") -- in the order of the rows, on which row_states relies
      batch[#batch + 1] = row
    elseif row.action == "unchanged" then
      self:record(row, "unchanged")
    else
      self:record(row, row.action, row.failure or row) -- rejected or skipped, without a request
    end
    if #self.pending >= max_pending and not self:commit() then break end
  end
  return batch
end

-- Records the rows of a batch as not sent, or as surely not carried out.
local function unmark(self, batch, err)
  for _, row in ipairs(batch) do
    row.attempt = row.attempt - 1
    local previous = row.previous_state
    self:record(row, previous and previous.state or "planned", previous or err)
  end
end

local function refill(self)
  local ready = {}
  for _ = 1, batches_ahead * self.run.concurrency do
    local batch = read_batch(self)
    if #batch == 0 then break end
    ready[#ready + 1] = batch
    if self.stopped then break end
  end
  if self:commit() and not self.stopped then
    -- onProgress may yield, and another task may refill meanwhile: its batches are sent as well.
    for i = self.next_ready, #self.ready do ready[#ready + 1] = self.ready[i] end
    self.ready, self.next_ready = ready, 1
  elseif not self.journal_failed then
    for _, batch in ipairs(ready) do unmark(self, batch) end
  end
end

local function next_batch(self)
  if self.stopped then return nil end
  local batch = table.remove(self.retry_batches)
  if batch then return batch end
  if self.next_ready > #self.ready then refill(self) end
  if self.stopped then return nil end
  batch = self.ready[self.next_ready]
  self.ready[self.next_ready] = false
  self.next_ready = self.next_ready + 1
  return batch
end

-- ---- requests ----

-- Calls the operation. Returns results and failures by position.
local function request(self, batch)
  local client, operation = self.client, self.run.model.operation
  self.requests = self.requests + 1
  if not operation.call and (self.batch_size == 1 or not operation.batchName) then
    local value, message, err = client[operation.name](client, work_items.input(self.run.model, batch[1]))
    return { value or false }, { not value and (err or errors.new { category = "usage", code = "not_sent",
      message = message }) or nil }
  end
  local inputs = {}
  for i, row in ipairs(batch) do inputs[i] = work_items.input(self.run.model, row) end
  return (operation.call or client[operation.batchName])(client, inputs)
end

-- Records the outcome of a row and returns it: ok, rejected, unknown, retry or stop.
local function record_outcome(self, row, value, err)
  if value then
    self:record(row, "ok")
    return "ok"
  end
  local outcome = classify.error(err)
  if outcome == "rejected" or outcome == "unknown" then self:record(row, outcome, err) end
  return outcome
end

--- Stops the run if so many rows are rejected that the rows are probably not the reason.
function Sender:check_failure_ratio()
  local max_ratio = self.run.max_failure_ratio
  if self.rejected < min_rejected or self.rejected <= max_ratio * self.with_result then return end
  self:stop(errors.new { category = "usage", code = "failure_ratio",
    message = ("%d of %d rows were rejected, more than %s %%"):format(self.rejected, self.with_result,
      core.format_number(max_ratio * 100, 6)),
    hint = "read the report: the reason is probably not the rows; maxFailureRatio sets the limit" })
end

--- Counts a result of this run, for the failure ratio.
---@param is_rejected boolean
function Sender:count_result(is_rejected)
  self.with_result = self.with_result + 1
  if is_rejected then self.rejected = self.rejected + 1 end
end

-- Pauses after a request without a response. Stops the run after too many in a row.
local function back_off(self, err)
  local runtime, concurrency = self.run.info.runtime, self.run.concurrency
  self.failed_requests = self.failed_requests + 1
  if self.failed_requests >= max_lost_rounds * concurrency then self:stop(err) end
  if self.stopped then return end
  local pause = pause_seconds * 2 ^ (math.ceil(self.failed_requests / concurrency) - 1)
  runtime.sleep(pause * (0.5 + runtime.random() / 2))
end

local function send_batch(self, batch)
  local values, failures = request(self, batch)
  local not_sent, last_err, has_response = {}, nil, false
  for i, row in ipairs(batch) do
    local outcome = record_outcome(self, row, values[i], failures[i])
    if outcome == "retry" or outcome == "stop" then
      not_sent[#not_sent + 1], last_err = row, failures[i]
      if outcome == "stop" then self:stop(failures[i]) end
    else
      self:count_result(outcome == "rejected")
      last_err = failures[i] or last_err
      has_response = has_response or outcome ~= "unknown"
    end
  end
  self:check_failure_ratio()
  if has_response then self.failed_requests = 0 else back_off(self, last_err) end
  if #not_sent == 0 then return end
  if self.stopped then
    unmark(self, not_sent, last_err)
  else
    table.insert(self.retry_batches, not_sent)
  end
end

-- ---- concurrency ----

--- Counts the interrupts of the run. The first stops the run.
---@return integer count
function Sender:interrupted()
  local interrupts = self.run.interrupts
  local count = interrupts and interrupts:count() or 0
  if count == 0 then return 0 end
  self:stop(errors.new { category = "usage", code = "interrupted", message = "interrupted",
    hint = "resume continues where the run stopped" })
  return count
end

local function send_batches(self)
  while self:interrupted() == 0 and not self.raised do
    local batch = next_batch(self)
    if not batch then break end
    send_batch(self, batch)
  end
end

-- Polls for interrupts while all tasks wait. The second interrupt cancels the requests in flight.
local function watch_interrupts(self)
  while self.working > 0 do
    if self:interrupted() >= 2 then
      self.run.client:close()
      return
    end
    self.run.info.runtime.sleep(watch_seconds)
  end
end

-- Calls a function for each element of a list concurrently, and polls for interrupts. Raises an error of the function.
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
  if self.run.interrupts then tasks[#tasks + 1] = watch_interrupts end -- last: a sequential host reaches it when all is done
  self.run.client:map(tasks, function(task)
    if task == watch_interrupts then
      watch_interrupts(self)
      return true
    end
    local ok, reason = pcall(task)
    self.working = self.working - 1
    if ok then return true end
    self.raised = true
    error(reason, 0)
  end, { concurrency = math.max(1, #tasks) })
end

--- Reads the current settings of rows' accounts.
---@param rows table[]
---@return (table|false)[] current settings in the order of the rows
---@return table<integer, mimecast.Error> failures by position
function Sender:read(rows)
  local run = self.run
  return read_accounts.read(run.client, run.model, rows, run.concurrency, function(list, read) map(self, list, read) end)
end

--- Sends rows until the iterator ends or the run stops.
---@param next_row fun(): table?, mimecast.Error?
---@param max_rows? integer
---@return mimecast.Error? stopped
function Sender:send(next_row, max_rows)
  self.next_row, self.left, self.ready, self.next_ready = next_row, max_rows or math.huge, {}, 1
  self.retry_batches = {}
  local workers = {}
  for i = 1, self.run.concurrency do workers[i] = self end
  local ok, reason = pcall(map, self, workers, send_batches)
  for i = self.next_ready, #self.ready do unmark(self, self.ready[i]) end
  for _, batch in ipairs(self.retry_batches) do unmark(self, batch) end
  if not self.journal_failed then self:commit() end
  if not ok and (self.raised or not self.stopped) then error(reason, 0) end
  return self.stopped
end

return sender
