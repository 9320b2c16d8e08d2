--- Encodes the upload of a file: its bytes are the body, and the item's fields are in the header x-mc-arg (mimecast-api 6.8).
local envelope = require "mimecast.protocol.envelope"
local json = require "mimecast.json"

local upload = { decode = envelope.decode }

--- Encodes a request. The field with location "body" is the file.
---@param operation mimecast.Operation
---@param items table[] one wire table
---@return string path
---@return string body
---@return string[] headers flat list of name and value
---@return string content_type
function upload.encode(operation, items)
  local item, file = {}, nil
  for name, value in pairs(items[1]) do item[name] = value end
  for _, field in ipairs(operation.input) do
    local wire = field.wire or field.name
    if field.location == "body" then file, item[wire] = item[wire], nil end
  end
  setmetatable(item, getmetatable(items[1]))
  local argument = json.encode { data = json.array { item } }
  return operation.path, file, { "x-mc-arg", argument }, "application/octet-stream"
end

return upload
