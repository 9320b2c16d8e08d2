--- Makes the methods of a client: for one item, for many items, for a list, for all pages.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local lazy = require "mimecast.base.lazy"
local result = require "mimecast.model.result"
local send = require "mimecast.request.send"
local wire_item = require "mimecast.model.wire_item"

local methods = {}

-- Returns the error value of one item, made from its own error value or from that of the whole request.
local function item_error(operation, item, err, attempts, request)
  local copy = errors.copy(err)
  if not wire_item.is_write(operation, item) then copy.outcome = nil end -- a read has no outcome
  copy.key = copy.key or wire_item.key_of(operation, item)
  copy.attempts = copy.attempts or attempts
  copy.requestId = copy.requestId or (request and request.id)
  if operation.add_hint then operation.add_hint(item, copy) end
  return copy
end

-- Sends items as one request; `put(i, value, err)` receives the result of each item.
local function send_batch(self, operation, items, name, put)
  local outcomes, err, attempts, request = send.items(self, operation, items, name)
  for i, item in ipairs(items) do
    local outcome = outcomes and outcomes[i] or err
    if errors.is(outcome) then
      put(i, nil, item_error(operation, item, outcome, attempts, request))
    else
      put(i, outcome)
    end
  end
end

-- ---- input ----

local function is_client(self)
  return type(self) == "table" and rawget(self, "credentials") ~= nil
end

-- Errors name the function that was called: `name` is one of an operation's up to three functions.
local function misuse(operation, name, what)
  error(("mimecast: %s takes %s, like client:%s"):format(name, what, name) .. (operation.batchName == name
    and "{ { %s = … }, … }" or "{ %s = … }"):format(operation.key or "field"), 4)
end

local function check_table(self, operation, input, name)
  local fits = type(input) == "table" or (input == nil and not operation.needs_input)
  if not is_client(self) or not fits then misuse(operation, name, "a table") end
end

local function check_list(self, operation, inputs, name)
  local is_list = is_client(self) and type(inputs) == "table"
  local count = 0
  for _, input in pairs(is_list and inputs or {}) do
    count = count + 1
    is_list = is_list and type(input) == "table"
  end
  if not is_list or count ~= #inputs then misuse(operation, name, "a list of tables without gaps") end
end

-- Returns the wire item of an input, or nil and an error value.
local function prepare(operation, input)
  local item, problems = wire_item.prepare(operation, input or {})
  if not item then return nil, errors.invalid_input(problems) end
  return item
end

-- Returns an error value if this client's generation of the API lacks the operation.
local function check_generation(self, operation, name)
  if not operation.api or operation.api == self.config.generation then return nil end
  return errors.new {
    category = "usage", code = "not_in_this_api",
    message = ("%s is not in API %s"):format(name, self.config.generation), hint = operation.unavailableReason,
  }
end

-- Returns an error value if this client must not send these items.
local function check_allowed(self, operation, items, name)
  local err = check_generation(self, operation, name)
  if err or not self.config.readOnly then return err end
  for _, item in ipairs(items) do
    if wire_item.is_write(operation, item) then return errors.read_only(name) end
  end
  return nil
end

-- ---- one item, a list, all pages ----

-- Sends one item. Returns its value, and the page of a list; or nil and the error value.
local function fetch(self, operation, item, name, page)
  local outcomes, err, attempts, request = send.items(self, operation, { item }, name, page)
  local outcome = outcomes and outcomes[1] or err
  if errors.is(outcome) then return nil, item_error(operation, item, outcome, attempts, request) end
  if operation.resultKey then return result.rows(outcome, operation.result_metatable), outcomes.page end
  return setmetatable(outcome, operation.result_metatable)
end

local function call_item(self, operation, input, name)
  local item, err = prepare(operation, input)
  err = check_allowed(self, operation, { item }, name) or err
  if err then return errors.result(err) end
  local value
  value, err = fetch(self, operation, item, name)
  if not value then return errors.result(err) end
  return value
end

local function call_paginator(self, operation, input, name)
  local item, err = prepare(operation, input)
  err = check_allowed(self, operation, { item }, name) or err
  local iterator
  if not err then
    iterator, err = lazy("mimecast.request.paginator").new(operation, name, item, function(page_item, page)
      return fetch(self, operation, page_item, name, page)
    end)
  end
  if err then return errors.result(err) end
  return iterator
end

local function call_list(self, operation, input, name)
  if not operation.paginator then return call_item(self, operation, input, name) end
  local iterator, message, err = call_paginator(self, operation, input, name)
  if not iterator then return nil, message, err end
  local rows
  rows, err = lazy("mimecast.request.paginator").collect(iterator)
  if not rows then return errors.result(err) end
  return setmetatable(rows, result.list)
end

-- ---- many items ----

-- Returns the wire items; or nil and an error value for each item, because nothing is sent if one item is invalid.
local function prepare_all(operation, inputs)
  local items, failures, first_index = {}, {}, {}
  for i, input in ipairs(inputs) do
    local item, err = prepare(operation, input)
    local key = item and wire_item.key_of(operation, item)
    key = key and core.fold(key)
    if not item then
      failures[i] = err
    elseif key and first_index[key] then
      failures[i] = errors.invalid_input({ { field = operation.key or operation.keys[1], code = "duplicate_item", order = 0,
        message = ("is the same as in item %d; put both changes into one item"):format(first_index[key]) } }, key)
    else
      items[i] = item
      if key then first_index[key] = i end
    end
  end
  if next(failures) == nil then return items end
  for i in ipairs(inputs) do
    failures[i] = failures[i] or errors.new {
      category = "usage", code = "not_sent", message = "not sent, because another item of the call is invalid",
      key = wire_item.key_of(operation, items[i]),
    }
  end
  return nil, failures
end

-- Sends the items in batches, several of them concurrently.
local function send_batches(self, operation, items, name)
  local results, failures = setmetatable({}, result.list), setmetatable({}, result.failures)
  local size = operation.batch == 1 and 1 or math.floor(self.config.batchSize or operation.batch)
  local batches = math.ceil(#items / size)
  local function run(batch)
    local first, part = (batch - 1) * size, {}
    for i = 1, math.min(size, #items - first) do part[i] = items[first + i] end
    send_batch(self, operation, part, name, function(i, value, err)
      results[first + i] = value and setmetatable(value, operation.result_metatable) or false
      failures[first + i] = err
    end)
  end
  for i = 1, #items do results[i] = false end
  if batches == 1 then run(1) else self.transport:map(batches, run, self.config.concurrency) end
  return results, failures
end

local function call_batch(self, operation, inputs, name)
  local items, failures = prepare_all(operation, inputs)
  local err = check_allowed(self, operation, items or {}, name)
  if items and not err then return send_batches(self, operation, items, name) end
  local results = setmetatable({}, result.list)
  failures = failures or {}
  for i = 1, #inputs do
    results[i], failures[i] = false, err or failures[i]
  end
  return results, setmetatable(failures, result.failures)
end

-- By kind: the check of the input, the call, and the key of the operation that has the function's name.
local kinds = {
  item = { check_table, call_item, "name" },
  batch = { check_list, call_batch, "batchName" },
  list = { check_table, call_list, "name" },
  paginator = { check_table, call_paginator, "paginator" },
}

--- Makes the method of a client for an operation.
---@param operation mimecast.Operation
---@param kind "item"|"batch"|"list"|"paginator"
---@return fun(self: table, input: table): ...
function methods.new(operation, kind)
  local check, run, name = kinds[kind][1], kinds[kind][2], operation[kinds[kind][3]]
  return function(self, input)
    check(self, operation, input, name)
    return run(self, operation, input, name)
  end
end

return methods
