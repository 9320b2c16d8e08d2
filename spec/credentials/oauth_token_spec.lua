local assert_no_secret = require "spec.support.asserts.assert_no_secret"
local clients = require "spec.support.fakes.clients"
local mimecast = require "mimecast"
local recording = require "spec.support.fakes.recording"

local path = "/api/user/update-user"
local read = { email = "ann@example.com" }
local expired = { status = 401, code = "token_expired" }

-- A client whose token endpoint responds with `response`; with a bad response, the call itself is not sent.
local function client_of(response, more)
  local options = { respond = function(request)
    if request.url:find("/oauth/token", 1, true) then return response end
    return recording.json('{"meta":{"status":200},"data":[{"emailAddress":"ann@example.com"}],"fail":[]}')
  end, attempts = 1 }
  for name, value in pairs(more or {}) do options[name] = value end
  return clients.new("2.0", options)
end

describe("a token", function()
  it("is requested with a form, once for many calls", function()
    local client, tenant, wire = clients.new("2.0", { tenant = { credentials = {
      v2 = { clientId = "id&with=odd", clientSecret = "sec+ret/%&=" } } } })
    for _ = 1, 3 do assert(client:update_user(read)) end
    assert.equal(1, tenant:tokens())
    local request = wire:to("/oauth/token")[1]
    assert.equal("POST", request.method)
    assert.equal("https://api.services.mimecast.com/oauth/token", request.url)
    assert.equal("application/x-www-form-urlencoded", request.headers["content-type"])
    assert.equal("client_id=id%26with%3Dodd&client_secret=sec%2Bret%2F%25%26%3D&grant_type=client_credentials",
      request.body)
    assert.truthy(wire:to(path)[1].headers.authorization:find("^Bearer %w+$"))
  end)

  it("is renewed tokenRefreshMargin before it expires", function()
    local client, tenant = clients.new("2.0", { tokenRefreshMargin = 60 })
    assert(client:update_user(read))
    tenant:advance(1799 - 60 - 1)
    assert(client:update_user(read))
    assert.equal(1, tenant:tokens())
    tenant:advance(1)
    assert(client:update_user(read))
    assert.equal(2, tenant:tokens())
  end)

  it("stays in use until it expires if its renewal fails, and the renewal is retried after a while", function()
    local client, tenant, wire = clients.new("2.0", { tokenRefreshMargin = 60, attempts = 1 })
    assert(client:update_user(read))
    tenant:fault { kind = "unavailable", path = "/oauth/token", times = 3 }
    tenant:advance(1799 - 60)
    for _ = 1, 5 do assert(client:update_user(read)) end
    assert.equal(2, #wire:to "/oauth/token")
    tenant:advance(10)
    assert(client:update_user(read))
    assert.equal(3, #wire:to "/oauth/token")
    tenant:advance(50)
    assert.equal("unavailable", select(3, client:update_user(read)).code)
    assert(client:update_user(read))
    assert.equal(2, tenant:tokens())
  end)

  it("leaves the call most of its time if the endpoint hangs at an early renewal", function()
    local client, tenant, wire = clients.new("2.0", { tokenRefreshMargin = 60, timeout = 30 })
    assert(client:update_user(read))
    tenant:advance(1799 - 60)
    tenant:fault { kind = "slow", seconds = 100, path = "/oauth/token", times = 100 }
    assert(client:update_user(read))
    assert.near(5, wire:to("/oauth/token")[2].timeout, 0.1)
    assert.is_true(wire:to(path)[2].timeout > 20)
  end)

  it("is not used any more after it was denied", function()
    local client, tenant = clients.new("2.0", { tokenRefreshMargin = 60, attempts = 1 })
    assert(client:update_user(read))
    tenant:advance(1799 - 60)
    tenant:expire_tokens()
    tenant:fault { kind = "unavailable", path = "/oauth/token", times = 100 }
    assert.equal("unavailable", select(3, client:update_user(read)).code)
  end)

  it("with a short life is used for at least half of it", function()
    local client, tenant = clients.new("2.0", { tokenRefreshMargin = 60, tenant = { tokenLifetime = 30 } })
    assert(client:update_user(read))
    tenant:advance(14)
    assert(client:update_user(read))
    assert.equal(1, tenant:tokens())
    tenant:advance(1)
    assert(client:update_user(read))
    assert.equal(2, tenant:tokens())
  end)

  it("is kept for a month at most, regardless of expires_in", function()
    local client = client_of(recording.json '{"access_token":"abc","expires_in":1e300}')
    assert(client:update_user(read))
    local _, seconds = client.config.store:get(client.config.storeKey .. ":token")
    assert.near(30 * 86400, seconds, 1)
  end)

  it("without expires_in has the life of the recorded tokens", function()
    local client, tenant, wire = client_of(recording.json '{"access_token":"abc"}')
    assert(client:update_user(read))
    tenant:advance(1799 - 61)
    assert(client:update_user(read))
    assert.equal(1, #wire:to "/oauth/token")
    tenant:advance(1)
    assert(client:update_user(read))
    assert.equal(2, #wire:to "/oauth/token")
  end)

  it("is accepted with the type bearer in any case, and without a type", function()
    for _, kind in ipairs { '"Bearer"', '"bearer"', '"BEARER"', '"bEaReR"', "null" } do
      assert(client_of(recording.json('{"access_token":"abc","token_type":' .. kind .. "}")):update_user(read))
    end
  end)

  it("that the service reports as expired is renewed once, and the call is retried", function()
    local client, tenant, wire = clients.new("2.0", { attempts = 1 })
    assert(client:update_user(read))
    tenant:expire_tokens()
    assert.equal("Ann Example", assert(client:update_user(read)).username)
    assert.equal(2, tenant:tokens())
    assert.equal(3, tenant:count(path))
    local calls = wire:to(path)
    assert.is_not.equal(calls[2].headers.authorization, calls[3].headers.authorization)
    assert.equal(calls[2].body, calls[3].body)
  end)

  it("is kept when a response denies the token before it", function()
    local client, tenant = clients.new()
    local function authorised()
      local request = { deadline = client.runtime.monotonic() + 5 }
      assert.is_nil(client.credentials:sign(request))
      return request
    end
    local first, late = authorised(), authorised()
    client.credentials:invalidate(first, expired, false, false)
    authorised()
    client.credentials:invalidate(late, expired, false, false)
    authorised()
    assert.equal(2, tenant:tokens())
  end)

  it("that is denied again right after its renewal is an error", function()
    local client, tenant = clients.new()
    tenant:fault { kind = "token_expired", times = 2 }
    local user, _, err = client:update_user(read)
    assert.is_nil(user)
    assert.equal("auth", err.category)
    assert.equal("token_expired", err.code)
    assert.equal(401, err.status)
    assert.equal(2, err.attempts)
    assert.equal(2, tenant:count(path))
    assert.equal(2, tenant:tokens())
    assert.equal(0, tenant:pending())
  end)
end)

describe("a failed token request", function()
  it("with wrong credentials is sent once, and the call is not sent", function()
    local client, tenant = clients.new("2.0", { clientSecret = "wrong" })
    local _, message, err = client:update_user(read)
    assert.equal("auth", err.category)
    assert.equal("invalid_client", err.code)
    assert.equal(401, err.status)
    assert.is_nil(err.outcome)
    assert.truthy(message:find("clientId or clientSecret", 1, true))
    assert.equal(1, tenant:count "/oauth/token")
    assert.equal(0, tenant:count(path))
  end)

  -- Responses of the token endpoint, and the resulting errors.
  local cases = {
    { recording.json('{"fail":[{"code":"x","message":"y"}]}', 400), "auth", "invalid_client" },
    { recording.json('{"error":"invalid_client"}', 401), "auth", "invalid_client" },
    { recording.json("", 403), "auth", "invalid_client" },
    { recording.json("not here", 404), "service", "not_available", "gateways of API 2.0" },
    { recording.json("", 302, { location = "https://login.example.com/" }), "protocol", "redirected", "not followed" },
    { recording.json("", 429, { ["retry-after"] = "9" }), "rate_limit", "rate_limited" },
    { recording.json("<html>", 502), "service", "unavailable" },
    { recording.json("<html>sign in</html>"), "protocol", "wrong_shape", "holds no token" },
    { recording.json(""), "protocol", "wrong_shape", "holds no token" },
    { recording.json("[]"), "protocol", "wrong_shape", "holds no token" },
    { recording.json('{"access_token":7}'), "protocol", "wrong_shape", "holds no token" },
    { recording.json('{"access_token":null}'), "protocol", "wrong_shape", "holds no token" },
    { recording.json('{"access_token":""}'), "protocol", "wrong_shape", "malformed" },
    { recording.json('{"access_token":"a\\r\\nx-evil: 1"}'), "protocol", "wrong_shape", "malformed" },
    { recording.json('{"access_token":"a b"}'), "protocol", "wrong_shape", "malformed" },
    { recording.json('{"access_token":"abc","token_type":"mac"}'), "protocol", "wrong_shape", "another type than Bearer" },
    { recording.json('{"access_token":"abc","token_type":""}'), "protocol", "wrong_shape", "another type than Bearer" },
    { recording.json('{"access_token":"abc","token_type":"Bearer "}'), "protocol", "wrong_shape", "another type than Bearer" },
    { recording.json('{"access_token":"abc","token_type":7}'), "protocol", "wrong_shape", "another type than Bearer" },
    { recording.json('{"access_token":"abc","expires_in":0}'), "protocol", "wrong_shape", "expired" },
    { recording.json('{"access_token":"abc","expires_in":-5}'), "protocol", "wrong_shape", "expired" },
  }
  for i, case in ipairs(cases) do
    it(("%d: %s, %s"):format(i, case[2], case[3]), function()
      local client, _, wire = client_of(case[1])
      local _, message, err = client:update_user(read)
      assert.equal(case[2], err.category)
      assert.equal(case[3], err.code)
      assert.equal("ann@example.com", err.key)
      assert.is_nil(err.outcome)
      if case[4] then assert.truthy(message:find(case[4], 1, true), message) end
      assert.equal(0, #wire:to(path))
    end)
  end

  it("never shows the body of the response", function()
    for _, status in ipairs { 200, 400, 401, 403, 404, 418, 429, 500, 503, 302 } do
      local body = '{"error":"PlantedEcho","access_token":"abc","token_type":"PlantedEcho",'
        .. '"fail":[{"code":"PlantedEcho","message":"PlantedEcho"}]}'
      local client = client_of(recording.json(body, status))
      local _, message, err = client:update_user(read)
      assert_no_secret({ message, err }, { "PlantedEcho" })
    end
  end)

  it("is retryable if the endpoint cannot be reached", function()
    local client, tenant = clients.new()
    tenant:fault { kind = "refuse", path = "/oauth/token", times = 3 }
    local _, message, err = client:update_user(read)
    assert.equal("transport", err.category)
    assert.equal("connect_failed", err.code)
    assert.truthy(message:find("^cannot get a token: "))
    assert.equal(3, err.attempts)
    tenant:fault { kind = "close_before_response", path = "/oauth/token" }
    assert(client:update_user(read))
  end)

  it("whose response was lost is not an unknown outcome: the call was not sent", function()
    local client, tenant = clients.new()
    tenant:fault { kind = "close_before_response", path = "/oauth/token", times = 3 }
    local _, _, err = client:update_user(read)
    assert.equal("connection_lost", err.code)
    assert.is_nil(err.outcome)
    assert.equal(0, tenant:count(path))
  end)

  it("counts towards the deadline of the call", function()
    local client, tenant = clients.new("2.0", { timeout = 10, attempts = 1 })
    tenant:fault { kind = "slow", path = "/oauth/token", seconds = 8 }
    tenant:fault { kind = "slow", path = path, seconds = 3 }
    local start = tenant:now()
    local _, _, err = client:update_user(read)
    assert.equal("timeout", err.code)
    assert.near(10, tenant:now() - start, 0.01)
  end)
end)

-- ---- concurrency ----

-- A transport that holds back the responses of the token endpoint until the spec releases them.
local function parallel(respond)
  local self = { tokens = 0, calls = 0, most = 0, open = 0 }
  local ready = {}
  function self.send(_, request)
    if not request.url:find("/oauth/token", 1, true) then
      self.calls = self.calls + 1
      return recording.json('{"meta":{"status":200},"data":[{"emailAddress":"ann@example.com"}],"fail":[]}')
    end
    self.tokens, self.open = self.tokens + 1, self.open + 1
    self.most = math.max(self.most, self.open)
    coroutine.yield(function() return true end)
    self.open = self.open - 1
    return respond(self.tokens)
  end
  function self.wait_until(_, condition) coroutine.yield(condition) end
  function self.map(_, count, run)
    for i = 1, count do ready[i] = { task = coroutine.create(run), argument = i } end
    while #ready > 0 do
      local round = {}
      for _, entry in ipairs(ready) do
        if not entry.condition or entry.condition() then round[#round + 1] = entry end
      end
      for _, entry in ipairs(round) do
        local ok, condition = coroutine.resume(entry.task, entry.argument)
        assert(ok, condition)
        entry.condition = condition
      end
      local rest = {}
      for _, entry in ipairs(ready) do
        if coroutine.status(entry.task) ~= "dead" then rest[#rest + 1] = entry end
      end
      ready = rest
    end
  end
  return self
end

describe("many concurrent calls", function()
  local function run(respond)
    local transport = parallel(respond)
    local client = assert(mimecast.new { clientId = "i", clientSecret = "s", transport = transport, attempts = 1 })
    local inputs = {}
    for i = 1, 32 do inputs[i] = read end
    local results, failures = client:map(inputs, function(input) return client:update_user(input) end)
    return transport, results, failures
  end

  it("fetch one token", function()
    local transport, results, failures = run(function()
      return recording.json '{"access_token":"abc","expires_in":1799}'
    end)
    assert.is_nil(next(failures))
    assert.equal(32, #results)
    assert.equal(1, transport.tokens)
    assert.equal(32, transport.calls)
  end)

  it("share a rejection: one request is sent", function()
    local transport, _, failures = run(function() return recording.json("{}", 401) end)
    assert.equal(1, transport.tokens)
    assert.equal(0, transport.calls)
    for i = 1, 32 do assert.equal("invalid_client", failures[i].code) end
    assert.is_not.equal(failures[1], failures[2])
  end)
end)
