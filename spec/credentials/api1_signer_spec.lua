local assert_no_secret = require "spec.support.asserts.assert_no_secret"
local clients = require "spec.support.fakes.clients"
local core = require "mimecast.core"
local fixtures = require "spec.support.data.fixtures"
local interleaving_transport = require "spec.support.fakes.interleaving_transport"
local mimecast = require "mimecast"
local recording = require "spec.support.fakes.recording"

local read = { email = "ann@example.com" }
local has_expired = { status = 418, code = "binding_expired" }

local function input(more)
  local all = {
    accessKey = "AccessKey", secretKey = "U2VjcmV0S2V5", appId = "application-id", appKey = "ApplicationKey",
    path = "/api/test/some-url", date = "Sun, 21 Aug 2022 13:49:40 UTC",
      requestId = "3d796b76-4180-40e5-8f7c-6e0fd643b1a9",
  }
  for name, value in pairs(more or {}) do all[name] = value end
  return all
end

describe("mimecast.sign", function()
  it("returns the four headers of the published example", function()
    assert.same({
      Authorization = "MC AccessKey:WOywLsnZlsE+D6bp/ug6uch5kxc=",
      ["x-mc-app-id"] = "application-id",
      ["x-mc-date"] = "Sun, 21 Aug 2022 13:49:40 UTC",
      ["x-mc-req-id"] = "3d796b76-4180-40e5-8f7c-6e0fd643b1a9",
    }, mimecast.sign(input()))
  end)

  it("formats a date in seconds since 1970", function()
    assert.equal("MC AccessKey:WOywLsnZlsE+D6bp/ug6uch5kxc=", mimecast.sign(input { date = 1661089780 }).Authorization)
    assert.equal("Thu, 01 Jan 1970 00:00:00 UTC", mimecast.sign(input { date = 0 })["x-mc-date"])
  end)

  it("signs a date in text as it is", function()
    assert.equal("MC AccessKey:0Jg7s2eHYjvlHWIUZUoHNwnuLKA=",
      mimecast.sign(input { date = "Sun, 21 Aug 2022 13:49:40 GMT" }).Authorization)
  end)

  it("uses the current time and a fresh id by default", function()
    local bare = input()
    bare.date, bare.requestId = nil, nil
    local first, second = mimecast.sign(bare), mimecast.sign(bare)
    assert.truthy(first["x-mc-req-id"]:find("^%x+%-%x+%-4%x+%-[89abAB]%x+%-%x+$"))
    assert.is_not.equal(first["x-mc-req-id"], second["x-mc-req-id"])
    assert.truthy(first["x-mc-date"]:find("^%a%a%a, %d%d %a%a%a %d%d%d%d %d%d:%d%d:%d%d UTC$"))
  end)

  it("accepts secrets as userdata", function()
    local wrapped = input()
    for _, name in ipairs { "accessKey", "secretKey", "appKey" } do wrapped[name] = mimecast.secret(wrapped[name]) end
    assert.same(mimecast.sign(input()), mimecast.sign(wrapped))
  end)

  it("reports everything that is wrong at once, without the values", function()
    local headers, message, err = mimecast.sign { accessKey = "Planted Key", secretKey = "", path = "api/x",
      date = true,
      requestId = "a\nb" }
    assert.is_nil(headers)
    assert.equal("validation", err.category)
    assert.equal("invalid_input", err.code)
    local fields = {}
    for i, problem in ipairs(err.problems) do fields[i] = problem.field end
    assert.same({ "accessKey", "secretKey", "appId", "appKey", "path", "date", "requestId" }, fields)
    assert.is_nil(message:find("Planted", 1, true))
  end)

  it("reports a secret key that is not base64", function()
    local headers, message, err = mimecast.sign(input { secretKey = "Planted!" })
    assert.is_nil(headers)
    assert.equal("secretKey", err.field)
    assert.is_nil(message:find("Planted", 1, true))
  end)

  it("reports values that would add a header line", function()
    for name, value in pairs { date = "x\r\ny: z", requestId = "x\ny", appId = "x\r\ny", path = "/x\ny" } do
      local headers, _, err = mimecast.sign(input { [name] = value })
      assert.is_nil(headers)
      assert.equal(name, err.field)
    end
  end)

  it("raises for an unknown field, and if its input is not a table", function()
    local ok, message = pcall(mimecast.sign, input { secretkey = "x" })
    assert.is_false(ok)
    assert.truthy(message:find("unknown field secretkey; did you mean secretKey?", 1, true))
    assert.is_false(pcall(mimecast.sign, "x"))
    assert.is_false(pcall(mimecast.sign))
  end)
end)

describe("a call of API 1.0", function()
  it("has a signature that the service accepts", function()
    local client, tenant, wire = clients.new "1.0"
    assert.equal("Ann Example", assert(client:update_user(read)).username)
    assert.equal(0, tenant:tokens())
    local headers = wire.sent[1].headers
    assert.equal(core.http_date(tenant:now()), headers["x-mc-date"])
    assert.equal(tenant.credentials.v1.appId, headers["x-mc-app-id"])
    assert.truthy(headers.authorization:find("^MC " .. tenant.credentials.v1.accessKey:gsub("%-", "%%-") .. ":%S+=$"))
  end)

  it("puts the request id of the option uuid into the error", function()
    local client = clients.new("1.0", { uuid = function() return "my-own-id" end, appKey = "wrong" })
    local _, _, err = client:update_user(read)
    assert.truthy(err.requestId)
    local silent = clients.new("1.0", { uuid = function() return "my-own-id" end, attempts = 1,
      respond = function() return nil, "lost", { category = "transport", code = "connection_lost", sent = true } end })
    _, _, err = silent:update_user(read)
    assert.equal("my-own-id", err.requestId)
  end)

  local wrong = {
    { "appKey", "wrong", "invalid_signature", 401 },
    { "accessKey", "wrong", "invalid_signature", 401 },
    { "secretKey", "d3Jvbmc=", "invalid_signature", 401 },
    { "appId", "wrong", "invalid_app", 200 },
  }
  for _, case in ipairs(wrong) do
    it("with a wrong " .. case[1] .. " fails with a hint, after one request", function()
      local client, tenant = clients.new("1.0", { [case[1]] = case[2] })
      local _, message, err = client:update_user(read)
      assert.equal("auth", err.category)
      assert.equal(case[3], err.code)
      assert.equal(case[4], err.status)
      assert.truthy(err.hint and message:find(err.hint, 1, true))
      assert.equal(1, tenant:count())
    end)
  end

  it("fails with a hint if the binding has expired and there is no password", function()
    local client, tenant = clients.new "1.0"
    tenant:expire_binding()
    local _, message, err = client:update_user(read)
    assert.same({ "auth", "binding_expired", 418 }, { err.category, err.code, err.status })
    assert.truthy(message:find("email and password", 1, true))
    assert.equal(1, tenant:count())
  end)

  it("does not fetch a token for the code token_expired", function()
    local client, tenant = clients.new "1.0"
    tenant:fault { kind = "token_expired" }
    local _, _, err = client:update_user(read)
    assert.equal("token_expired", err.code)
    assert.equal(1, tenant:count())
  end)
end)

-- ---- renewal ----

local path, login_path = "/api/user/update-user", "/api/login/login"

-- A client with email and password.
local function renewing(more)
  local options = { email = "ann@example.com", password = "Correct Horse 7" }
  for name, value in pairs(more or {}) do options[name] = value end
  return clients.new("1.0", options)
end

local function call_many(client, count)
  local inputs = {}
  for i = 1, count do inputs[i] = read end
  return client:map(inputs, function(item) return client:update_user(item) end)
end

local expired = '{"meta":{"status":200},"data":[],"fail":[{"errors":[{"code":"err_xdk_binding_expired",'
  .. '"message":"0018 Binding Expired","retryable":false}]}]}'

describe("an expired binding", function()
  it("is renewed by a login with the old key, and the call is retried once with a new signature", function()
    local client, tenant, wire = renewing { attempts = 1 }
    tenant:expire_binding()
    assert(client:update_user { email = "ann@example.com", username = "New" })
    assert.equal(1, tenant:applied "ann@example.com")
    local calls, logins = wire:to(path), wire:to(login_path)
    assert.equal(2, #calls)
    assert.equal(calls[1].body, calls[2].body)
    assert.is_not.equal(calls[1].headers["x-mc-req-id"], calls[2].headers["x-mc-req-id"])
    assert.is_not.equal(calls[1].headers.authorization, calls[2].headers.authorization)
    assert.equal(1, #logins)
    assert.equal(('{"data":[{"userName":"ann@example.com","accessKey":"%s"}]}'):format(tenant.credentials.v1.accessKey),
      logins[1].body)
    assert(client:update_user(read))
    assert.equal(1, tenant:count(login_path))
  end)

  it("does not lead to a second create", function()
    local client, tenant = renewing()
    tenant:expire_binding()
    assert(client:create_user { email = "dora@example.com" })
    assert.equal(1, tenant:applied "dora@example.com")
  end)

  it("is recognised in a response with HTTP 200", function()
    local first = true
    local client, tenant = renewing { respond = function(request)
      if request.url:find(path, 1, true) and first then
        first = false
        return recording.json(expired)
      end
    end }
    assert.equal("Ann Example", assert(client:update_user(read)).username)
    assert.equal(1, tenant:count(login_path))
    first = true
    local results, failures = client:update_users { read, { email = "bob@example.com" } }
    assert.is_nil(next(failures))
    assert.equal("Bob Example", results[2].username)
    assert.equal(2, tenant:count(login_path))
  end)

  it("is recognised in the failures of items", function()
    local errors = '"errors":[{"code":"err_xdk_binding_expired","message":"0018 Binding Expired","retryable":false}]'
    local body = ('{"data":[],"fail":[{"key":{"emailAddress":"ann@example.com"},%s},'
      .. '{"key":{"emailAddress":"bob@example.com"},%s}]}'):format(errors, errors)
    for _, status in ipairs { 200, 418 } do
      local first = true
      local client, tenant = renewing { respond = function(request)
        if request.url:find(path, 1, true) and first then
          first = false
          return recording.json(body, status)
        end
      end }
      local _, failures = client:update_users { read, { email = "bob@example.com" } }
      assert.is_nil(next(failures), tostring(failures[1]))
      assert.equal(1, tenant:count(login_path))
    end
  end)

  it("fails only the items that report it: nothing is done twice", function()
    local client, tenant, wire = renewing { respond = function(request)
      if request.url:find(path, 1, true) then
        return recording.json('{"data":[{"emailAddress":"ann@example.com"}],"fail":[{"key":{"emailAddress":"bob@example.com"},'
          .. '"errors":[{"code":"err_xdk_binding_expired","message":"0018 Binding Expired","retryable":false}]}]}')
      end
    end }
    local results, failures = client:update_users { read, { email = "bob@example.com" } }
    assert.same({ "ann@example.com", "binding_expired" }, { results[1].email, failures[2].code })
    assert.same({ 0, 1 }, { tenant:count(login_path), #wire:to(path) })
  end)

  it("is renewed for a raw call, too", function()
    local client, tenant = renewing()
    tenant:expire_binding()
    assert.equal(200, assert(client:call { path = path, data = { { emailAddress = "ann@example.com" } } }).status)
    assert.equal(418, select(3, clients.new("1.0", { respond = function() return recording.json(expired, 418) end })
      :call { path = path, data = { {} } }).status)
  end)

  it("can be renewed with other keys, which are used from then on", function()
    local client, tenant, wire = renewing { respond = function(request)
      if request.url:find(login_path, 1, true) then
        return recording.json '{"data":[{"accessKey":"another-key","secretKey":"ZGVm"}]}'
      end
      if not request.headers.authorization:find("another-key", 1, true) then return recording.json(expired, 418) end
      return recording.json '{"data":[{"emailAddress":"ann@example.com"}]}'
    end }
    assert(client:update_user(read))
    assert(client:update_user(read))
    local last = wire.sent[4]
    local headers = mimecast.sign { accessKey = "another-key", secretKey = "ZGVm", appId = "x", path = path,
      appKey = tenant.credentials.v1.appKey, date = last.headers["x-mc-date"], requestId = last.headers["x-mc-req-id"] }
    assert.equal(headers.Authorization, last.headers.authorization)
  end)

  it("is not renewed again for a response that is older than the renewal", function()
    local client, tenant = renewing()
    local function authorised()
      local request = { path = path, deadline = client.runtime.monotonic() + 5 }
      assert.is_nil(client.credentials:sign(request))
      return request
    end
    local first, late = authorised(), authorised()
    client.credentials:invalidate(first, has_expired, false, false)
    authorised()
    client.credentials:invalidate(late, has_expired, false, false)
    authorised()
    assert.equal(1, tenant:count(login_path))
  end)

  it("that is denied again right after its renewal is an error", function()
    local client, tenant = renewing()
    tenant:fault { kind = "binding_expired", path = path, times = 2 }
    local user, _, err = client:update_user(read)
    assert.is_nil(user)
    assert.same({ "auth", "binding_expired", 418, false }, { err.category, err.code, err.status, err.retryable })
    assert.equal(1, tenant:count(login_path))
    assert.equal(0, tenant:pending())
  end)

  it("is renewed once for 64 calls, and each of them is retried once", function()
    local client, tenant
    client, tenant = renewing { attempts = 1 }
    client.transport = interleaving_transport(client.transport)
    client.credentials.transport, client.credentials.renewal.transport = client.transport, client.transport
    tenant:expire_binding()
    local results, failures = call_many(client, 64)
    assert.is_nil(next(failures), tostring(failures[1]))
    assert.equal("ann@example.com", results[64].email)
    assert.equal(1, tenant:count(login_path))
    assert.equal(128, tenant:count(path))
  end)

  it("fails all waiting calls if its renewal fails, after one request, and leaves no lock", function()
    local client, tenant = renewing { attempts = 1 }
    client.transport = interleaving_transport(client.transport)
    client.credentials.transport, client.credentials.renewal.transport = client.transport, client.transport
    for round, kind in ipairs { "unavailable", "reset", "garbage", "rate_limited" } do
      tenant:expire_binding()
      tenant:fault { kind = kind, path = login_path }
      local _, failures = call_many(client, 16)
      for i = 1, 16 do
        assert.truthy(failures[i].message:find("login failed", 1, true), kind .. ": " .. tostring(failures[i]))
        assert.is_nil(failures[i].outcome)
      end
      assert.is_not.equal(failures[1], failures[2])
      assert.equal(2 * round - 1, tenant:count(login_path))
      if kind == "rate_limited" then tenant:advance(1) end -- the announced pause
      assert(client:update_user(read))
      assert.equal(2 * round, tenant:count(login_path))
    end
  end)

  it("with a wrong password is not renewed again during authFailureCooldown", function()
    local client, tenant, wire = renewing { password = "Planted wrong", authFailureCooldown = 20 }
    tenant:expire_binding()
    for _ = 1, 100 do
      local user, message, err = client:update_user(read)
      assert.is_nil(user)
      assert.same({ "auth", "login_denied", 401 }, { err.category, err.code, err.status })
      local planted = { "Planted", "UGxhbnRlZ", tenant.credentials.v1.accessKey }
      assert_no_secret({ message, err, client, wire.slept }, planted, { transport = true })
    end
    assert.equal(1, tenant:count(login_path))
    assert.equal(1, tenant:count(path))
    tenant:advance(20)
    assert.is_nil(client:update_user(read))
    assert.equal(2, tenant:count(login_path))
  end)
end)

describe("a client without access key", function()
  local function keyless(more)
    local options = { email = "ann@example.com", password = "Correct Horse 7" }
    for name, value in pairs(more or {}) do options[name] = value end
    local _, tenant, wire = clients.new()
    local v1 = tenant.credentials.v1
    options.appId, options.appKey, options.region, options.transport = v1.appId, v1.appKey, "eu", wire
    return assert(mimecast.new(options)), tenant, wire
  end

  it("logs in at its first call, not earlier", function()
    local client, tenant, wire = keyless()
    assert.equal(0, tenant:count())
    assert(client:update_user(read))
    assert(client:update_user(read))
    assert.equal(1, tenant:count(login_path))
    assert.equal('{"data":[{"userName":"ann@example.com"}]}', wire:to(login_path)[1].body)
    assert.equal(2, tenant:count(path))
  end)

  it("reports a failed login: the call was not sent", function()
    local client, tenant = keyless { password = "wrong" }
    local _, _, err = client:update_user(read)
    assert.same({ "auth", "login_denied" }, { err.category, err.code })
    assert.is_nil(err.outcome)
    assert.equal(0, tenant:count(path))
  end)
end)

describe("mimecast.sign with a date", function()
  it("outside of the calendar returns an error", function()
    for _, date in ipairs { 1e300, -1e300, 0 / 0, math.huge, -math.huge, 1700000000000 } do
      local headers, message, err = mimecast.sign { accessKey = "a", secretKey = "ZA==", appId = "i", appKey = "k",
        path = "/x", date = date }
      assert.is_nil(headers, tostring(date))
      assert.same({ "validation", "invalid_input", "date" }, { err.category, err.code, err.field })
      assert.truthy(message:find("date is not within the years 0001 to 9999", 1, true), message)
    end
  end)
end)

describe("the signature vectors", function()
  it("hold for mimecast.sign", function()
    local list = fixtures.load("signature").requests
    assert.is_true(#list >= 4)
    for _, vector in ipairs(list) do
      local headers = assert(mimecast.sign { accessKey = vector.accessKey, secretKey = vector.secretKey, appId = "id",
        appKey = vector.appKey, path = vector.path, date = vector.date, requestId = vector.requestId })
      assert.equal(vector.authorization, headers.Authorization)
    end
  end)
end)
