--- Held message operations: mail that waits for a decision.
local fields = require "mimecast.operations.fields"

local reasons = {
  "MESSAGE CONTAINS UNDESIRABLE CONTENT", "MESSAGE CONTAINS CONFIDENTIAL INFORMATION",
  "REVIEWER DISAPPROVES OF CONTENT", "INAPPROPRIATE COMMUNICATION", "MESSAGE GOES AGAINST EMAIL POLICIES",
}

return {
  list_held_messages = {
    path = "/api/gateway/get-hold-message-list",
    summary = "Lists the messages that are held.",
    note = "Without admin = true the list has only messages of the caller's own.",
    product = "Email Security Cloud Gateway",
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
      fields.filterBy { { name = "heldGroup", type = "text", text = "who may release it, such as administrator" } },
    },
    output = {
      fields.id "the message's id",
      { name = "dateReceived", type = "datetime", text = "when it came in" },
      { name = "reason", type = "text", text = "why it is held, in words" },
      { name = "reasonCode", type = "text", text = "why it is held, as a code in lower case" },
      { name = "reasonId", type = "text", text = "the same code in capital letters; reasonCode is preferred" },
      fields.person("from", "sender in the envelope"),
      fields.person("fromHeader", "sender in the header"),
      fields.person("to", "recipient in the envelope"),
      fields.person("toHeader", "recipient in the header"),
      fields.subject(),
      fields.route { text = "the message's way: INBOUND, OUTBOUND or INTERNAL" },
      { name = "hasAttachments", type = "boolean", text = "it has attachments" },
      { name = "policyInfo", type = "text", text = "the policy that holds it" },
      { name = "size", type = "integer", text = "its size in bytes" },
    },
    example = {
      admin = true, start = "2026-01-15T00:00:00+0000", finish = "2026-01-16T00:00:00+0000",
      searchBy = { fieldName = "sender", value = "bob@example.net" },
      filterBy = { { route = "inbound" }, { heldGroup = "administrator" } },
    },
  },

  get_hold_summary = {
    path = "/api/gateway/get-hold-summary-list",
    summary = "Counts the held messages, reason by reason.",
    product = "Email Security Cloud Gateway",
    permission = "Account | Monitoring | Held Summary | Read",
    writes = false,
    idempotent = true,
    resultKey = true,
    source = "DOC2",
    output = {
      { name = "policyInfo", type = "text", text = "the policy that holds them" },
      { name = "numberOfItems", type = "integer", text = "how many it holds" },
    },
    example = {},
  },

  list_held_release_logs = {
    path = "/api/gateway/get-held-release-logs",
    summary = "Lists the held messages that were released.",
    note = "The answer is not documented: its entries are handed on under their wire names.",
    product = "Email Security Cloud Gateway",
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

  -- A second call meets a message that is held no more.
  release_held_message = {
    path = "/api/gateway/hold-release",
    summary = "Releases a held message to its recipient.",
    product = "Email Security Cloud Gateway",
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
      { name = "release", type = "boolean", text = "whether it was released" },
    },
    example = { id = "eNoVzrsKwjAUANB_uasV" },
  },

  -- A second call meets messages that are held no more.
  reject_held_messages = {
    path = "/api/gateway/hold-reject",
    summary = "Rejects held messages.",
    product = "Email Security Cloud Gateway",
    permission = "Account | Monitoring | Held | Edit",
    writes = true,
    idempotent = false,
    resultKey = true,
    source = "DOC2",
    input = {
      { name = "ids", type = "list", required = true, min = 1, text = "the messages' ids", item = { type = "text", min = 1 } },
      { name = "message", type = "text", text = "what the sender is told" },
      { name = "reasonType", type = "enum", values = reasons, text = "why" },
      { name = "notify", type = "boolean", text = "true: the sender is told; false by default" },
    },
    output = {
      fields.id "the message's id",
      { name = "reject", type = "boolean", text = "whether it was rejected" },
    },
    example = {
      ids = { "eNoVzrsKwjAUANB_uasV", "eNoVzkkOgjAU" }, message = "Please send it without the attachment.",
      reasonType = "MESSAGE GOES AGAINST EMAIL POLICIES", notify = true,
    },
  },
}
