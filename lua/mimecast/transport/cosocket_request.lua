--- Checks a request for lua-resty-http and converts it: target, headers and body.
local core = require "mimecast.core"

local cosocket_request = {}

local max_body = 1048576 -- like the libcurl engine

--- Returns the text of a secret, and other values unchanged.
---@param value any
---@return any
function cosocket_request.reveal(value)
  if core.secret.is(value) then return core.secret.reveal(value) end
  return value
end

local reveal = cosocket_request.reveal

-- Returns the headers by name, repeated ones with a list of values.
local function convert_headers(list)
  local headers, has_accept_encoding = {}, false
  for i = 1, #list, 2 do
    local name, value = list[i], reveal(list[i + 1])
    has_accept_encoding = has_accept_encoding or core.lower(name) == "accept-encoding"
    local previous = headers[name]
    if previous == nil then
      headers[name] = value
    elseif type(previous) == "table" then
      previous[#previous + 1] = value
    else
      headers[name] = { previous, value }
    end
  end
  if not has_accept_encoding then headers["Accept-Encoding"] = "identity" end
  return headers
end

--- Converts a request to what resty.http sends.
---@param request table
---@param path string
---@return table? prepared method, path, headers, body
---@return string? reason
function cosocket_request.prepare(request, path)
  local headers, method, body = request.headers or {}, request.method or "POST", reveal(request.body)
  local reason = core.method_error(method)
  if not reason and body and #body > max_body then reason = "the request's body is over 1 MiB" end
  reason = reason or core.headers_error(headers)
  if reason then return nil, reason end
  if not body and method ~= "GET" and method ~= "HEAD" then body = "" end
  return { method = method, path = path, headers = convert_headers(headers), body = body }
end

local default_ports = { http = 80, https = 443 }

--- Parses scheme, host and port.
---@param origin string like https://host:port
---@return table? target scheme, host, port, loopback
function cosocket_request.parse_origin(origin)
  local scheme, authority = origin:match("^(https?)://(.+)$")
  local host, port = authority:match("^(%[[%x:.]+%]):?(%d*)$")
  if not host then host, port = authority:match("^([^:%[%]]+):?(%d*)$") end
  if not host then return nil end
  return {
    scheme = scheme, host = host, port = tonumber(port) or default_ports[scheme],
    loopback = core.url_error("http://" .. authority .. "/") == nil, -- plain http is allowed on loopback only
  }
end

return cosocket_request
