--- The object that sandbox.new and sandbox.start return: the same methods for a tenant in this process and behind nginx.
local faults = require "mimecast.sandbox.wire.faults"

local tenant_client = {}

local TenantClient = {}
TenantClient.__index = TenantClient
tenant_client.class = TenantClient

--- nginx cannot stop listening for a while.
tenant_client.refuse_unsupported = "sandbox: nginx cannot refuse a connection; use close_before_response, or stop the sandbox"

--- Runs a control action. Each method below is a control action.
---@param request table { action = name, … }
---@return any result nil with a message if the action failed
---@return string? message
function TenantClient:control(request)
  return self.send_control(request)
end

-- Raises if the action failed: an error in a test's set-up must not pass silently.
local function must(self, request)
  local result, message = self.send_control(request)
  if message then error("sandbox: " .. message, 3) end
  return result
end

--- Returns a user's settings by wire names, with `password` once a password was set.
---@param email string
---@return table? settings nil for an unknown user
function TenantClient:user(email)
  return must(self, { action = "user", email = email })
end

--- Adds users.
---@param users table[]|integer settings by wire names, or a number of synthetic users
---@return integer count
function TenantClient:add_users(users)
  return must(self, { action = "add_users", users = users })
end

--- Counts the changes that were applied to an object, or to all. A count above the expected means a duplicate request.
---@param key? string a user's address, a new group's or domain's name, a group's id, …
---@param with? string the second object: a group's member, an alias, a delegate
---@return integer count
function TenantClient:applied(key, with)
  return must(self, { action = "applied", email = key, with = with })
end

--- Returns a group by wire names, with its `members`.
---@param key string id or name
---@return table? group nil for an unknown group
function TenantClient:group(key)
  return must(self, { action = "group", key = key })
end

--- Returns a domain by wire names, with `pending`.
---@param name string
---@return table? domain nil for an unknown domain
function TenantClient:domain(name)
  return must(self, { action = "domain", name = name })
end

--- Lists all changes, the oldest first, as get-audit-events returns them.
---@return table[] events
function TenantClient:audit()
  return must(self, { action = "audit" })
end

--- Counts the requests to a path, or all requests.
---@param path? string
---@return integer count
function TenantClient:count(path)
  return must(self, { action = "count", path = path })
end

--- Counts the access tokens that were issued.
---@return integer count
function TenantClient:tokens()
  return must(self, { action = "tokens" })
end

--- Lists the last requests, the oldest first: method, path, headers, body, time, id, status, and `unexpected`, a list of what
-- does not conform to the operation.
---@return table[] requests
function TenantClient:requests()
  return must(self, { action = "requests" })
end

--- Injects a fault. Raises for an invalid fault.
---@param fault table { kind, times?, after?, chance?, path?, afterApply?, … }
---@return boolean ok
function TenantClient:fault(fault)
  if self.front == "nginx" and type(fault) == "table" and fault.kind == "refuse" then
    error(tenant_client.refuse_unsupported, 2)
  end
  local problem = faults.problem(fault)
  if problem then error("sandbox: " .. problem, 2) end
  return must(self, { action = "fault", fault = fault })
end

--- Counts the faults that are still to come.
---@return integer count
function TenantClient:pending()
  return must(self, { action = "pending" })
end

--- Returns the tenant's time.
---@return number time epoch seconds
function TenantClient:now()
  return must(self, { action = "now" })
end

--- Moves the tenant's clock.
---@param seconds number
---@return number time the new time
function TenantClient:advance(seconds)
  return must(self, { action = "advance", seconds = seconds })
end

--- Expires all access tokens.
---@return boolean ok
function TenantClient:expire_tokens()
  return must(self, { action = "expire_tokens" })
end

--- Revokes all access tokens: the gateway responds with 401 `unauthorized`, without a reason.
---@return boolean ok
function TenantClient:revoke_tokens()
  return must(self, { action = "revoke_tokens" })
end

--- Expires the bindings of API 1.0: HTTP 418 until `renew_binding` or `reset`.
---@return boolean ok
function TenantClient:expire_binding()
  return must(self, { action = "expire_binding" })
end

--- Makes the bindings of API 1.0 valid again.
---@return boolean ok
function TenantClient:renew_binding()
  return must(self, { action = "renew_binding" })
end

--- Restores the tenant's initial state.
---@return boolean ok
function TenantClient:reset()
  return must(self, { action = "reset" })
end

--- Stops the sandbox: ends nginx and removes its folder. Idempotent; does nothing for a tenant in this process.
---@return boolean? ok
---@return string? message
function TenantClient:stop()
  local stop = self.stopper
  self.stopper = nil
  if stop then return stop() end
  return true
end

--- Makes the object.
---@param fields table url, urls, credentials, front, send_control(request) -> result | nil, message
---@return table tenant
function tenant_client.new(fields)
  return setmetatable(fields, TenantClient)
end

return tenant_client
