-- The client over HTTP against a tenant in nginx, which verifies signatures with nginx's HMAC.
local mimecast = require "mimecast"
local sandbox = require "mimecast.sandbox"
local shell = require "tools.shell"

local path = "/api/user/update-user"

describe("over HTTP", function()
  local tenant, opened

  setup(function() tenant = assert(sandbox.start { users = 0, rateLimit = false, echoCredentials = true,
    resolveAliases = true }) end)
  teardown(function() if tenant then tenant:stop() end end)

  local function client_of(generation, more)
    local options = { baseUrl = tenant.url, random = function() return 0 end }
    for _, from in ipairs { tenant.credentials[generation == "1.0" and "v1" or "v2"], more or {} } do
      for name, value in pairs(from) do options[name] = value end
    end
    local client = assert(mimecast.new(options))
    opened[#opened + 1] = client
    return client
  end

  before_each(function()
    opened = {}
    tenant:reset()
    tenant:add_users { { emailAddress = "ann@example.com", name = "Ann Example" },
      { emailAddress = "carol@example.com", name = "Carol Example", accountLocked = true } }
    tenant:add_users(40)
  end)
  after_each(function()
    for _, client in ipairs(opened) do client:close() end
  end)

  it("discovers, opens, uses, renews once for concurrent calls, and closes an API 1.0 session", function()
    local known, v1 = tenant.credentials.login, tenant.credentials.v1
    local found = assert(mimecast.discover { email = known.email, appId = v1.appId, baseUrl = tenant.url })
    assert.equal(tenant.url, found.baseUrl)
    local keys = assert(mimecast.login { email = known.email, password = known.password, appId = v1.appId,
      baseUrl = found.baseUrl, loginType = found.authenticate[1] })
    local client = client_of("1.0", { accessKey = keys.accessKey, secretKey = keys.secretKey, email = known.email,
      password = known.password })
    tenant:expire_binding()
    local changes = {}
    for i = 1, 32 do changes[i] = ("user%06d@example.com"):format(i) end
    local _, failures = client:map(changes, function(email) return client:disable_user(email) end)
    assert.is_nil(next(failures), tostring(failures[1]))
    assert.equal(32, tenant:applied())
    assert.equal(2, tenant:count "/api/login/login")
    assert.is_true(client:logout())
    assert.equal("invalid_signature", select(3, client:user_settings(known.email)).code)
    assert.is_nil(mimecast.login { email = known.email, password = "wrong", appId = v1.appId, baseUrl = found.baseUrl })
  end)

  for _, generation in ipairs { "1.0", "2.0" } do
    describe("under API " .. generation, function()
      it("reads and updates a user", function()
        local client = client_of(generation)
        assert.equal("Ann Example", assert(client:user_settings "ann@example.com").username)
        local user = assert(client:update_user { email = "ann@example.com", username = "Jörg <é> 😀",
          accountDisabled = true,
          archiveStartDate = "2015-11-16T14:49:18Z", password = "New-Pass<1>'" })
        assert.equal("Jörg <é> 😀", user.username)
        assert.is_true(user.accountDisabled)
        assert.equal("2015-11-16T14:49:18+0000", user.archiveStartDate)
        assert.equal("New-Pass<1>'", tenant:user "ann@example.com".password)
        assert.equal(1, tenant:applied "ann@example.com")
      end)

      it("updates an alias that the service resolves, and returns it in resolvedFrom", function()
        local client = client_of(generation)
        assert(client:update_alias { alias = "a.smith@example.com", aliasFor = "ann@example.com" })
        local user = assert(client:update_user { email = "a.smith@example.com", accountDisabled = true })
        assert.same({ "ann@example.com", "a.smith@example.com" }, { user.email, user.resolvedFrom })
        assert.is_true(tenant:user "ann@example.com".accountDisabled)
        local users = client:update_users { { email = "carol@example.com", allowPop3 = true },
          { email = "a.smith@example.com", allowPop3 = true } }
        assert.same({ nil, "a.smith@example.com" }, { users[1].resolvedFrom, users[2].resolvedFrom })
        assert.equal(2, tenant:applied "ann@example.com")
        assert.equal(1, tenant:applied "carol@example.com")
      end)

      it("update_user has an unknown outcome if the response belongs to another call", function()
        local client = client_of(generation)
        tenant:fault { kind = "wrong_shape", shape = "foreign", path = path }
        local _, _, err = client:update_user { email = "ann@example.com", accountDisabled = true }
        assert.same({ "foreign_response", "unknown" }, { err.code, err.outcome })
        tenant:fault { kind = "wrong_shape", shape = "foreign", path = path }
        assert.is_true(assert(client:user_settings "ann@example.com").accountDisabled)
      end)

      it("retries a call that is not idempotent only after statuses that allow it", function()
        local client = client_of(generation)
        for _, status in ipairs { 421, 425 } do
          tenant:fault { kind = "status", status = status, path = "/api/user/create-user" }
          local email = ("new%d@example.com"):format(status)
          assert(client:create_user { email = email })
          assert.equal(1, tenant:applied(email))
        end
        for _, status in ipairs { 302, 408 } do
          local before = tenant:count "/api/user/create-user"
          tenant:fault { kind = "status", status = status, path = "/api/user/create-user", afterApply = true }
          local email = ("new%d@example.com"):format(status)
          local _, _, err = client:create_user { email = email }
          assert.equal("unknown", err.outcome)
          assert.equal(1, tenant:applied(email))
          assert.equal(1, tenant:count "/api/user/create-user" - before)
        end
      end)

      it("updates 33 users once each, and returns failures by position", function()
        local client = client_of(generation, { concurrency = 4 })
        local changes = {}
        for i = 1, 33 do changes[i] = { email = ("user%06d@example.com"):format(i), username = "Name " .. i } end
        changes[17].email = "nobody@example.com"
        local users, failures = client:update_users(changes)
        for i = 1, 33 do
          if i == 17 then
            assert.is_false(users[i])
            assert.equal("unknown_address", failures[i].code)
          else
            assert.equal("Name " .. i, users[i].username)
          end
        end
        assert.equal(32, tenant:applied())
        assert.equal(7, tenant:count(path))
      end)

      -- The fault, the error of a single attempt, and whether it is retryable.
      local faults = {
        { { kind = "unavailable" }, "service", "unavailable", true },
        { { kind = "reset", afterApply = true }, "transport", "connection_lost", true, "unknown" },
        { { kind = "close_before_response", afterApply = true }, "transport", "connection_lost", true, "unknown" },
        { { kind = "truncated" }, "protocol", "truncated", true, "unknown" },
        { { kind = "rate_limited", reset = "ms", wait = 0.001 }, "rate_limit", "rate_limited", true },
        { { kind = "html", status = 200 }, "protocol", "html_response", false, "unknown" },
        { { kind = "garbage" }, "protocol", "not_json", false, "unknown" },
        { { kind = "empty" }, "protocol", "empty_response", false, "unknown" },
        { { kind = "redirect" }, "protocol", "redirected", false },
        { { kind = "huge", bytes = 200000 }, "protocol", "too_large", false, "unknown" },
        { { kind = "deep_json" }, "protocol", nil, false },
        { { kind = "bad_app_id" }, "auth", "invalid_app", false },
        { { kind = "binding_expired" }, "auth", "binding_expired", false },
      }
      for _, case in ipairs(faults) do
        it("returns an error for the fault " .. case[1].kind, function()
          local client = client_of(generation, { attempts = 1, maxResponseBytes = 150000 })
          tenant:fault(case[1])
          local user, _, err = client:update_user { email = "ann@example.com", password = "PlantedPassword" }
          assert.is_nil(user)
          assert.equal(case[2], err.category)
          if case[3] then assert.equal(case[3], err.code) end
          assert.equal(case[4], err.retryable)
          if case[5] then assert.equal(case[5], err.outcome) end
          assert.is_nil(tostring(err):find("Planted", 1, true))
          assert.equal(1, tenant:count(path))
          assert(client:update_user { email = "ann@example.com" })
        end)
      end

      it("retries a call whose response was lost", function()
        local client = client_of(generation)
        assert(client:user_settings "ann@example.com")
        tenant:fault { kind = "close_before_response", afterApply = true }
        assert(client:update_user { email = "ann@example.com", accountDisabled = true })
        assert.equal(2, tenant:applied "ann@example.com")
        assert.equal(3, tenant:count(path))
        assert.equal(0, tenant:pending())
      end)

      it("returns an error with an unknown outcome after a timeout", function()
        local client = client_of(generation, { timeout = 0.2, attempts = 1 })
        assert(client:user_settings "ann@example.com")
        tenant:fault { kind = "slow", seconds = 1 }
        local _, _, err = client:update_user { email = "ann@example.com", accountDisabled = true }
        assert.equal("timeout", err.code)
        assert.equal("unknown", err.outcome)
      end)
    end)
  end

  local wrong = {
    { "1.0", "appKey", "wrong", "invalid_signature", 401 },
    { "1.0", "accessKey", "wrong", "invalid_signature", 401 },
    { "1.0", "secretKey", "d3Jvbmc=", "invalid_signature", 401 },
    { "1.0", "appId", "wrong", "invalid_app", 200 },
    { "2.0", "clientId", "wrong", "invalid_client", 401 },
    { "2.0", "clientSecret", "PlantedWrong", "invalid_client", 401 },
  }
  for _, case in ipairs(wrong) do
    it(("returns an error and changes nothing with a wrong %s of API %s"):format(case[2], case[1]), function()
      local client = client_of(case[1], { [case[2]] = case[3] })
      local user, message, err = client:update_user { email = "ann@example.com", accountDisabled = true }
      assert.is_nil(user)
      assert.equal("auth", err.category)
      assert.equal(case[4], err.code)
      assert.equal(case[5], err.status)
      assert.is_nil(message:find("Planted", 1, true))
      assert.equal(1, tenant:count())
      assert.equal(0, tenant:applied())
    end)
  end

  it("renews an expired token once", function()
    local client = client_of "2.0"
    assert(client:user_settings "ann@example.com")
    tenant:expire_tokens()
    assert(client:user_settings "ann@example.com")
    assert.equal(2, tenant:tokens())
    tenant:fault { kind = "token_expired", times = 2 }
    local _, _, err = client:user_settings "ann@example.com"
    assert.equal("token_expired", err.code)
    assert.equal(0, tenant:pending())
  end)

  local function settings_of_all(client)
    local addresses = {}
    for i = 1, 32 do addresses[i] = ("user%06d@example.com"):format(i) end
    return client:map(addresses, function(address) return client:user_settings(address) end, { concurrency = 32 })
  end

  it("fetches a single token for 32 concurrent calls", function()
    local client = client_of "2.0"
    local users, failures = settings_of_all(client)
    assert.is_nil(next(failures))
    for i = 1, 32 do assert.equal("User " .. i, users[i].username) end
    assert.equal(1, tenant:tokens())
    assert.equal(1, tenant:count "/oauth/token")
    assert.equal(32, tenant:count(path))
  end)

  it("fetches a single new token for 32 concurrent calls with an expired token", function()
    local client = client_of "2.0"
    assert(client:user_settings "ann@example.com")
    tenant:expire_tokens()
    local users, failures = settings_of_all(client)
    assert.is_nil(next(failures))
    assert.equal(32, #users)
    assert.equal(2, tenant:tokens())
  end)

  it("makes a single token request for 32 concurrent calls with a wrong secret", function()
    local _, failures = settings_of_all(client_of("2.0", { clientSecret = "wrong" }))
    for i = 1, 32 do assert.equal("invalid_client", failures[i].code) end
    assert.equal(1, tenant:count "/oauth/token")
    assert.equal(0, tenant:count(path))
  end)

  it("sets the password of a locked account in the call that unlocks it", function()
    local client = client_of "2.0"
    local _, message = client:update_user { email = "carol@example.com", password = "New-Pass-1" }
    assert.truthy(message:find("accountLocked = false", 1, true))
    assert(client:update_user { email = "carol@example.com", password = "New-Pass-1", accountLocked = false })
  end)
end)

describe("over HTTP without a server", function()
  it("a call fails with connect_failed and no unknown outcome", function()
    local client = assert(mimecast.new { appId = "a", appKey = "b", accessKey = "c", secretKey = "ZA==", attempts = 2,
      baseUrl = "http://127.0.0.1:" .. shell.free_port(), random = function() return 0 end })
    local _, _, err = client:update_user { email = "ann@example.com" }
    assert.equal("connect_failed", err.code)
    assert.equal(2, err.attempts)
    assert.is_nil(err.outcome)
  end)
end)
