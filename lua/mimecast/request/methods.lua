--- What a function of the client does, by its kind: for one item, for many, for a list, for all pages.
local core = require "mimecast.core"
local exchange = require "mimecast.request.send"
local errors = require "mimecast.errors"
local pages = require "mimecast.request.paginator"
local result = require "mimecast.model.result"
local wire_item = require "mimecast.model.wire_item"

-- The error value of one item, from its own or from that of the whole request.
local function item_failure(operation, item, err, attempts, request)
  local own = errors.copy(err)
  if not wire_item.is_write(operation, item) then own.outcome = nil end -- there was nothing to be done
  own.key = own.key or wire_item.key_of(operation, item)
  own.attempts = own.attempts or attempts
  own.requestId = own.requestId or (request and request.id)
  if operation.add_hint then operation.add_hint(item, own) end
  return own
end

-- Sends items as one request; `put(i, value, err)` takes each item's result.
local function deliver(self, operation, items, put)
  local outcomes, err, attempts, request = exchange.exchange(self, operation, items)
  for i, item in ipairs(items) do
    local outcome = outcomes and outcomes[i] or err
    if errors.is(outcome) then
      put(i, nil, item_failure(operation, item, outcome, attempts, request))
    else
      put(i, outcome.value)
    end
  end
end

-- ---- one item, many items ----

local function is_client(self)
  return type(self) == "table" and rawget(self, "credentials") ~= nil
end

local function misuse(operation, name, what)
  error(("mimecast: %s takes %s, like client:%s"):format(name, what, name) .. (operation.batchName == name
    and "{ { %s = … }, … }" or "{ %s = … }"):format(operation.key or "field"), 4)
end

local function check_table(self, operation, input)
  local fits = type(input) == "table" or (input == nil and not operation.needs_input)
  if not is_client(self) or not fits then misuse(operation, operation.name, "a table") end
end

-- The wire item of an input, or an error value.
local function prepare(operation, input)
  local item, problems = wire_item.prepare(operation, input or {})
  if not item then return nil, errors.invalid_input(problems) end
  return item
end

-- Why this client's generation of the API does not have the operation; nil where it has it.
local function missing(self, operation)
  if not operation.api or operation.api == self.settings.generation then return nil end
  return errors.new {
    category = "usage", code = "not_in_this_api",
    message = ("%s is not in API %s"):format(operation.name, self.settings.generation), hint = operation.unavailableReason,
  }
end

-- Why this client does not carry the operation out for these items; nil where it does.
local function refusal(self, operation, items)
  local err = missing(self, operation)
  if err or not self.settings.readOnly then return err end
  for _, item in ipairs(items) do
    if wire_item.is_write(operation, item) then return errors.read_only(operation.name) end
  end
  return nil
end

-- Sends one item; its value, and the page where it is one of a list. Or nil and the error value.
local function fetch(self, operation, item, page)
  local outcomes, err, attempts, request = exchange.exchange(self, operation, { item }, page)
  local outcome = outcomes and outcomes[1] or err
  if errors.is(outcome) then return nil, item_failure(operation, item, outcome, attempts, request) end
  if operation.resultKey then return result.rows(outcome.value, operation.result_metatable), outcome.page end
  return setmetatable(outcome.value, operation.result_metatable)
end

local function one(self, operation, input)
  local item, err = prepare(operation, input)
  err = refusal(self, operation, { item }) or err
  if err then return errors.result(err) end
  local value
  value, err = fetch(self, operation, item)
  if not value then return errors.result(err) end
  return value
end

-- An iterator over all rows.
local function iterate(self, operation, input)
  local item, err = prepare(operation, input)
  err = refusal(self, operation, { item }) or err
  local iterator
  if not err then
    iterator, err = pages.new(operation, item, function(own, page) return fetch(self, operation, own, page) end)
  end
  if err then return errors.result(err) end
  return iterator
end

-- The first rows as a list.
local function list(self, operation, input)
  if not operation.paginator then return one(self, operation, input) end
  local iterator, message, err = iterate(self, operation, input)
  if not iterator then return nil, message, err end
  local rows
  rows, err = pages.collect(iterator)
  if not rows then return errors.result(err) end
  return setmetatable(rows, result.list)
end

local function check_list(self, operation, inputs)
  local is_list = is_client(self) and type(inputs) == "table"
  local count = 0
  for _, input in pairs(is_list and inputs or {}) do
    count = count + 1
    is_list = is_list and type(input) == "table"
  end
  if not is_list or count ~= #inputs then misuse(operation, operation.batchName, "a list of tables without gaps") end
end

-- The wire items, or the error value of each item: nothing is sent where one of them is wrong.
local function marshal_all(operation, inputs)
  local items, failures, first_at = {}, {}, {}
  for i, input in ipairs(inputs) do
    local item, err = prepare(operation, input)
    local key = item and wire_item.key_of(operation, item)
    key = key and core.fold(key)
    if not item then
      failures[i] = err
    elseif key and first_at[key] then
      failures[i] = errors.invalid_input({ { field = operation.key or operation.keys[1], code = "duplicate_item", order = 0,
        message = ("is that of item %d, too; put both changes into one item"):format(first_at[key]) } }, key)
    else
      items[i] = item
      if key then first_at[key] = i end
    end
  end
  if next(failures) == nil then return items end
  for i in ipairs(inputs) do
    failures[i] = failures[i] or errors.new {
      category = "usage", code = "not_sent", message = "not sent, because another item of the call is wrong",
      key = wire_item.key_of(operation, items[i]),
    }
  end
  return nil, failures
end

local function many(self, operation, inputs)
  local results = setmetatable({}, result.list)
  local items, failures = marshal_all(operation, inputs)
  local refused = refusal(self, operation, items or {})
  for i = 1, #inputs do
    results[i] = false
    if refused then failures, items = failures or {}, nil end
    if refused then failures[i] = refused end
  end
  if not items then return results, setmetatable(failures, result.failures) end
  failures = setmetatable({}, result.failures)
  local size = operation.batch == 1 and 1 or math.floor(self.settings.batchSize or operation.batch)
  local batches = math.ceil(#items / size)
  local function run(batch)
    local first, part = (batch - 1) * size, {}
    for i = 1, math.min(size, #items - first) do part[i] = items[first + i] end
    deliver(self, operation, part, function(i, value, err)
      results[first + i], failures[first + i] = value and setmetatable(value, operation.result_metatable) or false, err
    end)
  end
  if batches == 1 then -- nothing to be side by side with
    run(1)
  else
    self.transport:map(batches, run, self.settings.concurrency)
  end
  return results, failures
end

local kinds = {
  item = { check_table, one },
  batch = { check_list, many },
  list = { check_table, list },
  paginator = { check_table, iterate },
}

--- The method of a client for an operation.
---@param operation mimecast.Operation
---@param kind "item"|"batch"|"list"|"paginator"
---@return fun(self: table, input: table): ...
return function(operation, kind)
  local check, run = kinds[kind][1], kinds[kind][2]
  return function(self, input)
    check(self, operation, input)
    return run(self, operation, input)
  end
end
