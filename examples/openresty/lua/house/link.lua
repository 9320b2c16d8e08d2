--- The link to Redis, over nginx's own sockets. Other than a store, one that cannot be reached is told.
local core = require "mimecast.core"
local settings = require "house.settings"

local link = {}

local timeout, keepalive, connections = 1000, 10000, 32 -- ms, ms that an idle connection is kept, and how many

local pool = { pool = "house" } -- of its own: others may have chosen another database

link.partitions = 16

-- Name in Redis of a partition's stream, of the lock on it, and of its failures in a row. The braces keep them together
-- in a cluster.
function link.keys(partition)
  local stem = ("{house}:%d:"):format(partition)
  return stem .. "changes", stem .. "owner", stem .. "failures"
end

link.parked = "{house}:parked"

local function driver()
  local found, made = pcall(require, "resty.redis")
  return found and made or require "nginx.redis" -- as Debian calls it
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

--- Sends one command.
---@param name string
---@return any answer nil where there is none, or where Redis refused; ngx.null is Redis' own nil
---@return string? reason
function link.call(name, ...)
  local connection, reason = connect()
  if not connection then return nil, reason end
  local answer
  answer, reason = connection[name](connection, ...)
  if answer == nil then
    connection:close()
    return nil, reason or "no answer"
  end
  connection:set_keepalive(keepalive, connections)
  if answer == false then return nil, reason end
  return answer
end

return link
