--- Adds to a caller's transport the functions that it leaves out. It needs only `send`.
local lazy = require "mimecast.base.lazy"
local nginx = require "mimecast.loop.nginx"

local custom_transport = {}

local condition_interval = 0.01 -- seconds between two looks at a condition

-- Returns a function that waits: as the host does, or it blocks the process.
local function default_sleep(host_sleep)
  host_sleep = host_sleep or (nginx.in_nginx() and nginx.sleep) or nil
  local engine -- without requests, its step sleeps
  return function(_, seconds)
    if host_sleep then return host_sleep(seconds) end
    engine = engine or lazy("mimecast.http").engine {}
    engine:step(seconds)
  end
end

local function wait_until(self, condition)
  while not condition() do self:sleep(condition_interval) end
end

local function map(_, count, run)
  for i = 1, count do run(i) end -- one after the other
end

--- Returns a transport with `sleep`, `wait_until` and `map`.
---@param transport table
---@param host_sleep? fun(seconds: number) the option `sleep`
---@return table
function custom_transport.complete(transport, host_sleep)
  -- Everything but the added functions is read from the caller's table, and written to it.
  return setmetatable({
    sleep = not transport.sleep and default_sleep(host_sleep) or nil,
    wait_until = not transport.wait_until and wait_until or nil,
    map = not transport.map and map or nil,
  }, { __index = transport, __newindex = transport })
end

return custom_transport
