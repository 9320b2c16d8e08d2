--- The envelope on the wire: meta, data and fail, in both generations of the API.
--
-- HTTP is only the carrier: an answer of status 200 may hold failures, one for each item or one for the whole call
-- (mimecast-api 3.2, 2.4). What decides is what the answer says of the item itself.
local answers = require "mimecast.answer"
local failure = require "mimecast.failure"
local json = require "mimecast.json"

local envelope = {}

local page_mt = json.object { "pageSize", "pageToken" }

--- Makes a request.
---@param operation mimecast.Operation
---@param items table[] wire tables; one without fields is left out, as the service wants it
---@param page? table size, token
---@return table parts path, body
function envelope.encode(operation, items, page)
  local texts = {}
  for i = 1, #items do
    if next(items[i]) ~= nil then texts[#texts + 1] = json.encode(items[i]) end
  end
  local meta = ""
  if page then
    local pagination = setmetatable({ pageSize = page.size, pageToken = page.token }, page_mt)
    meta = '"meta":{"pagination":' .. json.encode(pagination) .. "},"
  end
  return { path = operation.path, body = "{" .. meta .. '"data":[' .. table.concat(texts, ",") .. "]}" }
end

-- In how many fields an object of the answer speaks of an item: by the fields that tell items apart, of those that the item
-- has, or by all that was sent where the operation names none. Nil where one of them differs.
local function speaks_of(object, item, key_wires)
  local names, count = {}, 0
  for _, name in ipairs(key_wires) do names[name] = item[name] end
  for name, value in pairs(next(names) and names or item) do
    local other = object[name]
    local same = other == value or type(value) == "table" -- tables are the service's to write again as it likes
      or (type(value) == "string" and type(other) == "string" and value:lower() == other:lower())
    if not same then return nil end
    count = count + 1
  end
  return count
end

-- Which open item an object speaks of, else nil. Of several the one that it says most of: an item may have all that another
-- one has, and more.
local function index_of(object, call, taken)
  if type(object) ~= "table" then return nil end
  local found, most = nil, -1
  for i, item in ipairs(call.items) do
    local count = not taken[i] and speaks_of(object, item, call.key_wires)
    if count == #call.key_wires then return i end -- no other says more
    if count and count > most then found, most = i, count end
  end
  return found
end

-- Failures of items into outcomes; the errors of those that name no item are returned.
local function read_failures(fail, call, response, outcomes)
  local nameless = {}
  for _, entry in ipairs(fail) do
    local i = type(entry) == "table" and index_of(entry.key, call, outcomes)
    if #call.items == 1 and response.status < 400 and not outcomes[1] then i = 1 end -- whose else
    local errors = answers.errors(entry, call.names, call.secrets)
    if i then
      outcomes[i] = failure.from_service(response, errors, call.keys[i])
    else
      for _, problem in ipairs(errors) do nameless[#nameless + 1] = problem end
    end
  end
  return nameless
end

-- Results into the outcomes that are still open: by key where the answers have it, else in the order given. Whether some are
-- left of which nobody can say whose they are. Where a failure names no item, silence is no success.
local function read_results(data, outcomes, call, is_refused)
  local rest, open = {}, {}
  for _, object in ipairs(data) do
    local keyed = call.key_in_answer and type(object) == "table" and type(object[call.key_wires[1]]) == "string"
    local i = keyed and index_of(object, call, outcomes)
    if i then
      outcomes[i] = { result = object }
    elseif not keyed or #call.items == 1 then -- one item, one answer: it may name the account by another address
      rest[#rest + 1] = object
    end
  end
  for i = 1, #call.items do
    if not outcomes[i] then open[#open + 1] = i end
  end
  -- Without keys only the same number tells who is who. Some functions answer success with nothing at all.
  if #rest == #open or (call.silent and #data == 0 and not is_refused) then
    for n, i in ipairs(open) do outcomes[i] = { result = rest[n] or {} } end
    return false
  end
  return #rest > 0
end

-- The rows of a list: data[] itself, or a list inside its one object. Its page is what meta says of it.
local function read_rows(data, call, response, meta)
  local rows = data
  if call.rows ~= true then
    local first = data[1]
    rows = first == nil and {} or type(first) == "table" and answers.list(first, call.rows)
    if not rows then
      return answers.protocol(response, "wrong_shape", call.rows .. " is not a list in the answer", call.secrets)
    end
  end
  local outcome = answers.unmarshal_rows(rows, call, response)
  if outcome.value then
    local pagination = type(meta) == "table" and type(meta.pagination) == "table" and meta.pagination or {}
    local token = pagination.next
    outcome.page = {
      next = type(token) == "string" and token ~= "" and token or nil, total = answers.count(pagination.totalCount),
    }
  end
  return outcome
end

-- A number that is an HTTP status, as an integer in every Lua; else nil.
local function http_status(value)
  value = tonumber(value)
  if value and value >= 100 and value <= 599 then return math.floor(value) end
  return nil
end

-- Errors of an answer, be it HTTP 200, that says nothing but that the binding has expired: once or of each item, it is the
-- whole call that was not taken (mimecast-api 1.6).
local function binding_errors(data, fail, call)
  local errors
  for i = data[1] == nil and #fail or 0, 1, -1 do
    errors = answers.errors(fail[i], call.names, call.secrets)
    if errors[1].code ~= "err_xdk_binding_expired" then return nil end
  end
  return errors
end

--- Reads an answer.
---@param response table status, headers (by lower-case name), body
---@param call table items (wire tables), keys (how people name each), key_wires (the fields that tell items apart),
-- key_in_answer (whether results have the first of them), output (shape), names (wire name to Lua name), secrets (texts and
-- userdata that must not show), rows (where the answer is a list), silent (where success may have no result)
---@return table? outcomes for each item `{ value = output table }` or an error value; nil where the call failed as a whole
---@return mimecast.Failure? err
function envelope.decode(response, call)
  local answer, err = answers.read(response, call.secrets)
  if not answer then return nil, err end
  local data, fail = answers.list(answer, "data"), answers.list(answer, "fail")
  if not data or not fail then
    return nil, answers.protocol(response, "wrong_shape", "data or fail is not a list in the answer", call.secrets)
  end
  local meta_status = type(answer.meta) == "table" and http_status(answer.meta.status) or response.status
  local said = meta_status >= 400 and { status = meta_status, headers = response.headers } or response
  -- One item, one result, nothing else said: what nearly every call gets.
  if #call.items == 1 and #data == 1 and not call.rows and said.status < 400 and fail[1] == nil then
    return { answers.unmarshal(data[1], call, response, call.keys[1]) }
  end
  local expired = binding_errors(data, fail, call)
  if expired then return nil, failure.from_service(said, expired) end
  local outcomes = {}
  local nameless = read_failures(fail, call, said, outcomes)
  if said.status >= 400 and not next(outcomes) then
    return nil, nameless[1] and failure.from_service(said, nameless) or failure.from_status(said)
  end
  if call.rows and said.status < 400 and #fail == 0 then return { read_rows(data, call, response, answer.meta) } end
  local ownerless = said.status < 400 and read_results(data, outcomes, call, nameless[1] ~= nil)
  for i = 1, #call.items do
    local outcome = outcomes[i]
    if outcome and outcome.result then
      outcomes[i] = answers.unmarshal(outcome.result, call, response, call.keys[i])
    elseif not outcome then
      outcomes[i] = nameless[1] and failure.from_service(said, nameless, call.keys[i])
        or said.status >= 400 and failure.from_status(said)
        or answers.protocol(response, "wrong_shape", "the answer does not say what became of "
          .. (call.keys[i] or "the call"), call.secrets)
      if ownerless then outcomes[i].outcome = "unknown" end -- one of them may have succeeded
    end
  end
  return outcomes
end

return envelope
