--- The functions that are no operations, described as data: for help, for editors and for the reference.
--
-- `of` says whose they are: the module's, a client's, or both. `lua` is a type as LuaCATS writes it; fields have the
-- types of an operation's fields, and "secret", "number", "table" and "function" besides. `api` is the one generation
-- that has it.
local binding = require "mimecast.credentials.session"
local settings = require "mimecast.config.options"

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

local topics = {
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
      .. "  resultKey = true, undocumentedOutput = true, writes = false, idempotent = true,\n}",
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
    note = "Outside nginx the function waits in calls of this client only: to yield to somebody else raises.",
    parameters = {
      { name = "inputs", lua = "T[]", text = "what the function is called with, one after the other" },
      { name = "run", lua = "fun(input: T, i: integer): R?, string?, mimecast.Error?",
        text = "makes the calls for one of them" },
      { name = "options?", lua = "{ concurrency?: integer }", text = "how many at a time, 16 by default" },
    },
    returns = {
      { name = "results", lua = "(R|false)[]", text = "false where the function returned nil" },
      { name = "failures", lua = "table<integer, mimecast.Error|string>", text = "by position" },
    },
    example = 'local results, failures = mimecast.map({ "ann@example.com", "bob@example.com" }, function(email)\n'
      .. "  return mimecast.user_settings(email)\nend, { concurrency = 16 })",
  },
  {
    name = "gather", of = "both",
    summary = "Runs functions side by side on one thread, with their results in order.",
    parameters = {
      { name = "functions", lua = "(fun(): any, string?, mimecast.Error?)[]", text = "each makes its calls" },
      { name = "options?", lua = "{ concurrency?: integer }", text = "how many at a time, 16 by default" },
    },
    returns = {
      { name = "results", lua = "any[]", text = "false where a function returned nil" },
      { name = "failures", lua = "table<integer, mimecast.Error|string>", text = "by position" },
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
    name = "with", of = "client",
    summary = "The same client with some options of its own; it shares connections, token, rate and counters.",
    note = "Options are timeout, attempts, batchSize, concurrency, passwordRetryWindow, readOnly and retryUnknown; others"
      .. " raise.",
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

for _, name in ipairs { "helper", "bulk" } do
  for _, topic in ipairs(require("mimecast.help." .. name .. "_topics")) do topics[#topics + 1] = topic end
end

return topics
