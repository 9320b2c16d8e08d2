--- Sends a request to a server whose response is arbitrary bytes: it must end with a response or a failure, and nothing may
--- stay in flight.
local http = require "mimecast.http"

local prepared

local engine = http.engine { numbers = { { "x-limit", "retry-after" }, { "x-left" } }, maxResponseBytes = 65536 }

local function check(response, result)
  if response then
    assert(response.status >= 100 and response.status <= 999, "a response without a status")
    local numbers = {}
    for i = 1, 2 do numbers[i] = response[i] end
    for i, names in ipairs { { "x-limit", "retry-after" }, { "x-left" } } do
      local text = response.headers[names[1]] or names[2] and response.headers[names[2]]
      local digits = text and text:find "^%d+$" and #text <= 15
      assert(numbers[i] == nil or numbers[i] == (text and tonumber(text) or false), "another number than the header's")
      assert(not text or digits or numbers[1] == nil, "a number of no digits")
    end
    assert(type(response.headers) == "table" and #response.body <= 65536, "an invalid response")
    return
  end
  assert(type(result) == "table" and result.curl and result.reason, "neither a response nor a failure")
end

return function(url)
  prepared = prepared or assert(http.prepare { url = url, headers = { "A", "b" }, late = { "Authorization" } })
  local id = assert(engine:submit { prepared = prepared, body = "{}", timeout = 5, "key" })
  local in_flight, ready = engine:step(1)
  while ready == 0 and in_flight > 0 do in_flight, ready = engine:step(1) end
  local collected, response, result = engine:collect()
  assert(collected == id, "the response of another request")
  check(response, result)
  assert(engine:step(0) == 0 and not engine:collect(), "a request or a response is left")
end
