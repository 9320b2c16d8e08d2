--- Starts Redis on loopback. It stores nothing on disk by default.
local shell = require "tools.shell"
local socket = require "socket"

local redis = {}
local Redis = {}
Redis.__index = Redis

local command = [[cd %s && exec redis-server --bind 127.0.0.1 --port %d --unixsocket %s/redis.sock --dir %s --save '' \
  --appendonly no --rdbcompression no --daemonize yes --pidfile %s/redis.pid --logfile %s/redis.log %s 2>&1]]

local function is_up(self)
  local connection = socket.connect("127.0.0.1", self.port)
  if not connection then return false end
  connection:settimeout(2)
  connection:send "PING\r\n"
  local reply = connection:receive "*l"
  connection:close()
  return reply ~= nil and not reply:find "^%-LOADING"
end

--- Starts it, on the same port as before.
function Redis:start()
  local folder = shell.quote(self.prefix)
  local output, code = shell.run(command:format(folder, self.port, folder, folder, folder, folder, self.more))
  if code ~= 0 then error(output, 2) end
  for _ = 1, 500 do
    if is_up(self) then
      self.pid = shell.read(self.prefix .. "/redis.pid"):match "%d+"
      return self
    end
    socket.sleep(0.01)
  end
  error("redis-server does not respond", 2)
end

--- Sends a command of words without spaces and returns the first line of the reply.
function Redis:command(...)
  local connection = assert(socket.connect("127.0.0.1", self.port))
  connection:settimeout(5)
  connection:send(table.concat({ ... }, " ") .. "\r\n")
  local reply = connection:receive "*l"
  connection:close()
  return reply
end

--- Returns all data, in the format of the disk.
function Redis:dump()
  assert(self:command "SAVE" == "+OK")
  return assert(shell.read(self.prefix .. "/dump.rdb"))
end

--- Kills it, like a crash.
function Redis:kill()
  shell.run("kill -9 " .. self.pid)
  assert(shell.finish(self.pid, "redis-server 127.0.0.1:" .. self.port))
end

--- Ends it and removes its folder.
function Redis:stop()
  assert(shell.finish(self.pid, "redis-server 127.0.0.1:" .. self.port))
  shell.remove_folder(self.prefix)
end

--- Starts Redis on a free port of 127.0.0.1.
---@param more? string further options of the command line
function redis.start(more)
  local self = setmetatable({ prefix = assert(shell.make_folder()), port = shell.free_port(), more = more or "" }, Redis)
  return self:start()
end

return redis
