--- The body of an answer from a socket: of the length that it announces, in chunks, or all that comes (RFC 9112, 6 and 7).
--
-- Not resty.http's readers: they do not look at what ends a chunk or follows the last one, which may then become the
-- beginning of the next answer; and they are coroutines, within which ngx.thread.kill ends no wait.
local core = require "mimecast.core"

local body = {}

-- The size that a line announces, whatever else it says of the chunk.
local function size_of(line)
  local digits = line:match("^(%x+)[ \t]*$") or line:match("^(%x+)[ \t]*;")
  if not digits then return nil end
  return #digits <= 12 and tonumber(digits, 16) or math.huge
end

local function of_length(socket, length, most)
  if length > most then return nil, "too_large" end
  return socket:receive(length)
end

-- A chunk, without the line that ends it; "" for the last one.
local function next_chunk(socket, most)
  local line, reason = socket:receive_line()
  if not line then return nil, reason end
  local size = size_of(line)
  if not size then return nil, "malformed chunk" end
  if size == 0 then return "" end
  if size > most then return nil, "too_large" end
  local chunk
  chunk, reason = socket:receive(size)
  if not chunk then return nil, reason end
  line, reason = socket:receive_line()
  if line ~= "" then return nil, reason or "malformed chunk" end
  return chunk
end

local function in_chunks(socket, most)
  local parts, size = {}, 0
  repeat
    socket:begin_lines()
    local chunk, reason = next_chunk(socket, most - size)
    if not chunk then return nil, reason end
    size = size + #chunk
    parts[#parts + 1] = chunk
  until chunk == ""
  repeat -- what a trailer says is of no use here
    local line, reason = socket:receive_line()
    if not line then return nil, reason end
  until line == ""
  return table.concat(parts)
end

local function to_the_end(socket, most)
  local parts, size = {}, 0
  while true do
    local part, reason = socket:receive_any()
    if not part then
      if reason ~= "closed" then return nil, reason end
      return table.concat(parts)
    end
    size = size + #part
    if size > most then return nil, "too_large" end
    parts[#parts + 1] = part
  end
end

-- Whether an answer has none, whatever it says of its length.
local function is_without(method, status)
  return method == "HEAD" or status == 204 or status == 304
end

--- Reads it.
---@param socket table of mimecast.transport.deadline
---@param method string of the request
---@param answer table of mimecast.transport.head
---@param most integer bytes
---@return string? body
---@return string|boolean|nil reason where there is none: "too_large", "malformed" (what it says of its length), "malformed
-- chunk", or the socket's; else true where the connection may hold more than the answer: it tells its length in two ways, or
-- has one where it must have none, and so may mean another answer than was read
function body.read(socket, method, answer, most)
  local length, coding = answer.headers["content-length"], answer.headers["transfer-encoding"]
  if is_without(method, answer.status) then
    return "", answer.status == 204 and ((length or "0") ~= "0" or coding ~= nil)
  end
  if length and not length:find("^%d+$") then return nil, "malformed" end
  if not coding then
    if length then return of_length(socket, tonumber(length), most) end
    return to_the_end(socket, most)
  end
  if core.lower(coding) ~= "chunked" then return nil, "malformed" end -- nobody asked for another
  local text, reason = in_chunks(socket, most)
  return text, reason or length ~= nil
end

return body
