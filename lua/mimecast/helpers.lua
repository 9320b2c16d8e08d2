--- What people do, in their own words: functions of a client over its operations.
local helpers = {}

--- Reads an account's current settings: update_user with nothing to change.
---@param client table
---@param email string address of the user
---@return table? user as update_user returns it
---@return string? message
---@return mimecast.Failure? err
function helpers.user_settings(client, email)
  return client:update_user { email = email }
end

return helpers
