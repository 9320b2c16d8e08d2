--- Checks requests for lua-resty-http and converts them: target, headers and body.
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

-- Adds a flat list of names and values to headers by name; a repeated header gets a list of values.
local function add_headers(headers, list)
  for i = 1, #list, 2 do
    local name, value = list[i], reveal(list[i + 1])
    local previous = headers[name]
    if previous == nil then
      headers[name] = value
    elseif type(previous) == "table" then
      previous[#previous + 1] = value
    else
      headers[name] = { previous, value }
    end
  end
end

local function copy_list(list)
  local copy = {}
  for i, value in ipairs(list) do copy[i] = value end
  return copy
end

local function copy_headers(headers)
  local copy = {}
  for name, value in pairs(headers) do copy[name] = type(value) == "table" and copy_list(value) or value end
  return copy
end

-- Returns a flat list of the late headers, with the values of a request or without values.
local function late_headers(names, request)
  local list = {}
  for i, name in ipairs(names) do
    list[2 * i - 1] = name
    list[2 * i] = request and request[i] or not request and "" or false
  end
  return list
end

local function asks_coding(list)
  for i = 1, #list, 2 do
    if core.lower(list[i]) == "accept-encoding" then return true end
  end
  return false
end

local function url_error(url, target)
  return core.url_error(url) or (not target and "the URL has no host") or nil
end

--- Checks and converts what never changes between the requests of an operation.
---@param parts table method, url, headers, late, connectTimeout
---@return table? prepared method, target, path, headers by name, late, connectTimeout
---@return string? reason
function cosocket_request.prepare(parts)
  local url, method, list, late = parts.url, parts.method or "POST", parts.headers or {}, parts.late or {}
  local origin = url:match("^https?://[^/?#]+")
  local target, names = origin and cosocket_request.parse_origin(origin), late_headers(late)
  local reason = url_error(url, target) or core.method_error(method) or core.headers_error(list) or core.headers_error(names)
  if reason then return nil, reason end
  local path, headers = url:sub(#origin + 1, (url:find("#", 1, true) or 0) - 1), {}
  add_headers(headers, list)
  if not (asks_coding(list) or asks_coding(names)) then headers["Accept-Encoding"] = "identity" end
  return {
    method = method, target = target, path = path:sub(1, 1) == "/" and path or "/" .. path, headers = headers, late = late,
    connectTimeout = parts.connectTimeout,
  }
end

--- Converts a request to what resty.http sends.
---@param prepared table
---@param request table body, the values of the late headers
---@return table? converted method, path, headers, body
---@return string? reason
function cosocket_request.convert(prepared, request)
  local method, body, late = prepared.method, reveal(request.body), late_headers(prepared.late, request)
  local reason = body and #body > max_body and "the request's body is over 1 MiB" or core.headers_error(late)
  if reason then return nil, reason end
  local headers = copy_headers(prepared.headers)
  add_headers(headers, late)
  if not body and method ~= "GET" and method ~= "HEAD" then body = "" end
  return { method = method, path = prepared.path, headers = headers, body = body }
end

return cosocket_request
