--- Checks credentials with an authorised request: a token alone does not prove that the service accepts them.
local account_check = {}

local function account_text(account)
  return ("accepted, account %s%s"):format(account.accountCode or "without a code",
    account.accountName and " (" .. account.accountName .. ")" or "")
end

--- Reads the account of a client.
---@param client table
---@return "ok"|"warn"|"FAIL" state warn: the service neither accepted nor denied the credentials
---@return string text
---@return mimecast.Error? err of the states warn and FAIL
---@return table? account
function account_check.run(client)
  local account, _, err = client:get_account()
  if account then return "ok", account_text(account), nil, account end
  if err.code == "forbidden" then return "ok", "accepted, but without permission to read the account" end
  if err.code == "not_available" or err.category == "rate_limit" then
    return "warn", "not verified: " .. err.message, err
  end
  return "FAIL", err.message, err
end

return account_check
