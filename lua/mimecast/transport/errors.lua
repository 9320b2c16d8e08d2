--- What went wrong on the way: the error values of all transports, by libcurl's result codes and by what nginx says.
local core = require "mimecast.core"
local errors = require "mimecast.errors"

local reasons = {}

local protocol = { too_large = true, truncated = true, not_http = true }
-- Trying again cannot change these.
local final = { proxy_refused = true, certificate = true, tls_error = true, too_large = true, not_http = true }

--- What `send` returns for a request that failed.
---@param code string
---@param fields table message, hint, status; sent: whether the request's bytes may have left
---@return nil, string, mimecast.Error
function reasons.failed(code, fields)
  return errors.result(errors.new {
    category = protocol[code] and "protocol" or "transport",
    code = code,
    message = fields.message,
    hint = fields.hint,
    status = fields.status,
    retryable = not final[code],
    outcome = fields.sent and "unknown" or nil,
  })
end

local large = {
  body = { "the answer", "raise maxResponseBytes if such an answer is meant to be" },
  head = { "the head of the answer", "64 KiB are taken: something in between adds to it, or another server answers; check"
    .. " baseUrl and proxy" },
  trailer = { "the trailer of the answer", "something in between adds to it, or another server answers; check baseUrl and"
    .. " proxy" },
}

--- What `send` returns for a response of which too much came.
---@param part string "body", "head" or "trailer"
---@param status? integer
function reasons.too_large(part, status)
  return reasons.failed("too_large", {
    message = large[part][1] .. " is too large" .. (status and (" (status %d)"):format(status) or ""), hint = large[part][2],
    status = status, sent = true,
  })
end

--- What a request gets that cannot be sent as it is.
---@param message string
function reasons.invalid(message)
  return errors.result(errors.new { category = "usage", code = "invalid_request", message = message })
end

--- What a call gets that was in flight, or about to be, beside one that was broken off.
---@param sent boolean
function reasons.given_up(sent)
  return errors.result(errors.new {
    category = "transport", code = "cancelled", message = "given up, because the calls beside it were broken off",
    retryable = false, outcome = sent and "unknown" or nil,
  })
end

-- ---- hints ----

local untrusted = "the certificate's authority is not trusted; put its file into %s, or check for a proxy in between"
local elsewhere = "the certificate is for another host name; check baseUrl"

local certificate_hints = {
  { "certificate has expired", "the server's certificate has expired; check this machine's clock too" },
  { "self%-signed", untrusted },
  { "unable to get local issuer", untrusted },
  { "unable to verify the first", untrusted },
  { "subject name", elsewhere },
  { "SSL: certificate", elsewhere },
  { "certificate host mismatch", elsewhere },
}

--- What to do about a certificate that was not accepted.
---@param reason string what the TLS library said
---@param place string where an authority's file is named
function reasons.certificate(reason, place)
  for _, entry in ipairs(certificate_hints) do
    if reason:find(entry[1]) then return (entry[2]:format(place)) end
  end
  return ("the server's certificate could not be verified: check %s, baseUrl and this machine's clock"):format(place)
end

--- The code and hint for a proxy's own answer to CONNECT.
---@param status integer
function reasons.of_proxy(status)
  if status >= 500 then return "connect_failed", "the proxy does not reach the gateway" end
  return "proxy_refused", status == 407 and "the proxy asks for a user name and password, or does not accept those in"
    .. " proxy" or "the proxy does not let this machine through to the gateway"
end

reasons.hints = {
  timeout = "raise timeout, or see whether it is up",
  connect_failed = "check baseUrl, proxy and the firewall",
  tls = "the server speaks no TLS 1.2 or later, or something in between interferes",
  not_http = "something else than an HTTP server answers there; check baseUrl and proxy",
}

-- ---- libcurl ----

-- libcurl's result codes (curl/curl.h, stable): code, hint.
local by_curl = {
  [5] = { "resolve_failed", "check proxy" },
  [6] = { "resolve_failed", "check baseUrl and the name server" },
  [7] = { "connect_failed", reasons.hints.connect_failed },
  [27] = { "no_memory" },
  [35] = { "tls_error", reasons.hints.tls },
  [77] = { "certificate", "the file in caFile cannot be read or holds no certificates" },
  [97] = { "connect_failed", "check proxy" },
}

local lost = { [16] = true, [42] = true, [52] = true, [55] = true, [56] = true, [92] = true, [95] = true }
local odd = { [1] = true, [8] = true, [61] = true }

local function code_of(result)
  if result.connectStatus >= 300 and not result.sent then return reasons.of_proxy(result.connectStatus) end
  if result.curl == 28 then return result.sent and "timeout" or "connect_timeout", reasons.hints.timeout end
  if result.curl == 60 then return "certificate", reasons.certificate(result.reason, "caFile") end
  if result.curl == 18 or (lost[result.curl] and result.status > 0) then return "truncated" end
  if lost[result.curl] then return "connection_lost" end
  if odd[result.curl] then return "not_http", reasons.hints.not_http end
  local entry = by_curl[result.curl]
  if entry then return entry[1], entry[2] end
  return "transport_error"
end

--- What `send` returns for a result of the engine.
---@param result table curl, connectStatus, status, reason, sent, tooLarge
function reasons.of_curl(result)
  local status = result.status > 0 and result.status or nil
  if result.tooLarge then return reasons.too_large(result.tooLarge, status) end
  local code, hint = code_of(result)
  -- libcurl repeats a proxy that it cannot use, with its user name and password.
  local reason = result.reason:gsub("[^ \t-\r]*@", "***@")
  return reasons.failed(code, { message = core.printable(reason, 300), hint = hint, status = status, sent = result.sent })
end

return reasons
