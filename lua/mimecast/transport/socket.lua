--- A cosocket with one deadline over all that is done with it, and a limit on the head of an answer.
--
-- nginx's own timeouts are those of single operations: a server that sends a byte now and then would never run into them.
local deadline = {}

local Socket = {}
Socket.__index = Socket

local lines_max = 65536 -- bytes of the lines of an answer's head, of a chunk's, or of a trailer
local shortest = 0.001 -- seconds
local at_once = 65536 -- bytes taken from the socket at most
local block = 512 -- bytes of which the sizes of nginx's socket buffers are multiples

--- Wraps a cosocket.
---@param raw table
---@param monotonic fun(): number
---@param seconds number from now on, for all that is done
---@param connect_seconds number from now on, until `begin`
function deadline.new(raw, monotonic, seconds, connect_seconds)
  local now = monotonic()
  return setmetatable({
    raw = raw, monotonic = monotonic,
    till = now + math.min(seconds, connect_seconds), whole = now + seconds,
    sent = false, -- whether bytes of the request may have left
    first = nil, -- the first line of the answer
    reason = nil, -- why the last operation that failed did
    lines = 0, -- bytes of the lines received since they were last begun
    out = {}, -- what is to be sent
    buffer = "", at = 1, -- what has arrived, and where it was not asked for yet
  }, Socket)
end

--- The connection is there: what is sent from now on is the request.
function Socket:begin()
  self.began, self.till, self.first, self.lines = true, self.whole, nil, 0
end

-- False where no time is left.
local function set_timeout(self)
  local left = self.till - self.monotonic()
  if left < shortest then
    self.reason = "timeout"
    return false
  end
  self.raw:settimeout(math.ceil(left * 1000))
  return true
end

local function note(self, result, reason)
  if not result then self.reason = reason end
  return result, reason
end

-- What ngx.thread.wait returns of a thread that connects.
local function connected(ended, ok, reason)
  if not ended then error(ok, 0) end
  return ok, reason
end

-- nginx looks a name up for as long as its resolver_timeout says, 30 s where it says nothing, whatever the socket's own is:
-- that is done beside an alarm.
local function connect_by_name(self, ...)
  local raw, arguments, over = self.raw, { ... }, false
  local connecting = ngx.thread.spawn(function()
    local ok, reason = raw:connect(unpack(arguments))
    over = true
    return ok, reason
  end)
  if over then return connected(ngx.thread.wait(connecting)) end -- a kept connection
  local alarm = ngx.thread.spawn(function()
    ngx.sleep(self.till - self.monotonic())
    return nil, "timeout"
  end)
  local ended, ok, reason = ngx.thread.wait(connecting, alarm)
  ngx.thread.kill(connecting)
  ngx.thread.kill(alarm)
  return connected(ended, ok, reason)
end

function Socket:connect(host, ...)
  if not set_timeout(self) then return nil, "timeout" end
  local is_address = host:byte() == 91 or host:find "^%d+%.%d+%.%d+%.%d+$" -- begins with [
  if is_address then return self.raw:connect(host, ...) end
  return connect_by_name(self, host, ...)
end

function Socket:sslhandshake(...)
  -- It would be read as if it had come through TLS: a proxy could answer in the gateway's place.
  if self.at <= #self.buffer then return nil, "handshake failed: the proxy said more than its answer" end
  if not set_timeout(self) then return nil, "timeout" end
  -- lua-resty-core 0.1.25 raises where a certificate that came without waiting is not accepted.
  local ok, session, reason = pcall(self.raw.sslhandshake, self.raw, ...)
  if not ok then return nil, "the certificate was not accepted" end
  return session, reason
end

--- Head and body leave together, when the answer is asked for: two sends would cost the worker twice.
function Socket:send(data)
  self.out[#self.out + 1] = data
  return #data
end

local function flush(self)
  local data = table.concat(self.out)
  self.out = {}
  if not set_timeout(self) then return nil, "timeout" end
  self.sent = self.sent or self.began or false
  return note(self, self.raw:send(data))
end

-- Takes what has arrived: nginx's own receive(n) would wait anew after each byte.
local function fill(self)
  if self.out[1] then
    local ok, reason = flush(self)
    if not ok then return nil, reason end
  end
  if not set_timeout(self) then return nil, "timeout" end
  local data, reason = note(self, self.raw:receiveany(at_once))
  if not data then return nil, reason end
  self.got = #data
  self.buffer = self.at > #self.buffer and data or self.buffer:sub(self.at) .. data
  self.at = 1
  return true
end

local function take(self, count)
  local data = self.buffer:sub(self.at, self.at + count - 1)
  self.at = self.at + #data
  return data
end

--- Lines are counted anew from here on.
function Socket:begin_lines() self.lines = 0 end

--- A line without its end; or nil and the reason.
function Socket:receive_line()
  local from = self.at
  while true do
    local stop = self.buffer:find("\n", from, true)
    if self.lines + (stop or #self.buffer) - self.at > lines_max then
      self.reason = "too large"
      return nil, self.reason
    end
    if stop then
      self.lines = self.lines + stop - self.at
      local ends_in_cr = self.buffer:byte(stop - 1) == 13
      local line = self.buffer:sub(self.at, ends_in_cr and stop - 2 or stop - 1)
      self.at = stop + 1
      self.first = self.first or line
      return line
    end
    local had = #self.buffer - self.at + 1
    local ok, reason = fill(self)
    if not ok then
      if had > 0 then self.first = self.first or self.buffer:sub(self.at) end
      return nil, reason
    end
    from = had + 1
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

--- What has arrived, as soon as there is anything; or nil and the reason.
function Socket:receive_any()
  if self.at > #self.buffer then
    local ok, reason = fill(self)
    if not ok then return nil, reason end
  end
  return take(self, #self.buffer)
end

--- A line ("*l"), or so many bytes; or nil, the reason and what came before.
function Socket:receive(what)
  if what == "*l" then return self:receive_line() end
  return receive_bytes(self, what)
end

-- Whether more may have arrived than was taken: a read that filled nginx's buffer can leave something behind, which nginx
-- does not see where it is in OpenSSL.
local function may_have_more(self)
  return self.at <= #self.buffer or self.got % block == 0
end

--- Keeps the connection, unless more may have arrived than was asked for: the next request would take that for its response.
function Socket:setkeepalive(...)
  if may_have_more(self) then return nil, "unread data" end
  return self.raw:setkeepalive(...)
end

function Socket:getreusedtimes() return self.raw:getreusedtimes() end
function Socket:close() return self.raw:close() end
function Socket.settimeout() end
function Socket.settimeouts() end

return deadline
