--- Reads the current settings of accounts, several requests at a time: for plans, unknown outcomes and verification.
local errors = require "mimecast.errors"

local read_accounts = {}

-- Reads a part of the rows in one request.
local function read_part(client, model, rows, first, last, put)
  local inputs = {}
  for i = first, last do inputs[i - first + 1] = { [model.key] = rows[i].key } end
  local call = model.operation.call or client[model.operation.batchName]
  local accounts, failures = call(client, inputs)
  for i = first, last do put(i, accounts[i - first + 1], failures[i - first + 1]) end
  return true
end

--- Reads the accounts of rows.
---@param client table
---@param model table from diff.model, with a key
---@param rows table[] each with its key
---@param concurrency integer
---@param map? fun(list: any[], run: fun(item: any)) replaces the client's map
---@return (table|false)[] current settings in the order of the rows
---@return table<integer, mimecast.Error> failures by position
function read_accounts.read(client, model, rows, concurrency, map)
  local current, failures, starts, size = {}, {}, {}, model.batch
  for first = 1, #rows, size do starts[#starts + 1] = first end
  local function read(first)
    return read_part(client, model, rows, first, math.min(first + size - 1, #rows), function(i, account, err)
      current[i], failures[i] = account, err
    end)
  end
  if map then map(starts, read) else client:map(starts, read, { concurrency = concurrency }) end
  return current, failures
end

read_accounts.is_row_error = errors.concerns_item

return read_accounts
