--- What the functions for many accounts do, described as data.
local plan_fields = {
  { name = "input", type = "any", required = true, text = "path of a CSV or JSON Lines file, list of rows,"
    .. " iterator, or open file" },
  { name = "operation", type = "text", default = "update_user", text = "any operation that writes" },
  { name = "file", type = "text", text = "where the plan is written; without it the plan is gone with the process" },
  { name = "read", type = "boolean", default = true, text = "false: what is set now is not read" },
  { name = "protect", type = "table", text = "addresses and patterns like *@board.example.com: never disabled or locked" },
  { name = "concurrency", type = "number", default = 8, text = "requests in flight" },
  { name = "format", type = "text", text = "csv or jsonl; by the file's ending or its beginning" },
  { name = "separator", type = "text", default = ",", text = "of a CSV file's cells" },
  { name = "onProgress", type = "function", text = "takes a table of counts" },
}

local bulk_fields = {
  { name = "input", type = "any", required = true, text = "as plan takes it, and so are its other options" },
  { name = "journal", type = "text", required = true, text = "path of the journal; the plan is kept beside it" },
  { name = "resume", type = "boolean", text = "true: goes on where the journal's run stopped" },
}

local undo_fields = {
  { name = "journal", type = "text", required = true, text = "path of the run's journal" },
  { name = "file", type = "text", text = "where the reverse plan is written" },
}

return {
  {
    name = "plan", of = "both",
    summary = "Plans changes of many accounts: rows checked, current settings read, what would change written down.",
    note = "Nothing is changed; plan:apply{ journal = … } carries it out. Given a path it opens a plan. See doc/bulk.md.",
    parameters = { { name = "input", lua = "mimecast.plan.Input|string", fields = plan_fields,
      text = "what to plan, and how" } },
    returns = { { name = "plan", lua = "mimecast.Plan?", text = "counts, rows() and apply(options)" } }, fails = true,
    example = 'local plan, message, err = mimecast.plan {\n  input = { { email = "ann@example.com", accountDisabled = true } },'
      .. "\n}",
  },
  {
    name = "bulk", of = "both",
    summary = "Plans and carries out in one; every row is accounted for in the journal and in the report.",
    note = "Takes the options of plan and of plan:apply. See doc/bulk.md.",
    parameters = { { name = "input", lua = "mimecast.bulk.Input", fields = bulk_fields, text = "what to do, and how" } },
    returns = { { name = "report", lua = "mimecast.Report?", text = "counts that add up, and csv(path)" } }, fails = true,
    example = 'local report, message, err = mimecast.bulk {\n  input = { { email = "ann@example.com", '
      .. 'accountDisabled = true } }, journal = "leavers.journal",\n}',
  },
  {
    name = "undo", of = "both",
    summary = "Makes the plan that puts back what a run changed, from its journal.",
    note = "plan.irreversible lists what cannot be put back, such as passwords. See doc/bulk.md.",
    parameters = { { name = "input", lua = "mimecast.undo.Input", fields = undo_fields, text = "which run" } },
    returns = { { name = "plan", lua = "mimecast.Plan?", text = "the reverse plan" } }, fails = true,
    example = 'local plan, message, err = mimecast.undo { journal = "leavers.journal" }',
  },
}
