--- Makes a text that the service, a proxy or a portal wrote fit to be stored and shown: without secrets, printable and short.
-- Every such text passes here before it is in an error, an event, a log line or a journal.
local core = require "mimecast.core"

local looked_at = 4096 -- bytes of a text that are searched for secrets; the rest is cut off before
local shown = 200 -- bytes that are kept

local none = {}

--- The text as it may be stored and shown.
---@param text string
---@param secrets? (string|userdata)[] texts that must not show; each becomes `***`
---@param bytes? integer kept at most, default 200
---@return string
return function(text, secrets, bytes)
  return core.printable(core.redact(text:sub(1, looked_at), secrets or none), bytes or shown)
end
