--- Builds responses: the envelope, the gateway's flat failure, and the headers in the service's order.
local json = require "mimecast.json"
local dates = require "mimecast.sandbox.wire.dates"
local service_errors = require "mimecast.sandbox.wire.service_errors"

local response = {}

local envelope_mt = json.object{ "meta", "data", "fail" }
local meta_mt = json.object{ "status", "pagination" }
local rest_error_mt = json.object{ "code", "message", "field" }
local fail_mt = json.object{ "key", "errors" }
local bare_mt = json.object{ "errors", "key" }
local error_mt = json.object{ "field", "code", "message", "retryable" }
local flat_mt = json.object{ "code", "message" }

-- The service escapes these three characters (recorded). They occur inside strings only.
local escapes = { ["<"] = "\\u003c", [">"] = "\\u003e", ["'"] = "\\u0027" }

--- Encodes JSON as the service writes it.
---@param value any
---@return string text
function response.encode(value)
  return (json.encode(value):gsub("[<>']", escapes))
end

--- Builds a response with a JSON body. `secured` adds the three headers that are absent if authorisation failed.
---@param status integer
---@param body string
---@param secured? boolean
---@return table response
function response.json(status, body, secured)
  return { status = status, type = "application/json", body = body, secured = secured }
end

--- Builds an entry of an item's `errors`.
---@param entry table of `service_errors.envelope`
---@param field? string wire name
---@param detail? any for the message
---@return table entry
function response.error_entry(entry, field, detail)
  local message = entry.message
  if detail ~= nil then message = message:format(detail) end
  return setmetatable(
    { field = field, code = entry.code, message = message, retryable = entry.retryable or false }, error_mt)
end

--- Builds the entry for a part of a call that cannot be read.
---@return table entry
function response.malformed_entry()
  return response.error_entry(service_errors.envelope.malformed)
end

--- Builds the entry for a missing permission.
---@return table entry
function response.forbidden_entry()
  return response.error_entry(service_errors.envelope.forbidden)
end

--- Builds a success of the REST families without a body.
---@return table response
function response.no_content()
  return { status = 204, body = "", secured = true }
end

--- Builds API 2.0's response to an id that it cannot read (field notes): no body.
---@return table response
function response.bad_id()
  return { status = 400, body = "" }
end

--- Fails an item: a function returns this instead of a result.
---@param name string of `service_errors.envelope`
---@param field? string wire name
---@param detail? any
---@return nil
---@return table[] errors
function response.item_error(name, field, detail)
  return nil, { response.error_entry(service_errors.envelope[name], field, detail) }
end

--- Builds an entry of `fail`.
---@param key? table the item that failed
---@param errors table[]
---@return table entry
function response.fail_entry(key, errors)
  return setmetatable({ key = key, errors = json.array(errors) }, fail_mt)
end

--- Builds a response in the envelope of both generations.
---@param status integer
---@param data any[]
---@param fail table[]
---@param pagination? table
---@return table response
function response.envelope(status, data, fail, pagination)
  local value = setmetatable({
    meta = setmetatable({ status = status, pagination = pagination }, meta_mt),
    data = json.array(data),
    fail = json.array(fail),
  }, envelope_mt)
  return response.json(status, response.encode(value), true)
end

--- Fails a call with `errors` and `key` at the top of the response, as audit functions of API 2.0 do. The status is invented.
---@param failed table of `response.fail_entry`
---@return table response
function response.bare_error(failed)
  return response.json(400, response.encode(setmetatable({ errors = failed.errors, key = failed.key }, bare_mt)), true)
end

--- Fails a whole call in the envelope. The failure has no key: it belongs to no item.
---@param name string of `service_errors.envelope`
---@param detail? any
---@param key? table a login's key
---@return table response
function response.call_error(name, detail, key)
  local entry = service_errors.envelope[name]
  local result = response.envelope(entry.status, {}, { response.fail_entry(key, { response.error_entry(entry, nil, detail) }) })
  result.secured = false
  return result
end

--- Fails a call of the REST families: `{"errors":[{"code","message","field"}]}`, as a published client reads it.
---@param errors table[] as a function of the envelope returns them
---@return table response
function response.rest_error(errors)
  local list = json.array()
  local status
  for i, entry in ipairs(errors) do
    status = status or service_errors.rest_status[entry.code] or 400
    list[i] = setmetatable({ code = entry.code, message = entry.message, field = entry.field }, rest_error_mt)
  end
  return response.json(status, response.encode{ errors = list }, true)
end

--- Fails a whole call as API 2.0's gateway does.
---@param name string of `service_errors.gateway`
---@param detail? string added to the message
---@return table response
function response.gateway_error(name, detail)
  local entry = service_errors.gateway[name]
  local message = detail and (entry.message .. ": " .. detail) or entry.message
  local fail = json.array{ setmetatable({ code = entry.code, message = message }, flat_mt) }
  return response.json(entry.status, response.encode{ fail = fail })
end

--- Adds the service's headers, as a flat list in the service's order.
---@param result table a response of this module; `bare`: it comes from a proxy and has no header of the service; `skew`:
-- seconds by which its date is off
---@param budget table of `tenant:consume`
---@param time number epoch seconds
---@param request_id string
---@return table response { status, headers, body, fault }
function response.finish(result, budget, time, request_id)
  local list, n = {}, 0
  local function add(name, value)
    list[n + 1], list[n + 2] = name, value
    n = n + 2
  end
  if result.type then add("content-type", result.type) end
  if result.secured then
    add("cache-control", "no-store")
    add("pragma", "no-cache")
    add("x-robots-tag", "noindex, nofollow")
  end
  if not result.bare then
    add("x-ratelimit-limit", ("%d"):format(budget.limit))
    add("x-ratelimit-remaining", ("%d"):format(budget.remaining))
    add("x-ratelimit-reset", ("%d"):format(budget.reset))
  end
  add("date", dates.http(time + (result.skew or 0)))
  if not result.bare then add("x-request-id", request_id) end
  for i = 1, #(result.headers or {}), 2 do add(result.headers[i], result.headers[i + 1]) end
  return { status = result.status, headers = list, body = result.body, fault = result.fault }
end

return response
