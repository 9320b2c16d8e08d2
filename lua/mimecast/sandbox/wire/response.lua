--- Builds the sandbox's answers: the envelope, the gateway's flat failure, and the headers in their fixed order.
local json = require "mimecast.json"
local calendar = require "mimecast.sandbox.wire.dates"
local refusals = require "mimecast.sandbox.wire.errors"

local answer = {}

local envelope_mt = json.object{ "meta", "data", "fail" }
local meta_mt = json.object{ "status", "pagination" }
local rest_error_mt = json.object{ "code", "message", "field" }
local fail_mt = json.object{ "key", "errors" }
local bare_mt = json.object{ "errors", "key" }
local error_mt = json.object{ "field", "code", "message", "retryable" }
local flat_mt = json.object{ "code", "message" }

-- As recorded: the service escapes these three, and they occur inside strings only.
local escapes = { ["<"] = "\\u003c", [">"] = "\\u003e", ["'"] = "\\u0027" }

--- JSON as the service writes it.
---@param value any
---@return string text
function answer.encode(value)
  return (json.encode(value):gsub("[<>']", escapes))
end

--- An answer with a JSON body; `secured` adds the three headers that are absent where authorisation failed.
---@param status integer
---@param body string
---@param secured? boolean
---@return table answer
function answer.json(status, body, secured)
  return { status = status, type = "application/json", body = body, secured = secured }
end

--- One entry of an item's `errors`.
---@param refusal table of `refusals.service`
---@param field? string wire name
---@param detail? any fills the message's place
---@return table entry
function answer.error(refusal, field, detail)
  local message = refusal.message
  if detail ~= nil then message = message:format(detail) end
  return setmetatable(
    { field = field, code = refusal.code, message = message, retryable = refusal.retryable or false }, error_mt)
end

--- The error of something that cannot be read, where it concerns a part of a call.
---@return table entry
function answer.malformed()
  return answer.error(refusals.service.malformed)
end

--- The error of a missing permission.
---@return table entry
function answer.forbidden()
  return answer.error(refusals.service.forbidden)
end

--- A success of the REST families that answers nothing.
---@return table answer
function answer.nothing()
  return { status = 204, body = "", secured = true }
end

--- API 2.0's answer to an id that it cannot read (field notes): no body at all.
---@return table answer
function answer.bad_id()
  return { status = 400, body = "" }
end

--- Refuses one item: what a function returns instead of a result.
---@param name string of `refusals.service`
---@param field? string wire name
---@param detail? any
---@return nil
---@return table[] errors
function answer.no(name, field, detail)
  return nil, { answer.error(refusals.service[name], field, detail) }
end

--- One entry of `fail`.
---@param key? table the item that failed
---@param errors table[]
---@return table entry
function answer.fail(key, errors)
  return setmetatable({ key = key, errors = json.array(errors) }, fail_mt)
end

--- An answer in the envelope of both generations.
---@param status integer
---@param data any[]
---@param fail table[]
---@param pagination? table
---@return table answer
function answer.envelope(status, data, fail, pagination)
  local value = setmetatable({
    meta = setmetatable({ status = status, pagination = pagination }, meta_mt),
    data = json.array(data),
    fail = json.array(fail),
  }, envelope_mt)
  return answer.json(status, answer.encode(value), true)
end

--- Refuses a call with `errors` and `key` at the top of the answer, as audit functions of API 2.0 do. The status is chosen.
---@param failed table entry of `answer.fail`
---@return table answer
function answer.bare(failed)
  return answer.json(400, answer.encode(setmetatable({ errors = failed.errors, key = failed.key }, bare_mt)), true)
end

--- Refuses a whole call in the envelope. No key: the failure belongs to no item.
---@param name string of `refusals.service`
---@param detail? any
---@param key? table a login's, which has one all the same
---@return table answer
function answer.refuse(name, detail, key)
  local refusal = refusals.service[name]
  local refused = answer.envelope(refusal.status, {}, { answer.fail(key, { answer.error(refusal, nil, detail) }) })
  refused.secured = false
  return refused
end

--- Refuses a call of the REST families: `{"errors":[{"code","message","field"}]}`, as a client of theirs reads it.
---@param errors table[] as a function of the envelope returns them
---@return table answer
function answer.rest_refuse(errors)
  local list = json.array()
  local status
  for i, entry in ipairs(errors) do
    status = status or refusals.rest_status[entry.code] or 400
    list[i] = setmetatable({ code = entry.code, message = entry.message, field = entry.field }, rest_error_mt)
  end
  return answer.json(status, answer.encode{ errors = list }, true)
end

--- Refuses a whole call as API 2.0's gateway does.
---@param name string of `refusals.gateway`
---@param detail? string added to the message
---@return table answer
function answer.gateway(name, detail)
  local refusal = refusals.gateway[name]
  local message = detail and (refusal.message .. ": " .. detail) or refusal.message
  local fail = json.array{ setmetatable({ code = refusal.code, message = message }, flat_mt) }
  return answer.json(refusal.status, answer.encode{ fail = fail })
end

--- Puts an answer into the form that the fronts send: headers as a flat list in the service's order.
---@param made table an answer of this module; `bare` ones come from a proxy and carry no header of the service; `skew` is
-- how many seconds its date is off
---@param budget table what `tenant:spend` returned
---@param time number epoch seconds
---@param request_id string
---@return table response { status, headers, body, fault }
function answer.finish(made, budget, time, request_id)
  local list, n = {}, 0
  local function add(name, value)
    list[n + 1], list[n + 2] = name, value
    n = n + 2
  end
  if made.type then add("content-type", made.type) end
  if made.secured then
    add("cache-control", "no-store")
    add("pragma", "no-cache")
    add("x-robots-tag", "noindex, nofollow")
  end
  if not made.bare then
    add("x-ratelimit-limit", ("%d"):format(budget.limit))
    add("x-ratelimit-remaining", ("%d"):format(budget.remaining))
    add("x-ratelimit-reset", ("%d"):format(budget.reset))
  end
  add("date", calendar.http(time + (made.skew or 0)))
  if not made.bare then add("x-request-id", request_id) end
  for i = 1, #(made.headers or {}), 2 do add(made.headers[i], made.headers[i + 1]) end
  return { status = made.status, headers = list, body = made.body, fault = made.fault }
end

return answer
