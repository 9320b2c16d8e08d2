--- Cuts lists into pages, with page tokens.
--
-- A list is a source of rows with `count` and `at(i)`, or a plain table. Only the rows of the page are built, so the cost of
-- a page does not depend on the list's length.
local json = require "mimecast.json"
local ids = require "mimecast.sandbox.wire.ids"

local paging = {}

local default_size, largest_size = 25, 500
-- "A call without pagination returns at most 999 items" (field notes).
local unpaged_size = 999

local pagination_mt = json.object{ "pageSize", "totalCount", "next", "previous" }

--- Reads `meta.pagination` of a request.
---@param request table
---@return table? wanted_page { size?, token? }; nil if the request does not ask for pages
function paging.wanted_page(request)
  local meta = type(request.meta) == "table" and request.meta
  local pagination = meta and type(meta.pagination) == "table" and meta.pagination
  if not pagination then return nil end
  local size, token = tonumber(pagination.pageSize), pagination.pageToken
  -- An empty token is accepted: a client sends it with the first page.
  return { size = size, token = type(token) == "string" and token ~= "" and token or nil }
end

-- Brings a size into the allowed range. What the service does with other sizes is unknown.
local function bounded(size, default, largest)
  size = math.floor(size or default)
  if size < 1 then return default end
  return math.min(size, largest)
end

--- Cuts a page.
---@param tenant table
---@param listing string identifies the list: a token of another list is an error
---@param source table
---@param wanted_page? table of `paging.wanted_page`
---@param more? table { default, largest (page sizes), unpaged (rows if no page is asked for; there is a `next` then), corrupt
-- (how a fault changes the pagination) }
---@return table? rows nil for a token of another list
---@return table pagination
function paging.cut(tenant, listing, source, wanted_page, more)
  more = more or {}
  local count = source.count or #source
  local start, size = 0, more.unpaged or unpaged_size
  if wanted_page then
    local token_size
    if wanted_page.token then
      token_size, start = ids.read_token(tenant, listing, wanted_page.token)
      if not token_size then return nil end
    end
    size = bounded(wanted_page.size or token_size, more.default or default_size, more.largest or largest_size)
  end
  local rows = json.array()
  for i = start + 1, math.min(start + size, count) do
    rows[#rows + 1] = source.at and source.at(i) or source[i]
  end
  local pagination = setmetatable({ pageSize = #rows, totalCount = #rows > 0 and count or nil }, pagination_mt)
  if wanted_page or more.unpaged then
    if start + size < count then pagination.next = ids.token(tenant, listing, size, start + size) end
    if start > 0 then pagination.previous = ids.token(tenant, listing, size, math.max(start - size, 0)) end
  end
  if more.corrupt then
    local function token_at(at) return ids.token(tenant, listing, size, at) end
    local token = wanted_page and wanted_page.token
    more.corrupt(pagination, { start = start, size = size, count = count, token = token, at = token_at })
  end
  return rows, pagination
end

--- Returns a source that converts the rows of another source.
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

--- Returns the objects that pass a test.
---@param list table[]
---@param passes fun(object: table): boolean
---@return table[] list
function paging.filter(list, passes)
  local passing = {}
  for _, object in ipairs(list) do
    if passes(object) then passing[#passing + 1] = object end
  end
  return passing
end

return paging
