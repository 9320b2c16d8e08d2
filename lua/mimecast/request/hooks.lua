--- Calls the client's hooks, writes its log and counts. No hook receives a header or a body.
local core = require "mimecast.core"
local headers = require "mimecast.protocol.headers"
local metrics = require "mimecast.request.metrics"
local redact = require "mimecast.base.redact"

local hooks = {}
local Hooks = {}
Hooks.__index = Hooks

--- Makes the hooks of a client.
---@param config table onRequest, onResponse, onRetry, onWait, runtime
function hooks.new(config)
  return setmetatable({ config = config, log = config.runtime.log, metrics = metrics.new() }, Hooks)
end

-- An error of the log itself cannot be reported anywhere.
local function write_log(self, line)
  if self.log then pcall(self.log, line) end
end

local function log_error(self, name, reason)
  write_log(self, ("%s raised: %s"):format(name, tostring(reason)))
end

-- An error of a hook must not lose a response: it is logged, and the call goes on. Its text may itself raise.
local function call_hook(self, name, event)
  local ok, reason = pcall(self.config[name], event)
  if not ok then pcall(log_error, self, name, reason) end
end

--- Counts a call that failed as a whole.
---@param code string
function Hooks:failed(code)
  self.metrics.failures[code] = (self.metrics.failures[code] or 0) + 1
end

--- Counts a token or a binding that was fetched.
function Hooks:token()
  self.metrics.tokens = self.metrics.tokens + 1
end

-- The path stands without its query, which may hold personal data.
local function event_of(call)
  local operation = call.operation
  return {
    operation = operation.name, method = operation.method,
    path = redact(call.path:match("^[^?]*"), call:find_secrets(), 4096),
    items = call.retries and call.retries.items or #call.items, attempt = call:attempt(), requestId = call.id,
  }
end

--- Reports a request that is about to be sent.
---@param call table
function Hooks:request(call)
  call_hook(self, "onRequest", event_of(call))
end

--- Reports the response to a request, or its failure.
---@param call table
---@param response? table
---@param err? mimecast.Error the error of the call as a whole
---@param seconds number
function Hooks:response(call, response, err, seconds)
  local event = event_of(call)
  if response then
    call:find_secrets(response) -- must not show in the service's id
    event.status, event.bytes, event.serviceRequestId = response.status, #response.body, headers.request_id(response)
  end
  event.seconds, event.category, event.code = seconds, err and err.category, err and err.code
  call_hook(self, "onResponse", event)
end

--- Reports a retry.
---@param call table state of the call
---@param err mimecast.Error
---@param decision mimecast.Decision
function Hooks:retry(call, err, decision)
  local name, attempt = call.operation.name, call:attempt()
  self.metrics.retries = self.metrics.retries + 1
  write_log(self, ("%s: attempt %d failed (%s), retry in %s s: %s"):format(name, attempt, err.code,
    core.format_fixed(decision.delay, 1), decision.reason))
  if self.config.onRetry then
    call_hook(self, "onRetry", { operation = name, attempt = attempt, category = err.category, code = err.code,
      delay = decision.delay, reason = decision.reason })
  end
end

--- Logs that a request is not retried although its error is retryable.
---@param call table state of the call
---@param err mimecast.Error
---@param decision mimecast.Decision
function Hooks:no_retry(call, err, decision)
  if not (err.retryable and self.log) then return end
  write_log(self, ("%s: attempt %d failed (%s), no retry: %s"):format(call.operation.name, call:attempt(), err.code,
    decision.reason))
end

--- Reports a pause.
---@param name string of the operation
---@param seconds number
---@param reason "retry"|"rate limit"|"in flight"
function Hooks:wait(name, seconds, reason)
  self.metrics.waits, self.metrics.waited = self.metrics.waits + 1, self.metrics.waited + seconds
  if self.config.onWait then call_hook(self, "onWait", { operation = name, seconds = seconds, reason = reason }) end
end

return hooks
