--- One at a time: of the calls that need the same thing done first, one does it; the others wait and share its outcome.
--
-- A refusal by the service is remembered for a while, because asking again could only lock the account; so is the pause that
-- the service asks for.
local errors = require "mimecast.errors"
local liveness = require "mimecast.base.liveness"

local single = {}

local Single = {}
Single.__index = Single

local patience = 0.1 -- seconds within which the host begins what is done beside

--- Makes one.
---@param settings table monotonic, uuid, authFailureCooldown (seconds)
---@param transport table
---@param options table late (message of who waits too long), refusals (set of the codes that are remembered)
---@return table single
function single.new(settings, transport, options)
  return setmetatable({ settings = settings, transport = transport, late = options.late, refusals = options.refusals },
    Single)
end

-- Whether nobody works on it any more.
local function is_left(self, doing, me)
  local now = self.settings.monotonic()
  if doing.raised or now > doing.till then return true end
  if doing.beside then return not doing.begun and now > doing.begins_by end
  return liveness.owner_died(doing.owner, me)
end

-- Waits for what another call is doing; nil where there is nothing to wait for any more.
local function share(self, doing, me, deadline)
  local function is_late() return self.settings.monotonic() >= deadline end
  self.transport:wait_until(function() return doing.done or is_left(self, doing, me) or is_late() end)
  if doing.done then return not doing.err, doing.err and errors.copy(doing.err) end
  if is_left(self, doing, me) then return nil end
  return false, errors.new { category = "transport", code = "timeout", retryable = true, message = self.late }
end

-- What has failed is not asked for again for so many seconds, where it was refused or the service asks for a pause.
local function remember(self, err, seconds)
  self.failed = nil
  if not err then return end
  local now, most = self.settings.monotonic(), self.settings.authFailureCooldown
  local pause = self.refusals[err.code] and (seconds or most) or err.retryable and math.min(err.retryAfter or 0, most) or 0
  if pause > 0 then self.failed = { err = errors.copy(err), at = now, till = now + pause } end
end

-- The failure that is remembered; nil where there is none.
local function remembered(self, now)
  local failed = self.failed
  if not failed or now >= failed.till then return nil end
  local err = errors.copy(failed.err)
  if err.retryAfter then err.retryAfter = math.max(err.retryAfter - (now - failed.at), 0) end
  return err
end

-- Lua 5.1 itself, unlike LuaJIT, cannot wait within a pcall: there a call that raises is missed when its time is over.
local guarded = (_VERSION ~= "Lua 5.1" or rawget(_G, "jit")) and pcall or function(work, ...) return true, work(...) end

-- Does it, and keeps what came of it for all that wait.
local function perform(self, doing, work)
  local called, ok, err, seconds = guarded(work, doing.deadline, doing)
  if not called then
    doing.raised = { ok } -- whoever comes next takes it over, with what it has locked
    error(ok, 0)
  end
  doing.done, doing.err = true, err and errors.copy(err)
  if self.doing == doing then self.doing = nil end
  remember(self, err, seconds)
  return ok, err
end

-- Has it done beside the callers, where the host can: a thread that nginx kills is not dead to anybody, and all would wait.
local function detach(self, doing, work)
  local transport = self.transport
  return transport.spawn and transport:spawn(function()
    if self.doing ~= doing then return end -- so late that another has taken over
    doing.begun = true
    pcall(perform, self, doing, work) -- what it raises is noted
  end)
end

--- Does the work, or waits for another call that does it already.
---@param timeout number seconds
---@param work fun(deadline: number, doing: table): boolean?, mimecast.Error?, number? true, or nil, an error value and
-- the seconds for which a refusal is remembered (default: authFailureCooldown). `deadline` is in monotonic seconds;
-- `doing.id` is this work's own, or that of one that was left (`doing.inherited`) and may have locked something with it
---@return boolean? ok
---@return mimecast.Error? err
function Single:run(timeout, work)
  local now, me = self.settings.monotonic(), liveness.current()
  local deadline = now + timeout
  local failed = remembered(self, now)
  if failed then return nil, failed end
  local left = self.doing
  while left and not is_left(self, left, me) do
    local ok, err = share(self, left, me, deadline)
    if ok ~= nil then return ok, err end
    left = self.doing
  end
  local doing = { owner = liveness.mark(me), deadline = deadline, till = deadline + 1,
    begins_by = self.settings.monotonic() + patience, id = left and left.id or self.settings.uuid(), inherited = left ~= nil }
  self.doing = doing
  doing.beside = not left and detach(self, doing, work) -- what was left once is not left to the host again
  if not doing.beside then return perform(self, doing, work) end
  local ok, err = share(self, doing, me, deadline)
  if ok ~= nil then return ok, err end
  if doing.raised then error(doing.raised[1], 0) end
  return self:run(deadline - self.settings.monotonic(), work)
end

return single
