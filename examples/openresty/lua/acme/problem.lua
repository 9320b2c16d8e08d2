--- Sends problem documents (RFC 9457).
local json = require "cjson.safe"

local problem = {}

local titles = {
  [400] = "Bad Request", [401] = "Unauthorized", [404] = "Not Found", [405] = "Method Not Allowed", [409] = "Conflict",
  [413] = "Content Too Large", [415] = "Unsupported Media Type", [422] = "Unprocessable Content",
  [500] = "Internal Server Error", [502] = "Bad Gateway", [503] = "Service Unavailable", [504] = "Gateway Timeout",
}

-- The HTTP status for an error of the client, by code or else by category. Errors in credentials and settings, and the rate
-- limit, are this service's: the sender of a webhook cannot fix them.
local by_code = {
  unknown_address = 404, not_found = 404, already_exists = 409, conflict = 409, unavailable = 503, timeout = 504,
}
local by_category = {
  validation = 422, usage = 500, config = 500, auth = 502, service = 502, rate_limit = 503, transport = 503, protocol = 502,
}

local default_retry_after = 5 -- seconds

--- Converts an error value of the client.
---@param err mimecast.Error
---@return table problem
function problem.from_error(err)
  local errors
  for i, entry in ipairs(err.problems or {}) do
    errors = errors or {}
    errors[i] = { field = entry.field, code = entry.code, detail = entry.message }
  end
  local status = by_code[err.code] or by_category[err.category] or 500
  return {
    status = status, detail = tostring(err), category = err.category, code = err.code, errors = errors,
    outcome = err.outcome, requestId = err.requestId,
    retry_after = (status == 503 or status == 504 or err.retryable) and math.ceil(err.retryAfter or default_retry_after) or nil,
  }
end

--- Sends a problem and ends the request.
---@param document table status, detail, and further members; retry_after (seconds) and allow become headers
function problem.send(document)
  local body = { type = "about:blank", title = titles[document.status] }
  for name, value in pairs(document) do body[name] = value end
  body.retry_after, body.allow = nil, nil
  ngx.status = document.status
  ngx.header["Content-Type"] = "application/problem+json"
  ngx.header["Retry-After"] = document.retry_after
  ngx.header["Allow"] = document.allow
  ngx.print(json.encode(body))
  return ngx.exit(ngx.HTTP_OK)
end

return problem
