--- What a new tenant holds: made-up people, groups, domains, messages and logs.
local account = require "mimecast.sandbox.api.account"
local audit = require "mimecast.sandbox.api.audit"
local delegates = require "mimecast.sandbox.api.delegate"
local domains = require "mimecast.sandbox.api.domain"
local groups = require "mimecast.sandbox.api.group"
local held = require "mimecast.sandbox.api.held_message"
local members = require "mimecast.sandbox.api.member"
local senders = require "mimecast.sandbox.api.sender"
local tracking = require "mimecast.sandbox.api.message"
local urls = require "mimecast.sandbox.api.managed_url"

local seeds = {}

local users = {
  { emailAddress = "postmaster@example.com", name = "Domain postMaster address" },
  { emailAddress = "abuse@example.com", name = "Domain abuse address" },
  { emailAddress = "ann@example.com", name = "Ann Example", role = "Super Administrator" },
  { emailAddress = "bob@example.com", name = "Bob Example", role = "na" },
  { emailAddress = "carol@example.com", name = "Carol Example", role = "", accountLocked = true },
  { emailAddress = "postmaster@example.org", name = "Domain postMaster address" },
  { emailAddress = "abuse@example.org", name = "Domain abuse address" },
}

local function plant_groups(tenant)
  groups.add(tenant, "Leavers")
  local finance = groups.add(tenant, "Finance")
  groups.add(tenant, "Blocked Senders")
  groups.add(tenant, "Permitted Senders")
  groups.add(tenant, "Payroll", finance)
  local synced = groups.add(tenant, "Domain Users", nil, "ldap")
  members.add(tenant, finance, "ann@example.com")
  members.add(tenant, finance, "bob@example.com", nil, "Head of Finance")
  members.add(tenant, finance, nil, "example.org")
  members.add(tenant, synced, "ann@example.com")
end

local function plant_urls(tenant)
  urls.add(tenant, { url = "https://www.example.net/prize", action = "block", comment = "Seen in a prize mail" })
  urls.add(tenant, { url = "https://intranet.example.com/", action = "permit" })
  urls.add(tenant, { url = "example.edu", action = "permit", matchType = "domain" })
end

--- Puts the beginning of a tenant in place. Nothing of it counts as a change.
---@param tenant table
function seeds.plant(tenant)
  local now = tenant:now()
  tenant.start, tenant.last_sync = now, now - 3600
  tenant.account = account.new()
  tenant.trail = audit.new()
  tenant.domains, tenant.delegates = domains.new(), delegates.new()
  tenant.groups, tenant.senders, tenant.urls = groups.new(), senders.new(), urls.new()
  tenant.held, tenant.messages = held.new(now), tracking.new(now)
  tenant.purged, tenant.imports, tenant.released = {}, {}, {}
  domains.ensure(tenant, "example.com")
  domains.ensure(tenant, "example.org")
  domains.await(tenant, "pending.example.net")
  domains.note_external(tenant, "example.net")
  plant_groups(tenant)
  plant_urls(tenant)
  tenant:add_users(tenant.options.users or users)
end

return seeds
