--- The account: its settings, support contacts, notifications, packages, roles, and the identity of the caller.
local json = require "mimecast.json"
local fields = require "mimecast.sandbox.wire.fields"
local ids = require "mimecast.sandbox.wire.ids"

local account = {}

-- In the recorded order, with invented values.
local account_mt = json.object{
  "region", "archive", "gateway", "passphrase", "supportCode", "maxRetention", "maxRetentionConfirmed",
  "minRetentionEnabled", "automatedSegmentPurge", "type", "policyInheritance", "databaseCode", "searchReason",
  "contentAdministratorDefaultView", "adminSessionTimeout", "exportApi", "exgestAllowQuery", "exgestAllowExtraction",
  "expressAccount", "cybergraphV2Enabled", "accountCode",
  "accountName", "adminEmail", "contactEmail", "domain", "userCount", "mimecastId", "contactName", "telephone",
  "packages",
}
local support_mt = json.object{
  "customerAdvocate", "customerDevelopmentManager", "hostingJurisdiction", "mailtoLink", "mainProduct", "officePhone",
  "partnerName", "renewalDate", "supportJurisdiction", "supportPackage",
}
local notification_mt = json.object{
  "displayMessage", "customerCode", "noticeType", "title", "visibleFrom", "warningLevel", "enabled", "id",
  "clusterCode",
}
local product_mt = json.object{ "id", "name" }

local packages = {
  { "1033", "Mimecast Platform" }, { "1039", "Secure Email Gateway (Site)" }, { "1043", "URL Protection (Site)" },
  { "1078", "Awareness Training" },
}

--- Makes the account of a tenant.
---@param options table accountCode, accountName
---@return table account
function account.new(options)
  local names = json.array()
  for i, package in ipairs(packages) do names[i] = ("%s [%s]"):format(package[2], package[1]) end
  return setmetatable({
    region = "us", archive = false, gateway = true, passphrase = "", supportCode = "311C", maxRetention = 30,
    maxRetentionConfirmed = true, minRetentionEnabled = false, automatedSegmentPurge = true, type = "full",
    policyInheritance = false, databaseCode = "usterm9", searchReason = false,
    contentAdministratorDefaultView = "Metadata", adminSessionTimeout = 60, exportApi = false,
    exgestAllowQuery = false, exgestAllowExtraction = false, expressAccount = false, cybergraphV2Enabled = false,
    accountCode = options.accountCode or "CUSA00A000", accountName = options.accountName or "Sandbox", adminEmail = "",
    contactEmail = "ann@example.com", domain = "", mimecastId = "01-0035-00403", contactName = "Ann Example",
    telephone = "000", packages = names,
  }, account_mt)
end

local function user_count(tenant)
  local count = 0
  for _, record in ipairs(tenant.domains.internal) do count = count + tenant.directory:count(record.domain) end
  return count
end

--- /api/account/get-account.
account.get = fields.define ""
account.get.empty, account.get.permission = true, "Account | Dashboard | Read"
function account.get.perform(tenant)
  tenant.account.userCount = user_count(tenant)
  return tenant.account
end

--- /api/account/get-support-info.
account.support = fields.define ""
account.support.empty, account.support.permission = true, "Account | Dashboard | Read"
function account.support.perform()
  return setmetatable({
    customerAdvocate = "Casey Example", customerDevelopmentManager = "Drew Example", hostingJurisdiction = "US",
    mailtoLink = "mailto:support@example.com", mainProduct = "Secure Email Gateway", officePhone = "000",
    partnerName = "", renewalDate = "2100-01-01T00:00:00+0000", supportJurisdiction = "US", supportPackage = "Basic",
  }, support_mt)
end

--- /api/account/get-dashboard-notifications. Each entry of `data` has one object `notifications`: inferred from get-packages,
-- whose `products` a client reads so.
account.notifications = fields.define "accountCode text"
account.notifications.empty, account.notifications.spread = true, true
account.notifications.permission = "Account | Dashboard | Read"
function account.notifications.perform(tenant)
  return {
    { notifications = setmetatable({
      displayMessage = "Nothing is wrong.", customerCode = tenant.account.accountCode,
      noticeType = "SERVICE_NOTIFICATION", title = "All is well", visibleFrom = "2020-01-01T00:00:00+0000",
      warningLevel = "GOOD", enabled = true, id = ids.make(tenant, "notice", 1), clusterCode = "us",
    }, notification_mt) },
  }
end

--- /api/provisioning/get-packages.
account.packages = fields.define ""
account.packages.empty, account.packages.spread = true, true
function account.packages.perform()
  local rows = {}
  for i, package in ipairs(packages) do
    rows[i] = { products = setmetatable({ id = package[1], name = package[2] }, product_mt) }
  end
  return rows
end

--- GET /identity/whoami: the names that a client reads, with invented values.
---@param tenant table
---@return table body
function account.whoami(tenant)
  local code = tenant.account.accountCode
  return { version = "1.0", type = "application", ["account-codes"] = { cg = code }, ["home-account"] = { cg = code } }
end

local role_mt = json.object{ "id", "roleName" }
local role_names = { "Super Administrator", "Full Administrator", "Help Desk Administrator", "Read Only Administrator" }

--- Returns the roles of GET /role/cloud-gateway/v1/roles.
---@param tenant table
---@return table[] rows
function account.roles(tenant)
  local rows = {}
  for i, name in ipairs(role_names) do
    rows[i] = setmetatable({ id = ids.make(tenant, "role", i), roleName = name }, role_mt)
  end
  return rows
end

return account
