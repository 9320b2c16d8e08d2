--- Envelope protocol of both generations: runs a function for each item of `data[]`, and cuts pages of lists.
--
-- A function is a table:
--   read(raw) -> item | nil            converts an entry of `data[]`; nil: the whole call is malformed
--   check(item, tenant) -> errors | nil
--   resolve(tenant, item) -> numbers   reads the ids in the item
--   perform(tenant, item, context) -> result | true | nil, errors    true: success without an entry in `data`
--   list(tenant, item, context) -> source | nil, errors              instead of perform, for a list with pages
--   wrap(rows, item) -> entries        puts the rows of a page into entries of `data`; by default they are the entries
--   authenticate(tenant, request) -> email | nil, code, key          instead of a signature
--   limit            most items in a request of API 2.0
--   single           a single item in a request of either generation
--   empty            works without an item
--   spread           the result is a list of entries
--   keyless          entries of `fail` have no key
--   upload           the item is in the header x-mc-arg, and the body is a file
--   form             the item may come as a form
--   only             the single generation that has the function
--   permission       a name, or a name for each generation
--   no_empty_item    API 2.0 rejects an item without fields
--   unpaged          most rows if the request does not ask for pages
--   bare_failure     under API 2.0 `errors` and `key` are at the top of the response
local json = require "mimecast.json"
local response = require "mimecast.sandbox.wire.response"
local ids = require "mimecast.sandbox.wire.ids"
local lenient_json = require "mimecast.sandbox.wire.lenient_json"
local paging = require "mimecast.sandbox.wire.paging"

local envelope = {}

-- Converts the items of a request. Returns nil and an error's name if the call is malformed.
local function read_items(call, data)
  if data == json.null then return nil, "deserialise" end
  if data == nil then return {} end
  if type(data) ~= "table" or (next(data) ~= nil and #data == 0) then return nil, "malformed" end
  local items = {}
  for i = 1, #data do
    local raw = data[i]
    if raw == json.null then return nil, "deserialise" end
    local item = type(raw) == "table" and (#raw == 0) and call.read(raw)
    if not item then return nil, "malformed" end
    items[i] = item
  end
  return items
end

local function is_form(request)
  local kind = request.headers["content-type"] or ""
  return kind:find("^application/x%-www%-form%-urlencoded") and not request.body:find("^%s*{")
end

local function read_request(call, request)
  local text = call.upload and (request.headers["x-mc-arg"] or "") or request.body
  if not text:find("%S") then return {} end
  if call.form and is_form(request) then return { data = { lenient_json.form(text) } } end
  local body = lenient_json.decode(text)
  if type(body) ~= "table" then return nil, "malformed" end
  return body
end

local function append(data, result, spread)
  if result == true then return end
  if not spread then
    data[#data + 1] = result
    return
  end
  for _, entry in ipairs(result) do data[#data + 1] = entry end
end

-- Checks an item and runs the function. The ids were read before.
local function perform_item(tenant, call, item, context)
  local errors = call.check and call.check(item, tenant)
  if errors then return nil, errors end
  return (call.list or call.perform)(tenant, item, context)
end

-- Runs the function for each item: some succeed, some fail, in a single HTTP 200.
local function perform_items(tenant, call, items, context)
  local data, fail, corrupt = {}, {}, context.corrupt
  for i, item in ipairs(items) do
    local result, errors
    context.ids = context.numbers[i]
    if corrupt and corrupt.failing and corrupt.failing[i] then
      errors = { corrupt.error }
    elseif context.bad_ids[i] then
      errors = select(2, response.item_error("id", context.bad_ids[i]))
    else
      result, errors = perform_item(tenant, call, item, context)
    end
    if result then
      append(data, result, call.spread)
    else
      fail[#fail + 1] = response.fail_entry(not call.keyless and item or nil, errors)
    end
  end
  return data, fail
end

local function perform_list(tenant, call, items, context)
  local data, fail = perform_items(tenant, call, items, context)
  if #fail > 0 then
    if call.bare_failure and context.generation == 2 then return response.bare_error(fail[1]) end
    return response.envelope(200, {}, fail)
  end
  local item = items[1]
  local listing = context.path .. " " .. json.encode(item)
  local corrupt = context.corrupt and context.corrupt.page
  local rows, pagination = paging.cut(tenant, listing, data[1], context.wanted_page,
    { unpaged = call.unpaged, corrupt = corrupt })
  if not rows then return response.call_error "page_token" end
  return response.envelope(200, ids.reissue(tenant, call.wrap and call.wrap(rows, item) or rows), {}, pagination)
end

-- Reads the ids of all items. Returns false if API 2.0 rejects the whole call for an id that cannot be read.
local function read_ids(tenant, call, items, context)
  context.numbers, context.bad_ids = {}, {}
  if not call.resolve then return true end
  for i, item in ipairs(items) do
    local numbers, field = call.resolve(tenant, item)
    context.numbers[i], context.bad_ids[i] = numbers, field
    if field and context.generation == 2 then return false end
  end
  return true
end

-- Returns the items of a request, or nil and an error's name with the detail of its message.
local function checked_items(tenant, call, data, generation)
  local items, code = read_items(call, data)
  if not items then return nil, code end
  if call.no_empty_item and generation == 2 and items[1] and next(items[1]) == nil then return nil, "empty_item" end
  if #items == 0 and call.empty then items[1] = call.read{} end
  local limit = call.single and 1 or generation == 2 and (tenant.options.maxItems or call.limit)
  if limit and #items > limit then return nil, "too_many", limit end
  return items
end

--- Runs a call.
---@param tenant table
---@param call table
---@param request table { headers, body }
---@param context table { path, generation, email, corrupt (how a fault changes the result) }
---@return table response
function envelope.perform(tenant, call, request, context)
  local body, code = read_request(call, request)
  if not body then return response.call_error(code) end
  local items, detail
  items, code, detail = checked_items(tenant, call, body.data, context.generation)
  if not items then return response.call_error(code, detail) end
  local call_context = { path = context.path, generation = context.generation, email = context.email,
    corrupt = context.corrupt, request = request, body = request.body, wanted_page = paging.wanted_page(body) }
  if not read_ids(tenant, call, items, call_context) then return response.bad_id() end
  if call.list then return perform_list(tenant, call, items, call_context) end
  local data, fail = perform_items(tenant, call, items, call_context)
  return response.envelope(200, ids.reissue(tenant, data), fail)
end

return envelope
