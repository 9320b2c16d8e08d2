--- A cosocket with one deadline over all that is done with it, and a limit on the head of an answer.
--
-- nginx's own timeouts are those of single operations: a server that sends a byte now and then would never run into them.
local deadline = {}

local Socket = {}
Socket.__index = Socket

local head_max = 65536 -- bytes of the lines of an answer's head, and of its chunks' sizes
local shortest = 0.001

--- Wraps a cosocket.
---@param raw table
---@param elapsed fun(): number
---@param seconds number from now on
function deadline.new(raw, elapsed, seconds)
  return setmetatable({
    raw = raw, elapsed = elapsed,
    till = elapsed() + seconds,
    sent = false, -- whether bytes of the request may have left
    first = nil, -- the first line of the answer
    reason = nil, -- why the last operation that failed did
    lines = 0, -- bytes of the lines received
  }, Socket)
end

--- An earlier deadline for the connection, until `unlimit`.
function Socket:limit(seconds)
  self.whole = self.till
  self.till = math.min(self.till, self.elapsed() + seconds)
end

function Socket:unlimit()
  self.till = self.whole
end

--- The connection is there: what is sent from now on is the request.
function Socket:begin()
  self.began, self.first, self.lines = true, nil, 0
end

-- False where no time is left.
local function set_timeout(self)
  local left = self.till - self.elapsed()
  if left < shortest then
    self.reason = "timeout"
    return false
  end
  self.raw:settimeout(math.ceil(left * 1000))
  return true
end

local function note(self, result, reason, partial)
  if not result then self.reason = reason end
  return result, reason, partial
end

function Socket:connect(...)
  if not set_timeout(self) then return nil, "timeout" end
  return self.raw:connect(...)
end

function Socket:sslhandshake(...)
  if not set_timeout(self) then return nil, "timeout" end
  return self.raw:sslhandshake(...)
end

function Socket:send(data)
  if not set_timeout(self) then return nil, "timeout" end
  self.sent = self.sent or self.began or false
  return note(self, self.raw:send(data))
end

function Socket:receive(what)
  if not set_timeout(self) then return nil, "timeout" end
  if what ~= "*l" then return note(self, self.raw:receive(what)) end
  local line, reason, partial = self.raw:receive(what)
  local got = line or partial
  self.lines = self.lines + #(got or "") + 2
  if self.lines > head_max then
    self.reason = "too large"
    return nil, "too large"
  end
  if got and got ~= "" then self.first = self.first or got end
  return note(self, line, reason, partial)
end

function Socket:getreusedtimes() return self.raw:getreusedtimes() end
function Socket:setkeepalive(...) return self.raw:setkeepalive(...) end
function Socket:close() return self.raw:close() end
function Socket.settimeout() end
function Socket.settimeouts() end

return deadline
