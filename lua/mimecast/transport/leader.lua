--- One caller at a time steps the engine for all that wait in the same host; the others wait until it tells them.
--
-- Whoever waits while nobody leads, leads until its own wait is over, and hands the lead on. A host may drop a coroutine
-- for good (nginx does when a client goes away): one that waits for a leader that steps no more takes the lead.
local lead = {}

local Lead = {}
Lead.__index = Lead

-- Seconds between two steps: they grow while nothing happens.
local shortest, longest, growth = 0.001, 0.008, 1.5
local patience = 0.2 -- seconds without a step after which a leader counts as gone; also what one waits at a time
local restless = 0.01 -- the same for one that has conditions to look at

--- Makes one.
---@param host table sleep(seconds); semaphore: where there is one, a function that makes one with post(n) and wait(seconds)
---@param turn fun(): boolean steps without waiting and tells the waiters what is theirs; whether anything happened
function lead.new(host, turn)
  return setmetatable({
    host = host, turn = turn,
    leader = nil, -- the waiter that steps
    steps = 0,
    -- Dropped coroutines shall not be kept.
    told = setmetatable({}, { __mode = "v" }), -- heir: the one that was told to lead, until it does
    followers = setmetatable({}, { __mode = "k" }),
  }, Lead)
end

-- Waits until the waiter is told, at most so long.
local function rest(self, waiter, seconds)
  if self.host.semaphore then
    waiter.semaphore = waiter.semaphore or self.host.semaphore(0)
    local told, reason = waiter.semaphore:wait(seconds)
    if told or reason == "timeout" then return end
  end
  self.host.sleep(seconds)
end

--- Tells a waiter to look again.
---@param waiter table
function Lead.tell(_, waiter)
  if waiter.semaphore then waiter.semaphore:post(1) end
end

--- Says that there is something new to do, so that the leader does not sleep on.
function Lead:hurry()
  self.hurried = true
  if self.leader then self:tell(self.leader) end
end

local function step(self, waiter)
  self.leader, self.told.heir = waiter, nil
  local pause = shortest
  repeat
    self.steps = self.steps + 1
    self.hurried = false
    if self.turn() then pause = shortest end
    if waiter.done() then return end
    if self.hurried then pause = shortest end
    rest(self, waiter, pause)
    pause = self.hurried and shortest or math.min(pause * growth, longest)
  until self.leader ~= waiter -- it slept for so long that another took the lead
end

local function follow(self, waiter)
  local before = self.steps
  local seconds = waiter.restless and waiter.restless() and restless or patience
  -- Without a semaphore nobody can be told.
  if not self.host.semaphore then seconds = math.min(seconds, longest) end
  self.followers[waiter] = true
  rest(self, waiter, seconds)
  self.followers[waiter] = nil
  waiter.silence = before == self.steps and (waiter.silence or 0) + seconds or 0
end

-- The one that is told is no follower any more: should it be gone, the next one is told next time.
local function hand_on(self)
  local heir = next(self.followers)
  self.leader, self.told.heir = nil, heir
  if not heir then return end
  self.followers[heir] = nil
  self:tell(heir)
end

--- Waits until the waiter's `done` holds. What `done` and the step raise is raised again; the lead is handed on.
---@param waiter table done(): whether it has what it waits for; restless(): whether it has conditions to look at
function Lead:wait(waiter)
  while not waiter.done() do
    if self.leader and self.leader ~= waiter and (waiter.silence or 0) < patience then
      follow(self, waiter)
    else
      waiter.silence = 0
      local ok, reason = pcall(step, self, waiter)
      if self.leader == waiter then hand_on(self) end
      if not ok then error(reason, 0) end
    end
  end
  if self.told.heir == waiter then hand_on(self) end -- what it waited for came together with the lead
end

return lead
