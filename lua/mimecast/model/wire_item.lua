--- The wire item of an input: the table that a request carries, under the service's names.
local wire_item = {}

-- The texts in an item that must not show in an error.
local function secrets_of(secret_wires, item, list)
  for _, wire in ipairs(secret_wires) do
    local value = item[wire]
    if type(value) == "string" and value ~= "" then list[#list + 1] = value end
  end
end

-- The field of a path that would lead to another one; nil where there is none.
local function dots_in_path(operation, item)
  for wire in operation.path:gmatch "{([%w_]+)}" do
    if item[wire] == "." or item[wire] == ".." then return operation.names[wire] or wire, "must not be . or .." end
  end
  return nil
end

--- The wire item of an input, or all that is wrong with it: the fields one by one, and the rule between them.
---@param operation mimecast.Operation
---@param input table
---@param from_file? boolean it is of a file or of the command line, where a number is no date
---@return table? item
---@return table[]? problems field, code, message, order
function wire_item.prepare(operation, input, from_file)
  local item, problems = operation.input_schema:encode(input, from_file)
  if not item then return nil, problems end
  local field, message
  if operation.check then field, message = operation.check(item) end
  if operation.protocol == "rest" and not field then field, message = dots_in_path(operation, item) end
  if field then return nil, { { field = field, code = "invalid_value", message = message, order = 0 } } end
  return item
end

--- How people name an item: by the fields that tell items apart.
---@param operation mimecast.Operation
---@param item table wire table
---@return string? key nil where the operation has no such fields
function wire_item.key_of(operation, item)
  local wires = operation.key_wires
  if #wires == 1 then return item[wires[1]] end
  local parts = {}
  for _, name in ipairs(wires) do parts[#parts + 1] = item[name] end
  return #parts > 0 and table.concat(parts, " ") or nil
end

--- Whether an item changes anything. An operation that does not say so is one that does.
---@param operation mimecast.Operation
---@param item table wire table
---@return boolean
function wire_item.is_write(operation, item)
  if operation.writes == false then return false end
  if not operation.readWhenOnlyKey then return true end
  for wire in pairs(item) do
    if wire ~= operation.key_wires[1] then return true end
  end
  return false
end

--- The passwords and the like in wire items.
---@param operation mimecast.Operation
---@param items table[]
---@return string[]
function wire_item.secrets(operation, items)
  local list = {}
  if #operation.secret_wires > 0 then
    for _, item in ipairs(items) do secrets_of(operation.secret_wires, item, list) end
  end
  return list
end

--- Whether wire items hold a field that may not be sent again late.
---@param operation mimecast.Operation
---@param items? table[]
---@return boolean
function wire_item.is_replay_unsafe(operation, items)
  for _, wire in ipairs(operation.replay_unsafe_wires or {}) do
    for _, item in ipairs(items or {}) do
      if item[wire] ~= nil then return true end
    end
  end
  return false
end

return wire_item
