--- What a protocol decodes a response with: the operation, the items of the request, and the texts that must not show.
--
-- The state of a call is such a context (request/call.lua).
local wire_item = require "mimecast.model.wire_item"

local decode_context = {}
decode_context.__index = decode_context

--- Makes a context without a call.
---@param operation mimecast.Operation
---@param items table[] wire items
---@return table context for a protocol's `decode(response, context)`
function decode_context.new(operation, items)
  return setmetatable({ operation = operation, items = items }, decode_context)
end

--- Makes the list `secrets`: the texts of the items and of the credentials that must not show in an error, an event or a log
--- line. Only unusual responses and listeners need it.
---@param response? table gets the list, too
---@return (string|userdata)[]
function decode_context:find_secrets(response)
  local list, operation, credentials = self.secrets, self.operation, self.credentials
  if not list then
    list = wire_item.secrets(operation, self.items)
    for _, more in ipairs { self.items.secrets or {}, credentials and credentials.secrets_of(self) } do
      for _, secret in ipairs(more) do list[#list + 1] = secret end
    end
    self.secrets = list
  end
  if response then response.secrets = list end
  return list
end

return decode_context
