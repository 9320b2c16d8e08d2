--- Held message operations.
local family = require "mimecast.operations.family"
local fields = require "mimecast.operations.fields"

local reasons = {
  "MESSAGE CONTAINS UNDESIRABLE CONTENT", "MESSAGE CONTAINS CONFIDENTIAL INFORMATION",
  "REVIEWER DISAPPROVES OF CONTENT", "INAPPROPRIATE COMMUNICATION", "MESSAGE GOES AGAINST EMAIL POLICIES",
}

return family.of { product = "Email Security Cloud Gateway" } {
  list_held_messages = {
    path = "/api/gateway/get-hold-message-list",
    summary = "List the held messages.",
    note = "Without admin = true the list has only the caller's messages.",
    permission = "Account | Dashboard | Read",
    writes = false,
    idempotent = true,
    resultKey = true,
    paginator = "held_messages",
    source = "DOC, DOC2",
    input = {
      { name = "admin", label = "Admin", type = "boolean", text = "true: for all recipients; false (default): for the caller" },
      fields.start(),
      fields.finish(),
      -- reason_code is API 1.0's word; reasonCode and senderIP are API 2.0's.
      fields.searchBy { "all", "subject", "sender", "recipient", "reason_code", "reasonCode", "senderIP" },
      fields.filterBy { { name = "heldGroup", type = "text",
        text = "group that may release the message, such as administrator" } },
    },
    output = {
      fields.id "the message's id",
      fields.datetime("dateReceived", "time of arrival"),
      fields.text("reason", "reason, as text"),
      fields.text("reasonCode", "reason, as a code in lower case"),
      fields.text("reasonId", "the same code in upper case; prefer reasonCode"),
      fields.person("from", "sender in the envelope"),
      fields.person("fromHeader", "sender in the header"),
      fields.person("to", "recipient in the envelope"),
      fields.person("toHeader", "recipient in the header"),
      fields.subject(),
      fields.route { text = "direction of the message: INBOUND, OUTBOUND or INTERNAL" },
      fields.boolean("hasAttachments", "the message has attachments"),
      fields.text("policyInfo", "policy that holds the message"),
      fields.integer("size", "size in bytes"),
    },
    example = {
      admin = true, start = "2026-01-15T00:00:00+0000", finish = "2026-01-16T00:00:00+0000",
      searchBy = { fieldName = "sender", value = "bob@example.net" },
      filterBy = { { route = "inbound" }, { heldGroup = "administrator" } },
    },
  },

  get_hold_summary = {
    path = "/api/gateway/get-hold-summary-list",
    summary = "Count the held messages by reason.",
    permission = "Account | Monitoring | Held Summary | Read",
    writes = false,
    idempotent = true,
    resultKey = true,
    source = "DOC2",
    output = {
      fields.text("policyInfo", "policy that holds the messages"),
      fields.integer("numberOfItems", "number of messages"),
    },
    example = {},
  },

  list_held_release_logs = {
    path = "/api/gateway/get-held-release-logs",
    summary = "List the held messages that were released.",
    permission = "not documented",
    writes = false,
    idempotent = true,
    resultKey = true,
    paginator = "held_release_logs",
    undocumentedOutput = true,
    source = "DOC2",
    input = {
      fields.start(),
      fields.finish(),
      fields.searchBy(),
      fields.filterBy(),
    },
    example = {
      start = "2026-01-15T00:00:00+0000", finish = "2026-01-16T00:00:00+0000",
      searchBy = { fieldName = "sender", value = "bob@example.net" },
      filterBy = { { route = "inbound" } },
    },
  },

  -- The message is not held any more at a second call.
  release_held_message = {
    path = "/api/gateway/hold-release",
    summary = "Release a held message to its recipient.",
    permission = "Account | Monitoring | Held | Edit",
    writes = true,
    idempotent = false,
    batch = 25,
    batchName = "release_held_messages",
    key = "id",
    source = "DOC2",
    input = { fields.id("the message's id", { required = true }) },
    output = {
      fields.id "the message's id",
      fields.boolean("release", "whether it was released"),
    },
    example = { id = fields.sample_id },
  },

  -- The messages are not held any more at a second call.
  reject_held_messages = {
    path = "/api/gateway/hold-reject",
    summary = "Reject held messages.",
    permission = "Account | Monitoring | Held | Edit",
    writes = true,
    idempotent = false,
    resultKey = true,
    source = "DOC2",
    input = {
      { name = "ids", type = "list", required = true, min = 1, text = "the messages' ids", item = { type = "text", min = 1 } },
      fields.text("message", "text for the sender"),
      { name = "reasonType", type = "enum", values = reasons, text = "reason for the rejection" },
      fields.boolean("notify", "true: notify the sender; false by default"),
    },
    output = {
      fields.id "the message's id",
      fields.boolean("reject", "whether it was rejected"),
    },
    example = {
      ids = { fields.sample_id, "eNoVzkkOgjAU" }, message = "Please send it without the attachment.",
      reasonType = "MESSAGE GOES AGAINST EMAIL POLICIES", notify = true,
    },
  },
}
