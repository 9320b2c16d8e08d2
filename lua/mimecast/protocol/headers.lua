--- Reads the service's response headers: rate limit, Retry-After, request id. All its header names stand here.
local core = require "mimecast.core"
local redact = require "mimecast.base.redact"

local headers = {}

-- Names of the headers that announce the rate limit, in either spelling; the first one that a response has counts.
local limit_names = { "x-ratelimit-limit", "x-rate-limit-limit" }
local remaining_names = { "x-ratelimit-remaining", "x-rate-limit-remaining" }
local reset_names = { "x-ratelimit-reset", "x-rate-limit-reset", "x-mimecast-ratelimit-reset" }

--- The lists of names whose numbers the transport over libcurl returns with each response.
headers.numbers = { limit_names, remaining_names, reset_names }

local longest_wait = 86400 -- seconds: a longer wait is not plausible
local clock_tolerance = 2 -- seconds between the clocks of the service and of this machine

-- The service's clock from its Date header if it differs from this machine's clock, else `now`. The service's dates are
-- relative to its own clock.
local function service_time(response_headers, now)
  local date = response_headers.date and core.http_time(response_headers.date, now)
  return date and math.abs(date - now) > clock_tolerance and date or now
end

-- Returns the number in the first of these headers that the response has.
local function first_number(response, names)
  local response_headers = response.headers
  for i = 1, #names do
    local value = response_headers[names[i]]
    if value then return tonumber(value) end
  end
end

-- Returns the seconds that a number means. The service documents milliseconds; some gateways send epoch seconds or epoch
-- milliseconds, which are recognised by their size (mimecast-api 5).
local function seconds_until_reset(response, reset, clock)
  if not reset or reset ~= reset then return nil end
  local seconds = reset / 1000
  if reset > 1e9 then
    local now = service_time(response.headers, clock())
    seconds = reset > 1e11 and seconds - now or reset - now
  end
  return seconds <= longest_wait and seconds or nil -- a longer time is in an unknown unit
end

--- Returns the seconds until the rate limit is reset, from X-RateLimit-Reset, X-Rate-Limit-Reset (mimecast-api 11) or
-- X-Mimecast-RateLimit-Reset.
---@param response table
---@param clock fun(): number seconds since 1970
---@return number? seconds
function headers.rate_limit_reset(response, clock)
  return seconds_until_reset(response, first_number(response, reset_names), clock)
end

--- Returns the rate limit that a response announces.
---@param response table with the numbers of `headers.numbers`, or with headers by lower-case name
---@param clock fun(): number seconds since 1970
---@return number? limit requests in a window; nil if the response announces no limit
---@return number? remaining
---@return number? reset seconds until the window ends
function headers.rate_limit(response, clock)
  local limit, remaining, reset = response[1], response[2], response[3]
  if limit == nil then limit = first_number(response, limit_names) end
  if not limit then return nil end
  if remaining == nil then
    remaining, reset = first_number(response, remaining_names), first_number(response, reset_names)
  end
  return limit, remaining or nil, seconds_until_reset(response, reset, clock)
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
  if not seconds and response.status == 429 then
    seconds = headers.rate_limit_reset(response, function() return now end)
  end
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
