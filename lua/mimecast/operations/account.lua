--- Account operations.
local family = require "mimecast.operations.family"
local fields = require "mimecast.operations.fields"

local text, boolean, integer = fields.text, fields.boolean, fields.integer

local function codes(name, wire, definition)
  return { name = name, wire = wire, type = "object", text = definition, fields = {
    text("cg", "account code at Cloud Gateway"),
    text("ci", "account code at Cloud Integrated"),
    text("x1", "account code at X1"),
    text("lead", "the leading account code"),
  } }
end

return family.of { product = "Account Management" } {
  get_account = {
    path = "/api/account/get-account",
    summary = "Read the account: its code, region, number of users and packages.",
    permission = "Account | Dashboard | Read",
    writes = false,
    idempotent = true,
    source = "DOC, LIVE, FIXTURE, CLIENT",
    output = {
      fields.accountCode { text = "the account's code" },
      text("accountName", "the account's name"),
      text("mimecastId", "the account's number at Mimecast"),
      text("region", "region that hosts the account, such as us"),
      text("type", "type of account, such as full"),
      fields.domain { text = "the account's domain" },
      integer("userCount", "number of users"),
      { name = "packages", type = "list", text = "purchased packages, in no fixed order", item = { type = "any" } },
      text("contactName", "name of the contact person"),
      { name = "contactEmail", type = "email", text = "address of the contact person" },
      text("telephone", "telephone number of the contact person"),
      { name = "adminEmail", type = "email", text = "address of the administrator" },
      text("supportCode", "code for support requests"),
      text("passphrase", "passphrase for support requests"),
      text("mailPlatform", "mail system of the account"),
      text("databaseCode", "database that holds the account"),
      boolean("archive", "the account has the archive"),
      boolean("gateway", "the account has the gateway"),
      boolean("policyInheritance", "policies are inherited"),
      integer("maxRetention", "largest number of days that mail is kept"),
      boolean("maxRetentionConfirmed", "the retention was confirmed"),
      boolean("minRetentionEnabled", "the account has a smallest retention"),
      boolean("automatedSegmentPurge", "the service purges segments of the archive"),
      boolean("searchReason", "a search must give its reason"),
      text("contentAdministratorDefaultView", "first view of a content administrator"),
      integer("adminSessionTimeout", "minutes until an administrator is signed out"),
      boolean("exportApi", "the export API is open"),
      boolean("exgestAllowQuery", "queries may export data"),
      boolean("exgestAllowExtraction", "extractions may export data"),
      boolean("expressAccount", "the account is an express account"),
      boolean("cybergraphV2Enabled", "CyberGraph 2 is enabled"),
    },
    example = {},
  },

  get_support_info = {
    path = "/api/account/get-support-info",
    summary = "Read the support contract of the account and the support contacts.",
    permission = "Account | Dashboard | Read",
    writes = false,
    idempotent = true,
    source = "DOC, DOC2",
    output = {
      text("customerAdvocate", "name of the customer advocate at Mimecast"),
      text("customerDevelopmentManager", "name of the customer development manager"),
      text("hostingJurisdiction", "region that hosts the account"),
      text("supportJurisdiction", "region that supports the account"),
      text("mailtoLink", "mailto link of support"),
      text("officePhone", "telephone number of the region's office"),
      text("mainProduct", "main product of the contract"),
      text("partnerName", "name of the partner, if any"),
      text("renewalDate", "renewal date of the contract"),
      text("supportPackage", "purchased support package"),
    },
    example = {},
  },

  get_dashboard_notifications = {
    path = "/api/account/get-dashboard-notifications",
    summary = "List the notices of the administration console.",
    permission = "Account | Dashboard | Read",
    writes = false,
    idempotent = true,
    resultKey = true,
    source = "DOC",
    input = { fields.accountCode { text = "code of the account" } },
    output = {
      -- An object or a list: the documentation does not say.
      { name = "notifications", type = "any", text = "notices: id, title, displayMessage, noticeType (PRODUCT_NEWS or "
        .. "SERVICE_NOTIFICATION), warningLevel (GOOD or INFO), visibleFrom, enabled, customerCode, clusterCode" },
    },
    example = { accountCode = "CUSA00A000" },
  },

  get_packages = {
    path = "/api/provisioning/get-packages",
    summary = "List the products that a partner can provision.",
    note = "Under API 1.0 it needs a partner's role.",
    permission = "not documented",
    writes = false,
    idempotent = true,
    resultKey = true,
    source = "DOC2",
    output = {
      { name = "products", type = "object", text = "a product", fields = {
        fields.id "the product's id",
        { name = "name", label = "Name", type = "text", text = "the product's name" },
      } },
    },
    example = {},
  },

  whoami = {
    path = "/identity/whoami",
    method = "GET",
    protocol = "rest",
    summary = "Read the accounts that the application's credentials belong to.",
    api = "2.0",
    unavailableReason = family.use "get_account",
    permission = "not documented",
    writes = false,
    idempotent = true,
    source = "CLIENT",
    output = {
      text("version", "version of the response format"),
      text("type", "type of account"),
      codes("accountCodes", "account-codes", "account of the calls"),
      codes("homeAccount", "home-account", "account of the application"),
    },
    example = {},
  },
}
