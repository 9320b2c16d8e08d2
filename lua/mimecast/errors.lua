--- The error value, and the closed list of its codes.
--
-- A call that fails returns `nil, message, err`: the message is for people, `err` is for programs. doc/errors.md explains
-- each code. The service's own code is in `serviceCode`.
local core = require "mimecast.core"

local errors = {}

--- The closed list of codes, by category. doc/errors.md explains each code.
errors.codes = {
  usage = { "invalid_request", "invalid_command", "not_sent", "not_in_this_api", "closed", "wrong_phase", "read_only",
    "journal_exists", "journal_missing", "journal_locked", "journal_unsafe", "journal_damaged", "journal_version",
    "journal_full", "journal_unwritable", "unreadable_input", "unwritable_plan", "unreadable_plan", "damaged_plan",
    "plan_version", "plan_already_started", "plan_too_old", "tenant_mismatch", "changed_input", "journal_mismatch",
    "protected", "administrator", "unknown_administrators", "change_limit", "not_confirmed", "not_reversible",
    "interrupted", "canary_failed", "failure_ratio", "unwritable_report", "no_result", "changed_meanwhile",
    "incomplete_roster", "stale_roster" },
  config = { "missing_credentials", "mixed_credentials", "invalid_setting", "wrong_host", "missing_profile",
    "unsafe_profile", "invalid_profile", "unwritable_profile", "no_credential" },
  validation = { "invalid_input", "rejected_field" },
  auth = { "invalid_client", "invalid_token", "token_expired", "invalid_signature", "invalid_app", "binding_expired",
    "login_denied", "unauthorized", "forbidden" },
  service = { "unknown_address", "already_exists", "not_found", "not_available", "conflict", "bad_request", "rejected",
    "unavailable", "not_processed" },
  rate_limit = { "rate_limited" },
  transport = { "resolve_failed", "connect_failed", "connect_timeout", "certificate", "tls_error", "timeout",
    "connection_lost", "proxy_denied", "cancelled", "no_memory", "transport_error" },
  protocol = { "not_json", "html_response", "encoded", "empty_response", "truncated", "too_large", "wrong_shape",
    "redirected", "not_http", "foreign_response", "repeated_page", "wrong_total", "endless_pages" },
}

---@class mimecast.Error
---@field category "usage"|"config"|"auth"|"validation"|"service"|"rate_limit"|"transport"|"protocol"
---@field code string what happened, from the list in doc/errors.md
---@field message string one sentence for people
---@field hint? string what to do about it
---@field serviceCode? string Mimecast's own code, such as err_xdk_invalid_signature
---@field status? integer HTTP status of the response
---@field field? string the invalid field, by its Lua name
---@field key? string the item of the call: its e-mail address
---@field problems? table[] all problems, each with field, code and message
---@field problemCount? integer number of problems, if `problems` has only the first of them
---@field requestId? string the request's id, for Mimecast's support
---@field retryable boolean whether the same call can succeed later
---@field retryAfter? number seconds to wait before a retry
---@field attempts? integer number of attempts, a retry with renewed credentials included
---@field outcome? "unknown" set if the service may have carried out the call although no response says so
local Error = { __name = "mimecast.Error" }

--- Returns the message with its hint.
function Error.__tostring(err)
  if err.hint then return ("%s (%s)"):format(err.message, err.hint) end
  return err.message
end

--- Makes an error value.
---@param fields table category, code, message and other fields of the class
---@return mimecast.Error
function errors.new(fields)
  fields.retryable = fields.retryable or false
  return setmetatable(fields, Error)
end

--- Copies an error value, so that a change to the copy does not affect the original.
---@param err mimecast.Error
---@return mimecast.Error
function errors.copy(err)
  local copy = {}
  for key, value in pairs(err) do copy[key] = value end
  return errors.new(copy)
end

--- Returns whether a value is an error value.
---@param value any
---@return boolean
function errors.is(value)
  return getmetatable(value) == Error
end

--- Makes an error value from the error of a transport. A caller's transport may return a plain table, or only a message.
-- Unless it says `sent = false`, the service may have received the request, and the outcome is unknown.
---@param message? string
---@param err? table category, code and other fields; `sent` says whether bytes of the request may have left
---@return mimecast.Error
function errors.adopt(message, err)
  if errors.is(err) then return err end
  local fields = {}
  for key, value in pairs(type(err) == "table" and err or {}) do fields[key] = value end
  fields.message = type(message) == "string" and message or "the transport failed without a message"
  fields.category, fields.code = fields.category or "transport", fields.code or "transport_error"
  if fields.sent ~= false or fields.category == "protocol" then fields.outcome = "unknown" end
  fields.sent, fields.body, fields.retryable = nil, nil, true
  return errors.new(fields)
end

-- Codes of the service that concern the whole request, not an item.
local request_codes = { unavailable = true, not_available = true, not_processed = true }

--- Returns whether an error concerns only its item, so that the other items of a list can be read.
---@param err mimecast.Error
---@return boolean
function errors.concerns_item(err)
  return err.category == "validation" or (err.category == "service" and not request_codes[err.code])
end

--- Returns the three results of a failed function.
---@param err mimecast.Error
---@return nil, string message, mimecast.Error err
function errors.result(err)
  return nil, tostring(err), err
end

--- Makes the error value of a call that a read-only client does not send.
---@param name string of the function
---@return mimecast.Error
function errors.read_only(name)
  return errors.new { category = "usage", code = "read_only", message = name .. " may change something, and this client"
    .. " only reads", hint = "the setting readOnly is on: use a client without it" }
end

--- Makes the error value of an input with one invalid value.
---@param field string
---@param message string continues the field's name
---@return mimecast.Error
function errors.invalid_value(field, message)
  return errors.invalid_input { { field = field, code = "invalid_value", message = message, order = 0 } }
end

--- Makes the error value of a call with a closed client.
---@param sent? boolean the call was in flight, so the service may have carried it out
---@return mimecast.Error
function errors.closed(sent)
  return errors.new { category = "usage", code = "closed", hint = "make a new client with mimecast.new",
    message = sent and "the client was closed while the call was in flight" or "the client is closed",
    outcome = sent and "unknown" or nil }
end

--- Makes one error value from all problems of an input. Nothing was sent.
---@param problems table[] field, code, message, order
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

return errors
