--- Message tracking: invented messages that can be searched and shown.
local core = require "mimecast.core"
local json = require "mimecast.json"
local response = require "mimecast.sandbox.wire.response"
local dates = require "mimecast.sandbox.wire.dates"
local fields = require "mimecast.sandbox.wire.fields"
local ids = require "mimecast.sandbox.wire.ids"
local paging = require "mimecast.sandbox.wire.paging"

local messages = {}

local email_mt = json.object{
  "id", "status", "fromEnv", "fromHdr", "to", "subject", "received", "sent", "route", "senderIP", "spamScore",
  "detectionLevel", "info",
}
local person_mt = json.object{ "emailAddress", "displayableName" }
local list_mt = json.object{ "trackedEmails" }
local info_mt = json.object{ "deliveredMessage", "recipientInfo", "retentionInfo", "spamInfo", "status", "id" }

local month = 30 * 86400

local seeds = {
  { from = "supplier@example.net", to = "ann@example.com", subject = "Invoice 4712", route = "inbound",
    status = "accepted", senderIP = "192.0.2.10", spamScore = 0, info = "", messageId = "<one@example.net>" },
  { from = "news@example.net", to = "bob@example.com", subject = "Win a prize", route = "inbound",
    status = "rejected", senderIP = "192.0.2.11", spamScore = 42, info = "Envelope Rejected",
    messageId = "<two@example.net>" },
  { from = "ann@example.com", to = "customer@example.net", subject = "Offer", route = "outbound",
    status = "delivered", senderIP = "192.0.2.1", spamScore = 0, info = "", messageId = "<three@example.com>" },
}

--- Makes the messages of a new tenant, some hours old.
---@param now number epoch seconds
---@return table[] messages
function messages.new(now)
  local found_messages = {}
  for i, seed in ipairs(seeds) do
    local message = { number = 9000 + i, time = now - 7200 * i }
    for name, value in pairs(seed) do message[name] = value end
    found_messages[i] = message
  end
  return found_messages
end

local function person(address, name)
  return setmetatable({ emailAddress = address, displayableName = name }, person_mt)
end

local function row(tenant, message)
  local time = dates.iso(message.time)
  return setmetatable({
    id = ids.make(tenant, "message", message.number), status = message.status, fromEnv = person(message.from),
    fromHdr = person(message.from), to = json.array{ person(message.to, "") }, subject = message.subject,
    received = time, sent = time, route = message.route, senderIP = message.senderIP, spamScore = message.spamScore,
    detectionLevel = "", info = message.info,
  }, email_mt)
end

local names = { "from", "to", "subject", "senderIP" }

-- Compares a route with the wanted routes: a word or a list. It is unknown which of the two the service takes.
local function on_route(route, wanted)
  if type(wanted) == "string" then wanted = { wanted } end
  if type(wanted) ~= "table" or #wanted == 0 then return true end
  for _, word in ipairs(wanted) do
    if word == "all" or word == route then return true end
  end
  return false
end

-- Compares a message with the search options. No message contains a URL.
local function matches_options(message, options)
  if options.url ~= nil and options.url ~= json.null then return false end
  for _, name in ipairs(names) do
    local value = options[name]
    if type(value) == "string" and not core.fold(message[name]):find(core.fold(value), 1, true) then return false end
  end
  return on_route(message.route, options.route)
end

local function one_given(options)
  for _, name in ipairs{ "from", "to", "subject", "senderIP", "url" } do
    if type(options[name]) == "string" and options[name] ~= "" then return true end
  end
  return false
end

-- Returns a test for messages in an item's period.
local function in_time(item)
  local from = item.start and dates.parse_iso(item.start, true)
  local to = item["end"] and dates.parse_iso(item["end"], true)
  return function(message) return not (from and message.time < from) and not (to and message.time > to) end
end

--- /api/message-finder/search: by message id or by options, at most 30 days back.
messages.search = fields.define
  "start date:zulu, end date:zulu, searchReason any, messageId text, advancedTrackAndTraceOptions object"
messages.search.single, messages.search.empty = true, true
messages.search.permission = "Gateway | Tracking | Read"
function messages.search.list(tenant, item)
  local options = item.advancedTrackAndTraceOptions
  if not item.messageId and not (options and one_given(options)) then
    return response.item_error("one_of", nil, "messageId, from, to, subject, senderIP, url")
  end
  if item.start and dates.parse_iso(item.start, true) < tenant:now() - month then return response.item_error "search_start" end
  local is_wanted = in_time(item)
  local found_messages = paging.filter(tenant.messages, function(message)
    if not is_wanted(message) then return false end
    if item.messageId then return message.messageId == item.messageId end
    return matches_options(message, options)
  end)
  return paging.map(found_messages, function(message) return row(tenant, message) end)
end
function messages.search.wrap(rows)
  return { setmetatable({ trackedEmails = rows }, list_mt) }
end

--- /api/gateway/get-rejections. Neither request nor response is documented: the fields are those that a client sends, the rows
-- those of the message finder.
messages.rejections = fields.define "admin flag, start date:zulu, end date:zulu"
messages.rejections.single, messages.rejections.empty = true, true
function messages.rejections.list(tenant, item)
  local is_wanted = in_time(item)
  local found_messages = paging.filter(tenant.messages, function(message)
    return message.status == "rejected" and is_wanted(message)
  end)
  return paging.map(found_messages, function(message) return row(tenant, message) end)
end

local processing_mt = json.object{
  "id", "fromEnv", "fromHeader", "to", "subject", "routing", "created", "remoteIp", "attachments", "nextAttempt",
}
local processing_list_mt = json.object{ "messages" }

-- Returns a message, a minute old, that the receiving server has not accepted yet. Names as a client reads them.
local function processing(tenant)
  local time = tenant.start - 60
  return { setmetatable({
    id = ids.make(tenant, "message", 9100), fromEnv = person "ann@example.com", fromHeader = person "ann@example.com",
    to = json.array{ person "customer@example.net" }, subject = "Price list", routing = "outbound",
    created = dates.iso(time), remoteIp = "192.0.2.20", attachments = false, nextAttempt = dates.iso(time + 300),
  }, processing_mt) }
end

-- Compares a message with a filter of find-processing-messages.
local function passes(message, filter)
  if filter.attachments ~= nil and filter.attachments ~= message.attachments then return false end
  return on_route(message.routing, filter.route)
end

--- /api/gateway/find-processing-messages: nested as a client reads it.
messages.processing = fields.define "start date, end date, sortOrder any, searchBy object, filterBy list"
messages.processing.single, messages.processing.empty = true, true
function messages.processing.list(tenant, item)
  local is_wanted, search = in_time(item), item.searchBy
  return paging.filter(processing(tenant), function(message)
    if not is_wanted{ time = dates.parse_iso(message.created) } then return false end
    for _, filter in ipairs(item.filterBy or {}) do
      if type(filter) == "table" and not passes(message, filter) then return false end
    end
    local text = core.fold(message.subject .. "\n" .. message.fromEnv.emailAddress .. "\n" .. message.to[1].emailAddress)
    return not search or text:find(core.fold(tostring(search.value or "")), 1, true) ~= nil
  end)
end
function messages.processing.wrap(rows)
  return { setmetatable({ messages = rows }, processing_list_mt) }
end

--- /api/message-finder/get-message-info: the names of the reference with minimal content.
messages.info = fields.define "id id:message*"
messages.info.permission = "Gateway | Tracking | Read"
function messages.info.perform(tenant, item, context)
  for _, message in ipairs(tenant.messages) do
    if message.number == context.ids.id then
      local delivered = message.status ~= "rejected"
      return setmetatable({
        deliveredMessage = { [message.to] = { delivered = delivered } },
        recipientInfo = { messageInfo = { subject = message.subject, route = message.route } },
        retentionInfo = { purgeBasedOn = dates.iso(message.time) },
        spamInfo = { spamScore = message.spamScore }, status = message.status, id = item.id,
      }, info_mt)
    end
  end
  return response.item_error("not_found", "id")
end

return messages
