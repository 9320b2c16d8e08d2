--- Error values of the transports: from libcurl's result codes, and from the reasons of nginx.
local core = require "mimecast.core"
local errors = require "mimecast.errors"

local transport_errors = {}

local protocol_codes = { too_large = true, truncated = true, not_http = true }
-- A retry cannot help.
local permanent = { proxy_denied = true, certificate = true, tls_error = true, too_large = true, not_http = true }

--- Returns what `send` returns for a failed request.
---@param code string
---@param fields table message, hint, status; sent: whether bytes of the request may have left
---@return nil, string, mimecast.Error
function transport_errors.failed(code, fields)
  return errors.result(errors.new {
    category = protocol_codes[code] and "protocol" or "transport",
    code = code,
    message = fields.message,
    hint = fields.hint,
    status = fields.status,
    retryable = not permanent[code],
    outcome = fields.sent and "unknown" or nil,
  })
end

local large_parts = {
  body = { "the response", "raise maxResponseBytes if a response of this size is expected" },
  head = { "the head of the response", "the limit is 64 KiB: a proxy adds to it, or another server responds; check baseUrl and"
    .. " proxy" },
  trailer = { "the trailer of the response", "a proxy adds to it, or another server responds; check baseUrl and proxy" },
}

--- Returns what `send` returns for a response over a limit.
---@param part "body"|"head"|"trailer"
---@param status? integer
function transport_errors.too_large(part, status)
  return transport_errors.failed("too_large", {
    message = large_parts[part][1] .. " is too large" .. (status and (" (status %d)"):format(status) or ""),
    hint = large_parts[part][2], status = status, sent = true,
  })
end

--- Returns what `send` returns for an invalid request.
---@param message string
function transport_errors.invalid_request(message)
  return errors.result(errors.new { category = "usage", code = "invalid_request", message = message })
end

--- Returns what `send` returns for a response that a caller's transport made wrongly. The service has received the request.
---@param problem string continues "the transport's response"
function transport_errors.invalid_response(problem)
  return errors.result(errors.new {
    category = "transport", code = "transport_error", message = "the transport's response " .. problem,
    hint = "see doc/configuration.md, Your own transport", outcome = "unknown",
  })
end

--- Returns what `send` returns in a `map` that an error ended.
---@param sent boolean whether the request was in flight
function transport_errors.cancelled(sent)
  return errors.result(errors.new {
    category = "transport", code = "cancelled", message = "cancelled, because an error ended the calls beside it",
    retryable = false, outcome = sent and "unknown" or nil,
  })
end

-- ---- hints ----

local untrusted = "the certificate's authority is not trusted; put its file into %s, or check for a proxy in between"
local wrong_host = "the certificate is for another host name; check baseUrl"

local certificate_hints = {
  { "certificate has expired", "the server's certificate has expired; check this machine's clock too" },
  { "self%-signed", untrusted },
  { "unable to get local issuer", untrusted },
  { "unable to verify the first", untrusted },
  { "subject name", wrong_host },
  { "SSL: certificate", wrong_host },
  { "certificate host mismatch", wrong_host },
}

--- Returns the hint for a rejected certificate.
---@param reason string of the TLS library
---@param ca_setting string the setting that names the file of an authority
function transport_errors.certificate_hint(reason, ca_setting)
  for _, entry in ipairs(certificate_hints) do
    if reason:find(entry[1]) then return (entry[2]:format(ca_setting)) end
  end
  return ("the server's certificate could not be verified: check %s, baseUrl and this machine's clock"):format(ca_setting)
end

--- Returns the code and hint for a proxy's response to CONNECT.
---@param status integer
function transport_errors.from_proxy_status(status)
  if status >= 500 then return "connect_failed", "the proxy does not reach the gateway" end
  return "proxy_denied", status == 407 and "the proxy asks for a user name and password, or does not accept those in"
    .. " proxy" or "the proxy does not let this machine through to the gateway"
end

transport_errors.hints = {
  timeout = "raise timeout, or check whether the server is up",
  connect_failed = "check baseUrl, proxy and the firewall",
  tls = "the server speaks no TLS 1.2 or later, or a proxy interferes",
  not_http = "the server there is no HTTP server; check baseUrl and proxy",
}

-- ---- libcurl ----

-- libcurl's result codes (curl/curl.h, stable): code, hint.
local by_curl_code = {
  [5] = { "resolve_failed", "check proxy" },
  [6] = { "resolve_failed", "check baseUrl and the name server" },
  [7] = { "connect_failed", transport_errors.hints.connect_failed },
  [27] = { "no_memory" },
  [35] = { "tls_error", transport_errors.hints.tls },
  [77] = { "certificate", "the file in caFile cannot be read or holds no certificates" },
  [97] = { "connect_failed", "check proxy" },
}

local lost_connection = { [16] = true, [42] = true, [52] = true, [55] = true, [56] = true, [92] = true, [95] = true }
local not_http = { [1] = true, [8] = true, [61] = true }

local function classify(result)
  local curl_code, hints = result.curl, transport_errors.hints
  if result.connectStatus >= 300 and not result.sent then return transport_errors.from_proxy_status(result.connectStatus) end
  if curl_code == 28 then return result.sent and "timeout" or "connect_timeout", hints.timeout end
  if curl_code == 60 then return "certificate", transport_errors.certificate_hint(result.reason, "caFile") end
  if curl_code == 18 or (lost_connection[curl_code] and result.status > 0) then return "truncated" end
  if lost_connection[curl_code] then return "connection_lost" end
  if not_http[curl_code] then return "not_http", hints.not_http end
  local entry = by_curl_code[curl_code]
  if entry then return entry[1], entry[2] end
  return "transport_error"
end

--- Returns what `send` returns for a failed result of the libcurl engine.
---@param result table curl, connectStatus, status, reason, sent, tooLarge
function transport_errors.from_curl(result)
  local status = result.status > 0 and result.status or nil
  if result.tooLarge then return transport_errors.too_large(result.tooLarge, status) end
  local code, hint = classify(result)
  -- libcurl quotes an unusable proxy with its user name and password.
  local reason = result.reason:gsub("[^ \t-\r]*@", "***@")
  return transport_errors.failed(code, {
    message = core.printable(reason, 300), hint = hint, status = status, sent = result.sent,
  })
end

return transport_errors
