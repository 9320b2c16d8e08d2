--- The error value, and the one place that knows Mimecast's codes.
--
-- A call that fails returns `nil, message, err`: the message is for people, `err` is for programs. Its `category` and
-- `code` come from the closed list in doc/errors.md; what the service itself said is in `serviceCode`.
local core = require "mimecast.core"
local redact = require "mimecast.base.redact"

local errors = {}

---@class mimecast.Error
---@field category "usage"|"config"|"auth"|"validation"|"service"|"rate_limit"|"transport"|"protocol"
---@field code string what happened, from the list in doc/errors.md
---@field message string one sentence for people
---@field hint? string what to do about it
---@field serviceCode? string Mimecast's own code, such as err_xdk_invalid_signature
---@field status? integer HTTP status of the answer
---@field field? string the field that is wrong, by its Lua name
---@field key? string which item of the call: its e-mail address
---@field problems? table[] what is wrong, each with field, code and message
---@field problemCount? integer how many problems there are, where `problems` has the first of them only
---@field requestId? string the request's id, for Mimecast's support
---@field retryable boolean whether the same call can succeed later
---@field retryAfter? number seconds to wait before that
---@field attempts? integer how often the call was tried, a repeat with renewed credentials included
---@field outcome? "unknown" set where the service may have carried the call out although no answer arrived
local mt = { __name = "mimecast.Error" }

--- The message with its hint.
function mt.__tostring(err)
  if err.hint then return ("%s (%s)"):format(err.message, err.hint) end
  return err.message
end

--- Makes an error value.
---@param fields table category, code, message and what else is known
---@return mimecast.Error
function errors.new(fields)
  fields.retryable = fields.retryable or false
  return setmetatable(fields, mt)
end

--- The same error value once more: who changes it, changes nobody else's.
---@param err mimecast.Error
---@return mimecast.Error
function errors.copy(err)
  local own = {}
  for key, value in pairs(err) do own[key] = value end
  return errors.new(own)
end

--- Whether a value is an error value of this module.
function errors.is(value)
  return type(value) == "table" and getmetatable(value) == mt
end

--- An error value from what a transport returned; one of another maker may be a plain table.
---@param message string
---@param err table category, code and what else is known; `sent` tells whether the request's bytes may have left
---@return mimecast.Error
function errors.adopt(message, err)
  if errors.is(err) then return err end
  local own = { message = message }
  for key, value in pairs(err) do own[key] = value end
  own.sent, own.body = nil, nil
  own.retryable = true
  if err.sent or err.category == "protocol" then own.outcome = "unknown" end
  return errors.new(own)
end

--- What a function returns when it failed.
---@param err mimecast.Error
---@return nil, string message, mimecast.Error err
function errors.result(err)
  return nil, tostring(err), err
end

--- The error value of a call that a read-only client does not make; nothing was sent.
---@param name string of the function
---@return mimecast.Error
function errors.read_only(name)
  return errors.new { category = "usage", code = "read_only", message = name .. " may change something, and this client"
    .. " only reads", hint = "the setting readOnly is on: use a client without it" }
end

--- An input with one value that is wrong.
---@param field string
---@param message string goes on behind the field's name
---@return mimecast.Error
function errors.invalid_value(field, message)
  return errors.invalid_input { { field = field, code = "invalid_value", message = message, order = 0 } }
end

--- What a call of a client that is closed gets.
---@param sent? boolean it was in flight, so that it may have been carried out
---@return mimecast.Error
function errors.closed(sent)
  return errors.new { category = "usage", code = "closed", hint = "make another one with mimecast.new",
    message = sent and "the client was closed while the call was in flight" or "the client is closed",
    outcome = sent and "unknown" or nil }
end

--- One error value for all that is wrong with an input; nothing was sent.
---@param problems table[] of shape:encode: field, code, message, order
---@param key? string the item's e-mail address
---@return mimecast.Error
function errors.invalid_input(problems, key)
  table.sort(problems, function(a, b)
    if a.order ~= b.order then return a.order < b.order end
    return core.before(a.field, b.field)
  end)
  local sentences = {}
  for i, problem in ipairs(problems) do
    problem.order = nil
    sentences[i] = problem.field .. " " .. problem.message
  end
  return errors.new {
    category = "validation",
    code = "invalid_input",
    message = table.concat(sentences, "; "),
    field = problems[1].field,
    key = key,
    problems = problems,
  }
end

-- Mimecast's codes (mimecast-api 1.7, 2.4, 3.4): category, code, hint.
local service_codes = {
  err_developer_key = { "auth", "invalid_app", "the service does not know the application id: check appId, and that the"
    .. " region is the tenant's own" },
  err_xdk_invalid_signature = { "auth", "invalid_signature", "a wrong access key, secret key or application key all"
    .. " answer like this: check that the three are whole and belong together" },
  err_xdk_binding_expired = { "auth", "binding_expired", "the access key has expired: make a new one for the"
    .. " application, or give email and password of its user so that it is renewed, or an authentication profile whose"
    .. " binding never expires" },
  err_xdk_operation_forbidden_for_address = { "service", "unknown_address", "the address is not one of this tenant's, or"
    .. " the application may not change it; if the user is new, try again after the directory has synchronised" },
  err_xdk_forbidden = { "auth", "forbidden", "the application or its role lacks the permission for this function" },
  err_xdk_client_unauthorized = { "auth", "unauthorized" },
  err_folder_group_member_already_exists = { "service", "already_exists" },
  err_managed_url_exists_code = { "service", "already_exists" },
  err_folder_email_address_not_found = { "service", "not_found" },
  err_managed_url_not_found = { "service", "not_found" },
  err_user_not_found = { "service", "not_found" }, -- seen once only, in a client's test
  err_track_and_trace_invalid_start_date = { "validation", "rejected_field", "the search looks back about 30 days: give"
    .. " a later start" },
  err_invalid_search_xml = { "validation", "rejected_field" },
  err_audit_siem_invalid_token = { "validation", "rejected_field" },
  err_audit_log_incorrect_region = { "service", "bad_request", "the host is not that of the tenant's region: check"
    .. " region or baseUrl" },
  token_expired = { "auth", "token_expired" },
  token_verification_failed = { "auth", "invalid_token" },
  unauthorized = { "auth", "unauthorized", "the token was not accepted: check clientId and clientSecret, and that baseUrl"
    .. " is a gateway of API 2.0" },
  app_forbidden = { "auth", "forbidden", "the function is in no product of the application: add the product User and"
    .. " Group Management to it, and check the role's permissions" },
}

-- Other codes that the service uses (mimecast-api 3.4; the last three: seen from services in use).
local documented = {
  err_deserialise = true, err_validation_at_least_one_not_null = true, err_validation_blank = true,
  err_validation_invalid_email_address = true, err_validation_null = true, err_user_account_locked = true,
  err_user_already_exists = true, err_user_password_already_exists = true,
}

-- HTTP statuses (mimecast-api 3.3, RFC 9110): category, code, retryable, outcome, hint. Others below 500 are refusals, others
-- from 500 on are as 500. doc/errors.md has the table for people.
local statuses = {
  [400] = { "service", "bad_request", false },
  [401] = { "auth", "unauthorized", false, nil, "check the credentials, and that they are for this gateway" },
  [403] = { "auth", "forbidden", false, nil, "the application or its role lacks the permission for this function" },
  [404] = { "service", "not_available", false, nil, "the tenant has no such function: user management is missing on"
    .. " tenants of Cloud Integrated and in region US-B under API 2.0; otherwise check baseUrl" },
  [405] = { "service", "bad_request", false },
  [407] = { "transport", "proxy_refused", false, nil, "the proxy asks for a user name and password: put them into proxy" },
  -- A server or proxy also sends it to a connection that was idle for long, whatever the request is doing elsewhere.
  [408] = { "service", "unavailable", true, "unknown" },
  [409] = { "service", "conflict", false },
  [418] = { "auth", "binding_expired", false, nil, service_codes.err_xdk_binding_expired[3] },
  -- Both say that the request was not processed: RFC 9110 15.5.20, RFC 8470 5.2.
  [421] = { "service", "not_processed", true },
  [425] = { "service", "not_processed", true },
  [429] = { "rate_limit", "rate_limited", true, nil, "the service's limit of calls is reached: go on after the pause" },
  -- A gateway that gave up waiting does not know what the service did (mimecast-api 2.4, 6.9), nor does a service that
  -- broke tell how far it had come.
  [500] = { "service", "unavailable", true, "unknown" },
  -- The server does not know the method or the version: RFC 9110 15.6.2, 15.6.6.
  [501] = { "service", "not_available", false },
  [505] = { "service", "not_available", false },
  -- From a network that wants a sign-in, never from the service: RFC 6585 6.
  [511] = { "transport", "proxy_refused", false, nil, "sign in to the network of this machine" },
}

local refused = { "service", "rejected", false }

local function entry_of(status)
  return statuses[status] or (status >= 500 and statuses[500] or refused)
end

--- Whether the service may have carried a request out although it answered with this status, from 300 on. A redirect with 307
--- or 308 asks for the same request at another place, so it was not carried out at this one; 301 to 303 also follow a POST
--- that was (RFC 9110 15.4).
---@param status integer
---@return "unknown"? outcome
function errors.outcome_of(status)
  if status < 400 then return status ~= 307 and status ~= 308 and "unknown" or nil end
  return entry_of(status)[4]
end

--- Whether the same request can succeed later.
---@param status integer
---@return boolean
function errors.may_pass(status)
  return status >= 400 and entry_of(status)[3]
end

local longest = 86400 -- seconds that a service can ask to wait for

-- What the service says of moments is said by its own clock, which its Date tells where this machine's is another.
local function service_time(headers, now)
  local date = headers.date and core.http_time(headers.date, now)
  return date and math.abs(date - now) > 2 and date or now
end

--- Seconds until a rate limit is reset, from X-RateLimit-Reset, also spelled X-Rate-Limit-Reset (mimecast-api 11), or
-- X-Mimecast-RateLimit-Reset. The service documents milliseconds; some gateways send epoch seconds or milliseconds, which
-- their size tells apart (mimecast-api 5).
---@param headers table<string, string> by lower-case name
---@param now number seconds since 1970
---@return number? seconds
function errors.reset(headers, now)
  local reset = tonumber(headers["x-ratelimit-reset"] or headers["x-rate-limit-reset"]
    or headers["x-mimecast-ratelimit-reset"])
  if not reset or reset ~= reset then return nil end
  now = service_time(headers, now)
  local seconds = reset / 1000
  if reset > 1e11 then seconds = seconds - now elseif reset > 1e9 then seconds = reset - now end
  return seconds <= longest and seconds or nil -- what is further away is in none of these units
end

--- The rate limit that a response announces, in either spelling of its headers.
---@param headers table<string, string> by lower-case name
---@param clock fun(): number seconds since 1970
---@return number? limit requests in a window; nil where none is announced
---@return number? remaining
---@return number? reset seconds until the window ends
function errors.rate(headers, clock)
  local limit = tonumber(headers["x-ratelimit-limit"] or headers["x-rate-limit-limit"])
  if not limit then return nil end
  return limit, tonumber(headers["x-ratelimit-remaining"] or headers["x-rate-limit-remaining"]),
    errors.reset(headers, clock())
end

-- Seconds of a Retry-After: a number of seconds, or a date in one of the forms of RFC 9110 5.6.7. A number above a day is
-- taken for milliseconds.
local function seconds_of(headers, now)
  local text = headers["retry-after"]
  if not text then return nil end
  local seconds = tonumber(text)
  if seconds then return seconds > longest and seconds / 1000 or seconds end
  local at = core.http_time(text, now)
  return at and at - service_time(headers, now)
end

--- Seconds to wait, from the answer's headers: Retry-After, else, where the limit is reached, X-RateLimit-Reset, which
-- every answer has.
---@param response table status, headers by lower-case name
---@param now number seconds since 1970
---@return number? seconds
function errors.retry_after(response, now)
  local headers = response.headers
  local seconds = seconds_of(headers, now)
  if not seconds and response.status == 429 then seconds = errors.reset(headers, now) end
  if not seconds then return nil end
  if seconds ~= seconds or seconds < 0 then return 0 end
  return math.min(seconds, longest)
end

--- The request's id as the service names it, fit to be stored and shown.
---@param response table headers; secrets: what was sent with the request and must not show
---@return string? id
function errors.request_id(response)
  local id = response.headers["x-request-id"]
  return id and redact(id, response.secrets, 128)
end

--- An error value from an HTTP status.
---@param response table status, headers
---@param detail? string what the body said
---@return mimecast.Error
function errors.from_status(response, detail)
  local status = response.status
  local entry = entry_of(status)
  return errors.new {
    category = entry[1],
    code = entry[2],
    message = ("the service answered %d%s"):format(status, detail and (": " .. detail) or ""),
    hint = entry[5],
    status = status,
    retryable = entry[3],
    requestId = errors.request_id(response),
    outcome = entry[4],
  }
end

local validation = { "validation", "rejected_field" }

--- What a code of the service means. The code must be as it came, not redacted.
---@param code string
---@return table? kind category, code, hint
---@return boolean is_known whether the list has the code, which can then be shown whole
function errors.kind(code)
  local kind = service_codes[code]
  if not kind and (code:find("^err_validation_") or code == "err_deserialise") then kind = validation end
  return kind, (service_codes[code] or documented[code]) ~= nil
end

--- How many errors of a failure people and programs are told; the rest is counted.
errors.most_errors = 20

local function list_errors(service_errors)
  local problems, sentences, left = {}, {}, #service_errors - errors.most_errors
  for i = 1, math.min(#service_errors, errors.most_errors) do
    local one = service_errors[i]
    sentences[i] = (one.field and (one.field .. ": ") or "") .. one.message .. " [" .. one.code .. "]"
    problems[i] = { code = one.code, message = one.message, field = one.field, retryable = one.retryable }
  end
  if left > 0 then sentences[#sentences + 1] = ("and %d more"):format(left) end
  return problems, table.concat(sentences, "; ")
end

--- An error value from what the service said of an item or of the whole call.
---@param response table status, headers, secrets
---@param service_errors table[] each with code, message, field?, retryable?, kind?; of mimecast.answer
---@param key? string the item's e-mail address
---@return mimecast.Error
function errors.from_service(response, service_errors, key)
  local first, by_status = service_errors[1], errors.from_status(response)
  local err = response.status >= 400 and by_status
    or errors.new { category = "service", code = "rejected", status = response.status, requestId = by_status.requestId }
  local kind = first.kind or errors.kind(first.code)
  if kind then
    err.category, err.code = kind[1], kind[2]
    err.hint = kind[3] or kind ~= validation and err.hint or nil
  end
  for _, problem in ipairs(service_errors) do
    if problem.retryable then err.retryable = true end
  end
  local problems, message = list_errors(service_errors)
  err.message = (key and (key .. ": ") or "") .. message
  err.serviceCode, err.field, err.key, err.problems = first.code, first.field, key, problems
  err.problemCount = #service_errors > #problems and #service_errors or nil
  return err
end

return errors
