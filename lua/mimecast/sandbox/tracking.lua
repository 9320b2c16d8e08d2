--- Message tracking: a few made-up messages, searched and shown.
local core = require "mimecast.core"
local json = require "mimecast.json"
local answer = require "mimecast.sandbox.answer"
local calendar = require "mimecast.sandbox.calendar"
local fields = require "mimecast.sandbox.fields"
local ids = require "mimecast.sandbox.ids"
local paging = require "mimecast.sandbox.paging"

local tracking = {}

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

--- The messages of a new tenant, some hours old.
---@param now number epoch seconds
---@return table[] messages
function tracking.new(now)
  local messages = {}
  for i, seed in ipairs(seeds) do
    local message = { number = 9000 + i, time = now - 7200 * i }
    for name, value in pairs(seed) do message[name] = value end
    messages[i] = message
  end
  return messages
end

local function person(address, name)
  return setmetatable({ emailAddress = address, displayableName = name }, person_mt)
end

local function row(tenant, message)
  local time = calendar.iso(message.time)
  return setmetatable({
    id = ids.make(tenant, "message", message.number), status = message.status, fromEnv = person(message.from),
    fromHdr = person(message.from), to = json.array{ person(message.to, "") }, subject = message.subject,
    received = time, sent = time, route = message.route, senderIP = message.senderIP, spamScore = message.spamScore,
    detectionLevel = "", info = message.info,
  }, email_mt)
end

local names = { "from", "to", "subject", "senderIP" }

-- Whether `route` is one of those asked for. One word or a list of them: which of the two it is, is not known.
local function on_route(route, asked)
  if type(asked) == "string" then asked = { asked } end
  if type(asked) ~= "table" or #asked == 0 then return true end
  for _, word in ipairs(asked) do
    if word == "all" or word == route then return true end
  end
  return false
end

-- Nothing but what is said in `options` decides; a URL is in none of the messages.
local function found(message, options)
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

--- /api/message-finder/search: by message id or by options, at most 30 days back.
tracking.search = fields.define
  "start date, end date, searchReason any, messageId text, advancedTrackAndTraceOptions object"
tracking.search.single, tracking.search.empty = true, true
tracking.search.permission = "Gateway | Tracking | Read"
function tracking.search.list(tenant, item)
  local options = item.advancedTrackAndTraceOptions
  if not item.messageId and not (options and one_given(options)) then
    return answer.no("one_of", nil, "messageId, from, to, subject, senderIP, url")
  end
  local from = item.start and calendar.parse_iso(item.start, true)
  local to = item["end"] and calendar.parse_iso(item["end"], true)
  if from and from < tenant:now() - month then return answer.no "search_start" end
  local messages = paging.filter(tenant.messages, function(message)
    if (from and message.time < from) or (to and message.time > to) then return false end
    if item.messageId then return message.messageId == item.messageId end
    return found(message, options)
  end)
  return paging.map(messages, function(message) return row(tenant, message) end)
end
function tracking.search.wrap(rows)
  return { setmetatable({ trackedEmails = rows }, list_mt) }
end

--- /api/message-finder/get-message-info: the names are those of the reference, what is in them is the least.
tracking.info = fields.define "id id:message*"
tracking.info.permission = "Gateway | Tracking | Read"
function tracking.info.perform(tenant, item, context)
  for _, message in ipairs(tenant.messages) do
    if message.number == context.ids.id then
      local delivered = message.status ~= "rejected"
      return setmetatable({
        deliveredMessage = { [message.to] = { delivered = delivered } },
        recipientInfo = { messageInfo = { subject = message.subject, route = message.route } },
        retentionInfo = { purgeBasedOn = calendar.iso(message.time) },
        spamInfo = { spamScore = message.spamScore }, status = message.status, id = item.id,
      }, info_mt)
    end
  end
  return answer.no("not_found", "id")
end

return tracking
