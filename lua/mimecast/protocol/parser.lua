--- Parses a response before its items are matched: JSON, the service's errors, the expected shape.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local headers = require "mimecast.protocol.headers"
local json = require "mimecast.json"
local redact = require "mimecast.base.redact"
local service_codes = require "mimecast.protocol.service_codes"
local service_errors = require "mimecast.protocol.service_errors"

local parser = {}

--- Replaces the code of an error that has no code.
parser.no_code = "no code"

--- Makes the error value of an unreadable response.
---@param response table
---@param code string
---@param what string
---@param secrets (string|userdata)[] texts that must not show
---@param hint? string
---@return mimecast.Error
function parser.protocol_error(response, code, what, secrets, hint)
  return errors.new {
    category = "protocol",
    code = code,
    message = ("%s (status %d): %s"):format(what, response.status, redact(response.body, secrets)),
    status = response.status,
    requestId = headers.request_id(response),
    retryable = code == "truncated" or service_errors.is_transient(response.status),
    outcome = service_errors.outcome_of(response.status),
    hint = hint,
  }
end

--- Makes the error value of a body that is unreadable because of its Content-Encoding; nil without one. Requests do not ask
--- for an encoding. The body is not shown, because redaction would not find a secret in compressed data.
---@param response table
---@param secrets? (string|userdata)[]
---@return mimecast.Error?
function parser.encoding_error(response, secrets)
  local coding, status = response.headers["content-encoding"], response.status
  if not coding or core.lower(coding) == "identity" then return nil end
  local what = ("the response has the Content-Encoding %s, which was not requested"):format(redact(coding, secrets, 60))
  if status >= 400 then return service_errors.from_status(response, what) end
  return errors.new {
    category = "protocol", code = "encoded", message = ("%s (status %d)"):format(what, status), status = status,
    requestId = headers.request_id(response), outcome = "unknown", retryable = false,
    hint = "a proxy or another intermediary encodes the responses; check proxy and baseUrl",
  }
end

-- Statuses that proxies send with an HTML body. Their meaning does not depend on the body.
local any_body = { [408] = true, [421] = true, [425] = true, [429] = true }

--- Parses the body. Fails for redirects, HTML, invalid JSON, and JSON that is not an object or a list.
---@param response table
---@param secrets (string|userdata)[]
---@return table? document
---@return mimecast.Error? err
function parser.parse(response, secrets)
  local status, body = response.status, response.body
  if status >= 300 and status < 400 then
    return nil, errors.new {
      category = "protocol",
      code = "redirected",
      message = ("the response is a redirect (status %d) to %s"):format(status,
        redact(response.headers.location or "nowhere", secrets)),
      hint = "redirects are not followed, because the request could carry a password to another host; check baseUrl",
      status = status,
      outcome = service_errors.outcome_of(status),
      requestId = headers.request_id(response),
    }
  end
  if body:find("^[\239\187\191%s]*<") and not any_body[status] then
    return nil, parser.protocol_error(response, "html_response", "the response is HTML, not JSON", secrets,
      "it comes from a proxy or a captive portal rather than from Mimecast; check proxy and baseUrl")
  end
  local document, reason, kind = json.decode_response(body)
  if type(document) == "table" then return document end
  local encoding_error = parser.encoding_error(response, secrets)
  if encoding_error then return nil, encoding_error end
  if status >= 400 then
    return nil, service_errors.from_status(response, body ~= "" and redact(body, secrets) or "no body")
  end
  if body == "" then
    return nil, parser.protocol_error(response, "empty_response", "the response is empty", secrets)
  end
  if kind == "truncated" then
    return nil, parser.protocol_error(response, "truncated", "the response ends too early", secrets)
  end
  local what = document == nil and "the response is not JSON: " .. redact(reason, secrets)
    or "the response is not a JSON object"
  return nil, parser.protocol_error(response, "not_json", what, secrets)
end

-- ---- errors of the service ----

local function text_or(value, default)
  if type(value) == "string" then return value end
  return default
end

-- The meaning comes from the code before redaction, which could turn it into another code.
local function parse_error(entry, names, secrets)
  local code, field = text_or(entry.code, parser.no_code), text_or(entry.field, nil)
  local meaning, is_documented = service_codes.of_code(code)
  return {
    code = is_documented and code or redact(code, secrets), meaning = meaning,
    message = redact(text_or(entry.message, "no message"), secrets),
    field = field and (names[field] or redact(field, secrets)) or nil,
    retryable = entry.retryable == true,
  }
end

--- Parses the errors of one entry of fail[]: {errors = {…}}, or flat {code, message} from the gateway.
---@param failure any
---@param names table<string, string> wire name to Lua name
---@param secrets (string|userdata)[]
---@return table[] list code, message, field?, retryable, meaning? (of service_codes.of_code); later entries only retryable
function parser.errors(failure, names, secrets)
  if type(failure) ~= "table" then failure = {} end
  local entries = type(failure.errors) == "table" and #failure.errors > 0 and failure.errors or { failure }
  local list = {}
  for i, entry in ipairs(entries) do
    if type(entry) ~= "table" then entry = {} end
    list[i] = i <= service_errors.most_listed and parse_error(entry, names, secrets)
      or { retryable = entry.retryable == true }
  end
  return list
end

--- Returns the list of that name: empty if it is missing or null, nil if it is not a list.
---@param document table
---@param name string
---@return any[]? list
function parser.list(document, name)
  local value = document[name]
  if value == nil or value == json.null then return {} end
  if type(value) == "table" and (next(value) == nil or #value > 0) then return value end
  return nil
end

--- Returns the failures of a document: fail[], or the document itself if it has errors[] at its top, with the item in `key`
--- (audit functions of API 2.0). Nil if fail is not a list.
---@param document table
---@return table[]? failures
function parser.failures(document)
  local list = document.errors
  if type(list) == "table" and #list > 0 and document.fail == nil then return { document } end
  return parser.list(document, "fail")
end

-- ---- values ----

--- Returns a count as an integer in every Lua; nil if it is not a count.
---@param value any
---@return integer? count
function parser.count(value)
  value = tonumber(value)
  return value and value >= 0 and value < 2 ^ 53 and math.floor(value) or nil
end

local function shape_error(problem, what, context, response)
  return parser.protocol_error(response, "wrong_shape", ("the response for %s has the wrong shape: %s %s"):format(what,
    problem.field ~= "" and problem.field or "data", problem.message), context.secrets)
end

--- Decodes an object into its Lua form.
---@param object any
---@param context table of decode_context
---@param response table
---@param what? string|integer names the object, or the row, in an error; default "the call"
---@return table outcome output table or an error value
function parser.decode_object(object, context, response, what)
  local value, problems = context.operation.output_schema:decode(object)
  return value or shape_error(problems[1], what or "the call", context, response)
end

--- Decodes rows into their Lua form.
---@param rows any[]
---@param context table
---@param response table
---@return table outcome list of output tables, or an error value
function parser.decode_rows(rows, context, response)
  local schema, list = context.operation.output_schema, {}
  for i = 1, #rows do
    local value, problems = schema:decode(rows[i])
    if not value then return shape_error(problems[1], ("row %d"):format(i), context, response) end
    list[i] = value
  end
  return list
end

return parser
