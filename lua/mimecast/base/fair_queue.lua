--- Fair FIFO lock: waiters get a slot in the order in which they joined.
--
-- Each waiter polls whether it is its turn. The queue skips a waiter that died, and a waiter that stopped polling because
-- its host dropped it.
local liveness = require "mimecast.base.liveness"

local fair_queue = {}
local Queue = {}
Queue.__index = Queue

local stale_after = 0.2 -- seconds without a poll after which a waiter may have been dropped

--- Returns an empty queue.
function fair_queue.new()
  return setmetatable({ first = 1, last = 0 }, Queue)
end

--- Reports whether the queue has no waiters.
function Queue:is_empty()
  return self.first > self.last
end

local function append(self, waiter)
  self.last = self.last + 1
  self[self.last], waiter.left = waiter, false
end

--- Adds the running coroutine at the end.
---@param now number monotonic seconds
---@return table waiter
function Queue:enqueue(now)
  local waiter = {
    owner = liveness.mark(liveness.current()), last_poll = now, previous_poll = now, earlier_poll = now,
  }
  append(self, waiter)
  return waiter
end

-- Reports whether the head has not polled while this waiter polled three times. If the whole process was held up, the head
-- polls in between.
local function stopped_polling(head, waiter)
  return waiter.last_poll - head.last_poll > stale_after and head.last_poll < waiter.earlier_poll
end

--- Polls: reports whether it is the waiter's turn.
---@param waiter table
---@param now number monotonic seconds
---@return boolean
function Queue:is_turn(waiter, now)
  if waiter.left then append(self, waiter) end -- it was skipped as dropped, and is alive
  waiter.earlier_poll, waiter.previous_poll, waiter.last_poll = waiter.previous_poll, waiter.last_poll, now
  local head = self[self.first]
  while head ~= waiter and (liveness.owner_died(head.owner, waiter.owner[1]) or stopped_polling(head, waiter)) do
    self:dequeue(head)
    head = self[self.first]
  end
  return head == waiter
end

--- Removes a waiter: it got its slot, or gave up.
---@param waiter table
function Queue:dequeue(waiter)
  waiter.left = true
  while not self:is_empty() and self[self.first].left do
    self[self.first] = nil
    self.first = self.first + 1
  end
end

return fair_queue
