--- The envelope on the wire: meta, data and fail, in both generations of the API.
--
-- HTTP is only the carrier: an answer of status 200 may hold failures, one for each item or one for the whole call
-- (mimecast-api 3.2, 2.4). What decides is what the answer says of the item itself.
local answers = require "mimecast.protocol.response"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local identity = require "mimecast.protocol.identity"
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
    -- tables are the service's to write again as it likes
    if type(value) ~= "table" and not identity.same(other, value) then return nil end
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
    local count = not taken[i] and speaks_of(object, item, call.operation.key_wires)
    if count == #call.operation.key_wires then return i end -- no other says more
    if count and count > most then found, most = i, count end
  end
  return found
end

local function append(list, more)
  for _, one in ipairs(more) do list[#list + 1] = one end
end

-- Adds the failures to what the answer says: to the item that the key names, or to no item. One that names another call's
-- item is left out.
local function sort_failures(said, fail, call)
  for _, entry in ipairs(fail) do
    local key = type(entry) == "table" and entry.key
    local service_errors = answers.errors(entry, call.names, call.secrets)
    local i = index_of(key, call, said.failed) or index_of(key, call, {}) -- one more failure of the same item
    local other = not i and identity.other_name(key, call)
    if i then
      said.failed[i] = said.failed[i] or {}
      append(said.failed[i], service_errors)
    elseif other then
      said.other = other
    else
      said.keyless = said.keyless + 1
      append(said.nameless, service_errors)
    end
  end
end

-- Adds the results: to the item that they name, to no item, or to the strangers. An item has one result; of two under the
-- same name the second is a stranger, because an alias of the first item can have it.
local function sort_results(said, data, call)
  for _, object in ipairs(data) do
    local name = call.operation.key_in_output and type(object) == "table" and object[call.operation.key_wires[1]]
    if type(name) ~= "string" then
      said.rest[#said.rest + 1] = object
    else
      local i = index_of(object, call, said.results)
      if i then
        said.results[i] = object
      else
        said.strangers[#said.strangers + 1] = object
        said.other = said.other or identity.other_name(object, call)
      end
    end
  end
end

-- What an answer says, by whom it speaks of: failed (errors) and results by item, nameless (errors of failures that name no
-- item) and keyless (how many failures those are), rest (results that name no item), strangers (results that no item has),
-- other (a name that was not asked for), open (the items that nothing is said of).
local function sort(data, fail, call, status)
  local said = { failed = {}, results = {}, nameless = {}, keyless = 0, rest = {}, strangers = {}, open = {} }
  sort_failures(said, fail, call)
  sort_results(said, data, call)
  if #call.items == 1 and said.nameless[1] and status < 400 and not said.other then -- no other item has failed
    said.failed[1] = said.failed[1] or {}
    append(said.failed[1], said.nameless)
  end
  for i in ipairs(call.items) do
    if not (said.failed[i] or said.results[i]) then said.open[#said.open + 1] = i end
  end
  return said
end

-- Results for the open items in the order given, where it tells who is who: no item is left over, and no failure without a
-- name. Ids can all have changed (mimecast-api 11). Nil where the order tells nothing. Some functions answer success with
-- nothing at all.
local function in_order(said, call, data, fail)
  if said.keyless > 0 then return nil end
  local changed = not call.operation.named_after and #fail == 0 and next(said.results) == nil and #data == #call.items
  if changed then return data end
  if said.other or said.strangers[1] then return nil end
  return (#said.rest == #said.open and said.rest) or (call.operation.may_be_empty and #data == 0 and {}) or nil
end

-- Whether a failure that names no item surely is that of each open item, which then has no result.
local function is_of_all(said, call, data, err)
  if said.rest[1] or said.other or said.strangers[1] then return false end
  return said.keyless >= #said.open or (#data == 0 and (not call.operation.may_be_empty or err.category == "auth"))
end

-- The error value of a call, or of an item of it, that was refused as a whole or answered with another call's items.
local function whole_failure(said, call, data, response, key)
  if said.other then return identity.foreign(response, call, key, said.other) end
  local err = said.nameless[1] and errors.from_service(response, said.nameless, key) or errors.from_status(response)
  if data[1] ~= nil then err.outcome = "unknown" end -- it refuses, and has results
  return err
end

-- The error value of an open item.
local function open_failure(said, call, data, response, i)
  local key = call.keys[i]
  if response.status >= 400 or said.other then return whole_failure(said, call, data, response, key) end
  if not said.nameless[1] then
    return answers.protocol(response, "wrong_shape", "the answer does not say what became of " .. (key or "the call"),
      call.secrets)
  end
  local err = errors.from_service(response, said.nameless, key)
  if not is_of_all(said, call, data, err) then err.outcome = "unknown" end
  return err
end

-- What became of an item that is named. What is said to have failed and to have succeeded is neither.
local function named_outcome(said, call, response, i)
  local service_errors, object = said.failed[i], said.results[i]
  local err = service_errors and errors.from_service(response, service_errors, call.keys[i])
    or response.status >= 400 and errors.from_status(response)
  if not err then return answers.unmarshal(object, call, response, call.keys[i]) end
  local ownerless = #said.rest + (call.operation.named_after and 0 or #said.strangers) -- each id can be any item's
  if object or ownerless > #said.open then err.outcome = "unknown" end
  return err
end

-- Tells the exchange of results under other names, and which items may have them.
local function note_foreign(said, call, status)
  local foreign = { items = status < 400 and said.open or {}, results = {} }
  for _, object in ipairs(status < 400 and said.strangers or {}) do
    foreign.results[core.fold(object[call.operation.key_wires[1]])] = object
  end
  call.foreign = foreign
end

-- Another address in a result than in the item in its place; nil where there is none.
local function other_address(object, item, address_wires)
  for _, wire in ipairs(type(object) == "table" and address_wires or {}) do
    local value = object[wire]
    if type(value) == "string" and item[wire] ~= nil and not identity.same(value, item[wire]) then return value end
  end
  return nil
end

-- The outcome of an item that has its result by the order given. Addresses in it show whether the order was kept.
local function ordered_outcome(object, call, response, i)
  local other = other_address(object, call.items[i], call.operation.address_wires)
  if not other then return answers.unmarshal(object or {}, call, response, call.keys[i]) end
  call.foreign = { items = {}, results = {} }
  return identity.foreign(response, call, call.keys[i], other)
end

-- The outcomes of all items.
local function judge(said, call, data, fail, response)
  local outcomes, list = {}, response.status < 400 and in_order(said, call, data, fail) or nil
  for i in ipairs(call.items) do
    if said.failed[i] or said.results[i] then outcomes[i] = named_outcome(said, call, response, i) end
  end
  for n, i in ipairs(said.open) do
    outcomes[i] = list and ordered_outcome(list[n], call, response, i)
      or open_failure(said, call, data, response, i)
  end
  if not list and (said.other or said.strangers[1]) then note_foreign(said, call, response.status) end
  return outcomes
end

-- The rows of data[], where an entry that holds a list under the name `nested` stands for the rows of that list. Nil where
-- something else has that name.
local function flatten(data, nested)
  local rows = {}
  for _, entry in ipairs(data) do
    if type(entry) ~= "table" or entry[nested] == nil then
      rows[#rows + 1] = entry
    else
      local inner = answers.list(entry, nested)
      if not inner then return nil end
      append(rows, inner)
    end
  end
  return rows
end

-- The rows of a list: data[] itself, or a list inside its one object. Its page is what meta says of it.
local function read_rows(data, call, response, meta)
  local rows, name = data, call.rows
  if name == true then
    name = call.operation.nested
    if name then rows = flatten(data, name) end
  else
    local first = data[1]
    rows = first == nil and {} or type(first) == "table" and answers.list(first, name)
  end
  if not rows then
    return answers.protocol(response, "wrong_shape", name .. " is not a list in the answer", call.secrets)
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
  local service_errors
  for i = data[1] == nil and #fail or 0, 1, -1 do
    service_errors = answers.errors(fail[i], call.names, call.secrets)
    if service_errors[1].code ~= "err_xdk_binding_expired" then return nil end
  end
  return service_errors
end

--- Reads an answer.
---@param response table status, headers (by lower-case name), body
---@param call table items (wire tables), keys (how people name each), operation, output (shape), names (wire name to Lua
-- name), secrets (texts and userdata that must not show), rows (where the answer is a list); gets `foreign` where the answer
-- names an item that was not asked for: items (positions that may be meant), results (by name)
---@return table? outcomes for each item `{ value = output table }` or an error value; nil where the call failed as a whole
---@return mimecast.Error? err
function envelope.decode(response, call)
  local answer, err = answers.read(response, call.secrets)
  if not answer then return nil, err end
  local data, fail = answers.list(answer, "data"), (answer.errors and answers.failures or answers.list)(answer, "fail")
  if not data or not fail then
    return nil, answers.protocol(response, "wrong_shape", "data or fail is not a list in the answer", call.secrets)
  end
  local meta_status = type(answer.meta) == "table" and http_status(answer.meta.status) or response.status
  local said = response
  if meta_status >= 400 then
    said = { status = meta_status, headers = response.headers, body = response.body, secrets = response.secrets }
  end
  -- One item, one result under its name, nothing else said: what nearly every call gets.
  if #call.items == 1 and #data == 1 and not call.rows and said.status < 400 and fail[1] == nil then
    local key, named_after = call.keys[1], call.operation.named_after
    if not named_after then return { ordered_outcome(data[1], call, response, 1) } end
    local outcome = answers.unmarshal(data[1], call, response, key)
    local value = outcome.value
    if value and (value[named_after] or key) == key then return { outcome } end
  end
  local expired = binding_errors(data, fail, call)
  if expired then return nil, errors.from_service(said, expired) end
  if call.rows and said.status < 400 and #fail == 0 then return { read_rows(data, call, response, answer.meta) } end
  local sorted = sort(data, fail, call, said.status)
  if said.status >= 400 and next(sorted.failed) == nil then
    if sorted.other then note_foreign(sorted, call, said.status) end
    return nil, whole_failure(sorted, call, data, said)
  end
  return judge(sorted, call, data, fail, said)
end

return envelope
