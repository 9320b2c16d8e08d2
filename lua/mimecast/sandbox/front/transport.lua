--- The in-process front: a transport for a client that passes requests to a tenant without a socket.
local core = require "mimecast.core"
local app = require "mimecast.sandbox.app"

local transport = {}
local Transport = {}
Transport.__index = Transport

--- Makes a transport to a tenant.
---@param tenant table
---@param reveal fun(secret: userdata): string the text of a secret header value or body
---@return table transport
function transport.new(tenant, reveal)
  return setmetatable({ tenant = tenant, reveal = reveal }, Transport)
end

local function plain(self, value)
  if type(value) == "userdata" then return self.reveal(value) end
  return value
end

local function read_headers(self, list, host)
  local headers = { host = host }
  for i = 1, #(list or {}), 2 do
    local name, value = core.lower(list[i]), plain(self, list[i + 1])
    headers[name] = headers[name] and name ~= "host" and headers[name] .. ", " .. value or value
  end
  return headers
end

local function failure(message, category, code, more)
  local err = more or {}
  err.category, err.code = category, code
  return nil, message, err
end

-- Faults of the connection. Nothing waits without a socket: a delay moves the tenant's clock.
local fault_actions = {
  refuse = function() return failure("connection refused", "transport", "connect_failed", { sent = false }) end,
  reset = function() return failure("connection reset", "transport", "connection_lost", { sent = true }) end,
  close = function() return failure("connection closed before a response", "transport", "connection_lost",
    { sent = true }) end,
  truncate = function(_, response)
    local partial = response.body:sub(1, response.fault.bytes)
    return failure("the response ended early", "protocol", "truncated", { status = response.status, body = partial })
  end,
  delay = function(self, response, request)
    local seconds = response.fault.seconds
    local waited = math.min(seconds, request.timeout or seconds)
    self.tenant.offset = self.tenant.offset + waited
    if waited < seconds then return failure("no response in time", "transport", "timeout", { sent = true }) end
    return response
  end,
  length = function(_, response)
    local length = response.fault.length
    if length > #response.body then
      return failure("the response ended early", "protocol", "truncated", { status = response.status, body = response.body })
    end
    response.body = response.body:sub(1, length)
    return response
  end,
  stray = function(_, response) return response end, -- there is no connection for a second response
  huge = function(_, response)
    response.body = transport.huge_start .. ("x"):rep(response.fault.bytes)
    return response
  end,
}

-- A caller that waits for the whole response waits for its last byte.
fault_actions.drip = fault_actions.delay

--- The first bytes of a huge response.
transport.huge_start = "{\"meta\":{\"status\":200},\"data\":[\""

--- Sends one request. Any host reaches the tenant; the Authorization header selects the API.
---@param request table { method, url, headers (flat), body, timeout (seconds) }
---@return table? response { status, headers (lower-case name -> value), body }
---@return string? message
---@return table? err { category, code, sent }
function Transport:send(request)
  local scheme, host, path = request.url:match("^(%a+)://([^/?#]+)([^#]*)")
  if not host then return failure("not a URL: " .. tostring(request.url), "usage", "bad_url", { sent = false }) end
  if path:sub(1, 1) ~= "/" then path = "/" .. path end
  local response = app.handle(self.tenant, {
    method = request.method or "POST", path = path,
    headers = read_headers(self, request.headers, host), body = plain(self, request.body) or "", scheme = scheme,
  })
  local message, err
  if response.fault then
    response, message, err = fault_actions[response.fault.action](self, response, request)
    if not response then return nil, message, err end
  end
  local headers = { ["content-length"] = tostring(#response.body) }
  for i = 1, #response.headers, 2 do headers[response.headers[i]] = response.headers[i + 1] end
  return { status = response.status, headers = headers, body = response.body }
end

--- Waits by moving the tenant's clock.
---@param seconds number
function Transport:sleep(seconds)
  self.tenant.offset = self.tenant.offset + seconds
end

--- Runs `run(1)` to `run(count)` in sequence: each response is immediate.
---@param count integer
---@param run fun(i: integer)
function Transport.map(_, count, run)
  for i = 1, count do run(i) end
end

--- Checks a condition: nothing runs beside the caller, so it is true already or never.
---@param condition fun(): boolean
function Transport.wait_until(_, condition)
  if not condition() then error("wait_until: no other task can make the condition true", 2) end
end

return transport
