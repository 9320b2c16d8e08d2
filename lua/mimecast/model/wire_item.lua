--- Makes wire items and reads them. A wire item is the checked input of an operation, under the API's names of its fields.
local wire_item = {}

--- Returns the path field whose value would change the path, and a message; nil if there is no such field.
---@param operation mimecast.Operation
---@param item table
---@return string? field
---@return string? message
function wire_item.dots_in_path(operation, item)
  for wire in operation.path:gmatch "{([%w_]+)}" do
    if item[wire] == "." or item[wire] == ".." then return operation.names[wire] or wire, "must not be . or .." end
  end
  return nil
end

--- Makes the wire item of an input, or reports everything that is invalid in it.
---@param operation mimecast.Operation
---@param input table
---@param from_file? boolean the input comes from a file or the command line: a number is not a date
---@return table? item
---@return table[]? problems field, code, message, order
function wire_item.prepare(operation, input, from_file)
  local item, problems = operation.input_schema:encode(input, from_file)
  local check = operation.check_item
  if not item or not check then return item, problems end
  local field, message = check(item)
  if field then return nil, { { field = field, code = "invalid_value", message = message, order = 0 } } end
  return item
end

--- Returns the key of an item: the text that names it in messages.
---@param operation mimecast.Operation
---@param item table
---@return string? key nil if the operation has no key fields
function wire_item.key_of(operation, item)
  local wires = operation.key_wires
  if #wires == 1 then return item[wires[1]] end
  local parts = {}
  for _, wire in ipairs(wires) do parts[#parts + 1] = item[wire] end
  return #parts > 0 and table.concat(parts, " ") or nil
end

--- Returns whether an item changes anything. An item of an operation without the key `writes` counts as a change.
---@param operation mimecast.Operation
---@param item table
---@return boolean
function wire_item.is_write(operation, item)
  if operation.writes == false then return false end
  if not operation.readWhenOnlyKey then return true end
  for wire in pairs(item) do
    if wire ~= operation.key_wires[1] then return true end
  end
  return false
end

--- Returns the secrets of items, which must be redacted from texts.
---@param operation mimecast.Operation
---@param items table[]
---@return string[]
function wire_item.secrets(operation, items)
  local list, wires = {}, operation.secret_wires or {}
  for _, item in ipairs(items) do
    for _, wire in ipairs(wires) do
      local value = item[wire]
      if type(value) == "string" and value ~= "" then list[#list + 1] = value end
    end
  end
  return list
end

--- Returns whether items have a field that must not be sent again long after a lost response.
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
