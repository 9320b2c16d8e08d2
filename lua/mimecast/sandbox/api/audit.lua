--- The audit trail: records changes, and lists them.
local core = require "mimecast.core"
local json = require "mimecast.json"
local dates = require "mimecast.sandbox.wire.dates"
local fields = require "mimecast.sandbox.wire.fields"
local ids = require "mimecast.sandbox.wire.ids"
local paging = require "mimecast.sandbox.wire.paging"

local audit = {}

-- Kinds of changes: the service's audit type, category and text; true if no user caused the change, so that `user` is empty.
-- The types of users and imports are invented, the others were seen in documents and recordings. The service's texts in
-- `eventInfo` are unknown.
local kinds = {
  user_created = { "User Created", "user_account_and_role_logs", "Created user %s" },
  user_changed = { "User Settings Changed", "user_account_and_role_logs", "Changed user %s" },
  password_changed = { "User Password Changed", "user_account_and_role_logs", "Changed the password of user %s" },
  alias_linked = { "User Settings Changed", "user_account_and_role_logs", "Linked alias %s" },
  alias_unlinked = { "User Settings Changed", "user_account_and_role_logs", "Unlinked alias %s" },
  attributes = { "User Settings Changed", "user_account_and_role_logs", "Changed attributes of %s" },
  delegate_added = { "User Settings Changed", "user_account_and_role_logs", "Added delegate %s" },
  delegate_removed = { "User Settings Changed", "user_account_and_role_logs", "Removed delegate %s" },
  purge_added = { "User Settings Changed", "user_account_and_role_logs", "Added %s to the purge list" },
  purge_removed = { "User Settings Changed", "user_account_and_role_logs", "Removed %s from the purge list" },
  imported = { "User Import", "user_account_and_role_logs", "Imported %s" },
  group_created = { "Profile Group Log Entry", "profile_group_logs", "Created group %s" },
  group_changed = { "Profile Group Log Entry", "profile_group_logs", "Changed group %s" },
  group_deleted = { "Profile Group Log Entry", "profile_group_logs", "Deleted group %s" },
  member_added = { "Profile Group (link) Log Entry", "profile_group_logs", "Linked %s" },
  member_removed = { "Profile Group (unlink) Log Entry", "profile_group_logs", "Unlinked %s" },
  sync = { "Directory Sync", "account_logs", "Started directory synchronization %s", true },
  domain_created = { "Domain Adjustments", "account_logs", "Registered domain %s" },
  domain_verified = { "Domain Adjustments", "account_logs", "Verified domain %s" },
  domain_deleted = { "Domain Adjustments", "account_logs", "Deleted pending domain %s" },
  domain_changed = { "Domain Adjustments", "account_logs", "Changed domain %s" },
  sender = { "Managed Sender Log Entry", "policy_logs", "Changed managed sender %s" },
  policy_created = { "New Policy", "policy_logs", "Created policy %s" },
  policy_changed = { "Existing Policy Changed", "policy_logs", "Changed policy %s" },
  policy_deleted = { "Policy Deleted", "policy_logs", "Deleted policy %s" },
  url_created = { "Managed URL Log Entry", "policy_logs", "Created managed URL %s" },
  url_deleted = { "Managed URL Log Entry", "policy_logs", "Deleted managed URL %s" },
  held_released = { "Held Message Log Entry", "account_logs", "Released held message %s" },
  held_rejected = { "Held Message Log Entry", "account_logs", "Rejected held message %s" },
}

local event_mt = json.object{ "id", "auditType", "user", "eventTime", "eventInfo", "category" }
local categories_mt = json.object{ "categories" }
local category_mt = json.object{ "code", "id", "name" }

--- Makes an empty trail.
---@return table trail
function audit.new()
  return { events = {}, serial = 0 }
end

-- Bounds the memory of a large bulk run: drops the older half at twice the number of kept events.
local function forget(trail, keep)
  local rest = {}
  for i = #trail.events - keep + 1, #trail.events do rest[#rest + 1] = trail.events[i] end
  trail.events = rest
end

--- Records a change.
---@param tenant table
---@param kind string
---@param subject string
function audit.record(tenant, kind, subject)
  local trail, keep = tenant.trail, tenant.options.keepEvents or 10000
  trail.serial = trail.serial + 1
  trail.events[#trail.events + 1] =
    { kind = kinds[kind], subject = subject, time = tenant:now(), number = trail.serial }
  if #trail.events > 2 * keep then forget(trail, keep) end
end

--- Returns an event as the service shows it.
---@param tenant table
---@param event table
---@return table row
function audit.row(tenant, event)
  local time = dates.iso(event.time)
  return setmetatable({
    id = ids.make(tenant, "event", event.number),
    auditType = event.kind[1],
    user = event.kind[4] and "" or tenant.account.contactEmail,
    eventTime = time,
    eventInfo = event.kind[3]:format(event.subject)
      .. (", Date: %s, Time: %s, IP: 192.0.2.1, Application: Sandbox"):format(time:sub(1, 10), time:sub(12)),
    category = event.kind[2],
  }, event_mt)
end

-- Returns the index of the first event at or after a time.
local function first_at(events, time)
  local low, high = 1, #events + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if events[middle].time < time then low = middle + 1 else high = middle end
  end
  return low
end

local function matches(tenant, item)
  local query, categories = item.query and core.fold(item.query), {}
  for _, category in ipairs(item.categories or {}) do categories[category] = true end
  return function(event)
    if next(categories) and not categories[event.kind[2]] then return false end
    if not query then return true end
    local row = audit.row(tenant, event)
    return core.fold(row.auditType .. "\n" .. row.user .. "\n" .. row.eventInfo):find(query, 1, true) ~= nil
  end
end

-- The oldest event comes first, so that pages stay the same while changes go on. The service's order is unknown.
local function list(tenant, item)
  local events = tenant.trail.events
  local from = first_at(events, dates.parse_iso(item.startDateTime, true))
  local to = first_at(events, math.floor(dates.parse_iso(item.endDateTime, true)) + 1) - 1
  local window = { count = math.max(to - from + 1, 0), at = function(i) return events[from + i - 1] end }
  if item.query or #(item.categories or {}) > 0 then
    local all, passes = {}, matches(tenant, item)
    for i = 1, window.count do
      if passes(window.at(i)) then all[#all + 1] = window.at(i) end
    end
    window = all
  end
  return paging.map(window, function(event) return audit.row(tenant, event) end)
end

--- /api/audit/get-audit-events: the events of a period, as rows directly in `data`.
audit.events = fields.define "startDateTime date:zulu*, endDateTime date:zulu*, query any, categories texts"
audit.events.list, audit.events.single, audit.events.empty = list, true, true
audit.events.permission, audit.events.bare_failure = "Account | Logs | Read", true

-- Most codes were seen. Those of accounts and policies, all names, and the form of `id` are invented.
local categories = {
  { "account_logs", "Account Logs" }, { "archive_service_logs", "Archive Service Logs" },
  { "authentication_logs", "Authentication Logs" }, { "case_review_logs", "Case Review Logs" },
  { "integrations_and_apis", "Integrations and APIs" }, { "mimecast_access_logs", "Mimecast Access Logs" },
  { "policy_logs", "Policy Logs" }, { "profile_group_logs", "Profile Group Logs" },
  { "reporting_logs", "Reporting Logs" }, { "user_account_and_role_logs", "User Account and Role Logs" },
}

--- /api/audit/get-categories: nested as a client reads it. The documented list is flat.
audit.categories = fields.define ""
audit.categories.empty = true
function audit.categories.perform()
  local rows = json.array()
  for i, category in ipairs(categories) do
    rows[i] = setmetatable({ code = category[1], id = ("%d"):format(i), name = category[2] }, category_mt)
  end
  return setmetatable({ categories = rows }, categories_mt)
end

return audit
