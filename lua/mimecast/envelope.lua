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

-- Whether a failure's key, which is the item as the service writes it again, holds all that was sent.
local function repeats(key, item)
  for name, value in pairs(item) do
    if type(value) ~= "table" and key[name] ~= value then return false end
  end
  return true
end

-- Which open item an object speaks of: by its key field, or by all that was sent where there is none; else nil, and
-- whether it speaks of an item that is not of this call.
local function index_of(object, call, taken)
  if type(object) ~= "table" then return nil end
  local key = call.key_wire and object[call.key_wire]
  if call.key_wire and type(key) ~= "string" then return nil end
  for i, item in ipairs(call.items) do
    local same = key and item[call.key_wire]:lower() == key:lower() or not key and repeats(object, item)
    if same and not taken[i] then return i end
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
    local i = type(entry) == "table" and index_of(entry.key, call, outcomes)
    if #call.items == 1 and response.status < 400 and not outcomes[1] then i = 1 end -- whose else
    local errors = answers.errors(entry, call.names, call.secrets)
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
      next = type(token) == "string" and token ~= "" and token or nil, total = tonumber(pagination.totalCount),
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

--- Reads an answer.
---@param response table status, headers (by lower-case name), body
---@param call table items (wire tables), key_wire (the field that tells items apart), output (shape), names (wire name to
-- Lua name), secrets (texts and userdata that must not show), rows (where the answer is a list)
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
  local outcomes = {}
  local nameless = read_failures(fail, call, said, outcomes)
  if said.status >= 400 and not next(outcomes) then
    return nil, nameless[1] and failure.from_service(said, nameless) or failure.from_status(said)
  end
  if call.rows and said.status < 400 and #fail == 0 then return { read_rows(data, call, response, answer.meta) } end
  if said.status < 400 then read_results(data, outcomes, call) end
  for i = 1, #call.items do
    local outcome = outcomes[i]
    if outcome and outcome.result then
      outcomes[i] = answers.unmarshal(outcome.result, call, response, key_of(call, i))
    elseif not outcome then
      outcomes[i] = nameless[1] and failure.from_service(said, nameless, key_of(call, i))
        or said.status >= 400 and failure.from_status(said)
        or answers.protocol(response, "wrong_shape", "the answer does not say what became of "
          .. (key_of(call, i) or "the call"), call.secrets)
    end
  end
  return outcomes
end

return envelope
