--- The transport over libcurl: requests out, answers in, side by side where calls run in `map`.
--
-- A transport knows HTTP and nothing of Mimecast. Its seam: `send(request)` returns a response or nil, a message and an
-- error value; `sleep(seconds)`, `wait_until(condition)` and `map(count, run, concurrency)` know how its host waits.
-- Where a host lends its sleep, nothing blocks: one caller at a time steps the engine (lead.lua). A task of `map` is
-- resumed by the coroutine that called `map` and by no other: nginx allows nothing else.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local guard = require "mimecast.transport.watchdog"
local http = require "mimecast.http"
local http_headers = require "mimecast.transport.http_headers"
local lead = require "mimecast.transport.leader"
local reasons = require "mimecast.transport.errors"

local curl = {}

local Curl = {}

local turn = 1 -- seconds that one step waits at most

-- What drives the tasks of one `map` and of those within it: tasks that can go on, and those that pause, each with the
-- function that tells whether it can go on.
local function new_driver()
  return { inbox = {}, sleeping = {} }
end

-- Steps without waiting; whether anything landed.
local function turn_once(self)
  local _, ready = self.engine:step(0)
  self:deliver()
  return ready > 0
end

--- A transport of its own connections.
---@param options? table caFile, proxy (text or secret), maxResponseBytes, responseHeaders (names beside the
-- standard ones), monotonic (clock of durations); sleep: the host's
-- (copas.sleep, ngx.sleep), without it waiting blocks; semaphore: the host's, see lead.lua; spawn: runs a function on its
-- own; unavailable: a function that returns an error value where nothing can be sent now
function curl.new(options)
  options = options or {}
  local self = setmetatable({
    options = options,
    monotonic = options.monotonic or core.monotonic,
    -- The coroutines that `map` runs, each with its group, which they hold: a map that was dropped shall be collected.
    tasks = setmetatable({}, { __mode = "kv" }),
    waiting = {}, -- request id -> the task that waits for it, or the waiter where it is no task
    host = options.sleep and { sleep = options.sleep, semaphore = options.semaphore } or nil,
  }, Curl)
  if self.host then
    self.lead = lead.new(self.host, function() return turn_once(self) end)
  else
    self.driver = new_driver()
    self.engine = self.engine -- now, so that what is wrong with the options is raised here
  end
  return self
end

-- In a host the engine is made when it is first needed: nginx forks its workers from a process that may have made the
-- transport, and connections must not be shared between them.
function Curl.__index(self, name)
  if name ~= "engine" then return Curl[name] end
  local options = self.options
  local engine = http.engine {
    caFile = options.caFile, proxy = options.proxy, maxResponseBytes = options.maxResponseBytes,
    headers = http_headers.wanted(options.responseHeaders),
  }
  rawset(self, "engine", engine)
  return engine
end

-- ---- waiting ----

-- Lays what has landed where the one that waits for it looks next.
local function lay(self, one, response, result)
  local group = self.tasks[one]
  if group then
    local inbox = group.driver.inbox
    inbox[#inbox + 1] = { one, response, result }
    if self.host then self.lead:tell(group.driver) end
  elseif type(one) == "table" then
    one.response, one.result, one.landed = response, result, true
    if self.host then self.lead:tell(one) end
  end
end

-- Hands what has landed to those that wait for it.
function Curl:deliver()
  local engine = self.engine
  local id, response, result = engine:collect()
  while id do
    local one = self.waiting[id]
    self.waiting[id] = nil
    if self.tasks[one] and not self.host then
      self:resume(one, response, result)
      if self.closed then return end -- by the one that was resumed
    else
      lay(self, one, response, result)
    end
    id, response, result = engine:collect()
  end
end

-- Whether the caller is a task of `map` that can let the others go on. A finalizer cannot: it waits like a caller outside
-- of `map`.
local function can_park(self)
  local task = coroutine.running()
  return task and self.tasks[task] and core.can_yield()
end

-- Lets the others go on until this task is resumed. The driver submits the request, if any: nothing is in flight for a
-- task that does not wait.
local function park(self, request)
  return coroutine.yield(self, request)
end

-- Waits in the host, where one lent its sleep, else in the engine.
local function wait(self, waiter, longest)
  if self.host then return self.lead:wait(waiter) end
  while not waiter.done() do
    self.engine:step(longest())
    self:deliver()
  end
end

local function whole_turn() return turn end

-- Submits a request and waits for what lands in the waiter.
local function fly_alone(self, request, waiter)
  local id, problem = self.engine:submit(request, self.waiting, waiter)
  if not id then
    waiter.result = { problem = problem }
    return
  end
  if self.host then
    self.lead:hurry()
    function waiter.done() return waiter.landed or self.waiting[id] ~= waiter end -- or an error took what had landed
  else
    function waiter.done() return waiter.landed end
  end
  wait(self, waiter, whole_turn)
end

-- Cancels the request that a waiter waits for.
local function forget(self, waiter)
  for id, one in pairs(self.waiting) do
    if one == waiter then
      self.waiting[id] = nil
      self.engine:cancel(id)
      return
    end
  end
end

-- Sends a request and waits, as one step: an error in between, an interrupt for instance, leaves nothing that goes out
-- later.
local function fly(self, request)
  if self.options.spawn then guard.post(self, self.options.spawn) end
  if can_park(self) then return park(self, request) end
  local waiter = {}
  local ok, reason = pcall(fly_alone, self, request, waiter)
  if ok then return waiter.response, waiter.result or { given_up = true } end
  pcall(forget, self, waiter) -- nobody will ask for the answer
  error(reason, 0)
end

-- The driver of the running task; that of all tasks where there is no host.
local function driver_of(self, task)
  local group = task and self.tasks[task]
  return group and group.driver or self.driver
end

-- Whether the caller's `map` is being broken off.
local function is_broken(self)
  local driver = driver_of(self, (coroutine.running()))
  return driver and driver.broken
end

--- Why nothing can be sent now; nil where it can.
---@param what? string the function that was called
---@return mimecast.Error? err
function Curl:unavailable(what)
  return self.options.unavailable and self.options.unavailable(what) or nil
end

--- Runs it on its own, where the host can: it goes on whatever becomes of the caller.
---@param run fun()
---@return boolean ok
function Curl:spawn(run)
  return self.options.spawn ~= nil and self.options.spawn(run)
end

--- Sends a request and waits for its answer.
---@param request table method, url, headers (flat list of name and value; a value may be a secret), body (text or
-- secret), timeout and connectTimeout in seconds
---@return table? response status, headers by lower-case name, body
---@return string? message
---@return mimecast.Error? err
function Curl:send(request)
  local refused = self:unavailable()
  if refused then return errors.result(refused) end
  if self.closed then return errors.result(errors.closed()) end
  if is_broken(self) then return reasons.given_up(false) end
  local response, result = fly(self, request)
  if response then return response end
  if result.raised then error(result.raised, 0) end
  if result.problem then return reasons.invalid(result.problem) end
  if result.given_up or result.forked then return reasons.given_up(true) end
  if result.closed then return errors.result(errors.closed(true)) end
  return reasons.of_curl(result)
end

-- Waits for a condition outside of `map`. In a host the others are not stepped for: whoever waits for an answer does.
local function wait_outside(self, condition)
  if not self.host then
    while not condition() do
      self.engine:step(0.01)
      self:deliver()
      self:wake(self.driver)
    end
    return
  end
  local pause = 0.001
  while not condition() do
    self.host.sleep(pause)
    pause = math.min(pause * 2, 0.01)
  end
end

--- Waits until a condition holds; other calls of `map` go on meanwhile.
---@param condition fun(): boolean
---@return false? broken_off where the caller's `map` was
function Curl:wait_until(condition)
  if is_broken(self) then return false end
  if can_park(self) then
    local task = coroutine.running()
    driver_of(self, task).sleeping[task] = condition
    park(self)
    if is_broken(self) then return false end
  else
    wait_outside(self, condition)
  end
end

-- Waits outside of `map`, be it in a coroutine that one of its functions runs: then what lands for the others ends a step.
local function sleep_outside(self, seconds)
  local till = self.monotonic() + seconds
  wait_outside(self, function()
    return not (next(self.waiting) or next(self.driver.sleeping)) or self.monotonic() >= till
  end)
  self.engine:step(math.max(till - self.monotonic(), 0))
end

--- Waits so many seconds; other calls of `map` go on meanwhile.
---@param seconds number
---@return false? broken_off where the caller's `map` was
function Curl:sleep(seconds)
  if can_park(self) then
    local till = self.monotonic() + seconds
    return self:wait_until(function() return self.monotonic() >= till end)
  elseif self.host and seconds > 0 then
    self.host.sleep(seconds)
  elseif seconds > 0 then
    sleep_outside(self, seconds)
  end
end

-- ---- side by side ----

-- Submits what a task parks for.
local function submit_for(self, task, request)
  local ok, id, problem = pcall(self.engine.submit, self.engine, request, self.waiting, task)
  if not ok then
    pcall(forget, self, task)
    return self:resume(task, nil, { raised = id })
  end
  if not id then return self:resume(task, nil, { problem = problem }) end
  if self.host then self.lead:hurry() end
end

function Curl:resume(task, ...)
  local group = self.tasks[task]
  if not group then return end -- an error ended it just before it began to wait
  local ok, reason, request = coroutine.resume(task, ...)
  if ok and reason == self then return request and submit_for(self, task, request) end
  if coroutine.status(task) ~= "dead" then ok, reason = false, "mimecast: a function that map runs must not yield" end
  self.tasks[task] = nil
  group.running = group.running - 1
  if not ok and not group.raised then group.raised = { reason } end
end

local function end_tasks(self, driver)
  local ids = {}
  for id, one in pairs(self.waiting) do
    local group = self.tasks[one]
    if type(one) == "thread" and (not group or group.driver == driver) then ids[#ids + 1] = id end
  end
  for _, id in ipairs(ids) do
    self.waiting[id] = nil
    pcall(self.engine.cancel, self.engine, id)
  end
  driver.sleeping, driver.inbox = {}, {}
  -- Those, too, that were about to go on when the error came, and wait for nothing any more.
  local left = {}
  for task, group in pairs(self.tasks) do
    if group.driver == driver then
      group.raised = group.raised or { "broken off" }
      left[#left + 1] = task
    end
  end
  for _, task in ipairs(left) do
    if coroutine.status(task) == "suspended" then self:resume(task, nil, { given_up = true }) end
  end
end

-- Ends a driver's tasks: nothing goes on behind the caller's back once an error has left the loop that drives them.
function Curl:break_off(driver)
  driver.broken = true
  pcall(end_tasks, self, driver)
  driver.broken = nil
end

-- Resumes the tasks whose answers came, and those whose conditions hold.
function Curl:wake(driver)
  local inbox, asleep = driver.inbox, {}
  if #inbox > 0 then
    driver.inbox = {}
    for _, one in ipairs(inbox) do self:resume(one[1], one[2], one[3]) end
  end
  for task in pairs(driver.sleeping) do asleep[#asleep + 1] = task end
  for _, task in ipairs(asleep) do
    local condition = driver.sleeping[task]
    -- A finalizer may have waked it meanwhile, also within its condition.
    if condition and condition() and driver.sleeping[task] == condition then
      driver.sleeping[task] = nil
      self:resume(task)
    end
  end
end

local function drive(self, group, start)
  local driver = group.driver
  local waiter = self.host and driver or {} -- without a host there is one driver, and a map of a coroutine within another
  start()
  function waiter.done()
    if driver.inbox[1] or next(driver.sleeping) then self:wake(driver) end
    return group.running == 0
  end
  function waiter.restless() return next(driver.sleeping) ~= nil end
  wait(self, waiter, function() return next(driver.sleeping) and 0.01 or turn end)
end

--- Runs `run(1)` to `run(count)`, at most `concurrency` of them at a time. An error raised in one is raised again when
-- those in flight have landed.
---@param count integer
---@param run fun(i: integer)
---@param concurrency integer
function Curl:map(count, run, concurrency)
  if self:unavailable() then -- each call is told so, one after the other: there are no coroutines either
    for i = 1, count do run(i) end
    return
  end
  local outer = self.tasks[coroutine.running() or false]
  local group, next_one = { running = 0, driver = outer and outer.driver or self.driver or new_driver() }, 1
  local function work()
    while next_one <= count and not group.raised do
      local i = next_one
      next_one = i + 1
      run(i)
    end
  end
  local function start()
    for _ = 1, math.min(concurrency, count) do
      local task = coroutine.create(work)
      self.tasks[task] = group
      group.running = group.running + 1
      self:resume(task)
    end
  end
  if outer then
    start()
    self:wait_until(function() return group.running == 0 end)
  else
    local ok, reason = pcall(drive, self, group, start)
    if not ok then
      self:break_off(group.driver)
      error(reason, 0)
    end
  end
  if group.raised then error(group.raised[1], 0) end
end

--- No connection that is open now carries another request. In-flight requests get their responses.
function Curl:reset_connections()
  local engine = rawget(self, "engine")
  if engine then engine:reset_connections() end
end

--- Closes all connections. What is in flight is told so; whoever pauses goes on with an engine that has no connection.
function Curl:close()
  local engine = rawget(self, "engine")
  self.closed, self.engine = true, nil
  for id, one in pairs(self.waiting) do
    self.waiting[id] = nil
    lay(self, one, nil, { closed = true })
  end
  if engine then engine:close() end
end

return curl
