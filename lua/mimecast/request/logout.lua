--- Ends the binding of an API 1.0 client (mimecast-api 1.6).
local calls = require "mimecast.request.call"
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local operations = require "mimecast.model.operation"
local send = require "mimecast.request.send"

local logout = {}

local operation = operations.define {
  name = "logout", path = "/api/login/logout", writes = true, idempotent = false,
  input = { { name = "accessKey", type = "text", required = true, secret = true, text = "the binding's access key" } },
}

--- Ends the client's binding: its keys become invalid, and the client does not log in again.
---@param client table
---@return boolean? ok
---@return string? message
---@return mimecast.Error? err
function logout.run(client)
  local credentials = client.credentials
  if client.config.generation ~= "1.0" then
    return errors.result(errors.new { category = "usage", code = "not_in_this_api",
      message = "logout is not in API 2.0", hint = "an access token expires by itself" })
  end
  if client.config.readOnly then return errors.result(errors.read_only "logout") end
  if credentials.resolve then -- the secrets are functions
    local resolved, err = credentials:resolve()
    if not resolved then return errors.result(err) end
  end
  local binding = credentials.binding
  if not binding and not client.life.closed then return true end -- the client has not logged in
  local copy = {}
  for name, value in pairs(client) do copy[name] = value end
  copy.credentials = credentials:without_renewal() -- an expired binding is not renewed only to be ended
  setmetatable(copy, getmetatable(client))
  local item = { accessKey = binding and core.secret.reveal(binding.access_key) }
  local outcomes, err = send.items(copy, calls.new_template(copy, operation, "logout"), { item })
  local outcome = outcomes and outcomes[1] or err
  if errors.is(outcome) then return errors.result(outcome) end
  credentials:stop_renewal()
  return true
end

return logout
