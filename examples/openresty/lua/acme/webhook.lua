--- Reads signed webhooks: HMAC-SHA256 over the time, a dot and the body. Each request is accepted once, within five minutes.
local core = require "mimecast.core"
local hmac = require "openssl.hmac"
local json = require "mimecast.json"
local redis = require "acme.redis"
local settings = require "acme.settings"

local webhook = {}

local function hex(bytes)
  return (bytes:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

-- The same for all errors in a signature, so that a forger learns nothing.
local unauthorized = { status = 401, detail = "the signature is missing, wrong or too old" }

local function is_fresh(time, now)
  local seconds = tonumber((time or ""):match "^%d+%.?%d*$")
  return seconds and math.abs(now - seconds) <= settings.signature_max_age and seconds
end

-- Records a signature for as long as it is valid. Returns false if it was recorded before, nil if there is no room. Hosts that
-- share a Redis record it there, too. An unavailable Redis rejects no request: locking an account must not wait for it.
local function record(signature, seconds)
  local added, reason = ngx.shared.acme:safe_add("signature:" .. signature, true, seconds)
  if reason == "exists" then return false end
  if not added then return nil end
  if not settings.redis_is_shared then return true end
  return redis.call("set", "{acme}:signature:" .. signature, 1, "nx", "ex", math.ceil(seconds)) ~= ngx.null
end

local function check(body)
  local headers = ngx.req.get_headers()
  local time, signature = headers["X-Timestamp"], headers["X-Signature"]
  if type(time) ~= "string" or type(signature) ~= "string" then return unauthorized end
  local now = ngx.now()
  local seconds = is_fresh(time, now)
  local expected = hex(hmac.new(core.secret.reveal(settings.secret), "sha256"):final(time .. "." .. body))
  if not core.secret.equal(expected, (core.lower(signature):gsub("^sha256=", ""))) or not seconds then return unauthorized end
  local recorded = record(expected, seconds + settings.signature_max_age - now + 1)
  if recorded == false then return { status = 409, detail = "this request was accepted before", code = "replayed" } end
  if recorded == nil then return { status = 503, detail = "too many requests within five minutes", retry_after = 60 } end
end

-- Returns the errors in the fields of a body; nil without any.
local function check_fields(input, fields)
  local errors = {}
  for name, value in pairs(input) do
    if not fields[name] then
      errors[#errors + 1] = { field = core.printable(tostring(name), 64), code = "unknown_field",
        detail = "is not a field of this request" }
    elseif type(value) ~= fields[name][1] then
      errors[#errors + 1] = { field = name, code = "invalid_value", detail = "must be a " .. fields[name][1] }
    end
  end
  for name, field in pairs(fields) do
    if field.required and input[name] == nil then
      errors[#errors + 1] = { field = name, code = "missing_field", detail = "is required" }
    end
  end
  table.sort(errors, function(a, b) return a.field < b.field end)
  return errors[1] and errors
end

--- Reads the body of the current request.
---@param fields table<string, table> the allowed fields: { Lua type, required = boolean }
---@return table? input
---@return table? problem
function webhook.read(fields)
  if ngx.req.get_method() ~= "POST" then return nil, { status = 405, detail = "use POST", allow = "POST" } end
  ngx.req.read_body()
  local body = ngx.req.get_body_data() or ""
  local rejection = check(body)
  if rejection then return nil, rejection end
  local input = json.decode(body)
  if type(input) ~= "table" or not body:find "^%s*{" then
    return nil, { status = 400, detail = "the body is not a JSON object" }
  end
  local errors = check_fields(input, fields)
  if errors then return nil, { status = 422, detail = "fields of the body are invalid", errors = errors } end
  return input
end

return webhook
