--- Writes the review page of a plan or of a run: one HTML file for the person who approves or checks it.
--
-- The rows are JSON in the page, and its script shows them 200 at a time, filtered and sorted. Without scripts, the counts and
-- the first rows are readable. The page's policy allows its own script and style only, by their hashes, and no connection.
local core = require "mimecast.core"
local counted = require "mimecast.base.counted"
local description = require "mimecast.bulk.input.description"
local errors = require "mimecast.errors"
local html = require "mimecast.base.html"
local json = require "mimecast.json"
local run_report = require "mimecast.bulk.run_report"
local system = require "mimecast.system"
local template = require "mimecast.cli.io.review_template"

local review_page = {}

local max_shown = 200 -- rows without scripts
local max_value = 1000 -- bytes of one value, address or reason

-- ---- rows ----

local function shorten(value)
  local text = core.printable(value)
  return #text > max_value and core.printable(value, max_value) .. " …" or text
end

-- Formats a count with thousands, as the script does: 100,000.
local function grouped(count)
  local text = ("%d"):format(count):reverse():gsub("%d%d%d", "%0,"):reverse():gsub("^,", "")
  return text
end

local function value_text(value)
  if value == nil or value == json.null then return json.null end
  if type(value) == "string" then return '"' .. shorten(value) .. '"' end
  return shorten(type(value) == "number" and core.format_number(value) or type(value) == "table" and json.encode(value)
    or tostring(value))
end

local function sorted_names(...)
  local names, seen = {}, {}
  for _, values in ipairs { ... } do
    for name in pairs(values) do
      if not seen[name] then names[#names + 1] = name end
      seen[name] = true
    end
  end
  table.sort(names, core.before)
  return names
end

-- Returns setting, old and new value of each change. A setting without an old value had none, or the account was not read. An
-- unchanged setting has the old value only, a secret neither.
local function changes_of(row, old_is_known)
  local list, set, old = json.array(), row.set or {}, row.old or {}
  if row.state == "unchanged" and not row.old then set, old = {}, set end
  if row.state == "rejected" and not row.old then old_is_known = false end -- there may be no such account
  for _, name in ipairs(sorted_names(set, old)) do
    local before = old[name] == nil and old_is_known and "not set" or value_text(old[name])
    list[#list + 1] = json.array { shorten(name), before, value_text(set[name]) }
  end
  for _, name in ipairs(row.secrets or {}) do list[#list + 1] = json.array { shorten(name), json.null, json.null } end
  return list
end

-- Returns the row as the script of the page reads it.
local function fields_of(row, old_is_known)
  return json.array { row.line or row.row, shorten(row.key or "?"), row.state, shorten(row.code or ""),
    shorten(row.message or ""), changes_of(row, old_is_known) }
end

-- JSON in an element of HTML: "</script>" and "<!--" must not occur.
local function embedded(value)
  return (json.encode(value):gsub("<", "\\u003c"))
end

local function change_html(change)
  local name, old, new = html.text(change[1]), change[2], change[3]
  if old == json.null and new == json.null then return ("<div>%s: new value, not shown</div>"):format(name) end
  local parts = { name .. ": " }
  if old ~= json.null then parts[2] = ("<bdi%s>%s</bdi>"):format(new ~= json.null and ' class="old"' or "", html.text(old)) end
  if old ~= json.null and new ~= json.null then
    parts[3] = '<span aria-hidden="true"> → </span><span class="spoken"> becomes </span>'
  end
  if new ~= json.null then parts[#parts + 1] = ('<bdi class="new">%s</bdi>'):format(html.text(new)) end
  return "<div>" .. table.concat(parts) .. "</div>"
end

local function row_html(fields, labels)
  local number, key, state, code, message = fields[1], fields[2], fields[3], fields[4], fields[5]
  local changes = {}
  for i, change in ipairs(fields[6]) do changes[i] = change_html(change) end
  local reason = code ~= "" and message ~= "" and ("%s (%s)"):format(message, code) or message .. code
  return (('<tr><td class="number">%d</td><th scope="row">%s</th><td><span class="badge %s">%s</span></td>'
    .. '<td>%s</td><td>%s</td></tr>\n'):format(number, html.text(key), state, labels[state], table.concat(changes),
    html.text(reason)))
end

-- Returns the JSON of all rows and the HTML of the first, and which number the rows have. Returns nil and an error value if the
-- iterator fails.
local function read_rows(opened, next_row, labels)
  local documents, first, numbered = {}, {}, "Row"
  local old_is_known = opened.plan and opened.plan.header.read
  for row, _, err in next_row do
    if not row then return nil, err end
    local fields = fields_of(row, old_is_known)
    documents[#documents + 1] = embedded(fields)
    if #first < max_shown then first[#first + 1] = row_html(fields, labels) end
    if row.line then numbered = "Line" end
  end
  return documents, table.concat(first), numbered
end

-- ---- facts and counts ----

local function labels_of(opened)
  local labels = {}
  for _, state in ipairs(run_report.states) do labels[state] = (state:gsub("_", " ")) end
  if opened.kind == "plan" then labels.not_sent = "would change" end
  return setmetatable(labels, json.object(run_report.states))
end

local function time_text(created)
  created = tonumber(created)
  if not created or created <= 0 or created >= 2 ^ 38 then return nil end
  return os.date("!%Y-%m-%d %H:%M:%S UTC", math.floor(created))
end

local function person(by)
  if type(by) ~= "table" then return nil end
  return ("%s on %s"):format(tostring(by.user or "?"), tostring(by.host or "?"))
end

local function tenant_name(opened)
  local tenant = opened.header.tenant or {}
  return tostring(tenant.account or tenant.credentials or "?")
end

-- Returns names and values of what identifies the plan or the run.
local function facts_of(opened)
  local header, plan = opened.header, opened.plan and opened.plan.header or {}
  local input, settings = plan.input or header.input, plan.settings or {}
  if type(input) ~= "table" then input = { sha256 = input } end
  local tenant = header.tenant or {}
  local list = {}
  local function add(name, value)
    if value ~= nil and value ~= json.null then
      list[#list + 1] = ("<dt>%s</dt><dd>%s</dd>\n"):format(name, html.text(value, 4096))
    end
  end
  add("Tenant", tenant.account or "not known: the application may not read the account")
  add("Credentials (fingerprint)", tenant.credentials)
  if settings.gateway then
    add("Gateway", ("%s (API %s)"):format(settings.gateway, tostring(settings.generation)))
  end
  add("Operation", header.operation)
  add("Input", input.path)
  add("Input SHA-256", input.sha256)
  local reading = description.lines(type(input.reading) == "table" and input.reading or {})
  add("Input was read with", #reading > 0 and (table.concat(reading, ";"):gsub("^ +", ""):gsub("; +", "; ")) or nil)
  add("Planned", time_text(plan.created))
  add("Planned by", person(plan.by))
  add("Plan", opened.plan and opened.plan.path or header.planFile)
  add("Plan SHA-256", opened.plan and opened.plan.sha256 or header.plan)
  if opened.kind == "journal" then
    add("Run started", time_text(header.created))
    add("Run started by", person(header.by))
    add("Journal", opened.path)
  end
  local protect = plan.protect
  add("Protected", opened.plan and (type(protect) == "table" and table.concat(protect, ", ") or "no address") or nil)
  add("This page", time_text(core.now()))
  return table.concat(list)
end

local function warnings_of(opened, listed)
  local list = {}
  if opened.kind == "journal" and not opened.plan then
    list[1] = "The plan of this run is missing: rows that were not started are counted, not listed; new values are not known."
  elseif opened.kind == "plan" and opened.plan.journal then
    list[1] = "A run of this plan was started. This page shows the plan, not the run."
  end
  if opened.plan and not opened.plan.header.read then
    list[#list + 1] = "No account was read: old values are not known, and the run cannot be undone."
  end
  if listed < opened.counts.input and opened.plan then
    list[#list + 1] = ("This page lists %s of %s rows."):format(grouped(listed), grouped(opened.counts.input))
  end
  for i, text in ipairs(list) do list[i] = ('<p class="warning">%s</p>\n'):format(text) end
  return table.concat(list)
end

local function counts_html(opened, labels)
  local list = { ("<div><dt>rows of the input</dt><dd>%s</dd></div>\n"):format(grouped(opened.counts.input)) }
  for _, state in ipairs { "not_sent", "ok", "unchanged", "rejected", "unknown", "skipped" } do
    local count = opened.counts[state]
    if count > 0 then
      list[#list + 1] = ('<div class="%s"><dt>%s</dt><dd>%s</dd></div>\n'):format(state, labels[state],
        grouped(count))
    end
  end
  local disables = opened.plan and opened.plan.counts.disables or 0
  if disables > 0 then
    list[#list + 1] = ("<div><dt>planned to be disabled or locked</dt><dd>%s</dd></div>\n"):format(grouped(disables))
  end
  return table.concat(list)
end

local function changes_html(opened)
  local list, fields = {}, opened.plan and opened.plan.counts.fields or {}
  for _, name in ipairs(sorted_names(fields)) do
    for _, change in ipairs(sorted_names(fields[name])) do
      list[#list + 1] = ('<tr><th scope="row">%s</th><td>%s</td><td class="number">%s</td></tr>\n'):format(html.text(name),
        html.text(change), grouped(fields[name][change]))
    end
  end
  return #list > 0 and html.fill(template.changes, { ROWS = table.concat(list) }) or ""
end

local function state_options(opened, labels)
  local list = {}
  for i, state in ipairs(run_report.states) do
    local count = opened.counts[state]
    list[i] = count > 0 and ('<option value="%s">%s (%s)</option>'):format(state, labels[state], grouped(count)) or ""
  end
  return table.concat(list)
end

local function setting_options(opened)
  local list = {}
  for i, name in ipairs(sorted_names(opened.plan and opened.plan.counts.fields or {})) do
    list[i] = ('<option value="%s">%s</option>'):format(html.text(name), html.text(name))
  end
  return table.concat(list)
end

-- ---- the page ----

-- Returns the base64 of a SHA-256, as a content security policy names a script.
local function policy_hash(text)
  return core.base64_encode((system.sha256():update(text):hex():gsub("%x%x", function(byte)
    return string.char(tonumber(byte, 16))
  end)))
end

local function title_of(opened)
  local counts = opened.counts
  local words = opened.kind == "plan" and ("%s of %s would change"):format(grouped(counts.not_sent), grouped(counts.input))
    or ("run, %s of %s ok"):format(grouped(counts.ok), grouped(counts.input))
  return html.text(("%s, tenant %s: %s"):format(tostring(opened.header.operation), tenant_name(opened), words), 300)
end

local function status_of(count)
  if count <= max_shown then return ("%s."):format(counted(count, "row")) end
  return ("The first %d of %s rows. A browser that runs scripts lists all of them."):format(max_shown, grouped(count))
end

--- Makes the page.
---@param opened mimecast.RunReport
---@param next_row fun(): table? the rows, in the order of the page
---@return string[]? parts of the page
---@return integer|mimecast.Error count of rows, or the failure of the iterator
function review_page.parts(opened, next_row)
  local labels = labels_of(opened)
  local documents, first, numbered = read_rows(opened, next_row, labels)
  if not documents then return nil, first end
  local title = title_of(opened)
  local head = html.fill(template.head, {
    TITLE = title, STYLE = template.style, STYLEHASH = policy_hash(template.style), SCRIPTHASH = policy_hash(template.script),
    LABELS = embedded(labels),
  })
  local body = html.fill(template.body, {
    TITLE = title, WARNINGS = warnings_of(opened, #documents), FACTS = facts_of(opened), COUNTS = counts_html(opened, labels),
    CHANGES = changes_html(opened), LISTTITLE = opened.kind == "plan" and "Rows of the plan" or "Rows of the run",
    STATES = state_options(opened, labels), SETTINGS = setting_options(opened), STATUS = status_of(#documents),
    ORIGIN = opened.kind == "plan" and "The plan" or "The run", LINE = numbered, ROWS = first,
    APPROVAL = opened.kind == "plan" and template.approval or "", SCRIPT = template.script,
  })
  return { head, table.concat(documents, ",\n"), body }, #documents
end

local function unwritable(path, reason)
  return nil, errors.new { category = "usage", code = "unwritable_report",
    message = ("--html: %s cannot be written: %s"):format(core.printable(path, 200), reason) }
end

--- Writes the page, whole or not at all, with mode 0600. It replaces another review page, but no file of another kind.
---@param path string
---@param opened mimecast.RunReport
---@param next_row fun(): table?
---@return integer? count of rows
---@return mimecast.Error? err code unwritable_report, or the failure of the iterator
function review_page.write(path, opened, next_row)
  local file = io.open(path, "rb")
  if file then
    local start = file:seek "end" and file:seek "set" and file:read(#template.magic) -- a pipe has no position
    file:close()
    if start ~= template.magic then return unwritable(path, "the file exists and is not a review page") end
  end
  local parts, count = review_page.parts(opened, next_row)
  if not parts then return nil, count end
  local ok, reason = system.write_owner_only(path, table.concat(parts))
  if not ok then return unwritable(path, (tostring(reason):gsub("^.*: ", ""))) end
  return count
end

return review_page
