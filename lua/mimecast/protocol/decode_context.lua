--- What a protocol needs to decode the response to a request.
local wire_item = require "mimecast.model.wire_item"

local decode_context = {}

--- What is needed to read the answer to a request.
---@param operation mimecast.Operation
---@param items table[] its wire tables
---@return table call as a protocol's `decode(response, call)` takes it
function decode_context.new(operation, items)
  local keys = {}
  for i, item in ipairs(items) do keys[i] = wire_item.key_of(operation, item) end
  return {
    items = items,
    keys = keys,
    operation = operation,
    output = operation.output_schema,
    names = operation.names,
    rows = operation.resultKey,
    secrets = wire_item.secrets(operation, items),
  }
end

return decode_context
