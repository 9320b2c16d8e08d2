local core = require "mimecast.core"
local errors = require "mimecast.errors"

local function response(status, headers)
  return { status = status, headers = headers or {}, body = "" }
end

describe("an error value", function()
  it("reads as its message with the hint", function()
    local err = errors.new { category = "auth", code = "invalid_app", message = "no", hint = "look there" }
    assert.equal("no (look there)", tostring(err))
    err.hint = nil
    assert.equal("no", tostring(err))
    assert.is_false(err.retryable)
  end)

  it("is told from a table that looks like one", function()
    assert.is_true(errors.is(errors.new { message = "" }))
    for _, other in ipairs { {}, "text", 1, false } do assert.is_false(errors.is(other)) end
    assert.is_false(errors.is(nil))
  end)

  it("comes third, after nil and its text", function()
    local err = errors.new { message = "no", hint = "look there" }
    local nothing, message, same = errors.result(err)
    assert.is_nil(nothing)
    assert.equal("no (look there)", message)
    assert.equal(err, same)
  end)
end)

describe("what a transport reports", function()
  it("is taken as it stands when it is an error value already", function()
    local err = errors.new { message = "no" }
    assert.equal(err, errors.adopt("other", err))
  end)

  it("says whether the service may have carried the call out", function()
    assert.is_nil(errors.adopt("m", { category = "transport", code = "connect_failed", sent = false }).outcome)
    assert.equal("unknown", errors.adopt("m", { category = "transport", code = "timeout", sent = true }).outcome)
    assert.equal("unknown", errors.adopt("m", { category = "protocol", code = "truncated" }).outcome)
  end)

  it("keeps its message, category and code but neither body nor inner marks", function()
    local err = errors.adopt("gone", { category = "protocol", code = "truncated", status = 200, sent = true,
      body = "x" })
    assert.equal("gone", err.message)
    assert.equal("protocol", err.category)
    assert.equal("truncated", err.code)
    assert.equal(200, err.status)
    assert.is_nil(err.sent)
    assert.is_nil(err.body)
    assert.is_true(errors.is(err))
  end)
end)

describe("a wrong input", function()
  it("is one error with all problems in the order of the fields", function()
    local err = errors.invalid_input({
      { field = "zulu", message = "is not a field", code = "unknown_field", order = 99 },
      { field = "password", message = "is too long", code = "invalid_value", order = 3 },
      { field = "alpha", message = "is not a field", code = "unknown_field", order = 99 },
      { field = "email", message = "is required", code = "missing_field", order = 1 },
    }, "ann@example.com")
    assert.equal("email is required; password is too long; alpha is not a field; zulu is not a field", err.message)
    assert.equal("validation", err.category)
    assert.equal("invalid_input", err.code)
    assert.equal("email", err.field)
    assert.equal("ann@example.com", err.key)
    assert.is_false(err.retryable)
    assert.equal(4, #err.problems)
    assert.same({ field = "email", message = "is required", code = "missing_field" }, err.problems[1])
  end)
end)

-- Service code, its status, then what it becomes.
local codes = {
  { "err_developer_key", 200, "auth", "invalid_app", "appId" },
  { "err_xdk_invalid_signature", 401, "auth", "invalid_signature", "application key" },
  { "err_xdk_binding_expired", 418, "auth", "binding_expired", "make a new one" },
  { "err_xdk_binding_expired", 200, "auth", "binding_expired", "make a new one" },
  { "err_xdk_operation_forbidden_for_address", 200, "service", "unknown_address", "user is new" },
  { "err_xdk_forbidden", 403, "auth", "forbidden", "permission" },
  { "err_xdk_client_unauthorized", 401, "auth", "unauthorized", "credentials" },
  { "err_folder_group_member_already_exists", 200, "service", "already_exists" },
  { "err_managed_url_exists_code", 200, "service", "already_exists" },
  { "err_folder_email_address_not_found", 200, "service", "not_found" },
  { "err_managed_url_not_found", 200, "service", "not_found" },
  { "err_user_not_found", 200, "service", "not_found" },
  { "err_track_and_trace_invalid_start_date", 200, "validation", "rejected_field", "30 days" },
  { "err_invalid_search_xml", 200, "validation", "rejected_field" },
  { "err_audit_siem_invalid_token", 200, "validation", "rejected_field" },
  { "err_audit_log_incorrect_region", 200, "service", "bad_request", "region" },
  { "err_validation_at_least_one_not_null", 200, "validation", "rejected_field" },
  { "err_validation_null", 200, "validation", "rejected_field" },
  { "err_validation_blank", 200, "validation", "rejected_field" },
  { "err_validation_invalid_email_address", 200, "validation", "rejected_field" },
  { "err_deserialise", 400, "validation", "rejected_field" },
  { "token_expired", 401, "auth", "token_expired" },
  { "token_verification_failed", 401, "auth", "invalid_token" },
  { "unauthorized", 401, "auth", "unauthorized", "clientSecret" },
  { "app_forbidden", 403, "auth", "forbidden", "User and Group Management" },
  { "err_never_seen_before", 200, "service", "rejected" },
  { "err_never_seen_before", 503, "service", "unavailable" },
}

describe("what the service says", function()
  for _, case in ipairs(codes) do
    it(("%s with %d is %s, %s"):format(case[1], case[2], case[3], case[4]), function()
      local err = errors.from_service(response(case[2], { ["x-request-id"] = "id-1" }),
        { { code = case[1], message = "said so", retryable = false } }, "ann@example.com")
      assert.equal(case[3], err.category)
      assert.equal(case[4], err.code)
      assert.equal(case[1], err.serviceCode)
      assert.equal(case[2], err.status)
      assert.equal("ann@example.com", err.key)
      assert.equal("id-1", err.requestId)
      assert.equal("ann@example.com: said so [" .. case[1] .. "]", err.message)
      if case[5] then assert.truthy(err.hint:find(case[5], 1, true), err.hint) end
    end)
  end

  it("is told whole when there are several errors, with the fields", function()
    local err = errors.from_service(response(200), {
      { code = "err_validation_blank", message = "blank", field = "username" },
      { code = "err_validation_null", message = "null", field = "email", retryable = true },
    })
    assert.equal("username: blank [err_validation_blank]; email: null [err_validation_null]", err.message)
    assert.equal("username", err.field)
    assert.is_true(err.retryable)
    assert.equal(2, #err.problems)
    assert.is_nil(err.problemCount)
  end)

  it("is told with its first twenty errors and their number", function()
    local service_errors = {}
    for i = 1, 8000 do service_errors[i] = { code = "err_" .. i, message = ("m"):rep(200), retryable = i == 8000 } end
    local err = errors.from_service(response(200), service_errors, "ann@example.com")
    assert.equal(20, #err.problems)
    assert.equal(8000, err.problemCount)
    assert.equal("err_20", err.problems[20].code)
    assert.is_true(#err.message < 5000)
    assert.truthy(err.message:find("[err_20]; and 7980 more", 1, true))
    assert.is_true(err.retryable)
    assert.equal(8000, #service_errors)
  end)
end)

-- Status, category, code, retryable, and a word of the hint.
local statuses = {
  { 400, "service", "bad_request", false },
  { 401, "auth", "unauthorized", false, "credentials" },
  { 403, "auth", "forbidden", false, "permission" },
  { 404, "service", "not_available", false, "Cloud Integrated" },
  { 405, "service", "bad_request", false },
  { 407, "transport", "proxy_refused", false, "proxy" },
  { 409, "service", "conflict", false },
  { 418, "auth", "binding_expired", false, "access key" },
  { 422, "service", "rejected", false },
  { 429, "rate_limit", "rate_limited", true },
  { 500, "service", "unavailable", true },
  { 502, "service", "unavailable", true },
  { 503, "service", "unavailable", true },
  { 504, "service", "unavailable", true },
  { 599, "service", "unavailable", true },
}

describe("an HTTP status alone", function()
  for _, case in ipairs(statuses) do
    it(("%d is %s, %s"):format(case[1], case[2], case[3]), function()
      local err = errors.from_status(response(case[1], { ["x-request-id"] = "id-2" }), "no body")
      assert.same({ case[2], case[3], case[4], case[1], "id-2" },
        { err.category, err.code, err.retryable, err.status, err.requestId })
      assert.equal(("the service answered %d: no body"):format(case[1]), err.message)
      if case[5] then assert.truthy(err.hint:find(case[5], 1, true), err.hint) end
    end)
  end
end)

describe("the rate limit that a response announces", function()
  it("is its limit, what remains and the seconds until the window ends, in either spelling", function()
    for _, name in ipairs { "x-ratelimit-", "x-rate-limit-" } do
      local headers = { [name .. "limit"] = "800", [name .. "remaining"] = "799", [name .. "reset"] = "4594" }
      assert.same({ 800, 799, 4.594 }, { errors.rate(headers, function() return 1700000000 end) })
    end
    assert.same({}, { errors.rate({}) })
  end)
end)

describe("the pause that the service asks for", function()
  local now = 1700000000
  local cases = {
    { "Retry-After in seconds", { ["retry-after"] = "7" }, 7 },
    { "Retry-After before X-RateLimit-Reset", { ["retry-after"] = "7", ["x-ratelimit-reset"] = "1000" }, 7 },
    { "X-RateLimit-Reset in milliseconds", { ["x-ratelimit-reset"] = "4594" }, 4.594 },
    { "X-RateLimit-Reset as epoch seconds", { ["x-ratelimit-reset"] = tostring(now + 12) }, 12 },
    { "X-RateLimit-Reset as epoch milliseconds", { ["x-ratelimit-reset"] = ("%d500"):format(now + 3) }, 3.5 },
    { "Retry-After as an HTTP date", { ["retry-after"] = "Tue, 14 Nov 2023 22:13:50 GMT" }, 30 },
    { "Retry-After as a date that has passed", { ["retry-after"] = "Tue, 14 Nov 2023 22:13:10 GMT" }, 0 },
    { "X-RateLimit-Reset where Retry-After is no date", { ["retry-after"] = "Wed, 14 Nov 2023 22:13:50 GMT",
      ["x-ratelimit-reset"] = "4594" }, 4.594 },
    { "X-Mimecast-RateLimit-Reset in milliseconds", { ["x-mimecast-ratelimit-reset"] = "4594" }, 4.594 },
    { "X-Mimecast-RateLimit-Reset as epoch seconds", { ["x-mimecast-ratelimit-reset"] = tostring(now + 12) }, 12 },
    { "X-RateLimit-Reset before X-Mimecast-RateLimit-Reset",
      { ["x-mimecast-ratelimit-reset"] = "9000", ["x-ratelimit-reset"] = "4594" }, 4.594 },
    { "a time that has passed", { ["x-ratelimit-reset"] = tostring(now - 60) }, 0 },
    { "a negative number", { ["retry-after"] = "-5" }, 0 },
    { "Retry-After as a date of RFC 850", { ["retry-after"] = "Tuesday, 14-Nov-23 22:13:50 GMT" }, 30 },
    { "Retry-After as a date of asctime", { ["retry-after"] = "Tue Nov 14 22:13:50 2023" }, 30 },
    { "Retry-After of a day", { ["retry-after"] = "86400" }, 86400 },
    { "Retry-After in milliseconds, which are more than a day", { ["retry-after"] = "90000" }, 90 },
    { "Retry-After of a quarter of an hour in milliseconds", { ["retry-after"] = "900000" }, 900 },
    { "X-Rate-Limit-Reset in milliseconds", { ["x-rate-limit-reset"] = "4594" }, 4.594 },
    { "X-RateLimit-Reset before X-Rate-Limit-Reset",
      { ["x-rate-limit-reset"] = "9000", ["x-ratelimit-reset"] = "4594" }, 4.594 },
    { "a number beyond all bounds", { ["retry-after"] = "99999999999" }, 86400 },
    { "X-RateLimit-Reset beyond all bounds", { ["x-ratelimit-reset"] = "1e300" }, nil },
    { "X-RateLimit-Reset as epoch microseconds, which nobody sends", { ["x-ratelimit-reset"] = now .. "000000" }, nil },
    { "no header", {}, nil },
    { "words", { ["x-ratelimit-reset"] = "soon" }, nil },
    { "not a number", { ["retry-after"] = "-nan" }, nil },
  }
  for _, case in ipairs(cases) do
    it("is read from " .. case[1], function()
      local seconds = errors.retry_after({ status = 429, headers = case[2] }, now)
      if case[3] then assert.near(case[3], seconds, 1e-6) else assert.truthy(seconds == nil or seconds == 0) end
    end)
  end

  it("is counted by the service's clock where that is another", function()
    for _, skew in ipairs { -3600, -60, 60, 3600 } do
      local headers = { date = core.http_date(now + skew):gsub("UTC", "GMT") }
      headers["retry-after"] = core.http_date(now + skew + 30):gsub("UTC", "GMT")
      assert.near(30, errors.retry_after({ status = 503, headers = headers }, now), 1e-6)
      headers["retry-after"], headers["x-ratelimit-reset"] = nil, tostring(now + skew + 12)
      assert.near(12, errors.retry_after({ status = 429, headers = headers }, now), 1e-6)
    end
    local headers = { date = "Tue, 14 Nov 2023 22:13:21 GMT", ["x-ratelimit-reset"] = tostring(now + 12) }
    assert.near(12, errors.retry_after({ status = 429, headers = headers }, now), 1e-6) -- its seconds are whole ones
  end)

  it("is not read from the budget's window where the limit is not reached", function()
    local headers = { ["x-ratelimit-reset"] = "4594" }
    assert.is_nil(errors.retry_after({ status = 503, headers = headers }, now))
    headers["retry-after"] = "2"
    assert.equal(2, errors.retry_after({ status = 503, headers = headers }, now))
  end)
end)
