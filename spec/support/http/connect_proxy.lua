-- An HTTP proxy on loopback that takes every CONNECT to one port: proxy.lua PORT PARENT TARGET [PLANTED]. What is planted
-- goes out behind its own answer, before the tunnel's first byte. It ends with its parent.
local socket = require "socket"

local listener = assert(socket.bind("127.0.0.1", tonumber(arg[1])))
listener:settimeout(0)
local parent, target, planted = arg[2], tonumber(arg[3]), arg[4] or ""

local function parent_lives()
  local file = io.open("/proc/" .. parent .. "/stat")
  return file and file:close()
end

local others = {} -- socket -> the other end of its tunnel; false while the CONNECT is read

local function drop(one)
  local other = others[one]
  others[one] = nil
  one:close()
  if other then drop(other) end
end

local function send(one, data)
  one:settimeout(5)
  if not one:send(data) then return drop(one) end
  one:settimeout(0)
end

local function open(client)
  local far = assert(socket.connect("127.0.0.1", target))
  far:settimeout(0)
  others[client], others[far] = far, client
  send(client, "HTTP/1.1 200 OK\r\n\r\n" .. planted)
end

local function turn(one)
  local data, reason, part = one:receive(65536)
  data = data or part or ""
  if others[one] and data ~= "" then
    send(others[one], data)
  elseif data:find("\r\n\r\n", 1, true) then -- loopback: it comes in one piece
    open(one)
  end
  if reason == "closed" and others[one] ~= nil then drop(one) end
end

while parent_lives() do
  local list = { listener }
  for one in pairs(others) do list[#list + 1] = one end
  for _, one in ipairs((socket.select(list, nil, 0.2))) do
    if one == listener then
      local client = listener:accept()
      client:settimeout(0)
      others[client] = false
    elseif others[one] ~= nil then
      turn(one)
    end
  end
end
