--- What a client lets others see of its calls: hooks and counters. No header and no body ever gets here.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local redact = require "mimecast.base.redact"
local stats = require "mimecast.request.metrics"

local watch = {}
local Watch = {}
Watch.__index = Watch

--- Made from checked settings.
---@param settings table onRequest, onResponse, onRetry, onWait, log
function watch.new(settings)
  return setmetatable({ settings = settings, stats = stats.new() }, Watch)
end

-- The log's own error is passed over: there is nobody to tell it to.
local function note(self, line)
  if self.settings.log then pcall(self.settings.log, line) end
end

local function note_error(self, name, reason)
  note(self, ("%s raised: %s"):format(name, tostring(reason)))
end

-- A hook's own error shall not lose an answer that has come: it is told and passed over, even where it cannot be told.
local function tell(self, name, event)
  local ok, reason = pcall(self.settings[name], event)
  if not ok then pcall(note_error, self, name, reason) end
end

--- A call begins.
---@param items integer how many it has
function Watch:call(items)
  self.stats.calls, self.stats.items = self.stats.calls + 1, self.stats.items + items
end

--- It failed as a whole.
---@param code string
function Watch:failed(code)
  self.stats.failures[code] = (self.stats.failures[code] or 0) + 1
end

--- A token or a binding was fetched.
function Watch:token()
  self.stats.tokens = self.stats.tokens + 1
end

-- Without the query: what is searched for is nobody else's business.
local function event_of(operation, request, state)
  return {
    operation = operation.name, method = request.method, path = redact(request.path:match("^[^?]*"), request.secrets, 4096),
    items = state.items, attempt = state.attempt, requestId = request.id,
  }
end

--- A request is about to be sent.
---@param operation mimecast.Operation
---@param request table
---@param state table attempt, items
function Watch:request(operation, request, state)
  self.stats.requests = self.stats.requests + 1
  self.stats.sent = self.stats.sent + (type(request.body) == "string" and #request.body or 0)
  if self.settings.onRequest then tell(self, "onRequest", event_of(operation, request, state)) end
end

--- It was answered, or failed.
---@param operation mimecast.Operation
---@param request table
---@param state table
---@param response? table
---@param err? mimecast.Error why there is no result for the call as a whole
---@param seconds number
function Watch:response(operation, request, state, response, err, seconds)
  if response then
    self.stats.received = self.stats.received + #response.body
    self.stats:observe(seconds)
  end
  if not self.settings.onResponse then return end
  local event = event_of(operation, request, state)
  event.status, event.bytes, event.seconds = response and response.status, response and #response.body, seconds
  event.serviceRequestId = response and errors.request_id(response)
  event.category, event.code = err and err.category, err and err.code
  tell(self, "onResponse", event)
end

--- A request is made again.
---@param operation mimecast.Operation
---@param state table
---@param err mimecast.Error
---@param verdict mimecast.Verdict
function Watch:retry(operation, state, err, verdict)
  self.stats.retries = self.stats.retries + 1
  note(self, ("%s: attempt %d failed (%s), again in %s s: %s"):format(operation.name, state.attempt, err.code,
    core.format_fixed(verdict.delay, 1), verdict.reason))
  if self.settings.onRetry then
    tell(self, "onRetry", { operation = operation.name, attempt = state.attempt, category = err.category, code = err.code,
      delay = verdict.delay, reason = verdict.reason })
  end
end

--- A request is not made again, although what failed may pass.
---@param operation mimecast.Operation
---@param state table
---@param err mimecast.Error
---@param verdict mimecast.Verdict
function Watch:last(operation, state, err, verdict)
  if not (err.retryable and self.settings.log) then return end
  note(self, ("%s: attempt %d failed (%s), not again: %s"):format(operation.name, state.attempt, err.code, verdict.reason))
end

--- A pause begins.
---@param name string the operation's
---@param seconds number
---@param reason "retry"|"rate limit"|"in flight"
function Watch:wait(name, seconds, reason)
  self.stats.waits, self.stats.waited = self.stats.waits + 1, self.stats.waited + seconds
  if self.settings.onWait then tell(self, "onWait", { operation = name, seconds = seconds, reason = reason }) end
end

return watch
