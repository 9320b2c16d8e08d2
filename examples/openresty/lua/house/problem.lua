--- Answers that say what is wrong: problem documents (RFC 9457).
local json = require "cjson.safe"

local problem = {}

local titles = {
  [400] = "Bad Request", [401] = "Unauthorized", [404] = "Not Found", [405] = "Method Not Allowed", [409] = "Conflict",
  [413] = "Content Too Large", [415] = "Unsupported Media Type", [422] = "Unprocessable Content",
  [500] = "Internal Server Error", [502] = "Bad Gateway", [503] = "Service Unavailable", [504] = "Gateway Timeout",
}

-- What a failure of the client means to those who asked us: by code, else by category. Credentials and settings are ours,
-- not theirs; a limit of calls, too.
local by_code = {
  unknown_address = 404, not_found = 404, already_exists = 409, conflict = 409, unavailable = 503, timeout = 504,
}
local by_category = {
  validation = 422, usage = 500, config = 500, auth = 502, service = 502, rate_limit = 503, transport = 503, protocol = 502,
}

local pause = 5 -- seconds to come back after, where nothing tells better

--- The problem that a failure of the client is.
---@param err mimecast.Error
---@return table problem
function problem.of(err)
  local errors
  for i, one in ipairs(err.problems or {}) do
    errors = errors or {}
    errors[i] = { field = one.field, code = one.code, detail = one.message }
  end
  local status = by_code[err.code] or by_category[err.category] or 500
  return {
    status = status, detail = tostring(err), category = err.category, code = err.code, errors = errors,
    outcome = err.outcome, requestId = err.requestId,
    retry_after = (status == 503 or status == 504 or err.retryable) and math.ceil(err.retryAfter or pause) or nil,
  }
end

--- Answers with a problem.
---@param given table status, detail, and members of one's own; retry_after in seconds and allow become headers
function problem.send(given)
  local body = { type = "about:blank", title = titles[given.status] }
  for name, value in pairs(given) do body[name] = value end
  body.retry_after, body.allow = nil, nil
  ngx.status = given.status
  ngx.header["Content-Type"] = "application/problem+json"
  ngx.header["Retry-After"] = given.retry_after
  ngx.header["Allow"] = given.allow
  ngx.print(json.encode(body))
  return ngx.exit(ngx.HTTP_OK)
end

return problem
