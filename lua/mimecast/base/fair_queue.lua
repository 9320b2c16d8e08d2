--- Who waits for a place gets it in turn.
--
-- Each asks again and again whether it is the first. One that is gone is passed over, as is one that does not ask any more
-- because its host has dropped it.
local owner = require "mimecast.base.liveness"

local queue = {}
local Queue = {}
Queue.__index = Queue

local patience = 0.2 -- seconds without a question after which it is doubtful whether one still waits

--- Makes an empty one.
function queue.new()
  return setmetatable({ first = 1, last = 0 }, Queue)
end

--- Whether nobody waits.
function Queue:is_empty()
  return self.first > self.last
end

local function push(self, one)
  self.last = self.last + 1
  self[self.last], one.left = one, false
end

--- Takes the place behind all others.
---@param now number monotonic seconds
---@return table one
function Queue:join(now)
  local one = { owner = owner.mark(owner.running()), asked = now, before = now, long_before = now }
  push(self, one)
  return one
end

-- Whether the one before it has been silent for long while this one has asked thrice; where all are held up, it asks in
-- between.
local function is_silent(head, one)
  return one.asked - head.asked > patience and head.asked < one.long_before
end

--- Whether it is one's turn.
---@param one table
---@param now number monotonic seconds
---@return boolean
function Queue:is_first(one, now)
  if one.left then push(self, one) end -- it was taken for gone
  one.long_before, one.before, one.asked = one.before, one.asked, now
  local head = self[self.first]
  while head ~= one and (owner.is_gone(head.owner, one.owner[1]) or is_silent(head, one)) do
    self:leave(head)
    head = self[self.first]
  end
  return head == one
end

--- Gives the place up: it has come, or is not waited for any more.
---@param one table
function Queue:leave(one)
  one.left = true
  while not self:is_empty() and self[self.first].left do
    self[self.first] = nil
    self.first = self.first + 1
  end
end

return queue
