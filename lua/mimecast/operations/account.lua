--- Account operations: the tenant itself.
local fields = require "mimecast.operations.fields"

local function text(name, meaning) return { name = name, type = "text", text = meaning } end

local function flag(name, meaning) return { name = name, type = "boolean", text = meaning } end

local function number(name, meaning) return { name = name, type = "integer", text = meaning } end

local function codes(name, wire, meaning)
  return { name = name, wire = wire, type = "object", text = meaning, fields = {
    text("cg", "account code at Cloud Gateway"),
    text("ci", "account code at Cloud Integrated"),
    text("x1", "account code at X1"),
    text("lead", "the leading account code"),
  } }
end

return {
  get_account = {
    path = "/api/account/get-account",
    summary = "Reads the account: its code, region, number of users and packages.",
    product = "Account Management",
    permission = "Account | Dashboard | Read",
    writes = false,
    idempotent = true,
    source = "DOC, LIVE, FIXTURE, CLIENT",
    output = {
      fields.accountCode { text = "the account's code" },
      text("accountName", "the account's name"),
      text("mimecastId", "the account's number at Mimecast"),
      text("region", "where the account is hosted, such as us"),
      text("type", "the kind of account, such as full"),
      fields.domain { text = "the account's domain" },
      number("userCount", "how many users the account has"),
      { name = "packages", type = "list", text = "what was bought, in no fixed order", item = { type = "any" } },
      text("contactName", "name of the person to turn to"),
      { name = "contactEmail", type = "email", text = "address of the person to turn to" },
      text("telephone", "telephone number of the person to turn to"),
      { name = "adminEmail", type = "email", text = "address of the administrator" },
      text("supportCode", "code that support asks for"),
      text("passphrase", "passphrase that support asks for"),
      text("mailPlatform", "the mail system that the account works with"),
      text("databaseCode", "database that holds the account"),
      flag("archive", "the account has the archive"),
      flag("gateway", "the account has the gateway"),
      flag("policyInheritance", "policies are inherited"),
      number("maxRetention", "how many days mail is kept at most"),
      flag("maxRetentionConfirmed", "the retention was confirmed"),
      flag("minRetentionEnabled", "there is a least retention"),
      flag("automatedSegmentPurge", "segments of the archive are purged by themselves"),
      flag("searchReason", "a search must give its reason"),
      text("contentAdministratorDefaultView", "what a content administrator sees first"),
      number("adminSessionTimeout", "after how many minutes an administrator is signed out"),
      flag("exportApi", "the export API is open"),
      flag("exgestAllowQuery", "data may leave by query"),
      flag("exgestAllowExtraction", "data may leave by extraction"),
      flag("expressAccount", "the account is an express one"),
      flag("cybergraphV2Enabled", "CyberGraph 2 is enabled"),
    },
    example = {},
  },

  get_support_info = {
    path = "/api/account/get-support-info",
    summary = "Tells who supports the account, and by which contract.",
    product = "Account Management",
    permission = "Account | Dashboard | Read",
    writes = false,
    idempotent = true,
    source = "DOC, DOC2",
    output = {
      text("customerAdvocate", "name of the customer advocate at Mimecast"),
      text("customerDevelopmentManager", "name of the customer development manager"),
      text("hostingJurisdiction", "region that hosts the account"),
      text("supportJurisdiction", "region that supports the account"),
      text("mailtoLink", "link to write to support"),
      text("officePhone", "telephone number of the region's office"),
      text("mainProduct", "the main product of the contract"),
      text("partnerName", "name of the partner, where there is one"),
      text("renewalDate", "when the contract is renewed"),
      text("supportPackage", "the support that was bought"),
    },
    example = {},
  },

  get_dashboard_notifications = {
    path = "/api/account/get-dashboard-notifications",
    summary = "Lists the notices that the administration console shows.",
    product = "Account Management",
    permission = "Account | Dashboard | Read",
    writes = false,
    idempotent = true,
    resultKey = true,
    source = "DOC",
    input = { fields.accountCode { text = "code of the account whose notices are asked for" } },
    output = {
      -- One or a list: the documentation leaves it open.
      { name = "notifications", type = "any", text = "notices: id, title, displayMessage, noticeType (PRODUCT_NEWS or "
        .. "SERVICE_NOTIFICATION), warningLevel (GOOD or INFO), visibleFrom, enabled, customerCode, clusterCode" },
    },
    example = { accountCode = "CUSA00A000" },
  },

  get_packages = {
    path = "/api/provisioning/get-packages",
    summary = "Lists the products that a partner can provision.",
    note = "Under API 1.0 it needs a partner's role.",
    product = "Account Management",
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
    summary = "Tells which accounts the application's credentials belong to.",
    api = "2.0",
    unavailableReason = "it belongs to the REST families, which only API 2.0 has; use get_account under API 1.0",
    product = "Account Management",
    permission = "not documented",
    writes = false,
    idempotent = true,
    source = "CLIENT",
    output = {
      text("version", "version of the answer's form"),
      text("type", "the kind of account"),
      codes("accountCodes", "account-codes", "the account that calls go to"),
      codes("homeAccount", "home-account", "the account that the application was made in"),
    },
    example = {},
  },
}
