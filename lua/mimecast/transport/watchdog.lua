--- Watchdog: polls libcurl if the coroutine that leads (leader.lua) was dropped and no other waits.
--
-- If nginx kills that coroutine, requests in flight would stall and be sent on the next call. A timer takes over instead.
local watchdog = {}

local interval = 0.2 -- seconds without a poll after which the watchdog polls

-- Runs until no request is in flight.
local function watch(transport)
  local leader, waiter = transport.leader, {}
  function waiter.is_done() return next(transport.waiting) == nil end
  while not waiter.is_done() do
    transport.watched_until = transport.monotonic() + 5 * interval
    local polls = leader.polls
    transport.host.sleep(interval)
    if leader.polls == polls then
      transport.watched_until = math.huge
      waiter.leaderless = interval
      leader:wait(waiter)
    end
  end
end

--- Starts the watchdog of a transport, unless it runs.
---@param transport table leader, host, waiting, monotonic
---@param spawn fun(run: fun()): boolean of the host
function watchdog.start(transport, spawn)
  local now = transport.monotonic()
  if now < (transport.watched_until or 0) then return end
  transport.watched_until = now + 5 * interval -- if the host never runs it, a later request starts another
  spawn(function()
    pcall(watch, transport)
    transport.watched_until = 0
  end)
end

return watchdog
