--- `mimecast reconcile`: holds the tenant against a roster, and writes the plan of what differs (doc/reconcile.md).
local arguments = require "mimecast.cli.arguments"
local bulk_options = require "mimecast.cli.bulk_options"
local client_factory = require "mimecast.cli.client_factory"
local core = require "mimecast.core"
local csv = require "mimecast.bulk.input.csv"
local errors = require "mimecast.errors"
local exit_codes = require "mimecast.cli.exit_codes"
local hint = require "mimecast.cli.hint"
local json = require "mimecast.json"
local output = require "mimecast.cli.io.output"
local runs = require "mimecast.bulk.runs"
local system = require "mimecast.system"

local reconcile = { summary = "Hold the accounts of a domain against a roster, and plan what differs",
  description = "Compare the accounts of a domain with the list of people that HR or the identity provider exports, and"
    .. " write a plan: orphans (accounts without a person on the roster) and leavers are disabled, employees enabled."
    .. " People without an account and wrong members of groups are listed. Nothing is changed until mimecast apply. A column"
    .. " accountDisabled tells who has left. A roster that was cut, or that is older than the last one, is rejected.",
  example = "  mimecast reconcile hr.csv --domain example.com --map Status=accountDisabled --true Left --false Active \\\n"
    .. "    --protect 'scanner-*@example.com' --ignore-other-columns\n  mimecast apply hr.2026-11-30T0812.plan" }

function reconcile.define(element)
  local add = arguments.add_option
  element:argument "roster":argname "ROSTER":description "CSV or JSON Lines with a column email; - is standard input"
  add(element, "--domain", "DOMAIN", "domain", "the domain whose accounts are compared")
    :count(1)
  add(element, "--out", "PLAN", "out", "file of the plan (default: named after ROSTER and the time)")
  add(element, "--findings", "FILE", "findings", "write all differences as CSV, not only 20 of each kind")
  element:option "--group":argname "GROUP":target "groups":count "*"
    :description "compare the members of this group with the column of its name, true or false; can be repeated"
  element:flag "--keep-orphans":target "keepOrphans"
    :description "list orphans, and keep them enabled"
  element:flag "--include-directory":target "includeDirectory"
    :description "change accounts that come from a directory as well; the next synchronization may change them back"
  add(element, "--date", "DATE", "date", "date of the roster (default: that of its end mark, or of the file)")
  add(element, "--end-mark", "TEXT", "endMark", "the roster is complete only if its last line begins with TEXT")
  add(element, "--min-share", "RATIO", "minShare", "reject a roster below this share of the last one (default 0.9)",
    arguments.ratio)
  add(element, "--max-roster-age", "SECONDS", "maxRosterAge", "reject an older roster (default 604800, a week)",
    arguments.number)
  bulk_options.define_input(element, true)
  bulk_options.define_common(element)
end

-- ---- files ----

local max_listed = 100
local findings_header = "finding,email,name,line,group,action,reason\n"
local members_header = "email,member\n"

-- Writes a file of differences. It overwrites an earlier one, but no file of another kind.
local function write_file(path, header, lines)
  local file = io.open(path, "rb")
  local first = file and file:read(#header)
  if file then file:close() end
  local ok, reason = true, nil
  if first and first ~= header then ok, reason = nil, "the file exists and is another one" end
  if ok then ok, reason = system.write_owner_only(path, header .. table.concat(lines)) end
  if ok then return true end
  return errors.result(errors.new { category = "usage", code = "unwritable_report",
    message = ("%s cannot be written: %s"):format(path, reason) })
end

local function write_findings(findings, path)
  local lines = {}
  for row in findings:rows() do
    lines[#lines + 1] = csv.row({ row.finding, row.email, row.name, row.line, row.group, row.action, row.reason }, 7) .. "\n"
  end
  return write_file(path, findings_header, lines)
end

-- Writes the file of a group's changes. Returns its path.
local function write_members(findings, group, plan_path)
  local path = ("%s.%s.csv"):format(bulk_options.without_ending(plan_path), (group.group:gsub("[^%w_-]+", "-")))
  local lines = {}
  for row in findings:members(group.group) do
    lines[#lines + 1] = csv.row({ row.email, tostring(row.member) }, 2) .. "\n"
  end
  local ok, message, err = write_file(path, members_header, lines)
  return ok and path, message, err
end

-- ---- output ----

-- Writes the files of groups. Returns the command lines that bring the groups in line.
local function sync_lines(context, plan)
  local lines = json.array()
  for _, group in ipairs(plan.findings.groups) do
    if group.missing + group.extra > 0 then
      local path, message, err = write_members(plan.findings, group, plan.path)
      if not path then return nil, message, err end
      lines[#lines + 1] = { group = group.group, add = group.missing, remove = group.extra, members = path,
        command = hint.line(context, "sync-group", group.group, "--from", path) }
    end
  end
  return lines
end

local function write_text(context, plan, lines)
  output.write(tostring(plan.findings) .. "\n" .. tostring(plan) .. "\n")
  for _, line in ipairs(lines) do
    output.write(("group %s: %d to add, %d to remove: %s\n"):format(line.group, line.add, line.remove, line.command))
  end
  if plan.findings.roster.recorded == false then
    output.note "mimecast: the roster could not be recorded: the next one is compared with no other (--verbose tells why)"
  end
  if plan.counts.change == 0 then return output.note(("nothing to apply; plan written to %s"):format(plan.path)) end
  output.note(("plan written to %s; to apply it: %s"):format(plan.path, hint.line(context, "apply", plan.path)))
end

-- The document has the first hundred differences, as an error has problems; --findings writes all.
local function write_json(plan, lines)
  local findings, rows = plan.findings, json.array()
  for row in findings:rows() do
    if #rows == max_listed then break end
    rows[#rows + 1] = row
  end
  output.json { operation = plan.operation, counts = plan.counts, plan = plan.path, tenant = plan.tenant.account,
    input = findings.reading, roster = findings.roster, findings = findings.counts, groups = lines,
    differences = rows }
end

local function show(context, plan)
  local lines, message, err = sync_lines(context, plan)
  local ok = lines and true
  if ok and context.args.findings then ok, message, err = write_findings(plan.findings, context.args.findings) end
  if not ok then return nil, message, err end
  if context.json then write_json(plan, lines) else write_text(context, plan, lines) end
  return plan.counts.rejected > 0 and exit_codes.rejected or exit_codes.ok
end

-- ---- the command ----

local function usage(message)
  return errors.result(errors.new { category = "usage", code = "invalid_command", message = message })
end

local option_names = { "domain", "date", "endMark", "minShare", "maxRosterAge", "keepOrphans", "includeDirectory" }

local function options_of(args, path, display)
  local options = { roster = args.roster, file = path, protect = bulk_options.protect(args), concurrency = args.concurrency,
    groups = #args.groups > 0 and args.groups or nil, onProgress = function(state) display:show(state) end }
  for _, name in ipairs(option_names) do options[name] = args[name] end
  return bulk_options.add_input(args, options)
end

function reconcile.run(context, args)
  local path = args.out or args.roster ~= "-" and runs.plan_path(args.roster, core.now()) or nil
  if not path then return usage "missing --out: a roster from standard input needs it" end
  local display = bulk_options.make_display(context)
  local options, problem = options_of(args, path, display)
  if not options then return usage(problem) end
  local client, plan, message, err
  client, message, err = client_factory.new(context)
  if not client then return nil, message, err end
  plan, message, err = client:reconcile(options)
  display:clear()
  if not plan then
    bulk_options.rename_in_hint(err)
    return nil, message, err
  end
  local code
  code, message, err = show(context, plan)
  plan:close()
  return code, message, err
end

return reconcile
