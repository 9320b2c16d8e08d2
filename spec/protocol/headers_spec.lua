local core = require "mimecast.core"
local headers = require "mimecast.protocol.headers"

describe("headers.rate_limit", function()
  it("reads limit, remaining requests and seconds until the reset from both header spellings", function()
    for _, name in ipairs { "x-ratelimit-", "x-rate-limit-" } do
      local fields = { [name .. "limit"] = "800", [name .. "remaining"] = "799", [name .. "reset"] = "4594" }
      assert.same({ 800, 799, 4.594 }, { headers.rate_limit({ headers = fields }, function() return 1700000000 end) })
    end
    assert.same({}, { headers.rate_limit({ headers = {} }) })
  end)

  it("reads the numbers of a response without its headers, or with its Date header if the reset is a time", function()
    local now = 1700000000
    local function clock() return now end
    local function without_headers(numbers) return setmetatable(numbers, { __index = function(_, name) error(name) end }) end
    assert.same({ 800, 799, 4.594 }, { headers.rate_limit(without_headers { 800, 799, 4594 }, clock) })
    assert.same({ 800, nil, nil }, { headers.rate_limit(without_headers { 800, false, false }, clock) })
    assert.same({}, { headers.rate_limit(without_headers { false, 799, 4594 }, clock) })
    local date = core.http_date(now + 60):gsub("UTC", "GMT")
    assert.same({ 800, 799, 12 }, { headers.rate_limit({ 800, 799, now + 72, headers = { date = date } }, clock) })
  end)
end)

describe("headers.retry_after", function()
  local now = 1700000000
  local cases = {
    { "Retry-After in seconds", { ["retry-after"] = "7" }, 7 },
    { "Retry-After before X-RateLimit-Reset", { ["retry-after"] = "7", ["x-ratelimit-reset"] = "1000" }, 7 },
    { "X-RateLimit-Reset in milliseconds", { ["x-ratelimit-reset"] = "4594" }, 4.594 },
    { "X-RateLimit-Reset as epoch seconds", { ["x-ratelimit-reset"] = tostring(now + 12) }, 12 },
    { "X-RateLimit-Reset as epoch milliseconds", { ["x-ratelimit-reset"] = ("%d500"):format(now + 3) }, 3.5 },
    { "Retry-After as an HTTP date", { ["retry-after"] = "Tue, 14 Nov 2023 22:13:50 GMT" }, 30 },
    { "Retry-After as a date in the past", { ["retry-after"] = "Tue, 14 Nov 2023 22:13:10 GMT" }, 0 },
    { "X-RateLimit-Reset if Retry-After is an invalid date", { ["retry-after"] = "Wed, 14 Nov 2023 22:13:50 GMT",
      ["x-ratelimit-reset"] = "4594" }, 4.594 },
    { "X-Mimecast-RateLimit-Reset in milliseconds", { ["x-mimecast-ratelimit-reset"] = "4594" }, 4.594 },
    { "X-Mimecast-RateLimit-Reset as epoch seconds", { ["x-mimecast-ratelimit-reset"] = tostring(now + 12) }, 12 },
    { "X-RateLimit-Reset before X-Mimecast-RateLimit-Reset",
      { ["x-mimecast-ratelimit-reset"] = "9000", ["x-ratelimit-reset"] = "4594" }, 4.594 },
    { "a time in the past", { ["x-ratelimit-reset"] = tostring(now - 60) }, 0 },
    { "a negative number", { ["retry-after"] = "-5" }, 0 },
    { "Retry-After as an RFC 850 date", { ["retry-after"] = "Tuesday, 14-Nov-23 22:13:50 GMT" }, 30 },
    { "Retry-After as an asctime date", { ["retry-after"] = "Tue Nov 14 22:13:50 2023" }, 30 },
    { "Retry-After of one day", { ["retry-after"] = "86400" }, 86400 },
    { "Retry-After of more than a day as milliseconds", { ["retry-after"] = "90000" }, 90 },
    { "Retry-After of 15 minutes in milliseconds", { ["retry-after"] = "900000" }, 900 },
    { "X-Rate-Limit-Reset in milliseconds", { ["x-rate-limit-reset"] = "4594" }, 4.594 },
    { "X-RateLimit-Reset before X-Rate-Limit-Reset",
      { ["x-rate-limit-reset"] = "9000", ["x-ratelimit-reset"] = "4594" }, 4.594 },
    { "a Retry-After out of range", { ["retry-after"] = "99999999999" }, 86400 },
    { "X-RateLimit-Reset out of range", { ["x-ratelimit-reset"] = "1e300" }, nil },
    { "X-RateLimit-Reset as epoch microseconds, an unknown unit", { ["x-ratelimit-reset"] = now .. "000000" }, nil },
    { "no header", {}, nil },
    { "words", { ["x-ratelimit-reset"] = "soon" }, nil },
    { "not a number", { ["retry-after"] = "-nan" }, nil },
  }
  for _, case in ipairs(cases) do
    it("reads " .. case[1], function()
      local seconds = headers.retry_after({ status = 429, headers = case[2] }, now)
      if case[3] then assert.near(case[3], seconds, 1e-6) else assert.truthy(seconds == nil or seconds == 0) end
    end)
  end

  it("uses the service's clock if it differs from this machine's", function()
    for _, skew in ipairs { -3600, -60, 60, 3600 } do
      local fields = { date = core.http_date(now + skew):gsub("UTC", "GMT") }
      fields["retry-after"] = core.http_date(now + skew + 30):gsub("UTC", "GMT")
      assert.near(30, headers.retry_after({ status = 503, headers = fields }, now), 1e-6)
      fields["retry-after"], fields["x-ratelimit-reset"] = nil, tostring(now + skew + 12)
      assert.near(12, headers.retry_after({ status = 429, headers = fields }, now), 1e-6)
    end
    local fields = { date = "Tue, 14 Nov 2023 22:13:21 GMT", ["x-ratelimit-reset"] = tostring(now + 12) }
    assert.near(12, headers.retry_after({ status = 429, headers = fields }, now), 1e-6) -- the Date header has whole seconds
  end)

  it("ignores X-RateLimit-Reset unless the status is 429", function()
    local fields = { ["x-ratelimit-reset"] = "4594" }
    assert.is_nil(headers.retry_after({ status = 503, headers = fields }, now))
    fields["retry-after"] = "2"
    assert.equal(2, headers.retry_after({ status = 503, headers = fields }, now))
  end)
end)
