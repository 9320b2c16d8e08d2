--- Functions in the envelope: items in `data[]`, each a call of its own, and pages of listings.
--
-- A function is a table:
--   read(raw) -> item | nil     makes of one entry of `data[]` what the function reads; nil: the call is unreadable
--   check(item, tenant) -> errors       what is wrong with it, where anything is; resolve(tenant, item) -> numbers of its ids
--   perform(tenant, item, context) -> result | true | nil, errors     true is a success without an answer
--   list(tenant, item, context) -> source | nil, errors               instead of perform, where it is paged
--   wrap(rows, item) -> entries     puts a page's rows into an entry of `data`; without it they are the entries
--   limit: items in a request of API 2.0; single: one item in either; empty: works without an item;
--   spread: the result is a list of entries; keyless: failures have no key; upload: the item is in a header and the
--   body is a file; only: the one generation that has it; permission: one, or one for each generation;
--   form: the item may be a form, too; no_empty_item: API 2.0 refuses an item without fields; unpaged: rows of an answer
--   where the request has no word of pages; bare_failure: under API 2.0 errors and key stand at the top of the answer;
--   judge(tenant, request) -> who | nil, refusal: in the place of a signature
local json = require "mimecast.json"
local answer = require "mimecast.sandbox.wire.response"
local ids = require "mimecast.sandbox.wire.ids"
local lenient = require "mimecast.sandbox.wire.lenient_json"
local paging = require "mimecast.sandbox.wire.paging"

local envelope = {}

-- The items of a request, each made what the function reads; nil with the refusal's name where the call is unreadable.
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
  if call.form and is_form(request) then return { data = { lenient.form(text) } } end
  local body = lenient.decode(text)
  if type(body) ~= "table" then return nil, "malformed" end
  return body
end

local function add(data, result, spread)
  if result == true then return end
  if not spread then
    data[#data + 1] = result
    return
  end
  for _, entry in ipairs(result) do data[#data + 1] = entry end
end

-- Items fail for what is in them, then for what they ask for. Numbers of ids were read before.
local function attempt(tenant, call, item, context)
  local errors = call.check and call.check(item, tenant)
  if errors then return nil, errors end
  return (call.list or call.perform)(tenant, item, context)
end

-- Every item is a call of its own: some succeed, some fail, in one HTTP 200.
local function perform(tenant, call, items, context, spoil)
  local data, fail = {}, {}
  for i, item in ipairs(items) do
    local result, errors
    context.ids = context.numbers[i]
    if spoil and spoil.failing and spoil.failing[i] then
      errors = { spoil.error }
    elseif context.bad[i] then
      errors = select(2, answer.no("id", context.bad[i]))
    else
      result, errors = attempt(tenant, call, item, context)
    end
    if result then
      add(data, result, call.spread)
    else
      fail[#fail + 1] = answer.fail(not call.keyless and item or nil, errors)
    end
  end
  return data, fail
end

local function page(tenant, call, items, context, scene)
  local data, fail = perform(tenant, call, items, context, scene.spoil)
  if #fail > 0 then
    if call.bare_failure and context.generation == 2 then return answer.bare(fail[1]) end
    return answer.envelope(200, {}, fail)
  end
  local item = items[1]
  local listing = scene.path .. " " .. json.encode(item)
  local spoil = scene.spoil and scene.spoil.page
  local rows, pagination = paging.cut(tenant, listing, data[1], context.wish,
    { unpaged = call.unpaged, spoil = spoil })
  if not rows then return answer.refuse "page_token" end
  return answer.envelope(200, ids.reissue(tenant, call.wrap and call.wrap(rows, item) or rows), {}, pagination)
end

-- Under API 2.0 an id that cannot be read ends the call before anything of it is done.
local function read_ids(tenant, call, items, context)
  context.numbers, context.bad = {}, {}
  if not call.resolve then return true end
  for i, item in ipairs(items) do
    local numbers, field = call.resolve(tenant, item)
    context.numbers[i], context.bad[i] = numbers, field
    if field and context.generation == 2 then return false end
  end
  return true
end

--- Performs a request and answers it.
---@param tenant table
---@param call table
---@param request table { headers, body }
---@param scene table { path, generation, spoil (what a fault wants to go wrong) }
---@return table answer
function envelope.perform(tenant, call, request, scene)
  local body, refusal = read_request(call, request)
  if not body then return answer.refuse(refusal) end
  local items
  items, refusal = read_items(call, body.data)
  if not items then return answer.refuse(refusal) end
  if call.no_empty_item and scene.generation == 2 and items[1] and next(items[1]) == nil then
    return answer.refuse "empty_item"
  end
  if #items == 0 and call.empty then items[1] = call.read{} end
  local limit = call.single and 1 or scene.generation == 2 and (tenant.options.maxItems or call.limit)
  if limit and #items > limit then return answer.refuse("too_many", limit) end
  local context = { generation = scene.generation, wish = paging.wish(body), body = request.body,
    request = request, who = scene.who }
  if not read_ids(tenant, call, items, context) then return answer.bad_id() end
  if call.list then return page(tenant, call, items, context, scene) end
  local data, fail = perform(tenant, call, items, context, scene.spoil)
  return answer.envelope(200, ids.reissue(tenant, data), fail)
end

return envelope
