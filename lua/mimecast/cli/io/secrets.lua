--- Secrets for a command: from standard input or typed without echo, never from the command line, never a Lua string.
local core = require "mimecast.core"
local system = require "mimecast.system"

local secrets = {}

--- Reads a secret: a line of standard input, or typed twice where that is a terminal.
---@param name string what is asked for
---@param once? boolean it is not to be typed again
---@return userdata? secret
---@return string? message
function secrets.read(name, once)
  if not system.is_terminal(0) then
    local secret, message = system.read_secret_from_stdin()
    if not secret then return nil, "is to come from standard input, but " .. message end
    return secret
  end
  local secret, message, kind = system.read_secret(name .. ": ")
  if secret and not once then
    local again
    again, message, kind = system.read_secret(name .. " again: ")
    if again and not core.secret.equal(secret, again) then return nil, "was typed differently the second time" end
    secret = again and secret
  end
  if kind == "interrupted" then error("interrupted!", 0) end
  if not secret then return nil, "was not typed: " .. message end
  return secret
end

return secrets
