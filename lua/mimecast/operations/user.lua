--- User operations: the accounts of a tenant.
local fields = require "mimecast.operations.fields"

local definition = {
  passwordNeverExpires = "true: exempt from the account's password expiry; false: subject to it",
  forcePasswordChange = "true: the password must be changed at the next sign-in",
  archiveStartDate = "start of the visible archive, for a new employee who takes over a former employee's address",
  allowPop3 = "may read mail by POP3",
  allowSmtp = "may submit mail by SMTP",
  accountLocked = "the account is locked out",
  accountDisabled = "the account is disabled",
}

local function setting(name, kind, label, wire)
  local field = { name = name, wire = wire, label = label, type = kind, text = definition[name] }
  -- Who has chosen a new password meanwhile would be made to choose once more.
  if name == "forcePasswordChange" then field.replayUnsafe = true end
  return field
end

-- The settings that the service takes and answers with, in the order of its own documentation.
local function settings()
  return setting("passwordNeverExpires", "boolean", "Password Never Expires"),
    setting("forcePasswordChange", "boolean", "Force Password Change"),
    setting("archiveStartDate", "datetime", "Archive Start Date"),
    setting("allowPop3", "boolean", "Allow POP3", "allowPop"),
    setting("allowSmtp", "boolean", "Allow SMTP"),
    setting("accountLocked", "boolean", "Account Locked"),
    setting("accountDisabled", "boolean", "Account Disabled")
end

-- The service's code for a password that meets a locked account is not documented; the remedy is the same whatever it is.
local function add_hint(item, err)
  if item.password and item.accountLocked ~= false and err.serviceCode and err.category == "service"
    and not err.hint then
    err.hint = "if the account is locked, set accountLocked = false in the same call as the password"
  end
end

local function password(text)
  return { name = "password", label = "Password", type = "text", min = 1, max = 256, secret = true, replayUnsafe = true,
    text = text }
end

return {
  -- Mimecast, API documentation, user/create-user; how many users a request takes under API 2.0 is not documented. The
  -- documented answer is id and emailAddress; the workflow card shows the other three.
  create_user = {
    path = "/api/user/create-user",
    summary = "Creates a cloud user in a domain of the account.",
    card = "Create user",
    product = "User and Group Management",
    permission = "Directories | Internal | Edit",
    writes = true,
    idempotent = false,
    batch = 1,
    batchName = "create_users",
    key = "email",
    source = "DOC",
    input = {
      fields.email { required = true, text = "the new user's address" },
      fields.username { max = 256 },
      password "cloud password; never comes back",
      fields.accountCode(),
      setting("forcePasswordChange", "boolean", "Force Password Change"),
    },
    output = {
      fields.id "the user's id",
      fields.email(),
      fields.username(),
      fields.accountCode(),
      setting("forcePasswordChange", "boolean", "Force Password Change"),
    },
    example = {
      email = "ann@example.com", username = "Ann Smith", password = "Correct-Horse-7", accountCode = "CUSA00A000",
      forcePasswordChange = true,
    },
  },

  -- Mimecast, API documentation, user/update-user (three copies agree on the request); the answer's fields are those
  -- that clients of the service read.
  update_user = {
    path = "/api/user/update-user",
    method = "POST",
    summary = "Changes an account's settings; what is not given stays as it is. With only email it reads them.",
    card = "Update user",
    product = "User and Group Management",
    permission = "Directories | Internal | Edit",
    writes = true,
    idempotent = true,
    batch = 5,
    batchName = "update_users",
    key = "email",
    readWhenOnlyKey = true,
    add_hint = add_hint,
    source = "DOC, DOC2, CLIENT",
    input = {
      fields.email { required = true, text = "the address of the user to update" },
      fields.username { max = 256 },
      password "new cloud password; never comes back",
      settings(),
    },
    output = {
      fields.email(),
      fields.username(),
      settings(),
    },
    example = {
      email = "ann@example.com", username = "Ann Smith", password = "Correct-Horse-7", passwordNeverExpires = false,
      forcePasswordChange = true, archiveStartDate = "2026-01-15T09:00:00+0000", allowPop3 = false, allowSmtp = true,
      accountLocked = false, accountDisabled = false,
    },
  },

  -- Not in the published list of API 2.0, but reached with a Bearer token (CLIENT, NOTES).
  read_user = {
    path = "/api/user/get-profile",
    summary = "Reads a user's profile; the account's settings come from update_user with only email.",
    note = "An address that the account does not manage is answered with err_xdk_operation_forbidden_for_address.",
    card = "Read user",
    product = "not documented",
    permission = "not documented",
    writes = false,
    idempotent = true,
    key = "email",
    source = "DOC, CLIENT, NOTES",
    input = {
      fields.email { required = true, text = "the address of the user to read" },
      { name = "showAvatar", type = "boolean", text = "true: the answer holds the user's picture" },
    },
    output = {
      fields.username(),
      fields.id "the user's id, as a rule the address",
      fields.email(),
      { name = "role", label = "Role", type = "text", text = "name of the user's administrator role; na,"
        .. " empty or missing where the user has none" },
      { name = "companyName", label = "Company Name", type = "text", text = "name of the user's company" },
      { name = "links", label = "Links", type = "list", text = "calls that the service offers for this user",
        item = { type = "object", fields = {
          { name = "name", label = "Name", type = "text", text = "the link's name" },
          { name = "method", label = "Method", type = "text", text = "HTTP method of the call" },
          { name = "uri", label = "URI", type = "text", text = "where the call goes" },
        } } },
      { name = "attributes", label = "Attributes", type = "object", text = "the user's attributes", fields = {
        { name = "phoneNumber", label = "Phone Number", type = "text", text = "phone number" },
      } },
      { name = "localPassword", label = "Local Password", type = "boolean", text = "the user has a cloud password" },
      { name = "changePassword", label = "Change Password", type = "boolean", text = "the user must change the password" },
      { name = "external", label = "External", type = "boolean", text = "the user is an external one" },
      { name = "editable", label = "Editable", type = "boolean", text = "the user can be changed" },
      { name = "admin", label = "Admin", type = "boolean", text = "the user is an administrator" },
      fields.accountCode(),
      { name = "timeZone", wire = "serverTimeZone", label = "Time Zone", type = "text", text = "the user's time zone" },
      -- The wire names of these two are not documented; others pass through as they come.
      { name = "avatarCode", label = "Avatar Code", type = "text", text = "the picture, in base64" },
      { name = "avatarMimeType", label = "Avatar Mime Type", type = "text", text = "the picture's MIME type" },
    },
    example = { email = "ann@example.com", showAvatar = true },
  },

  list_users = {
    path = "/api/user/get-internal-users",
    summary = "Lists the internal users, aliases among them, of a domain or of all.",
    note = "API 1.0's documentation requires domain. Every domain has its postmaster@ and abuse@ in the list.",
    card = "List users",
    product = "User and Group Management",
    permission = "Directories | Internal | Read",
    writes = false,
    idempotent = true,
    resultKey = "users",
    paginator = "users",
    source = "DOC, LIVE",
    input = { fields.domain { text = "only users of this domain" } },
    output = {
      fields.username(),
      fields.email(),
      fields.domain(),
      fields.addressType(),
      fields.source(),
      fields.isAlias(),
    },
    example = { domain = "example.com" },
  },

  get_most_used_contacts = {
    path = "/api/user/get-most-used-contacts",
    summary = "Lists the most used contacts, as they come from Azure Active Directory.",
    note = "The answer is not documented: its entries are handed on under their wire names.",
    product = "User and Group Management",
    permission = "none",
    writes = false,
    idempotent = true,
    resultKey = true,
    nested = "contacts", -- as one client reads it; a flat list is read as well
    undocumentedOutput = true,
    source = "DOC2, CLIENT",
    example = {},
  },

  -- What the answer to these two looks like is not documented, nor what a second call for the same address says.
  add_to_purge_list = {
    path = "/api/user/add-to-purge-list",
    summary = "Puts internal or external addresses on the list of those to be purged.",
    note = "The answer is not documented: its fields are handed on under their wire names.",
    product = "User and Group Management",
    permission = "Directories | Internal | Purge Address",
    writes = true,
    idempotent = false,
    undocumentedOutput = true,
    source = "DOC2",
    input = { { name = "emails", wire = "emailAddresses", type = "list", required = true, min = 1, max = 1000,
      text = "the addresses, 1000 at most", item = { type = "email" } } },
    example = { emails = { "bob@example.com", "carol@example.com" } },
  },

  remove_from_purge_list = {
    path = "/api/user/remove-from-purge-list",
    summary = "Takes addresses off the list of those to be purged.",
    note = "The answer is not documented: its fields are handed on under their wire names.",
    product = "User and Group Management",
    permission = "Directories | Internal | Remove Address from Purge List",
    writes = true,
    idempotent = false,
    undocumentedOutput = true,
    source = "DOC2",
    input = { { name = "emails", wire = "emailAddresses", type = "list", required = true, min = 1, max = 1000,
      text = "the addresses, 1000 at most", item = { type = "email" } } },
    example = { emails = { "bob@example.com", "carol@example.com" } },
  },
}
