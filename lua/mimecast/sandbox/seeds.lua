--- The initial content of a tenant: invented people, groups, domains, messages and logs.
local account = require "mimecast.sandbox.api.account"
local audit = require "mimecast.sandbox.api.audit"
local delegates = require "mimecast.sandbox.api.delegate"
local domains = require "mimecast.sandbox.api.domain"
local groups = require "mimecast.sandbox.api.group"
local held_messages = require "mimecast.sandbox.api.held_message"
local members = require "mimecast.sandbox.api.member"
local senders = require "mimecast.sandbox.api.sender"
local messages = require "mimecast.sandbox.api.message"
local managed_urls = require "mimecast.sandbox.api.managed_url"

local seeds = {}

local users = {
  { emailAddress = "postmaster@example.com", name = "Domain postMaster address" },
  { emailAddress = "abuse@example.com", name = "Domain abuse address" },
  { emailAddress = "ann@example.com", name = "Ann Example", role = "na" },
  { emailAddress = "bob@example.com", name = "Bob Example", role = "" },
  { emailAddress = "carol@example.com", name = "Carol Example", role = "Super Administrator", accountLocked = true },
  { emailAddress = "postmaster@example.org", name = "Domain postMaster address" },
  { emailAddress = "abuse@example.org", name = "Domain abuse address" },
}

-- Adds the groups of the option `groups`.
local function add_groups(tenant, list)
  for _, entry in ipairs(list) do
    if type(entry) == "string" then entry = { name = entry } end
    local group = groups.add(tenant, entry.name, entry.parent and groups.find(tenant, entry.parent), entry.source)
    for _, member in ipairs(entry.members or {}) do
      local is_address = member:find("@", 1, true) ~= nil
      members.add(tenant, group, is_address and member or nil, not is_address and member or nil)
    end
  end
end

local function seed_groups(tenant)
  local given = tenant.options.groups
  if given then return add_groups(tenant, given) end
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

local function seed_urls(tenant)
  managed_urls.add(tenant, { url = "https://www.example.net/prize", action = "block", comment = "Seen in a prize mail" })
  managed_urls.add(tenant, { url = "https://intranet.example.com/", action = "permit" })
  managed_urls.add(tenant, { url = "example.edu", action = "permit", matchType = "domain" })
end

--- Fills a tenant. Nothing of it counts as a change.
---@param tenant table
function seeds.seed(tenant)
  local now = tenant:now()
  tenant.start, tenant.last_sync = now, now - 3600
  tenant.account = account.new(tenant.options)
  tenant.trail = audit.new()
  tenant.domains, tenant.delegates = domains.new(), delegates.new()
  tenant.groups, tenant.senders, tenant.urls = groups.new(), senders.new(), managed_urls.new()
  tenant.held, tenant.messages = held_messages.new(now), messages.new(now)
  tenant.purged, tenant.imports, tenant.released = {}, {}, {}
  domains.ensure(tenant, "example.com")
  domains.ensure(tenant, "example.org")
  domains.add_pending(tenant, "pending.example.net")
  domains.add_external(tenant, "example.net")
  seed_groups(tenant)
  seed_urls(tenant)
  tenant:add_users(tenant.options.users or users)
end

return seeds
