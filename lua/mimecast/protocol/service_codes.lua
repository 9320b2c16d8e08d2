--- Tables that translate Mimecast's error codes and HTTP statuses into the categories and codes of error values.
local service_codes = {}

-- Mimecast's codes (mimecast-api 1.7, 2.4, 3.4): category, code, hint.
local codes = {
  err_developer_key = { "auth", "invalid_app", "the service does not know the application id: check appId, and that region"
    .. " is the region of the tenant" },
  err_xdk_invalid_signature = { "auth", "invalid_signature", "the access key, the secret key or the application"
    .. " key is wrong: check that all three are complete and belong together" },
  err_xdk_binding_expired = { "auth", "binding_expired", "the access key has expired: create a new one, or set email and"
    .. " password so that the client logs in again, or give the user an authentication profile whose keys never expire" },
  err_xdk_operation_forbidden_for_address = { "service", "unknown_address", "the address belongs to another tenant, or"
    .. " the application has no permission to change it; if the user is new, try again after the directory synchronisation" },
  err_xdk_forbidden = { "auth", "forbidden", "the application or its role lacks the permission for this function" },
  err_xdk_client_unauthorized = { "auth", "unauthorized" },
  err_folder_group_member_already_exists = { "service", "already_exists" },
  err_managed_url_exists_code = { "service", "already_exists" },
  err_folder_email_address_not_found = { "service", "not_found" },
  err_managed_url_not_found = { "service", "not_found" },
  err_user_not_found = { "service", "not_found" }, -- seen once, in a test of a published client
  err_track_and_trace_invalid_start_date = { "validation", "rejected_field", "the service keeps about 30 days: set a"
    .. " later start" },
  err_invalid_search_xml = { "validation", "rejected_field" },
  err_audit_siem_invalid_token = { "validation", "rejected_field" },
  err_audit_log_incorrect_region = { "service", "bad_request", "the host belongs to another region than the tenant:"
    .. " check region or baseUrl" },
  token_expired = { "auth", "token_expired" },
  token_verification_failed = { "auth", "invalid_token" },
  unauthorized = { "auth", "unauthorized", "the service denied the token: check clientId and clientSecret, and that baseUrl"
    .. " is a gateway of API 2.0" },
  app_forbidden = { "auth", "forbidden", "no product of the application has this function: add its product (User and"
    .. " Group Management for users and groups), and check the permissions of the role" },
}

-- Further codes of the service (mimecast-api 3.4; the last three: recorded from the service).
local documented = {
  err_deserialise = true, err_validation_at_least_one_not_null = true, err_validation_blank = true,
  err_validation_invalid_email_address = true, err_validation_null = true, err_user_account_locked = true,
  err_user_already_exists = true, err_user_password_already_exists = true,
}

-- HTTP statuses (mimecast-api 3.3, RFC 9110): category, code, retryable, outcome, hint. Other statuses below 500 reject
-- the request; those above 500 mean the same as 500. doc/errors.md has the table for readers.
local statuses = {
  [400] = { "service", "bad_request", false },
  [401] = { "auth", "unauthorized", false, nil, "check the credentials, and that they belong to this gateway" },
  [403] = { "auth", "forbidden", false, nil, "the application or its role lacks the permission for this function" },
  [404] = { "service", "not_available", false, nil, "the tenant does not have this function: tenants of Cloud"
    .. " Integrated and of region US-B (API 2.0) have no user management; otherwise check baseUrl" },
  [405] = { "service", "bad_request", false },
  [407] = { "transport", "proxy_denied", false, nil, "the proxy requires a user name and a password: set them in proxy" },
  -- A server or proxy also sends it when it closes an idle connection; the request may be in progress behind it.
  [408] = { "service", "unavailable", true, "unknown" },
  [409] = { "service", "conflict", false },
  [418] = { "auth", "binding_expired", false, nil, codes.err_xdk_binding_expired[3] },
  -- Both mean that the request was not processed: RFC 9110 15.5.20, RFC 8470 5.2.
  [421] = { "service", "not_processed", true },
  [425] = { "service", "not_processed", true },
  [429] = { "rate_limit", "rate_limited", true, nil, "the rate limit is reached: wait, for retryAfter seconds if it is set" },
  -- After a timeout the gateway does not know what the service did (mimecast-api 2.4, 6.9); an internal error does not tell
  -- how much was done.
  [500] = { "service", "unavailable", true, "unknown" },
  -- The server does not know the method or the version: RFC 9110 15.6.2, 15.6.6.
  [501] = { "service", "not_available", false },
  [505] = { "service", "not_available", false },
  -- Sent by a network that requires a sign-in, never by the service: RFC 6585 6.
  [511] = { "transport", "proxy_denied", false, nil, "the network requires a sign-in: sign in on this machine" },
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

--- Returns whether a meaning is that of a rejected field without a hint.
---@param meaning table
---@return boolean
function service_codes.is_validation(meaning)
  return meaning == validation
end

return service_codes
