--- What is read of an answer before anybody looks for items in it: is it JSON, what went wrong, does it have its shape.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local json = require "mimecast.json"
local redact = require "mimecast.base.redact"

local answers = {}

--- Stands for the code of an error that has none.
answers.no_code = "no code"

--- An error value for an answer that is not one.
---@param response table
---@param code string
---@param what string
---@param secrets (string|userdata)[] texts that must not show
---@param hint? string
---@return mimecast.Error
function answers.protocol(response, code, what, secrets, hint)
  return errors.new {
    category = "protocol",
    code = code,
    message = ("%s (status %d): %s"):format(what, response.status, redact(response.body, secrets)),
    status = response.status,
    requestId = errors.request_id(response),
    retryable = code == "truncated" or errors.may_pass(response.status),
    -- A result that cannot be read tells nothing; with any other status its meaning counts.
    outcome = response.status < 300 and "unknown" or errors.outcome_of(response.status),
    hint = hint,
  }
end

--- An error value for a body that cannot be read because of its Content-Encoding; nil without one. Requests ask for none. The
-- body is not shown: what is compressed in it would not be recognised as a secret.
---@param response table
---@param secrets? (string|userdata)[]
---@return mimecast.Error?
function answers.encoded(response, secrets)
  local coding, status = response.headers["content-encoding"], response.status
  if not coding or core.lower(coding) == "identity" then return nil end
  local what = ("the answer has the Content-Encoding %s, which was not asked for"):format(redact(coding, secrets, 60))
  if status >= 400 then return errors.from_status(response, what) end
  return errors.new {
    category = "protocol", code = "encoded", message = ("%s (status %d)"):format(what, status), status = status,
    requestId = errors.request_id(response), outcome = "unknown", retryable = false,
    hint = "something between here and the gateway encodes what it passes on; check proxy and baseUrl",
  }
end

-- Proxies send these on their own, as HTML; they mean the same in any form.
local in_any_form = { [408] = true, [421] = true, [425] = true, [429] = true }

--- The decoded answer, or an error value: redirects, HTML, not JSON, not an object.
---@param response table
---@param secrets (string|userdata)[]
---@return table? answer
---@return mimecast.Error? err
function answers.read(response, secrets)
  local status, body = response.status, response.body
  if status >= 300 and status < 400 then
    return nil, errors.new {
      category = "protocol",
      code = "redirected",
      message = ("the answer is a redirect (status %d) to %s"):format(status,
        redact(response.headers.location or "nowhere", secrets)),
      hint = "redirects are not followed, because the request could carry a password to another host; check baseUrl",
      status = status,
      outcome = errors.outcome_of(status),
      requestId = errors.request_id(response),
    }
  end
  if body:find("^[\239\187\191%s]*<") and not in_any_form[status] then
    return nil, answers.protocol(response, "html_response", "the answer is HTML, not JSON", secrets,
      "it comes from a proxy or a captive portal rather than from Mimecast; check proxy and baseUrl")
  end
  local answer, reason, kind = json.decode_response(body)
  if type(answer) == "table" then return answer end
  local encoded = answers.encoded(response, secrets)
  if encoded then return nil, encoded end
  if status >= 400 then
    return nil, errors.from_status(response, body ~= "" and redact(body, secrets) or "no body")
  end
  if body == "" then return nil, answers.protocol(response, "empty_response", "the answer is empty", secrets) end
  if kind == "truncated" then
    return nil, answers.protocol(response, "truncated", "the answer ends too early", secrets)
  end
  local what = answer == nil and "the answer is not JSON: " .. redact(reason, secrets) or "the answer is not a JSON object"
  return nil, answers.protocol(response, "not_json", what, secrets)
end

local function text_or(value, otherwise)
  if type(value) == "string" then return value end
  return otherwise
end

-- What a code means is told by the code as it came: with a secret cut out it could be another one.
local function read_error(raw, names, secrets)
  local code, field = text_or(raw.code, answers.no_code), text_or(raw.field, nil)
  local kind, is_known = errors.kind(code)
  return {
    code = is_known and code or redact(code, secrets), kind = kind,
    message = redact(text_or(raw.message, "no message"), secrets),
    field = field and (names[field] or redact(field, secrets)) or nil,
    retryable = raw.retryable == true,
  }
end

--- The errors of one entry of fail[]: {errors = {…}}, or flat {code, message} from the gateway.
---@param entry any
---@param names table<string, string> wire name to Lua name
---@param secrets (string|userdata)[]
---@return table[] errors code, message, field?, retryable, kind? (of errors.kind); the later ones only retryable
function answers.errors(entry, names, secrets)
  if type(entry) ~= "table" then entry = {} end
  local list = type(entry.errors) == "table" and #entry.errors > 0 and entry.errors or { entry }
  local service_errors = {}
  for i, raw in ipairs(list) do
    if type(raw) ~= "table" then raw = {} end
    service_errors[i] = i <= errors.most_errors and read_error(raw, names, secrets) or { retryable = raw.retryable == true }
  end
  return service_errors
end

--- The list of that name in the answer, empty where it is missing or null; nil where it is something else.
function answers.list(answer, name)
  local value = answer[name]
  if value == nil or value == json.null then return {} end
  if type(value) == "table" and (next(value) == nil or #value > 0) then return value end
  return nil
end

--- The failures of an answer: fail[], or the answer itself where it has errors[] at its top, with the item in `key` beside
--- them (audit functions of API 2.0). Nil where fail is something else.
---@param answer table
---@return table[]? fail
function answers.failures(answer)
  local service_errors = answer.errors
  if type(service_errors) == "table" and #service_errors > 0 and answer.fail == nil then return { answer } end
  return answers.list(answer, "fail")
end

--- A count that meta names, as an integer in every Lua; nil where it is none.
---@param value any
---@return integer? count
function answers.count(value)
  value = tonumber(value)
  return value and value >= 0 and value < 2 ^ 53 and math.floor(value) or nil
end

-- An object of the answer into its Lua form: `{ value = … }` or an error value.
local function unmarshal(object, call, response, what)
  local value, problems = call.output:decode(object)
  if value then return { value = value } end
  local problem = problems[1]
  return answers.protocol(response, "wrong_shape", ("the answer for %s has the wrong shape: %s %s"):format(
    what or "the call", problem.field ~= "" and problem.field or "data", problem.message), call.secrets)
end

answers.unmarshal = unmarshal

--- A list of the answer into its Lua form: `{ value = list }` or an error value.
---@param rows any[]
---@param call table
---@param response table
---@return table outcome
function answers.unmarshal_rows(rows, call, response)
  local list = {}
  for i, row in ipairs(rows) do
    local outcome = unmarshal(row, call, response, ("row %d"):format(i))
    if not outcome.value then return outcome end
    list[i] = outcome.value
  end
  return { value = list }
end

return answers
