-- The engine over libcurl and raw servers of the same process: exact bytes in both directions.
local http = require "mimecast.http"
local server = require "spec.support.http.server"

local libcurl_harness = {}

--- Makes one; `open` and `close` belong before and after each spec.
---@return table wire engine, servers; start, new, call, answering
function libcurl_harness.new()
  local self = { servers = {} }

  --- Starts a server.
  function self.start(on_request)
    local one = server.start(on_request)
    self.servers[#self.servers + 1] = one
    return one
  end

  --- An engine in the place of the one before.
  function self.new(options)
    options = options or {}
    options.headers = options.headers or {}
    if self.engine then self.engine:close() end
    self.engine = http.engine(options)
    return self.engine
  end

  --- Sends one request and turns until it is done.
  function self.call(request)
    request.timeout = request.timeout or 5
    return server.call(self.engine, self.servers, request)
  end

  --- A server that answers each request with exactly these bytes; closes afterwards where it is asked to.
  function self.answering(bytes, and_close)
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
    for _, one in ipairs(self.servers) do one:close() end
  end

  return self
end

return libcurl_harness
