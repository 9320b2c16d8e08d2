--- URL protection operations: links that are permitted or blocked without a scan.
local family = require "mimecast.operations.family"
local fields = require "mimecast.operations.fields"

local actions, matches = { "block", "permit" }, { "explicit", "domain" }
local edit = "Services | Targeted Threat Protection - URL Protect | Edit"

local function settings(is_output)
  return { name = "action", type = "enum", values = actions, required = not is_output, text = "block or permit" },
    { name = "matchType", type = "enum", values = matches, text = "explicit: this link only; domain: all links to its domain" },
    fields.text("comment", "comment"),
    fields.boolean("disableRewrite", "true: do not rewrite the link in mail"),
    fields.boolean("disableUserAwareness", "true: do not ask the user about the link"),
    fields.boolean("disableLogClick", "true: do not log clicks on the link")
end

local function managed_url()
  return {
    fields.id "the entry's id",
    fields.text("scheme", "http or https"),
    fields.domain { text = "the link's host" },
    fields.integer("port", "the link's port, or -1"),
    fields.text("path", "the link's path"),
    fields.text("queryString", "query string, after the question mark"),
    settings(true),
  }
end

return family.of { product = "Policy Management" } {
  -- The response to a second call is err_managed_url_exists_code.
  create_managed_url = {
    path = "/api/ttp/url/create-managed-url",
    summary = "Permit or block a link.",
    note = "An entry cannot be changed: delete it and create it again.",
    permission = edit,
    writes = true,
    idempotent = false,
    key = "url",
    source = "DOC2, FIXTURE",
    input = {
      { name = "url", type = "text", required = true, min = 1, text = "the link, without a fragment (#)" },
      settings(),
    },
    output = managed_url(),
    example = {
      url = "https://www.example.net/offer", action = "block", matchType = "explicit", comment = "asked for by Ann",
      disableRewrite = false, disableUserAwareness = false, disableLogClick = false,
    },
  },

  list_managed_urls = {
    path = "/api/ttp/url/get-all-managed-urls",
    summary = "List the permitted and blocked links.",
    permission = edit,
    writes = false,
    idempotent = true,
    resultKey = true,
    paginator = "managed_urls",
    source = "DOC2, FIXTURE",
    input = {
      fields.text("domainOrUrl", "only entries with this domain or link"),
      fields.boolean("exactMatch", "true: domainOrUrl is the whole value; false (default): a part of it"),
      fields.text("domainOrComment", "only entries with this text in their domain or comment"),
      fields.boolean("sortByUrl", "true: sorted by link; false by default"),
      { name = "sortOrder", type = "enum", values = { "asc", "desc" }, text = "with sortByUrl: asc (default) or desc" },
    },
    output = managed_url(),
    example = {
      domainOrUrl = "example.net", exactMatch = false, domainOrComment = "Ann", sortByUrl = true, sortOrder = "asc",
    },
  },

  -- The response to a second call is err_managed_url_not_found.
  delete_managed_url = {
    path = "/api/ttp/url/delete-managed-url",
    summary = "Delete a link's entry.",
    note = "The response has no fields.",
    permission = "Services | URL Protection | Edit",
    writes = true,
    idempotent = false,
    key = "id",
    source = "DOC2, FIXTURE",
    input = { fields.id("the entry's id", { required = true }) },
    output = {},
    example = { id = "wOi3MCwjYFYhZfkYlp2RMAhvN30QSmqOT7D" },
  },

  -- The url of a result is the decoded link: it does not identify the item.
  decode_url = {
    path = "/api/ttp/url/decode-url",
    summary = "Decode a link that Mimecast has rewritten.",
    product = "Email Security Cloud Gateway",
    permission = "Account | Dashboard | Read",
    writes = false,
    idempotent = true,
    batch = 25,
    batchName = "decode_urls",
    keys = { "url" },
    source = "DOC2, FIXTURE",
    input = { { name = "url", type = "text", required = true, min = 1, text = "the rewritten link" } },
    output = {
      fields.text("url", "the original link"),
      fields.boolean("success", "whether the link was decoded"),
    },
    example = { url = "https://protect-us.mimecast.com/s/abcdEFGH" },
  },
}
