--- Measurements inside a worker of nginx.
local core = require "mimecast.core"
local ngx = rawget(_G, "ngx")

local nginx_measures = {}

local calls, flight = 20000, 16

-- Returns wall-clock and CPU seconds of the work, after a warm-up.
local function timed(run)
  run(5000)
  collectgarbage()
  local wall, cpu = core.monotonic(), os.clock()
  run(calls)
  return ("%.6f %.6f"):format(core.monotonic() - wall, os.clock() - cpu)
end

nginx_measures.calls, nginx_measures.flight = calls, flight

--- Measures the rate of whole calls, 16 in flight.
function nginx_measures.rate(client, input)
  return timed(function(count)
    local inputs = {}
    for i = 1, count do inputs[i] = input end
    local _, failures = client:map(inputs, function(item) return client:update_user(item) end, { concurrency = flight })
    for _, err in pairs(failures) do error(err.message) end
  end)
end

--- Measures lua-resty-http with cjson only: the same request, headers and body, without checks.
function nginx_measures.bare(url)
  local http, cjson = require "resty.http", require "cjson"
  local options = { method = "POST", headers = { ["Content-Type"] = "application/json", ["Accept"] = "application/json",
    ["Authorization"] = "Bearer " .. ("eyJhbGciOiJIUzI1NiJ9"):rep(10), ["User-Agent"] = "lua-mimecast/0.1.0" },
    keepalive_timeout = 60000, keepalive_pool = 256 }
  return timed(function(count)
    local left = count
    local function work()
      while left > 0 do
        left = left - 1
        local request = { method = options.method, headers = options.headers, keepalive_timeout = 60000, keepalive_pool = 256,
          body = cjson.encode { meta = {}, data = { { emailAddress = "user@example.com", accountDisabled = true } } } }
        local response = assert(http.new():request_uri(url .. "/api/user/update-user", request))
        assert(cjson.decode(response.body).data[1].accountDisabled == true)
      end
    end
    local threads = {}
    for i = 1, flight do threads[i] = ngx.thread.spawn(work) end
    for i = 1, flight do assert(ngx.thread.wait(threads[i])) end
  end)
end

-- Returns the worker's CPU time of the work: the work cannot stall the event loop for longer.
local function cpu_of(run)
  local before = os.clock()
  run()
  return os.clock() - before
end

local function spread(list)
  table.sort(list)
  return ("%.6f %.6f"):format(list[math.ceil(#list / 2)], list[math.ceil(#list * 0.99)])
end

--- Measures the CPU time of single calls: median and p99.
function nginx_measures.stall(client, input)
  local times = {}
  for i = 1, 2000 do
    times[i] = cpu_of(function() assert(client:update_user(input)) end)
  end
  return spread(times)
end

--- Measures the CPU time of a client's first call, which sets up TLS, and of its second call.
function nginx_measures.tls(url, transport, input, authority)
  local first, second = {}, {}
  for i = 1, 40 do
    local client = assert(require("mimecast").new { clientId = "i", clientSecret = "s", baseUrl = url, transport = transport,
      caFile = transport == "curl" and authority or nil, attempts = 1 })
    first[i] = cpu_of(function() assert(client:update_user(input)) end)
    second[i] = cpu_of(function() assert(client:update_user(input)) end)
    client:close()
  end
  return spread(first) .. " " .. spread(second)
end

return nginx_measures
