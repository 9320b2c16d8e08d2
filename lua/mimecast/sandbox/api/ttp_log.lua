--- Logs of targeted threat protection: invented rows of clicks, attachments and impersonations.
local core = require "mimecast.core"
local json = require "mimecast.json"
local dates = require "mimecast.sandbox.wire.dates"
local fields = require "mimecast.sandbox.wire.fields"
local paging = require "mimecast.sandbox.wire.paging"

local ttp_logs = {}

local click_mt = json.object{
  "userEmailAddress", "fromUserEmailAddress", "url", "ttpDefinition", "subject", "action", "adminOverride",
  "userOverride", "scanResult", "category", "sendingIp", "userAwarenessAction", "date", "actions", "route",
  "creationMethod", "emailPartsDescription", "messageId", "tagMap",
}
-- Only some names of attachment and impersonation rows are known; the others are named after them.
local attachment_mt = json.object{
  "senderAddress", "recipientAddress", "fileName", "fileType", "result", "actionTriggered", "date", "details", "route",
  "messageId", "subject", "fileHash", "definition",
}
local impersonation_mt = json.object{
  "id", "senderAddress", "recipientAddress", "subject", "definition", "hits", "identifiers", "action",
  "taggedExternal", "taggedMalicious", "senderIpAddress", "eventTime", "impersonationResults", "messageId",
}

local function click(user, url, result, route)
  return {
    userEmailAddress = user, fromUserEmailAddress = "news@example.net", url = url,
    ttpDefinition = "Default URL Protection", subject = "Win a prize",
    action = result == "clean" and "allow" or "block", adminOverride = "N/A", userOverride = "None",
    scanResult = result, category = "General", sendingIp = "192.0.2.11",
    userAwarenessAction = "N/A", actions = result == "clean" and "Allow" or "Block", route = route,
    creationMethod = "User Click", emailPartsDescription = { "Body" }, messageId = "<two@example.net>",
    tagMap = setmetatable({}, json.object{}),
  }
end

local clicks = {
  click("ann@example.com", "https://www.example.net/prize", "malicious", "inbound"),
  click("bob@example.com", "https://www.example.net/news", "clean", "inbound"),
  click("bob@example.com", "https://intranet.example.com/", "clean", "internal"),
}

local attachments = {
  { senderAddress = "supplier@example.net", recipientAddress = "ann@example.com", fileName = "invoice.doc",
    fileType = "application/msword", result = "malicious", actionTriggered = "quarantined", details = "Macro",
    route = "inbound", messageId = "<one@example.net>", subject = "Invoice 4712", fileHash = ("0f"):rep(32),
    definition = "Default Attachment Protection" },
  { senderAddress = "ann@example.com", recipientAddress = "customer@example.net", fileName = "offer.pdf",
    fileType = "application/pdf", result = "safe", actionTriggered = "none", details = "Safe", route = "outbound",
    messageId = "<three@example.com>", subject = "Offer", fileHash = ("1e"):rep(32),
    definition = "Default Attachment Protection" },
}

local impersonations = {
  { id = "sandbox-impersonation-1", senderAddress = "ann@example.net", recipientAddress = "bob@example.com",
    subject = "Are you at your desk?", definition = "Default Impersonation Protection", hits = 2,
    identifiers = { "newly_observed_domain", "similar_internal_domain" }, action = "hold", taggedExternal = false,
    taggedMalicious = true, senderIpAddress = "192.0.2.12", messageId = "<four@example.net>",
    impersonationResults = setmetatable({}, json.array_mt) },
}

-- Makes a row an hour, the newest first, back from the tenant's start.
local function stamp(tenant, rows, mt, date_name)
  local list = {}
  for i, row in ipairs(rows) do
    local copy = setmetatable({ [date_name] = dates.iso(tenant.start - 3600 * i) }, mt)
    for name, value in pairs(row) do copy[name] = value end
    list[i] = copy
  end
  return list
end

local function in_time(item, date)
  local time = dates.parse_iso(date)
  local from, to = item.from and dates.parse_iso(item.from, true), item.to and dates.parse_iso(item.to, true)
  return not (from and time < from) and not (to and time > to)
end

local function same(wanted, value)
  return wanted == nil or wanted == "all" or wanted == value
end

local function chosen(list, value)
  if not list or #list == 0 then return true end
  for _, wanted in ipairs(list) do
    for _, actual in ipairs(type(value) == "table" and value or { value }) do
      if wanted == actual then return true end
    end
  end
  return false
end

local function reverse(list)
  local turned = {}
  for i = #list, 1, -1 do turned[#turned + 1] = list[i] end
  return turned
end

local function reader(product, text, name, make, passes)
  local call = fields.define(text)
  local mt = json.object{ name }
  call.single, call.empty, call.permission = true, true, "Monitoring | " .. product .. " Protection | Read"
  call.list = function(tenant, item)
    local rows = paging.filter(make(tenant), function(row) return passes(row, item) end)
    return item.oldestFirst and reverse(rows) or rows
  end
  call.wrap = function(rows) return { setmetatable({ [name] = rows }, mt) } end
  return call
end

local ranges = "from date:zulu, to date:zulu, oldestFirst flag, "

--- /api/ttp/url/get-logs.
ttp_logs.clicks = reader("URL", ranges
  .. "route word:all|inbound|outbound|internal, scanResult word:all|clean|malicious|suspicious", "clickLogs",
  function(tenant) return stamp(tenant, clicks, click_mt, "date") end,
  function(row, item)
    return in_time(item, row.date) and same(item.route, row.route) and same(item.scanResult, row.scanResult)
  end)

--- /api/ttp/attachment/get-logs.
ttp_logs.attachments = reader("Attachment", ranges .. "result any, route word:all|inbound|outbound|internal",
  "attachmentLogs", function(tenant) return stamp(tenant, attachments, attachment_mt, "date") end,
  function(row, item)
    return in_time(item, row.date) and same(item.route, row.route) and same(item.result, row.result)
  end)

--- /api/ttp/impersonation/get-logs.
ttp_logs.impersonations = reader("Impersonation",
  ranges .. "query any, searchField any, actions texts, identifiers texts, taggedMalicious flag",
  "impersonationLogs", function(tenant) return stamp(tenant, impersonations, impersonation_mt, "eventTime") end,
  function(row, item)
    local query = core.fold(item.query or "")
    return in_time(item, row.eventTime) and chosen(item.actions, row.action)
      and chosen(item.identifiers, row.identifiers)
      and (item.taggedMalicious == nil or item.taggedMalicious == row.taggedMalicious)
      and core.fold(row.senderAddress .. "\n" .. row.recipientAddress .. "\n" .. row.subject):find(query, 1, true) ~= nil
  end)

return ttp_logs
