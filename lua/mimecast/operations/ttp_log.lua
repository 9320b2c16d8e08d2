--- Log operations: what the scans of links, attachments and impersonations found.
local fields = require "mimecast.operations.fields"

local ways = { "all", "inbound", "outbound", "internal" }
local identifiers = {
  "newly_observed_domain", "internal_user_name", "reply_address_mismatch", "targeted_threat_dictionary",
  "similar_internal_domain", "custom_external_domain", "mimecast_external_domain", "advanced_similar_internal_domain",
  "advanced_custom_external_domain", "advanced_mimecast_external_domain", "custom_name_list",
}

local function text(name, meaning) return { name = name, type = "text", text = meaning } end

local function span()
  return fields.start { wire = "from", text = "from when on; the beginning of today by default" },
    fields.finish { wire = "to", text = "until when; now by default" }
end

local function way() return fields.route { type = "enum", values = ways, text = "the message's way; all by default" } end

return {
  list_url_logs = {
    path = "/api/ttp/url/get-logs",
    summary = "Lists the clicks on links, and what the scan found.",
    product = "Security Events",
    permission = "Monitoring | URL Protection | Read",
    writes = false,
    idempotent = true,
    resultKey = "clickLogs",
    paginator = "url_logs",
    source = "DOC2",
    input = {
      way(),
      { name = "scanResult", type = "enum", values = { "all", "clean", "malicious", "suspicious" },
        text = "what the scan found; all by default" },
      fields.oldestFirst(),
      span(),
    },
    output = {
      { name = "userEmailAddress", type = "email", text = "address of the user who clicked" },
      { name = "fromUserEmailAddress", type = "email", text = "address of the sender" },
      text("url", "the link"),
      text("ttpDefinition", "the definition that was applied"),
      fields.subject(),
      text("action", "what was done: allow, warn or block"),
      { name = "actions", type = "any", text = "what was done, in words" },
      text("adminOverride", "what an administrator decided"),
      text("userOverride", "what the user decided"),
      text("scanResult", "what the scan found"),
      text("category", "category of the link"),
      text("sendingIp", "IP address of the sender's server"),
      text("userAwarenessAction", "what the user did when asked"),
      { name = "date", type = "datetime", text = "when it was" },
      fields.route(),
      text("creationMethod", "how the link came to be checked"),
      { name = "emailPartsDescription", type = "list", text = "where in the mail the link was", item = { type = "text" } },
      fields.messageId(),
      { name = "tagMap", type = "any", text = "details of the scan" },
    },
    example = {
      start = "2026-01-15T00:00:00+0000", finish = "2026-01-16T00:00:00+0000", oldestFirst = true, route = "inbound",
      scanResult = "malicious",
    },
  },

  list_attachment_logs = {
    path = "/api/ttp/attachment/get-logs",
    summary = "Lists the attachments that were scanned, and what the scan found.",
    product = "Security Events",
    permission = "Monitoring | Attachment Protection | Read",
    writes = false,
    idempotent = true,
    resultKey = "attachmentLogs",
    paginator = "attachment_logs",
    source = "DOC2, CLIENT",
    input = {
      way(),
      { name = "result", type = "enum", values = { "all", "safe", "malicious", "timeout", "error", "unsafe" },
        text = "what the scan found; all by default" },
      fields.oldestFirst(),
      span(),
    },
    output = {
      { name = "senderAddress", type = "email", text = "address of the sender" },
      { name = "recipientAddress", type = "email", text = "address of the recipient" },
      text("fileName", "the attachment's name"),
      text("fileType", "the attachment's type"),
      text("fileHash", "the attachment's hash"),
      text("result", "what the scan found"),
      text("actionTriggered", "what was done"),
      { name = "date", type = "datetime", text = "when it was" },
      text("details", "the finding in words"),
      fields.route(),
      fields.messageId(),
      fields.subject(),
      text("definition", "the definition that was applied"),
    },
    example = {
      start = "2026-01-15T00:00:00+0000", finish = "2026-01-16T00:00:00+0000", oldestFirst = true, route = "inbound",
      result = "malicious",
    },
  },

  list_impersonation_logs = {
    path = "/api/ttp/impersonation/get-logs",
    summary = "Lists the messages that look like an impersonation.",
    product = "Security Events",
    permission = "Monitoring | Impersonation Protection | Read",
    writes = false,
    idempotent = true,
    resultKey = "impersonationLogs",
    paginator = "impersonation_logs",
    source = "DOC, DOC2",
    input = {
      { name = "query", label = "Query", type = "text", text = "only messages with this text in searchField" },
      { name = "searchField", type = "enum", values = { "all", "senderAddress", "recipientAddress", "subject", "policy" },
        text = "where query is looked for; all by default" },
      { name = "actions", type = "list", text = "only messages with which this was done",
        item = { type = "enum", values = { "hold", "bounce", "none" } } },
      { name = "identifiers", type = "list", text = "only messages with one of these signs",
        item = { type = "enum", values = identifiers } },
      { name = "taggedMalicious", type = "boolean", text = "only messages that are, or are not, tagged as malicious" },
      fields.oldestFirst(),
      span(),
    },
    output = {
      fields.id "the entry's id",
      { name = "senderAddress", type = "email", text = "address of the sender" },
      text("senderIpAddress", "IP address of the sender's server"),
      { name = "recipientAddress", type = "email", text = "address of the recipient" },
      fields.subject(),
      text("definition", "the definition that was applied"),
      { name = "hits", type = "integer", text = "how many signs were found" },
      { name = "identifiers", type = "list", text = "the signs", item = { type = "text" } },
      { name = "impersonationResults", type = "list", text = "the signs in detail", item = { type = "any" } },
      text("action", "what was done"),
      { name = "taggedExternal", type = "boolean", text = "it is tagged as external" },
      { name = "taggedMalicious", type = "boolean", text = "it is tagged as malicious" },
      { name = "eventTime", type = "datetime", text = "when it was" },
      fields.messageId(),
    },
    check = function(item)
      if item.searchField and not item.query then return "query", "is required with searchField" end
      return nil
    end,
    example = {
      start = "2026-01-15T00:00:00+0000", finish = "2026-01-16T00:00:00+0000", oldestFirst = true, query = "example.net",
      searchField = "senderAddress", actions = { "hold", "bounce" }, identifiers = { "newly_observed_domain" },
      taggedMalicious = false,
    },
  },
}
