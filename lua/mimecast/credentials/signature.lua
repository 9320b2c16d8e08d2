--- API 1.0: every request is signed with the secret key (mimecast-api 1.1, 1.2).
local core = require "mimecast.core"
local failure = require "mimecast.failure"

local signature = {}

local Signature = {}
Signature.__index = Signature

local join = core.secret.join

-- Appends the four headers, in the order of the service's documentation. Returns the signature.
local function add_headers(self, headers, path, date, request_id)
  local signed, n = self.signer:sign(date, request_id, path), #headers
  headers[n + 1], headers[n + 2] = "Authorization", join("MC ", self.access_key, ":", signed)
  headers[n + 3], headers[n + 4] = "x-mc-app-id", self.app_id
  headers[n + 5], headers[n + 6] = "x-mc-date", date
  headers[n + 7], headers[n + 8] = "x-mc-req-id", request_id
  return signed
end

local function make(settings)
  local signer, reason = core.signer(settings.secretKey, settings.appKey)
  if not signer then
    return nil, failure.new {
      category = "config", code = "invalid_setting", field = "secretKey", message = "secretKey " .. reason,
    }
  end
  return { signer = signer, access_key = settings.accessKey, app_id = settings.appId, clock = settings.clock,
    uuid = settings.uuid }
end

--- Credentials from checked settings.
function signature.new(settings)
  local self, err = make(settings)
  if not self then return nil, err end
  return setmetatable(self, Signature)
end

--- Signs a request anew: a date, an id and a signature of its own.
function Signature:authorise(request)
  local id = self.uuid()
  local signed = add_headers(self, request.headers, request.path, core.http_date(self.clock()), id)
  request.id, request.secrets = id, { self.access_key, signed }
  return true
end

--- There is nothing to renew: a binding that has expired needs a new access key.
function Signature.renew()
  return false
end

local sign_fields = { "accessKey", "secretKey", "appId", "appKey", "path", "date", "requestId" }
local sign_known = {}
for _, name in ipairs(sign_fields) do sign_known[name] = true end

local function check_sign_input(input)
  if type(input) ~= "table" then error("mimecast.sign takes a table, like sign{ accessKey = … }", 4) end
  for name in pairs(input) do
    if not sign_known[name] then
      local nearest = core.nearest(tostring(name), sign_fields)
      error(("mimecast.sign: unknown field %s%s"):format(core.printable(tostring(name), 64),
        nearest and "; did you mean " .. nearest .. "?" or ""), 4)
    end
  end
  local problems = {}
  local function report(field, message)
    problems[#problems + 1] = { field = field, code = "invalid_value", message = message, order = #problems }
  end
  for _, name in ipairs { "accessKey", "secretKey", "appId", "appKey", "path" } do
    local value = input[name]
    local is_text = type(value) == "string" or (core.secret.is(value) and name ~= "appId" and name ~= "path")
    if not is_text then
      report(name, "is required, as text")
    elseif not core.secret.is_visible(value) then
      report(name, "must not be empty or hold white space or control characters")
    elseif name == "path" and value:sub(1, 1) ~= "/" then
      report(name, "must begin with /, like /api/user/update-user")
    end
  end
  for _, name in ipairs { "date", "requestId" } do
    local value = input[name]
    if name == "date" and type(value) == "number" and not pcall(core.http_date, value) then
      report(name, "is not within the years 0001 to 9999; a number counts seconds since 1970, not milliseconds")
    end
    if value ~= nil and not (name == "date" and type(value) == "number")
      and (type(value) ~= "string" or value == "" or value:find("%c")) then
      report(name, name == "date" and "must be seconds since 1970, or the text of x-mc-date" or "must be text")
    end
  end
  return problems
end

--- The four headers of a request, without a client and without I/O.
---@param input table accessKey, secretKey (base64), appId, appKey, path; date (seconds since 1970 or the text to sign as
-- it stands; default now), requestId (default a fresh UUID)
---@param clock fun(): number
---@return table<string, string>? headers Authorization, x-mc-app-id, x-mc-date, x-mc-req-id
---@return mimecast.Failure? err
function signature.sign(input, clock)
  local problems = check_sign_input(input)
  if #problems > 0 then return nil, failure.invalid_input(problems) end
  local self, err = make(input)
  if not self then
    err.category, err.code = "validation", "invalid_input"
    return nil, err
  end
  local date = input.date or clock()
  if type(date) == "number" then date = core.http_date(date) end
  local list, headers = {}, {}
  add_headers(self, list, input.path, date, input.requestId or core.uuid())
  for i = 1, #list, 2 do headers[list[i]] = core.secret.reveal(list[i + 1]) end
  return headers
end

return signature
