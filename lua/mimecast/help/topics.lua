--- Describes the functions that are not operations: for help, for editors and for the reference.
--
-- `of` says what has the function: "module", "client" or "both". `lua` is a LuaCATS type. Fields have the types of an
-- operation's fields, or "secret", "number", "table", "function". `api` is the only generation that has the function. `fails`
-- adds nil, message, err to the results.
local options = require "mimecast.config.options"
local session = require "mimecast.credentials.session"

-- ---- input fields ----

local sign_fields = {
  { name = "accessKey", type = "secret", required = true, text = "access key of the application's user" },
  { name = "secretKey", type = "secret", required = true, text = "secret key of the application's user, base64" },
  { name = "appId", type = "text", required = true, text = "application id" },
  { name = "appKey", type = "secret", required = true, text = "application key" },
  { name = "path", type = "text", required = true, text = "path of the request, like /api/user/update-user" },
  { name = "date", type = "any", text = "seconds since 1970, or the text of the header x-mc-date; now by default" },
  { name = "requestId", type = "text", text = "id of the request; a new UUID by default" },
}

local call_fields = {
  { name = "method", type = "text", default = "POST", text = "HTTP method" },
  { name = "path", type = "text", required = true, text = "path below the gateway, without ? and #; not a URL" },
  { name = "query", type = "table", text = "query parameters by name; a list repeats a parameter" },
  { name = "headers", type = "table", text = "further headers by name; not one that authorises or frames the request" },
  { name = "body", type = "any", text = "text, a secret, or a table to send as JSON" },
  { name = "data", type = "table", text = "items to send as {\"data\":[…]}, instead of body" },
  { name = "idempotent", type = "boolean", text = "true: retry after a lost response; true by default for GET" },
}

local plan_fields = {
  { name = "input", type = "any", required = true, text = "path of a CSV or JSON Lines file, list of rows, iterator, or open"
    .. " file" },
  { name = "operation", type = "text", default = "update_user", text = "any operation that writes" },
  { name = "file", type = "text", text = "file of the plan; without it the plan ends with the process" },
  { name = "read", type = "boolean", default = true, text = "false: do not read the current settings" },
  { name = "protect", type = "table", text = "addresses and patterns like *@board.example.com to never disable or lock" },
  { name = "concurrency", type = "number", default = 8, text = "requests in flight" },
  { name = "format", type = "text", text = "csv or jsonl; detected from the file by default" },
  { name = "separator", type = "text", text = "separator of CSV cells; told from the header by default" },
  { name = "encoding", type = "text", text = "character encoding, such as windows-1252; by default UTF-8, or as the byte"
    .. " order mark tells" },
  { name = "map", type = "table", text = "fields by column, like { [\"User Principal Name\"] = \"email\" }; address(email)"
    .. " takes Name <address> apart" },
  { name = "mapFile", type = "text", text = "path of a file of lines COLUMN=FIELD" },
  { name = "columns", type = "table", text = "names of the columns to read; other columns are ignored" },
  { name = "ignoreOtherColumns", type = "boolean", text = "true: ignore columns that are no field" },
  { name = "where", type = "table", text = "texts by column: only rows with these texts are taken" },
  { name = "set", type = "table", text = "values of fields for all rows" },
  { name = "trueWords", type = "table", text = "words for true besides true" },
  { name = "falseWords", type = "table", text = "words for false besides false" },
  { name = "dateFormat", type = "text", text = "form of dates, like dd/mm/yyyy hh:mm; needs timezone" },
  { name = "timezone", type = "text", text = "zone of dates without a zone, like Europe/London" },
  { name = "emptyIsEmpty", type = "boolean", text = "true: a quoted empty cell is an empty text" },
  { name = "onProgress", type = "function", text = "is called with a table of counts" },
}

local bulk_fields = {
  { name = "input", type = "any", required = true, text = "as for plan, like its other options" },
  { name = "journal", type = "text", required = true, text = "path of the journal; the plan is stored next to it" },
  { name = "resume", type = "boolean", text = "true: go on where the run of the journal stopped" },
}

local sync_group_fields = {
  { name = "group", type = "text", required = true, text = "name, path or id of the group" },
  { name = "input", type = "any", required = true, text = "addresses and domains: a column email, as for plan" },
  { name = "removeOthers", type = "boolean", text = "true: remove the members that are not in the list" },
  { name = "file", type = "text", text = "file of the plan; without it the plan ends with the process" },
}

local reconcile_fields = {
  { name = "roster", type = "any", required = true, text = "path of a CSV or JSON Lines file, list of rows, iterator, or open"
    .. " file: a column email, and accountDisabled = true for people who have left" },
  { name = "domain", type = "text", required = true, text = "domain whose accounts are compared" },
  { name = "file", type = "text", text = "file of the plan; without it the plan ends with the process" },
  { name = "groups", type = "table", text = "names of groups to compare: each has a column of its name, true or false" },
  { name = "protect", type = "table", text = "addresses and patterns that are listed, and never disabled" },
  { name = "keepOrphans", type = "boolean", text = "true: accounts without a person on the roster are only listed" },
  { name = "includeDirectory", type = "boolean", text = "true: change accounts that come from a directory as well" },
  { name = "date", type = "text", text = "date of the roster; by default that of its end mark, or of the file" },
  { name = "endMark", type = "text", text = "begin of the last line, which shows that the roster was not cut" },
  { name = "minShare", type = "number", default = 0.9, text = "least ratio of people to those of the last roster" },
  { name = "maxRosterAge", type = "number", default = 604800, text = "largest age of the roster in seconds" },
  { name = "onProgress", type = "function", text = "is called with a table of counts" },
}

local undo_fields = {
  { name = "journal", type = "text", required = true, text = "path of the run's journal" },
  { name = "file", type = "text", text = "file of the undo plan" },
}

local copy_members_fields = {
  { name = "from", type = "text", required = true, text = "id, name or path of the group to read" },
  { name = "to", type = "text", required = true, text = "id, name or path of the group to add to" },
  { name = "preview", type = "boolean", text = "true: change nothing, and return as added what would be added" },
}

local function member_fields(with_notes)
  return {
    { name = "group", type = "text", text = "name or path of the group, or its id; or give id" },
    { name = "id", type = "text", text = "id of the group; or give group" },
    { name = "email", type = "email", text = "address of the member; or give domain" },
    { name = "domain", type = "text", text = "domain of the member; or give email" },
    with_notes and { name = "notes", type = "text", text = "up to 100 characters" } or nil,
  }
end

-- ---- results ----

local client_result = { name = "client", lua = "mimecast.Client?", text = "the client" }
local user_result = { name = "user", lua = "mimecast.update_user.Output?", text = "as update_user returns it" }
local member_result = { name = "member", lua = "mimecast.add_group_member.Output?", text = "as the service returns it; group,"
  .. " address and domain if nothing changed" }
local err_result = { name = "err", lua = "mimecast.Error?", text = "the error value" }

local function changed_result(text)
  return { name = "changed", lua = "boolean|string|nil", text = text .. "; the message if member is nil" }
end

local function failures_result()
  return { name = "failures", lua = "table<integer, mimecast.Error|string>", text = "by position" }
end

local concurrency_parameter = { name = "options?", lua = "{ concurrency?: integer }", text = "calls in flight, 16 by default" }

-- Describes a function that changes one setting of a user.
local function user_setter(name, summary)
  return {
    name = name, of = "both", summary = summary,
    parameters = { { name = "email", lua = "string", text = "address of the user" } },
    returns = { user_result }, fails = true,
    example = ('local user, message, err = mimecast.%s "ann@example.com"'):format(name),
  }
end

return {
  -- ---- clients ----
  {
    name = "new", of = "module",
    summary = "Make a client from options.",
    note = "The credentials select the generation of the API. An unknown option raises an error; an invalid value is returned"
      .. " as an error.",
    parameters = { { name = "options", lua = "mimecast.Options", fields = options.list,
      text = "credentials and other options" } },
    returns = { client_result }, fails = true,
    example = 'local client, message, err = mimecast.new { clientId = "id", clientSecret = "secret" }',
  },
  {
    name = "default", of = "module",
    summary = "Return the client of the module's functions; the first call makes it from the environment or a profile.",
    returns = { client_result }, fails = true,
    example = "local client, message, err = mimecast.default()",
  },
  {
    name = "sign", of = "module",
    summary = "Return the headers of a request to API 1.0, without a client and without I/O.",
    parameters = { { name = "input", lua = "mimecast.sign.Input", fields = sign_fields,
      text = "keys and path; optionally date and id" } },
    returns = { { name = "headers", lua = "table<string, string>?",
      text = "Authorization, x-mc-app-id, x-mc-date, x-mc-req-id" } },
    fails = true,
    example = 'local headers, message, err = mimecast.sign {\n  accessKey = "key", secretKey = "c2VjcmV0", '
      .. 'appId = "id", appKey = "key",\n  path = "/api/user/update-user",\n}',
  },
  {
    name = "discover", of = "module", api = "1.0",
    summary = "Ask the service for the region of an address and the login types of its user (API 1.0).",
    note = "Needs no credentials. A gateway that does not serve API 1.0 is rejected.",
    parameters = { { name = "input", lua = "mimecast.discover.Input", fields = session.fields.discover.list,
      text = "address and application" } },
    returns = { { name = "found", lua = "{ baseUrl: string, region?: string, authenticate: string[], email: string }?",
      text = "the tenant's gateway and the login types" } },
    fails = true,
    example = 'local found, message, err = mimecast.discover { email = "ann@example.com", appId = "id" }',
  },
  {
    name = "login", of = "module", api = "1.0",
    summary = "Log a user in to API 1.0: create or renew a binding of an access key and a secret key.",
    note = "A client with email and password renews its binding itself. Use login in a program that stores the keys.",
    parameters = { { name = "input", lua = "mimecast.login.Input", fields = session.fields.login.list,
      text = "the user; accessKey and secretKey of a binding to renew" } },
    returns = { { name = "keys", lua = "mimecast.Keys?", text = "accessKey and secretKey as secrets, for mimecast.new;"
      .. " duration in seconds, bindingType, extendOnValidate, username, baseUrl" } },
    fails = true,
    example = 'local keys, message, err = mimecast.login {\n  email = "ann@example.com", '
      .. 'password = mimecast.secret "Correct Horse 7", appId = "id", region = "eu",\n}',
  },
  {
    name = "logout", of = "both", api = "1.0",
    summary = "End the client's binding of API 1.0; its keys become invalid.",
    returns = { { name = "ok", lua = "boolean?", text = "true if the binding has ended" } }, fails = true,
    example = "local ok, message, err = mimecast.logout()",
  },
  {
    name = "with", of = "client",
    summary = "Return a client with other options that shares connections, token, rate limit and counters.",
    note = "Options are timeout, attempts, batchSize, concurrency, passwordRetryWindow, readOnly and retryUnknown; others raise"
      .. " an error.",
    parameters = { { name = "options", lua = "mimecast.Options", text = "the options to override" } },
    returns = { { name = "client", lua = "mimecast.Client", text = "the new client" } },
    example = 'local client = mimecast.new { clientId = "id", clientSecret = "secret" }\n'
      .. "local patient = client:with { timeout = 300 }",
  },
  {
    name = "info", of = "client",
    summary = "Describes the client: API generation, gateway, fingerprint of its credentials, clock and sleep.",
    returns = { { name = "info", lua = "mimecast.ClientInfo", text = "a table without secrets" } },
    example = 'local client = mimecast.new { clientId = "id", clientSecret = "secret" }\nprint(client:info().baseUrl)',
  },
  {
    name = "ping", of = "client",
    summary = "Requests the gateway's root without credentials, to show whether the gateway can be reached.",
    returns = {
      { name = "response", lua = "{ status: integer, headers: table<string, string>, seconds: number }?",
        text = "headers by lower-case name" },
    }, fails = true,
    example = 'local client = mimecast.new { clientId = "id", clientSecret = "secret" }\nlocal response = client:ping()',
  },
  {
    name = "masked_headers", of = "client",
    summary = "Returns the headers that authorise a request, with the token or with access key and signature masked.",
    parameters = { { name = "path", lua = "string", text = "of the request, like /api/user/update-user" } },
    returns = { { name = "headers", lua = "table<string, string>?", text = "by name" } }, fails = true,
    example = 'local client = mimecast.new { clientId = "id", clientSecret = "secret" }\n'
      .. 'local headers = client:masked_headers "/api/user/update-user"',
  },
  {
    name = "close", of = "client",
    summary = "Close the client's connections; the client cannot be used any more.",
    returns = {},
    example = 'local client = mimecast.new { clientId = "id", clientSecret = "secret" }\nclient:close()',
  },

  -- ---- calls ----
  {
    name = "call", of = "both",
    summary = "Send an authorised request to any path of the API.",
    note = "The response is not checked: a failure that the service reports is a result here.",
    parameters = { { name = "input", lua = "mimecast.call.Input", text = "the request", fields = call_fields } },
    returns = { { name = "response", lua = "mimecast.Response?", text = "status, headers and body, unchanged" } },
    fails = true,
    example = 'local response, message, err = mimecast.call {\n  path = "/api/user/update-user", '
      .. 'data = { { emailAddress = "ann@example.com" } },\n}',
  },
  {
    name = "map", of = "both", generic = "T, R",
    summary = "Run a function for each input, several at a time on one thread, with the results in order.",
    note = "Outside nginx the function may wait in calls of this client only; another yield raises an error.",
    parameters = {
      { name = "inputs", lua = "T[]", text = "the inputs of the function" },
      { name = "run", lua = "fun(input: T, i: integer): R?, string?, mimecast.Error?",
        text = "makes the calls for one input" },
      concurrency_parameter,
    },
    returns = { { name = "results", lua = "(R|false)[]", text = "false if the function returned nil" }, failures_result() },
    example = 'local results, failures = mimecast.map({ "ann@example.com", "bob@example.com" }, function(email)\n'
      .. "  return mimecast.user_settings(email)\nend, { concurrency = 16 })",
  },
  {
    name = "gather", of = "both",
    summary = "Run functions concurrently on one thread, with their results in order.",
    parameters = {
      { name = "functions", lua = "(fun(): any, string?, mimecast.Error?)[]", text = "functions that make calls" },
      concurrency_parameter,
    },
    returns = { { name = "results", lua = "any[]", text = "false if a function returned nil" }, failures_result() },
    example = 'local results, failures = mimecast.gather {\n  function() return mimecast.user_settings "ann@example.com" end,\n'
      .. "  function() return mimecast.find_groups {} end,\n}",
  },
  {
    name = "stats", of = "both",
    summary = "Return the client's counters: calls, items, requests, retries, waits, tokens, bytes, latencies.",
    note = "stats:prometheus(labels) returns them as Prometheus text.",
    returns = { { name = "stats", lua = "mimecast.Stats?", text = "a copy of the counters" } }, fails = true,
    example = "local stats = mimecast.stats()\nlocal text = stats:prometheus { worker = \"1\" }",
  },

  -- ---- the module ----
  {
    name = "secret", of = "module",
    summary = "Wrap a text so that it is not printed and is wiped when it is collected.",
    note = "Every secret option and every password field accepts a secret.",
    parameters = { { name = "text", lua = "string", text = "the text" } },
    returns = { { name = "secret", lua = "mimecast.Secret", text = "prints as secret(…)" } },
    example = 'local password = mimecast.secret "Correct-Horse-7"',
  },
  {
    name = "help", of = "module",
    summary = "Print a list of all functions, or the input and the result of a function.",
    parameters = { { name = "name?", lua = "string", text = "a function or a family of functions" } },
    returns = {},
    example = 'mimecast.help "update_user"',
  },
  {
    name = "operation", of = "module",
    summary = "Declare an operation: it becomes a function with the same checks as all others.",
    note = "Raises an error for an invalid table or a name in use. See doc/adding-an-operation.md.",
    parameters = { { name = "operation", lua = "mimecast.Operation", text = "the operation and its name" } },
    returns = {},
    example = 'mimecast.operation {\n  name = "get_journal_service", path = "/api/journaling/get-service",\n'
      .. "  resultKey = true, undocumentedOutput = true, writes = false, idempotent = true,\n}",
  },

  -- ---- users and groups ----
  {
    name = "user_settings", of = "both",
    summary = "Read an account's current settings without changing them.",
    parameters = { { name = "email", lua = "string", text = "address of the user" } },
    returns = { user_result }, fails = true,
    example = 'local user, message, err = mimecast.user_settings "ann@example.com"',
  },
  {
    name = "user_overview", of = "both",
    summary = "Read what the service tells about a user: settings, profile, aliases, delegated mailboxes, groups.",
    note = "The service has no list of a user's groups: the members of each group are read. A part that the application may not"
      .. " read has an error value in problems.",
    parameters = { { name = "email", lua = "string", text = "address of the user" },
      { name = "options?", lua = "{ maxGroups?: integer }", text = "most groups to read (default 200)" } },
    returns = { { name = "overview", lua = "{ settings?: table, profile?: table, aliases?: table[], mailboxes?: table[],"
      .. " groups?: table[], problems: table<string, mimecast.Error> }?", text = "the parts" } }, fails = true,
    example = 'local overview, message, err = mimecast.user_overview "ann@example.com"',
  },
  user_setter("disable_user", "Disable an account."),
  user_setter("enable_user", "Enable a disabled account."),
  user_setter("lock_user", "Lock an account."),
  user_setter("unlock_user", "Unlock an account."),
  user_setter("force_password_change", "Require a new password at the user's next sign-in."),
  {
    name = "set_password", of = "both",
    summary = "Set a user's cloud password and unlock the account in the same request.",
    note = "The service rejects the password of a locked account unless the same request unlocks it.",
    parameters = { { name = "email", lua = "string", text = "address of the user" },
      { name = "password", lua = "string|mimecast.Secret", text = "the new password" } },
    returns = { user_result }, fails = true,
    example = 'local user, message, err = mimecast.set_password("ann@example.com", mimecast.secret "Correct-Horse-7")',
  },
  {
    name = "reuse_address", of = "both",
    summary = "Give an address to a new employee and hide the archive before a date.",
    parameters = { { name = "email", lua = "string", text = "address of the user" },
      { name = "date", lua = "string|number", text = "start of the visible archive: ISO 8601 with a zone, or seconds since"
        .. " 1970" },
      { name = "more?", lua = "table", text = "further settings, as update_user takes them" } },
    returns = { user_result }, fails = true,
    example = 'local user, message, err = mimecast.reuse_address("ann@example.com", "2026-01-15T09:00:00Z",\n'
      .. '  { username = "Ann Smith", forcePasswordChange = true })',
  },
  {
    name = "ensure_user", of = "both",
    summary = "Bring a user's settings into a given state: read them, write the differences only, and return the changes.",
    note = "Dates are compared as points in time. A password cannot be read: it counts as a change each time, without value.",
    parameters = { { name = "input", lua = "mimecast.update_user.Input", text = "the settings, as update_user takes them" } },
    returns = { user_result,
      { name = "changes", lua = "table<string, { from: any, to: any }|true>|string|nil",
        text = "by field, true for a password; empty if nothing differed; the message if user is nil" }, err_result },
    example = 'local user, changes, err = mimecast.ensure_user {\n  email = "ann@example.com", accountDisabled = true,'
      .. ' allowPop3 = false,\n}',
  },
  {
    name = "find_group", of = "both",
    summary = "Find a profile group by its name, its path or its id.",
    note = "A path like Staff/Finance tells groups of one name apart; case matters. A name of several groups is an error that"
      .. " lists their paths and ids. An id is returned without a lookup.",
    parameters = { { name = "group", lua = "string", text = "name, path or id" } },
    returns = { { name = "group", lua = "mimecast.find_groups.Row?", text = "as find_groups returns it" } }, fails = true,
    example = 'local group, message, err = mimecast.find_group "Finance"',
  },
  {
    name = "ensure_group_member", of = "both",
    summary = "Add an address or a domain to a profile group unless it is a member already.",
    parameters = { { name = "input", lua = "mimecast.ensure_group_member.Input", fields = member_fields(true),
      text = "the group and the member" } },
    returns = { member_result, changed_result "true if it was added", err_result },
    example = 'local member, changed, err = mimecast.ensure_group_member { group = "Leavers", email = "ann@example.com" }',
  },
  {
    name = "ensure_no_group_member", of = "both",
    summary = "Remove an address or a domain from a profile group if it is a member.",
    parameters = { { name = "input", lua = "mimecast.ensure_no_group_member.Input", fields = member_fields(false),
      text = "the group and the member" } },
    returns = { member_result, changed_result "true if it was removed", err_result },
    example = 'local member, changed, err = mimecast.ensure_no_group_member { group = "Finance", email = "ann@example.com" }',
  },
  {
    name = "copy_members", of = "both",
    summary = "Add the members of one profile group to another, with their notes.",
    note = "No member is removed from either group. Check failed for members that could not be added.",
    parameters = { { name = "input", lua = "mimecast.copy_members.Input", text = "the two groups",
      fields = copy_members_fields } },
    returns = { { name = "result",
      lua = "{ added: string[], unchanged: string[], failed: table<string, mimecast.Error> }?",
      text = "added members, unchanged members, and the error values of failed members" } },
    fails = true,
    example = 'local result, message, err = mimecast.copy_members { from = "Finance", to = "Leavers" }',
  },

  -- ---- bulk changes ----
  {
    name = "plan", of = "both",
    summary = "Plan changes of many accounts: check the rows, read the current settings, write the changes into a plan.",
    note = "Nothing is changed; plan:apply{ journal = … } applies the plan. Given a path, opens a plan. See doc/bulk.md.",
    parameters = { { name = "input", lua = "mimecast.plan.Input|string", fields = plan_fields,
      text = "rows and options, or the path of a plan" } },
    returns = { { name = "plan", lua = "mimecast.Plan?", text = "counts, rows() and apply(options)" } }, fails = true,
    example = 'local plan, message, err = mimecast.plan {\n  input = { { email = "ann@example.com", accountDisabled = true } },'
      .. "\n}",
  },
  {
    name = "bulk", of = "both",
    summary = "Plan and apply changes in one step; journal and report record every row.",
    note = "Takes the options of plan and of plan:apply. See doc/bulk.md.",
    parameters = { { name = "input", lua = "mimecast.bulk.Input", fields = bulk_fields, text = "rows and options" } },
    returns = { { name = "report", lua = "mimecast.Report?", text = "counts that add up, and csv(path)" } }, fails = true,
    example = 'local report, message, err = mimecast.bulk {\n  input = { { email = "ann@example.com", '
      .. 'accountDisabled = true } }, journal = "leavers.journal",\n}',
  },
  {
    name = "sync_group", of = "both",
    summary = "Plan what brings the members of a profile group in line with a list: members to add, and others to remove.",
    note = "Nothing is changed; plan:apply{ journal = … } applies the plan, undo reverses it. A second plan changes nothing.",
    parameters = { { name = "input", lua = "mimecast.sync_group.Input", fields = sync_group_fields,
      text = "the group and the list" } },
    returns = { { name = "plan", lua = "mimecast.Plan?", text = "a row for each member, with member = true or false" } },
    fails = true,
    example = 'local plan, message, err = mimecast.sync_group {\n  group = "Finance", removeOthers = true,\n'
      .. '  input = { { email = "ann@example.com" }, { email = "bob@example.com" } },\n}',
  },
  {
    name = "reconcile", of = "both",
    summary = "Hold the accounts of a domain against a roster: plan what to disable and enable, and list all differences.",
    note = "Nothing is changed; plan:apply{ journal = … } applies the plan. plan.findings lists orphans, leavers, people"
      .. " without an account and wrong members of groups. Takes the options of plan that say how a file is read. See"
      .. " doc/reconcile.md.",
    parameters = { { name = "input", lua = "mimecast.reconcile.Input", fields = reconcile_fields,
      text = "roster and options" } },
    returns = { { name = "plan", lua = "mimecast.Plan?", text = "with findings: counts, rows(kind), members(group)" } },
    fails = true,
    example = 'local plan, message, err = mimecast.reconcile {\n  domain = "example.com",\n'
      .. '  roster = { { email = "ann@example.com" }, { email = "bob@example.com", accountDisabled = true } },\n}',
  },
  {
    name = "undo", of = "both",
    summary = "Write the plan that restores what a run changed, from its journal.",
    note = "plan.irreversible lists what cannot be restored, such as passwords. See doc/bulk.md.",
    parameters = { { name = "input", lua = "mimecast.undo.Input", fields = undo_fields, text = "the run" } },
    returns = { { name = "plan", lua = "mimecast.Plan?", text = "the undo plan" } }, fails = true,
    example = 'local plan, message, err = mimecast.undo { journal = "leavers.journal" }',
  },
  {
    name = "report", of = "both",
    summary = "Open the report of a plan or of a journal: its rows with their states. Nothing is requested.",
    note = "The states are ok, unchanged, rejected, unknown, skipped and not_sent. See doc/bulk.md.",
    parameters = { { name = "path", lua = "string", text = "path of a plan or of a journal" } },
    returns = { { name = "report", lua = "mimecast.RunReport?", text = "counts, rows(states) and close()" } }, fails = true,
    example = 'local report, message, err = mimecast.report "leavers.journal"',
  },
}
