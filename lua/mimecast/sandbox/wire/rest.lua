--- REST protocol of API 2.0: runs a resource's function, and cuts pages of its lists.
--
-- A function takes (tenant, context) and returns the body of the response; true for no body; nil and errors; or
-- nil, nil, "malformed id" for an id that cannot be read.
local json = require "mimecast.json"
local response = require "mimecast.sandbox.wire.response"
local ids = require "mimecast.sandbox.wire.ids"
local lenient_json = require "mimecast.sandbox.wire.lenient_json"
local paging = require "mimecast.sandbox.wire.paging"

local rest = {}

local default_size, largest_size = 25, 100

--- Cuts a page of a list. A page size outside the documented range is an error.
---@param tenant table
---@param context table { query, listing, corrupt }
---@param name string of the list
---@param source table
---@param row fun(object: table): table
---@return table? body nil with errors
---@return table[]? errors
function rest.page(tenant, context, name, source, row)
  local size = context.query.pageSize and tonumber(context.query.pageSize)
  if context.query.pageSize and not (size and size >= 1 and size <= largest_size and size % 1 == 0) then
    return response.item_error("word", "pageSize", "pageSize")
  end
  local token = context.query.pageToken
  local wanted_page = { size = size, token = token ~= "" and token or nil }
  local rows, pagination = paging.cut(tenant, context.listing, paging.map(source, row), wanted_page,
    { default = default_size, largest = largest_size, corrupt = context.corrupt and context.corrupt.page })
  if not rows then return response.item_error("page_token", "pageToken") end
  return setmetatable({ [name] = rows, meta = { pagination = pagination } }, json.object{ name, "meta" })
end

--- Replaces %XX.
---@param text string
---@return string
function rest.unescape(text)
  return (text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

local function read_query(text)
  local query = {}
  for name, value in (text or ""):gmatch("([^&=?]+)=([^&]*)") do
    query[rest.unescape(name)] = rest.unescape((value:gsub("%+", " ")))
  end
  return query
end

-- Identifies a list for its page tokens: the path and the query without the page parameters.
local function listing_of(path, query)
  local parts = { path }
  for name, value in pairs(query) do
    if name ~= "pageSize" and name ~= "pageToken" then parts[#parts + 1] = name .. "=" .. value end
  end
  table.sort(parts)
  return table.concat(parts, "&")
end

--- Runs a call.
---@param tenant table
---@param call table
---@param request table { path, body }
---@param context table { parts (of the path), corrupt (how a fault changes the result) }
---@return table response
function rest.perform(tenant, call, request, context)
  local query = read_query(request.path:match("%?(.*)$"))
  local call_context = { query = query, id = context.parts[1], word = context.parts[2], corrupt = context.corrupt }
  call_context.listing = listing_of(request.path:match("^[^?]*"), query)
  if request.body:find("%S") then
    call_context.body = lenient_json.decode(request.body)
    if call_context.body == nil then return response.rest_error{ response.malformed_entry() } end
  end
  local body, errors, malformed = call.perform(tenant, call_context)
  if malformed then return response.bad_id() end
  if not body then return response.rest_error(errors) end
  if body == true then return response.no_content() end
  return response.json(200, response.encode(ids.reissue(tenant, body)), true)
end

return rest
