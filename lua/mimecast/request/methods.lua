--- Makes the methods of a client: for one item, for many items, for a list, for all pages.
local calls = require "mimecast.request.call"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local lazy = require "mimecast.base.lazy"
local result = require "mimecast.model.result"
local send = require "mimecast.request.send"
local wire_item = require "mimecast.model.wire_item"

local methods = {}

-- Returns the error value of one item, made from its own error value or from that of the whole request.
local function item_error(operation, item, err, call)
  local copy = errors.copy(err)
  if not wire_item.is_write(operation, item) then copy.outcome = nil end -- a read has no outcome
  copy.key = copy.key or wire_item.key_of(operation, item)
  copy.attempts = copy.attempts or call:attempt()
  copy.requestId = copy.requestId or call.id
  if operation.add_hint then operation.add_hint(item, copy) end
  return copy
end

-- ---- input ----

-- Errors name the function that was called: `name` is one of an operation's up to three functions.
local function misuse(operation, name, what)
  error(("mimecast: %s takes %s, like client:%s"):format(name, what, name) .. (operation.batchName == name
    and "{ { %s = … }, … }" or "{ %s = … }"):format(operation.key or "field"), 4)
end

local function is_client(self)
  return type(self) == "table" and rawget(self, "credentials") ~= nil
end

local function check_table(self, template, input)
  local operation = template.operation
  local fits = type(input) == "table" or (input == nil and not operation.needs_input)
  if not fits or not is_client(self) then misuse(operation, template.name, "a table") end
end

local function check_list(self, template, inputs)
  local is_list = is_client(self) and type(inputs) == "table"
  local count = 0
  for _, input in pairs(is_list and inputs or {}) do
    count = count + 1
    is_list = is_list and type(input) == "table"
  end
  if not is_list or count ~= #inputs then misuse(template.operation, template.name, "a list of tables without gaps") end
end

-- Returns an error value if a client that does not have or may not use everything must not send these items.
local function check_limits(self, template, items)
  local operation = template.operation
  if operation.api and operation.api ~= self.config.generation then
    return errors.new {
      category = "usage", code = "not_in_this_api",
      message = ("%s is not in API %s"):format(template.name, self.config.generation), hint = operation.unavailableReason,
    }
  end
  for _, item in ipairs(items) do
    if wire_item.is_write(operation, item) then return errors.read_only(template.name) end
  end
  return nil
end

-- Returns the error value of an input that has problems, or that a limited client must not send.
local function input_error(self, template, item, problems)
  return template.is_limited and check_limits(self, template, { item }) or problems and errors.invalid_input(problems)
end

-- ---- one item, a list, all pages ----

-- Returns the value of the only item of a call, and the page of a list; or nil and the error value.
local function value_of(call, outcomes, err)
  local operation = call.operation
  local outcome = outcomes and outcomes[1] or err
  if errors.is(outcome) then return nil, item_error(operation, call.items[1], outcome, call) end
  if operation.resultKey then return result.rows(outcome, operation.result_metatable), outcomes.page end
  return setmetatable(outcome, operation.result_metatable)
end

local function call_item(self, template, input)
  local item, problems = wire_item.prepare(template.operation, input or {})
  local err = (problems or template.is_limited) and input_error(self, template, item, problems)
  if err then return errors.result(err) end
  local outcomes, call, value
  outcomes, err, call = send.items(self, template, { item })
  if call.is_plain then return setmetatable(outcomes[1], template.operation.result_metatable) end
  value, err = value_of(call, outcomes, err)
  if value then return value end
  return errors.result(err)
end

local function call_paginator(self, template, input)
  local operation = template.operation
  local first, problems = wire_item.prepare(operation, input or {})
  local err = input_error(self, template, first, problems)
  local iterator
  local reads_settings = not err and operation.settingsOutput and first.settings
  if not err then
    if operation.settingsOutput then first.settings = nil end
    iterator, err = lazy("mimecast.request.paginator").new(operation, template.name, first, function(item, page)
      local outcomes, reason, call = send.items(self, template, { item }, page)
      return value_of(call, outcomes, reason)
    end)
  end
  if err then return errors.result(err) end
  if reads_settings then return lazy("mimecast.request.account_settings").new(self, operation, iterator) end
  return iterator
end

local function call_list(self, template, input)
  if not template.operation.paginator then return call_item(self, template, input) end
  local iterator, message, err = call_paginator(self, template, input)
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
    local item, problems = wire_item.prepare(operation, input)
    local key = item and wire_item.key_of(operation, item)
    key = key and core.fold(key)
    if not item then
      failures[i] = errors.invalid_input(problems)
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

-- Sends items as one request, and puts the result or the error value of each item at its position.
local function send_batch(self, template, items, first, results, failures)
  local outcomes, err, call = send.items(self, template, items)
  local operation = template.operation
  local metatable = operation.result_metatable
  for i = 1, #items do
    local outcome = outcomes and outcomes[i] or err
    if not call.is_plain and errors.is(outcome) then
      failures[first + i] = item_error(operation, items[i], outcome, call)
    else
      results[first + i] = setmetatable(outcome, metatable)
    end
  end
end

-- Sends the items in batches, several of them concurrently.
local function send_batches(self, template, items)
  local results, failures = setmetatable({}, result.list), setmetatable({}, result.failures)
  local most = template.operation.batch
  local size = most == 1 and 1 or math.floor(self.config.batchSize or most)
  local batches = math.ceil(#items / size)
  local function run(batch)
    local first, part = (batch - 1) * size, {}
    for i = 1, math.min(size, #items - first) do part[i] = items[first + i] end
    send_batch(self, template, part, first, results, failures)
  end
  for i = 1, #items do results[i] = false end
  if batches == 1 then run(1) else self.transport:map(batches, run, self.config.concurrency) end
  return results, failures
end

local function call_batch(self, template, inputs)
  local items, failures = prepare_all(template.operation, inputs)
  local err = template.is_limited and check_limits(self, template, items or {})
  if items and not err then return send_batches(self, template, items) end
  local results = setmetatable({}, result.list)
  failures = failures or {}
  for i = 1, #inputs do
    results[i], failures[i] = false, err or failures[i]
  end
  return results, setmetatable(failures, result.failures)
end

-- What takes a table, by kind: the call, and the key of the operation that has the function's name.
local kinds = {
  item = { call_item, "name" }, list = { call_list, "name" }, paginator = { call_paginator, "paginator" },
}

local function new_batch_method(client, template)
  return function(self, inputs)
    check_list(self, template, inputs)
    if self ~= client then return self[template.name](self, inputs) end -- the function was taken from another client
    return call_batch(client, template, inputs)
  end
end

--- Makes the method of a client for an operation.
---@param client table
---@param operation mimecast.Operation
---@param kind "item"|"batch"|"list"|"paginator"
---@return fun(self: table, input: table): ...
function methods.new(client, operation, kind)
  if kind == "batch" then return new_batch_method(client, calls.new_template(client, operation, operation.batchName)) end
  local run, template = kinds[kind][1], calls.new_template(client, operation, operation[kinds[kind][2]])
  return function(self, input)
    if self ~= client or type(input) ~= "table" then
      check_table(self, template, input)
      if self ~= client then return self[template.name](self, input) end -- the function was taken from another client
    end
    return run(client, template, input)
  end
end

return methods
