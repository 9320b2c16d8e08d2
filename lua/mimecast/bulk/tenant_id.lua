--- Whose accounts a client changes: what a plan and a journal are held against before anything is sent.
local core = require "mimecast.core"
local errors = require "mimecast.errors"
local redact = require "mimecast.base.redact"

local tenant = {}

local most_code = 256 -- bytes: a longer text is no account's code, and is not kept in plans and journals

--- Asks for the account's code. Where the application may not read the account, its credentials stand for it.
---@param client table
---@return table? own account (code, nil where it may not be read), credentials (fingerprint)
---@return mimecast.Error? err where the service cannot be reached, or does not accept who calls
function tenant.of(client)
  local own = { credentials = client:info().fingerprint }
  local account, _, err = client:get_account()
  if account then
    local code = account.accountCode
    own.account = code and #code <= most_code and redact(code, nil, 1000) or nil
  elseif err.category ~= "service" and err.code ~= "forbidden" then
    return nil, err
  end
  return own
end

--- How people name it: the account's code, as far as it can be shown, else the fingerprint.
function tenant.name(own)
  return own.account and core.printable(own.account, 100) or own.credentials
end

--- Whether two are the same; nil and an error value where they are not.
---@param planned table
---@param own table
---@return boolean? same
---@return mimecast.Error? err code tenant_mismatch
function tenant.compare(planned, own)
  local by = planned.account and own.account and "account" or "credentials"
  if planned[by] == own[by] then return true end
  return nil, errors.new {
    category = "usage", code = "tenant_mismatch", message = ("it was made for %s, and these credentials are for %s"):format(
      core.printable(planned[by] or tenant.name(planned), 100), core.printable(own[by] or tenant.name(own), 100)),
    hint = "choose the credentials that it was made with, or make a new plan",
  }
end

return tenant
