--- Reads what accounts are set to now, several requests side by side: for plans, for lost answers, for verification.
local readback = {}

-- Reads a part of the rows in one request.
local function read_part(client, model, rows, first, last, put)
  local inputs = {}
  for i = first, last do inputs[i - first + 1] = { [model.key] = rows[i].key } end
  local users, failures = client[model.operation.batchName](client, inputs)
  for i = first, last do put(i, users[i - first + 1], failures[i - first + 1]) end
  return true
end

--- Reads the rows' accounts.
---@param client table
---@param model table of difference.model, with a key
---@param rows table[] each with its key
---@param concurrency integer
---@param map? fun(list: any[], run: fun(item: any)) instead of the client's own
---@return (table|false)[] current settings in the order of the rows
---@return table<integer, mimecast.Error> failures by position
function readback.read(client, model, rows, concurrency, map)
  local current, failures, starts, size = {}, {}, {}, model.batch
  for first = 1, #rows, size do starts[#starts + 1] = first end
  local function read(first)
    return read_part(client, model, rows, first, math.min(first + size - 1, #rows), function(i, user, err)
      current[i], failures[i] = user, err
    end)
  end
  if map then map(starts, read) else client:map(starts, read, { concurrency = concurrency }) end
  return current, failures
end

-- Of the service, and of no row.
local of_all = { unavailable = true, not_available = true, not_processed = true }

--- Whether a failure is one row's own, told by the service: the others could be read.
---@param err mimecast.Error
function readback.is_of_row(err)
  return err.category == "validation"
    or (err.category == "service" and not of_all[err.code])
end

return readback
