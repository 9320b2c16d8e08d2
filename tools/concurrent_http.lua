-- Many requests in flight to one server at a time, while another connection asks for a quick page again and again.
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

-- The body once the answer is whole; else what came so far is kept.
local function read(parts, client)
  local data, reason, partial = client:receive "*a"
  parts[#parts + 1] = data or partial
  if data or reason == "closed" then
    client:close()
    return table.concat(parts):match "\r\n\r\n(.*)$" or ""
  end
end

local ask = "GET %s HTTP/1.1\r\nHost: x\r\n\r\n"

-- Asks anew as soon as the answer is there; notes how long each took.
local function follow(quick, port, path, times)
  if quick.client then
    local data, _, partial = quick.client:receive "*a"
    quick.got = quick.got .. (data or partial or "")
    if not quick.got:find("pong", 1, true) then return end
    times[#times + 1] = core.monotonic() - quick.since
  else
    quick.client = assert(socket.connect("127.0.0.1", port))
    quick.client:settimeout(0)
    quick.client:setoption("tcp-nodelay", true)
  end
  quick.got, quick.since = "", core.monotonic()
  assert(quick.client:send(ask:format(path)))
end

--- Sends a request for each path at once, and waits for all; meanwhile asks for `quick`, one request after the other.
---@param port integer
---@param paths string[]
---@param quick? string a path that answers "pong"
---@param seconds? number how long it may take; 20 by default
---@return string[] bodies in the order of the paths; false where there was none in time
---@return number seconds until the last was there
---@return number[] times of the quick ones, in seconds, sorted
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
    times[#times + 1] = core.monotonic() - pinger.since -- of the one that is under way: a worker that hangs must show
    pinger.client:close()
  end
  table.sort(times)
  return bodies, took, times
end

--- Sends a request and goes away before the answer.
function concurrent_http.leave(port, path, seconds)
  local client = open(port, path)
  socket.sleep(seconds)
  client:close()
end

return concurrent_http
