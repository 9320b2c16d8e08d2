--- Makes a libcurl transport that also runs raw servers of this process: each step of the transport turns the servers.
local curl = require "mimecast.transport.curl"

local libcurl_loop = {}

--- Makes a transport over real sockets.
---@param servers table[] of spec.support.http.server
---@param options? table those of the transport
function libcurl_loop.transport(servers, options)
  local transport = curl.new(options)
  local engine = transport.engine
  transport.engine = {
    step = function(_, seconds)
      for _, server in ipairs(servers) do server:turn() end
      local flying, ready = engine:step(math.min(seconds, 0.001))
      for _, server in ipairs(servers) do server:turn() end
      return flying, ready
    end,
    submit = function(_, ...) return engine:submit(...) end,
    collect = function() return engine:collect() end,
    cancel = function(_, id) return engine:cancel(id) end,
    reset_connections = function() return engine:reset_connections() end,
    close = function() return engine:close() end,
  }
  return transport
end

return libcurl_loop
