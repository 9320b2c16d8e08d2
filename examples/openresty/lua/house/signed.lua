--- Requests that somebody signed: HMAC-SHA256 over the time, a dot and the body, each taken once and not when it is old.
local core = require "mimecast.core"
local json = require "mimecast.json"
local link = require "house.link"
local settings = require "house.settings"

local signed = {}

local function hex(bytes)
  return (bytes:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

-- The same answer for all that is wrong with a signature: who does not have the secret learns nothing.
local refused = { status = 401, detail = "the request is not signed, not as it should be, or too long ago" }

local function is_fresh(time, now)
  local seconds = tonumber((time or ""):match "^%d+%.?%d*$")
  return seconds and math.abs(now - seconds) <= settings.age and seconds
end

-- Takes a signature for as long as its time could pass; false where it was there already, nil where there is no room.
-- Hosts that share a Redis ask it, too. One that is away stops nobody: an account that is to be locked does not wait for it.
local function take(signature, seconds)
  local added, reason = ngx.shared.house:safe_add("signature:" .. signature, true, seconds)
  if reason == "exists" then return false end
  if not added then return nil end
  if not settings.redis_is_shared then return true end
  return link.call("set", "{house}:signature:" .. signature, 1, "nx", "ex", math.ceil(seconds)) ~= ngx.null
end

local function check(body)
  local headers = ngx.req.get_headers()
  local time, signature = headers["X-Timestamp"], headers["X-Signature"]
  if type(time) ~= "string" or type(signature) ~= "string" then return refused end
  local now = ngx.now()
  local seconds = is_fresh(time, now)
  local made = hex(core.hmac_sha256(settings.secret, time .. "." .. body))
  if not core.secret.equal(made, (core.lower(signature):gsub("^sha256=", ""))) or not seconds then return refused end
  local taken = take(made, seconds + settings.age - now + 1)
  if taken == false then return { status = 409, detail = "this very request was here before", code = "replayed" } end
  if taken == nil then return { status = 503, detail = "too many requests within five minutes", retry_after = 60 } end
end

-- What is wrong with the fields of a body.
local function misfits(input, fields)
  local errors = {}
  for name, value in pairs(input) do
    if not fields[name] then
      errors[#errors + 1] = { field = core.printable(tostring(name), 64), code = "unknown_field",
        detail = "is not a field here" }
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

--- The body of the present request.
---@param fields table<string, table> what may be in it: { type of Lua, required = boolean }
---@return table? input
---@return table? problem
function signed.read(fields)
  if ngx.req.get_method() ~= "POST" then return nil, { status = 405, detail = "POST it", allow = "POST" } end
  ngx.req.read_body()
  local body = ngx.req.get_body_data() or ""
  local problem = check(body)
  if problem then return nil, problem end
  local input = json.decode(body)
  if type(input) ~= "table" or not body:find "^%s*{" then
    return nil, { status = 400, detail = "the body is not a JSON object" }
  end
  local errors = misfits(input, fields)
  if errors then return nil, { status = 422, detail = "the body does not fit", errors = errors } end
  return input
end

return signed
