--- Sends one request: encode, rate limit, sign, transport, decode, retry.
--
-- The wait for the rate limit comes before the signature, because the signature contains the time.
local core = require "mimecast.core"
local decode_context = require "mimecast.protocol.decode_context"
local envelope = require "mimecast.protocol.envelope"
local errors = require "mimecast.errors"
local headers = require "mimecast.protocol.headers"
local identity = require "mimecast.protocol.identity"
local lazy = require "mimecast.base.lazy"
local retry = require "mimecast.request.retry"
local service_errors = require "mimecast.protocol.service_errors"
local wire_item = require "mimecast.model.wire_item"

local send = {}

local user_agent = "lua-mimecast/" .. core.version

-- Protocols by name; the rare ones are loaded at first use.
local protocols = setmetatable({ envelope = envelope }, {
  __index = function(list, name)
    list[name] = lazy("mimecast.protocol." .. name)
    return list[name]
  end,
})

-- ---- one attempt ----

local function seconds_until(self, deadline)
  local left = deadline - self.runtime.monotonic()
  return left > 0.001 and left or 0.001
end

local function new_request(self, operation, request_parts)
  local config = self.config
  local request = {
    method = operation.method,
    path = request_parts.path,
    url = config.baseUrl .. request_parts.path,
    headers = { "Content-Type", request_parts.type or "application/json", "Accept", "application/json",
      "User-Agent", user_agent },
    body = request_parts.body,
    connectTimeout = config.connectTimeout,
  }
  for _, part in ipairs(request_parts.headers or {}) do request.headers[#request.headers + 1] = part end
  return request
end

-- Returns the seconds that an attempt may take. An attempt that could not be retried gets all the time that is left.
local function attempt_timeout(self, operation, deadline)
  local left, limit = seconds_until(self, deadline), self.config.attemptTimeout
  return limit and operation.idempotent and self.config.retryUnknown and math.min(limit, left) or left
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

-- Sends a signed request. Returns the outcomes of its items, or an error value; after a 401 both, if its body has outcomes.
local function transfer(self, operation, request, context, state)
  local runtime, hooks = self.runtime, self.hooks
  request.sent, request.timeout = true, attempt_timeout(self, operation, state.deadline)
  hooks:request(operation, request, state)
  local start = runtime.monotonic()
  local response, message, err = self.transport:send(request)
  local finish = runtime.monotonic()
  self.limiter:release(request, state.budget, state.deadline, response, finish)
  local outcomes
  if response then
    response.secrets = context.secrets -- must not show in any text of the response
    outcomes, err = context.decode(response, context)
    if response.status == 401 then err = denied(response, err) end
    if err and err.retryable then err.retryAfter = headers.retry_after(response, runtime.clock()) end
    if ends_connection[response.status] then reset_connections(self) end
  else
    err = errors.adopt(message, err)
  end
  hooks:response(operation, request, state, response, err, finish - start)
  return outcomes, err
end

-- Returns the error value of a request that must not be sent after its waits; nil if it may be sent.
local function abandoned(self, state, now)
  if self.life.closed then return errors.closed() end
  if retry.is_stale(state, now) then return state.unknown_error end
  if now < state.deadline then return nil end
  return errors.new { category = "transport", code = "timeout", retryable = true,
    message = "not sent: the wait for the rate limit took all of the call's time", hint = "raise timeout, or call later" }
end

-- Makes one attempt. Returns the outcomes of the items, an error value, and the request, whose bytes may have left.
local function send_once(self, operation, request_parts, context, state)
  local request = new_request(self, operation, request_parts)
  local err = self.limiter:acquire(request, state.budget, operation.name, state.deadline, self.runtime.monotonic())
  if err then return nil, err, request end
  local ok
  request.timeout = seconds_until(self, state.deadline)
  ok, err = self.credentials:sign(request)
  if not ok then
    self.limiter:release(request, state.budget, state.deadline)
    err.outcome = nil -- the token request may be unknown, but the call itself was not sent
    return nil, err, request
  end
  err = abandoned(self, state, self.runtime.monotonic())
  if err then
    self.limiter:release(request, state.budget, state.deadline)
    return nil, err, request
  end
  -- The secrets of the credentials follow those of the items, and replace those of the previous attempt.
  for i, secret in ipairs(request.secrets) do context.secrets[context.item_secrets + i] = secret end
  local outcomes
  outcomes, err = transfer(self, operation, request, context, state)
  return outcomes, err, request
end

-- ---- retries ----

-- Returns the decision to retry after an error of a request, or false. `start` is the start of its attempt.
local function decide_retry(self, operation, err, state, start, request)
  local runtime = self.runtime
  -- Credentials that were fetched for this very call are not outdated.
  local is_fresh = (request.credentials_version or 0) > state.credentials_version
  state.refreshed = self.credentials:invalidate(request, err, is_fresh, state.refreshes > 0)
  local now = runtime.monotonic()
  if retry.is_unknown(state, err) then state.first_unknown, state.unknown_error = state.first_unknown or start, err end
  state.age = state.first_unknown and now - state.first_unknown
  state.remaining = state.deadline - now
  state.random, state.capacity = runtime.random(), self.quota.capacity
  local decision = retry.decide(state, operation, err)
  if not decision.retry then
    self.hooks:no_retry(operation, state, err, decision)
    return false
  end
  self.hooks:retry(operation, state, err, decision)
  if decision.cost then
    self.quota.capacity, state.retry_cost = self.quota.capacity - decision.cost, state.retry_cost + decision.cost
  end
  return decision
end

-- Counts the attempt and waits. A retry with renewed credentials does not reduce the remaining attempts.
local function prepare_retry(self, operation, decision, state)
  state.attempt = state.attempt + 1
  if decision.refresh then state.attempts, state.refreshes = state.attempts + 1, state.refreshes + 1 end
  if decision.delay > 0 then
    self.hooks:wait(operation.name, decision.delay, "retry")
    self.runtime.sleep(decision.delay)
  end
end

-- Sends a request until a response says what became of it, or a retry is not possible.
local function send_with_retries(self, operation, request_parts, context, state)
  -- Inside nginx not all phases can wait.
  local transport = self.transport
  local failure = self.life.closed and errors.closed() or transport.unavailable and transport:unavailable(state.name)
  if failure then return nil, failure end
  context.item_secrets = #context.secrets
  while true do
    local start = self.runtime.monotonic()
    local outcomes, err, request = send_once(self, operation, request_parts, context, state)
    state.sent, state.start = request.sent, start
    if not err then return outcomes, nil, request end
    state.is_unknown = state.is_unknown or err.outcome == "unknown"
    local decision = decide_retry(self, operation, err, state, start, request)
    if not decision then
      if outcomes then return outcomes, nil, request end
      if state.is_unknown then err.outcome = "unknown" end -- an earlier attempt counts, too
      err.attempts, err.requestId = state.attempt, err.requestId or request.id
      return nil, err, request
    end
    prepare_retry(self, operation, decision, state)
  end
end

-- ---- calls ----

-- Makes the state of a call, which all its attempts share. A call within another call gets the outer call's deadline.
local function new_call_state(self, operation, items, name, deadline)
  local config = self.config
  return {
    name = name, attempt = 1, attempts = config.attempts, deadline = deadline or self.runtime.monotonic() + config.timeout,
    items = #items, retry_cost = 0, credentials_version = self.credentials.version, refreshes = 0,
    retry_unknown = config.retryUnknown, budget = self.limiter:budget_of(operation),
    stale_after = wire_item.is_replay_unsafe(operation, items) and config.passwordRetryWindow or nil,
  }
end

local function record_result(self, state, err)
  if err then
    self.hooks:failed(err.code)
  else
    retry.release(self.quota, state.retry_cost)
  end
end

--- Sends a request that is encoded already.
---@param self table client
---@param operation mimecast.Operation name, method, idempotent, rate_key
---@param request_parts table path, body, headers (flat list), type
---@param context table decode(response, context), secrets
---@return table? outcomes of the items; nil if the request failed as a whole
---@return mimecast.Error? err
function send.raw(self, operation, request_parts, context)
  local state = new_call_state(self, operation, context.items or {}, operation.name)
  self.hooks:call(state.items)
  local outcomes, err = send_with_retries(self, operation, request_parts, context, state)
  record_result(self, state, err)
  return outcomes, err
end

-- Returns the error value of an item after its last attempt. The outcome is unknown if the outcome of an earlier attempt was
-- unknown.
local function with_unknown_outcome(err, previous, state)
  if err.outcome or not (state.is_unknown or (previous and previous.outcome)) then return err end
  local copy = errors.copy(err)
  copy.outcome = "unknown"
  return copy
end

-- Stores the outcomes of the pending items. Returns the positions of the items to retry, and the first one's error.
local function collect_outcomes(operation, outcomes, part_outcomes, err, pending, state)
  local retryable, first_error = {}, nil
  for n, i in ipairs(pending) do
    local outcome = part_outcomes and part_outcomes[n] or err
    if errors.is(outcome) then
      outcome = with_unknown_outcome(outcome, outcomes[i], state)
      if part_outcomes and retry.is_item_retryable(state, operation, outcome) then
        retryable[#retryable + 1], first_error = i, first_error or outcome
      end
    end
    outcomes[i] = outcome
  end
  return retryable, first_error
end

-- Resolves the items whose response names another item, with reads that have the deadline of the call.
local function resolve_foreign(self, operation, items, outcomes, foreign, state)
  local function read(reader, item)
    local context, protocol = decode_context.new(reader, { item }), protocols[reader.protocol]
    context.decode = protocol.decode
    local read_state = new_call_state(self, reader, context.items, state.name, state.deadline)
    local read_outcomes, err = send_with_retries(self, reader, protocol.encode(reader, context.items), context, read_state)
    if read_outcomes then retry.release(self.quota, read_state.retry_cost) end
    return read_outcomes and read_outcomes[1] or err, context.foreign
  end
  local function reset() reset_connections(self) end
  identity.resolve(operation, items, outcomes, foreign, { read = read, reset = reset })
end

--- Sends items as one request. Only items that the service failed and marked retryable are retried.
---@param self table client
---@param operation mimecast.Operation
---@param items table[] wire tables
---@param name string of the function that was called, for errors
---@param page? table size, token
---@return table? outcomes of the items; nil if the call failed as a whole
---@return mimecast.Error? err
---@return integer? attempts
---@return table? request the last one
function send.items(self, operation, items, name, page)
  local protocol = protocols[operation.protocol]
  local state, outcomes, pending, part = new_call_state(self, operation, items, name), nil, {}, items
  self.hooks:call(#items)
  for i = 1, #items do pending[i] = i end
  while true do
    local context = decode_context.new(operation, part)
    context.decode = protocol.decode
    local part_outcomes, err, request = send_with_retries(self, operation, protocol.encode(operation, part, page), context,
      state)
    if context.foreign then resolve_foreign(self, operation, part, part_outcomes, context.foreign, state) end
    if not part_outcomes and not outcomes then
      record_result(self, state, err)
      return nil, err, state.attempt, request
    end
    if #items == 1 and part_outcomes and not errors.is(part_outcomes[1]) then -- the usual case
      record_result(self, state)
      return part_outcomes, nil, state.attempt, request
    end
    outcomes = outcomes or {}
    local retryable, first_error = collect_outcomes(operation, outcomes, part_outcomes, err, pending, state)
    local decision = first_error and decide_retry(self, operation, first_error, state, state.start, request)
    if not decision then
      record_result(self, state, err)
      return outcomes, nil, state.attempt, request
    end
    prepare_retry(self, operation, decision, state)
    pending, part = retryable, {}
    for n, i in ipairs(retryable) do part[n] = items[i] end
  end
end

return send
