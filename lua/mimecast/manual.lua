--- The functions that are no operations, described as data: for help, for editors and for the reference.
--
-- `of` says whose they are: the module's, a client's, or both. `lua` is a type as LuaCATS writes it; fields have the
-- types of an operation's fields, and "secret", "number", "table" and "function" besides.
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
  { name = "on_progress", type = "function", text = "takes a table of counts" },
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
  {
    name = "user_settings", of = "both",
    summary = "Reads an account's current settings, and changes nothing.",
    parameters = { { name = "email", lua = "string", text = "address of the user" } },
    returns = { { name = "user", lua = "mimecast.update_user.Output?", text = "as update_user returns it" } },
    fails = true,
    example = 'local user, message, err = mimecast.user_settings "ann@example.com"',
  },
  {
    name = "close", of = "client",
    summary = "Closes the client's connections; it cannot be used any more.",
    returns = {},
    example = 'local client = mimecast.new { clientId = "id", clientSecret = "secret" }\nclient:close()',
  },
}
