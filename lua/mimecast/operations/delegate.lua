--- Delegate operations: who may use whose mailbox.
local fields = require "mimecast.operations.fields"

local function primary(text) return { name = "primaryAddress", type = "email", required = true, text = text } end

local function account(name, kind, text)
  local parts = {
    fields.accountCode { text = "the account's code" },
    { name = "regionCode", type = "text", text = "the account's region" },
    { name = "adconUrl", type = "text", text = "where its administration console is" },
    { name = "roleId", type = "integer", text = "number of the role that the caller has there" },
    fields.roleName(),
  }
  if kind == "list" then
    return { name = name, type = kind, text = text, item = { type = "object", fields = parts } }
  end
  return { name = name, type = kind, text = text, fields = parts }
end

return {
  -- What a second call for the same pair says is not documented.
  add_delegate_user = {
    path = "/api/user/add-delegate-user",
    summary = "Gives a user the right to another user's mailbox.",
    product = "User and Group Management",
    permission = "Directories | Internal | Create Alternate Address",
    writes = true,
    idempotent = false,
    source = "DOC",
    input = {
      primary "primary address of the user who gets the right",
      { name = "delegateAddress", type = "email", required = true, text = "primary address of the mailbox that is opened" },
    },
    output = {
      fields.id "id of the right",
      { name = "success", type = "boolean", text = "whether it was given" },
    },
    example = { primaryAddress = "ann@example.com", delegateAddress = "sales@example.com" },
  },

  find_delegate_users = {
    path = "/api/user/find-delegate-users",
    summary = "Lists the rights that a user has to other mailboxes.",
    note = "The rights to a shared mailbox are listed for the user who has them: a query for the mailbox itself gives an empty"
      .. " list.",
    product = "User and Group Management",
    permission = "Directories | Internal | Create Alternate Address",
    writes = false,
    idempotent = true,
    resultKey = true,
    nested = "delegateUsers", -- where clients found the rows; a flat list is read as well
    source = "DOC2, CLIENT",
    input = { primary "primary address of the user who has the rights" },
    output = {
      fields.id "id of the right",
      fields.email { text = "address of the mailbox that is opened" },
      fields.username { text = "display name of the mailbox" },
      fields.source { text = "where the right was given, such as ADCON, the administration console" },
    },
    example = { primaryAddress = "ann@example.com" },
  },

  -- What a second call for the same right says is not documented.
  remove_delegate_user = {
    path = "/api/user/remove-delegate-user",
    summary = "Takes a right to a mailbox back.",
    note = "The answer is not documented: its fields are handed on under their wire names.",
    product = "User and Group Management",
    permission = "Directories | Internal | Create Alternate Address",
    writes = true,
    idempotent = false,
    batch = 25,
    batchName = "remove_delegate_users",
    key = "id",
    undocumentedOutput = true,
    source = "DOC2",
    input = { fields.id("id of the right, from find_delegate_users", { required = true }) },
    example = { id = "eNoVzrsKwjAUANB_uasV" },
  },

  get_delegated_access = {
    path = "/api/user/get-delegated-access",
    summary = "Tells which accounts the caller can administer.",
    api = "1.0",
    unavailableReason = "API 2.0 does not list it: there the application belongs to one account; whoami tells which",
    product = "API 1.0 only",
    permission = "none",
    writes = false,
    idempotent = true,
    source = "DOC",
    output = {
      account("delegateAccess", "list", "the other accounts"),
      account("localAccount", "object", "the caller's own account"),
    },
    example = {},
  },
}
