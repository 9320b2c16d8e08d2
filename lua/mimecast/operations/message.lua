--- Message finder operations: delivery of messages.
local family = require "mimecast.operations.family"
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

return family.of { product = "Email Security Cloud Gateway" } {
  find_messages = {
    path = "/api/message-finder/search",
    summary = "Find messages by Message-ID, or by sender, recipient, subject, server address or link.",
    note = "The search covers about 30 days; an earlier start causes err_track_and_trace_invalid_start_date.",
    permission = "Gateway | Tracking | Read",
    writes = false,
    idempotent = true,
    resultKey = "trackedEmails",
    source = "DOC2, FIXTURE, NOTES",
    input = {
      fields.messageId { text = "Message-ID from the mail's header, or give options" },
      { name = "options", wire = "advancedTrackAndTraceOptions", type = "object", text = "search terms, or give messageId",
        fields = {
          fields.text("from", "the sender's address or domain"),
          fields.text("to", "the recipient's address or domain"),
          fields.subject(),
          fields.text("senderIP", "IP address of the sender's server"),
          fields.text("url", "a link in the mail"),
          { name = "route", type = "list", text = "directions of the message", item = { type = "enum", values = routes } },
        } },
      fields.start(),
      fields.finish(),
      fields.text("searchReason", "reason for the search, for the activity log"),
      -- Only the documentation of API 2.0 has these three.
      fields.boolean("attachments", "true: only messages with attachments"),
      { name = "route", type = "list", text = "directions of the message", item = { type = "enum", values = routes } },
      { name = "status", label = "Status", type = "list", text = "only messages in these states",
        item = { type = "enum", values = statuses } },
    },
    output = {
      fields.id "the message's id, for get_message_info",
      { name = "status", label = "Status", type = "text", text = "state of delivery" },
      sender("fromEnv", "sender in the envelope"),
      sender("fromHdr", "sender in the header"),
      { name = "to", type = "list", text = "recipients", item = fields.person("item", "recipient") },
      fields.subject(),
      fields.datetime("received", "time of arrival"),
      fields.datetime("sent", "time of sending"),
      fields.route(),
      fields.text("senderIP", "IP address of the sender's server"),
      { name = "spamScore", type = "any", text = "spam score" },
      fields.text("detectionLevel", "detection level"),
      fields.text("info", "details of the state"),
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

  -- The input fields come from another client.
  list_rejections = {
    path = "/api/gateway/get-rejections",
    summary = "List the messages that the gateway rejected.",
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

  -- The input fields and the name of the list come from another client.
  find_processing_messages = {
    path = "/api/gateway/find-processing-messages",
    summary = "List the messages in processing or waiting for delivery.",
    permission = "not documented",
    writes = false,
    idempotent = true,
    resultKey = true,
    nested = "messages", -- form of one client; a flat list works as well
    paginator = "processing_messages",
    undocumentedOutput = true,
    source = "DOC2, CLIENT",
    input = {
      fields.start(),
      fields.finish(),
      fields.text("sortOrder", "order by date, such as desc"),
      fields.searchBy(),
      fields.filterBy { fields.boolean("attachments", "true: only messages with attachments") },
    },
    example = {
      start = "2026-01-15T00:00:00+0000", finish = "2026-01-16T00:00:00+0000", sortOrder = "desc",
      searchBy = { fieldName = "subject", value = "Offer" }, filterBy = { { route = "outbound", attachments = true } },
    },
  },

  get_message_info = {
    path = "/api/message-finder/get-message-info",
    summary = "Read the details of a message.",
    permission = "Gateway | Tracking | Read",
    writes = false,
    idempotent = true,
    key = "id",
    source = "DOC, DOC2",
    input = { fields.id("the message's id, from find_messages", { required = true }) },
    output = {
      fields.id "the message's id",
      { name = "status", label = "Status", type = "text", text = "state of delivery" },
      { name = "recipientInfo", type = "any", text = "the received message: messageInfo and recipientMetaInfo" },
      { name = "deliveredMessage", type = "any", text = "the delivered message, by recipient" },
      { name = "retentionInfo", type = "any", text = "retention and its reason" },
      { name = "spamInfo", type = "any", text = "results of the spam checks" },
    },
    example = { id = fields.sample_id },
  },
}
