--- Runs work once for all concurrent callers: the first caller does it, the others wait and share its outcome.
--
-- Credentials that the service denied are not sent again for a while, because that could lock the account. A pause that
-- the service asks for is kept in the same way.
local errors = require "mimecast.errors"
local liveness = require "mimecast.base.liveness"

local single_flight = {}

local SingleFlight = {}
SingleFlight.__index = SingleFlight

local start_timeout = 0.1 -- seconds within which the host must start detached work

--- Makes a single flight.
---@param config table monotonic, uuid, authFailureCooldown (seconds)
---@param transport table
---@param options table late (message for a caller whose time is over), denials (set of the error codes that are cached)
---@return table
function single_flight.new(config, transport, options)
  return setmetatable({ config = config, transport = transport, late = options.late, denials = options.denials },
    SingleFlight)
end

-- Whether the work in flight will never finish.
local function is_abandoned(self, flight, caller)
  local now = self.config.runtime.monotonic()
  if flight.raised or now > flight.expires_at then return true end
  if flight.detached then return not flight.started and now > flight.start_by end
  return liveness.owner_died(flight.owner, caller)
end

-- Waits for the work of another caller. Returns nil if that caller abandoned it.
local function share(self, flight, caller, deadline)
  local function is_late() return self.config.runtime.monotonic() >= deadline end
  self.transport:wait_until(function() return flight.done or is_abandoned(self, flight, caller) or is_late() end)
  if flight.done then return not flight.err, flight.err and errors.copy(flight.err) end
  if is_abandoned(self, flight, caller) then return nil end
  return false, errors.new { category = "transport", code = "timeout", retryable = true, message = self.late }
end

-- Caches a failure, if the service denied the credentials or asks for a pause.
local function cache_failure(self, err, seconds)
  self.failed = nil
  if not err then return end
  local now, longest = self.config.runtime.monotonic(), self.config.authFailureCooldown
  local pause = self.denials[err.code] and (seconds or longest)
    or err.retryable and math.min(err.retryAfter or 0, longest) or 0
  if pause > 0 then self.failed = { err = errors.copy(err), at = now, expires_at = now + pause } end
end

local function cached_failure(self, now)
  local failed = self.failed
  if not failed or now >= failed.expires_at then return nil end
  local err = errors.copy(failed.err)
  if err.retryAfter then err.retryAfter = math.max(err.retryAfter - (now - failed.at), 0) end
  return err
end

-- PUC Lua 5.1 cannot yield across pcall: there, work that raises is noticed at its deadline.
local safe_call = (_VERSION ~= "Lua 5.1" or rawget(_G, "jit")) and pcall or function(work, ...) return true, work(...) end

-- Does the work, and keeps the outcome for the callers that wait.
local function perform(self, flight, work)
  local called, ok, err, seconds = safe_call(work, flight.deadline, flight)
  if not called then
    flight.raised = { ok } -- the next caller takes over the flight, with its locks
    error(ok, 0)
  end
  flight.done, flight.err = true, err and errors.copy(err)
  if self.in_flight == flight then self.in_flight = nil end
  cache_failure(self, err, seconds)
  return ok, err
end

-- Runs the work outside of the callers' coroutines, if the host can: if nginx kills the coroutine that does the work, nothing
-- reports its death, and the other callers would wait for their whole time.
local function detach(self, flight, work)
  local transport = self.transport
  return transport.spawn and transport:spawn(function()
    if self.in_flight ~= flight then return end -- another caller has taken over meanwhile
    flight.started = true
    pcall(perform, self, flight, work) -- `perform` keeps the error
  end)
end

--- Does the work, or waits for another caller that is doing it.
---@param timeout number seconds
---@param work fun(deadline: number, flight: table): boolean?, mimecast.Error?, number? returns true; or nil, an error value
-- and the seconds for which a denial is cached (default: authFailureCooldown). `deadline` is in monotonic seconds.
-- `flight.id` identifies the work; if `flight.taken_over`, it is the id of an abandoned flight, which may hold a lock
---@return boolean? ok
---@return mimecast.Error? err
function SingleFlight:run(timeout, work)
  local now, caller = self.config.runtime.monotonic(), liveness.current()
  local deadline = now + timeout
  local failed = cached_failure(self, now)
  if failed then return nil, failed end
  local previous = self.in_flight
  while previous and not is_abandoned(self, previous, caller) do
    local ok, err = share(self, previous, caller, deadline)
    if ok ~= nil then return ok, err end
    previous = self.in_flight
  end
  local flight = { owner = liveness.mark(caller), deadline = deadline, expires_at = deadline + 1,
    start_by = self.config.runtime.monotonic() + start_timeout, id = previous and previous.id or self.config.runtime.uuid(),
    taken_over = previous ~= nil }
  self.in_flight = flight
  flight.detached = not previous and detach(self, flight, work) -- abandoned work is not left to the host again
  if not flight.detached then return perform(self, flight, work) end
  local ok, err = share(self, flight, caller, deadline)
  if ok ~= nil then return ok, err end
  if flight.raised then error(flight.raised[1], 0) end
  return self:run(deadline - self.config.runtime.monotonic(), work)
end

return single_flight
