--- Held messages: invented ones that can be listed, released and rejected.
local core = require "mimecast.core"
local json = require "mimecast.json"
local response = require "mimecast.sandbox.wire.response"
local audit = require "mimecast.sandbox.api.audit"
local dates = require "mimecast.sandbox.wire.dates"
local fields = require "mimecast.sandbox.wire.fields"
local ids = require "mimecast.sandbox.wire.ids"
local paging = require "mimecast.sandbox.wire.paging"

local held_messages = {}

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

-- The first `reasonId` and the form of the routes are recorded. The other ids are invented in the same style.
local seeds = {
  { from = "news@example.net", to = "ann@example.com", subject = "Win a prize", policyInfo = "Spam Policy",
    reasonId = "MESSAGE_HOLD_APPLIED_SPAM_SIGNATURE_POLICY", reason = "Spam Policy", route = "INBOUND", size = 10240 },
  { from = "supplier@example.net", to = "bob@example.com", subject = "Invoice 4711", policyInfo = "Attachment Policy",
    reasonId = "MESSAGE_HOLD_APPLIED_ATTACHMENT_POLICY", reason = "Attachment Policy", route = "INBOUND", size = 204800,
    hasAttachments = true },
  { from = "bob@example.com", to = "customer@example.net", subject = "Price list", policyInfo = "Content Policy",
    reasonId = "MESSAGE_HOLD_APPLIED_CONTENT_POLICY", reason = "Content Policy", route = "OUTBOUND", size = 20480 },
}

--- Makes the held messages of a new tenant, an hour old and older.
---@param now number epoch seconds
---@return table[] messages
function held_messages.new(now)
  local found_messages = {}
  for i, seed in ipairs(seeds) do
    local message = { number = 7000 + i, time = now - 3600 * i, reasonCode = core.lower(seed.reasonId) }
    for name, value in pairs(seed) do message[name] = value end
    found_messages[i] = message
  end
  return found_messages
end

local function person(address)
  return setmetatable({ displayableName = "", emailAddress = address }, person_mt)
end

local function row(tenant, message)
  return setmetatable({
    id = ids.make(tenant, "held", message.number), dateReceived = dates.iso(message.time), reason = message.reason,
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

local function matches_search(message, search)
  local value = core.fold(tostring(search.value or ""))
  for _, name in ipairs(searched[search.fieldName or "all"] or {}) do
    if core.fold(message[name]):find(value, 1, true) then return true end
  end
  return value == ""
end

local function passes(item)
  local from = item.start and dates.parse_iso(item.start, true)
  local to = item["end"] and dates.parse_iso(item["end"], true)
  return function(message, time)
    time = time or message.time
    if (from and time < from) or (to and time > to) then return false end
    for _, filter in ipairs(item.filterBy or {}) do
      local route = type(filter) == "table" and filter.route
      if route and route ~= "all" and route ~= core.lower(message.route) then return false end
    end
    return not item.searchBy or matches_search(message, item.searchBy)
  end
end

--- /api/gateway/get-hold-message-list: rows directly in `data`. Without `admin` only the caller's messages.
held_messages.list = fields.define "admin flag, start date, end date, searchBy object, filterBy list"
held_messages.list.single, held_messages.list.empty, held_messages.list.permission = true, true, "Account | Dashboard | Read"
function held_messages.list.list(tenant, item)
  local is_wanted = passes(item)
  local found_messages = paging.filter(tenant.held, function(message)
    return is_wanted(message) and (item.admin or message.to == tenant.account.contactEmail)
  end)
  return paging.map(found_messages, function(message) return row(tenant, message) end)
end

--- /api/gateway/get-hold-summary-list.
held_messages.summary = fields.define ""
held_messages.summary.empty, held_messages.summary.spread = true, true
held_messages.summary.permission = "Account | Monitoring | Held Summary | Read"
function held_messages.summary.perform(tenant)
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
  tenant:record_applied(id)
  audit.record(tenant, kind, message.subject)
end

--- /api/gateway/get-held-release-logs. It takes a part of get-hold-message-list's fields; its response is not documented.
held_messages.releases = fields.define "start date, end date, searchBy object, filterBy list"
held_messages.releases.single, held_messages.releases.empty = true, true
function held_messages.releases.list(tenant, item)
  local is_wanted = passes(item)
  local releases = paging.filter(tenant.released, function(release) return is_wanted(release.message, release.time) end)
  return paging.map(releases, function(release)
    local message = release.message
    return setmetatable({ id = ids.make(tenant, "held", message.number), from = person(message.from),
      to = person(message.to), subject = message.subject, route = message.route, released = dates.iso(release.time),
      operator = tenant.account.contactEmail }, released_mt)
  end)
end

--- /api/gateway/hold-release.
held_messages.release = fields.define "id id:held*"
held_messages.release.limit, held_messages.release.permission = 25, "Account | Monitoring | Held | Edit"
function held_messages.release.perform(tenant, item, context)
  local at = index_of(tenant, context.ids.id)
  if not at then return response.item_error("not_found", "id") end
  finish(tenant, item.id, at, "held_released")
  return setmetatable({ id = item.id, release = true }, done_mt)
end

--- /api/gateway/hold-reject: rejects all messages of an item or none of them; a row for each message.
held_messages.reject = fields.define "ids texts*, message any, reasonType text, notify flag"
held_messages.reject.spread, held_messages.reject.permission = true, "Account | Monitoring | Held | Edit"
function held_messages.reject.perform(tenant, item)
  if item.reasonType and not reasons[item.reasonType] then return response.item_error("word", "reasonType", "reasonType") end
  for _, id in ipairs(item.ids) do
    if not index_of(tenant, ids.read(tenant, "held", id)) then return response.item_error("not_found", "ids") end
  end
  local rows = {}
  for i, id in ipairs(item.ids) do
    local at = index_of(tenant, ids.read(tenant, "held", id))
    if at then finish(tenant, id, at, "held_rejected") end
    rows[i] = setmetatable({ id = id, reject = true }, done_mt)
  end
  return rows
end

return held_messages
