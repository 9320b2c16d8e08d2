--- Encodes and decodes the envelope of both generations of the API: meta, data and fail.
--
-- The HTTP status does not decide: a response with status 200 may hold failures of items or of the whole call (mimecast-api
-- 3.2, 2.4). What the response says of an item counts.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local json = require "mimecast.json"
local lazy = require "mimecast.base.lazy"
local parser = require "mimecast.protocol.parser"
local service_errors = require "mimecast.protocol.service_errors"
local wire_item = require "mimecast.model.wire_item"

local envelope = {}

-- Most programs get no response that needs it.
local function identity() return lazy "mimecast.protocol.identity" end

local page_mt = json.object { "pageSize", "pageToken" }

--- Encodes a request.
---@param operation mimecast.Operation
---@param items table[] wire tables; the service expects that an item without fields is left out
---@param page? table size, token
---@return string path
---@return string body
function envelope.encode(operation, items, page)
  local before = '{"data":['
  if page then
    local pagination = setmetatable({ pageSize = page.size, pageToken = page.token }, page_mt)
    before = '{"meta":{"pagination":' .. json.encode(pagination) .. '},"data":['
  end
  return operation.path, json.encode_elements(items, before, "]}")
end

-- ---- matching ----

-- Counts the fields of an item that an object repeats; nil if one of them differs. The key fields count, or all fields of an
-- operation without key fields.
local function match_score(object, item, key_wires)
  local keys, score = {}, 0
  for _, name in ipairs(key_wires) do keys[name] = item[name] end
  for name, value in pairs(next(keys) and keys or item) do
    -- the service may write a table in another form
    if type(value) ~= "table" and not identity().same(object[name], value) then return nil end
    score = score + 1
  end
  return score
end

-- Returns the index of the pending item that an object belongs to. If several match, the item with most fields in common
-- wins, because the fields of one item may be a superset of another's.
local function find_item(object, context, taken)
  if type(object) ~= "table" then return nil end
  local key_wires, best, best_score = context.operation.key_wires, nil, -1
  for i, item in ipairs(context.items) do
    local score = not taken[i] and match_score(object, item, key_wires)
    if score == #key_wires then return i end -- the best possible score
    if score and score > best_score then best, best_score = i, score end
  end
  return best
end

local function append(list, values)
  for _, value in ipairs(values) do list[#list + 1] = value end
end

-- Assigns failures to the items that their keys name. A failure that names another item only sets `foreign_name`.
local function match_failures(matches, failures, context)
  for _, failure in ipairs(failures) do
    local key = type(failure) == "table" and failure.key
    local list = parser.errors(failure, context.operation.names, context.secrets)
    -- an item can have several failures
    local i = find_item(key, context, matches.failed) or find_item(key, context, {})
    local foreign_name = not i and identity().foreign_name(key, context)
    if i then
      matches.failed[i] = matches.failed[i] or {}
      append(matches.failed[i], list)
    elseif foreign_name then
      matches.foreign_name = foreign_name
    else
      matches.unkeyed_failures = matches.unkeyed_failures + 1
      append(matches.unkeyed_errors, list)
    end
  end
end

-- Assigns results to the items that they name. An item has one result: a second result with the same name is unmatched,
-- because it may belong to an alias.
local function match_results(matches, data, context)
  for _, object in ipairs(data) do
    local name = context.operation.key_in_output and type(object) == "table" and object[context.operation.key_wires[1]]
    if type(name) ~= "string" then
      matches.unnamed_results[#matches.unnamed_results + 1] = object
    else
      local i = find_item(object, context, matches.results)
      if i then
        matches.results[i] = object
      else
        matches.unmatched_results[#matches.unmatched_results + 1] = object
        matches.foreign_name = matches.foreign_name or identity().foreign_name(object, context)
      end
    end
  end
end

-- Assigns the contents of a response to the items of the request:
-- - failed (lists of errors) and results, by item
-- - unkeyed_errors of the unkeyed_failures (a number) that name no item
-- - unnamed_results, which name no item; unmatched_results, which name none of the items
-- - foreign_name: an item that was not requested
-- - pending: the items that the response does not name
local function match(data, failures, context, status)
  local matches = { failed = {}, results = {}, unkeyed_errors = {}, unkeyed_failures = 0, unnamed_results = {},
    unmatched_results = {}, pending = {} }
  match_failures(matches, failures, context)
  match_results(matches, data, context)
  if #context.items == 1 and matches.unkeyed_errors[1] and status < 400 and not matches.foreign_name then
    matches.failed[1] = matches.failed[1] or {} -- a failure without a key is that of the only item
    append(matches.failed[1], matches.unkeyed_errors)
  end
  for i in ipairs(context.items) do
    if not (matches.failed[i] or matches.results[i]) then matches.pending[#matches.pending + 1] = i end
  end
  return matches
end

-- ---- outcomes ----

local function key_of(context, i) return wire_item.key_of(context.operation, context.items[i]) end

-- Returns the results of the pending items if the order assigns them: as many results as items, and no failure without a
-- key. Ids can all have changed (mimecast-api 11). Some functions return success without data.
local function results_in_order(matches, context, data, failures)
  if matches.unkeyed_failures > 0 then return nil end
  local has_new_ids = not context.operation.named_after and #failures == 0 and next(matches.results) == nil
    and #data == #context.items
  if has_new_ids then return data end
  if matches.foreign_name or matches.unmatched_results[1] then return nil end
  if #matches.unnamed_results == #matches.pending then return matches.unnamed_results end
  return context.operation.may_be_empty and #data == 0 and {} or nil
end

-- Returns whether an unkeyed failure surely belongs to each pending item.
local function concerns_all(matches, context, data, err)
  if matches.unnamed_results[1] or matches.foreign_name or matches.unmatched_results[1] then return false end
  if matches.unkeyed_failures >= #matches.pending then return true end
  return #data == 0 and (not context.operation.may_be_empty or err.category == "auth")
end

-- Returns the error value of a call or item that failed as a whole, or whose response names another item.
local function whole_error(matches, context, data, response, key)
  if matches.foreign_name then return identity().foreign_error(response, context, key, matches.foreign_name) end
  local err = matches.unkeyed_errors[1] and service_errors.from_errors(response, matches.unkeyed_errors, key)
    or service_errors.from_status(response)
  if data[1] ~= nil then err.outcome = "unknown" end -- a failure with results contradicts itself
  return err
end

local function pending_error(matches, context, data, response, i)
  local key = key_of(context, i)
  if response.status >= 400 or matches.foreign_name then return whole_error(matches, context, data, response, key) end
  if not matches.unkeyed_errors[1] then
    return parser.protocol_error(response, "wrong_shape", "the response has no result for " .. (key or "the call"),
      context.secrets)
  end
  local err = service_errors.from_errors(response, matches.unkeyed_errors, key)
  if not concerns_all(matches, context, data, err) then err.outcome = "unknown" end
  return err
end

-- Returns the outcome of an item that the response names. If it is both failed and done, its outcome is unknown.
local function named_outcome(matches, context, response, i)
  local list, object = matches.failed[i], matches.results[i]
  local err = list and service_errors.from_errors(response, list, key_of(context, i))
    or response.status >= 400 and service_errors.from_status(response)
  if not err then return parser.decode_object(object, context, response, key_of(context, i)) end
  -- a result with an id can belong to any item
  local unassigned = #matches.unnamed_results + (context.operation.named_after and 0 or #matches.unmatched_results)
  if object or unassigned > #matches.pending then err.outcome = "unknown" end
  return err
end

-- Stores in the context the results with other names, and the items that they may belong to.
local function set_foreign(matches, context, status)
  local foreign = { items = status < 400 and matches.pending or {}, results = {} }
  for _, object in ipairs(status < 400 and matches.unmatched_results or {}) do
    foreign.results[core.fold(object[context.operation.key_wires[1]])] = object
  end
  context.foreign = foreign
end

-- Returns an address in a result that differs from the item's address.
local function foreign_address(object, item, address_wires)
  for _, wire in ipairs(type(object) == "table" and address_wires or {}) do
    local value = object[wire]
    if type(value) == "string" and item[wire] ~= nil and not identity().same(value, item[wire]) then return value end
  end
  return nil
end

-- Returns the outcome of an item whose result is assigned by the order. Addresses in the result verify the order.
local function ordered_outcome(object, context, response, i)
  local address = foreign_address(object, context.items[i], context.operation.address_wires)
  if not address then return parser.decode_object(object or {}, context, response, key_of(context, i)) end
  context.foreign = { items = {}, results = {} }
  return identity().foreign_error(response, context, key_of(context, i), address)
end

local function all_outcomes(matches, context, data, failures, response)
  local outcomes = {}
  local ordered = response.status < 400 and results_in_order(matches, context, data, failures) or nil
  for i in ipairs(context.items) do
    if matches.failed[i] or matches.results[i] then outcomes[i] = named_outcome(matches, context, response, i) end
  end
  for n, i in ipairs(matches.pending) do
    outcomes[i] = ordered and ordered_outcome(ordered[n], context, response, i)
      or pending_error(matches, context, data, response, i)
  end
  if not ordered and (matches.foreign_name or matches.unmatched_results[1]) then
    set_foreign(matches, context, response.status)
  end
  return outcomes
end

-- ---- lists ----

-- Returns the rows of data[]. An entry with a list under the name `nested` stands for the rows of that list. Returns nil if
-- something else has that name.
local function flatten(data, nested)
  local rows = {}
  for _, entry in ipairs(data) do
    if type(entry) ~= "table" or entry[nested] == nil then
      rows[#rows + 1] = entry
    else
      local inner = parser.list(entry, nested)
      if not inner then return nil end
      append(rows, inner)
    end
  end
  return rows
end

-- Returns the outcomes of a list, whose rows are data[] itself or a list inside its only object. `meta` describes the page.
local function decode_list(data, context, response, meta)
  local rows, name = data, context.operation.resultKey
  if name == true then
    name = context.operation.nested
    if name then rows = flatten(data, name) end
  else
    local first = data[1]
    rows = first == nil and {} or type(first) == "table" and parser.list(first, name)
  end
  if not rows then
    return { parser.protocol_error(response, "wrong_shape", name .. " is not a list in the response", context.secrets) }
  end
  local outcomes = { parser.decode_rows(rows, context, response) }
  local pagination = type(meta) == "table" and type(meta.pagination) == "table" and meta.pagination or {}
  local token = pagination.next
  outcomes.page = {
    next = type(token) == "string" and token ~= "" and token or nil, total = parser.count(pagination.totalCount),
  }
  return outcomes
end

-- ---- the response ----

-- Returns an HTTP status as an integer in every Lua; nil if the value is not an HTTP status.
local function http_status(value)
  value = tonumber(value)
  if value and value >= 100 and value <= 599 then return math.floor(value) end
  return nil
end

-- Returns the errors of a response that only says that the binding has expired, once or for each item. Then the whole call
-- was not processed, also with HTTP 200 (mimecast-api 1.6).
local function expired_binding(data, failures, context)
  local list
  for i = data[1] == nil and #failures or 0, 1, -1 do
    list = parser.errors(failures[i], context.operation.names, context.secrets)
    if list[1].code ~= "err_xdk_binding_expired" then return nil end
  end
  return list
end

-- Decodes a response that is no plain success, or that the schema does not read.
local function decode_document(response, context)
  context:find_secrets(response)
  local document, err = parser.parse(response, context.secrets)
  if not document then return nil, err end
  local data = parser.list(document, "data")
  local failures = (document.errors and parser.failures or parser.list)(document, "fail")
  if not data or not failures then
    return nil, parser.protocol_error(response, "wrong_shape", "data or fail is not a list in the response",
      context.secrets)
  end
  local meta_status = type(document.meta) == "table" and http_status(document.meta.status) or response.status
  local effective = response
  if meta_status >= 400 then
    effective = { status = meta_status, headers = response.headers, body = response.body, secrets = response.secrets }
  end
  local has_rows = context.operation.resultKey
  -- One item, one result with its name, no failure.
  if #context.items == 1 and #data == 1 and not has_rows and effective.status < 400 and failures[1] == nil then
    local key, named_after = key_of(context, 1), context.operation.named_after
    if not named_after then return { ordered_outcome(data[1], context, response, 1) } end
    local outcome = parser.decode_object(data[1], context, response, key)
    if not errors.is(outcome) and (outcome[named_after] or key) == key then return { outcome } end
  end
  local expired = expired_binding(data, failures, context)
  if expired then return nil, service_errors.from_errors(effective, expired) end
  if has_rows and effective.status < 400 and #failures == 0 then
    return decode_list(data, context, response, document.meta)
  end
  local matches = match(data, failures, context, effective.status)
  if effective.status >= 400 and next(matches.failed) == nil then
    if matches.foreign_name then set_foreign(matches, context, effective.status) end
    return nil, whole_error(matches, context, data, effective)
  end
  return all_outcomes(matches, context, data, failures, effective)
end

--- Decodes a response. The schema reads the usual success straight from the text: a flat object for each item, in the order of
--- the items and with their names, and no failure.
---@param response table status, headers (by lower-case name), body
---@param context table of decode_context; `is_plain` is set if all items succeeded and nothing was unusual; `foreign` is set if
-- the response names an item that was not requested: items (positions that may be meant), results (by name)
---@return table? outcomes of the items: an output table or an error value, or the rows of a list, with `page`; nil if the
--- call failed as a whole
---@return mimecast.Error? err
function envelope.decode(response, context)
  local operation, items, status = context.operation, context.items, response.status
  local count = #items
  if count <= operation.most_plain and status >= 200 and status <= 299 then
    local values = operation.output_schema:decode_json(response.body, count, items, operation.key_wires[1],
      operation.named_after)
    if values then
      context.is_plain = true
      return values
    end
  end
  return decode_document(response, context)
end

return envelope
