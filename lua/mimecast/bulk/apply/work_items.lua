--- Iterates over the rows of a plan that a run works on. Passwords come from the input, which is read along with the plan.
local errors = require "mimecast.errors"
local rows = require "mimecast.bulk.input.rows"

local work_items = {}

-- Reads the secrets of a row from the input's row of the same number. Fails if the input has another row there.
local function secrets_of(row, next_item, model)
  local number, item, key
  repeat number, item, key = next_item() until not number or number >= row.row
  if number ~= row.row or key ~= row.key then
    return nil, errors.new { category = "usage", code = "changed_input",
      message = ("the input changed while it was read, at row %d or before"):format(row.row), hint = "make a new plan" }
  end
  local values = {}
  for wire, value in pairs(item) do
    local name = model.operation.names[wire] or wire
    if model.secret[name] then values[name] = value end
  end
  return values
end

--- Iterates over the plan's rows that `wants` accepts: row, key, action, set, old, secrets (names), values (of the secrets).
---@param run table plan, model, input (nil if no row has a secret)
---@param wants fun(row: table): boolean
---@param without_secrets? boolean omits the values of secrets
---@return fun(): table?, mimecast.Error? next nil at the end; nil and an error if the input changed
function work_items.rows(run, wants, without_secrets)
  local plan_rows = run.plan:rows()
  local options = run.plan.file.header.input
  local next_item = run.input and rows.read(run.model.operation, run.input, options, function() end)
  return function()
    for row in plan_rows do
      if wants(row) then
        if row.secrets and not without_secrets then
          local err
          row.values, err = secrets_of(row, next_item, run.model)
          if err then return nil, err end
        end
        return row
      end
    end
    return nil
  end
end

--- The input of the operation's function for a row.
---@param model table
---@param row table
---@return table
function work_items.input(model, row)
  local values = {}
  for name, value in pairs(row.set) do values[name] = value end
  for name, value in pairs(row.values or {}) do values[name] = value end
  if model.key then values[model.key] = row.key end
  return values
end

return work_items
