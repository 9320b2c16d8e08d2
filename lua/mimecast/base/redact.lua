--- Makes a text of the service, a proxy or a portal safe to store and show: without secrets, printable and short.
--
-- Every such text passes here before it is stored in an error, an event, a log line or a journal.
local core = require "mimecast.core"

local max_searched = 4096 -- bytes of a text that are searched for secrets; the rest is cut off before
local max_shown = 200 -- bytes

local no_secrets = {}

--- Returns the text as it may be stored and shown.
---@param text string
---@param secrets? (string|userdata)[] texts that become `***`
---@param max_bytes? integer default 200
---@return string
return function(text, secrets, max_bytes)
  return core.printable(core.redact(text:sub(1, max_searched), secrets or no_secrets), max_bytes or max_shown)
end
