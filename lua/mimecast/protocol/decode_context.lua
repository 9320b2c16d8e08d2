--- Makes the context that a protocol needs to decode a response.
local wire_item = require "mimecast.model.wire_item"

local decode_context = {}

--- Makes the context of a request.
---@param operation mimecast.Operation
---@param items table[] its wire tables
---@return table context for a protocol's `decode(response, context)`
function decode_context.new(operation, items)
  return { operation = operation, items = items, secrets = wire_item.secrets(operation, items) }
end

return decode_context
