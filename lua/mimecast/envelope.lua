--- The envelope on the wire: meta, data and fail, in both generations of the API.
--
-- HTTP is only the carrier: an answer of status 200 may hold failures, one for each item or one for the whole call
-- (mimecast-api 3.2, 2.4). What decides is what the answer says of the item itself.
local core = require "mimecast.core"
local failure = require "mimecast.failure"
local json = require "mimecast.json"
local redact = require "mimecast.redact"

local envelope = {}

local excerpt_bytes = 200
local looked_at = 4096 -- bytes of what the service says that are looked at for an excerpt

--- The body of a request.
---@param items table[] wire tables
---@return string body
function envelope.encode(items)
  local texts = {}
  for i = 1, #items do texts[i] = json.encode(items[i]) end
  return '{"data":[' .. table.concat(texts, ",") .. "]}"
end

-- The beginning of what the service says, fit to be shown: it repeats the item in its failures, password included.
local function excerpt(text, secrets)
  return core.printable(redact(text:sub(1, looked_at), secrets), excerpt_bytes)
end

local function protocol(response, code, what, secrets, extra)
  local err = failure.new {
    category = "protocol",
    code = code,
    message = ("%s (status %d): %s"):format(what, response.status, excerpt(response.body, secrets)),
    status = response.status,
    requestId = response.headers["x-request-id"],
    -- A gateway that says so itself did not hand the call on; anything else may have been carried out.
    retryable = response.status >= 502 and response.status <= 504,
    outcome = response.status < 400 and "unknown" or nil,
  }
  if extra then err.hint = extra end
  return err
end

-- The decoded answer, or an error value: redirects, HTML, not JSON, not an object.
local function read(response, secrets)
  local status, body = response.status, response.body
  if status >= 300 and status < 400 then
    return nil, failure.new {
      category = "protocol",
      code = "redirected",
      message = ("the answer is a redirect (status %d) to %s"):format(status,
        excerpt(response.headers.location or "nowhere", secrets)),
      hint = "redirects are not followed, because the request could carry a password to another host; check baseUrl",
      status = status,
    }
  end
  if body:find("^%s*<") then
    return nil, protocol(response, "html", "the answer is HTML, not JSON", secrets,
      "it comes from a proxy or a captive portal rather than from Mimecast; check proxy and baseUrl")
  end
  local answer, reason = json.decode(body)
  if type(answer) == "table" then return answer end
  if status >= 400 then
    return nil, failure.from_status(response, body ~= "" and excerpt(body, secrets) or "no body")
  end
  if body == "" then return nil, protocol(response, "empty", "the answer is empty", secrets) end
  if answer == nil and reason:find("end", 1, true) then
    return nil, protocol(response, "truncated", "the answer ends too early", secrets)
  end
  return nil, protocol(response, "not_json", "the answer is not JSON", secrets)
end

local function text_or(value, otherwise)
  if type(value) == "string" then return value end
  return otherwise
end

-- The errors of one entry of fail[]: {errors = {…}}, or flat {code, message} from the gateway.
local function errors_of(entry, names, secrets)
  if type(entry) ~= "table" then entry = {} end
  local list = type(entry.errors) == "table" and #entry.errors > 0 and entry.errors or { entry }
  local errors = {}
  for i, raw in ipairs(list) do
    if type(raw) ~= "table" then raw = {} end
    local field = text_or(raw.field, nil)
    errors[i] = {
      code = excerpt(text_or(raw.code, "no code"), secrets),
      message = excerpt(text_or(raw.message, "no message"), secrets),
      field = field and (names[field] or excerpt(field, secrets)) or nil,
      retryable = raw.retryable == true,
    }
  end
  return errors
end

-- The list of that name in the answer, empty where it is missing or null; nil where it is something else.
local function list_of(answer, name)
  local value = answer[name]
  if value == nil or value == json.null then return {} end
  if type(value) == "table" and (next(value) == nil or #value > 0) then return value end
  return nil
end

-- Which item an entry of data[] or of a failure's key speaks of: by its key field, else nil.
local function index_of(object, call, taken)
  local key = type(object) == "table" and object[call.key_wire]
  if type(key) ~= "string" then return nil end
  key = key:lower()
  for i, item in ipairs(call.items) do
    if not taken[i] and item[call.key_wire]:lower() == key then return i end
  end
  return nil, true
end

local function key_of(call, i)
  return call.key_wire and call.items[i][call.key_wire] or nil
end

-- Failures of items into outcomes; the errors of those that name no item are returned.
local function read_failures(fail, call, response, outcomes)
  local nameless = {}
  for _, entry in ipairs(fail) do
    local i = call.key_wire and type(entry) == "table" and index_of(entry.key, call, outcomes)
    if #call.items == 1 and response.status < 400 and not outcomes[1] then i = 1 end -- whose else
    local errors = errors_of(entry, call.names, call.secrets)
    if i then
      outcomes[i] = failure.from_service(response, errors, key_of(call, i))
    else
      for _, problem in ipairs(errors) do nameless[#nameless + 1] = problem end
    end
  end
  return nameless
end

-- Results into the outcomes that are still open: by key where the answer has it, else in the order given.
local function read_results(data, outcomes, call)
  local rest = {}
  for _, object in ipairs(data) do
    local i, stranger
    if call.key_wire then i, stranger = index_of(object, call, outcomes) end
    if i then
      outcomes[i] = { result = object }
    elseif not stranger or #call.items == 1 then -- one item, one answer: it may name the account by another address
      rest[#rest + 1] = object
    end
  end
  local open = {}
  for i = 1, #call.items do
    if not outcomes[i] then open[#open + 1] = i end
  end
  -- Without keys only the same number tells who is who.
  if #rest ~= #open then return end
  for n, i in ipairs(open) do outcomes[i] = { result = rest[n] } end
end

local function unmarshal(outcome, call, response, i)
  local object, problems = call.output:unmarshal(outcome.result)
  if object then return { value = object } end
  local problem = problems[1]
  return protocol(response, "wrong_shape", ("the answer for %s has the wrong shape: %s %s"):format(
    key_of(call, i) or "the call", problem.field ~= "" and problem.field or "data", problem.message), call.secrets)
end

-- A number that is an HTTP status, as an integer in every Lua; else nil.
local function http_status(value)
  value = tonumber(value)
  if value and value >= 100 and value <= 599 then return math.floor(value) end
  return nil
end

--- Reads an answer.
---@param response table status, headers (by lower-case name), body
---@param call table items (wire tables), key_wire (the field that tells items apart), output (shape), names (wire name to
-- Lua name), secrets (texts and userdata that must not show)
---@return table? outcomes for each item `{ value = output table }` or an error value; nil where the call failed as a whole
---@return mimecast.Failure? err
function envelope.decode(response, call)
  local answer, err = read(response, call.secrets)
  if not answer then return nil, err end
  local data, fail = list_of(answer, "data"), list_of(answer, "fail")
  if not data or not fail then
    return nil, protocol(response, "wrong_shape", "data or fail is not a list in the answer", call.secrets)
  end
  local meta_status = type(answer.meta) == "table" and http_status(answer.meta.status) or response.status
  local said = meta_status >= 400 and { status = meta_status, headers = response.headers } or response
  local outcomes = {}
  local nameless = read_failures(fail, call, said, outcomes)
  if said.status >= 400 and not next(outcomes) then
    return nil, nameless[1] and failure.from_service(said, nameless) or failure.from_status(said)
  end
  if said.status < 400 then read_results(data, outcomes, call) end
  for i = 1, #call.items do
    local outcome = outcomes[i]
    if outcome and outcome.result then
      outcomes[i] = unmarshal(outcome, call, response, i)
    elseif not outcome then
      outcomes[i] = nameless[1] and failure.from_service(said, nameless, key_of(call, i))
        or protocol(response, "wrong_shape", "the answer does not say what became of "
          .. (key_of(call, i) or "the call"), call.secrets)
    end
  end
  return outcomes
end

return envelope
