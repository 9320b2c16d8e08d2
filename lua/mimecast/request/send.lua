--- One request: encode, pace, authorise, send, decode, and retry's verdict on what came back.
--
-- The pause for the rate limit comes before the signature, which holds the time.
local core = require "mimecast.core"
local envelope = require "mimecast.protocol.envelope"
local errors = require "mimecast.errors"
local lazy = require "mimecast.base.lazy"
local identity = require "mimecast.protocol.identity"
local decode_context = require "mimecast.protocol.decode_context"
local wire_item = require "mimecast.model.wire_item"
local retry = require "mimecast.request.retry"

local user_agent = "lua-mimecast/" .. core.version

-- By name; those of few operations are read when one of these is called.
local carriers = setmetatable({ envelope = envelope }, {
  __index = function(list, name)
    list[name] = lazy("mimecast.protocol." .. name)
    return list[name]
  end,
})

local function remaining(settings, deadline)
  local left = deadline - settings.monotonic()
  return left > 0.001 and left or 0.001
end

local function make_request(self, operation, parts)
  local settings = self.settings
  local request = {
    method = operation.method,
    path = parts.path,
    url = settings.baseUrl .. parts.path,
    headers = { "Content-Type", parts.type or "application/json", "Accept", "application/json", "User-Agent", user_agent },
    body = parts.body,
    connectTimeout = settings.connectTimeout,
    allHeaders = parts.allHeaders,
  }
  for _, part in ipairs(parts.headers or {}) do request.headers[#request.headers + 1] = part end
  return request
end

-- Seconds that a request may take: where its loss would be final, all that is left.
local function patience(settings, operation, deadline)
  local left, own = remaining(settings, deadline), settings.attemptTimeout
  return own and operation.idempotent and settings.retryUnknown and math.min(own, left) or left
end

-- Statuses that say that the connection is not good for another request: the server had given it up, or it leads elsewhere.
local ends_connections = { [408] = true, [421] = true }

-- No connection that is open now carries another request.
local function reset_connections(self)
  if self.transport.reset_connections then self.transport:reset_connections() end
end

-- The error value of a response that denies the credentials: it does, whatever its body is.
local function denied(response, err)
  if err and err.category ~= "protocol" then return err end
  return errors.from_status(response, err and err.message)
end

-- The answer to a request that is authorised, or an error value; with status 401 both, where the response has an answer.
local function fly(self, operation, request, call, state)
  local settings, watch = self.settings, self.watch
  request.sent, request.timeout = true, patience(settings, operation, state.deadline)
  watch:request(operation, request, state)
  local began = settings.monotonic()
  local response, message, err = self.transport:send(request)
  self.pace:leave(request, response)
  local outcomes
  if response then
    response.secrets = call.secrets -- which no text of the answer may show
    outcomes, err = call.decode(response, call)
    if response.status == 401 then err = denied(response, err) end
    if err and err.retryable then err.retryAfter = errors.retry_after(response, settings.clock()) end
    if ends_connections[response.status] then reset_connections(self) end
  else
    err = errors.adopt(message, err)
  end
  watch:response(operation, request, state, response, err, settings.monotonic() - began)
  return outcomes, err
end

-- Why a request that has waited is not sent any more; nil where it is.
local function given_up(self, state, now)
  if self.life.closed then return errors.closed() end
  if retry.is_stale(state, now) then return state.failed end
  if now < state.deadline then return nil end
  return errors.new { category = "transport", code = "timeout", retryable = true,
    message = "not sent: the wait for its turn took all of the call's time", hint = "raise timeout, or call later" }
end

-- One attempt: outcomes of the items, an error value, and the request, whose bytes may have left.
local function attempt(self, operation, parts, call, state)
  local request = make_request(self, operation, parts)
  local ok, err = self.pace:enter(request, operation, state.deadline)
  if not ok then return nil, err, request end
  request.timeout = remaining(self.settings, state.deadline)
  ok, err = self.credentials:sign(request)
  if not ok then
    self.pace:leave(request)
    err.outcome = nil -- whatever became of the token, the call itself was not sent
    return nil, err, request
  end
  err = given_up(self, state, self.settings.monotonic())
  if err then
    self.pace:leave(request)
    return nil, err, request
  end
  for i, secret in ipairs(request.secrets) do call.secrets[call.passwords + i] = secret end
  local outcomes
  outcomes, err = fly(self, operation, request, call, state)
  return outcomes, err, request
end

-- Whether and when to go on after a failure of that request; `started` is when the attempt was.
local function verdict_on(self, operation, err, state, started, request)
  local settings, keys = self.settings, self.credentials
  -- Credentials that were fetched for this very call are not too old.
  local is_fresh = (request.credentials_version or 0) > state.credentials_version
  state.renewed = keys:invalidate(request, err, is_fresh, state.renewals > 0)
  local now = settings.monotonic()
  if retry.is_unsure(state, err) then state.first, state.failed = state.first or started, err end
  state.age = state.first and now - state.first
  state.remaining = state.deadline - now
  state.random, state.purse = settings.random(), self.purse.left
  local verdict = retry.verdict(state, operation, err)
  if not verdict.again then
    self.watch:last(operation, state, err, verdict)
    return false
  end
  self.watch:retry(operation, state, err, verdict)
  if verdict.cost then
    self.purse.left, state.spent = self.purse.left - verdict.cost, state.spent + verdict.cost
  end
  return verdict
end

-- What the verdict asks for before the next attempt.
local function prepare(self, operation, verdict, state)
  state.attempt = state.attempt + 1
  -- It takes none of the attempts away.
  if verdict.renew then state.attempts, state.renewals = state.attempts + 1, state.renewals + 1 end
  if verdict.delay > 0 then
    self.watch:wait(operation.name, verdict.delay, "retry")
    self.settings.sleep(verdict.delay)
  end
end

-- Sends a request until it is answered, or nothing is left to try.
local function answered(self, operation, parts, call, state)
  local transport = self.transport
  local refused = self.life.closed and errors.closed() or transport.unavailable and transport:unavailable(operation.name)
  if refused then return nil, refused end -- or the host cannot wait here
  call.passwords = #call.secrets
  while true do
    local started = self.settings.monotonic()
    local outcomes, err, request = attempt(self, operation, parts, call, state)
    state.sent, state.started = request.sent, started
    if not err then return outcomes, nil, request end
    state.lost = state.lost or err.outcome == "unknown"
    local verdict = verdict_on(self, operation, err, state, started, request)
    if not verdict then
      if outcomes then return outcomes, nil, request end -- they say it themselves
      if state.lost then err.outcome = "unknown" end -- also where it was an earlier attempt whose answer was lost
      err.attempts, err.requestId = state.attempt, err.requestId or request.id
      return nil, err, request
    end
    prepare(self, operation, verdict, state)
  end
end

-- What a call knows while it lasts; one within another call has that one's deadline.
local function begin(self, operation, items, deadline)
  local settings = self.settings
  return {
    attempt = 1, attempts = settings.attempts, items = #items,
    deadline = deadline or settings.monotonic() + settings.timeout,
    spent = 0, credentials_version = self.credentials.version, renewals = 0,
    retry_unknown = settings.retryUnknown,
    stale_after = wire_item.is_replay_unsafe(operation, items) and settings.passwordRetryWindow or nil,
  }
end

-- Counts how it ended.
local function finish(self, state, err)
  if err then
    self.watch:failed(err.code)
  else
    retry.give_back(self.purse, state.spent)
  end
end

--- Sends a request as often as retry allows.
---@param self table client
---@param operation mimecast.Operation name, method, idempotent
---@param parts table path, body, headers (flat list), type
---@param call table what `decode(response, call)` needs: items, output, names, secrets and so on
---@return table? outcomes of the items, nil where the request failed as a whole
---@return mimecast.Error? err
---@return integer? attempts
---@return table? request the last one
local function send(self, operation, parts, call)
  local state = begin(self, operation, call.items or {})
  self.watch:call(state.items)
  local outcomes, err, request = answered(self, operation, parts, call, state)
  finish(self, state, err)
  return outcomes, err, state.attempt, request
end

-- What became of an item whose last attempt failed: also where it was an earlier one whose answer was lost, or that the
-- service may have carried out.
local function told(err, before, state)
  if err.outcome or not (state.lost or (before and before.outcome)) then return err end
  local own = errors.copy(err)
  own.outcome = "unknown"
  return own
end

-- Takes the outcomes of a part of the items, and returns which of them may be sent again, with the first one's failure.
local function sort_out(operation, outcomes, found, err, open, state)
  local again, first = {}, nil
  for n, i in ipairs(open) do
    local outcome = found and found[n] or err
    if errors.is(outcome) then
      outcome = told(outcome, outcomes[i], state)
      if found and retry.may_repeat(state, operation, outcome) then again[#again + 1], first = i, first or outcome end
    end
    outcomes[i] = outcome
  end
  return again, first
end

-- Settles what an answer under another name left open; the reads have the call's deadline.
local function settle(self, operation, items, outcomes, foreign, state)
  local function read(reader, item)
    local call, carrier = decode_context.new(reader, { item }), carriers[reader.protocol]
    call.decode = carrier.decode
    local own = begin(self, reader, call.items, state.deadline)
    local found, err = answered(self, reader, carrier.encode(reader, call.items), call, own)
    if found then retry.give_back(self.purse, own.spent) end
    return found and found[1] or err, call.foreign
  end
  local function reset() reset_connections(self) end
  identity.settle(operation, items, outcomes, foreign, { read = read, reset = reset })
end

--- Sends items as one request; those that the service failed and marked retryable go again, and no other.
---@param self table client
---@param operation mimecast.Operation
---@param items table[]
---@param page? table size, token
---@return table? outcomes for each item, nil where the call failed as a whole
---@return mimecast.Error? err
---@return integer? attempts
---@return table? request the last one
local function exchange(self, operation, items, page)
  local carrier = carriers[operation.protocol]
  local state, outcomes, open, part = begin(self, operation, items), nil, {}, items
  self.watch:call(#items)
  for i = 1, #items do open[i] = i end
  while true do
    local call = decode_context.new(operation, part)
    call.decode = carrier.decode
    local found, err, request = answered(self, operation, carrier.encode(operation, part, page), call, state)
    if call.foreign then settle(self, operation, part, found, call.foreign, state) end
    if not found and not outcomes then
      finish(self, state, err)
      return nil, err, state.attempt, request
    end
    if #items == 1 and found and not errors.is(found[1]) then -- what nearly every call gets
      finish(self, state)
      return found, nil, state.attempt, request
    end
    outcomes = outcomes or {}
    local again, first = sort_out(operation, outcomes, found, err, open, state)
    local verdict = first and verdict_on(self, operation, first, state, state.started, request)
    if not verdict then
      finish(self, state, err)
      return outcomes, nil, state.attempt, request
    end
    prepare(self, operation, verdict, state)
    open, part = again, {}
    for n, i in ipairs(again) do part[n] = items[i] end
  end
end

return { send = send, exchange = exchange }
