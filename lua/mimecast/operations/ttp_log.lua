--- TTP log operations: results of the scans of links, attachments and impersonations.
local family = require "mimecast.operations.family"
local fields = require "mimecast.operations.fields"

local ways = { "all", "inbound", "outbound", "internal" }
local identifiers = {
  "newly_observed_domain", "internal_user_name", "reply_address_mismatch", "targeted_threat_dictionary",
  "similar_internal_domain", "custom_external_domain", "mimecast_external_domain", "advanced_similar_internal_domain",
  "advanced_custom_external_domain", "advanced_mimecast_external_domain", "custom_name_list",
}

local text = fields.text

-- Returns two fields. In a list of fields it must stand last: Lua takes only its first result elsewhere.
local function span()
  return fields.start { wire = "from", text = "start of the period; the beginning of today by default" },
    fields.finish { wire = "to", text = "end of the period; now by default" }
end

local function way() return fields.route { type = "enum", values = ways, text = "direction of the message; all by default" } end

return family.of { product = "Security Events" } {
  list_url_logs = {
    path = "/api/ttp/url/get-logs",
    summary = "List the clicks on links, with the results of the scan.",
    permission = "Monitoring | URL Protection | Read",
    writes = false,
    idempotent = true,
    resultKey = "clickLogs",
    paginator = "url_logs",
    source = "DOC2",
    input = {
      way(),
      { name = "scanResult", type = "enum", values = { "all", "clean", "malicious", "suspicious" },
        text = "result of the scan; all by default" },
      fields.oldestFirst(),
      span(),
    },
    output = {
      { name = "userEmailAddress", type = "email", text = "address of the user who clicked" },
      { name = "fromUserEmailAddress", type = "email", text = "address of the sender" },
      text("url", "the link"),
      text("ttpDefinition", "the applied definition"),
      fields.subject(),
      text("action", "action: allow, warn or block"),
      { name = "actions", type = "any", text = "action, as text" },
      text("adminOverride", "decision of an administrator"),
      text("userOverride", "decision of the user"),
      text("scanResult", "result of the scan"),
      text("category", "category of the link"),
      text("sendingIp", "IP address of the sender's server"),
      text("userAwarenessAction", "the user's response to the prompt"),
      fields.datetime("date", "time of the event"),
      fields.route(),
      text("creationMethod", "how the check was triggered"),
      { name = "emailPartsDescription", type = "list", text = "parts of the mail that contain the link",
        item = { type = "text" } },
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
    summary = "List the scanned attachments, with the results of the scan.",
    permission = "Monitoring | Attachment Protection | Read",
    writes = false,
    idempotent = true,
    resultKey = "attachmentLogs",
    paginator = "attachment_logs",
    source = "DOC2, CLIENT",
    input = {
      way(),
      { name = "result", type = "enum", values = { "all", "safe", "malicious", "timeout", "error", "unsafe" },
        text = "result of the scan; all by default" },
      fields.oldestFirst(),
      span(),
    },
    output = {
      { name = "senderAddress", type = "email", text = "address of the sender" },
      { name = "recipientAddress", type = "email", text = "address of the recipient" },
      text("fileName", "the attachment's name"),
      text("fileType", "the attachment's type"),
      text("fileHash", "the attachment's hash"),
      text("result", "result of the scan"),
      text("actionTriggered", "action"),
      fields.datetime("date", "time of the event"),
      text("details", "description of the result"),
      fields.route(),
      fields.messageId(),
      fields.subject(),
      text("definition", "the applied definition"),
    },
    example = {
      start = "2026-01-15T00:00:00+0000", finish = "2026-01-16T00:00:00+0000", oldestFirst = true, route = "inbound",
      result = "malicious",
    },
  },

  list_impersonation_logs = {
    path = "/api/ttp/impersonation/get-logs",
    summary = "List the messages that look like an impersonation.",
    permission = "Monitoring | Impersonation Protection | Read",
    writes = false,
    idempotent = true,
    resultKey = "impersonationLogs",
    paginator = "impersonation_logs",
    source = "DOC, DOC2",
    input = {
      { name = "query", label = "Query", type = "text", text = "only messages with this text in searchField" },
      { name = "searchField", type = "enum", values = { "all", "senderAddress", "recipientAddress", "subject", "policy" },
        text = "field to search for query; all by default" },
      { name = "actions", type = "list", text = "only messages with these actions",
        item = { type = "enum", values = { "hold", "bounce", "none" } } },
      { name = "identifiers", type = "list", text = "only messages with one of these indicators",
        item = { type = "enum", values = identifiers } },
      fields.boolean("taggedMalicious", "only messages that are tagged as malicious, or are not"),
      fields.oldestFirst(),
      span(),
    },
    output = {
      fields.id "the entry's id",
      { name = "senderAddress", type = "email", text = "address of the sender" },
      text("senderIpAddress", "IP address of the sender's server"),
      { name = "recipientAddress", type = "email", text = "address of the recipient" },
      fields.subject(),
      text("definition", "the applied definition"),
      fields.integer("hits", "number of indicators"),
      { name = "identifiers", type = "list", text = "the indicators", item = { type = "text" } },
      { name = "impersonationResults", type = "list", text = "details of the indicators", item = { type = "any" } },
      text("action", "action"),
      fields.boolean("taggedExternal", "the message is tagged as external"),
      fields.boolean("taggedMalicious", "the message is tagged as malicious"),
      fields.datetime("eventTime", "time of the event"),
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
