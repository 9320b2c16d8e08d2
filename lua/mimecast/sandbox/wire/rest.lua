--- What the REST families have in common: pages of their lists.
local json = require "mimecast.json"
local answer = require "mimecast.sandbox.wire.response"
local paging = require "mimecast.sandbox.wire.paging"

local resource = {}

local default_size, largest_size = 25, 100

--- A page of a listing; sizes out of the documented range are refused.
---@param tenant table
---@param context table { query, listing, spoil }
---@param name string of the list
---@param source table
---@param row fun(object: table): table
---@return table? body nil with errors
---@return table[]? errors
function resource.page(tenant, context, name, source, row)
  local size = context.query.pageSize and tonumber(context.query.pageSize)
  if context.query.pageSize and not (size and size >= 1 and size <= largest_size and size % 1 == 0) then
    return answer.no("word", "pageSize", "pageSize")
  end
  local token = context.query.pageToken
  local wish = { size = size, token = token ~= "" and token or nil }
  local rows, pagination = paging.cut(tenant, context.listing, paging.map(source, row), wish,
    { default = default_size, largest = largest_size, spoil = context.spoil and context.spoil.page })
  if not rows then return answer.no("page_token", "pageToken") end
  return setmetatable({ [name] = rows, meta = { pagination = pagination } }, json.object{ name, "meta" })
end

return resource
