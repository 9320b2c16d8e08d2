--- A secret that a program gives, such as a password manager: in a profile, {"command": ["pass", "show", "mimecast"],
--- "timeout": 30} in place of the secret. The program runs without a shell, when the secret is needed first.
local core = require "mimecast.core"
local lazy = require "mimecast.base.lazy"

local credential_command = {}

local default_timeout, longest_timeout = 30, 3600 -- seconds
local most_words = 64

local form = 'must be text or {"command": ["PROGRAM", "ARGUMENT", …], "timeout": SECONDS}'

-- Returns what is wrong with the words, or nil.
local function words_problem(words)
  if type(words) ~= "table" or #words == 0 then return form end
  if #words > most_words then return ("has a command of more than %d words"):format(most_words) end
  for key, word in pairs(words) do
    if type(key) ~= "number" or type(word) ~= "string" then return form end
    if word:find "%z" then return "has a command with a zero byte" end
  end
  local program = words[1]
  if program == "" or (program:find("/", 1, true) and program:sub(1, 1) ~= "/") then
    return "has a command whose program is neither a name nor an absolute path"
  end
  return nil
end

-- Returns what is wrong with the value of a profile, or nil.
local function problem(value)
  for key in pairs(value) do
    if key ~= "command" and key ~= "timeout" then return form end
  end
  local timeout = value.timeout
  if timeout ~= nil and not (type(timeout) == "number" and timeout > 0 and timeout <= longest_timeout) then
    return ("has a timeout that is not a number of seconds up to %d"):format(longest_timeout)
  end
  return words_problem(value.command)
end

--- Makes the function that runs the command.
---@param value table of the profile: command (list of words), timeout (seconds, default 30)
---@return (fun(): userdata?, string?)? get
---@return string? problem "must be …"
function credential_command.new(value)
  local reason = problem(value)
  if reason then return nil, reason end
  local words, seconds = value.command, value.timeout or default_timeout
  local name = core.printable(words[1], 100)
  return function()
    local secret, message, kind = lazy("mimecast.system").read_secret_from_command(words, seconds)
    if secret then return secret end
    if kind == "interrupted" then error("interrupted!", 0) end
    if kind == "not_started" then message = "cannot be started: " .. message end
    if kind == "timeout" then message = ("%s of %s s"):format(message, core.format_number(seconds)) end
    return nil, ("the command %s %s"):format(name, message)
  end
end

return credential_command
