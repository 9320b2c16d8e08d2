--- The rows of a plan as work, one after the other; passwords come from the input again, read along with the plan.
local errors = require "mimecast.errors"
local input = require "mimecast.bulk.input.rows"

local feed = {}

-- The secrets of a row, from the input's row of the same number; nil and an error value where that is another one.
local function secrets_of(row, next_input, model)
  local number, item, key
  repeat number, item, key = next_input() until not number or number >= row.row
  if number ~= row.row or key ~= row.key then
    return nil, errors.new { category = "usage", code = "changed_input",
      message = ("the input was changed while it was read, at row %d or before"):format(row.row), hint = "make a new plan" }
  end
  local values = {}
  for wire, value in pairs(item) do
    local name = model.operation.names[wire] or wire
    if model.secret[name] then values[name] = value end
  end
  return values
end

--- The plan's rows that `wants` takes: row, key, action, set, old, secrets (names) and values (of the secrets).
---@param run table plan, model, source (nil where no row has a secret)
---@param wants fun(row: table): boolean
---@param bare? boolean without the values of secrets
---@return fun(): table? next nil at the end, and where the input changed: then with an error value behind it
function feed.rows(run, wants, bare)
  local rows = run.plan:rows()
  local header = run.plan.file.header
  local next_input = run.source and input.rows(run.model.operation, run.source, header.input, function() end)
  return function()
    for row in rows do
      if wants(row) then
        if row.secrets and not bare then
          local err
          row.values, err = secrets_of(row, next_input, run.model)
          if err then return nil, err end
        end
        return row
      end
    end
    return nil
  end
end

--- What the operation's function takes for a row.
---@param model table
---@param row table
---@return table
function feed.input(model, row)
  local values = {}
  for name, value in pairs(row.set) do values[name] = value end
  for name, value in pairs(row.values or {}) do values[name] = value end
  if model.key then values[model.key] = row.key end
  return values
end

return feed
