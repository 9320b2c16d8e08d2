--- The raw call: sends an authorised request to any path, and returns status, headers and body unchanged.
local calls = require "mimecast.request.call"
local check = require "mimecast.config.check"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local json = require "mimecast.json"
local registry = require "mimecast.model.registry"
local rest = require "mimecast.protocol.rest"
local send = require "mimecast.request.send"
local service_errors = require "mimecast.protocol.service_errors"

local raw = {}

local fields = check.fields({ { name = "path" }, { name = "method" }, { name = "query" }, { name = "headers" },
  { name = "body" }, { name = "data" }, { name = "idempotent" } }, "field")

-- Headers that authorise or frame a request; the caller must not set them.
local reserved = {
  ["authorization"] = true, ["connection"] = true, ["content-length"] = true, ["expect"] = true, ["host"] = true,
  ["te"] = true, ["transfer-encoding"] = true, ["upgrade"] = true,
}

local function path_problem(path)
  if type(path) ~= "string" then return "is required, like /api/account/get-account" end
  if path:find("^%a[%w+.-]*:") or path:sub(1, 2) == "//" then return "must be a path of the gateway, not a URL" end
  if path:sub(1, 1) ~= "/" then return "must begin with /" end
  if path:find("[^\33-\126]") or path:find("[\\\"<>^`{|}]") then return "holds a character that must be percent-encoded" end
  if path:find("[?#]") then return "must be without ? and #; put parameters into query" end
  if ("/" .. path .. "/"):find("/%.%.?/") then return "must not hold . or .. as a part" end
  return nil
end

local function read_headers(headers, report)
  local list, names = {}, {}
  for name in pairs(headers) do names[#names + 1] = tostring(name) end
  table.sort(names, core.before)
  for _, name in ipairs(names) do
    local value, lower = headers[name], core.lower(name)
    if reserved[lower] or lower:find("^x%-mc%-app") or lower == "x-mc-date" or lower == "x-mc-req-id" then
      report("headers", ("must not set %s: the client does"):format(core.printable(name, 64)))
    elseif type(value) ~= "string" and not core.secret.is(value) then
      report("headers", ("must be text: %s is not"):format(core.printable(name, 64)))
    else
      list[#list + 1], list[#list + 2] = name, value
    end
  end
  return list
end

local function read_body(input, report)
  if input.body ~= nil and input.data ~= nil then report("body", "and data are both given; give one of them") end
  local value = input.body
  if input.data ~= nil then
    if type(input.data) ~= "table" then report("data", "must be a list of tables") end
    value = { data = type(input.data) == "table" and json.array(input.data) or nil }
  end
  if type(value) ~= "table" then
    if value ~= nil and type(value) ~= "string" and not core.secret.is(value) then
      report("body", "must be text, a secret, or a table to be sent as JSON")
    end
    return value
  end
  local ok, text = pcall(json.encode, value)
  if not ok then report(input.data ~= nil and "data" or "body", "cannot be JSON") end
  return ok and text or nil
end

-- The parts of the request and its method, or nil and an error value with all problems.
local function read_input(input)
  local problems = {}
  local function report(field, message)
    problems[#problems + 1] = { field = field, code = "invalid_value", message = message, order = #problems }
  end
  local method = input.method or "POST"
  if type(method) ~= "string" or not method:find("^[A-Z]+$") then report("method", "must be a word like GET or POST") end
  local problem = path_problem(input.path)
  if problem then report("path", problem) end
  if input.query ~= nil and type(input.query) ~= "table" then report("query", "must be a table") end
  if input.headers ~= nil and type(input.headers) ~= "table" then report("headers", "must be a table") end
  local headers = type(input.headers) == "table" and read_headers(input.headers, report) or nil
  local body = read_body(input, report)
  if #problems > 0 then return nil, errors.invalid_input(problems) end
  return { path = input.path .. rest.query(input.query or {}), body = body, headers = headers }, method
end

-- The secrets in the request, which no error may show.
local function secrets_of(request_parts)
  local secrets = {}
  for _, value in ipairs(request_parts.headers or {}) do
    if core.secret.is(value) then secrets[#secrets + 1] = value end
  end
  if core.secret.is(request_parts.body) then secrets[#secrets + 1] = request_parts.body end
  return secrets
end

-- The rate key of a raw call. Parts of the path that are no plain words count as ids. All paths share 256 keys, which bounds
-- what the store holds.
local function rate_key(method, path)
  local words = path:gsub("[^/]+", function(part)
    return (part:find "^[a-z][a-z_-]*$" or part:find "^v[0-9]+$") and part or "{}"
  end)
  return ("call %d"):format(core.hmac_sha1("mimecast.request.raw", method .. " " .. words):byte())
end

-- Any response is a result, except that of an expired token or binding, which is renewed.
local expired = { token_expired = true, token_verification_failed = true }

local function decode(response, call)
  call:find_secrets(response) -- must not show in an error
  if response.status == 418 then return nil, service_errors.from_status(response) end
  if response.status == 401 then
    local body = json.decode_response(response.body)
    local first = type(body) == "table" and type(body.fail) == "table" and body.fail[1]
    if type(first) == "table" and expired[first.code] then
      return nil, service_errors.from_errors(response, { { code = first.code, message = "the token has expired" } })
    end
  end
  return { { status = response.status, headers = response.headers, body = response.body } }
end

-- The parts of the request are in the list of items, which has none.
local protocol = { decode = decode, encode = function(_, items)
  local parts = items.parts
  return parts.path, parts.body, parts.headers
end }

local most_templates = 256

-- The template of a method and path. A client keeps some of them, as programs use few paths.
local function template_of(self, method, path, is_idempotent)
  local key, templates = ("%s %s %s"):format(method, tostring(is_idempotent), path), self.raw_templates
  if templates[key] then return templates[key] end
  if templates.count >= most_templates then
    templates = { count = 0 }
    self.raw_templates = templates
  end
  local operation = { name = "call", method = method, path = path, idempotent = is_idempotent,
    rate_key = rate_key(method, path) }
  templates[key], templates.count = calls.new_template(self, operation, "call", protocol), templates.count + 1
  return templates[key]
end

--- Makes a call that no function has. It does not read the response: an error of the service is a result, too.
---@param self table client
---@param input table method (default POST), path, query (table), headers (table), body (text, secret, or a table for
-- JSON) or data (a list for data[]); idempotent = true allows a retry with an unknown outcome (default for GET)
---@return table? response status, headers (by lower-case name), body
---@return string? message
---@return mimecast.Error? err
function raw.call(self, input)
  check.names(fields, input, "mimecast.call", 2)
  local request_parts, method = read_input(input)
  if not request_parts then return errors.result(method) end
  if self.config.readOnly and not registry.only_reads(method, input.path) then
    return errors.result(errors.read_only("call"))
  end
  local template = template_of(self, method, input.path, (input.idempotent or method == "GET") and true or false)
  local outcomes, err = send.items(self, template, { parts = request_parts, secrets = secrets_of(request_parts) })
  if not outcomes then return errors.result(err) end
  return outcomes[1]
end

return raw
