--- Transport with virtual time: concurrent calls take virtual seconds and no real time. The requests go to a tenant in this
--- process with the same virtual clock.
local sandbox = require "mimecast.sandbox"

local virtual_time_transport = {}
local Transport = {}
Transport.__index = Transport

--- Makes the transport and its tenant.
---@param options? table tenant (its options), latency (seconds of a request, or a function that returns them)
function virtual_time_transport.new(options)
  options = options or {}
  local self = setmetatable({ now = 1700000000, tasks = {}, latency = options.latency or 0.05 }, Transport)
  local own = { clock = function() return self.now end }
  for name, value in pairs(options.tenant or {}) do own[name] = value end
  self.tenant = sandbox.new(own)
  return self
end

--- Returns the options of a client: clock, transport and credentials.
function Transport:options(generation, more)
  local options = { transport = self, clock = function() return self.now end, random = function() return 0.5 end }
  for name, value in pairs(self.tenant.credentials[generation == "1.0" and "v1" or "v2"]) do options[name] = value end
  if generation == "1.0" then options.region = "eu" end
  for name, value in pairs(more or {}) do options[name] = value end
  return options
end

-- Waits for a time or a condition.
local function pause(self, task)
  local running, is_main = coroutine.running()
  if running and not is_main and self.tasks[running] then
    self.tasks[running] = task
    return coroutine.yield()
  end
  if task.condition then assert(task.condition(), "no other task can make the condition true") end
  if task.at then self.now = math.max(self.now, task.at) end
end

function Transport:sleep(seconds)
  pause(self, { at = self.now + seconds })
end

function Transport:wait_until(condition)
  if not condition() then pause(self, { condition = condition }) end
end

function Transport:send(request)
  local latency = type(self.latency) == "function" and self.latency() or self.latency
  self:sleep(latency / 2)
  -- A slow response moves the tenant's clock.
  local tenant = self.tenant.tenant
  local before = tenant.offset
  local response, message, err = self.tenant.transport:send(request)
  local late = tenant.offset - before
  tenant.offset = before
  self:sleep(late + latency / 2)
  return response, message, err
end

-- Returns the tasks to resume: all with a true condition, as in the real transports; otherwise the task with the earliest time.
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
  assert(at, "deadlock: all tasks wait")
  self.now = math.max(self.now, at)
  return { chosen }
end

function Transport:map(count, run, concurrency)
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

function Transport.close() end

return virtual_time_transport
