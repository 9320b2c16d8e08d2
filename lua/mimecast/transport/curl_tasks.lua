--- Runs the tasks of `map` over libcurl: coroutines whose requests are in flight side by side.
--
-- Only the coroutine that called `map` resumes its tasks: nginx allows nothing else. A group holds the tasks
-- of one `map`. A driver holds what the tasks of an outermost `map` and of the maps within it wait for. Without a host the
-- transport has one driver.
local core = require "mimecast.core"

local curl_tasks = {}

local poll_interval, condition_interval = 1, 0.01 -- seconds

--- Makes a driver.
---@return table driver inbox: responses for tasks; conditions: task -> function that reports whether the task can go on
function curl_tasks.new_driver()
  return { inbox = {}, conditions = {} }
end

--- Returns the driver of a task; nil if the coroutine is no task and the transport has a host.
---@param transport table
---@param task? thread
---@return table? driver
function curl_tasks.driver_of(transport, task)
  local group = task and transport.tasks[task]
  return group and group.driver or transport.driver
end

--- Reports whether the running coroutine is a task that can yield. A finalizer cannot: it waits like a caller outside `map`.
---@param transport table
---@return boolean
function curl_tasks.can_yield(transport)
  local task = coroutine.running()
  return task and transport.tasks[task] and core.can_yield() or false
end

local function submit(transport, task, request)
  local engine = transport:open()
  local ok, id, reason = pcall(engine.submit, engine, request, transport.waiting, task)
  if not ok then
    pcall(transport.cancel_request, transport, task)
    return curl_tasks.resume(transport, task, nil, { raised = id })
  end
  if not id then return curl_tasks.resume(transport, task, nil, { invalid = reason }) end
  if transport.host then transport.leader:wake_leader() end
end

--- Resumes a task, and submits the request with which it yields again.
---@param transport table
---@param task thread
---@param response? table
---@param result? table
function curl_tasks.resume(transport, task, response, result)
  local group = transport.tasks[task]
  if not group then return end -- an error ended it just before it began to wait
  local ok, reason, request = coroutine.resume(task, response, result)
  if ok and reason == transport then return request and submit(transport, task, request) end
  if coroutine.status(task) ~= "dead" then ok, reason = false, "mimecast: a function that map runs must not yield" end
  transport.tasks[task] = nil
  group.running = group.running - 1
  if not ok and not group.raised then group.raised = { reason } end
end

-- Resumes the tasks whose responses have arrived, and those whose conditions hold.
local function resume_ready(transport, driver)
  local inbox, pending = driver.inbox, {}
  if #inbox > 0 then
    driver.inbox = {}
    for _, entry in ipairs(inbox) do curl_tasks.resume(transport, entry[1], entry[2], entry[3]) end
  end
  for task in pairs(driver.conditions) do pending[#pending + 1] = task end
  for _, task in ipairs(pending) do
    local condition = driver.conditions[task]
    -- A finalizer may have resumed the task meanwhile, also within its condition.
    if condition and condition() and driver.conditions[task] == condition then
      driver.conditions[task] = nil
      curl_tasks.resume(transport, task)
    end
  end
end
curl_tasks.resume_ready = resume_ready

local function cancel_requests(transport, driver)
  local ids = {}
  for id, receiver in pairs(transport.waiting) do
    local group = transport.tasks[receiver]
    if type(receiver) == "thread" and (not group or group.driver == driver) then ids[#ids + 1] = id end
  end
  for _, id in ipairs(ids) do
    transport.waiting[id] = nil
    pcall(transport.engine.cancel, transport.engine, id)
  end
end

local function end_tasks(transport, driver)
  -- All tasks, also those that wait neither for a response nor for a condition: the error came just before their resumption.
  -- They are listed first, because nothing else holds a task whose request is cancelled.
  local cancelled = {}
  for task, group in pairs(transport.tasks) do
    if group.driver == driver then
      group.raised = group.raised or { "cancelled" }
      cancelled[#cancelled + 1] = task
    end
  end
  cancel_requests(transport, driver)
  driver.conditions, driver.inbox = {}, {}
  for _, task in ipairs(cancelled) do
    if coroutine.status(task) == "suspended" then curl_tasks.resume(transport, task, nil, { cancelled = true }) end
  end
end

-- Ends all tasks of a driver: nothing goes on behind the caller's back after an error left the loop.
local function cancel_all(transport, driver)
  driver.cancelling = true
  pcall(end_tasks, transport, driver)
  driver.cancelling = nil
end

local function run_loop(transport, group, start)
  local driver = group.driver
  local waiter = transport.host and driver or {} -- without a host, maps of several coroutines share the driver
  start()
  function waiter.is_done()
    if driver.inbox[1] or next(driver.conditions) then resume_ready(transport, driver) end
    return group.running == 0
  end
  function waiter.has_conditions() return next(driver.conditions) ~= nil end
  transport:wait_for(waiter, function() return next(driver.conditions) and condition_interval or poll_interval end)
end

--- Runs `run(1)` to `run(count)`, at most `concurrency` at a time. Raises the first error of `run` again when the running
--- tasks have ended.
---@param transport table
---@param count integer
---@param run fun(i: integer)
---@param concurrency integer
function curl_tasks.map(transport, count, run, concurrency)
  local outer = transport.tasks[coroutine.running() or false]
  local driver = outer and outer.driver or transport.driver or curl_tasks.new_driver()
  local group, next_index = { running = 0, driver = driver }, 1
  local function work()
    while next_index <= count and not group.raised do
      local i = next_index
      next_index = i + 1
      run(i)
    end
  end
  local function start()
    for _ = 1, math.min(concurrency, count) do
      local task = coroutine.create(work)
      transport.tasks[task] = group
      group.running = group.running + 1
      curl_tasks.resume(transport, task)
    end
  end
  if outer then
    start()
    transport:wait_until(function() return group.running == 0 end)
    if group.running > 0 then group.raised = group.raised or { "cancelled" } end -- a task was collected after an error
  else
    local ok, reason = pcall(run_loop, transport, group, start)
    if not ok then
      cancel_all(transport, driver)
      error(reason, 0)
    end
  end
  if group.raised then error(group.raised[1], 0) end
end

return curl_tasks
