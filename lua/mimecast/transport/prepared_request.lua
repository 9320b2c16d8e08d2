--- Prepared requests: what never changes between the requests of an operation is checked and converted once.
--
-- A request is a table with `prepared`, `body`, `timeout`, and the values of the late headers in the order of their names.
local core = require "mimecast.core"
local transport_errors = require "mimecast.transport.errors"

local prepared_request = {}

-- A transport of the caller gets all parts with each request.
local function copy_parts(parts)
  local names = {}
  for _, name in ipairs(parts.late or {}) do names[#names + 1], names[#names + 2] = name, "" end
  local reason = core.url_error(parts.url) or core.method_error(parts.method) or core.headers_error(parts.headers)
    or core.headers_error(names)
  if reason then return transport_errors.invalid_request(reason) end
  local copy = {}
  for name, value in pairs(parts) do copy[name] = value end
  return copy
end

--- Prepares requests for a transport.
---@param transport table
---@param parts table method, url, path, headers (flat list of name and value; a value may be a secret), late (names of headers
-- whose values come with each request), connectTimeout in seconds
---@return any prepared nil if the parts are invalid
---@return string? message
---@return mimecast.Error? err
function prepared_request.new(transport, parts)
  if transport.prepare then return transport:prepare(parts) end
  return copy_parts(parts)
end

--- Returns a request with all its parts: method, url, path, headers, body, timeout, connectTimeout.
---@param request table
---@return table
function prepared_request.expand(request)
  local parts, headers = request.prepared, {}
  for i, part in ipairs(parts.headers) do headers[i] = part end
  for i, name in ipairs(parts.late or {}) do headers[#headers + 1], headers[#headers + 2] = name, request[i] end
  return {
    method = parts.method, url = parts.url, path = parts.path, headers = headers, body = request.body,
    timeout = request.timeout, connectTimeout = parts.connectTimeout,
  }
end

-- Returns what is wrong with a response, or nil.
local function response_problem(response)
  if type(response) ~= "table" then return "must be a table, got a " .. type(response) end
  local status = response.status
  if type(status) ~= "number" or status % 1 ~= 0 or status < 100 or status > 999 then
    return "has no status: it must be a whole number from 100 to 999"
  end
  if type(response.headers) ~= "table" then return "has no headers: they must be a table" end
  return type(response.body) ~= "string" and "has no body: it must be a string" or nil
end

--- Sends a request and waits for its response. Checks the response, because the transport can be the caller's.
---@param transport table
---@param request table method, url, path, headers, body, timeout, connectTimeout; or a prepared one
---@return table? response
---@return string? message
---@return mimecast.Error? err
function prepared_request.send_all(transport, request)
  local response, message, err = transport:send(request)
  if not response then return nil, message, err end
  local problem = response_problem(response)
  if problem then return transport_errors.invalid_response(problem) end
  return response
end

local function send_expanded(transport, request)
  return prepared_request.send_all(transport, prepared_request.expand(request))
end

--- Returns the function that sends the requests which were prepared for a transport.
---@param transport table
---@return fun(transport: table, request: table): table?, string?, mimecast.Error?
function prepared_request.sender(transport)
  if not transport.prepare then return send_expanded end
  return transport.makes_valid_responses and transport.send or prepared_request.send_all
end

return prepared_request
