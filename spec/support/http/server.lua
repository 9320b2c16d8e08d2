--- Raw TCP server on loopback in the process of the client: records the exact bytes of requests, and sends the exact bytes
--- that a spec gives. Nothing blocks: a spec turns the server and the client in one loop.
local socket = require "socket"

local server = {}

local Connection = {}
Connection.__index = Connection

--- Queues bytes for the client.
function Connection:send(bytes)
  self.out = self.out .. bytes
end

--- Closes after the queued bytes are sent.
function Connection:close()
  self.closing = true
end

--- Queues a response with its Content-Length.
function Connection:respond(status, body, headers)
  body = body or ""
  self:send(("HTTP/1.1 %d X\r\n%sContent-Length: %d\r\n\r\n"):format(status, headers or "", #body) .. body)
end

local function flush(connection)
  if #connection.out > 0 then
    local last, message, partial = connection.socket:send(connection.out)
    connection.out = connection.out:sub((last or partial or 0) + 1)
    if message == "closed" then connection.out, connection.closing = "", true end
  end
  if connection.closing and #connection.out == 0 and not connection.closed then
    connection.closed = true
    connection.socket:close()
  end
end

-- Returns the first complete request and the remaining bytes; nil without a complete request.
local function cut(received)
  local _, stop = received:find("\r\n\r\n", 1, true)
  if not stop then return nil end
  local head = received:sub(1, stop)
  local length = tonumber(head:lower():match("\r\ncontent%-length: *(%d+)")) or 0
  if #received < stop + length then return nil end
  local request = { raw = received:sub(1, stop + length), head = head, body = received:sub(stop + 1, stop + length) }
  request.method, request.path = head:match("^(%S+) (%S+)")
  return request, received:sub(stop + length + 1)
end

local function receive(self, connection)
  local data, message, partial = connection.socket:receive(65536)
  data = data or partial or ""
  connection.bytes = connection.bytes + #data
  connection.received = connection.received .. data
  connection.transcript = connection.transcript .. data
  while true do
    local request, rest = cut(connection.received)
    if not request then break end
    connection.received = rest
    request.connection = connection
    connection.requests = connection.requests + 1
    self.requests[#self.requests + 1] = request
    self.respond(connection, request, #self.requests)
  end
  if message == "closed" then
    connection.lost = true
    if not connection.closed then
      connection.closed = true
      connection.socket:close()
    end
  end
end

local Server = {}
Server.__index = Server

--- Accepts, receives and sends what is possible without waiting.
function Server:turn()
  while true do
    local client = self.socket:accept()
    if not client then break end
    client:settimeout(0)
    local connection = setmetatable({ socket = client, received = "", transcript = "", out = "", bytes = 0, requests = 0 },
      Connection)
    self.connections[#self.connections + 1] = connection
    if self.on_connect then self.on_connect(connection) end
  end
  for _, connection in ipairs(self.connections) do
    if not connection.closed then receive(self, connection) end
    if not connection.closed then flush(connection) end
  end
end

--- Counts the complete requests to a path.
function Server:copies(path)
  local count = 0
  for _, request in ipairs(self.requests) do
    if request.path == path then count = count + 1 end
  end
  return count
end

function Server:close()
  for _, connection in ipairs(self.connections) do
    if not connection.closed then connection.socket:close() end
  end
  self.socket:close()
end

--- Starts a server on a free port of 127.0.0.1.
---@param respond? fun(connection, request, number) called for each complete request; sends 200 "ok" by default
function server.start(respond)
  local listener = assert(socket.bind("127.0.0.1", 0, 128))
  listener:settimeout(0)
  local _, port = listener:getsockname()
  port = math.floor(tonumber(port))
  return setmetatable({
    socket = listener,
    port = port,
    url = "http://127.0.0.1:" .. port,
    connections = {},
    requests = {},
    respond = respond or function(connection) connection:respond(200, "ok") end,
  }, Server)
end

--- Turns the engine and the servers until these transfers end. Raises after 3,000 rounds.
---@return table results id -> { response } or { nil, failure }
function server.drive(engine, servers, ids)
  local results, left = {}, #ids
  for _ = 1, 3000 do
    engine:step(0.001)
    for _, running in ipairs(servers) do running:turn() end
    while true do
      local id, response, failure = engine:collect()
      if not id then break end
      assert(results[id] == nil, "collected twice")
      results[id] = { response, failure }
      left = left - 1
    end
    if left <= 0 then return results end
  end
  error("the transfers did not end", 2)
end

--- Submits a request and turns until it ends.
---@return table? response, table? failure
function server.call(engine, servers, request)
  local id = assert(engine:submit(request))
  local result = server.drive(engine, servers, { id })[id]
  return result[1], result[2]
end

--- Turns a few more times, for late bytes.
function server.settle(engine, servers)
  for _ = 1, 20 do
    engine:step(0.001)
    for _, running in ipairs(servers) do running:turn() end
  end
end

return server
