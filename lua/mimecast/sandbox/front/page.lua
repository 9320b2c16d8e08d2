--- The page of a tenant behind nginx: users, groups, applied changes, the last requests, faults. Plain HTML without scripts.
--
-- The tenant listens on loopback, but any web site can send a browser there. So the page is only served for a Host name of this
-- machine (a rebound name of another site is rejected), and a form is only accepted from the page itself, by its Origin.
local core = require "mimecast.core"
local counted = require "mimecast.base.counted"
local faults = require "mimecast.sandbox.wire.faults"
local html = require "mimecast.base.html"
local json = require "mimecast.json"
local lazy = require "mimecast.base.lazy"
local template = require "mimecast.sandbox.front.page_template"

local page = {}

local max_rows, max_scanned = 100, 20000

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys, core.before)
  return keys
end

local function row_html(cells, number_column)
  local list = {}
  for i, cell in ipairs(cells) do
    if i == 1 then
      list[i] = ('<th scope="row">%s</th>'):format(cell)
    else
      list[i] = ("<td%s>%s</td>"):format(i == number_column and ' class="number"' or "", cell)
    end
  end
  return "<tr>" .. table.concat(list) .. "</tr>\n"
end

local function rows_html(rows, number_column)
  for i, cells in ipairs(rows) do rows[i] = row_html(cells, number_column) end
  return table.concat(rows)
end

-- Formats a value of a fault or of a user.
local function value_text(value)
  if type(value) == "number" then return core.format_number(value) end
  return type(value) == "table" and json.encode(value) or tostring(value)
end

-- ---- users ----

-- The settings of a user that differ from those of a new user. A password is never shown.
local function settings_text(user)
  local list = {}
  for _, name in ipairs(sorted_keys(user)) do
    local value = user[name]
    if name == "password" then
      list[#list + 1] = "password set"
    elseif name ~= "emailAddress" and name ~= "name" and value ~= false and value ~= "" and value ~= json.null then
      list[#list + 1] = value == true and name or ("%s %s"):format(name, value_text(value))
    end
  end
  return table.concat(list, ", ")
end

local function user_row(tenant, user)
  return { html.text(user.emailAddress), html.text(user.name or "", 200), html.text(settings_text(user), 500),
    ("%d"):format(tenant.applied[core.fold(user.emailAddress)] or 0) }
end

local function user_matches(tenant, user, text, only_changed)
  if only_changed and not tenant.applied[core.fold(user.emailAddress)] then return false end
  return text == "" or core.fold(user.emailAddress):find(text, 1, true) or core.fold(user.name or ""):find(text, 1, true)
end

-- Returns the users whose changes were applied, as a source.
local function changed_users(tenant)
  local list = {}
  for _, key in ipairs(sorted_keys(tenant.applied)) do
    local user = key:find "^[^@ ]+@[^@ ]+$" and tenant.directory:find(key)
    if user then list[#list + 1] = user end
  end
  return { count = #list, at = function(i) return list[i] end }
end

local function all_users(tenant)
  local names = {}
  for i, record in ipairs(tenant.domains.internal) do names[i] = record.domain end
  return tenant.directory:source(names)
end

-- Returns the rows of users and a text about them. A search looks at a bounded number of users.
local function find_users(tenant, query)
  local text, only_changed = core.fold(query.q or ""), query.changed == "1"
  local source = only_changed and changed_users(tenant) or all_users(tenant)
  local exact = text:find "@" and tenant.directory:find(text)
  if exact and user_matches(tenant, exact, text, only_changed) then return { user_row(tenant, exact) }, "1 user" end
  local rows, scanned = {}, math.min(source.count, max_scanned)
  for i = 1, scanned do
    local user = source.at(i)
    if user_matches(tenant, user, text, only_changed) then rows[#rows + 1] = user_row(tenant, user) end
    if #rows == max_rows then break end
  end
  local words = ("%d of %s"):format(#rows, counted(source.count, "user"))
  if #rows == max_rows and source.count > max_rows then words = words .. "; search for others" end
  if scanned < source.count and text ~= "" then words = ("%s; only the first %d were searched"):format(words, scanned) end
  return rows, words
end

-- ---- the other tables ----

local function group_rows(tenant)
  local rows = {}
  for _, source in ipairs { "cloud", "ldap" } do
    for _, group in ipairs(tenant.groups.lists[source]) do
      local names = {}
      for i = 1, math.min(#group.members, 10) do names[i] = group.members[i].email or group.members[i].domain end
      local more = #group.members - #names
      if #rows < max_rows then
        rows[#rows + 1] = { html.text(group.description, 200), source,
          html.text(table.concat(names, ", ") .. (more > 0 and (" and %d more"):format(more) or "")) }
      end
    end
  end
  return rows, counted(#tenant.groups.lists.cloud + #tenant.groups.lists.ldap, "group")
end

-- Returns what was applied, the most frequent first: an object that was changed twice by one command is what one looks for.
local function applied_rows(tenant)
  local keys = sorted_keys(tenant.applied)
  local counts, order = tenant.applied, {}
  for i, key in ipairs(keys) do order[key] = i end
  table.sort(keys, function(a, b)
    if counts[a] ~= counts[b] then return counts[a] > counts[b] end
    return order[a] < order[b]
  end)
  local rows = {}
  for i = 1, math.min(#keys, max_rows) do rows[i] = { html.text(keys[i], 300), ("%d"):format(counts[keys[i]]) } end
  return rows, ("%s of %s, the most frequent first"):format(counted(tenant.applied_total, "change"), counted(#keys, "object"))
end

-- Bodies and headers hold passwords and credentials: they are not shown.
local function request_rows(tenant)
  local rows, list = {}, tenant:requests()
  for i = #list, math.max(1, #list - max_rows + 1), -1 do
    local entry = list[i]
    local problems = lazy("mimecast.sandbox.conformance").problems(entry)
    rows[#rows + 1] = { os.date("!%H:%M:%S", math.floor(entry.time)), html.text(entry.method .. " " .. entry.path, 300),
      ("%d"):format(entry.status or 0),
      ('<span class="unexpected">%s</span>'):format(html.text(table.concat(problems, "; "), 500)) }
  end
  return rows, ("%d of %s, the newest first"):format(#rows, counted(tenant.reached_total, "request"))
end

local shown_apart = { kind = true, path = true, times = true, after = true, left = true, pass = true }

local function faults_html(tenant)
  local rows = {}
  for i, rule in ipairs(tenant.faults.rules) do
    local more = {}
    for _, name in ipairs(sorted_keys(rule)) do
      if not shown_apart[name] then more[#more + 1] = name .. "=" .. value_text(rule[name]) end
    end
    local hits = rule.left == math.huge and "no limit" or ("%d"):format(rule.left)
    if rule.pass > 0 then hits = ("%s, after %d"):format(hits, rule.pass) end
    rows[i] = { html.text(rule.kind), hits, html.text(rule.path or "any but /oauth/token", 200),
      html.text(table.concat(more, " "), 300) }
  end
  return #rows > 0 and html.fill(template.faults, { ROWS = rows_html(rows) }) or "<p>No fault is to come.</p>\n"
end

local function counts_html(tenant)
  local list = {}
  local function add(name, value) list[#list + 1] = ("<div><dt>%s</dt><dd>%s</dd></div>\n"):format(name, html.text(value)) end
  local budget = tenant.options.rateLimit
  if type(budget) == "table" then budget = ("%d in %d ms"):format(budget.limit or 800, budget.window or 5000) end
  add("requests", ("%d"):format(tenant.reached_total))
  add("applied changes", ("%d"):format(tenant.applied_total))
  add("access tokens", ("%d"):format(tenant.token_count))
  add("rate limit", budget == false and "none" or type(budget) == "number" and ("%d in 5000 ms"):format(budget) or budget
    or "800 in 5000 ms")
  add("time (UTC)", os.date("!%H:%M:%S", math.floor(tenant:now())))
  return table.concat(list)
end

-- ---- the page ----

local actions = {
  { name = "expire_tokens", label = "Expire all tokens", done = "All access tokens have expired." },
  { name = "clear_faults", label = "Remove all faults", done = "No fault is to come." },
  { name = "reset", label = "Reset the tenant", done = "The tenant has its initial state." },
}
local done = { fault = "The fault is added." }
for _, action in ipairs(actions) do done[action.name] = action.done end

local function actions_html()
  local list = {}
  for i, action in ipairs(actions) do
    list[i] = html.fill(template.action, { NAME = action.name, LABEL = action.label })
  end
  return table.concat(list)
end

local function kind_options(chosen)
  local list = {}
  for _, name in ipairs(faults.names()) do
    if name ~= "refuse" then -- nginx cannot refuse a connection
      list[#list + 1] = ("<option%s>%s</option>"):format(name == chosen and " selected" or "", name)
    end
  end
  return table.concat(list)
end

-- Returns the page. `form` has the values of a fault that was rejected, and `problem` says why.
local function render(tenant, query, nonce, form, problem)
  local user_list, user_status = find_users(tenant, query)
  local group_list, group_status = group_rows(tenant)
  local applied_list, applied_status = applied_rows(tenant)
  local request_list, request_status = request_rows(tenant)
  local notice = problem or done[query.done]
  return html.fill(template.page, {
    NONCE = nonce, STYLE = template.style, CODE = html.text(tenant.account.accountCode, 100), COUNTS = counts_html(tenant),
    REFRESH = query.refresh == "3" and '<meta http-equiv="refresh" content="3">\n' or "",
    NOTICE = notice
      and ('<p class="warning" role="%s">%s</p>\n'):format(problem and "alert" or "status", html.text(notice)) or "",
    QUERY = html.text(query.q or ""), CHANGED = query.changed == "1" and " checked" or "",
    USERS = rows_html(user_list, 4), USERSTATUS = user_status, GROUPS = rows_html(group_list), GROUPSTATUS = group_status,
    APPLIED = rows_html(applied_list, 2), APPLIEDSTATUS = applied_status, REQUESTS = rows_html(request_list, 3),
    REQUESTSTATUS = request_status, FAULTS = faults_html(tenant),
    KINDS = kind_options(form.kind or "unavailable"), TIMES = html.text(form.times or ""), AFTER = html.text(form.after or ""),
    PATH = html.text(form.path or ""), MORE = html.text(form.more or ""), ACTIONS = actions_html(),
  })
end

local function respond(status, body, nonce)
  return { status = status, body = body, headers = {
    "content-type", nonce and "text/html; charset=utf-8" or "text/plain; charset=utf-8",
    "content-security-policy", ("default-src 'none'; style-src 'nonce-%s'; form-action 'self'; frame-ancestors 'none'; "
      .. "base-uri 'none'"):format(nonce or "none"),
    "x-content-type-options", "nosniff", "cross-origin-resource-policy", "same-origin", "referrer-policy", "same-origin",
    "cache-control", "no-store",
  } }
end

local function respond_page(tenant, status, query, form, problem)
  local nonce = tenant.random_text(20)
  return respond(status, render(tenant, query, nonce, form or {}, problem), nonce)
end

-- ---- forms ----

-- Reads "name=value" words; a value is JSON if it can be read as JSON. Returns nil for another word.
local function read_fields(text, fault)
  for word in text:gmatch "%S+" do
    local name, value = word:match "^(%w+)=(.*)$"
    if not name then return nil end
    local decoded = json.decode(value)
    fault[name] = decoded == nil and value or decoded
  end
  return fault
end

-- Returns the fault of a form; nil and a message.
local function read_fault(form)
  local fault = { kind = form.kind, times = tonumber(form.times), after = tonumber(form.after),
    path = form.path ~= "" and form.path or nil }
  if not read_fields(form.more or "", fault) then return nil, "Further fields must be like seconds=5 status=503." end
  if fault.kind == "refuse" then return nil, "nginx cannot refuse a connection." end
  local problem = faults.problem(fault)
  if problem then return nil, problem end
  return fault
end

local perform = {
  expire_tokens = function(tenant) tenant:expire_tokens() end,
  clear_faults = function(tenant) tenant.faults:clear() end,
  reset = function(tenant) tenant:reset() end,
}

local function handle_form(tenant, form)
  if form.action == "fault" then
    local fault, problem = read_fault(form)
    if not fault then return respond_page(tenant, 400, {}, form, problem) end
    tenant.faults:add(fault)
  elseif perform[form.action] then
    perform[form.action](tenant)
  else
    return respond(400, "unknown action\n")
  end
  local response = respond(303, "")
  response.headers[#response.headers + 1] = "location"
  response.headers[#response.headers + 1] = "/?done=" .. form.action
  return response
end

-- ---- requests ----

--- Returns whether a request is for the page and not for the service: a browser opens "/", or sends a form.
---@param request table method, path (without the query), accept
---@return boolean
function page.wants(request)
  if request.path == "/sandbox/page" then return true end
  return request.path == "/" and request.method == "GET" and (request.accept or ""):find("text/html", 1, true) ~= nil
end

--- Handles a request of a browser.
---@param tenant table
---@param request table method, scheme, host and origin (headers), query and form (tables of texts), name (the option `host` of
--- the sandbox: allowed besides 127.0.0.1 and localhost)
---@return table response { status, headers (flat, in order), body }
function page.handle(tenant, request)
  local host = request.host or ""
  local name = host:gsub(":%d+$", "")
  if name ~= "127.0.0.1" and name ~= "localhost" and name ~= request.name then
    return respond(403, "this page is for 127.0.0.1 and localhost only\n")
  end
  if request.method == "GET" and request.path == "/" then return respond_page(tenant, 200, request.query) end
  if request.method ~= "POST" then return respond(405, "send the form of the page\n") end
  if request.origin ~= ("%s://%s"):format(request.scheme, host) then
    return respond(403, "forms are accepted from the sandbox's own page only\n")
  end
  return handle_form(tenant, request.form)
end

return page
