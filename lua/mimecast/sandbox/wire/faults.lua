--- Faults on order: what goes wrong next, how often, and whether the change is applied before it does.
local json = require "mimecast.json"
local answer = require "mimecast.sandbox.wire.response"
local calendar = require "mimecast.sandbox.wire.dates"
local refusals = require "mimecast.sandbox.wire.errors"

local faults = {}
local Faults = {}
Faults.__index = Faults

-- Numbers from 0 to below 1, the same after the same seed: Lehmer's generator, whose products are exact in every Lua.
local function dice(seed)
  local modulus = 2147483647
  local state = math.floor(seed) % (modulus - 1) + 1
  local function roll()
    state = state * 48271 % modulus
    return (state - 1) / (modulus - 1)
  end
  for _ = 1, 10 do roll() end -- small seeds begin alike
  return roll
end

--- Makes a list of orders: empty, or with those of the settings.
---@param orders? table[]
---@param seed? number of the orders that come by chance
---@return table faults
function faults.new(orders, seed)
  local self = setmetatable({ orders = {}, roll = dice(seed or 1) }, Faults)
  for _, order in ipairs(orders or {}) do self:order(order) end
  return self
end

local function names_of(set)
  local names = {}
  for name in pairs(set) do names[#names + 1] = name end
  table.sort(names)
  return table.concat(names, ", ")
end

-- The fields of every order, and those of each kind.
local common = { kind = true, times = true, after = true, chance = true, path = true, afterApply = true }
local numbers = { times = true, after = true, status = true, wait = true, bytes = true, seconds = true, by = true,
  depth = true }
local own = {
  status = { status = true, type = true, headers = true, body = true }, rate_limited = { wait = true, reset = true },
  html = { status = true, body = true }, empty = { status = true }, truncated = { bytes = true }, slow = { seconds = true },
  slow_body = { seconds = true }, wrong_length = { by = true }, huge = { bytes = true },
  redirect = { location = true, status = true }, binding_expired = { status = true }, clock_skew = { seconds = true },
  fail_items = { items = true, code = true, message = true, retryable = true, field = true }, wrong_shape = { shape = true },
  deep_json = { depth = true }, wrong_total = { by = true }, stray = { seconds = true, status = true },
}

-- A misspelt word would leave a test without what it is about.
local function word_problem(order)
  for name, value in pairs(order) do
    if not common[name] and not (own[order.kind] and own[order.kind][name]) then
      return ("a fault of kind %q has no field %s"):format(order.kind, tostring(name))
    end
    if numbers[name] and type(value) ~= "number" then return ("a fault's %s is a number"):format(name) end
  end
  for name, words in pairs { reset = faults.resets, shape = faults.shapes } do
    if order[name] ~= nil and words[order[name]] == nil then
      return ("no fault has the %s %q; there are: %s"):format(name, tostring(order[name]), names_of(words))
    end
  end
end

--- What is wrong with an order, if anything.
---@param order any
---@return string? message
function faults.problem(order)
  if type(order) ~= "table" then return "a fault is a table, like { kind = \"unavailable\" }" end
  if not faults.kinds[order.kind] then
    return ("no fault of kind %q; there are: %s"):format(tostring(order.kind), names_of(faults.kinds))
  end
  local chance = order.chance
  if chance ~= nil and not (type(chance) == "number" and chance > 0 and chance <= 1) then
    return "a fault's chance is a number above 0, at most 1"
  end
  return word_problem(order)
end

--- Orders a fault.
---@param order table kind, times (1; without end where there is a chance), after (0), chance (of each request that it is
-- meant for), path (any function but the token endpoint; "*": all), afterApply, …
---@return boolean? ok nil with a message where the order is wrong
---@return string? message
function Faults:order(order)
  local problem = faults.problem(order)
  if problem then return nil, problem end
  local copy = {}
  for name, value in pairs(order) do copy[name] = value end
  copy.left = order.times or (order.chance and math.huge) or faults.times[order.kind] or 1
  copy.pass = order.after or 0
  self.orders[#self.orders + 1] = copy
  return true
end

local function meant(order, path, route)
  if order.path == nil then return path ~= "/oauth/token" end
  return order.path == path or order.path == "*" or (route ~= nil and order.path == route)
end

--- Takes the fault that is due for a request to a path, if any.
---@param path string
---@param route? string the path with "{id}" in the place of an id: a fault may be ordered for that, too
---@return table? fault
function Faults:take(path, route)
  for i, order in ipairs(self.orders) do
    if meant(order, path, route) then
      if order.pass > 0 then
        order.pass = order.pass - 1
      elseif not order.chance or self.roll() < order.chance then
        order.left = order.left - 1
        if order.left <= 0 then table.remove(self.orders, i) end
        return order
      end
    end
  end
  return nil
end

--- Gives back a fault that a request was no occasion for: it waits for the next.
---@param order table
function Faults:give_back(order)
  order.left = order.left + 1
  if order.left == 1 then table.insert(self.orders, 1, order) end
end

--- How many faults are still to come; those that come by chance and without end are not counted.
---@return integer count
function Faults:pending()
  local count = 0
  for _, order in ipairs(self.orders) do
    if order.left < math.huge then count = count + order.left end
  end
  return count
end

local function refusal(scene, name)
  return scene.generation == 1 and answer.refuse(name) or answer.gateway(name)
end

local function text_answer(status, content_type, body)
  return { status = status, type = content_type, body = body, bare = true }
end

local function flat_headers(headers)
  if not headers or #headers > 0 then return headers end
  local names, list = {}, {}
  for name in pairs(headers) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    list[#list + 1] = name
    list[#list + 1] = tostring(headers[name])
  end
  return list
end

faults.resets = {
  ms = function(wait) return "x-ratelimit-reset", wait * 1000 end,
  seconds = function(wait) return "x-ratelimit-reset", wait end,
  epoch = function(wait, now) return "x-ratelimit-reset", now + wait end,
  mimecast = function(wait) return "x-mimecast-ratelimit-reset", wait * 1000 end,
  retry_after = function(wait) return "retry-after", wait end,
  retry_after_date = function(wait, now) return "retry-after", calendar.http(now + wait) end,
}

local function rate_limited(fault, scene)
  local made = refusal(scene, "quota")
  local name, value = faults.resets[fault.reset or "ms"](fault.wait or 1, scene.now)
  if type(value) == "number" then value = ("%d"):format(math.ceil(value)) end
  made.bare = true
  made.headers = { name, value }
  if name == "x-ratelimit-reset" then
    made.headers = { "x-ratelimit-limit", "800", "x-ratelimit-remaining", "0", name, value }
  end
  return made
end

local proxy_page = [[<html>
<head><title>502 Bad Gateway</title></head>
<body>
<center><h1>502 Bad Gateway</h1></center>
<hr><center>proxy.example.com</center>
</body>
</html>
]]

local function fail_items(fault, scene)
  local failing = {}
  for _, index in ipairs(fault.items or { 1 }) do failing[index] = true end
  return scene.run{
    failing = failing,
    error = answer.error({
      code = fault.code or "err_sandbox_fault", message = fault.message or "Failed on order",
      retryable = fault.retryable,
    }, fault.field),
  }
end

-- Each takes a decoded answer apart.
faults.shapes = {
  array = false, -- the whole answer is one
  data_string = function(body) body.data = "unexpected" end,
  data_null = function(body) body.data = json.null end,
  no_data = function(body) body.data = nil end,
  extra = function(body) body.data[#body.data + 1] = body.data[1] or json.null end,
  missing = function(body) body.data[#body.data] = nil end,
  no_meta = function(body) body.meta = nil end,
  -- The first result, else the first failure, is that of an item which was not asked for.
  stranger = function(body)
    local first = body.data[1] or (body.fail[1] and body.fail[1].key) or {}
    for _, name in ipairs { "emailAddress", "alias", "domain" } do
      if first[name] then first[name] = "stranger@example.com" end
    end
  end,
  no_key = function(body)
    for _, entry in ipairs(body.fail) do entry.key = nil end
    if #body.fail > 0 then return end
    table.remove(body.data, 1)
    local failed = answer.error{ code = "err_sandbox_fault", message = "Failed on order" }
    body.fail[1] = answer.fail(nil, { failed })
  end,
}

-- Performs a request and changes what its answer says of pages; `change` tells whether there was anything to change.
local function on_page(change)
  return function(fault, scene)
    local done = false
    local made = scene.run{ page = function(pagination, cut) done = change(pagination, cut, fault) end }
    if not done then scene.orders:give_back(fault) end
    return made
  end
end

local repeat_page_token = on_page(function(pagination, cut)
  if not cut.token then return false end
  pagination.next = cut.token
  return true
end)

-- The last page leads to an empty one behind it, which leads on as well.
local empty_last_page = on_page(function(pagination, cut)
  if pagination.next then return false end
  pagination.next = cut.at(cut.start >= cut.count and cut.start + cut.size or cut.count)
  return true
end)

-- The page leads to an empty one, which leads to the page that comes next. The way there is a place behind the last row.
local empty_page = on_page(function(pagination, cut)
  if cut.start >= cut.count then
    pagination.next = cut.at(cut.start - cut.count)
    return true
  end
  if not pagination.next then return false end
  pagination.next = cut.at(cut.start + cut.size + cut.count)
  return true
end)

local wrong_total = on_page(function(pagination, _, fault)
  if not pagination.totalCount then return false end
  pagination.totalCount = math.max(pagination.totalCount + (fault.by or 1), 0)
  return true
end)

local function wrong_shape(fault, scene)
  local made = scene.run()
  if fault.shape == "array" then return answer.json(200, "[]", true) end
  local body = json.decode(made.body)
  if type(body) ~= "table" or type(body.data) ~= "table" then return made end
  json.array(body.data)
  json.array(body.fail)
  faults.shapes[fault.shape or "data_string"](body)
  return answer.json(made.status, answer.encode(body), true)
end

local function cut_short(fault, scene)
  local made = scene.run()
  made.fault = { action = "truncate", bytes = fault.bytes or math.floor(#made.body / 2) }
  return made
end

-- The connection is closed behind an answer that is shorter than announced; what is longer is read up to there.
local function wrong_length(fault, scene)
  local made = scene.run()
  made.fault = { action = "length", length = math.max(#made.body + (fault.by or 1), 0) }
  return made
end

-- Behind the answer comes another: the same once more, or an empty one of that status, after which the connection is closed.
local function stray(fault, scene)
  local made = scene.run()
  made.fault = { action = "stray", seconds = fault.seconds or 0.03, status = fault.status }
  return made
end

local function slow_body(fault, scene)
  local made = scene.run()
  made.fault = { action = "drip", seconds = fault.seconds or 1 }
  return made
end

-- With the status 200 it is told as one client has seen it.
local function binding_expired(fault)
  if fault.status ~= 200 then return answer.refuse "binding" end
  return answer.envelope(200, {}, { answer.fail(nil, { answer.error(refusals.service.binding) }) })
end

-- The service's clock is off: API 1.0 refuses the date that was signed, API 2.0 looks at none.
local function clock_skew(fault, scene)
  local made = scene.generation == 1 and answer.refuse "clock" or scene.run()
  made.skew = fault.seconds or 3600
  return made
end

local function deep_json(fault)
  local depth = fault.depth or 100000
  local body = ("[" ):rep(depth) .. ("]"):rep(depth)
  return answer.json(200, "{\"meta\":{\"status\":200},\"data\":" .. body .. ",\"fail\":[]}", true)
end

local function connection(action)
  return function() return { status = 0, body = "", fault = { action = action } } end
end

--- The kinds of fault: each makes the answer from the order and the scene, which has `run()` (performs the request as
-- if nothing were wrong and returns its answer), `generation` (1 or 2), `body` (what was sent), `now` and `orders`.
faults.kinds = {
  status = function(fault)
    return { status = fault.status or 500, type = fault.type or "application/json", body = fault.body or "",
      headers = flat_headers(fault.headers) }
  end,
  unavailable = function(_, scene) return refusal(scene, "unavailable") end,
  rate_limited = rate_limited,
  html = function(fault) return text_answer(fault.status or 502, "text/html", fault.body or proxy_page) end,
  garbage = function() return text_answer(200, "application/json", "\0\1\2\255\254{\"data\":[\27[31m\r\n<b>'\127") end,
  empty = function(fault) return text_answer(fault.status or 200, nil, "") end,
  truncated = cut_short,
  reset = connection "reset",
  close_before_answer = connection "close",
  refuse = connection "refuse",
  slow = function(fault, scene)
    local made = scene.run()
    made.fault = { action = "delay", seconds = fault.seconds or 1 }
    return made
  end,
  slow_body = slow_body,
  stray = stray,
  wrong_length = wrong_length,
  huge = function(fault)
    local made = answer.json(200, "", true)
    made.fault = { action = "huge", bytes = fault.bytes or 16 * 1024 * 1024 }
    return made
  end,
  redirect = function(fault)
    local made = text_answer(fault.status or 307, "text/html", "")
    made.headers = { "location", fault.location or "https://elsewhere.example.com/" }
    return made
  end,
  token_expired = function() return answer.gateway "token_expired" end,
  binding_expired = binding_expired,
  clock_skew = clock_skew,
  bad_app_id = function(_, scene) return answer.refuse("app_id", scene.app_id or "INVALID") end,
  echo_credentials = function(_, scene) return answer.gateway("unauthorized", scene.body) end,
  fail_items = fail_items,
  wrong_shape = wrong_shape,
  repeat_page_token = repeat_page_token,
  empty_last_page = empty_last_page,
  empty_page = empty_page,
  wrong_total = wrong_total,
  deep_json = deep_json,
}

--- How often a kind comes where its order does not say: the page, and the empty one behind it.
faults.times = { empty_last_page = 2, empty_page = 2 }

-- These perform the request anyway: the answer is what they spoil.
local performs = {
  truncated = true, slow = true, fail_items = true, wrong_shape = true, repeat_page_token = true,
  empty_last_page = true, empty_page = true, wrong_total = true, slow_body = true, wrong_length = true,
  stray = true,
}

--- Makes the answer that a fault asks for.
---@param fault table
---@param scene table
---@return table made
function faults.answer(fault, scene)
  if fault.afterApply and not performs[fault.kind] then scene.run() end
  return faults.kinds[fault.kind](fault, scene)
end

return faults
