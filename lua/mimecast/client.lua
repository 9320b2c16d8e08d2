--- A client: one call's way through the house, from the input table to the output table.
--
-- marshal -> encode -> authorise -> send -> decode -> retry's verdict -> unmarshal. The control flow is Lua, so that a
-- host may yield in it; what is hot or holds a secret is C.
local core = require "mimecast.core"
local credentials = require "mimecast.credentials"
local envelope = require "mimecast.envelope"
local failure = require "mimecast.failure"
local helpers = require "mimecast.helpers"
local operations = require "mimecast.operations"
local retry = require "mimecast.retry"

local client = {}

local Client = {}

local user_agent = "lua-mimecast/" .. core.version

-- ---- one request ----

local function remaining(settings, deadline)
  return math.max(deadline - settings.clock(), 0.001)
end

-- One attempt: outcomes of the items, or an error value; and the request, whose bytes may have left.
local function attempt(self, operation, body, call, deadline)
  local settings = self.settings
  local request = {
    method = operation.method,
    path = operation.path,
    url = settings.baseUrl .. operation.path,
    headers = { "Content-Type", "application/json", "Accept", "application/json", "User-Agent", user_agent },
    body = body,
    timeout = remaining(settings, deadline),
    connectTimeout = settings.connectTimeout,
  }
  local ok, err = self.credentials:authorise(request)
  if not ok then
    err.outcome = nil -- whatever became of the token, the call itself was not sent
    return nil, err, request
  end
  for i, secret in ipairs(request.secrets) do call.secrets[call.passwords + i] = secret end
  request.sent, request.timeout = true, remaining(settings, deadline)
  local response, message
  response, message, err = self.transport:send(request)
  if not response then return nil, failure.adopt(message, err), request end
  local outcomes
  outcomes, err = envelope.decode(response, call)
  if err and err.category == "rate_limit" then err.retryAfter = failure.retry_after(response.headers, settings.clock()) end
  return outcomes, err, request
end

local function verdict_on(self, operation, err, state, deadline)
  local settings = self.settings
  state.remaining = deadline - settings.clock()
  state.random = settings.random()
  local verdict = retry.verdict(state, operation, err)
  if verdict.again and settings.log then
    settings.log(("%s: attempt %d failed (%s), again in %.1f s: %s"):format(operation.name, state.attempt, err.code,
      verdict.delay, verdict.reason))
  end
  return verdict
end

-- Sends wire items as one request, as often as retry allows. Outcomes of the items, or an error value.
local function exchange(self, operation, items)
  local settings = self.settings
  local deadline = settings.clock() + settings.timeout
  local body = envelope.encode(items)
  local call = {
    items = items,
    key_wire = operation.key_wire,
    output = operation.output,
    names = operation.names,
    secrets = operations.secrets(operation, items),
  }
  call.passwords = #call.secrets
  local state = { attempt = 1, attempts = settings.attempts, renewed = false, can_renew = settings.generation == "2.0" }
  while true do
    local outcomes, err, request = attempt(self, operation, body, call, deadline)
    if outcomes then return outcomes, nil, state.attempt, request end
    state.sent = request.sent
    local verdict = verdict_on(self, operation, err, state, deadline)
    if not verdict.again then
      err.attempts, err.requestId = state.attempt, err.requestId or request.id
      return nil, err
    end
    if verdict.renew then
      state.renewed = true
      self.credentials:renew(request)
    else
      state.attempt = state.attempt + 1
    end
    if verdict.delay > 0 then settings.sleep(verdict.delay) end
  end
end

-- The error value of one item, from its own or from that of the whole request.
local function item_failure(operation, item, err, attempts, request)
  local own = {}
  for key, value in pairs(err) do own[key] = value end
  own.key = own.key or (operation.key_wire and item[operation.key_wire]) or nil
  own.attempts = own.attempts or attempts
  own.requestId = own.requestId or (request and request.id)
  if operation.advise then operation.advise(item, own) end
  return failure.new(own)
end

-- Sends items as one request; `put(i, value, err)` takes each item's result.
local function deliver(self, operation, items, put)
  local outcomes, err, attempts, request = exchange(self, operation, items)
  for i, item in ipairs(items) do
    local outcome = outcomes and outcomes[i] or err
    if failure.is(outcome) then
      put(i, nil, item_failure(operation, item, outcome, attempts, request))
    else
      put(i, outcome.value)
    end
  end
end

-- ---- one item, many items ----

local function misuse(operation, name, what)
  error(("mimecast: %s takes %s, like client:%s"):format(name, what, name) .. (operation.many == name
    and "{ { %s = … }, … }" or "{ %s = … }"):format(operation.key or "field"), 4)
end

local function check_table(self, operation, input)
  if getmetatable(self) ~= Client or type(input) ~= "table" then misuse(operation, operation.name, "a table") end
end

local function one(self, operation, input)
  local item, problems = operation.input:marshal(input)
  if not item then return failure.result(failure.invalid_input(problems)) end
  local value, err
  deliver(self, operation, { item }, function(_, result, failed) value, err = result, failed end)
  if err then return failure.result(err) end
  return value
end

local function check_list(self, operation, inputs)
  local is_list = getmetatable(self) == Client and type(inputs) == "table"
  local count = 0
  for _, input in pairs(is_list and inputs or {}) do
    count = count + 1
    is_list = is_list and type(input) == "table"
  end
  if not is_list or count ~= #inputs then misuse(operation, operation.many, "a list of tables without gaps") end
end

-- The wire items, or the error value of each item: nothing is sent where one of them is wrong.
local function marshal_all(operation, inputs)
  local items, failures, first_at = {}, {}, {}
  for i, input in ipairs(inputs) do
    local item, problems = operation.input:marshal(input)
    local key = item and operation.key_wire and item[operation.key_wire]:lower()
    if not item then
      failures[i] = failure.invalid_input(problems)
    elseif key and first_at[key] then
      failures[i] = failure.invalid_input({ { field = operation.key, code = "duplicate_item", order = 0,
        message = ("is that of item %d, too; put both changes into one item"):format(first_at[key]) } }, key)
    else
      items[i] = item
      if key then first_at[key] = i end
    end
  end
  local bad = next(failures) and true
  if not bad then return items end
  for i in ipairs(inputs) do
    failures[i] = failures[i] or failure.new {
      category = "usage", code = "not_sent", message = "not sent, because another item of the call is wrong",
      key = operation.key_wire and items[i][operation.key_wire] or nil, retryable = true,
    }
  end
  return nil, failures
end

local function many(self, operation, inputs)
  local results = {}
  local items, failures = marshal_all(operation, inputs)
  for i = 1, #inputs do results[i] = false end
  if not items then return results, failures end
  failures = {}
  local size = math.floor(self.settings.batchSize or operation.batch)
  self.transport:map(math.ceil(#items / size), function(batch)
    local first, part = (batch - 1) * size, {}
    for i = 1, math.min(size, #items - first) do part[i] = items[first + i] end
    deliver(self, operation, part, function(i, value, err)
      results[first + i], failures[first + i] = value or false, err
    end)
  end, self.settings.concurrency)
  return results, failures
end

-- ---- the client ----

--- Calls `run` for each input, several calls in flight at a time.
---@param inputs any[]
---@param run fun(input: any, i: integer): any, string?, mimecast.Failure?
---@param options? table concurrency (default 16)
---@return any[] results in the order of the inputs; `false` where `run` returned nil
---@return table<integer, any> failures by position: the error value, or the message where there is none
function client.map(self, inputs, run, options)
  local results, failures = {}, {}
  self.transport:map(#inputs, function(i)
    local value, message, err = run(inputs[i], i)
    if value == nil then
      results[i], failures[i] = false, err or message
    else
      results[i] = value
    end
  end, options and options.concurrency or 16)
  return results, failures
end

--- Closes the client's connections. A closed client cannot be used any more.
function client.close(self)
  if self.transport.close then self.transport:close() end
end

local methods = { map = client.map, close = client.close }

-- The function of that name, made when it is first asked for.
function Client.__index(_, name)
  if methods[name] == nil then
    local operation, plural = operations.find(name)
    if operation then
      local check, run = plural and check_list or check_table, plural and many or one
      methods[name] = function(self, input)
        check(self, operation, input)
        return run(self, operation, input)
      end
    else
      methods[name] = helpers[name]
    end
  end
  return methods[name]
end

function Client.__tostring(self)
  return ("mimecast.Client(API %s, %s)"):format(self.settings.generation, self.settings.baseUrl)
end

--- A client from checked settings.
---@param settings table
---@return table? client
---@return mimecast.Failure? err
function client.new(settings)
  settings.clock = settings.clock or core.now
  settings.random = settings.random or math.random
  settings.uuid = settings.uuid or core.uuid
  local transport = settings.transport
  if not transport then
    if settings.caFile then
      local file = io.open(settings.caFile)
      if not file then
        return nil, failure.new { category = "config", code = "invalid_setting", field = "caFile",
          message = "caFile cannot be read: " .. core.printable(settings.caFile, 200) }
      end
      file:close()
    end
    transport = require("mimecast.transport.curl").new(settings)
  end
  settings.sleep = settings.sleep or function(seconds) transport:sleep(seconds) end
  local keys, err = credentials.of(settings, transport)
  if not keys then return nil, err end
  return setmetatable({ settings = settings, transport = transport, credentials = keys }, Client)
end

return client
