-- Clients that share a store share one token, its renewal, and rejected credentials.
local assert_no_secret = require "spec.support.asserts.assert_no_secret"
local core = require "mimecast.core"
local memory = require "mimecast.store.memory"
local mimecast = require "mimecast"
local recording = require "spec.support.fakes.recording"
local sandbox = require "mimecast.sandbox"

local read = { email = "ann@example.com" }
local expired = { status = 401, code = "token_expired" }

-- A tenant, a store on its clock, and a function that makes clients that share both; `calls` counts the store's calls.
local function share(tenant_options)
  local options = { clock = function() return 1700000000 end }
  for name, value in pairs(tenant_options or {}) do options[name] = value end
  local tenant = sandbox.new(options)
  local function now() return tenant:now() end
  local inner, calls = memory.new(now), {}
  local store = { inner = inner }
  for _, name in ipairs { "get", "set", "add", "incr", "delete" } do
    store[name] = function(_, key, ...)
      if not key:find(":pace:", 1, true) then calls[#calls + 1] = name end
      return inner[name](inner, key, ...)
    end
  end
  local function new(more)
    local keys = tenant.credentials.v2
    local given = { clientId = keys.clientId, clientSecret = keys.clientSecret, transport = tenant.transport, store = store,
      clock = now, random = function() return 0 end, attempts = 1 }
    for name, value in pairs(more or {}) do given[name] = value end
    return assert(mimecast.new(given))
  end
  return tenant, new, store, calls
end

local function key(client, name) return client.config.storeKey .. ":" .. name end

-- A sleep that advances the tenant's clock, records the seconds, and runs a function.
local function sleeper(tenant, on_sleep)
  local slept = {}
  return slept, function(seconds)
    slept[#slept + 1] = seconds
    tenant:advance(seconds)
    if on_sleep then on_sleep(#slept) end
  end
end

describe("clients that share a store", function()
  it("share one token", function()
    local tenant, new = share()
    for _ = 1, 5 do assert(new():update_user(read)) end
    assert.equal(1, tenant:tokens())
  end)

  it("fetch a token if the token in the store is revoked, too", function()
    local tenant, new = share()
    local one, other = new(), new()
    assert(one:update_user(read))
    tenant:expire_tokens()
    assert(other:update_user(read)) -- puts a newer token into the store
    tenant:expire_tokens()
    assert(one:update_user(read))
    assert.equal(3, tenant:tokens())
  end)

  it("do not read the store while their token is valid", function()
    local _, new, _, calls = share()
    local client = new()
    assert(client:update_user(read))
    local before = #calls
    for _ = 1, 50 do assert(client:update_user(read)) end
    assert.equal(before, #calls)
  end)

  it("renew once for all", function()
    local tenant, new = share()
    local early, late = new { random = function() return 0.8 end }, new()
    assert(early:update_user(read))
    assert(late:update_user(read))
    assert.equal(1, tenant:tokens())
    tenant:advance(1799 - 60 * 1.2 - 0.5)
    assert(early:update_user(read))
    assert.equal(1, tenant:tokens())
    tenant:advance(1)
    assert(late:update_user(read))
    assert.equal(1, tenant:tokens())
    assert(early:update_user(read))
    assert.equal(2, tenant:tokens())
    tenant:advance(60)
    assert(late:update_user(read))
    assert(early:update_user(read))
    assert.equal(2, tenant:tokens())
  end)

  it("use a token from the store for its remaining life, unless it is about to expire", function()
    local tenant, new = share { tokenLifetime = 600 }
    assert(new():update_user(read))
    tenant:advance(500)
    local client = new()
    assert(client:update_user(read))
    assert.equal(1, tenant:tokens())
    tenant:advance(39)
    assert(client:update_user(read))
    assert.equal(1, tenant:tokens())
    assert(new { random = function() return 0.5 end }:update_user(read))
    assert.equal(2, tenant:tokens())
    tenant:advance(1)
    assert(client:update_user(read))
    assert.equal(2, tenant:tokens())
    for _, request in ipairs(tenant:requests()) do assert.equal(200, request.status) end
  end)

  it("renew once when the service denies the token", function()
    local tenant, new = share()
    local list = {}
    for i = 1, 4 do
      list[i] = new()
      assert(list[i]:update_user(read))
    end
    tenant:expire_tokens()
    for i = 1, 4 do assert(list[i]:update_user(read)) end
    assert.equal(2, tenant:tokens())
  end)

  it("delete the denied token from the store, never a newer one", function()
    local tenant, new, store = share()
    local one, two = new(), new()
    local function authorised(client)
      local request = { deadline = client.runtime.monotonic() + 5 }
      assert.is_nil(client.credentials:sign(request))
      return request
    end
    local old, late = authorised(one), authorised(two)
    local first = store:get(key(one, "token"))
    one.credentials:invalidate(old, expired, false, false)
    assert.is_nil((store:get(key(one, "token"))))
    authorised(one)
    local second = store:get(key(one, "token"))
    assert.is_not.equal(first, second)
    two.credentials:invalidate(late, expired, false, false)
    assert.equal(second, (store:get(key(one, "token"))))
    authorised(two)
    assert.equal(2, tenant:tokens())
  end)

  it("do not use a denied token again if the store cannot delete it", function()
    local tenant, new, store = share()
    store.delete = function() end
    local client = new()
    assert(client:update_user(read))
    tenant:expire_tokens()
    tenant:advance(60)
    assert(client:update_user(read))
    assert.equal(2, tenant:tokens())
  end)

  it("share nothing if their credentials or gateways differ", function()
    local _, new = share()
    local names = {}
    for _, more in ipairs { {}, { clientId = "other" }, { baseUrl = "https://uk-api.services.mimecast.com" } } do
      names[new(more).config.storeKey] = true
    end
    local count = 0
    for name in pairs(names) do
      count = count + 1
      assert.truthy(name:find "^%x+$")
      assert.equal(16, #name)
    end
    assert.equal(3, count)
    assert.equal(new().config.storeKey, new({ clientSecret = "other" }).config.storeKey)
  end)
end)

describe("a renewal by another process", function()
  it("is awaited in growing steps, and its token is used", function()
    local tenant, new, store = share()
    local other = new()
    local slept, sleep = sleeper(tenant, function(count)
      if count == 12 then
        store:delete(key(other, "lock"), "elsewhere")
        assert(other:update_user(read))
      end
    end)
    local client = new { sleep = sleep, random = function() return 0.999 end }
    store:add(key(client, "lock"), "elsewhere", 31)
    assert(client:update_user(read))
    assert.equal(1, tenant:tokens())
    assert.equal(12, #slept)
    for i = 2, 12 do assert.is_true(slept[i] >= slept[i - 1] and slept[i] <= 0.5, i) end
    assert.is_true(slept[1] <= 0.02 and slept[12] > 0.4)
  end)

  it("is taken over when its lock expires", function()
    local tenant, new, store = share()
    local slept, sleep = sleeper(tenant)
    local client = new { sleep = sleep, timeout = 20 }
    store:add(key(client, "lock"), "elsewhere", 11)
    local start = tenant:now()
    assert(client:update_user(read))
    assert.equal(1, tenant:tokens())
    assert.is_true(tenant:now() - start >= 11 and tenant:now() - start < 11.6)
    assert.is_true(#slept < 60, #slept)
    assert.is_nil((store:get(key(client, "lock"))))
  end)

  it("is awaited no longer than the deadline of the call", function()
    local tenant, new, store = share()
    local _, sleep = sleeper(tenant)
    local client = new { sleep = sleep, timeout = 5 }
    store:add(key(client, "lock"), "elsewhere", 100)
    local start = tenant:now()
    local user, message, err = client:update_user(read)
    assert.is_nil(user)
    assert.same({ "transport", "timeout", true }, { err.category, err.code, err.retryable })
    assert.truthy(message:find("cannot get a token", 1, true))
    assert.near(5, tenant:now() - start, 0.01)
    assert.equal(0, tenant:count "/oauth/token")
    assert.equal("elsewhere", (store:get(key(client, "lock"))))
  end)

  it("is not repeated if it ended just before the lock was acquired", function()
    local tenant, new, store = share()
    local other, add = new(), store.add
    function store.add(...)
      store.add = add
      assert(other:update_user(read))
      return add(...)
    end
    assert(new():update_user(read))
    assert.equal(1, tenant:tokens())
  end)
end)

describe("a renewal by this client", function()
  -- The lock during the token request, and after it.
  local function watched(response, during)
    local _, new, store = share()
    local client, seen
    client = new { transport = recording.new(nil, function(request)
      if not request.url:find("/oauth/token", 1, true) then
        return recording.json '{"meta":{"status":200},"data":[{"emailAddress":"ann@example.com"}],"fail":[]}'
      end
      seen = { store:get(key(client, "lock")) }
      if during then during(store, key(client, "lock")) end
      return response
    end), timeout = 20 }
    return client:update_user(read), seen, (store:get(key(client, "lock")))
  end

  local good = recording.json '{"access_token":"abc","expires_in":1799}'

  it("holds the lock a little longer than its timeout, and releases it", function()
    for _, response in ipairs { good, recording.json("{}", 401), recording.json("{}", 503), recording.json "garbage" } do
      local user, seen, after = watched(response)
      assert.equal(response == good, user ~= nil)
      assert.truthy(seen[1])
      assert.is_true(seen[2] > 20 and seen[2] <= 21.01, seen[2])
      assert.is_nil(after)
    end
  end)

  it("does not release the lock of another process after its own has expired", function()
    local user, _, after = watched(good, function(store, name) store:set(name, "elsewhere", 10) end)
    assert.truthy(user)
    assert.equal("elsewhere", after)
  end)

  it("releases the lock of an abandoned renewal of the same client", function()
    local tenant, new, store = share()
    local fail = true
    local client = new { transport = { map = function() end, send = function(_, request)
      if fail then error("interrupted!", 0) end
      return tenant.transport:send(request)
    end } }
    for _ = 1, 3 do assert.is_false(pcall(client.update_user, client, read)) end
    assert.truthy(store:get(key(client, "lock")))
    fail = false
    local start = tenant:now()
    assert(client:update_user(read))
    assert.equal(start, tenant:now())
    assert.is_nil((store:get(key(client, "lock"))))
  end)
end)

describe("a rejection", function()
  it("is cached for all clients with the same secret", function()
    local tenant, new = share()
    for _ = 1, 5 do
      local user, message, err = new { clientSecret = "PlantedWrong" }:update_user(read)
      assert.is_nil(user)
      assert.same({ "auth", "invalid_client", 401, false }, { err.category, err.code, err.status, err.retryable })
      assert.truthy(message:find("clientId or clientSecret", 1, true))
    end
    assert.equal(1, tenant:count "/oauth/token")
    tenant:advance(59)
    assert.is_nil(new { clientSecret = "PlantedWrong" }:update_user(read))
    assert.equal(1, tenant:count "/oauth/token")
    tenant:advance(1)
    assert.is_nil(new { clientSecret = "PlantedWrong" }:update_user(read))
    assert.equal(2, tenant:count "/oauth/token")
  end)

  it("of a user's password is cached, too, because repeated logins could lock the user", function()
    local tenant, _, store = share()
    local v1 = tenant.credentials.v1
    local function new(password)
      return assert(mimecast.new { appId = v1.appId, appKey = v1.appKey, email = "ann@example.com", password = password,
        baseUrl = tenant.urls.v1, transport = tenant.transport, store = store, clock = function() return tenant:now() end,
        attempts = 1 })
    end
    local first
    for _ = 1, 5 do
      local user, _, err = new "PlantedWrong":update_user(read)
      assert.is_nil(user)
      first = first or err
      assert.same({ first.code, first.status, first.serviceCode, first.message },
        { err.code, err.status, err.serviceCode, err.message })
    end
    assert.equal("login_denied", first.code)
    assert.equal(1, tenant:count "/api/login/login")
    assert_no_secret(store.inner, { "PlantedWrong" })
    assert(new(tenant.credentials.login.password):update_user(read))
    tenant:advance(60)
    assert.is_nil(new "PlantedWrong":update_user(read))
    assert.equal(3, tenant:count "/api/login/login")
  end)

  it("from the store is not followed by a request", function()
    local tenant, new, _, calls = share()
    assert.is_nil(new { clientSecret = "PlantedWrong", authFailureCooldown = 600 }:update_user(read))
    local client = new { clientSecret = "PlantedWrong", authFailureCooldown = 100 }
    assert.is_nil(client:update_user(read))
    local before = #calls
    for _ = 1, 50 do assert.is_nil(client:update_user(read)) end
    assert.equal(before, #calls)
    tenant:advance(100)
    assert.is_nil(client:update_user(read))
    assert.is_true(#calls > before)
    assert.equal(1, tenant:count "/oauth/token")
  end)

  it("does not affect clients with another secret, and drops no token", function()
    local tenant, new = share()
    assert.is_nil(new { clientSecret = "PlantedWrong" }:update_user(read))
    assert(new():update_user(read))
    assert.is_nil(new { clientSecret = "PlantedOther" }:update_user(read))
    assert(new():update_user(read))
    assert.equal(1, tenant:tokens())
    assert.equal(3, tenant:count "/oauth/token")
  end)

  it("is not cached if authFailureCooldown is 0", function()
    local tenant, new = share()
    assert.is_nil(new { clientSecret = "PlantedWrong" }:update_user(read))
    for _ = 1, 3 do assert.is_nil(new { clientSecret = "PlantedWrong", authFailureCooldown = 0 }:update_user(read)) end
    assert.equal(4, tenant:count "/oauth/token")
  end)
end)

describe("the store", function()
  it("contains no readable secret, no readable token and nothing of the response", function()
    local _, new, store = share()
    for _, response in ipairs { recording.json '{"access_token":"PlantedToken","expires_in":1799}',
      recording.json('{"error":"PlantedEcho"}', 401) } do
      local client = new { clientSecret = "PlantedSecret", transport = recording.new(nil, function(request)
        if request.url:find("/oauth/token", 1, true) then return response end
        return recording.json '{"meta":{"status":200},"data":[{"emailAddress":"ann@example.com"}],"fail":[]}'
      end) }
      client:update_user(read)
      local name = key(client, response.status == 200 and "token" or "denied_client")
      assert.truthy(store:get(name))
      assert_no_secret(store.inner.entries, { "Planted", client.config.clientId })
      store:delete(key(client, "token"))
    end
  end)

  it("is ignored if another program changed a value", function()
    local tenant, new, store = share()
    local client = new()
    assert(client:update_user(read))
    local good = store:get(key(client, "token"))
    local denial = core.encrypt("other", "401")
    local seen = tenant:tokens()
    for _, value in ipairs { "", "x", "1799.000 ", 7, good:sub(1, -2), good .. "x", "1799.000 " .. denial, "1799.000" } do
      store:set(key(client, "token"), value, 1000)
      store:set(key(client, "denied_client"), value, 1000)
      assert(new():update_user(read))
      seen = seen + 1
      assert.equal(seen, tenant:tokens())
    end
  end)

  it("keeps the kinds of values apart: one does not decrypt as another", function()
    local tenant, new, store = share()
    assert.is_nil(new { clientSecret = "wrong" }:update_user(read))
    local client = new { clientSecret = "wrong" }
    local denial = store:get(key(client, "denied_client"))
    store:delete(key(client, "denied_client"))
    store:set(key(client, "token"), "1799.000 " .. denial, 1000)
    assert.is_nil(client:update_user(read))
    assert.equal(2, tenant:count "/oauth/token")
    assert.equal(0, tenant:count "/api/user/update-user")
  end)
end)

describe("the option store", function()
  it("must have all functions of a store", function()
    local _, message, err = mimecast.new { clientId = "i", clientSecret = "s", store = { get = function() end } }
    assert.same({ "config", "invalid_setting", "store" }, { err.category, err.code, err.field })
    assert.truthy(message:find("store has no function set", 1, true))
  end)

  it("defaults to a store of the client", function()
    local one = assert(mimecast.new { clientId = "i", clientSecret = "s" })
    local two = assert(mimecast.new { clientId = "i", clientSecret = "s" })
    one.config.store:set("key", "value", 10)
    assert.equal("value", (one.config.store:get "key"))
    assert.is_nil((two.config.store:get "key"))
    one:close()
    two:close()
  end)
end)
