--- Tables that translate Mimecast's error codes and HTTP statuses into the categories and codes of error values.
local service_codes = {}

-- Mimecast's codes (mimecast-api 1.7, 2.4, 3.4): category, code, hint.
local codes = {
  err_developer_key = { "auth", "invalid_app", "the service does not know the application id: check appId, and that the"
    .. " region is the tenant's own" },
  err_xdk_invalid_signature = { "auth", "invalid_signature", "a wrong access key, secret key or application key all"
    .. " answer like this: check that the three are whole and belong together" },
  err_xdk_binding_expired = { "auth", "binding_expired", "the access key has expired: make a new one for the"
    .. " application, or give email and password of its user so that it is renewed, or an authentication profile whose"
    .. " binding never expires" },
  err_xdk_operation_forbidden_for_address = { "service", "unknown_address", "the address is not one of this tenant's, or"
    .. " the application may not change it; if the user is new, try again after the directory has synchronised" },
  err_xdk_forbidden = { "auth", "forbidden", "the application or its role lacks the permission for this function" },
  err_xdk_client_unauthorized = { "auth", "unauthorized" },
  err_folder_group_member_already_exists = { "service", "already_exists" },
  err_managed_url_exists_code = { "service", "already_exists" },
  err_folder_email_address_not_found = { "service", "not_found" },
  err_managed_url_not_found = { "service", "not_found" },
  err_user_not_found = { "service", "not_found" }, -- seen once only, in a client's test
  err_track_and_trace_invalid_start_date = { "validation", "rejected_field", "the search looks back about 30 days: give"
    .. " a later start" },
  err_invalid_search_xml = { "validation", "rejected_field" },
  err_audit_siem_invalid_token = { "validation", "rejected_field" },
  err_audit_log_incorrect_region = { "service", "bad_request", "the host is not that of the tenant's region: check"
    .. " region or baseUrl" },
  token_expired = { "auth", "token_expired" },
  token_verification_failed = { "auth", "invalid_token" },
  unauthorized = { "auth", "unauthorized", "the token was not accepted: check clientId and clientSecret, and that baseUrl"
    .. " is a gateway of API 2.0" },
  app_forbidden = { "auth", "forbidden", "the function is in no product of the application: add the product User and"
    .. " Group Management to it, and check the role's permissions" },
}

-- Other codes that the service uses (mimecast-api 3.4; the last three: seen from services in use).
local documented = {
  err_deserialise = true, err_validation_at_least_one_not_null = true, err_validation_blank = true,
  err_validation_invalid_email_address = true, err_validation_null = true, err_user_account_locked = true,
  err_user_already_exists = true, err_user_password_already_exists = true,
}

-- HTTP statuses (mimecast-api 3.3, RFC 9110): category, code, retryable, outcome, hint. Others below 500 are refusals, others
-- from 500 on are as 500. doc/errors.md has the table for people.
local statuses = {
  [400] = { "service", "bad_request", false },
  [401] = { "auth", "unauthorized", false, nil, "check the credentials, and that they are for this gateway" },
  [403] = { "auth", "forbidden", false, nil, "the application or its role lacks the permission for this function" },
  [404] = { "service", "not_available", false, nil, "the tenant has no such function: user management is missing on"
    .. " tenants of Cloud Integrated and in region US-B under API 2.0; otherwise check baseUrl" },
  [405] = { "service", "bad_request", false },
  [407] = { "transport", "proxy_refused", false, nil, "the proxy asks for a user name and password: put them into proxy" },
  -- A server or proxy also sends it to a connection that was idle for long, whatever the request is doing elsewhere.
  [408] = { "service", "unavailable", true, "unknown" },
  [409] = { "service", "conflict", false },
  [418] = { "auth", "binding_expired", false, nil, codes.err_xdk_binding_expired[3] },
  -- Both say that the request was not processed: RFC 9110 15.5.20, RFC 8470 5.2.
  [421] = { "service", "not_processed", true },
  [425] = { "service", "not_processed", true },
  [429] = { "rate_limit", "rate_limited", true, nil, "the service's limit of calls is reached: go on after the pause" },
  -- A gateway that gave up waiting does not know what the service did (mimecast-api 2.4, 6.9), nor does a service that
  -- broke tell how far it had come.
  [500] = { "service", "unavailable", true, "unknown" },
  -- The server does not know the method or the version: RFC 9110 15.6.2, 15.6.6.
  [501] = { "service", "not_available", false },
  [505] = { "service", "not_available", false },
  -- From a network that wants a sign-in, never from the service: RFC 6585 6.
  [511] = { "transport", "proxy_refused", false, nil, "sign in to the network of this machine" },
}


local rejected = { "service", "rejected", false }
local validation = { "validation", "rejected_field" }

--- Returns the meaning of an HTTP status from 400 on.
---@param status integer
---@return table meaning category, code, retryable, outcome, hint
function service_codes.of_status(status)
  return statuses[status] or (status >= 500 and statuses[500] or rejected)
end

--- Returns the meaning of a code of the service. Pass the code as received, before redaction.
---@param code string
---@return table? meaning category, code, hint; nil for an unlisted code
---@return boolean documented whether the code is listed, so that it may be shown whole
function service_codes.of_code(code)
  local meaning = codes[code]
  if not meaning and (code:find("^err_validation_") or code == "err_deserialise") then meaning = validation end
  return meaning, (codes[code] or documented[code]) ~= nil
end

--- Returns whether a meaning is that of a field that the service rejects and that has no hint of its own.
---@param meaning table
---@return boolean
function service_codes.is_validation(meaning)
  return meaning == validation
end

return service_codes
