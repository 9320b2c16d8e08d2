--- One request: encode, authorise, send, decode, and retry's verdict on what came back.
local core = require "mimecast.core"
local envelope = require "mimecast.envelope"
local failure = require "mimecast.failure"
local operations = require "mimecast.operations"
local rest = require "mimecast.rest"
local retry = require "mimecast.retry"
local upload = require "mimecast.upload"

local user_agent = "lua-mimecast/" .. core.version
local carriers = { envelope = envelope, rest = rest, upload = upload }

local function remaining(settings, deadline)
  local left = deadline - settings.elapsed()
  return left > 0.001 and left or 0.001
end

-- One attempt: outcomes of the items, or an error value; and the request, whose bytes may have left.
local function attempt(self, operation, parts, call, deadline)
  local settings = self.settings
  local request = {
    method = operation.method,
    path = parts.path,
    url = settings.baseUrl .. parts.path,
    headers = { "Content-Type", parts.type or "application/json", "Accept", "application/json", "User-Agent", user_agent },
    body = parts.body,
    timeout = remaining(settings, deadline),
    connectTimeout = settings.connectTimeout,
    allHeaders = parts.allHeaders,
  }
  for _, part in ipairs(parts.headers or {}) do request.headers[#request.headers + 1] = part end
  local ok, err = self.credentials:authorise(request)
  if not ok then
    err.outcome = nil -- whatever became of the token, the call itself was not sent
    return nil, err, request
  end
  for i, secret in ipairs(request.secrets) do call.secrets[call.passwords + i] = secret end
  request.sent, request.timeout = true, remaining(settings, deadline)
  local response, message
  response, message, err = self.transport:send(request)
  if not response then return nil, failure.adopt(message, err), request end
  local outcomes
  outcomes, err = call.decode(response, call)
  if err and err.retryable then err.retryAfter = failure.retry_after(response, settings.clock()) end
  return outcomes, err, request
end

-- `started` is when the attempt was.
local function verdict_on(self, operation, err, state, deadline, started)
  local settings = self.settings
  local now = settings.elapsed()
  if retry.is_unsure(state, err) then state.first = state.first or started end
  state.age = state.first and now - state.first
  state.lost = state.lost or (err.outcome == "unknown")
  state.remaining = deadline - now
  state.random = settings.random()
  local verdict = retry.verdict(state, operation, err)
  if verdict.again and settings.log then
    settings.log(("%s: attempt %d failed (%s), again in %.1f s: %s"):format(operation.name, state.attempt, err.code,
      verdict.delay, verdict.reason))
  end
  return verdict
end

--- Sends a request as often as retry allows.
---@param self table client
---@param operation mimecast.Operation name, method, idempotent
---@param parts table path, body, headers (flat list), type
---@param call table what `decode(response, call)` needs: items, output, names, secrets and so on
---@return table? outcomes of the items, nil where the request failed as a whole
---@return mimecast.Failure? err
---@return integer? attempts
---@return table? request the last one
local function send(self, operation, parts, call)
  local settings = self.settings
  local deadline = settings.elapsed() + settings.timeout
  call.passwords = #call.secrets
  local state = { attempt = 1, attempts = settings.attempts, renewed = false, can_renew = settings.generation == "2.0",
    careful = settings.careful, stale_after = operations.has_late(operation, call.items) and settings.repeatWithin or nil }
  while true do
    local started = settings.elapsed()
    local outcomes, err, request = attempt(self, operation, parts, call, deadline)
    if outcomes then return outcomes, nil, state.attempt, request end
    state.sent = request.sent
    local verdict = verdict_on(self, operation, err, state, deadline, started)
    if not verdict.again then
      if state.lost then err.outcome = "unknown" end -- also where it was an earlier attempt whose answer was lost
      err.attempts, err.requestId = state.attempt, err.requestId or request.id
      return nil, err
    end
    if verdict.renew then
      state.renewed = true
      self.credentials:renew(request)
    else
      state.attempt = state.attempt + 1
    end
    if verdict.delay > 0 then settings.sleep(verdict.delay) end
  end
end

--- Sends wire items as one request.
---@param self table client
---@param operation mimecast.Operation
---@param items table[]
---@param page? table size, token
local function exchange(self, operation, items, page)
  local carrier = carriers[operation.carrier]
  local call = operations.call(operation, items)
  call.decode = carrier.decode
  return send(self, operation, carrier.encode(operation, items, page), call)
end

return { send = send, exchange = exchange }
