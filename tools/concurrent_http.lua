--- Sends many requests at once, and meanwhile measures the latency of a quick page over another connection.
local core = require "mimecast.core"
local socket = require "socket"

local concurrent_http = {}

local function open(port, path)
  local client = assert(socket.connect("127.0.0.1", port))
  client:settimeout(0)
  client:setoption("tcp-nodelay", true)
  assert(client:send(("GET %s HTTP/1.0\r\n\r\n"):format(path)))
  return client
end

-- Returns the body of a complete response; nil until then.
local function read(parts, client)
  local data, reason, partial = client:receive "*a"
  parts[#parts + 1] = data or partial
  if data or reason == "closed" then
    client:close()
    return table.concat(parts):match "\r\n\r\n(.*)$" or ""
  end
end

local ask = "GET %s HTTP/1.1\r\nHost: x\r\n\r\n"

-- Sends the next quick request as soon as the response is there, and records the time of each.
local function follow(quick, port, path, times)
  if quick.client then
    local data, _, partial = quick.client:receive "*a"
    quick.received = quick.received .. (data or partial or "")
    if not quick.received:find("pong", 1, true) then return end
    times[#times + 1] = core.monotonic() - quick.since
  else
    quick.client = assert(socket.connect("127.0.0.1", port))
    quick.client:settimeout(0)
    quick.client:setoption("tcp-nodelay", true)
  end
  quick.received, quick.since = "", core.monotonic()
  assert(quick.client:send(ask:format(path)))
end

--- Sends a request for each path at once and waits for all; meanwhile requests `quick` in sequence.
---@param port integer
---@param paths string[]
---@param quick? string a path whose response contains "pong"
---@param seconds? number limit; 20 by default
---@return string[] bodies in the order of the paths; false for a response that is late
---@return number seconds until the last response
---@return number[] times of the quick requests in seconds, sorted
function concurrent_http.run(port, paths, quick, seconds)
  local begin, bodies, parts, clients, left, times = core.monotonic(), {}, {}, {}, #paths, {}
  local pinger = {}
  for i, path in ipairs(paths) do
    local client = open(port, path)
    bodies[i], clients[client], parts[i] = false, i, {}
  end
  while left > 0 and core.monotonic() - begin < (seconds or 20) do
    if quick then follow(pinger, port, quick, times) end
    local list = { pinger.client }
    for client in pairs(clients) do list[#list + 1] = client end
    for _, client in ipairs((socket.select(list, nil, 0.05))) do
      local i = clients[client]
      if i then
        bodies[i] = read(parts[i], client) or false
        if bodies[i] then left, clients[client] = left - 1, nil end
      end
    end
  end
  local took = core.monotonic() - begin
  for client in pairs(clients) do client:close() end
  if pinger.client then
    times[#times + 1] = core.monotonic() - pinger.since -- the open request: a hanging worker must show
    pinger.client:close()
  end
  table.sort(times)
  return bodies, took, times
end

--- Sends a request and disconnects before the response.
function concurrent_http.leave(port, path, seconds)
  local client = open(port, path)
  socket.sleep(seconds)
  client:close()
end

return concurrent_http
