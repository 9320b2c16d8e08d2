--- `mimecast runs`: lists the plans and journals of a folder, and removes old ones. Nothing is requested.
local arguments = require "mimecast.cli.arguments"
local core = require "mimecast.core"
local counted = require "mimecast.base.counted"
local errors = require "mimecast.errors"
local output = require "mimecast.cli.io.output"
local row_options = require "mimecast.cli.io.row_options"
local runs = require "mimecast.bulk.runs"

local command = {
  summary = "List the plans and runs of a folder, and remove old ones",
  description = "List the plans and the journals of a folder with their states. Nothing is requested from the service.",
  example = "  mimecast runs --prune 90d",
}

local is_number = { rows = true, ok = true, unchanged = true, rejected = true, unknown = true, skipped = true,
  not_sent = true }
local fields = {}
for i, name in ipairs { "run", "created", "state", "rows", "ok", "unchanged", "rejected", "unknown", "skipped", "not_sent",
  "operation", "tenant", "plan", "journal", "message" } do
  fields[i] = { name = name, type = is_number[name] and "integer" or "text" }
end

function command.define(element)
  element:argument "folder":argname "FOLDER":args "?":description "default: the current folder"
  arguments.add_option(element, "--prune", "AGE", "prune", "remove plans and finished runs that are older: 90d, 12w or 24h",
    arguments.age)
  row_options.define(element)
end

local function time_text(seconds)
  return os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(seconds))
end

-- The columns of the table, unless --fields names others: a run's name must fit, because the next command takes it.
local table_columns = { all = true }
for i, name in ipairs { "run", "state", "rows", "outcome" } do table_columns[i] = { name = name, path = { name } } end

local function outcome(run)
  local parts = {}
  for _, name in ipairs { "ok", "unchanged", "rejected", "unknown", "skipped", "not_sent" } do
    if (run[name] or 0) > 0 then parts[#parts + 1] = ("%s %d"):format(name:gsub("_", " "), run[name]) end
  end
  return run.message or table.concat(parts, ", ")
end

local function is_plain_table(context)
  return not (context.json or context.csv or context.args.fields)
end

-- Returns the row that is shown.
local function shown(context, run)
  if run.created then run.created = time_text(run.created) end
  if is_plain_table(context) then run.outcome = outcome(run) end
  return run
end

local function failed(message)
  return errors.result(errors.new { category = "usage", code = "unreadable_input", message = message })
end

local function prune(context, folder, age)
  local removed, kept = runs.prune(folder, core.now() - age)
  if not removed then return failed(("%s cannot be read: %s"):format(folder, kept)) end
  if context.json then
    local document = { removed = {}, kept = {} }
    for i, run in ipairs(removed) do document.removed[i] = run.run end
    for i, run in ipairs(kept) do document.kept[i] = run.run end
    output.json(document)
    return true
  end
  for _, run in ipairs(removed) do output.write(("removed %s, made %s\n"):format(run.run, time_text(run.created))) end
  for _, run in ipairs(kept) do output.write(("kept %s: the run has not ended\n"):format(run.run)) end
  output.note(counted(#removed, "run") .. " removed")
  return true
end

function command.run(context, args)
  local folder = args.folder or "."
  if args.prune then return prune(context, folder, args.prune) end
  local view, err = row_options.read(context, fields)
  if not view then return errors.result(err) end
  if is_plain_table(context) then view.fields, view.columns = table_columns, table_columns end
  local next_run, message = runs.list(folder)
  if not next_run then return failed(("%s cannot be read: %s"):format(folder, message)) end
  return view:write(context, function()
    local run = next_run()
    return run and shown(context, run)
  end, true)
end

return command
