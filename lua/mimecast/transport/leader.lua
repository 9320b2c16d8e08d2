--- Leader/follower loop: one waiting coroutine polls libcurl for all; it wakes the others.
--
-- A waiter that finds no leader leads until its wait is over, then hands over. A host may drop a coroutine for good (nginx
-- does when a client disconnects): if the leader stops polling, a follower takes over.
local leader = {}

local Leader = {}
Leader.__index = Leader

-- Seconds between two polls: the pause grows while nothing happens.
local min_pause, max_pause, growth = 0.001, 0.008, 1.5
local stale_after = 0.2 -- seconds without a poll after which the leader counts as dropped; also the wait of a follower
local condition_interval = 0.01 -- the wait of a follower that has conditions to check

--- Makes a loop.
---@param host table sleep(seconds); semaphore (optional): makes a semaphore with post(n) and wait(seconds)
---@param poll fun(): boolean polls without waiting and wakes the waiters that are done; returns whether anything happened
function leader.new(host, poll)
  return setmetatable({
    host = host, poll = poll,
    current = nil, -- the waiter that leads
    polls = 0,
    -- Weak: a dropped coroutine must be collected.
    handed = setmetatable({}, { __mode = "v" }), -- successor: the waiter that was woken to lead, until it does
    followers = setmetatable({}, { __mode = "k" }),
  }, Leader)
end

-- Waits until the waiter is woken, for at most so many seconds.
local function park(self, waiter, seconds)
  if self.host.semaphore then
    waiter.semaphore = waiter.semaphore or self.host.semaphore(0)
    local woken, reason = waiter.semaphore:wait(seconds)
    if woken or reason == "timeout" then return end
  end
  self.host.sleep(seconds)
end

--- Wakes a waiter, which checks again whether it is done.
---@param waiter table
function Leader.wake(_, waiter)
  if waiter.semaphore then waiter.semaphore:post(1) end
end

--- Wakes the leader, because there is a new request.
function Leader:wake_leader()
  self.poll_now = true
  if self.current then self:wake(self.current) end
end

local function lead(self, waiter)
  self.current, self.handed.successor = waiter, nil
  local pause = min_pause
  repeat
    self.polls = self.polls + 1
    self.poll_now = false
    if self.poll() then pause = min_pause end
    if waiter.is_done() then return end
    if self.poll_now then pause = min_pause end
    park(self, waiter, pause)
    pause = self.poll_now and min_pause or math.min(pause * growth, max_pause)
  until self.current ~= waiter -- it slept for so long that a follower took over
end

local function follow(self, waiter)
  local polls = self.polls
  local seconds = waiter.has_conditions and waiter.has_conditions() and condition_interval or stale_after
  if not self.host.semaphore then seconds = math.min(seconds, max_pause) end -- nothing can wake it
  self.followers[waiter] = true
  park(self, waiter, seconds)
  self.followers[waiter] = nil
  waiter.leaderless = polls == self.polls and (waiter.leaderless or 0) + seconds or 0
end

-- Wakes a follower to lead, and removes it from the followers: if it was dropped, the next hand-over picks another.
local function hand_over(self)
  local successor = next(self.followers)
  self.current, self.handed.successor = nil, successor
  if not successor then return end
  self.followers[successor] = nil
  self:wake(successor)
end

--- Waits until the waiter is done. Raises errors of `is_done` and `poll` again, after the hand-over.
---@param waiter table is_done(); has_conditions() (optional): whether is_done has conditions to check
function Leader:wait(waiter)
  while not waiter.is_done() do
    if self.current and self.current ~= waiter and (waiter.leaderless or 0) < stale_after then
      follow(self, waiter)
    else
      waiter.leaderless = 0
      local ok, reason = pcall(lead, self, waiter)
      if self.current == waiter then hand_over(self) end
      if not ok then error(reason, 0) end
    end
  end
  if self.handed.successor == waiter then hand_over(self) end -- its response came together with the lead
end

return leader
