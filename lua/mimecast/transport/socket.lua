--- A buffered cosocket with one deadline over all operations, and a limit on the head of a response.
--
-- nginx applies its timeouts to single operations: a server that sends a byte now and then would never exceed them.
local socket = {}

local Socket = {}
Socket.__index = Socket

local max_line_bytes = 65536 -- of the lines of a response's head, of a chunk's size, or of a trailer
local min_timeout = 0.001 -- seconds
local max_read = 65536 -- bytes that one read takes
local nginx_block = 512 -- bytes; sizes of nginx's socket buffers are multiples

--- Wraps a cosocket.
---@param raw table
---@param monotonic fun(): number
---@param seconds number from now, for all operations
---@param connect_seconds number from now until `start_request`
function socket.new(raw, monotonic, seconds, connect_seconds)
  local now = monotonic()
  return setmetatable({
    raw = raw, monotonic = monotonic,
    deadline = now + math.min(seconds, connect_seconds), total_deadline = now + seconds,
    sent = false, -- whether bytes of the request may have left
    status_line = nil, -- the first line of the response
    reason = nil, -- why the last failed operation failed
    line_bytes = 0, -- bytes of the lines since the last reset_line_budget
    send_buffer = {},
    buffer = "", at = 1, -- received bytes, and the position of the first unread byte
  }, Socket)
end

--- Marks the connection as established: bytes sent from now on belong to the request.
function Socket:start_request()
  self.started, self.deadline, self.status_line, self.line_bytes = true, self.total_deadline, nil, 0
end

-- Returns false if no time is left.
local function set_timeout(self)
  local left = self.deadline - self.monotonic()
  if left < min_timeout then
    self.reason = "timeout"
    return false
  end
  self.raw:settimeout(math.ceil(left * 1000))
  return true
end

local function keep_reason(self, result, reason)
  if not result then self.reason = reason end
  return result, reason
end

-- Unpacks what ngx.thread.wait returns for a thread that connects.
local function connect_result(ended, ok, reason)
  if not ended then error(ok, 0) end
  return ok, reason
end

-- Connects beside a timer: nginx resolves a name for up to its resolver_timeout (default 30 s), whatever the timeout of the
-- socket is.
local function connect_by_name(self, ...)
  local raw, arguments, connected = self.raw, { ... }, false
  local connecting = ngx.thread.spawn(function()
    local ok, reason = raw:connect(unpack(arguments))
    connected = true
    return ok, reason
  end)
  if connected then return connect_result(ngx.thread.wait(connecting)) end -- an idle connection of the pool
  local timer = ngx.thread.spawn(function()
    ngx.sleep(self.deadline - self.monotonic())
    return nil, "timeout"
  end)
  local ended, ok, reason = ngx.thread.wait(connecting, timer)
  ngx.thread.kill(connecting)
  ngx.thread.kill(timer)
  return connect_result(ended, ok, reason)
end

function Socket:connect(host, ...)
  if not set_timeout(self) then return nil, "timeout" end
  local is_address = host:byte() == 91 or host:find "^%d+%.%d+%.%d+%.%d+$" -- begins with [
  if is_address then return self.raw:connect(host, ...) end
  return connect_by_name(self, host, ...)
end

function Socket:sslhandshake(...)
  -- Unread bytes would be read as if they had come through TLS: a proxy could respond in the gateway's place.
  if self.at <= #self.buffer then return nil, "handshake failed: the proxy sent more than its response" end
  if not set_timeout(self) then return nil, "timeout" end
  -- lua-resty-core 0.1.25 raises if a certificate that arrived without waiting is rejected.
  local ok, session, reason = pcall(self.raw.sslhandshake, self.raw, ...)
  if not ok then return nil, "the certificate was not accepted" end
  return session, reason
end

--- Buffers data until the first read: head and body leave with one send, which costs the worker half of two.
function Socket:send(data)
  self.send_buffer[#self.send_buffer + 1] = data
  return #data
end

local function flush(self)
  local data = table.concat(self.send_buffer)
  self.send_buffer = {}
  if not set_timeout(self) then return nil, "timeout" end
  self.sent = self.sent or self.started or false
  return keep_reason(self, self.raw:send(data))
end

-- Reads what has arrived. nginx's receive(n) would start its timeout again after each byte.
local function fill(self)
  if self.send_buffer[1] then
    local ok, reason = flush(self)
    if not ok then return nil, reason end
  end
  if not set_timeout(self) then return nil, "timeout" end
  local data, reason = keep_reason(self, self.raw:receiveany(max_read))
  if not data then return nil, reason end
  self.last_read = #data
  self.buffer = self.at > #self.buffer and data or self.buffer:sub(self.at) .. data
  self.at = 1
  return true
end

local function take(self, count)
  local data = self.buffer:sub(self.at, self.at + count - 1)
  self.at = self.at + #data
  return data
end

--- Counts the bytes of lines from zero again.
function Socket:reset_line_budget() self.line_bytes = 0 end

--- Reads a line, without its end.
---@return string? line
---@return string? reason
function Socket:receive_line()
  local from = self.at
  while true do
    local stop = self.buffer:find("\n", from, true)
    if self.line_bytes + (stop or #self.buffer) - self.at > max_line_bytes then
      self.reason = "too_large"
      return nil, self.reason
    end
    if stop then
      self.line_bytes = self.line_bytes + stop - self.at
      local ends_in_cr = self.buffer:byte(stop - 1) == 13
      local line = self.buffer:sub(self.at, ends_in_cr and stop - 2 or stop - 1)
      self.at = stop + 1
      self.status_line = self.status_line or line
      return line
    end
    local unread = #self.buffer - self.at + 1
    local ok, reason = fill(self)
    if not ok then
      if unread > 0 then self.status_line = self.status_line or self.buffer:sub(self.at) end
      return nil, reason
    end
    from = unread + 1
  end
end

local function receive_bytes(self, count)
  local parts, left = {}, count
  while true do
    local data = take(self, left)
    parts[#parts + 1] = data
    left = left - #data
    if left == 0 then return #parts == 1 and data or table.concat(parts) end
    local ok, reason = fill(self)
    if not ok then return nil, reason, table.concat(parts) end
  end
end

--- Reads what has arrived, as soon as there is any.
---@return string? data
---@return string? reason
function Socket:receive_any()
  if self.at > #self.buffer then
    local ok, reason = fill(self)
    if not ok then return nil, reason end
  end
  return take(self, #self.buffer)
end

--- Reads a line ("*l") or so many bytes.
---@param size "*l"|integer
---@return string? data
---@return string? reason
---@return string? partial the bytes before the failure
function Socket:receive(size)
  if size == "*l" then return self:receive_line() end
  return receive_bytes(self, size)
end

-- Reports whether unread bytes may have arrived: a read that filled nginx's buffer can leave bytes in OpenSSL, which nginx
-- does not see.
local function may_have_unread(self)
  return self.at <= #self.buffer or self.last_read % nginx_block == 0
end

--- Keeps the connection for reuse, unless unread bytes may have arrived: the next request would take them for its response.
function Socket:setkeepalive(...)
  if may_have_unread(self) then return nil, "unread data" end
  return self.raw:setkeepalive(...)
end

function Socket:getreusedtimes() return self.raw:getreusedtimes() end
function Socket:close() return self.raw:close() end
function Socket.settimeout() end
function Socket.settimeouts() end

return socket
