--- User operations.
local family = require "mimecast.operations.family"
local fields = require "mimecast.operations.fields"

local definition = {
  passwordNeverExpires = "true: exempt from the account's password expiry; false: subject to it",
  forcePasswordChange = "true: the password must be changed at the next sign-in",
  archiveStartDate = "start of the visible archive, for a new employee who takes over a former employee's address",
  allowPop3 = "the user may read mail over POP3",
  allowSmtp = "the user may submit mail over SMTP",
  accountLocked = "the account is locked",
  accountDisabled = "the account is disabled",
}

local function setting(name, kind, label, wire)
  local field = { name = name, wire = wire, label = label, type = kind, text = definition[name] }
  -- A late retry would force a user who has already chosen a new password to choose again.
  if name == "forcePasswordChange" then field.replayUnsafe = true end
  return field
end

local function force_password_change() return setting("forcePasswordChange", "boolean", "Force Password Change") end

-- The settings of an account, in the order of the service's documentation.
local function settings()
  return setting("passwordNeverExpires", "boolean", "Password Never Expires"),
    force_password_change(),
    setting("archiveStartDate", "datetime", "Archive Start Date"),
    setting("allowPop3", "boolean", "Allow POP3", "allowPop"),
    setting("allowSmtp", "boolean", "Allow SMTP"),
    setting("accountLocked", "boolean", "Account Locked"),
    setting("accountDisabled", "boolean", "Account Disabled")
end

-- Fields of a row of users with their settings: the settings, and why they could not be read.
local function settings_output()
  local list = { { name = "kind", type = "text", text = "account, alias (has no settings), or role: postmaster@, abuse@" },
    settings() }
  list[#list + 1] = { name = "error", type = "text", text = "the service's code, if it rejects to read the account" }
  return list
end

-- The service's code for a password of a locked account is not documented, so the hint comes with every code.
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

local function purge_addresses()
  return { name = "emails", wire = "emailAddresses", type = "list", required = true, min = 1, max = 1000,
    text = "the addresses, at most 1000", item = { type = "email" } }
end

local purge_example = { emails = { "bob@example.com", "carol@example.com" } }

return family.of { product = "User and Group Management" } {
  -- The largest number of users in a request under API 2.0 is not documented. The
  -- documented response has id and emailAddress; the workflow card shows the other three.
  create_user = {
    path = "/api/user/create-user",
    summary = "Create a cloud user in a domain of the account.",
    card = "Create user",
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
      force_password_change(),
    },
    output = {
      fields.id "the user's id",
      fields.email(),
      fields.username(),
      fields.accountCode(),
      force_password_change(),
    },
    example = {
      email = "ann@example.com", username = "Ann Smith", password = "Correct-Horse-7", accountCode = "CUSA00A000",
      forcePasswordChange = true,
    },
  },

  -- Three copies of the documentation agree on the request; the output fields are those
  -- that other clients read.
  update_user = {
    path = "/api/user/update-user",
    method = "POST",
    summary = "Change an account's settings; other settings stay as they are. With only email, read them.",
    card = "Update user",
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
    summary = "Read a user's profile. For the settings of the account, call update_user with only email.",
    note = "The service rejects an address of another account with err_xdk_operation_forbidden_for_address.",
    card = "Read user",
    product = "not documented",
    permission = "not documented",
    writes = false,
    idempotent = true,
    key = "email",
    source = "DOC, CLIENT, NOTES",
    input = {
      fields.email { required = true, text = "the address of the user to read" },
      fields.boolean("showAvatar", "true: the response has the user's picture"),
    },
    output = {
      fields.username(),
      fields.id "the user's id, usually the address",
      fields.email(),
      { name = "role", label = "Role", type = "text", text = "name of the user's administrator role; na,"
        .. " empty or missing without a role" },
      { name = "companyName", label = "Company Name", type = "text", text = "name of the user's company" },
      { name = "links", label = "Links", type = "list", text = "API calls for this user",
        item = { type = "object", fields = {
          { name = "name", label = "Name", type = "text", text = "the link's name" },
          { name = "method", label = "Method", type = "text", text = "HTTP method of the call" },
          { name = "uri", label = "URI", type = "text", text = "URI of the call" },
        } } },
      { name = "attributes", label = "Attributes", type = "object", text = "the user's attributes", fields = {
        { name = "phoneNumber", label = "Phone Number", type = "text", text = "phone number" },
      } },
      { name = "localPassword", label = "Local Password", type = "boolean", text = "the user has a cloud password" },
      { name = "changePassword", label = "Change Password", type = "boolean", text = "the user must change the password" },
      { name = "external", label = "External", type = "boolean", text = "the user is external" },
      { name = "editable", label = "Editable", type = "boolean", text = "the user can be changed" },
      { name = "admin", label = "Admin", type = "boolean", text = "the user is an administrator" },
      fields.accountCode(),
      { name = "timeZone", wire = "serverTimeZone", label = "Time Zone", type = "text", text = "the user's time zone" },
      -- The wire names of these two are not documented.
      { name = "avatarCode", label = "Avatar Code", type = "text", text = "the picture, in base64" },
      { name = "avatarMimeType", label = "Avatar Mime Type", type = "text", text = "the picture's MIME type" },
    },
    example = { email = "ann@example.com", showAvatar = true },
  },

  list_users = {
    path = "/api/user/get-internal-users",
    summary = "List the internal users and their aliases, of one domain or of all domains.",
    note = "The documentation of API 1.0 requires domain. The list has postmaster@ and abuse@ of every domain. settings needs"
      .. " update_user's permission: update_user with the address alone reads them. This was seen under API 1.0 and is not"
      .. " documented, so that one account is tried first.",
    card = "List users",
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
    settingsOutput = settings_output(),
    example = { domain = "example.com" },
  },

  get_most_used_contacts = {
    path = "/api/user/get-most-used-contacts",
    summary = "List the most used contacts from Azure Active Directory.",
    permission = "none",
    writes = false,
    idempotent = true,
    resultKey = true,
    nested = "contacts", -- form of one client; a flat list works as well
    undocumentedOutput = true,
    source = "DOC2, CLIENT",
    example = {},
  },

  -- The responses of these two are not documented, nor those to a second call for the same address.
  add_to_purge_list = {
    path = "/api/user/add-to-purge-list",
    summary = "Add internal or external addresses to the purge list.",
    permission = "Directories | Internal | Purge Address",
    writes = true,
    idempotent = false,
    undocumentedOutput = true,
    source = "DOC2",
    input = { purge_addresses() },
    example = purge_example,
  },

  remove_from_purge_list = {
    path = "/api/user/remove-from-purge-list",
    summary = "Remove addresses from the purge list.",
    permission = "Directories | Internal | Remove Address from Purge List",
    writes = true,
    idempotent = false,
    undocumentedOutput = true,
    source = "DOC2",
    input = { purge_addresses() },
    example = purge_example,
  },
}
