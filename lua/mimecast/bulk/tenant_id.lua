--- Identifies the tenant of a client. Before anything is sent, plans and journals are compared with it.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local redact = require "mimecast.base.redact"

local tenant_id = {}

local max_code = 256 -- bytes; a longer text is not an account code and is not stored

--- Reads the account's code from the service. If the application may not read it, the credentials identify the tenant.
---@param client table
---@return table? tenant account (the code, nil if it cannot be read), credentials (a fingerprint)
---@return mimecast.Error? err if the service cannot be reached or denies the credentials
function tenant_id.read(client)
  local tenant = { credentials = client:info().fingerprint }
  local account, _, err = client:get_account()
  if account then
    local code = account.accountCode
    tenant.account = code and #code <= max_code and redact(code, nil, 1000) or nil
  elseif err.category ~= "service" and err.code ~= "forbidden" then
    return nil, err
  end
  return tenant
end

--- Names a tenant for people: the account's code, else the fingerprint.
function tenant_id.name(tenant)
  return tenant.account and core.printable(tenant.account, 100) or tenant.credentials
end

--- Compares two tenants.
---@param planned table
---@param current table
---@return boolean? same
---@return mimecast.Error? err code tenant_mismatch
function tenant_id.compare(planned, current)
  local by = planned.account and current.account and "account" or "credentials"
  if planned[by] == current[by] then return true end
  return nil, errors.new {
    category = "usage", code = "tenant_mismatch", message = ("it was made for %s, and these credentials are for %s"):format(
      core.printable(planned[by] or tenant_id.name(planned), 100),
      core.printable(current[by] or tenant_id.name(current), 100)),
    hint = "use the credentials of that tenant, or make a new plan",
  }
end

return tenant_id
