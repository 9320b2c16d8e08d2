--- Reads the head of a response from a socket: status and header fields (RFC 9112, 4 and 5).
--
-- Replaces the reader of resty.http, which finds a status in any text, and takes a line without a colon for the end of the
-- head: the rest of the head becomes the body. This reader also finds characters instead of matching patterns, because a
-- head is most of what there is to read.
local core = require "mimecast.core"

local http_head = {}

-- Repeated fields of these names are joined with a comma; of all others the last one wins.
local combinable = { ["content-length"] = true, ["transfer-encoding"] = true, ["connection"] = true }

local function contains_before(line, character, position)
  local at = line:find(character, 1, true)
  return at ~= nil and at < position
end

local function is_blank(byte) return byte == 32 or byte == 9 end

-- Returns the name in lower case and the value; nil if the line is no header field.
local function split(line)
  local colon = line:find(":", 2, true)
  if not colon or contains_before(line, " ", colon) or contains_before(line, "\t", colon) or line:find("\0", 1, true) then
    return nil
  end
  local from, to = colon + 1, #line
  while is_blank(line:byte(from)) do from = from + 1 end
  while to > from and is_blank(line:byte(to)) do to = to - 1 end
  return core.lower(line:sub(1, colon - 1)), line:sub(from, to)
end

local function read_fields(socket)
  local fields = {}
  while true do
    local line, reason = socket:receive_line()
    if not line then return nil, reason end
    if line == "" then return fields end
    local name, value = split(line)
    if not name then return nil, "malformed" end
    local previous = combinable[name] and fields[name]
    if previous and not (name == "content-length" and previous == value) then value = previous .. ", " .. value end
    fields[name] = value
  end
end

-- Reports whether the connection can be used again.
local function keep_alive(version, connection)
  local words = core.lower(connection or "")
  if version == "1" then return not words:find("close", 1, true) end
  return words:find("keep-alive", 1, true) ~= nil
end

--- Reads the head of the final response; skips interim responses (100, 103).
---@param socket table of mimecast.transport.socket
---@return table? head status, headers by lower-case name, keep_alive
---@return string? reason "malformed", or the socket's reason
function http_head.read(socket)
  while true do
    local line, reason = socket:receive_line()
    if not line then return nil, reason end
    local version, text = line:match("^HTTP/1%.([01]) ([1-9]%d%d)%f[%D]")
    local status = tonumber(text)
    if not status or status == 101 then return nil, "malformed" end -- the request did not ask for another protocol
    local headers
    headers, reason = read_fields(socket)
    if not headers then return nil, reason end
    if status >= 200 then
      return { status = status, headers = headers, keep_alive = keep_alive(version, headers.connection) }
    end
  end
end

return http_head
