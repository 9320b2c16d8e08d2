--- One at a time: of the calls that need the same thing done first, one does it; the others wait and share its outcome.
--
-- A refusal by the service is remembered for a while, because asking again could only lock the account.
local failure = require "mimecast.failure"

local single = {}

local Single = {}
Single.__index = Single

--- Makes one.
---@param settings table elapsed, refusalPause (seconds)
---@param transport table
---@param options table late (message of who waits too long), refusals (set of the codes that are remembered)
---@return table single
function single.new(settings, transport, options)
  return setmetatable({ settings = settings, transport = transport, late = options.late, refusals = options.refusals },
    Single)
end

local function copy(err)
  local own = {}
  for key, value in pairs(err) do own[key] = value end
  return failure.new(own)
end

-- Who is running: a coroutine, or "main".
local function running()
  local me, is_main = coroutine.running()
  return not is_main and me or "main"
end

-- Whether nobody works on it any more: an error, an interrupt for instance, went through whoever did. Coroutines that
-- the main thread runs have it wait for them, so that it is not the one that works.
local function is_left(self, doing, me)
  local owner = doing.owner
  return owner == me or owner == "main" or coroutine.status(owner) == "dead" or self.settings.elapsed() > doing.till
end

-- Waits for what another call is doing; nil where there is nothing to wait for any more.
local function share(self, doing, me, timeout)
  local till = self.settings.elapsed() + timeout
  local function is_late() return self.settings.elapsed() >= till end
  self.transport:wait_until(function() return doing.done or is_left(self, doing, me) or is_late() end)
  if doing.done then return not doing.err, doing.err and copy(doing.err) end
  if is_left(self, doing, me) then return nil end
  return false, failure.new { category = "transport", code = "timeout", retryable = true, message = self.late }
end

--- Does the work, or waits for another call that does it already.
---@param timeout number seconds
---@param work fun(timeout: number): boolean?, mimecast.Failure? true, or nil and an error value
---@return boolean? ok
---@return mimecast.Failure? err
function Single:run(timeout, work)
  local elapsed, me = self.settings.elapsed, running()
  local now = elapsed()
  if self.refusal and now < self.refusal.till then return nil, copy(self.refusal.err) end
  if self.doing and not is_left(self, self.doing, me) then
    local ok, err = share(self, self.doing, me, timeout)
    if ok ~= nil then return ok, err end
    timeout = math.max(now + timeout - elapsed(), 0.001)
  end
  local doing = { owner = me, till = elapsed() + timeout + 1 }
  self.doing = doing
  local ok, err = work(timeout)
  self.doing, doing.done, doing.err = nil, true, err and copy(err)
  self.refusal = err and self.refusals[err.code] and { err = copy(err), till = elapsed() + self.settings.refusalPause }
    or nil
  return ok, err
end

return single
