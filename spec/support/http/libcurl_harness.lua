--- Runs the libcurl engine and raw servers in the same process, to check the exact bytes in both directions.
local http = require "mimecast.http"
local server = require "spec.support.http.server"

local libcurl_harness = {}

--- Makes a harness. Call `open` before and `close` after each spec.
---@return table harness engine, servers; start, new, call, responding
function libcurl_harness.new()
  local self = { servers = {} }

  --- Starts a server.
  function self.start(respond)
    local started = server.start(respond)
    self.servers[#self.servers + 1] = started
    return started
  end

  --- Replaces the engine.
  function self.new(options)
    if self.engine then self.engine:close() end
    self.engine = http.engine(options or {})
    return self.engine
  end

  --- Sends a request and runs the loop until it ends.
  function self.call(request)
    request.timeout = request.timeout or 5
    return server.call(self.engine, self.servers, request)
  end

  --- Starts a server that sends exactly these bytes for each request, and may then close the connection.
  function self.responding(bytes, and_close)
    return self.start(function(connection)
      connection:send(bytes)
      if and_close then connection:close() end
    end)
  end

  function self.open()
    self.servers = {}
    self.new()
  end

  function self.close()
    self.engine:close()
    self.engine = nil
    for _, running in ipairs(self.servers) do running:close() end
  end

  return self
end

return libcurl_harness
