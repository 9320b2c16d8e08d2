--- Codes and messages of all failures, each with its source.
--
-- "known": recorded from the service, or in its documents. "invented": no document, recording or client shows what the service
-- responds. A client must not depend on invented wording.
local service_errors = {}

--- Failures of a call of API 1.0, and of an item in both generations: code, message, and HTTP status (200 for an item).
service_errors.envelope = {
  -- known (recorded): a wrong application id is an HTTP 200
  app_id = { status = 200, code = "err_developer_key", message = "App ID is invalid: %s" },
  -- known (recorded): the same response for a wrong access key, secret key or application key
  signature = { status = 401, code = "err_xdk_invalid_signature", message = "0004 Invalid Signature" },
  -- known (status documented, code in a client); the message is invented
  binding = { status = 418, code = "err_xdk_binding_expired", message = "0018 Binding Expired" },
  -- status, number and text known (documents); the code is invented
  credentials = {
    status = 400, code = "err_xdk_credentials_missing", message = "0001 Credentials are missing from the request",
  },
  -- status, number and text known (documents); the code is invented
  login_type = {
    status = 401, code = "err_xdk_login_type", message = "0001 Authentication type not supported for the user",
  },
  -- invented: the response to a wrong address or password is unknown
  login = { status = 401, code = "err_xdk_login_failed", message = "0002 Invalid Login" },
  -- invented: an access key of another user
  access_key = { code = "err_validation_invalid_access_key", message = "Access key is not valid" },
  -- invented: the allowed window and the response to a stale x-mc-date are unknown; only with the option clockSkew
  clock = { status = 401, code = "err_xdk_invalid_date", message = "0005 Date Outside The Allowed Window" },
  -- statuses known (documents); codes and messages are invented
  path = { status = 404, code = "err_xdk_not_found", message = "Not Found" },
  method = { status = 405, code = "err_xdk_method_not_allowed", message = "Method Not Allowed" },
  quota = { status = 429, code = "err_xdk_quota_exceeded", message = "Quota Exceeded", retryable = true },
  unavailable = { status = 503, code = "err_xdk_unavailable", message = "Service Unavailable", retryable = true },
  -- code and message known (field notes); the status is invented
  deserialise = { status = 400, code = "err_deserialise", message = "payload contains null objects" },
  malformed = { status = 400, code = "err_deserialise", message = "payload could not be read" },
  -- the most items of a request are documented for API 2.0; the response to more items is invented
  too_many = {
    status = 400, code = "err_validation_max_items", message = "At most %d items are allowed in one request",
  },
  -- the code was known (a client's test); status and message are invented
  forbidden = { status = 403, code = "err_xdk_forbidden", message = "0002 Forbidden" },
  -- invented: only a client says that API 2.0 rejects an item without fields; the response is unknown
  empty_item = { status = 400, code = "err_validation_null", message = "payload contains an empty object" },
  -- invented: only a client says that the service rejects a foreign or damaged token
  page_token = { status = 400, code = "err_validation_invalid_page_token", message = "Page token is not valid" },
  -- invented for API 1.0; API 2.0 responds with HTTP 400 without a body (field notes)
  id = { code = "err_validation_invalid_id", message = "Id is not valid" },
  -- known (field notes, get-profile for an address that the account does not manage); for update-user inferred
  address = {
    code = "err_xdk_operation_forbidden_for_address", message = "0003 Forbidden To Perform Operation For Address",
  },
  -- known (constants of a client)
  null = { code = "err_validation_null", message = "This %s field is mandatory; it cannot be NULL." },
  blank = { code = "err_validation_blank", message = "This %s field, if present, cannot be blank or empty." },
  -- known (recorded)
  email = { code = "err_validation_invalid_email_address", message = "Email address is not valid" },
  -- invented: the service rejects some dates, its response is unknown
  date = { code = "err_validation_invalid_date", message = "Date is not valid" },
  -- invented: a password cannot be set while the account is locked, the response is unknown
  locked = { code = "err_user_account_locked", message = "Password cannot be set while the account is locked" },
  -- invented
  user_exists = { code = "err_user_already_exists", message = "User already exists" },
  domain = { code = "err_validation_invalid_domain", message = "Domain is not valid" },
  domain_exists = { code = "err_domain_already_exists", message = "Domain already exists" },
  domain_not_found = { code = "err_domain_not_found", message = "Domain not found" },
  domain_expired = { code = "err_domain_token_expired", message = "Verification code has expired" },
  word = { code = "err_validation_invalid_value", message = "This %s field has a value that is not allowed." },
  too_long = { code = "err_validation_max_length", message = "At most %d characters are allowed" },
  too_many_values = { code = "err_validation_max_items", message = "At most %d values are allowed" },
  alias_of_itself = { code = "err_alias_invalid", message = "Alias is not valid" },
  alias_not_found = { code = "err_alias_not_found", message = "Alias not found" },
  attribute = { code = "err_attribute_not_found", message = "Attribute not found" },
  delegate_exists = { code = "err_delegate_already_exists", message = "Delegate already exists" },
  not_found = { code = "err_not_found", message = "Object not found" },
  import_empty = { code = "err_import_no_users", message = "File holds no users" },
  -- known (recorded)
  member_exists = { code = "err_folder_group_member_already_exists", message = "Group member already exists" },
  member_not_found = { code = "err_folder_email_address_not_found", message = "Error email address not found" },
  managed_url_exists = {
    code = "err_managed_url_exists_code",
    message = "The managed URL already exists; to update it, delete and recreate",
  },
  managed_url_not_found = { code = "err_managed_url_not_found", message = "Managed URL not found" },
  -- invented: a group with members or child groups cannot be deleted (documented), the response is unknown
  group_not_empty = { code = "err_folder_not_empty", message = "Group has members or child groups" },
  -- invented: a group cannot become a child of itself
  group_cycle = { code = "err_folder_invalid_parent", message = "Parent group is not valid" },
  -- codes known (field notes); messages are invented
  one_of = { code = "err_validation_at_least_one_not_null", message = "At least one of these is mandatory: %s" },
  search_start = { code = "err_track_and_trace_invalid_start_date", message = "Start date is not valid" },
}

--- Failures of API 2.0's gateway: flat bodies, `{"fail":[{"code":…,"message":…}]}`.
service_errors.gateway = {
  -- codes known (clients); messages are invented
  token_expired = { status = 401, code = "token_expired", message = "Access token expired" },
  token_unknown = { status = 401, code = "token_verification_failed", message = "Access token verification failed" },
  -- invented: a token that has not expired and that the gateway does not accept any more
  token_revoked = { status = 401, code = "unauthorized", message = "Unauthorized Request" },
  -- known (recorded): no token at all; for bad credentials at the token endpoint the nearest evidence
  unauthorized = { status = 401, code = "unauthorized", message = "Unauthorized Request" },
  -- code and message known (field notes), status inferred: unknown paths and other products alike
  path = {
    status = 403, code = "app_forbidden",
    message = "Resource or method requested does not exist in any product assigned to the application.",
  },
  -- invented
  grant = { status = 400, code = "invalid_request", message = "grant_type must be client_credentials" },
  method = { status = 405, code = "method_not_allowed", message = "Method Not Allowed" },
  quota = { status = 429, code = "quota_exceeded", message = "Too Many Requests" },
  unavailable = { status = 503, code = "unavailable", message = "Service Unavailable" },
}

--- HTTP statuses of the REST families by code; 400 for all others. Invented after the documented meaning of the statuses.
service_errors.rest_status = {
  err_xdk_forbidden = 403,
  err_xdk_operation_forbidden_for_address = 403,
  err_not_found = 404,
  err_domain_not_found = 404,
  err_user_already_exists = 409,
  err_domain_already_exists = 409,
}

return service_errors
