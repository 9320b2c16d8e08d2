--- Reads secrets from standard input or from the terminal without echo. A secret is never a Lua string and never comes from
-- the command line.
local core = require "mimecast.core"
local system = require "mimecast.system"

local secrets = {}

--- Reads a secret: the next line of standard input, or typed twice if that is a terminal.
---@param name string shown in the prompt
---@param once? boolean ask once on a terminal
---@return userdata? secret
---@return string? message
function secrets.read(name, once)
  if not system.is_terminal(0) then
    local secret, message = system.read_secret_from_stdin()
    if not secret then return nil, "cannot be read from standard input: " .. message end
    return secret
  end
  local secret, message, kind = system.read_secret(name .. ": ")
  if secret and not once then
    local repeated
    repeated, message, kind = system.read_secret(name .. " again: ")
    if repeated and not core.secret.equal(secret, repeated) then return nil, "was typed differently the second time" end
    secret = repeated and secret
  end
  if kind == "interrupted" then error("interrupted!", 0) end
  if not secret then return nil, "was not typed: " .. message end
  return secret
end

return secrets
