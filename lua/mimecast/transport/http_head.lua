--- The head of an answer from a socket: its status and its fields (RFC 9112, 4 and 5).
--
-- Not resty.http's reader: that finds a status in any text, and takes a line without a colon for the end of the head, whose
-- rest becomes the body. It also matches patterns where finding characters does, and a head is most of what there is to read.
local core = require "mimecast.core"

local head = {}

-- Of these no later one takes the place of the first: what they say together counts.
local together = { ["content-length"] = true, ["transfer-encoding"] = true, ["connection"] = true }

local function has_before(line, character, place)
  local at = line:find(character, 1, true)
  return at ~= nil and at < place
end

local function is_blank(byte) return byte == 32 or byte == 9 end

-- A field's name in lower case, and its value; nil where the line is none.
local function split(line)
  local colon = line:find(":", 2, true)
  if not colon or has_before(line, " ", colon) or has_before(line, "\t", colon) or line:find("\0", 1, true) then return nil end
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
    local before = together[name] and fields[name]
    if before and not (name == "content-length" and before == value) then value = before .. ", " .. value end
    fields[name] = value
  end
end

-- Whether the connection is to be used again.
local function is_kept(version, connection)
  local words = core.lower(connection or "")
  if version == "1" then return not words:find("close", 1, true) end
  return words:find("keep-alive", 1, true) ~= nil
end

--- Reads the head of the final answer: a 100 or 103 comes before it.
---@param socket table of mimecast.transport.deadline
---@return table? answer status, headers by lower-case name, is_kept
---@return string? reason "malformed", or the socket's
function head.read(socket)
  while true do
    local line, reason = socket:receive_line()
    if not line then return nil, reason end
    local version, text = line:match("^HTTP/1%.([01]) ([1-9]%d%d)%f[%D]")
    local status = tonumber(text)
    if not status or status == 101 then return nil, "malformed" end -- nobody asked for another protocol
    local headers
    headers, reason = read_fields(socket)
    if not headers then return nil, reason end
    if status >= 200 then return { status = status, headers = headers, is_kept = is_kept(version, headers.connection) } end
  end
end

return head
