--- Reads the body of a response from a socket: by its length, in chunks, or until the connection closes (RFC 9112, 6 and 7).
--
-- Replaces the readers of resty.http: they do not check the end of a chunk or the bytes after the last chunk, which may
-- become the beginning of the next response; and they are coroutines, in which ngx.thread.kill ends no wait.
local core = require "mimecast.core"

local http_body = {}

-- Returns the size of a chunk from its first line; extensions are ignored.
local function chunk_size(line)
  local digits = line:match("^(%x+)[ \t]*$") or line:match("^(%x+)[ \t]*;")
  if not digits then return nil end
  return #digits <= 12 and tonumber(digits, 16) or math.huge
end

local function read_sized(socket, length, max_bytes)
  if length > max_bytes then return nil, "too_large" end
  return socket:receive(length)
end

-- Reads a chunk; returns "" for the last one.
local function read_chunk(socket, max_bytes)
  local line, reason = socket:receive_line()
  if not line then return nil, reason end
  local size = chunk_size(line)
  if not size then return nil, "malformed chunk" end
  if size == 0 then return "" end
  if size > max_bytes then return nil, "too_large" end
  local chunk
  chunk, reason = socket:receive(size)
  if not chunk then return nil, reason end
  line, reason = socket:receive_line()
  if line ~= "" then return nil, reason or "malformed chunk" end
  return chunk
end

local function read_chunked(socket, max_bytes)
  local parts, size = {}, 0
  repeat
    socket:reset_line_budget()
    local chunk, reason = read_chunk(socket, max_bytes - size)
    if not chunk then return nil, reason end
    size = size + #chunk
    parts[#parts + 1] = chunk
  until chunk == ""
  repeat -- the trailer is ignored
    local line, reason = socket:receive_line()
    if not line then return nil, reason end
  until line == ""
  return table.concat(parts)
end

local function read_until_close(socket, max_bytes)
  local parts, size = {}, 0
  while true do
    local part, reason = socket:receive_any()
    if not part then
      if reason ~= "closed" then return nil, reason end
      return table.concat(parts)
    end
    size = size + #part
    if size > max_bytes then return nil, "too_large" end
    parts[#parts + 1] = part
  end
end

-- Reports whether the response has no body, whatever length it announces.
local function has_no_body(method, status)
  return method == "HEAD" or status == 204 or status == 304
end

--- Reads the body.
---@param socket table of mimecast.transport.socket
---@param method string of the request
---@param head table of mimecast.transport.http_head
---@param max_bytes integer
---@return string? body
---@return string|boolean|nil reason without a body: "too_large", "malformed" (its length), "malformed chunk", or the socket's
-- reason; with a body: true if the connection must not be reused, because the response announces its length in two ways, or a
-- length where it must not have one, and may end elsewhere
function http_body.read(socket, method, head, max_bytes)
  local length, coding = head.headers["content-length"], head.headers["transfer-encoding"]
  if has_no_body(method, head.status) then
    return "", head.status == 204 and ((length or "0") ~= "0" or coding ~= nil)
  end
  if length and not length:find("^%d+$") then return nil, "malformed" end
  if not coding then
    if length then return read_sized(socket, tonumber(length), max_bytes) end
    return read_until_close(socket, max_bytes)
  end
  if core.lower(coding) ~= "chunked" then return nil, "malformed" end -- the request accepts no other coding
  local body, reason = read_chunked(socket, max_bytes)
  return body, reason or length ~= nil
end

return http_body
