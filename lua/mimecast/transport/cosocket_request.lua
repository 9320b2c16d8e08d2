--- Checks a request for lua-resty-http and converts it: target, headers and body.
local core = require "mimecast.core"

local cosocket_request = {}

local max_headers, max_header_line, max_body = 100, 8192, 1048576 -- the limits of the libcurl engine

-- Headers whose values rarely change between requests.
local constant_names = { ["Content-Type"] = true, ["Accept"] = true, ["User-Agent"] = true }

--- Returns the text of a secret, and other values unchanged.
---@param value any
---@return any
function cosocket_request.reveal(value)
  if core.secret.is(value) then return core.secret.reveal(value) end
  return value
end

local reveal = cosocket_request.reveal

local function is_token(text)
  return text:find("^[A-Za-z0-9!#$%%&'*+%-.^_`|~]+$") ~= nil
end

local function header_problem(name, value)
  if type(name) ~= "string" or type(value) ~= "string" then return "a header is neither text nor a secret" end
  if not is_token(name) then return "a header's name must be a token" end
  if value:find("%c") then return "a header's value holds a control character" end
  if #name + #value + 3 > max_header_line then return "a header is too long" end
end

-- Returns the headers by name, repeated ones with a list of values; or nil and a reason. `checked` holds the values of
-- constant headers that have passed the checks.
local function convert_headers(list, checked)
  if type(list) ~= "table" or #list % 2 == 1 or #list > 2 * max_headers then
    return nil, "headers must be a list {name, value, …} of at most 100 pairs"
  end
  local headers, has_accept_encoding = {}, false
  for i = 1, #list, 2 do
    local name, value = list[i], list[i + 1]
    if checked[name] ~= value or value == nil then
      local text = reveal(value)
      local reason = header_problem(name, text)
      if reason then return nil, reason end
      if constant_names[name] and text == value then checked[name] = value end
      has_accept_encoding = has_accept_encoding or core.lower(name) == "accept-encoding"
      value = text
    end
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
---@param checked table<string, string> cache of checked header values, of the transport
---@return table? prepared method, path, headers, body
---@return string? reason
function cosocket_request.prepare(request, path, checked)
  local headers, reason = convert_headers(request.headers or {}, checked)
  local method, body = request.method or "POST", reveal(request.body)
  if not headers then return nil, reason end
  if not is_token(method) then return nil, "the method must be a token" end
  if body and #body > max_body then return nil, "the request's body is over 1 MiB" end
  if not body and method ~= "GET" and method ~= "HEAD" then body = "" end
  return { method = method, path = path, headers = headers, body = body }
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
