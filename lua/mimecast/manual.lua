--- The functions that are no operations, described as data: for help, for editors and for the reference.
--
-- `of` says whose they are: the module's, a client's, or both. `lua` is a type as LuaCATS writes it; fields have the
-- types of an operation's fields, and "secret", "number", "table" and "function" besides. `api` is the one generation
-- that has it.
local binding = require "mimecast.binding"
local settings = require "mimecast.settings"

local sign_fields = {
  { name = "accessKey", type = "secret", required = true, text = "access key of the application's user" },
  { name = "secretKey", type = "secret", required = true, text = "secret key of the application's user, base64" },
  { name = "appId", type = "text", required = true, text = "application id" },
  { name = "appKey", type = "secret", required = true, text = "application key" },
  { name = "path", type = "text", required = true, text = "the request's path, like /api/user/update-user" },
  { name = "date", type = "any", text = "seconds since 1970, or the text of the header x-mc-date; now by default" },
  { name = "requestId", type = "text", text = "the request's id; a fresh UUID by default" },
}

local call_fields = {
  { name = "method", type = "text", default = "POST", text = "HTTP method" },
  { name = "path", type = "text", required = true, text = "path of the gateway, without ? and #; not a URL" },
  { name = "query", type = "table", text = "parameters by name; a list gives one several times" },
  { name = "headers", type = "table", text = "further headers by name; none that authorises or frames the request" },
  { name = "body", type = "any", text = "text, a secret, or a table to be sent as JSON" },
  { name = "data", type = "table", text = "instead of body: the items of an envelope, sent as {\"data\":[…]}" },
  { name = "idempotent", type = "boolean", text = "it may be sent again after a lost answer; true by default for GET" },
}

-- ---- helpers ----

local user_result = { name = "user", lua = "mimecast.update_user.Output?", text = "as update_user returns it" }
local member_result = { name = "member", lua = "mimecast.add_group_member.Output?", text = "as the service names it; group,"
  .. " address and domain where nothing changed" }
local err_result = { name = "err", lua = "mimecast.Failure?", text = "what went wrong" }

local function changed_result(text)
  return { name = "changed", lua = "boolean|string|nil", text = "whether " .. text .. "; the message where member is nil" }
end

local function user_setter(name, summary)
  return {
    name = name, of = "both", summary = summary,
    parameters = { { name = "email", lua = "string", text = "address of the user" } },
    returns = { user_result }, fails = true,
    example = ('local user, message, err = mimecast.%s "ann@example.com"'):format(name),
  }
end

local function member_fields(with_notes)
  return {
    { name = "group", type = "text", text = "the group's name, or give id" },
    { name = "id", type = "text", text = "the group's id, or give group" },
    { name = "email", type = "email", text = "the address, or give domain" },
    { name = "domain", type = "text", text = "the domain, or give email" },
    with_notes and { name = "notes", type = "text", text = "up to 100 characters" } or nil,
  }
end

return {
  {
    name = "new", of = "module",
    summary = "Makes a client from options.",
    note = "The credentials choose the generation of the API. Unknown options raise; what does not fit is returned.",
    parameters = { { name = "options", lua = "mimecast.Options", fields = settings.options,
      text = "credentials, and what else differs from the default" } },
    returns = { { name = "client", lua = "mimecast.Client?", text = "the client" } }, fails = true,
    example = 'local client, message, err = mimecast.new { clientId = "id", clientSecret = "secret" }',
  },
  {
    name = "default", of = "module",
    summary = "The client behind the module's own functions, made at first use from the environment or a profile.",
    returns = { { name = "client", lua = "mimecast.Client?", text = "the client" } }, fails = true,
    example = "local client, message, err = mimecast.default()",
  },
  {
    name = "sign", of = "module",
    summary = "The headers of a request to API 1.0, without a client and without I/O.",
    parameters = { { name = "input", lua = "mimecast.sign.Input", fields = sign_fields,
      text = "keys and path; date and id where they are given" } },
    returns = { { name = "headers", lua = "table<string, string>?",
      text = "Authorization, x-mc-app-id, x-mc-date, x-mc-req-id" } },
    fails = true,
    example = 'local headers, message, err = mimecast.sign {\n  accessKey = "key", secretKey = "c2VjcmV0", '
      .. 'appId = "id", appKey = "key",\n  path = "/api/user/update-user",\n}',
  },
  {
    name = "discover", of = "module", api = "1.0",
    summary = "Asks the service which region of API 1.0 an address belongs to, and how its user can log in.",
    note = "It takes no credentials. A gateway that is none of API 1.0 is refused.",
    parameters = { { name = "input", lua = "mimecast.discover.Input", fields = binding.discover_fields,
      text = "address and application" } },
    returns = { { name = "found", lua = "{ baseUrl: string, region?: string, authenticate: string[], email: string }?",
      text = "the tenant's gateway, and the types of login" } },
    fails = true,
    example = 'local found, message, err = mimecast.discover { email = "ann@example.com", appId = "id" }',
  },
  {
    name = "login", of = "module", api = "1.0",
    summary = "Logs a user in to API 1.0: makes a binding of an access key and a secret key, or renews one.",
    note = "A client with email and password renews its binding itself; this is for programs that keep the keys.",
    parameters = { { name = "input", lua = "mimecast.login.Input", fields = binding.login_fields,
      text = "who logs in; accessKey and secretKey of the binding to renew" } },
    returns = { { name = "keys", lua = "mimecast.Keys?", text = "accessKey and secretKey as secrets, as mimecast.new takes"
      .. " them; duration in seconds, bindingType, extendOnValidate, username, baseUrl" } },
    fails = true,
    example = 'local keys, message, err = mimecast.login {\n  email = "ann@example.com", '
      .. 'password = mimecast.secret "Correct Horse 7", appId = "id", region = "eu",\n}',
  },
  {
    name = "logout", of = "both", api = "1.0",
    summary = "Ends the client's binding of API 1.0: its keys are good for nothing afterwards.",
    returns = { { name = "ok", lua = "boolean?", text = "true where the binding has ended" } }, fails = true,
    example = "local ok, message, err = mimecast.logout()",
  },
  {
    name = "secret", of = "module",
    summary = "Wraps a text so that it is not printed, and is wiped when it is collected.",
    note = "Every secret option and every password field takes one.",
    parameters = { { name = "text", lua = "string", text = "the text" } },
    returns = { { name = "secret", lua = "mimecast.Secret", text = "prints as secret(…)" } },
    example = 'local password = mimecast.secret "Correct-Horse-7"',
  },
  {
    name = "help", of = "module",
    summary = "Prints what functions there are, or what one takes and returns.",
    parameters = { { name = "name?", lua = "string", text = "a function or a family of functions" } },
    returns = {},
    example = 'mimecast.help "update_user"',
  },
  {
    name = "operation", of = "module",
    summary = "Declares an operation of your own: afterwards it is a function like the others, with the same checks.",
    note = "Raises for a table that is wrong and for a name that is taken. See doc/adding-an-operation.md.",
    parameters = { { name = "operation", lua = "mimecast.Operation", text = "the operation with its name" } },
    returns = {},
    example = 'mimecast.operation {\n  name = "get_journal_service", path = "/api/journaling/get-service",\n'
      .. "  rows = true, open = true, writes = false, idempotent = true,\n}",
  },
  {
    name = "call", of = "both",
    summary = "Makes a call that no function has, with the client's authorisation.",
    note = "The answer is not looked into: a failure of the service is a result here, too.",
    parameters = { { name = "input", lua = "mimecast.call.Input", text = "the request", fields = call_fields } },
    returns = { { name = "response", lua = "mimecast.Response?", text = "status, headers and body as they came" } },
    fails = true,
    example = 'local response, message, err = mimecast.call {\n  path = "/api/user/update-user", '
      .. 'data = { { emailAddress = "ann@example.com" } },\n}',
  },
  {
    name = "map", of = "both", generic = "T, R",
    summary = "Runs a function for each input, several at a time on one thread, with the results in order.",
    parameters = {
      { name = "inputs", lua = "T[]", text = "what the function is called with, one after the other" },
      { name = "run", lua = "fun(input: T, i: integer): R?, string?, mimecast.Failure?",
        text = "makes the calls for one of them" },
      { name = "options?", lua = "{ concurrency?: integer }", text = "how many at a time, 16 by default" },
    },
    returns = {
      { name = "results", lua = "(R|false)[]", text = "false where the function returned nil" },
      { name = "failures", lua = "table<integer, mimecast.Failure|string>", text = "by position" },
    },
    example = 'local results, failures = mimecast.map({ "ann@example.com", "bob@example.com" }, function(email)\n'
      .. "  return mimecast.user_settings(email)\nend, { concurrency = 16 })",
  },
  {
    name = "gather", of = "both",
    summary = "Runs functions side by side on one thread, with their results in order.",
    parameters = {
      { name = "functions", lua = "(fun(): any, string?, mimecast.Failure?)[]", text = "each makes its calls" },
      { name = "options?", lua = "{ concurrency?: integer }", text = "how many at a time, 16 by default" },
    },
    returns = {
      { name = "results", lua = "any[]", text = "false where a function returned nil" },
      { name = "failures", lua = "table<integer, mimecast.Failure|string>", text = "by position" },
    },
    example = 'local results, failures = mimecast.gather {\n  function() return mimecast.user_settings "ann@example.com" end,\n'
      .. "  function() return mimecast.find_groups {} end,\n}",
  },
  {
    name = "stats", of = "both",
    summary = "The client's counters as they stand: calls, items, requests, retries, pauses, tokens, bytes, latencies.",
    note = "stats:prometheus(labels) returns them as Prometheus text.",
    returns = { { name = "stats", lua = "mimecast.Stats?", text = "a copy that does not change any more" } }, fails = true,
    example = "local stats = mimecast.stats()\nlocal text = stats:prometheus { worker = \"1\" }",
  },
  {
    name = "user_settings", of = "both",
    summary = "Reads an account's current settings, and changes nothing.",
    parameters = { { name = "email", lua = "string", text = "address of the user" } },
    returns = { { name = "user", lua = "mimecast.update_user.Output?", text = "as update_user returns it" } },
    fails = true,
    example = 'local user, message, err = mimecast.user_settings "ann@example.com"',
  },
  user_setter("disable_user", "Disables an account."),
  user_setter("enable_user", "Enables an account that was disabled."),
  user_setter("lock_user", "Locks an account out."),
  user_setter("unlock_user", "Lets an account in again that was locked out."),
  user_setter("force_password_change", "Makes a user choose a new password at the next sign-in."),
  {
    name = "set_password", of = "both",
    summary = "Sets a user's cloud password, and unlocks the account in the same call.",
    note = "The service refuses the password of a locked account where it is not unlocked with it.",
    parameters = { { name = "email", lua = "string", text = "address of the user" },
      { name = "password", lua = "string|mimecast.Secret", text = "the new password" } },
    returns = { user_result }, fails = true,
    example = 'local user, message, err = mimecast.set_password("ann@example.com", mimecast.secret "Correct-Horse-7")',
  },
  {
    name = "reuse_address", of = "both",
    summary = "Gives an address to a new employee: the archive is out of sight up to a date.",
    parameters = { { name = "email", lua = "string", text = "address of the user" },
      { name = "date", lua = "string|number", text = "start of the visible archive: ISO 8601 with a zone, or seconds since"
        .. " 1970" },
      { name = "more?", lua = "table", text = "what else to change, as update_user takes it" } },
    returns = { user_result }, fails = true,
    example = 'local user, message, err = mimecast.reuse_address("ann@example.com", "2026-01-15T09:00:00Z",\n'
      .. '  { username = "Ann Smith", forcePasswordChange = true })',
  },
  {
    name = "ensure_user", of = "both",
    summary = "Brings a user's settings into line: reads them, writes only what differs, and says what changed.",
    note = "Dates are compared as moments. A password cannot be read: it counts as a change each time, and does not show.",
    parameters = { { name = "input", lua = "mimecast.update_user.Input", text = "the settings, as update_user takes them" } },
    returns = { user_result,
      { name = "changes", lua = "table<string, { from: any, to: any }|true>|string|nil",
        text = "by field, true for a password; empty where nothing differed; the message where user is nil" }, err_result },
    example = 'local user, changes, err = mimecast.ensure_user {\n  email = "ann@example.com", accountDisabled = true,'
      .. ' allowPop3 = false,\n}',
  },
  {
    name = "ensure_group_member", of = "both",
    summary = "Sees to it that an address or a domain is in a profile group; one that is there already is no failure.",
    parameters = { { name = "input", lua = "mimecast.ensure_group_member.Input", fields = member_fields(true),
      text = "the group and its member" } },
    returns = { member_result, changed_result "it was not there before", err_result },
    example = 'local member, changed, err = mimecast.ensure_group_member { group = "Leavers", email = "ann@example.com" }',
  },
  {
    name = "ensure_no_group_member", of = "both",
    summary = "Sees to it that an address or a domain is not in a profile group; one that is not there is no failure.",
    parameters = { { name = "input", lua = "mimecast.ensure_no_group_member.Input", fields = member_fields(false),
      text = "the group and who must not be in it" } },
    returns = { member_result, changed_result "it was there before", err_result },
    example = 'local member, changed, err = mimecast.ensure_no_group_member { group = "Finance", email = "ann@example.com" }',
  },
  {
    name = "copy_members", of = "both",
    summary = "Adds the members of one profile group to another, with their notes.",
    note = "Nobody is removed from either. Who could not be added is in failed, which has to be looked at.",
    parameters = { { name = "input", lua = "mimecast.copy_members.Input", text = "the two groups", fields = {
      { name = "from", type = "text", required = true, text = "id or name of the group to read" },
      { name = "to", type = "text", required = true, text = "id or name of the group to add to" },
    } } },
    returns = { { name = "result",
      lua = "{ added: string[], unchanged: string[], failed: table<string, mimecast.Failure> }?",
      text = "addresses and domains that were added, those that were there, and error values of the others" } },
    fails = true,
    example = 'local result, message, err = mimecast.copy_members { from = "Finance", to = "Leavers" }',
  },
  {
    name = "with", of = "client",
    summary = "The same client with some options of its own; it shares connections, token, rate and counters.",
    note = "Options are timeout, attempts, batchSize, concurrency, repeatWithin, readOnly and careful; others raise.",
    parameters = { { name = "options", lua = "mimecast.Options", text = "what differs" } },
    returns = { { name = "client", lua = "mimecast.Client", text = "another one over the same connections" } },
    example = 'local client = mimecast.new { clientId = "id", clientSecret = "secret" }\n'
      .. "local patient = client:with { timeout = 300 }",
  },
  {
    name = "close", of = "client",
    summary = "Closes the client's connections; it cannot be used any more.",
    returns = {},
    example = 'local client = mimecast.new { clientId = "id", clientSecret = "secret" }\nclient:close()',
  },
}
