--- Delegate operations: access of users to the mailboxes of other users.
local family = require "mimecast.operations.family"
local fields = require "mimecast.operations.fields"

local function primary(text) return { name = "primaryAddress", type = "email", required = true, text = text } end

local function account(name, kind, text)
  local parts = {
    fields.accountCode { text = "the account's code" },
    fields.text("regionCode", "the account's region"),
    fields.text("adconUrl", "URL of the administration console"),
    fields.integer("roleId", "number of the caller's role in the account"),
    fields.roleName(),
  }
  if kind == "list" then
    return { name = name, type = kind, text = text, item = { type = "object", fields = parts } }
  end
  return { name = name, type = kind, text = text, fields = parts }
end

return family.of { product = "User and Group Management" } {
  -- The response to a second call for the same pair is not documented.
  add_delegate_user = {
    path = "/api/user/add-delegate-user",
    summary = "Give a user access to another user's mailbox.",
    permission = "Directories | Internal | Create Alternate Address",
    writes = true,
    idempotent = false,
    source = "DOC",
    input = {
      primary "primary address of the delegate, the user who gets access",
      { name = "delegateAddress", type = "email", required = true, text = "primary address of the mailbox" },
    },
    output = {
      fields.id "id of the delegation",
      fields.boolean("success", "whether access was given"),
    },
    example = { primaryAddress = "ann@example.com", delegateAddress = "sales@example.com" },
  },

  find_delegate_users = {
    path = "/api/user/find-delegate-users",
    summary = "List the mailboxes that a user has access to as a delegate.",
    note = "Pass the address of the delegate: a query for a shared mailbox returns an empty list.",
    permission = "Directories | Internal | Create Alternate Address",
    writes = false,
    idempotent = true,
    resultKey = true,
    nested = "delegateUsers", -- form of other clients; a flat list works as well
    source = "DOC2, CLIENT",
    input = { primary "primary address of the delegate" },
    output = {
      fields.id "id of the delegation",
      fields.email { text = "address of the mailbox" },
      fields.username { text = "display name of the mailbox" },
      fields.source { text = "origin of the delegation, such as ADCON, the administration console" },
    },
    example = { primaryAddress = "ann@example.com" },
  },

  -- The response to a second call for the same delegation is not documented.
  remove_delegate_user = {
    path = "/api/user/remove-delegate-user",
    summary = "Remove a delegate's access to a mailbox.",
    permission = "Directories | Internal | Create Alternate Address",
    writes = true,
    idempotent = false,
    batch = 25,
    batchName = "remove_delegate_users",
    key = "id",
    undocumentedOutput = true,
    source = "DOC2",
    input = { fields.id("id of the delegation, from find_delegate_users", { required = true }) },
    example = { id = fields.sample_id },
  },

  get_delegated_access = {
    path = "/api/user/get-delegated-access",
    summary = "List the accounts that the caller can administer.",
    api = "1.0",
    unavailableReason = "API 2.0 does not list it: there the application belongs to one account; whoami tells which",
    product = "API 1.0 only",
    permission = "none",
    writes = false,
    idempotent = true,
    source = "DOC",
    output = {
      account("delegateAccess", "list", "the other accounts"),
      account("localAccount", "object", "the caller's account"),
    },
    example = {},
  },
}
