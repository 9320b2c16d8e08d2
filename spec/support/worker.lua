-- A client inside an nginx worker: over libcurl, which blocks the worker while it sends; but who waits for another request
-- of the worker must let that go on.
local curl = require "mimecast.transport.curl"
local mimecast = require "mimecast"

local worker = {}

--- Makes one.
---@param options table those of the client
function worker.client(options)
  local transport = curl.new()
  function transport.wait_until(_, condition)
    while not condition() do ngx.sleep(0.002) end
  end
  options.transport, options.sleep = transport, ngx.sleep
  return assert(mimecast.new(options))
end

--- Answers with what became of a call: ok, or the failure.
function worker.answer(client)
  local user, message = client:update_user { email = "ann@example.com" }
  ngx.print(user and "ok" or message)
end

return worker
