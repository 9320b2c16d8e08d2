--- User operations: the accounts of a tenant.

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
  return { name = name, wire = wire, label = label, type = kind, text = definition[name] }
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
local function advise(item, err)
  if item.password and item.accountLocked ~= false and err.category == "service" and not err.hint then
    err.hint = "if the account is locked, set accountLocked = false in the same call as the password"
  end
end

return {
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
    many = "update_users",
    key = "email",
    advise = advise,
    fields = {
      { name = "email", wire = "emailAddress", label = "Email Address", type = "email", required = true,
        text = "the address of the user to update" },
      { name = "username", wire = "name", label = "Username", type = "text", max = 256, text = "display name" },
      { name = "password", label = "Password", type = "text", min = 1, max = 256, secret = true,
        text = "new cloud password; never comes back" },
      settings(),
    },
    answer = {
      { name = "email", wire = "emailAddress", label = "Email Address", type = "email", text = "the user's address" },
      { name = "username", wire = "name", label = "Username", type = "text", text = "display name" },
      settings(),
    },
  },
}
