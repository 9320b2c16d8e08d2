--- What the sandbox answers when it refuses: the one place with its codes and messages, each with its evidence.
--
-- "seen" was recorded from the service or stands in its documents. "chosen" means that no document, recording or
-- client tells what the service answers: the sandbox needs some answer, and a client must not depend on its wording.
local refusals = {}

--- Failures of a call of API 1.0, and of an item under both: code, message and HTTP status (200 for an item).
refusals.service = {
  -- seen (recorded): a wrong application id is an HTTP 200
  app_id = { status = 200, code = "err_developer_key", message = "App ID is invalid: %s" },
  -- seen (recorded): one answer for a wrong access key, secret key or application key
  signature = { status = 401, code = "err_xdk_invalid_signature", message = "0004 Invalid Signature" },
  -- seen (status documented, code in a client); the message is chosen
  binding = { status = 418, code = "err_xdk_binding_expired", message = "0018 Binding Expired" },
  -- status, number and text seen (documents); the code is chosen
  credentials = {
    status = 400, code = "err_xdk_credentials_missing", message = "0001 Credentials are missing from the request",
  },
  -- chosen: neither the allowance nor the answer for a stale x-mc-date is known; off unless asked for
  clock = { status = 401, code = "err_xdk_invalid_date", message = "0005 Date Outside The Allowed Window" },
  -- statuses seen (documents); codes and messages are chosen
  path = { status = 404, code = "err_xdk_not_found", message = "Not Found" },
  method = { status = 405, code = "err_xdk_method_not_allowed", message = "Method Not Allowed" },
  quota = { status = 429, code = "err_xdk_quota_exceeded", message = "Quota Exceeded", retryable = true },
  unavailable = { status = 503, code = "err_xdk_unavailable", message = "Service Unavailable", retryable = true },
  -- code and message seen (field notes); the status is chosen
  deserialise = { status = 400, code = "err_deserialise", message = "payload contains null objects" },
  malformed = { status = 400, code = "err_deserialise", message = "payload could not be read" },
  -- the limit of five users to a request is documented for API 2.0; the answer to more is chosen
  too_many = {
    status = 400, code = "err_validation_max_items", message = "At most %d items are allowed in one request",
  },
  -- seen (field notes, get-profile for an address that the account does not manage); for update-user inferred
  address = {
    code = "err_xdk_operation_forbidden_for_address", message = "0003 Forbidden To Perform Operation For Address",
  },
  -- seen (constants of a client)
  null = { code = "err_validation_null", message = "This %s field is mandatory; it cannot be NULL." },
  blank = { code = "err_validation_blank", message = "This %s field, if present, cannot be blank or empty." },
  -- seen (recorded)
  email = { code = "err_validation_invalid_email_address", message = "Email address is not valid" },
  -- chosen: that the service refuses some dates is known, its answer is not
  date = { code = "err_validation_invalid_date", message = "Date is not valid" },
  -- chosen: that a password cannot be set while the account is locked is known, the answer is not
  locked = { code = "err_user_account_locked", message = "Password cannot be set while the account is locked" },
}

--- Failures of API 2.0's gateway: flat bodies, `{"fail":[{"code":…,"message":…}]}`.
refusals.gateway = {
  -- codes seen (clients); messages are chosen
  token_expired = { status = 401, code = "token_expired", message = "Access token expired" },
  token_unknown = { status = 401, code = "token_verification_failed", message = "Access token verification failed" },
  -- seen (recorded): no token at all; for bad credentials at the token endpoint the nearest evidence
  unauthorized = { status = 401, code = "unauthorized", message = "Unauthorized Request" },
  -- code and message seen (field notes), status inferred: unknown paths and other products alike
  path = {
    status = 403, code = "app_forbidden",
    message = "Resource or method requested does not exist in any product assigned to the application.",
  },
  -- chosen
  grant = { status = 400, code = "invalid_request", message = "grant_type must be client_credentials" },
  method = { status = 405, code = "method_not_allowed", message = "Method Not Allowed" },
  quota = { status = 429, code = "quota_exceeded", message = "Too Many Requests" },
  unavailable = { status = 503, code = "unavailable", message = "Service Unavailable" },
}

return refusals
