local assert_no_secret = require "spec.support.asserts.assert_no_secret"
local core = require "mimecast.core"
local libcurl_loop = require "spec.support.http.libcurl_loop"
local mimecast = require "mimecast"
local server = require "spec.support.http.server"

local running

-- Makes a client whose proxy responds to every CONNECT with a status.
local function client_of(status, headers)
  running = server.start(function(connection)
    connection:respond(status, "PlantedBody", headers)
    connection:close()
  end)
  local proxy = ("http://PlantedUser:PlantedWord@127.0.0.1:%d"):format(running.port)
  return assert(mimecast.new { appId = "a", appKey = "b", accessKey = "c", secretKey = "ZA==", region = "eu",
    transport = libcurl_loop.transport({ running }, { proxy = core.secret.new(proxy) }), sleep = function() end })
end

after_each(function()
  if running then running:close() end
  running = nil
end)

describe("a proxy that responds to CONNECT with", function()
  local cases = {
    { 407, "proxy_denied", 1, "user name and password", 'Proxy-Authenticate: Basic realm="x"\r\n' },
    { 407, "proxy_denied", 1, "user name and password" },
    { 403, "proxy_denied", 1, "does not let this machine through" },
    { 302, "proxy_denied", 1, "does not let this machine through", "Location: https://elsewhere.example.com/\r\n" },
    { 502, "connect_failed", 3, "does not reach the gateway" },
    { 503, "connect_failed", 3, "does not reach the gateway" },
  }
  for _, case in ipairs(cases) do
    it(case[1] .. (case[5] and " and a header" or "") .. " gives " .. case[2], function()
      local client = client_of(case[1], case[5])
      local user, message, err = client:update_user { email = "ann@example.com", accountDisabled = true }
      assert.is_nil(user)
      assert.equal("transport", err.category)
      assert.equal(case[2], err.code)
      assert.truthy(err.hint:find(case[4], 1, true), err.hint)
      assert.equal(case[3], err.attempts)
      assert.equal(case[3] > 1, err.retryable)
      assert.is_nil(err.outcome)
      assert.equal(case[3], #running.requests)
      for _, request in ipairs(running.requests) do
        assert.equal("CONNECT", request.method)
        assert.is_nil(request.raw:find("ann@example.com", 1, true))
      end
      assert_no_secret({ message, err }, { "Planted" })
    end)
  end
end)
