--- Steps for those that are gone: a host may drop whoever steps (lead.lua), and with nobody behind it what is in flight would
-- lie until the next call, and be sent then, long after its caller has gone.
local guard = {}

local pause = 0.2 -- seconds without a step after which it steps itself

-- Looks after the lead until nothing is in flight any more.
local function watch(transport)
  local lead, waiter = transport.lead, {}
  function waiter.done() return next(transport.waiting) == nil end
  while not waiter.done() do
    transport.guarded_till = transport.monotonic() + 5 * pause
    local steps = lead.steps
    transport.host.sleep(pause)
    if lead.steps == steps then
      transport.guarded_till = math.huge
      waiter.silence = pause
      lead:wait(waiter)
    end
  end
end

--- Sees to it that a transport's requests are looked after, beside all callers.
---@param transport table lead, host, waiting, monotonic
---@param spawn fun(run: fun()): boolean the host's
function guard.post(transport, spawn)
  local now = transport.monotonic()
  if now < (transport.guarded_till or 0) then return end
  transport.guarded_till = now + 5 * pause -- a host that does not begin it is asked again
  spawn(function()
    pcall(watch, transport)
    transport.guarded_till = 0
  end)
end

return guard
