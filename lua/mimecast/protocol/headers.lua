--- Reads the service's response headers: rate limit, Retry-After, request id. All its header names stand here.
local core = require "mimecast.core"
local redact = require "mimecast.base.redact"

local headers = {}

--- Names of the headers that the client reads, for the transport. The transport adds HTTP's standard ones.
headers.names = {
  "x-mc-req-id", "x-mimecast-ratelimit-reset", "x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset",
  "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "x-request-id",
}

local longest_wait = 86400 -- seconds: a longer wait is not plausible
local clock_tolerance = 2 -- seconds between the clocks of the service and of this machine

-- The service's clock from its Date header if it differs from this machine's clock, else `now`. The service's dates are
-- relative to its own clock.
local function service_time(response_headers, now)
  local date = response_headers.date and core.http_time(response_headers.date, now)
  return date and math.abs(date - now) > clock_tolerance and date or now
end

--- Returns the seconds until the rate limit is reset, from X-RateLimit-Reset, X-Rate-Limit-Reset (mimecast-api 11) or
-- X-Mimecast-RateLimit-Reset. The service documents milliseconds; some gateways send epoch seconds or epoch milliseconds,
-- which are recognised by their size (mimecast-api 5).
---@param response_headers table<string, string> by lower-case name
---@param now number seconds since 1970
---@return number? seconds
function headers.rate_limit_reset(response_headers, now)
  local reset = tonumber(response_headers["x-ratelimit-reset"] or response_headers["x-rate-limit-reset"]
    or response_headers["x-mimecast-ratelimit-reset"])
  if not reset or reset ~= reset then return nil end
  now = service_time(response_headers, now)
  local seconds = reset / 1000
  if reset > 1e11 then seconds = seconds - now elseif reset > 1e9 then seconds = reset - now end
  return seconds <= longest_wait and seconds or nil -- a longer time is in an unknown unit
end

--- Returns the rate limit that a response announces, in either spelling of its headers.
---@param response_headers table<string, string> by lower-case name
---@param clock fun(): number seconds since 1970
---@return number? limit requests in a window; nil if the response announces no limit
---@return number? remaining
---@return number? reset seconds until the window ends
function headers.rate_limit(response_headers, clock)
  local limit = tonumber(response_headers["x-ratelimit-limit"] or response_headers["x-rate-limit-limit"])
  if not limit then return nil end
  return limit, tonumber(response_headers["x-ratelimit-remaining"] or response_headers["x-rate-limit-remaining"]),
    headers.rate_limit_reset(response_headers, clock())
end

-- Seconds of Retry-After: a number of seconds, or a date in a form of RFC 9110 5.6.7. A number above a day counts
-- milliseconds.
local function parse_retry_after(response_headers, now)
  local text = response_headers["retry-after"]
  if not text then return nil end
  local seconds = tonumber(text)
  if seconds then return seconds > longest_wait and seconds / 1000 or seconds end
  local time = core.http_time(text, now)
  return time and time - service_time(response_headers, now)
end

--- Returns the seconds to wait before a retry: Retry-After, or the reset of the rate limit after status 429.
---@param response table status, headers by lower-case name
---@param now number seconds since 1970
---@return number? seconds
function headers.retry_after(response, now)
  local seconds = parse_retry_after(response.headers, now)
  if not seconds and response.status == 429 then seconds = headers.rate_limit_reset(response.headers, now) end
  if not seconds then return nil end
  if seconds ~= seconds or seconds < 0 then return 0 end
  return math.min(seconds, longest_wait)
end

--- Returns the service's id of the request, redacted and shortened.
---@param response table headers; secrets: texts of the request that must not show
---@return string? id
function headers.request_id(response)
  local id = response.headers["x-request-id"]
  return id and redact(id, response.secrets, 128)
end

return headers
