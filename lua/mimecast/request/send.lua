--- Sends a call: rate limit, sign, transport, decode, retry.
--
-- The wait for the rate limit comes before the signature, because the signature contains the time.
local calls = require "mimecast.request.call"
local errors = require "mimecast.errors"
local headers = require "mimecast.protocol.headers"
local lazy = require "mimecast.base.lazy"
local retry = require "mimecast.request.retry"
local service_errors = require "mimecast.protocol.service_errors"
local wire_item = require "mimecast.model.wire_item"

local send = {}

local full_quota = retry.full_quota

-- ---- one attempt ----

-- Returns the seconds that an attempt may take. An attempt that could not be retried gets all the time that is left.
local function attempt_timeout(self, call, start)
  local limit, left = self.config.attemptTimeout, call.deadline - start
  if limit and limit < left and call.operation.idempotent and self.config.retryUnknown then return limit end
  return math.max(left, 0.001)
end

-- After these statuses the connection is not reused: the server gave it up, or it leads to another server.
local ends_connection = { [408] = true, [421] = true }

-- Makes the transport open new connections for all further requests.
local function reset_connections(self)
  if self.transport.reset_connections then self.transport:reset_connections() end
end

-- Returns the error value of a 401, which denies the credentials whatever its body says.
local function denied(response, err)
  if err and err.category ~= "protocol" then return err end
  return service_errors.from_status(response, err and err.message)
end

-- Learns from a response that is no plain success. Returns the outcomes of the items, or an error value; after a 401 both, if
-- its body has outcomes.
local function read_failures(self, response, outcomes, err)
  local status = response.status
  if status == 401 then err = denied(response, err) end
  if err and err.retryable then err.retryAfter = headers.retry_after(response, self.runtime.clock()) end
  if ends_connection[status] then reset_connections(self) end
  return outcomes, err
end

-- Sends a signed request. Returns as read_failures does.
local function transfer(self, call, start)
  local metrics, config, body = self.metrics, self.config, call.body
  call.sent = true
  if call.has_waited or config.attemptTimeout then call.timeout = attempt_timeout(self, call, start) end
  metrics.requests = metrics.requests + 1
  if type(body) == "string" then metrics.sent = metrics.sent + #body end
  if config.onRequest then
    self.hooks:request(call)
    start = self.monotonic() -- the hook's time is not the request's
  end
  local response, message, err = call.send_request(self.transport, call)
  local finish, outcomes = self.monotonic(), nil
  call.budget:finish(call, response, finish)
  if response then
    metrics:response(#response.body, finish - start)
    outcomes, err = call.decode(response, call)
    if not call.is_plain then outcomes, err = read_failures(self, response, outcomes, err) end
  else
    err = errors.adopt(message, err)
  end
  if config.onResponse then self.hooks:response(call, response, err, finish - start) end
  return outcomes, err
end

-- Returns the error value of a request that must not be sent after its waits.
local function abandoned(self, call, now)
  if self.life.closed then return errors.closed() end
  if call.retries and retry.is_stale(call.retries, now) then return call.retries.unknown_error end
  if now < call.deadline then return nil end
  return errors.new { category = "transport", code = "timeout", retryable = true,
    message = "not sent: the wait for the rate limit took all of the call's time", hint = "raise timeout, or call later" }
end

-- Makes one attempt. Returns the outcomes of the items, or an error value.
local function attempt(self, call)
  local budget = call.budget
  if not budget:begin_at_once(call) then
    local err = self.limiter:wait(call)
    if err then return nil, err end
    call.has_waited = true
  end
  local err = self.credentials:sign(call)
  if not (err or call.has_waited) then return transfer(self, call, call.started) end
  local now = self.monotonic()
  if err then
    err.outcome = nil -- the token request may be unknown, but the call itself was not sent
  else
    err = abandoned(self, call, now)
    if not err then return transfer(self, call, now) end
  end
  budget:give_back(call, now)
  return nil, err
end

-- ---- retries ----

-- Returns what the retries of a call have to know; made at its first failure. retry.decide reads it.
local function retries_of(self, call)
  local config = self.config
  if not call.retries then
    call.retries = {
      attempt = 1, attempts = config.attempts, items = #call.items, refreshes = 0, cost = 0, is_unknown = false,
      retry_unknown = config.retryUnknown,
      stale_after = wire_item.is_replay_unsafe(call.operation, call.items) and config.passwordRetryWindow or nil,
    }
  end
  return call.retries
end

-- Returns the decision to retry after an error of the current attempt, or false.
local function decide_retry(self, call, err)
  local retries, runtime = retries_of(self, call), self.runtime
  retries.sent = call.sent
  -- Credentials that were fetched for this very call are not outdated.
  local is_fresh = call.signed_with ~= nil and (call.signed_with.version or 0) > call.first_version
  retries.refreshed = self.credentials:invalidate(call, err, is_fresh, retries.refreshes > 0)
  local now = runtime.monotonic()
  if retry.is_unknown(retries, err) then
    retries.first_unknown, retries.unknown_error = retries.first_unknown or call.started, err
  end
  retries.age = retries.first_unknown and now - retries.first_unknown
  retries.remaining = call.deadline - now
  retries.random, retries.capacity = runtime.random(), self.quota.capacity
  local decision = retry.decide(retries, call.operation, err)
  if not decision.retry then
    self.hooks:no_retry(call, err, decision)
    return false
  end
  self.hooks:retry(call, err, decision)
  if decision.cost then
    self.quota.capacity, retries.cost = self.quota.capacity - decision.cost, retries.cost + decision.cost
  end
  return decision
end

-- Counts the attempt and waits. A retry with renewed credentials does not reduce the remaining attempts.
local function prepare_retry(self, call, decision)
  local retries = call.retries
  retries.attempt = retries.attempt + 1
  if decision.refresh then retries.attempts, retries.refreshes = retries.attempts + 1, retries.refreshes + 1 end
  if decision.delay > 0 then
    self.hooks:wait(call.operation.name, decision.delay, "retry")
    self.runtime.sleep(decision.delay)
  end
  call:restart(self.runtime.monotonic())
end

-- Retries after an error of an attempt until a response says what became of the request, or a retry is not possible.
local function retry_request(self, call, outcomes, err)
  local retries = retries_of(self, call)
  while err do
    retries.is_unknown = retries.is_unknown or err.outcome == "unknown"
    local decision = decide_retry(self, call, err)
    if not decision then
      if outcomes then return outcomes end
      if retries.is_unknown then err.outcome = "unknown" end -- an earlier attempt counts, too
      err.attempts, err.requestId = retries.attempt, err.requestId or call.id
      return nil, err
    end
    prepare_retry(self, call, decision)
    outcomes, err = attempt(self, call)
  end
  return outcomes
end

-- Sends the request of a call until a response says what became of it, or a retry is not possible.
local function send_with_retries(self, call)
  local transport = self.transport
  if self.life.closed then return nil, errors.closed() end
  local err = transport.unavailable and transport:unavailable(call.name) -- inside nginx not all phases can wait
  if err then return nil, err end
  local outcomes
  outcomes, err = attempt(self, call)
  if err then return retry_request(self, call, outcomes, err) end
  return outcomes
end

-- ---- items ----

-- Reads the account of an item with another name in its response, within the deadline of the call.
local function read_again(self, call, reader, item)
  local read, err = calls.new(self, calls.new_template(self, reader, call.name), { item })
  local outcomes
  read.deadline, read.has_waited = call.deadline, true
  if not err then outcomes, err = send_with_retries(self, read) end
  if outcomes then retry.release(self.quota, read.retries and read.retries.cost or 0) end
  return outcomes and outcomes[1] or err, read.foreign
end

-- Resolves the items whose response names another item.
local function resolve_foreign(self, call, outcomes)
  local foreign = call.foreign
  call.foreign = false
  lazy("mimecast.protocol.identity").resolve(call.operation, call.items, outcomes, foreign, {
    read = function(reader, item) return read_again(self, call, reader, item) end,
    reset = function() reset_connections(self) end,
  })
end

-- Returns the error value of an item after its last attempt. The outcome is unknown if the outcome of an earlier attempt was
-- unknown.
local function with_unknown_outcome(err, previous, retries)
  if err.outcome or not (retries.is_unknown or (previous and previous.outcome)) then return err end
  local copy = errors.copy(err)
  copy.outcome = "unknown"
  return copy
end

-- Stores the outcomes of the pending items. Returns the positions of the items to retry, and the first one's error.
local function collect_outcomes(call, outcomes, part_outcomes, err, pending)
  local retryable, first_error = {}, nil
  for n, i in ipairs(pending) do
    local outcome = part_outcomes and part_outcomes[n] or err
    if errors.is(outcome) then
      outcome = with_unknown_outcome(outcome, outcomes[i], call.retries)
      if part_outcomes and retry.is_item_retryable(call.retries, call.operation, outcome) then
        retryable[#retryable + 1], first_error = i, first_error or outcome
      end
    end
    outcomes[i] = outcome
  end
  return retryable, first_error
end

-- Sends the items again that the service failed and marked retryable. Returns the outcomes of all items, and the error value
-- of the last request if it failed as a whole.
local function retry_items(self, call, part_outcomes, page)
  local items, outcomes, pending, err = call.items, {}, {}, nil
  for i = 1, #items do pending[i] = i end
  retries_of(self, call)
  while true do
    local retryable, first_error = collect_outcomes(call, outcomes, part_outcomes, err, pending)
    local decision = first_error and decide_retry(self, call, first_error)
    if not decision then
      call.is_plain = false -- the last response was of some items only
      return outcomes, err
    end
    prepare_retry(self, call, decision)
    local part = {}
    for n, i in ipairs(retryable) do part[n] = items[i] end
    pending = retryable
    call:set_items(part, page)
    part_outcomes, err = send_with_retries(self, call)
    if call.foreign then resolve_foreign(self, call, part_outcomes) end
  end
end

local function has_failed_item(outcomes, count)
  for i = 1, count do
    if errors.is(outcomes[i]) then return true end
  end
  return false
end

-- Settles what the first response, which is no plain success, left open. Returns as retry_items does.
local function settle_items(self, call, outcomes, err, page)
  if call.foreign then resolve_foreign(self, call, outcomes) end
  if outcomes and has_failed_item(outcomes, #call.items) then return retry_items(self, call, outcomes, page) end
  return outcomes, err
end

local function record_result(self, call, err)
  if err then
    self.hooks:failed(err.code)
  else
    retry.release(self.quota, call.retries and call.retries.cost or 0)
  end
end

--- Sends items as one request. Only items that the service failed and marked retryable are retried.
---@param self table client
---@param template table of the function that was called (request/call.lua)
---@param items table[] wire items
---@param page? table size, token
---@return table? outcomes of the items; nil if the call failed as a whole
---@return mimecast.Error? err of the last request
---@return table call
function send.items(self, template, items, page)
  local metrics, call, err = self.metrics, calls.new(self, template, items, page)
  local outcomes
  metrics.calls, metrics.items = metrics.calls + 1, metrics.items + #items
  if not err then outcomes, err = send_with_retries(self, call) end
  if not call.is_plain then outcomes, err = settle_items(self, call, outcomes, err, page) end
  if err or self.quota.capacity < full_quota then record_result(self, call, err) end
  return outcomes, err, call
end

return send
