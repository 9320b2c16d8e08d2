--- Sends commands to Redis, over nginx's sockets. Unlike a store of the module, it reports an unreachable Redis.
local core = require "mimecast.core"
local settings = require "acme.settings"

local redis = {}

local timeout, idle_timeout, pool_size = 1000, 10000, 32 -- ms, ms, connections

local pool = { pool = "acme" } -- separate: users of the default pool may have selected another database

redis.partitions = 16

--- Returns the keys of a partition: its stream, its lock, and its number of failures in a row. The braces keep them on one
--- node of a cluster.
function redis.keys(partition)
  local prefix = ("{acme}:%d:"):format(partition)
  return prefix .. "changes", prefix .. "owner", prefix .. "failures"
end

redis.parked = "{acme}:parked"

local function driver()
  local loaded, module = pcall(require, "resty.redis")
  return loaded and module or require "nginx.redis" -- its name on Debian
end

local function connect()
  local connection = driver():new()
  connection:set_timeout(timeout)
  local ok, reason = connection:connect(settings.redis_host, settings.redis_port, pool)
  if ok and settings.redis_password and connection:get_reused_times() == 0 then
    ok, reason = connection:auth(core.secret.reveal(settings.redis_password))
  end
  if ok then return connection end
  connection:close()
  return nil, reason
end

--- Sends a command.
---@param name string
---@return any reply nil without a reply, or if Redis reports an error; ngx.null is Redis' nil
---@return string? reason
function redis.call(name, ...)
  local connection, reason = connect()
  if not connection then return nil, reason end
  local reply
  reply, reason = connection[name](connection, ...)
  if reply == nil then
    connection:close()
    return nil, reason or "no reply"
  end
  connection:set_keepalive(idle_timeout, pool_size)
  if reply == false then return nil, reason end
  return reply
end

return redis
