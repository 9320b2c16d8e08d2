-- A 401 without a reason: the gateway denies the token, or a permission is missing.
local assert_no_secret = require "spec.support.asserts.assert_no_secret"
local interleaving_transport = require "spec.support.fakes.interleaving_transport"
local memory = require "mimecast.store.memory"
local mimecast = require "mimecast"
local recording = require "spec.support.fakes.recording"
local sandbox = require "mimecast.sandbox"
local virtual_time_transport = require "spec.support.fakes.virtual_time_transport"

local path, create_path = "/api/user/update-user", "/api/user/create-user"
local read = { email = "ann@example.com" }

-- Responses of a gateway: title, body, headers.
local denials = {
  { "the code unauthorized", '{"fail":[{"code":"unauthorized","message":"Unauthorized Request"}]}' },
  { "a code that nobody knows", '{"fail":[{"code":"err_never_seen","message":"m"}]}' },
  { "an empty body", "" },
  { "HTML", "<html><body>401 Authorization Required</body></html>" },
  { "a fault of Apigee",
    '{"fault":{"faultstring":"Invalid access token","detail":{"errorcode":"oauth.v2.InvalidAccessToken"}}}' },
  { "WWW-Authenticate", "", { ["www-authenticate"] = 'Bearer realm="x", error="invalid_token"' } },
  { "an envelope", '{"meta":{"status":401},"data":[],"fail":[{"errors":[{"code":"err_x","message":"m"}]}]}' },
  { "an envelope that says 200", '{"meta":{"status":200},"data":[],"fail":[]}' },
  { "a failure of the item", '{"meta":{"status":401},"data":[],"fail":[{"key":{"emailAddress":"ann@example.com"},'
    .. '"errors":[{"code":"err_x","message":"m"}]}]}' },
  { "what is no envelope", '{"data":"none"}' },
  { "what is no JSON", "go away" },
  { "a list", "[]" },
}

-- A tenant, and a function that makes clients that share a store. `world.deny(request)` decides which requests are denied; by
-- default, those with a token that `world.revoke()` revoked.
local function start(options)
  options = options or {}
  local tenant = sandbox.new { clock = function() return 1700000000 end }
  local world = { tenant = tenant, denial = options.denial or denials[1] }
  local revoked, seen = {}, {}
  function world.revoke() for token in pairs(seen) do revoked[token] = true end end
  function world.deny(request) return revoked[request.headers.authorization] end
  world.wire = recording.new(tenant.transport, function(request)
    if request.url:find("/oauth/token", 1, true) then return nil end
    seen[request.headers.authorization] = true
    if not world.deny(request) then return nil end
    return { status = 401, headers = world.denial[3] or {}, body = world.denial[2] }
  end)
  local store = options.store or memory.new(function() return tenant:now() end)
  function world.new(more)
    local keys = tenant.credentials.v2
    local given = { clientId = keys.clientId, clientSecret = keys.clientSecret, transport = interleaving_transport(world.wire),
      store = store, clock = function() return tenant:now() end, random = function() return 0 end, attempts = 1 }
    for name, value in pairs(more or {}) do given[name] = value end
    return assert(mimecast.new(given))
  end
  world.store = store
  return world
end

local function every_call(_) return true end

local function denied(client, input)
  local user, message, err = client:update_user(input or read)
  assert.is_nil(user)
  assert.same({ "auth", "unauthorized", 401, false }, { err.category, err.code, err.status, err.retryable })
  assert.is_nil(err.outcome)
  return err, message
end

describe("a token that the gateway denies without a reason", function()
  for _, denial in ipairs(denials) do
    it("is replaced once, and the call is retried once: " .. denial[1], function()
      local world = start { denial = denial }
      local client = world.new()
      assert(client:update_user(read))
      world.revoke()
      assert.equal("Ann Again", assert(client:update_user { email = "ann@example.com", username = "Ann Again" }).username)
      assert.equal(2, world.tenant:tokens())
      assert.equal(3, #world.wire:to(path))
    end)

    it("is replaced for a create and for a raw call, too: " .. denial[1], function()
      local world = start { denial = denial }
      local client = world.new()
      assert(client:update_user(read))
      world.revoke()
      assert(client:create_user { email = "dora@example.com" })
      assert.equal(1, world.tenant:applied "dora@example.com")
      world.tenant:advance(60)
      world.revoke()
      assert.equal(200, assert(client:call { path = path, data = { { emailAddress = "ann@example.com" } } }).status)
      assert.equal(3, world.tenant:tokens())
    end)
  end

  it("is replaced, but the call is not retried if the 401 has a result: the outcome is unknown", function()
    local world = start { denial = { "", '{"meta":{"status":200},"data":[{"emailAddress":"dora@example.com"}],"fail":[]}' } }
    local client = world.new()
    assert(client:update_user(read))
    world.revoke()
    local user, _, err = client:create_user { email = "dora@example.com" }
    assert.is_nil(user)
    assert.same({ 401, "unknown" }, { err.status, err.outcome })
    assert.equal(1, #world.wire:to(create_path))
    assert(client:update_user(read))
    assert.equal(2, world.tenant:tokens())
  end)

  it("is replaced once for 64 calls, and each of them is retried once", function()
    local world = start()
    local client, inputs, asked = world.new(), {}, 0
    assert(client:update_user(read))
    world.revoke()
    for i = 1, 64 do inputs[i] = read end
    local get = world.store.get
    function world.store.get(self, key)
      if key:find ":denied_token$" then asked = asked + 1 end
      return get(self, key)
    end
    local _, failures = client:map(inputs, function(input) return client:update_user(input) end, { concurrency = 64 })
    assert.is_nil(next(failures), tostring(failures[1]))
    assert.same({ 2, 1 }, { world.tenant:tokens(), asked })
    assert.equal(1 + 64 + 64, #world.wire:to(path))
  end)

  it("is replaced once for all clients that share the store", function()
    local world, list = start(), {}
    for i = 1, 4 do
      list[i] = world.new()
      assert(list[i]:update_user(read))
    end
    world.revoke()
    for i = 1, 4 do assert(list[i]:update_user(read)) end
    assert.equal(2, world.tenant:tokens())
    assert.equal(4 + 4 + 4, #world.wire:to(path))
  end)

  it("is replaced once over a slow store, for 64 concurrent calls of two clients", function()
    for seed = 1, 10 do
      local sim = virtual_time_transport.new { tenant = { rateLimit = false } }
      local inner, store, turn = memory.new(function() return sim.now end), {}, seed
      for _, name in ipairs { "get", "set", "add", "incr", "delete" } do
        store[name] = function(_, ...)
          turn = (turn * 7 + 3) % 101
          sim:sleep(turn / 5000)
          local value, life = inner[name](inner, ...)
          sim:sleep(turn / 5000)
          return value, life
        end
      end
      local clients = {}
      for i = 1, 2 do
        clients[i] = assert(mimecast.new(sim:options("2.0", { store = store, attempts = 1 })))
        assert(clients[i]:update_user(read))
      end
      sim.tenant:revoke_tokens()
      sim:map(64, function(i) assert(clients[i % 2 + 1]:update_user(read)) end, 64)
      assert.equal(2, sim.tenant:tokens(), seed)
    end
  end)

  it("is replaced by the newer token in the store, and the call is retried once", function()
    local world = start()
    local one, other = world.new(), world.new { random = function() return 0.9 end }
    assert(one:update_user(read))
    assert(other:update_user(read))
    world.tenant:advance(1799 - 60 * 1.2)
    world.revoke()
    assert(other:update_user(read)) -- it was due here
    assert.equal(2, world.tenant:tokens())
    assert(one:update_user(read))
    assert.equal(2, world.tenant:tokens())
    assert.equal(2 + 1 + 2, #world.wire:to(path))
  end)

  it("is replaced if the token in the store is the denied one", function()
    local world = start()
    local one, other = world.new(), world.new { random = function() return 0.9 end }
    assert(one:update_user(read))
    assert(other:update_user(read))
    world.tenant:advance(1799 - 60 * 1.2)
    assert(other:update_user(read))
    world.revoke()
    assert(one:update_user(read))
    assert.equal(3, world.tenant:tokens())
  end)

  it("is replaced again after a minute, and at once if the gateway names the reason", function()
    local world = start()
    local client = world.new()
    assert(client:update_user(read))
    world.revoke()
    assert(client:update_user(read))
    world.tenant:expire_tokens()
    assert(client:update_user(read))
    assert.equal(3, world.tenant:tokens())
    world.revoke()
    denied(client)
    world.tenant:advance(60)
    assert(client:update_user(read))
    assert.equal(4, world.tenant:tokens())
  end)
end)

describe("a missing permission, reported as a 401,", function()
  it("is an auth error at once if the token was fetched during the call", function()
    for _, denial in ipairs(denials) do
      local world = start { denial = denial }
      world.deny = every_call
      local user, _, err = world.new():update_user(read)
      assert.is_nil(user)
      assert.same({ "auth", 401, "ann@example.com", 1 }, { err.category, err.status, err.key, err.attempts }, denial[1])
      assert.equal(1, world.tenant:tokens())
      assert.equal(1, #world.wire:to(path))
    end
  end)

  it("does not lead to a token for each call: all clients that share the store remember it for a minute", function()
    local world = start()
    world.deny = every_call
    denied(world.new())
    for _ = 1, 20 do denied(world.new()) end
    local client = world.new()
    for _ = 1, 100 do denied(client) end
    assert.equal(1, world.tenant:tokens())
    assert.equal(121, #world.wire:to(path))
    for minute = 1, 3 do
      world.tenant:advance(60)
      for _ = 1, 100 do denied(client) end
      assert.equal(1 + minute, world.tenant:tokens())
    end
  end)

  it("leads to one token a minute for 64 concurrent calls with an accepted token", function()
    local world = start()
    local client, other, inputs = world.new(), world.new(), {}
    assert(client:update_user(read))
    assert(other:update_user(read))
    world.deny = every_call
    for i = 1, 64 do inputs[i] = read end
    for _ = 1, 3 do
      for _, one in ipairs { client, other } do
        local _, failures = one:map(inputs, function(input) return one:update_user(input) end, { concurrency = 64 })
        for i = 1, 64 do assert.equal("unauthorized", failures[i].code) end
      end
    end
    assert.equal(2, world.tenant:tokens())
  end)

  it("does not affect other functions", function()
    local world = start()
    local client = world.new()
    function world.deny(request) return request.url:find(create_path, 1, true) ~= nil end
    for i = 1, 10 do
      assert.equal("unauthorized", select(3, client:create_user { email = i .. "@example.com" }).code)
      assert(client:update_user(read))
    end
    assert.equal(1, world.tenant:tokens())
    assert.equal(10, #world.wire:to(path))
  end)

  it("does not lead to a token for each call if authFailureCooldown is 0 or the store drops tokens", function()
    for _, forgets in ipairs { false, true } do
      local world = start()
      local client = world.new { authFailureCooldown = 0 }
      local set = world.store.set
      function world.store.set(self, key, ...)
        if not (forgets and key:find ":token$") then set(self, key, ...) end
      end
      assert(client:update_user(read))
      world.deny = every_call
      for _ = 1, 20 do denied(client) end
      assert.equal(2, world.tenant:tokens())
    end
  end)

  it("does not delay the renewal of a token", function()
    local world = start()
    local client = world.new()
    world.deny = every_call
    denied(client)
    world.tenant:advance(1799 - 61)
    denied(client) -- and may replace it once
    world.tenant:advance(59)
    world.deny = function() return false end
    assert(client:update_user(read))
    assert.equal(2, world.tenant:tokens())
    world.tenant:advance(1799)
    assert(client:update_user(read))
    assert.equal(3, world.tenant:tokens())
  end)

  it("is the result of a raw call", function()
    local world = start { denial = denials[5] }
    local client = world.new()
    assert(client:update_user(read))
    world.deny = every_call
    for _ = 1, 3 do
      local response = assert(client:call { path = path, data = {} })
      assert.same({ 401, denials[5][2] }, { response.status, response.body })
    end
    assert.equal(2, world.tenant:tokens())
    assert.equal(1 + 4, #world.wire:to(path))
  end)
end)

describe("the cached denial", function()
  it("reveals no token and expires after a minute", function()
    local world = start()
    local client = world.new { clientSecret = world.tenant.credentials.v2.clientSecret }
    assert(client:update_user(read))
    world.revoke()
    assert(client:update_user(read))
    local key = client.config.storeKey .. ":denied_token"
    local value, seconds = world.store:get(key)
    assert.truthy(value)
    assert.near(60, seconds, 1)
    local tokens = {}
    for _, request in ipairs(world.wire:to(path)) do tokens[#tokens + 1] = request.headers.authorization:match "%w+$" end
    assert_no_secret(world.store.entries, tokens)
    world.tenant:advance(60)
    assert.is_nil((world.store:get(key)))
  end)

  it("is ignored if another program wrote or changed it", function()
    for _, value in ipairs { "", "x", 7, "1799.000 x" } do
      local world = start()
      local client = world.new()
      assert(client:update_user(read))
      world.store:set(client.config.storeKey .. ":denied_token", value, 60)
      world.revoke()
      assert(client:update_user(read))
      assert.equal(2, world.tenant:tokens())
    end
  end)
end)

-- ---- API 1.0 ----

describe("a binding that the service denies without a reason", function()
  local login_path = "/api/login/login"

  -- A client that logs in, unless it has configured keys, and a service that denies the keys issued so far.
  local function bound(more)
    local tenant = sandbox.new { clock = function() return 1700000000 end }
    local world, revoked, seen = { tenant = tenant }, {}, {}
    local function keys_of(request) return request.headers.authorization:match "^MC ([^:]+)" end
    function world.revoke() for keys in pairs(seen) do revoked[keys] = true end end
    function world.deny(request) return revoked[keys_of(request)] end
    local logins = 0
    world.wire = recording.new(tenant.transport, function(request)
      if request.url:find(login_path, 1, true) then
        logins = logins + 1
        return recording.json(('{"data":[{"accessKey":"key%d","secretKey":"AAEC"}]}'):format(logins))
      end
      seen[keys_of(request)] = true
      if world.deny(request) then return { status = 401, headers = {}, body = "" } end
      return recording.json '{"meta":{"status":200},"data":[{"emailAddress":"ann@example.com"}],"fail":[]}'
    end)
    local v1 = tenant.credentials.v1
    local given = { appId = v1.appId, appKey = v1.appKey, email = "ann@example.com", password = "Correct Horse 7",
      region = "eu", transport = interleaving_transport(world.wire), clock = function() return tenant:now() end, attempts = 1 }
    for name, value in pairs(more or {}) do given[name] = value end
    world.client = assert(mimecast.new(given))
    return world
  end

  it("is replaced by one login, and the call is retried once", function()
    local world = bound()
    assert(world.client:update_user(read))
    world.revoke()
    assert(world.client:update_user(read))
    local logins = world.wire:to(login_path)
    assert.equal(2, #logins)
    assert.equal('{"data":[{"userName":"ann@example.com"}]}', logins[2].body)
    assert.equal(3, #world.wire:to(path))
  end)

  it("is replaced once for 64 calls", function()
    local world, inputs = bound(), {}
    assert(world.client:update_user(read))
    world.revoke()
    for i = 1, 64 do inputs[i] = read end
    local _, failures = world.client:map(inputs, function(input) return world.client:update_user(input) end,
      { concurrency = 64 })
    assert.is_nil(next(failures), tostring(failures[1]))
    assert.equal(2, #world.wire:to(login_path))
    assert.equal(1 + 64 + 64, #world.wire:to(path))
  end)

  it("leads to one login a minute, and to none if it was made during the call", function()
    local world = bound()
    world.deny = every_call
    for _ = 1, 20 do denied(world.client) end
    assert.equal(1, #world.wire:to(login_path))
    for minute = 1, 3 do
      world.tenant:advance(60)
      for _ = 1, 20 do denied(world.client) end
      assert.equal(1 + minute, #world.wire:to(login_path))
    end
  end)

  it("is not replaced if its keys are configured", function()
    local world = bound { accessKey = "given", secretKey = "AAEC" }
    world.deny = every_call
    for _ = 1, 3 do denied(world.client) end
    assert.equal(0, #world.wire:to(login_path))
    assert.equal(3, #world.wire:to(path))
  end)
end)
