--- Message finder operations: what became of a mail.
local fields = require "mimecast.operations.fields"

local routes = { "all", "internal", "outbound", "inbound", "external" }
local statuses = { "processing", "delivery", "system", "held", "accepted", "bulk_processing", "bulk_delivery", "bounced",
  "deferred", "rejected", "archived" }

local function sender(name, text)
  return { name = name, type = "object", text = text, fields = {
    fields.email { text = "address" },
  } }
end

local either = fields.either("messageId", "options", "messageId", "advancedTrackAndTraceOptions")

local function check(item)
  local field, message = either(item)
  if field then return field, message end
  local options = item.advancedTrackAndTraceOptions
  if options and not (options.from or options.to or options.subject or options.senderIP or options.url) then
    return "options", "needs one of from, to, subject, senderIP and url" -- err_validation_at_least_one_not_null
  end
  return nil
end

return {
  find_messages = {
    path = "/api/message-finder/search",
    summary = "Finds messages by their Message-ID, or by sender, recipient, subject, address of the server or link.",
    note = "It looks back about 30 days; an earlier start is answered with err_track_and_trace_invalid_start_date.",
    product = "Email Security Cloud Gateway",
    permission = "Gateway | Tracking | Read",
    writes = false,
    idempotent = true,
    resultKey = "trackedEmails",
    source = "DOC2, FIXTURE, NOTES",
    input = {
      fields.messageId { text = "the Message-ID of the mail's header, or give options" },
      { name = "options", wire = "advancedTrackAndTraceOptions", type = "object", text = "what to look for, or give messageId",
        fields = {
          { name = "from", type = "text", text = "the sender's address or domain" },
          { name = "to", type = "text", text = "the recipient's address or domain" },
          fields.subject(),
          { name = "senderIP", type = "text", text = "IP address of the sender's server" },
          { name = "url", type = "text", text = "a link in the mail" },
          { name = "route", type = "list", text = "the message's ways", item = { type = "enum", values = routes } },
        } },
      fields.start(),
      fields.finish(),
      { name = "searchReason", type = "text", text = "why you search, for the log of activities" },
      -- These three stand in the documentation of API 2.0 only.
      { name = "attachments", type = "boolean", text = "true: only messages with attachments" },
      { name = "route", type = "list", text = "the message's ways", item = { type = "enum", values = routes } },
      { name = "status", label = "Status", type = "list", text = "only messages in these states",
        item = { type = "enum", values = statuses } },
    },
    output = {
      fields.id "the message's id, for get_message_info",
      { name = "status", label = "Status", type = "text", text = "what became of it" },
      sender("fromEnv", "sender in the envelope"),
      sender("fromHdr", "sender in the header"),
      { name = "to", type = "list", text = "recipients", item = fields.person("item", "recipient") },
      fields.subject(),
      { name = "received", type = "datetime", text = "when it came in" },
      { name = "sent", type = "datetime", text = "when it was sent" },
      fields.route(),
      { name = "senderIP", type = "text", text = "IP address of the sender's server" },
      { name = "spamScore", type = "any", text = "how much it looks like spam" },
      { name = "detectionLevel", type = "text", text = "how strictly it was looked at" },
      { name = "info", type = "text", text = "more about its state" },
    },
    check = check,
    examples = {
      { messageId = "<20260115090000.1@mail.example.net>", start = "2026-01-15T00:00:00+0000",
        finish = "2026-01-16T00:00:00+0000", searchReason = "lost mail", attachments = true, route = { "inbound" },
        status = { "held", "rejected" } },
      { options = { from = "bob@example.net", to = "ann@example.com", subject = "Offer", senderIP = "192.0.2.10",
        url = "https://www.example.net/offer", route = { "inbound", "internal" } } },
    },
  },

  -- What it takes stands in a client only.
  list_rejections = {
    path = "/api/gateway/get-rejections",
    summary = "Lists the messages that the gateway rejected.",
    note = "The answer is not documented: its entries are handed on under their wire names.",
    product = "Email Security Cloud Gateway",
    permission = "not documented",
    writes = false,
    idempotent = true,
    resultKey = true,
    paginator = "rejections",
    undocumentedOutput = true,
    source = "DOC2, CLIENT",
    input = {
      { name = "admin", label = "Admin", type = "boolean", text = "true: for all recipients" },
      fields.start(),
      fields.finish(),
    },
    example = { admin = true, start = "2026-01-15T00:00:00+0000", finish = "2026-01-16T00:00:00+0000" },
  },

  -- Fields and names of the answer are those of a client.
  find_processing_messages = {
    path = "/api/gateway/find-processing-messages",
    summary = "Lists the messages that are being processed, or wait to be delivered.",
    note = "The answer is not documented: its entries are handed on under their wire names.",
    product = "Email Security Cloud Gateway",
    permission = "not documented",
    writes = false,
    idempotent = true,
    resultKey = true,
    nested = "messages", -- as one client reads it; a flat list is read as well
    paginator = "processing_messages",
    undocumentedOutput = true,
    source = "DOC2, CLIENT",
    input = {
      fields.start(),
      fields.finish(),
      { name = "sortOrder", type = "text", text = "the order by date, such as desc" },
      fields.searchBy(),
      fields.filterBy { { name = "attachments", type = "boolean", text = "true: only messages with attachments" } },
    },
    example = {
      start = "2026-01-15T00:00:00+0000", finish = "2026-01-16T00:00:00+0000", sortOrder = "desc",
      searchBy = { fieldName = "subject", value = "Offer" }, filterBy = { { route = "outbound", attachments = true } },
    },
  },

  get_message_info = {
    path = "/api/message-finder/get-message-info",
    summary = "Tells all that is known of a message.",
    product = "Email Security Cloud Gateway",
    permission = "Gateway | Tracking | Read",
    writes = false,
    idempotent = true,
    key = "id",
    source = "DOC, DOC2",
    input = { fields.id("the message's id, from find_messages", { required = true }) },
    output = {
      fields.id "the message's id",
      { name = "status", label = "Status", type = "text", text = "what became of it" },
      { name = "recipientInfo", type = "any", text = "the message as it came in: messageInfo and recipientMetaInfo" },
      { name = "deliveredMessage", type = "any", text = "the message as it went out, by recipient" },
      { name = "retentionInfo", type = "any", text = "how long it is kept, and why" },
      { name = "spamInfo", type = "any", text = "what the checks for spam found" },
    },
    example = { id = "eNoVzrsKwjAUANB_uasV" },
  },
}
