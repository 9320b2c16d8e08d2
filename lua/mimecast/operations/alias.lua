--- Alias operations.
local family = require "mimecast.operations.family"
local fields = require "mimecast.operations.fields"

local function alias(text) return { name = "alias", type = "email", required = true, text = text } end

local function alias_for(text) return { name = "aliasFor", type = "email", required = true, text = text } end

return family.of { product = "User and Group Management" } {
  -- The only way to create an alias. An alias of another user moves to this user.
  update_alias = {
    path = "/api/user/update-alias",
    summary = "Make an address an alias of a user. An alias of another user moves to this user.",
    permission = "Directories | Groups | Edit",
    writes = true,
    idempotent = true,
    batch = 5,
    batchName = "update_aliases",
    key = "alias",
    source = "DOC, DOC2",
    input = {
      alias "the new alias",
      alias_for "the user's primary address",
    },
    output = {
      { name = "alias", type = "email", text = "the alias" },
      { name = "aliasFor", type = "email", text = "the user's primary address" },
      fields.text("aliasDisplayName", "display name of the alias"),
      fields.domain { text = "the alias's domain" },
      fields.internal { wire = "isInternal" },
      fields.memberType(),
    },
    example = { alias = "a.smith@example.com", aliasFor = "ann@example.com" },
  },

  -- The response to a second call for the same alias is not documented.
  remove_alias = {
    path = "/api/user/remove-alias",
    summary = "Remove an alias from a user.",
    permission = "Directories | Groups | Edit",
    writes = true,
    idempotent = false,
    batch = 5,
    batchName = "remove_aliases",
    key = "alias",
    undocumentedOutput = true,
    source = "DOC2",
    input = {
      alias "the alias to remove",
      alias_for "the user's primary address",
    },
    example = { alias = "a.smith@example.com", aliasFor = "ann@example.com" },
  },

  get_aliases = {
    path = "/api/user/get-aliases",
    summary = "List the aliases of a user.",
    permission = "Directories | Groups | Read",
    writes = false,
    idempotent = true,
    resultKey = true,
    nested = "aliases", -- form of one client; a flat list works as well
    undocumentedOutput = true,
    key = "email",
    source = "DOC2, CLIENT",
    input = { fields.email { required = true, text = "the user's primary address" } },
    example = { email = "ann@example.com" },
  },
}
