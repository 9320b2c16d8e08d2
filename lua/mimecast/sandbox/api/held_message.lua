--- Held messages: a few made-up ones, listed, released and rejected.
local core = require "mimecast.core"
local json = require "mimecast.json"
local answer = require "mimecast.sandbox.wire.response"
local audit = require "mimecast.sandbox.api.audit"
local calendar = require "mimecast.sandbox.wire.dates"
local fields = require "mimecast.sandbox.wire.fields"
local ids = require "mimecast.sandbox.wire.ids"
local paging = require "mimecast.sandbox.wire.paging"

local held = {}

local message_mt = json.object{
  "id", "dateReceived", "reason", "reasonCode", "reasonId", "from", "fromHeader", "to", "toHeader", "subject", "route",
  "hasAttachments", "policyInfo", "size",
}
local person_mt = json.object{ "displayableName", "emailAddress" }
local summary_mt = json.object{ "policyInfo", "numberOfItems" }
local released_mt = json.object{ "id", "from", "to", "subject", "route", "released", "operator" }
local done_mt = json.object{ "id", "release", "reject" }

local reasons = {}
for _, text in ipairs{
  "MESSAGE CONTAINS UNDESIRABLE CONTENT", "MESSAGE CONTAINS CONFIDENTIAL INFORMATION",
  "REVIEWER DISAPPROVES OF CONTENT", "INAPPROPRIATE COMMUNICATION", "MESSAGE GOES AGAINST EMAIL POLICIES",
} do
  reasons[text] = true
end

-- The first `reasonId` and the routes' form are recorded; the other two are named after it.
local seeds = {
  { from = "news@example.net", to = "ann@example.com", subject = "Win a prize", policyInfo = "Spam Policy",
    reasonId = "MESSAGE_HOLD_APPLIED_SPAM_SIGNATURE_POLICY", reason = "Spam Policy", route = "INBOUND", size = 10240 },
  { from = "supplier@example.net", to = "bob@example.com", subject = "Invoice 4711", policyInfo = "Attachment Policy",
    reasonId = "MESSAGE_HOLD_APPLIED_ATTACHMENT_POLICY", reason = "Attachment Policy", route = "INBOUND", size = 204800,
    hasAttachments = true },
  { from = "bob@example.com", to = "customer@example.net", subject = "Price list", policyInfo = "Content Policy",
    reasonId = "MESSAGE_HOLD_APPLIED_CONTENT_POLICY", reason = "Content Policy", route = "OUTBOUND", size = 20480 },
}

--- The held messages of a new tenant, an hour old and more.
---@param now number epoch seconds
---@return table[] messages
function held.new(now)
  local messages = {}
  for i, seed in ipairs(seeds) do
    local message = { number = 7000 + i, time = now - 3600 * i, reasonCode = core.lower(seed.reasonId) }
    for name, value in pairs(seed) do message[name] = value end
    messages[i] = message
  end
  return messages
end

local function person(address)
  return setmetatable({ displayableName = "", emailAddress = address }, person_mt)
end

local function row(tenant, message)
  return setmetatable({
    id = ids.make(tenant, "held", message.number), dateReceived = calendar.iso(message.time), reason = message.reason,
    reasonCode = message.reasonCode, reasonId = message.reasonId, from = person(message.from),
    fromHeader = person(message.from), to = person(message.to), toHeader = person(message.to),
    subject = message.subject, route = message.route, hasAttachments = message.hasAttachments or false,
    policyInfo = message.policyInfo, size = message.size,
  }, message_mt)
end

local searched = {
  all = { "subject", "from", "to", "reasonCode" }, subject = { "subject" }, sender = { "from" }, recipient = { "to" },
  reason_code = { "reasonCode" }, reasonCode = { "reasonCode" }, senderIP = {},
}

local function found(message, search)
  local value = core.fold(tostring(search.value or ""))
  for _, name in ipairs(searched[search.fieldName or "all"] or {}) do
    if core.fold(message[name]):find(value, 1, true) then return true end
  end
  return value == ""
end

local function passes(item)
  local from = item.start and calendar.parse_iso(item.start, true)
  local to = item["end"] and calendar.parse_iso(item["end"], true)
  return function(message, time)
    time = time or message.time
    if (from and time < from) or (to and time > to) then return false end
    for _, filter in ipairs(item.filterBy or {}) do
      local route = type(filter) == "table" and filter.route
      if route and route ~= "all" and route ~= core.lower(message.route) then return false end
    end
    return not item.searchBy or found(message, item.searchBy)
  end
end

--- /api/gateway/get-hold-message-list: the rows directly in `data`. Without `admin` only the caller's own messages.
held.list = fields.define "admin flag, start date, end date, searchBy object, filterBy list"
held.list.single, held.list.empty, held.list.permission = true, true, "Account | Dashboard | Read"
function held.list.list(tenant, item)
  local wanted = passes(item)
  local messages = paging.filter(tenant.held, function(message)
    return wanted(message) and (item.admin or message.to == tenant.account.contactEmail)
  end)
  return paging.map(messages, function(message) return row(tenant, message) end)
end

--- /api/gateway/get-hold-summary-list.
held.summary = fields.define ""
held.summary.empty, held.summary.spread = true, true
held.summary.permission = "Account | Monitoring | Held Summary | Read"
function held.summary.perform(tenant)
  local rows, by_policy = {}, {}
  for _, message in ipairs(tenant.held) do
    local sum = by_policy[message.policyInfo]
    if not sum then
      sum = setmetatable({ policyInfo = message.policyInfo, numberOfItems = 0 }, summary_mt)
      by_policy[message.policyInfo] = sum
      rows[#rows + 1] = sum
    end
    sum.numberOfItems = sum.numberOfItems + 1
  end
  return rows
end

local function index_of(tenant, number)
  for i, message in ipairs(tenant.held) do
    if message.number == number then return i end
  end
  return nil
end

local function finish(tenant, id, at, kind)
  local message = table.remove(tenant.held, at)
  if kind == "held_released" then table.insert(tenant.released, { message = message, time = tenant:now() }) end
  tenant:note_applied(id)
  audit.note(tenant, kind, message.subject)
end

--- /api/gateway/get-held-release-logs: what it takes is a part of get-hold-message-list's, what it answers is not documented.
held.releases = fields.define "start date, end date, searchBy object, filterBy list"
held.releases.single, held.releases.empty = true, true
function held.releases.list(tenant, item)
  local wanted = passes(item)
  local releases = paging.filter(tenant.released, function(release) return wanted(release.message, release.time) end)
  return paging.map(releases, function(release)
    local message = release.message
    return setmetatable({ id = ids.make(tenant, "held", message.number), from = person(message.from),
      to = person(message.to), subject = message.subject, route = message.route, released = calendar.iso(release.time),
      operator = tenant.account.contactEmail }, released_mt)
  end)
end

--- /api/gateway/hold-release.
held.release = fields.define "id id:held*"
held.release.limit, held.release.permission = 25, "Account | Monitoring | Held | Edit"
function held.release.perform(tenant, item, context)
  local at = index_of(tenant, context.ids.id)
  if not at then return answer.no("not_found", "id") end
  finish(tenant, item.id, at, "held_released")
  return setmetatable({ id = item.id, release = true }, done_mt)
end

--- /api/gateway/hold-reject: all messages of an item, or none; a row for each.
held.reject = fields.define "ids texts*, message any, reasonType text, notify flag"
held.reject.spread, held.reject.permission = true, "Account | Monitoring | Held | Edit"
function held.reject.perform(tenant, item)
  if item.reasonType and not reasons[item.reasonType] then return answer.no("word", "reasonType", "reasonType") end
  for _, id in ipairs(item.ids) do
    if not index_of(tenant, ids.read(tenant, "held", id)) then return answer.no("not_found", "ids") end
  end
  local rows = {}
  for i, id in ipairs(item.ids) do
    local at = index_of(tenant, ids.read(tenant, "held", id))
    if at then finish(tenant, id, at, "held_rejected") end
    rows[i] = setmetatable({ id = id, reject = true }, done_mt)
  end
  return rows
end

return held
