-- A transport on which time is simulated: calls are side by side, each takes its time, and nobody waits. The requests go to
-- a tenant in this process, whose clock is the simulation's.
local sandbox = require "mimecast.sandbox"

local virtual_time_transport = {}
local Simulation = {}
Simulation.__index = Simulation

--- Makes one with a tenant of its own.
---@param options? table tenant (its options), latency (seconds of a request, or a function that draws them)
function virtual_time_transport.new(options)
  options = options or {}
  local self = setmetatable({ now = 1700000000, tasks = {}, latency = options.latency or 0.05 }, Simulation)
  local own = { clock = function() return self.now end }
  for name, value in pairs(options.tenant or {}) do own[name] = value end
  self.tenant = sandbox.new(own)
  return self
end

--- The options of a client on it: clock, transport and credentials.
function Simulation:options(generation, more)
  local options = { transport = self, clock = function() return self.now end, random = function() return 0.5 end }
  for name, value in pairs(self.tenant.credentials[generation == "1.0" and "v1" or "v2"]) do options[name] = value end
  if generation == "1.0" then options.region = "eu" end
  for name, value in pairs(more or {}) do options[name] = value end
  return options
end

-- Waits until a moment, or until a condition holds.
local function pause(self, task)
  local running, is_main = coroutine.running()
  if running and not is_main and self.tasks[running] then
    self.tasks[running] = task
    return coroutine.yield()
  end
  if task.condition then assert(task.condition(), "nothing will make that true") end
  if task.at then self.now = math.max(self.now, task.at) end
end

function Simulation:sleep(seconds)
  pause(self, { at = self.now + seconds })
end

function Simulation:wait_until(condition)
  if not condition() then pause(self, { condition = condition }) end
end

function Simulation:send(request)
  local latency = type(self.latency) == "function" and self.latency() or self.latency
  self:sleep(latency / 2)
  -- The tenant lets its own clock run where an answer is slow.
  local tenant = self.tenant.tenant
  local before = tenant.offset
  local response, message, err = self.tenant.transport:send(request)
  local late = tenant.offset - before
  tenant.offset = before
  self:sleep(late + latency / 2)
  return response, message, err
end

-- Who goes on next: all whose conditions hold, as with the real transports; else whose moment comes first.
local function choose(self)
  local chosen, at, ready
  for task, waits in pairs(self.tasks) do
    if waits.condition and waits.condition() then
      ready = ready or {}
      ready[#ready + 1] = task
    end
    if waits.at and (not at or waits.at < at or (waits.at == at and waits.number < self.tasks[chosen].number)) then
      chosen, at = task, waits.at
    end
  end
  if ready then return ready end
  assert(at, "all wait for one another")
  self.now = math.max(self.now, at)
  return { chosen }
end

function Simulation:map(count, run, concurrency)
  local next_one, left, number = 1, 0, 0
  local function work()
    while next_one <= count do
      next_one = next_one + 1
      run(next_one - 1)
    end
  end
  for _ = 1, math.min(concurrency, count) do
    self.tasks[coroutine.create(work)] = { at = self.now, number = 0 }
    left = left + 1
  end
  while left > 0 do
    for _, task in ipairs(choose(self)) do
      self.tasks[task] = {}
      assert(coroutine.resume(task))
      number = number + 1
      if coroutine.status(task) == "dead" then
        self.tasks[task], left = nil, left - 1
      else
        self.tasks[task].number = number
      end
    end
  end
end

function Simulation.close() end

return virtual_time_transport
