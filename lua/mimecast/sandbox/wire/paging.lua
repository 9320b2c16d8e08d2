--- Pages: where a listing is cut, and the tokens that lead on.
--
-- A listing is a source of rows with `count` and `at(i)`, or a plain list. Only the rows of a page are ever made, so
-- that a page of a million users costs what it holds.
local json = require "mimecast.json"
local ids = require "mimecast.sandbox.wire.ids"

local paging = {}

local default_size, largest_size = 25, 500
-- "A call without pagination returns at most 999 items" (field notes).
local unpaged_size = 999

local pagination_mt = json.object{ "pageSize", "totalCount", "next", "previous" }

--- Reads `meta.pagination` of a request.
---@param request table
---@return table? wish { size?, token? }; nil where the request asks for no pages
function paging.wish(request)
  local meta = type(request.meta) == "table" and request.meta
  local pagination = meta and type(meta.pagination) == "table" and meta.pagination
  if not pagination then return nil end
  local size, token = tonumber(pagination.pageSize), pagination.pageToken
  -- An empty token is tolerated: a client sends one with the first page.
  return { size = size, token = type(token) == "string" and token ~= "" and token or nil }
end

-- Sizes out of range are brought into it: what the service does with them is not known.
local function bounded(size, default, largest)
  size = math.floor(size or default)
  if size < 1 then return default end
  return math.min(size, largest)
end

--- Cuts the page that is wanted.
---@param tenant table
---@param listing string what tells listings apart: a token of another one is refused
---@param source table
---@param wish? table of `paging.wish`
---@param more? table { default, largest (sizes of a family's own), unpaged (rows without a wish, where there is a `next`
-- then), spoil (a fault's change of the pagination) }
---@return table? rows nil where the token was made for another listing
---@return table pagination
function paging.cut(tenant, listing, source, wish, more)
  more = more or {}
  local count = source.count or #source
  local start, size = 0, more.unpaged or unpaged_size
  if wish then
    local token_size
    if wish.token then
      token_size, start = ids.read_token(tenant, listing, wish.token)
      if not token_size then return nil end
    end
    size = bounded(wish.size or token_size, more.default or default_size, more.largest or largest_size)
  end
  local rows = json.array()
  for i = start + 1, math.min(start + size, count) do
    rows[#rows + 1] = source.at and source.at(i) or source[i]
  end
  local pagination = setmetatable({ pageSize = #rows, totalCount = #rows > 0 and count or nil }, pagination_mt)
  if wish or more.unpaged then
    if start + size < count then pagination.next = ids.token(tenant, listing, size, start + size) end
    if start > 0 then pagination.previous = ids.token(tenant, listing, size, math.max(start - size, 0)) end
  end
  if more.spoil then
    local function token_at(at) return ids.token(tenant, listing, size, at) end
    more.spoil(pagination, { start = start, size = size, count = count, token = wish and wish.token, at = token_at })
  end
  return rows, pagination
end

--- A source over another one, whose rows it makes something of.
---@param source table
---@param row fun(object: any): table
---@return table source
function paging.map(source, row)
  return {
    count = source.count or #source,
    at = function(i)
      if source.at then return row(source.at(i)) end
      return row(source[i])
    end,
  }
end

--- The objects that pass.
---@param list table[]
---@param passes fun(object: table): boolean
---@return table[] list
function paging.filter(list, passes)
  local found = {}
  for _, object in ipairs(list) do
    if passes(object) then found[#found + 1] = object end
  end
  return found
end

return paging
