--- Iterates over users with the settings of each account: `client:users{ settings = true }`.
--
-- update_user with an address alone reads the settings; no other function of the service returns them. That such a request
-- changes nothing was seen under API 1.0 and is not documented. Therefore one account is read alone first, and the iterator
-- ends with an error unless the response is what a read returns.
--
-- The rows of a page are read in rounds: a round's requests run concurrently, at the rate that the service announces.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local registry = require "mimecast.model.registry"
local result = require "mimecast.model.result"
local role_address = require "mimecast.model.role_address"
local wire_item = require "mimecast.model.wire_item"

local account_settings = {}

local round_size = 200 -- rows
local max_trials = 5 -- rejected accounts before the first one that can be read

local Iterator = {}
Iterator.__index = Iterator

-- ---- rows ----

local function kind_of(row)
  if row.alias then return "alias" end
  return role_address.matches(row.email or "") and "role" or "account"
end

-- Copies the settings into a row. An address that the service resolves to another account is an alias of it.
local function add_settings(self, row, account, err)
  if account and account.resolvedFrom then
    row.kind = "alias"
  elseif account then
    for _, name in ipairs(self.names) do row[name] = account[name] end
  else
    row.error = err.serviceCode or err.code
    if row.kind == "account" then self.rejected = self.rejected + 1 end
  end
end

-- ---- the first account ----

local function unexpected(row, what)
  return errors.new { category = "protocol", code = "wrong_shape", key = row.email,
    message = ("the settings of %s were read first, to try: %s"):format(core.printable(row.email, 100), what),
    hint = "no other account was read; compare the account in the Administration Console before you read more" }
end

-- Returns an error value if a response is not what a read returns.
local function trial_error(self, row, account)
  if account.resolvedFrom then return nil end
  if row.username and row.username ~= "" and account.username ~= row.username then
    return unexpected(row, "the response has another name than the list")
  end
  for _, name in ipairs(self.flags) do
    if type(account[name]) ~= "boolean" then return unexpected(row, ("the response has no %s"):format(name)) end
  end
  return nil
end

-- Reads accounts one by one until one can be read. Returns the positions of the others, or nil and an error value.
local function try_first(self, rows, targets)
  local others = {}
  for _, i in ipairs(targets) do
    local row = rows[i]
    if self.is_tried then
      others[#others + 1] = i
    else
      local account, _, err = self.client:update_user { email = row.email }
      if err and not errors.concerns_item(err) then return nil, err end
      err = account and trial_error(self, row, account) or err
      if account and err then return nil, err end
      add_settings(self, row, account, err)
      self.is_tried = account ~= nil
      self.trials = self.trials + 1
      if not self.is_tried and self.trials == max_trials then
        return nil, unexpected(row, ("the service rejected this account and %d others: %s"):format(max_trials - 1, row.error))
      end
    end
  end
  return others
end

-- ---- rounds ----

-- Returns the positions of the rows to read; accounts come before roles, so that an account is tried first. Addresses that
-- update_user would not accept are marked, and a repeated address is read once.
local function targets_of(self, rows)
  local targets, roles, same, first = {}, {}, {}, {}
  for i, row in ipairs(rows) do
    row.kind = kind_of(row)
    local key = core.fold(row.email or "")
    if row.kind ~= "alias" and first[key] then
      same[i] = first[key]
    elseif row.kind ~= "alias" then
      first[key] = i
      if wire_item.prepare(self.operation, { email = row.email }) then
        table.insert(row.kind == "role" and roles or targets, i)
      else
        add_settings(self, row, nil, { code = "invalid_input" })
      end
    end
  end
  for _, i in ipairs(roles) do targets[#targets + 1] = i end
  return targets, same
end

-- Reads the settings of rows into them. Returns an error value if the service cannot be read.
local function read_settings(self, rows)
  local targets, same = targets_of(self, rows)
  local err
  targets, err = try_first(self, rows, targets)
  if not targets then return err end
  local inputs = {}
  for i, target in ipairs(targets) do inputs[i] = { email = rows[target].email } end
  if #inputs > 0 then
    local accounts, failures = self.client:update_users(inputs)
    for i, target in ipairs(targets) do
      if failures[i] and not errors.concerns_item(failures[i]) then return failures[i] end
      add_settings(self, rows[target], accounts[i] or nil, failures[i])
    end
  end
  for i, target in pairs(same) do
    rows[i].error = rows[target].error
    for _, name in ipairs(self.names) do rows[i][name] = rows[target][name] end
  end
end

-- Takes the rows of the next round from the list: rows of one page, so that a cursor can be computed for each of them. Returns
-- nil, a message and an error value if the page cannot be read.
local function take(self)
  local list, rows = self.list, {}
  local most = math.min(round_size, (self.limit or math.huge) - self.delivered)
  self.before, self.rows, self.position = list:cursor(), rows, 0
  repeat
    local row, message, err = list() -- fails at the first row of a page only
    if row == false then return nil, message, err end
    if not row then break end
    local copy = {}
    for name, value in pairs(row) do copy[name] = value end
    rows[#rows + 1] = setmetatable(copy, self.metatable)
    if #rows == 1 then self.first = list:cursor() end
  until #rows >= most or list:ends_page()
  self.total = list.total
  return rows
end

-- Reads the next round. Returns nil, a message and an error value on failure.
local function read_round(self)
  local rows, message, err = take(self)
  if rows then
    err = read_settings(self, rows)
    if not err then return true end
    message = tostring(err)
  end
  self.ended, self.rows = true, {}
  return nil, message, err
end

--- Returns the next row; nil after the last row; `false`, a message and an error value after a failure, once.
function Iterator:__call()
  if self.ended or (self.limit and self.delivered >= self.limit) then return nil end
  if self.position == #self.rows then
    local ok, message, err = read_round(self)
    self.ended = not ok or #self.rows == 0
    local rows = self.delivered + #self.rows
    if self.on_round then self.on_round(rows, self.ended or rows == self.limit) end
    if not ok then return false, message, err end
    if self.ended then return nil end
  end
  self.position, self.delivered = self.position + 1, self.delivered + 1
  return self.rows[self.position]
end

function Iterator:__tostring()
  return ("mimecast.Iterator(users with settings, %d rows so far)"):format(self.delivered)
end

--- Returns a cursor, as the iterator of the list does.
---@return string cursor
function Iterator:cursor()
  if self.position == 0 then return self.before end
  local received, skip, token = self.first:match "^(%d+):(%d+):(.*)$"
  local more = self.position - 1
  return ("%d:%d:%s"):format(tonumber(received) + more, tonumber(skip) + more, token)
end

--- Returns whether there may be more rows.
---@return boolean
function Iterator:more()
  return not self.ended and (self.position < #self.rows or self.list:more())
end

--- Makes an iterator from the iterator of the list. Its field `rejected` counts the accounts that the service rejects;
-- `on_round(rows, is_last)` is called after each round, if it is set.
---@param client table
---@param list_operation mimecast.Operation
---@param list table
---@return table iterator
function account_settings.new(client, list_operation, list)
  local names, flags = {}, {}
  for _, field in ipairs(list_operation.settingsOutput) do
    if field.name ~= "kind" and field.name ~= "error" then names[#names + 1] = field.name end
    if field.type == "boolean" then flags[#flags + 1] = field.name end
  end
  local limit = list.limit
  list.limit = nil
  return setmetatable({
    client = client, list = list, operation = registry.find "update_user",
    names = names, flags = flags, limit = limit, rows = {}, position = 0,
    delivered = 0, rejected = 0, trials = 0, is_tried = false, before = list:cursor(),
    metatable = result.metatable(list_operation.settings_row),
  }, Iterator)
end

return account_settings
