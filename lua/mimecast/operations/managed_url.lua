--- URL protection operations: the links that are let through or blocked whatever the scan says.
local fields = require "mimecast.operations.fields"

local actions, matches = { "block", "permit" }, { "explicit", "domain" }
local edit = "Services | Targeted Threat Protection - URL Protect | Edit"

local function shared(answer)
  return { name = "action", type = "enum", values = actions, required = not answer, text = "block it, or permit it" },
    { name = "matchType", type = "enum", values = matches, text = "explicit: this very link; domain: all links to its domain" },
    { name = "comment", type = "text", text = "comment" },
    { name = "disableRewrite", type = "boolean", text = "true: the link is not rewritten in mails" },
    { name = "disableUserAwareness", type = "boolean", text = "true: the user is not asked about it" },
    { name = "disableLogClick", type = "boolean", text = "true: clicks on it are not logged" }
end

local function managed_url()
  return {
    fields.id "the entry's id",
    { name = "scheme", type = "text", text = "http or https" },
    fields.domain { text = "the link's host" },
    { name = "port", type = "integer", text = "the link's port, -1 where it has none" },
    { name = "path", type = "text", text = "the link's path" },
    { name = "queryString", type = "text", text = "what follows the question mark" },
    shared(true),
  }
end

return {
  -- A second call is answered with err_managed_url_exists_code.
  create_managed_url = {
    path = "/api/ttp/url/create-managed-url",
    summary = "Permits or blocks a link.",
    note = "An entry cannot be changed: delete it and create it again.",
    product = "Policy Management",
    permission = edit,
    writes = true,
    idempotent = false,
    key = "url",
    source = "DOC2, FIXTURE",
    input = {
      { name = "url", type = "text", required = true, min = 1, text = "the link, without a fragment (#)" },
      shared(),
    },
    output = managed_url(),
    example = {
      url = "https://www.example.net/offer", action = "block", matchType = "explicit", comment = "asked for by Ann",
      disableRewrite = false, disableUserAwareness = false, disableLogClick = false,
    },
  },

  list_managed_urls = {
    path = "/api/ttp/url/get-all-managed-urls",
    summary = "Lists the links that are permitted or blocked.",
    product = "Policy Management",
    permission = edit,
    writes = false,
    idempotent = true,
    resultKey = true,
    paginator = "managed_urls",
    source = "DOC2, FIXTURE",
    input = {
      { name = "domainOrUrl", type = "text", text = "only entries with this domain or link" },
      { name = "exactMatch", type = "boolean", text = "true: domainOrUrl is the whole of it; false (default): a part" },
      { name = "domainOrComment", type = "text", text = "only entries with this in their domain or comment" },
      { name = "sortByUrl", type = "boolean", text = "true: sorted by link; false by default" },
      { name = "sortOrder", type = "enum", values = { "asc", "desc" }, text = "with sortByUrl: asc (default) or desc" },
    },
    output = managed_url(),
    example = {
      domainOrUrl = "example.net", exactMatch = false, domainOrComment = "Ann", sortByUrl = true, sortOrder = "asc",
    },
  },

  -- A second call is answered with err_managed_url_not_found.
  delete_managed_url = {
    path = "/api/ttp/url/delete-managed-url",
    summary = "Deletes a link's entry.",
    note = "The answer has no fields.",
    product = "Policy Management",
    permission = "Services | URL Protection | Edit",
    writes = true,
    idempotent = false,
    key = "id",
    source = "DOC2, FIXTURE",
    input = { fields.id("the entry's id", { required = true }) },
    output = {},
    example = { id = "wOi3MCwjYFYhZfkYlp2RMAhvN30QSmqOT7D" },
  },

  -- The answer's url is the decoded one: it does not tell which item it belongs to.
  decode_url = {
    path = "/api/ttp/url/decode-url",
    summary = "Tells where a link that Mimecast rewrote leads.",
    product = "Email Security Cloud Gateway",
    permission = "Account | Dashboard | Read",
    writes = false,
    idempotent = true,
    batch = 25,
    batchName = "decode_urls",
    keys = { "url" },
    source = "DOC2, FIXTURE",
    input = { { name = "url", type = "text", required = true, min = 1, text = "the link, as it stands in the mail" } },
    output = {
      { name = "url", type = "text", text = "the link, as it was before" },
      { name = "success", type = "boolean", text = "whether it was decoded" },
    },
    example = { url = "https://protect-us.mimecast.com/s/abcdEFGH" },
  },
}
