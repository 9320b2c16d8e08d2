--- Fault injection: rules say which requests fail, how, how often, and whether the change is applied before.
local check = require "mimecast.config.check"
local json = require "mimecast.json"
local response = require "mimecast.sandbox.wire.response"
local dates = require "mimecast.sandbox.wire.dates"
local service_errors = require "mimecast.sandbox.wire.service_errors"

local faults = {}
local Faults = {}
Faults.__index = Faults

-- Makes a random number generator: 0 to below 1, the same sequence for the same seed. Lehmer's generator: its products are
-- exact in every Lua.
local function rng(seed)
  local modulus = 2147483647
  local state = math.floor(seed) % (modulus - 1) + 1
  local function next_random()
    state = state * 48271 % modulus
    return (state - 1) / (modulus - 1)
  end
  for _ = 1, 10 do next_random() end -- small seeds give similar first numbers
  return next_random
end

--- Makes a list of rules.
---@param rules? table[] of the tenant's options
---@param seed? number for rules with a `chance`
---@return table faults
function faults.new(rules, seed)
  local self = setmetatable({ rules = {}, rng = rng(seed or 1) }, Faults)
  for _, rule in ipairs(rules or {}) do self:add(rule) end
  return self
end

-- The fields of every rule, the further fields of each kind, and the types of all that are not numbers.
local common = { "kind", "times", "after", "chance", "path", "afterApply" }
local kind_fields = {
  status = { "status", "type", "headers", "body" }, rate_limited = { "wait", "reset" }, html = { "status", "body" },
  empty = { "status" }, truncated = { "bytes" }, slow = { "seconds" }, slow_body = { "seconds" }, wrong_length = { "by" },
  huge = { "bytes" }, redirect = { "location", "status" }, binding_expired = { "status" }, clock_skew = { "seconds" },
  fail_items = { "items", "code", "message", "retryable", "field" }, wrong_shape = { "shape" }, deep_json = { "depth" },
  wrong_total = { "by" }, stray = { "seconds", "status" },
}
local texts = { kind = true, path = true, type = true, body = true, location = true, code = true, message = true, field = true }
local other_types = { headers = "table", items = "table", afterApply = "boolean", retryable = "boolean" }

local function names_of(set)
  local names = {}
  for name in pairs(set) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local function any_text() return nil end -- also with blanks
local function zero_chance(value) return value == 0 and "must be above 0" or nil end

local function new_field(name)
  local words = name == "reset" and faults.resets or name == "shape" and faults.shapes
  if words then return { name = name, type = "text", values = names_of(words) } end
  if texts[name] then return { name = name, type = "text", problem = any_text } end
  if name == "chance" then return { name = name, type = "number", min = 0, max = 1, problem = zero_chance } end
  return { name = name, type = other_types[name] or "number" }
end

local function fields_of(kind)
  local list = {}
  for _, names in ipairs { common, kind_fields[kind] or {} } do
    for _, name in ipairs(names) do list[#list + 1] = new_field(name) end
  end
  return check.fields(list)
end

--- Checks a rule.
---@param rule any
---@return string? message nil for a valid rule
function faults.problem(rule)
  if type(rule) ~= "table" then return "a fault is a table, like { kind = \"unavailable\" }" end
  if not faults.kinds[rule.kind] then
    return ("no fault of kind %q; there are: %s"):format(tostring(rule.kind), table.concat(names_of(faults.kinds), ", "))
  end
  local _, err = check.input(fields_of(rule.kind), rule)
  return err and ("a fault of kind %q: %s"):format(rule.kind, err.message) or nil
end

--- Adds a rule.
---@param rule table kind, times (1; unlimited with a chance), after (0), chance (for each request that it matches), path (all
-- but the token endpoint; "*": all), afterApply, …
---@return boolean? ok nil with a message for an invalid rule
---@return string? message
function Faults:add(rule)
  local problem = faults.problem(rule)
  if problem then return nil, problem end
  local copy = {}
  for name, value in pairs(rule) do copy[name] = value end
  copy.left = rule.times or (rule.chance and math.huge) or faults.times[rule.kind] or 1
  copy.pass = rule.after or 0
  self.rules[#self.rules + 1] = copy
  return true
end

local function matches(rule, path, route)
  if rule.path == nil then return path ~= "/oauth/token" end
  return rule.path == path or rule.path == "*" or (route ~= nil and rule.path == route)
end

--- Returns the fault for a request to a path, and counts it.
---@param path string
---@param route? string the path with "{id}" in place of an id; a rule may name it, too
---@return table? fault
function Faults:take(path, route)
  for i, rule in ipairs(self.rules) do
    if matches(rule, path, route) then
      if rule.pass > 0 then
        rule.pass = rule.pass - 1
      elseif not rule.chance or self.rng() < rule.chance then
        rule.left = rule.left - 1
        if rule.left <= 0 then table.remove(self.rules, i) end
        return rule
      end
    end
  end
  return nil
end

--- Returns a fault that did not fit the request: it applies to the next.
---@param rule table
function Faults:give_back(rule)
  rule.left = rule.left + 1
  if rule.left == 1 then table.insert(self.rules, 1, rule) end
end

--- Removes all rules.
function Faults:clear()
  self.rules = {}
end

--- Returns the names of all kinds, sorted.
---@return string[]
function faults.names()
  return names_of(faults.kinds)
end

--- Counts the faults that are still to come. Unlimited rules do not count.
---@return integer count
function Faults:pending()
  local count = 0
  for _, rule in ipairs(self.rules) do
    if rule.left < math.huge then count = count + rule.left end
  end
  return count
end

local function error_result(context, name)
  return context.generation == 1 and response.call_error(name) or response.gateway_error(name)
end

local function text_response(status, content_type, body)
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
  retry_after_date = function(wait, now) return "retry-after", dates.http(now + wait) end,
}

local function rate_limited(fault, context)
  local result = error_result(context, "quota")
  local name, value = faults.resets[fault.reset or "ms"](fault.wait or 1, context.now)
  if type(value) == "number" then value = ("%d"):format(math.ceil(value)) end
  result.bare = true
  result.headers = { name, value }
  if name == "x-ratelimit-reset" then
    result.headers = { "x-ratelimit-limit", "800", "x-ratelimit-remaining", "0", name, value }
  end
  return result
end

local proxy_page = [[<html>
<head><title>502 Bad Gateway</title></head>
<body>
<center><h1>502 Bad Gateway</h1></center>
<hr><center>proxy.example.com</center>
</body>
</html>
]]

local function fail_items(fault, context)
  local failing = {}
  for _, index in ipairs(fault.items or { 1 }) do failing[index] = true end
  return context.run{
    failing = failing,
    error = response.error_entry({
      code = fault.code or "err_sandbox_fault", message = fault.message or "Failed on order",
      retryable = fault.retryable,
    }, fault.field),
  }
end

-- Each corrupts a decoded response.
faults.shapes = {
  array = false, -- replaces the whole response
  data_string = function(body) body.data = "unexpected" end,
  data_null = function(body) body.data = json.null end,
  no_data = function(body) body.data = nil end,
  extra = function(body) body.data[#body.data + 1] = body.data[1] or json.null end,
  missing = function(body) body.data[#body.data] = nil end,
  no_meta = function(body) body.meta = nil end,
  -- The first result, or the first failure, names an item that was not in the request.
  foreign = function(body)
    local first = body.data[1] or (body.fail[1] and body.fail[1].key) or {}
    for _, name in ipairs { "emailAddress", "alias", "domain" } do
      if first[name] then first[name] = "foreign@example.com" end
    end
  end,
  no_key = function(body)
    for _, entry in ipairs(body.fail) do entry.key = nil end
    if #body.fail > 0 then return end
    table.remove(body.data, 1)
    local failed = response.error_entry{ code = "err_sandbox_fault", message = "Failed on order" }
    body.fail[1] = response.fail_entry(nil, { failed })
  end,
}

-- Runs the request and changes the pagination of its response. `change` returns false if it does not apply to this page.
local function on_page(change)
  return function(fault, context)
    local done = false
    local result = context.run{ page = function(pagination, cut) done = change(pagination, cut, fault) end }
    if not done then context.faults:give_back(fault) end
    return result
  end
end

local repeat_page_token = on_page(function(pagination, cut)
  if not cut.token then return false end
  pagination.next = cut.token
  return true
end)

-- The last page points to an empty page, which points further.
local empty_last_page = on_page(function(pagination, cut)
  if pagination.next then return false end
  pagination.next = cut.at(cut.start >= cut.count and cut.start + cut.size or cut.count)
  return true
end)

-- The page points to an empty page, which points to the next page. The empty page starts after the last row.
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

local function wrong_shape(fault, context)
  local result = context.run()
  if fault.shape == "array" then return response.json(200, "[]", true) end
  local body = json.decode(result.body)
  if type(body) ~= "table" or type(body.data) ~= "table" then return result end
  json.array(body.data)
  json.array(body.fail)
  faults.shapes[fault.shape or "data_string"](body)
  return response.json(result.status, response.encode(body), true)
end

local function truncated(fault, context)
  local result = context.run()
  result.fault = { action = "truncate", bytes = fault.bytes or math.floor(#result.body / 2) }
  return result
end

-- A response that is shorter than its content-length ends with the connection; a longer response is read up to that length.
local function wrong_length(fault, context)
  local result = context.run()
  result.fault = { action = "length", length = math.max(#result.body + (fault.by or 1), 0) }
  return result
end

-- A second response follows: the same again, or an empty response of that status, after which the connection closes.
local function stray(fault, context)
  local result = context.run()
  result.fault = { action = "stray", seconds = fault.seconds or 0.03, status = fault.status }
  return result
end

local function slow_body(fault, context)
  local result = context.run()
  result.fault = { action = "drip", seconds = fault.seconds or 1 }
  return result
end

-- Status 200 is the form that a client has seen.
local function binding_expired(fault)
  if fault.status ~= 200 then return response.call_error "binding" end
  return response.envelope(200, {}, { response.fail_entry(nil, { response.error_entry(service_errors.envelope.binding) }) })
end

-- The service's clock is off: API 1.0 rejects the signed date, API 2.0 does not check it.
local function clock_skew(fault, context)
  local result = context.generation == 1 and response.call_error "clock" or context.run()
  result.skew = fault.seconds or 3600
  return result
end

local function deep_json(fault)
  local depth = fault.depth or 100000
  local body = ("[" ):rep(depth) .. ("]"):rep(depth)
  return response.json(200, "{\"meta\":{\"status\":200},\"data\":" .. body .. ",\"fail\":[]}", true)
end

local function connection(action)
  return function() return { status = 0, body = "", fault = { action = action } } end
end

--- The kinds of fault. Each builds the response from the rule and a context: `run()` (runs the request without the fault and
-- returns its response), `generation` (1 or 2), `body` (of the request), `now` and `faults`.
faults.kinds = {
  status = function(fault)
    return { status = fault.status or 500, type = fault.type or "application/json", body = fault.body or "",
      headers = flat_headers(fault.headers) }
  end,
  unavailable = function(_, context) return error_result(context, "unavailable") end,
  rate_limited = rate_limited,
  html = function(fault) return text_response(fault.status or 502, "text/html", fault.body or proxy_page) end,
  garbage = function() return text_response(200, "application/json", "\0\1\2\255\254{\"data\":[\27[31m\r\n<b>'\127") end,
  empty = function(fault) return text_response(fault.status or 200, nil, "") end,
  truncated = truncated,
  reset = connection "reset",
  close_before_response = connection "close",
  refuse = connection "refuse",
  slow = function(fault, context)
    local result = context.run()
    result.fault = { action = "delay", seconds = fault.seconds or 1 }
    return result
  end,
  slow_body = slow_body,
  stray = stray,
  wrong_length = wrong_length,
  huge = function(fault)
    local result = response.json(200, "", true)
    result.fault = { action = "huge", bytes = fault.bytes or 16 * 1024 * 1024 }
    return result
  end,
  redirect = function(fault)
    local result = text_response(fault.status or 307, "text/html", "")
    result.headers = { "location", fault.location or "https://elsewhere.example.com/" }
    return result
  end,
  token_expired = function() return response.gateway_error "token_expired" end,
  binding_expired = binding_expired,
  clock_skew = clock_skew,
  bad_app_id = function(_, context) return response.call_error("app_id", context.app_id or "INVALID") end,
  echo_credentials = function(_, context) return response.gateway_error("unauthorized", context.body) end,
  fail_items = fail_items,
  wrong_shape = wrong_shape,
  repeat_page_token = repeat_page_token,
  empty_last_page = empty_last_page,
  empty_page = empty_page,
  wrong_total = wrong_total,
  deep_json = deep_json,
}

--- The default of `times` by kind: the page and the empty page after it.
faults.times = { empty_last_page = 2, empty_page = 2 }

-- These kinds run the request in any case: they corrupt its response.
local performs = {
  truncated = true, slow = true, fail_items = true, wrong_shape = true, repeat_page_token = true,
  empty_last_page = true, empty_page = true, wrong_total = true, slow_body = true, wrong_length = true,
  stray = true,
}

--- Builds the response of a fault.
---@param fault table
---@param context table
---@return table response
function faults.apply(fault, context)
  if fault.afterApply and not performs[fault.kind] then context.run() end
  return faults.kinds[fault.kind](fault, context)
end

return faults
