--- The transport over libcurl: sends requests, side by side for calls that run in `map`.
--
-- A transport knows HTTP and nothing of Mimecast. Its interface: `send(request)` returns a response, or nil, a message and
-- an error value; `sleep(seconds)`, `wait_until(condition)` and `map(count, run, concurrency)` wait as the host does.
-- With the sleep of a host nothing blocks: one waiting coroutine polls libcurl for all (leader.lua).
local core = require "mimecast.core"
local curl_tasks = require "mimecast.transport.curl_tasks"
local errors = require "mimecast.errors"
local http = require "mimecast.http"
local lazy = require "mimecast.base.lazy"
local transport_errors = require "mimecast.transport.errors"

local curl = {}

local can_yield, running, yield = core.can_yield, coroutine.running, coroutine.yield

local Curl = {}
Curl.__index = Curl
Curl.makes_valid_responses = true -- prepared_request.lua need not check them

local poll_interval, condition_interval = 1, 0.01 -- seconds that a poll waits at most

-- Polls without waiting. Returns whether any response arrived.
local function poll(self)
  local _, ready = self:open():step(0)
  self:dispatch()
  return ready > 0
end

--- Makes a transport with its own connections.
---@param options? table caFile, proxy (text or secret), maxResponseBytes; numbers: lists of header names, response[i] is the
-- number in the first header of list i that a response has, or false; monotonic (clock of durations); sleep of the host
-- (copas.sleep, ngx.sleep), without it waiting blocks; semaphore of the host (leader.lua); spawn: runs a function beside its
-- caller; unavailable: returns an error value if nothing can be sent now
function curl.new(options)
  options = options or {}
  local self = setmetatable({
    options = options,
    monotonic = options.monotonic or core.monotonic,
    tasks = setmetatable({}, { __mode = "kv" }), -- task of `map` -> its group; weak: a dropped map must be collected
    waiting = {}, -- request id -> receiver of its response: a task of `map`, or the waiter (a table) of another caller
    host = options.sleep and { sleep = options.sleep, semaphore = options.semaphore } or nil,
    engine = nil, -- made by `open`
  }, Curl)
  if self.host then
    self.leader = lazy("mimecast.transport.leader").new(self.host, function() return poll(self) end)
    self.watchdog = lazy "mimecast.transport.watchdog"
  else
    self.driver = curl_tasks.new_driver()
    self:open() -- now, so that invalid options raise here
  end
  return self
end

--- Returns the engine. In a host the first request makes it: nginx forks its workers from the process that may have made the
--- transport, and workers must not share connections.
---@return userdata engine
function Curl:open()
  local options = self.options
  self.engine = self.engine or http.engine {
    caFile = options.caFile, proxy = options.proxy, maxResponseBytes = options.maxResponseBytes, numbers = options.numbers,
  }
  return self.engine
end

-- ---- waiting ----

-- Posts a response to its receiver, a task or a waiter.
local function post(self, receiver, response, result)
  local group = self.tasks[receiver]
  if group then
    local inbox = group.driver.inbox
    inbox[#inbox + 1] = { receiver, response, result }
    if self.host then self.leader:wake(group.driver) end
  elseif type(receiver) == "table" then
    receiver.response, receiver.result, receiver.done = response, result, true
    if self.host then self.leader:wake(receiver) end
  end
end

--- Gives the responses that have arrived to their receivers.
function Curl:dispatch()
  local engine, waiting, is_alone = self:open(), self.waiting, not self.host
  local id, response, result = engine:collect()
  while id do
    local receiver = waiting[id]
    waiting[id] = nil
    if is_alone and self.tasks[receiver] then
      curl_tasks.resume(self, receiver, response, result)
      if self.closed then return end -- by the resumed task
    else
      post(self, receiver, response, result)
    end
    id, response, result = engine:collect()
  end
end

--- Waits in the host, or in the engine, until the waiter is done.
---@param waiter table is_done()
---@param interval? fun(): number seconds that a poll waits at most
function Curl:wait_for(waiter, interval)
  if self.host then return self.leader:wait(waiter) end
  while not waiter.is_done() do
    self:open():step(interval and interval() or poll_interval)
    self:dispatch()
  end
end

-- ---- sending ----

-- Submits the request of a caller that is no task, and waits for its response.
local function submit_and_wait(self, request, waiter)
  local id, reason = self:open():submit(request, self.waiting, waiter)
  if not id then
    waiter.result = { invalid = reason }
    return
  end
  if self.host then
    self.leader:wake_leader()
    -- The second condition: an error took the response after `waiting` was cleared.
    function waiter.is_done() return waiter.done or self.waiting[id] ~= waiter end
  else
    function waiter.is_done() return waiter.done end
  end
  self:wait_for(waiter)
end

--- Cancels the request that a receiver waits for.
---@param receiver thread|table
function Curl:cancel_request(receiver)
  for id, other in pairs(self.waiting) do
    if other == receiver then
      self.waiting[id] = nil
      self.engine:cancel(id)
      return
    end
  end
end

-- Sends a request outside `map` and waits. After an error (an interrupt, for instance) the request is cancelled.
local function exchange(self, request)
  local waiter = {}
  local ok, reason = pcall(submit_and_wait, self, request, waiter)
  if ok then return waiter.response, waiter.result or { cancelled = true } end
  pcall(self.cancel_request, self, waiter)
  error(reason, 0)
end

-- Reports whether the tasks of the caller's `map` are being cancelled.
local function is_cancelling(self)
  local driver = curl_tasks.driver_of(self, running())
  return driver and driver.cancelling
end

--- Returns why nothing can be sent now; nil if it can.
---@param name? string the called function
---@return mimecast.Error? err
function Curl:unavailable(name)
  return self.options.unavailable and self.options.unavailable(name) or nil
end

--- Runs a function beside its caller, if the host can: it goes on when the caller ends.
---@param run fun()
---@return boolean ok
function Curl:spawn(run)
  return self.options.spawn ~= nil and self.options.spawn(run)
end

--- Checks and converts what never changes between the requests of an operation (prepared_request.lua).
---@param parts table method, url, headers (flat list of name and value; a value may be a secret), late (names of headers
-- whose values come with each request), connectTimeout in seconds
---@return userdata? prepared
---@return string? message
---@return mimecast.Error? err
function Curl.prepare(_, parts)
  local prepared, reason = http.prepare(parts)
  if prepared then return prepared end
  return transport_errors.invalid_request(reason)
end

--- Sends a request and waits for its response.
---@param request table prepared, the values of the late headers, body (text or secret), timeout in seconds; without
-- `prepared` the parts of `prepare`
---@return table? response status, headers by lower-case name, body
---@return string? message
---@return mimecast.Error? err
function Curl:send(request)
  local options, err = self.options, nil
  if options.unavailable then err = options.unavailable() end
  if err then return errors.result(err) end
  if self.closed then return errors.result(errors.closed()) end
  local task = running()
  local driver = curl_tasks.driver_of(self, task)
  if driver and driver.cancelling then return transport_errors.cancelled(false) end
  if options.spawn then self.watchdog.start(self, options.spawn) end
  local response, result
  if self.tasks[task] and can_yield() then -- the driver submits: no request is in flight for a task that does not wait
    response, result = yield(self, request)
  else
    response, result = exchange(self, request)
  end
  if response then return response end
  if result.raised then error(result.raised, 0) end
  if result.invalid then return transport_errors.invalid_request(result.invalid) end
  if result.cancelled or result.forked then return transport_errors.cancelled(true) end
  if result.closed then return errors.result(errors.closed(true)) end
  return transport_errors.from_curl(result)
end

-- ---- pauses ----

-- Waits for a condition outside `map`. In a host it does not poll libcurl: the callers that wait for responses do.
local function wait_outside(self, condition)
  if not self.host then
    while not condition() do
      self:open():step(condition_interval)
      self:dispatch()
      curl_tasks.resume_ready(self, self.driver)
    end
    return
  end
  local pause = 0.001
  while not condition() do
    self.host.sleep(pause)
    pause = math.min(pause * 2, condition_interval)
  end
end

--- Waits until a condition holds. Other calls of `map` go on meanwhile.
---@param condition fun(): boolean
---@return false? cancelled if the caller's `map` was cancelled
function Curl:wait_until(condition)
  if is_cancelling(self) then return false end
  if curl_tasks.can_yield(self) then
    local task = coroutine.running()
    curl_tasks.driver_of(self, task).conditions[task] = condition
    yield(self)
    if is_cancelling(self) then return false end
  else
    wait_outside(self, condition)
  end
end

-- Sleeps outside `map`. If a function of `map` runs the caller's coroutine, responses of other tasks end a poll.
local function sleep_outside(self, seconds)
  local deadline = self.monotonic() + seconds
  wait_outside(self, function()
    return not (next(self.waiting) or next(self.driver.conditions)) or self.monotonic() >= deadline
  end)
  self:open():step(math.max(deadline - self.monotonic(), 0))
end

--- Sleeps. Other calls of `map` go on meanwhile.
---@param seconds number
---@return false? cancelled if the caller's `map` was cancelled
function Curl:sleep(seconds)
  if curl_tasks.can_yield(self) then
    local deadline = self.monotonic() + seconds
    return self:wait_until(function() return self.monotonic() >= deadline end)
  elseif self.host and seconds > 0 then
    self.host.sleep(seconds)
  elseif seconds > 0 then
    sleep_outside(self, seconds)
  end
end

--- Runs `run(1)` to `run(count)`, at most `concurrency` at a time. Raises the first error of `run` again when the running
--- tasks have ended.
---@param count integer
---@param run fun(i: integer)
---@param concurrency integer
function Curl:map(count, run, concurrency)
  if not self:unavailable() then return curl_tasks.map(self, count, run, concurrency) end
  for i = 1, count do run(i) end -- each call returns the error; coroutines are not available either
end

-- ---- connections ----

--- Closes the open connections for further requests. In-flight requests get their responses.
function Curl:reset_connections()
  local engine = self.engine
  if engine then engine:reset_connections() end
end

--- Closes all connections. In-flight requests fail with the code "closed".
function Curl:close()
  local engine = self.engine
  self.closed, self.engine = true, nil
  for id, receiver in pairs(self.waiting) do
    self.waiting[id] = nil
    post(self, receiver, nil, { closed = true })
  end
  if engine then engine:close() end
end

return curl
