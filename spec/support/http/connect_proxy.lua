--- HTTP proxy on loopback that connects every CONNECT to one port: connect_proxy.lua PORT PARENT TARGET [PLANTED]. It sends the
--- PLANTED text after its response, before the first byte of the tunnel. It ends with the process PARENT.
local socket = require "socket"

local listener = assert(socket.bind("127.0.0.1", tonumber(arg[1])))
listener:settimeout(0)
local parent, target, planted = arg[2], tonumber(arg[3]), arg[4] or ""

local function parent_lives()
  local file = io.open("/proc/" .. parent .. "/stat")
  return file and file:close()
end

local peers = {} -- socket -> the other end of its tunnel; false before the CONNECT is read

local function drop(connection)
  local peer = peers[connection]
  peers[connection] = nil
  connection:close()
  if peer then drop(peer) end
end

local function send(connection, data)
  connection:settimeout(5)
  if not connection:send(data) then return drop(connection) end
  connection:settimeout(0)
end

local function open(client)
  local far = assert(socket.connect("127.0.0.1", target))
  far:settimeout(0)
  peers[client], peers[far] = far, client
  send(client, "HTTP/1.1 200 OK\r\n\r\n" .. planted)
end

local function turn(connection)
  local data, reason, part = connection:receive(65536)
  data = data or part or ""
  if peers[connection] and data ~= "" then
    send(peers[connection], data)
  elseif data:find("\r\n\r\n", 1, true) then -- loopback: the head comes in one piece
    open(connection)
  end
  if reason == "closed" and peers[connection] ~= nil then drop(connection) end
end

while parent_lives() do
  local list = { listener }
  for connection in pairs(peers) do list[#list + 1] = connection end
  for _, connection in ipairs((socket.select(list, nil, 0.2))) do
    if connection == listener then
      local client = listener:accept()
      client:settimeout(0)
      peers[client] = false
    elseif peers[connection] ~= nil then
      turn(connection)
    end
  end
end
