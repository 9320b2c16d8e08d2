--- One request to a server that sends any bytes at all: it ends with a response or with a failure, and nothing stays in flight.
local http = require "mimecast.http"

local engine = http.engine { headers = { "x-request-id", "retry-after", "date" }, maxResponseBytes = 65536 }

local function check(response, result)
  if response then
    assert(response.status >= 100 and response.status <= 999, "a response without a status")
    assert(type(response.headers) == "table" and #response.body <= 65536, "a response of another form")
    return
  end
  assert(type(result) == "table" and result.curl and result.reason, "neither a response nor a failure")
end

return function(url)
  local id = assert(engine:submit { url = url, body = "{}", timeout = 5, headers = { "A", "b" }, allHeaders = true })
  local flying, ready = engine:step(1)
  while ready == 0 and flying > 0 do flying, ready = engine:step(1) end
  local found, response, result = engine:collect()
  assert(found == id, "another request's response")
  check(response, result)
  assert(engine:step(0) == 0 and not engine:collect(), "something is left")
end
