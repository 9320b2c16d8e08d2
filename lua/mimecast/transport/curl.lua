--- The transport over libcurl: requests out, answers in, side by side where calls run in `map`.
--
-- A transport knows HTTP and nothing of Mimecast. Its seam: `send(request)` returns a response or nil, a message and an
-- error value; `sleep(seconds)`, `wait_until(condition)` and `map(count, run, concurrency)` know how its host waits.
local core = require "mimecast.core"
local failure = require "mimecast.failure"
local http = require "mimecast.http"

local curl = {}

local Curl = {}
Curl.__index = Curl

-- The headers that callers look at.
local wanted = {
  "content-type", "date", "location", "retry-after", "x-mc-req-id", "x-mimecast-ratelimit-reset", "x-ratelimit-limit",
  "x-ratelimit-remaining", "x-ratelimit-reset", "x-request-id",
}

local turn = 1 -- seconds that one step waits at most

--- A transport of its own connections.
---@param options? table caFile, proxy (text or secret), maxResponseBytes, elapsed (clock of durations)
function curl.new(options)
  options = options or {}
  return setmetatable({
    engine = http.engine {
      caFile = options.caFile, proxy = options.proxy, maxResponseBytes = options.maxResponseBytes, headers = wanted,
    },
    elapsed = options.elapsed or core.elapsed,
    tasks = setmetatable({}, { __mode = "k" }), -- the coroutines that `map` runs, each with its group
    waiting = {}, -- request id -> the task that waits for it
    landed = {}, -- request id -> result, for those that wait without a task
    sleeping = {}, -- task -> function that tells whether it can go on
    parked = setmetatable({}, { __mode = "k" }), -- the tasks that wait for this transport and nothing else
  }, Curl)
end

-- ---- failures ----

local certificate_hints = {
  { "certificate has expired", "the server's certificate has expired; check this machine's clock too" },
  { "self%-signed", "the certificate's authority is not trusted; put its file into caFile, or check for a proxy in between" },
  { "unable to get local issuer", "the certificate's authority is not trusted; put its file into caFile, or check for a"
    .. " proxy in between" },
  { "subject name", "the certificate is for another host name; check baseUrl" },
  { "SSL: certificate", "the certificate is for another host name; check baseUrl" },
}

local function certificate_hint(reason)
  for _, entry in ipairs(certificate_hints) do
    if reason:find(entry[1]) then return entry[2] end
  end
  return "the server's certificate could not be verified"
end

-- libcurl's result codes (curl/curl.h, stable): code, hint.
local by_curl = {
  [5] = { "resolve_failed", "check proxy" },
  [6] = { "resolve_failed", "check baseUrl and the name server" },
  [7] = { "connect_failed", "check baseUrl, proxy and the firewall" },
  [27] = { "no_memory" },
  [35] = { "tls", "the server speaks no TLS 1.2 or later, or something in between interferes" },
  [77] = { "certificate", "the file in caFile cannot be read or holds no certificates" },
  [97] = { "connect_failed", "check proxy" },
}

local lost = { [16] = true, [42] = true, [52] = true, [55] = true, [56] = true, [92] = true, [95] = true }
local odd = { [1] = true, [8] = true, [61] = true }

local function code_of(result)
  if result.tooLarge then return "too_large", "raise maxResponseBytes if such an answer is meant to be" end
  if result.connectStatus >= 300 and not result.sent then -- the proxy's own answer to CONNECT
    if result.connectStatus >= 500 then return "connect_failed", "the proxy does not reach the gateway" end
    return "proxy_refused", result.connectStatus == 407 and "the proxy asks for a user name and password, or does not"
      .. " accept those in proxy" or "the proxy does not let this machine through to the gateway"
  end
  if result.curl == 28 then return result.sent and "timeout" or "connect_timeout", "raise timeout, or see whether it is up" end
  if result.curl == 60 then return "certificate", certificate_hint(result.reason) end
  if result.curl == 18 or (lost[result.curl] and result.status > 0) then return "truncated" end
  if lost[result.curl] then return "connection_lost" end
  if odd[result.curl] then return "not_http", "something else than an HTTP server answers there; check baseUrl and proxy" end
  local entry = by_curl[result.curl]
  if entry then return entry[1], entry[2] end
  return "failed"
end

-- libcurl repeats a proxy that it cannot use, with its user name and password.
local function reason_of(result)
  local reason = result.reason:gsub("%S*@", "***@")
  return core.printable(reason, 300)
end

local protocol = { too_large = true, truncated = true, not_http = true }
-- Trying again cannot change these.
local final = { proxy_refused = true, certificate = true, tls = true, too_large = true, not_http = true }

-- What a call gets that was in flight beside one that was broken off.
local function given_up(sent)
  return failure.result(failure.new {
    category = "transport", code = "cancelled", message = "given up, because the calls beside it were broken off",
    retryable = false, outcome = sent and "unknown" or nil,
  })
end

local function failed(result)
  if result.given_up then return given_up(true) end
  local code, hint = code_of(result)
  return failure.result(failure.new {
    category = protocol[code] and "protocol" or "transport",
    code = code,
    message = code == "too_large" and ("the answer is too large (status %d)"):format(result.status)
      or reason_of(result),
    hint = hint,
    status = result.status > 0 and result.status or nil,
    retryable = not final[code],
    outcome = result.sent and "unknown" or nil,
  })
end

-- ---- waiting ----

-- Hands what has landed to those that wait for it.
function Curl:deliver()
  local engine = self.engine
  local id, response, result = engine:collect()
  while id do
    local task = self.waiting[id]
    self.waiting[id] = nil
    if task then
      self:resume(task, response, result)
    elseif task == nil then
      self.landed[id] = { response, result }
    end
    id, response, result = engine:collect()
  end
end

-- Lets the others go on until this task is resumed.
function Curl:park(task)
  self.parked[task] = true
  return coroutine.yield()
end

-- The answer of a request that no task waits for.
local function wait_alone(self, id)
  while true do
    local mine = self.landed[id]
    if mine then
      self.landed[id] = nil
      return mine[1], mine[2]
    end
    self.engine:step(turn)
    self:deliver()
  end
end

function Curl:await(id)
  local task = coroutine.running()
  if task and self.tasks[task] then
    self.waiting[id] = task
    return self:park(task)
  end
  local ok, response, result = pcall(wait_alone, self, id)
  if ok then return response, result end
  pcall(self.engine.cancel, self.engine, id) -- an interrupt: nobody will ask for the answer
  self.landed[id] = nil
  error(response, 0)
end

--- Sends a request and waits for its answer.
---@param request table method, url, headers (flat list of name and value; a value may be a secret), body (text or
-- secret), timeout and connectTimeout in seconds
---@return table? response status, headers by lower-case name, body
---@return string? message
---@return mimecast.Failure? err
function Curl:send(request)
  if self.broken then return given_up(false) end
  local id, problem = self.engine:submit(request)
  if not id then
    return failure.result(failure.new { category = "usage", code = "invalid_request", message = problem })
  end
  local response, result = self:await(id)
  if response then return response end
  return failed(result)
end

--- Waits until a condition holds; other calls of `map` go on meanwhile.
---@param condition fun(): boolean
function Curl:wait_until(condition)
  if self.broken then return end
  local task = coroutine.running()
  if task and self.tasks[task] then
    self.sleeping[task] = condition
    self:park(task)
    return
  end
  while not condition() do
    self.engine:step(0.01)
    self:deliver()
    self:wake()
  end
end

--- Waits so many seconds; other calls of `map` go on meanwhile.
---@param seconds number
function Curl:sleep(seconds)
  local task = coroutine.running()
  if task and self.tasks[task] then
    local till = self.elapsed() + seconds
    self:wait_until(function() return self.elapsed() >= till end)
  elseif seconds > 0 then
    self.engine:step(seconds)
  end
end

-- ---- side by side ----

function Curl:resume(task, ...)
  local group = self.tasks[task]
  if not group then return end -- an error ended it just before it began to wait
  self.parked[task] = nil
  local ok, reason = coroutine.resume(task, ...)
  if coroutine.status(task) ~= "dead" then
    if self.parked[task] then return end
    ok, reason = false, "mimecast: a function that map runs must not yield"
  end
  self.tasks[task] = nil
  group.running = group.running - 1
  if not ok and not group.raised then group.raised = { reason } end
end

local function end_tasks(self)
  local left = {}
  for id in pairs(self.waiting) do pcall(self.engine.cancel, self.engine, id) end
  self.waiting, self.sleeping = {}, {}
  -- Those, too, that were about to go on when the error came, and wait for nothing any more.
  for task, group in pairs(self.tasks) do
    group.raised = group.raised or { "broken off" }
    left[#left + 1] = task
  end
  for _, task in ipairs(left) do
    if coroutine.status(task) == "suspended" then self:resume(task, nil, { given_up = true }) end
  end
end

-- Ends all tasks: nothing goes on behind the caller's back once an error has left the loop that drives them.
function Curl:break_off()
  self.broken = true
  pcall(end_tasks, self)
  self.broken = nil
end

function Curl:wake()
  local ready = {}
  for task, condition in pairs(self.sleeping) do
    if condition() then ready[#ready + 1] = task end
  end
  for _, task in ipairs(ready) do
    self.sleeping[task] = nil
    self:resume(task)
  end
end

local function drive(self, group, start)
  start()
  while group.running > 0 do
    self.engine:step(next(self.sleeping) and 0.01 or turn)
    self:deliver()
    if next(self.sleeping) then self:wake() end
  end
end

--- Runs `run(1)` to `run(count)`, at most `concurrency` of them at a time. An error raised in one is raised again when
-- those in flight have landed.
---@param count integer
---@param run fun(i: integer)
---@param concurrency integer
function Curl:map(count, run, concurrency)
  local group, next_one = { running = 0 }, 1
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
  if self.tasks[coroutine.running() or false] then
    start()
    self:wait_until(function() return group.running == 0 end)
  else
    local ok, reason = pcall(drive, self, group, start)
    if not ok then
      self:break_off()
      error(reason, 0)
    end
  end
  if group.raised then error(group.raised[1], 0) end
end

--- Closes all connections.
function Curl:close()
  self.engine:close()
end

return curl
