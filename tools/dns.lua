--- Name server on loopback that resolves every name to 127.0.0.1: dns.lua PORT PARENT. nginx's resolver needs a name server,
--- because it does not read /etc/hosts. The program ends with the process PARENT.
local socket = require "socket"

local server = assert(socket.udp())
assert(server:setsockname("127.0.0.1", tonumber(arg[1])))
server:settimeout(0.2)
local parent = arg[2]

local function parent_lives()
  local file = io.open("/proc/" .. parent .. "/stat")
  return file and file:close()
end

while parent_lives() do
  local query, address, port = server:receivefrom()
  if query then
    local question = query:sub(13):match "^[^%z]*%z...." or ""
    local is_a = question:byte(-3) == 1
    local head = query:sub(1, 2) .. "\129\128\0\1\0" .. (is_a and "\1" or "\0") .. "\0\0\0\0"
    local record = is_a and "\192\12\0\1\0\1\0\0\0\60\0\4\127\0\0\1" or ""
    server:sendto(head .. question .. record, address, port)
  end
end
