--- What sandbox.new and sandbox.start return: the same methods over a tenant in the process or behind HTTP.
local handle = {}

local Handle = {}
Handle.__index = Handle
handle.class = Handle

--- A port that somebody listens at does not refuse, and nginx does not stop to listen for a while.
handle.no_refusal = "sandbox: nginx cannot refuse a connection; order close_before_answer, or stop the sandbox"

--- Does a control action; the methods below are names for these.
---@param ask table { action = name, … }
---@return any result nil with a message where it cannot be done
---@return string? message
function Handle:control(ask)
  return self.ask(ask)
end

-- A mistake in a test's own set-up shall not pass silently.
local function must(self, ask)
  local result, message = self.ask(ask)
  if message then error("sandbox: " .. message, 3) end
  return result
end

--- A user's settings as the tenant holds them, by wire names (with `password`, once one was set).
---@param email string
---@return table? settings nil where there is no such user
function Handle:user(email)
  return must(self, { action = "user", email = email })
end

--- Adds users.
---@param users table[]|integer settings by wire names, or how many synthetic ones
---@return integer count
function Handle:add_users(users)
  return must(self, { action = "add_users", users = users })
end

--- How often a change was applied to something, or in all: more often than was asked for means a doubled request.
---@param key? string a user's address, a new group's or domain's name, a group's id, …
---@param with? string what it was applied with: a group's member, an alias, a delegate
---@return integer count
function Handle:applied(key, with)
  return must(self, { action = "applied", email = key, with = with })
end

--- A group as the tenant holds it, by wire names, with its `members`.
---@param key string its id or its name
---@return table? group nil where there is no such group
function Handle:group(key)
  return must(self, { action = "group", key = key })
end

--- A domain as the tenant holds it, by wire names, with `pending`.
---@param name string
---@return table? domain nil where there is no such domain
function Handle:domain(name)
  return must(self, { action = "domain", name = name })
end

--- What was changed in the tenant, the oldest first, as get-audit-events answers with it.
---@return table[] events
function Handle:audit()
  return must(self, { action = "audit" })
end

--- How many requests reached a path, or any.
---@param path? string
---@return integer count
function Handle:count(path)
  return must(self, { action = "count", path = path })
end

--- How many access tokens were issued.
---@return integer count
function Handle:tokens()
  return must(self, { action = "tokens" })
end

--- The last requests, the oldest first: method, path, headers, body, time, id, status, and `unexpected`: a list of what
-- does not fit the operation's table.
---@return table[] requests
function Handle:requests()
  return must(self, { action = "requests" })
end

--- Orders a fault. Raises for a kind that does not exist.
---@param fault table { kind, times?, after?, chance?, path?, afterApply?, … }
---@return boolean ok
function Handle:fault(fault)
  if self.front == "nginx" and fault.kind == "refuse" then
    error(handle.no_refusal, 2)
  end
  return must(self, { action = "fault", fault = fault })
end

--- How many ordered faults are still to come.
---@return integer count
function Handle:pending()
  return must(self, { action = "pending" })
end

--- The tenant's time.
---@return number time epoch seconds
function Handle:now()
  return must(self, { action = "now" })
end

--- Moves the tenant's clock.
---@param seconds number
---@return number time the new time
function Handle:advance(seconds)
  return must(self, { action = "advance", seconds = seconds })
end

--- Lets every access token expire at once.
---@return boolean ok
function Handle:expire_tokens()
  return must(self, { action = "expire_tokens" })
end

--- Lets the gateway accept no access token any more that was issued: 401 with the code `unauthorized`, which names no
-- reason.
---@return boolean ok
function Handle:revoke_tokens()
  return must(self, { action = "revoke_tokens" })
end

--- Lets the binding of API 1.0 expire: HTTP 418 from now on, until `renew_binding` or `reset`.
---@return boolean ok
function Handle:expire_binding()
  return must(self, { action = "expire_binding" })
end

--- Makes the binding of API 1.0 good again.
---@return boolean ok
function Handle:renew_binding()
  return must(self, { action = "renew_binding" })
end

--- Puts the tenant back to its beginning.
---@return boolean ok
function Handle:reset()
  return must(self, { action = "reset" })
end

--- Ends the sandbox: nginx is gone and its folder removed afterwards. Idempotent; nothing to do in the process.
---@return boolean? ok
---@return string? message
function Handle:stop()
  local stop = self.stopper
  self.stopper = nil
  if stop then return stop() end
  return true
end

--- Makes a handle.
---@param fields table url, urls, credentials, front, ask(request) -> result | nil, message
---@return table handle
function handle.new(fields)
  return setmetatable(fields, Handle)
end

return handle
