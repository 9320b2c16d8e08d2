--- Audit operations.
local family = require "mimecast.operations.family"
local fields = require "mimecast.operations.fields"

return family.of { product = "Audit Events" } {
  list_audit_events = {
    path = "/api/audit/get-audit-events",
    summary = "List the audit events of a period within the last 60 days.",
    permission = "Account | Logs | Read",
    writes = false,
    idempotent = true,
    resultKey = true,
    paginator = "audit_events",
    source = "DOC, DOC2",
    input = {
      fields.start { wire = "startDateTime", required = true },
      fields.finish { wire = "endDateTime", required = true },
      { name = "query", label = "Query", type = "text", text = "only events that hold this text" },
      { name = "categories", type = "list", text = "only events of these categories, by their code", item = { type = "text" } },
    },
    output = {
      fields.id "the event's id",
      fields.text("auditType", "type of the event, such as User Logged On or User Password Changed"),
      fields.text("user", "address of the user who caused it; empty for the service"),
      fields.datetime("eventTime", "time of the event"),
      fields.text("eventInfo", "description of the event"),
      fields.text("category", "code of the category, such as authentication_logs"),
    },
    example = {
      start = "2026-01-15T00:00:00+0000", finish = "2026-01-16T00:00:00+0000", query = "ann@example.com",
      categories = { "authentication_logs", "profile_group_logs" },
    },
  },

  list_audit_categories = {
    path = "/api/audit/get-categories",
    summary = "List the categories of audit events.",
    permission = "not documented",
    writes = false,
    idempotent = true,
    resultKey = true,
    nested = "categories", -- form of one client; the documented list is flat
    source = "DOC, CLIENT",
    output = {
      fields.text("code", "code, as list_audit_events takes it"),
      fields.id("the category's id", { type = "any" }), -- its type is not documented
      { name = "name", label = "Name", type = "text", text = "the category's name" },
    },
    example = {},
  },
}
