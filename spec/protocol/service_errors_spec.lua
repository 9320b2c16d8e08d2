local service_errors = require "mimecast.protocol.service_errors"

local function response(status, headers)
  return { status = status, headers = headers or {}, body = "" }
end

-- Service code, HTTP status, then category, code and a word of the hint.
local codes = {
  { "err_developer_key", 200, "auth", "invalid_app", "appId" },
  { "err_xdk_invalid_signature", 401, "auth", "invalid_signature", "application key" },
  { "err_xdk_binding_expired", 418, "auth", "binding_expired", "create a new one" },
  { "err_xdk_binding_expired", 200, "auth", "binding_expired", "create a new one" },
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

describe("the error of a response", function()
  for _, case in ipairs(codes) do
    it(("%s with status %d becomes %s, %s"):format(case[1], case[2], case[3], case[4]), function()
      local err = service_errors.from_errors(response(case[2], { ["x-request-id"] = "id-1" }),
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

  it("lists several errors with their fields", function()
    local err = service_errors.from_errors(response(200), {
      { code = "err_validation_blank", message = "blank", field = "username" },
      { code = "err_validation_null", message = "null", field = "email", retryable = true },
    })
    assert.equal("username: blank [err_validation_blank]; email: null [err_validation_null]", err.message)
    assert.equal("username", err.field)
    assert.is_true(err.retryable)
    assert.equal(2, #err.problems)
    assert.is_nil(err.problemCount)
  end)

  it("lists the first twenty errors and counts the rest", function()
    local listed = {}
    for i = 1, 8000 do listed[i] = { code = "err_" .. i, message = ("m"):rep(200), retryable = i == 8000 } end
    local err = service_errors.from_errors(response(200), listed, "ann@example.com")
    assert.equal(20, #err.problems)
    assert.equal(8000, err.problemCount)
    assert.equal("err_20", err.problems[20].code)
    assert.is_true(#err.message < 5000)
    assert.truthy(err.message:find("[err_20]; and 7980 more", 1, true))
    assert.is_true(err.retryable)
    assert.equal(8000, #listed)
  end)
end)

-- Status, category, code, retryable, and a word of the hint.
local statuses = {
  { 400, "service", "bad_request", false },
  { 401, "auth", "unauthorized", false, "credentials" },
  { 403, "auth", "forbidden", false, "permission" },
  { 404, "service", "not_available", false, "Cloud Integrated" },
  { 405, "service", "bad_request", false },
  { 407, "transport", "proxy_denied", false, "proxy" },
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

describe("a response that lists no error", function()
  for _, case in ipairs(statuses) do
    it(("with status %d becomes %s, %s"):format(case[1], case[2], case[3]), function()
      local err = service_errors.from_status(response(case[1], { ["x-request-id"] = "id-2" }), "no body")
      assert.same({ case[2], case[3], case[4], case[1], "id-2" },
        { err.category, err.code, err.retryable, err.status, err.requestId })
      assert.equal(("the service responded with %d: no body"):format(case[1]), err.message)
      if case[5] then assert.truthy(err.hint:find(case[5], 1, true), err.hint) end
    end)
  end
end)
