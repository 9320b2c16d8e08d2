local assert_no_secret = require "spec.support.asserts.assert_no_secret"
local clients = require "spec.support.fakes.clients"
local core = require "mimecast.core"
local manual = require "mimecast.help.topics"
local mimecast = require "mimecast"
local recording = require "spec.support.fakes.recording"
local run_lua = require "spec.support.run.run_lua"
local sandbox = require "mimecast.sandbox"

local function new()
  local tenant = sandbox.new { clock = function() return 1700000000 end }
  return tenant, recording.new(tenant.transport)
end

-- Valid input of login; `more` overrides it.
local function input(tenant, wire, more)
  local known = tenant.credentials.login
  local all = { email = known.email, password = known.password, appId = tenant.credentials.v1.appId, region = "eu",
    transport = wire, clock = function() return tenant:now() end }
  for name, value in pairs(more or {}) do all[name] = value end
  return all
end

local function problems_of(err)
  local list = {}
  for i, problem in ipairs(err.problems) do list[i] = problem.field .. " " .. problem.message end
  return list
end

describe("discover", function()
  local function with_response(body, more)
    local all = { email = "ann@example.com", appId = "id",
      transport = recording.new(nil, function() return recording.json(body) end) }
    for name, value in pairs(more or {}) do all[name] = value end
    return mimecast.discover(all)
  end

  local function region(url) return ('{"data":[{"authenticate":["Basic-AD",7],"region":{"api":"%s"}}]}'):format(url) end

  it("asks the global host, without a signature, and returns the gateway", function()
    local tenant, wire = new()
    local found = assert(mimecast.discover { email = "bob@example.com", appId = tenant.credentials.v1.appId,
      transport = wire, clock = function() return 0 end, uuid = function() return "my-id" end })
    assert.same({ baseUrl = "https://eu-api.mimecast.com", region = "eu", authenticate = { "Basic-Cloud" },
      email = "bob@example.com" }, found)
    local request = wire.sent[1]
    assert.equal("https://api.mimecast.com/api/login/discover-authentication", request.url)
    assert.equal('{"data":[{"emailAddress":"bob@example.com"}]}', request.body)
    assert.is_nil(request.headers.authorization)
    assert.same({ tenant.credentials.v1.appId, "Thu, 01 Jan 1970 00:00:00 UTC", "my-id" },
      { request.headers["x-mc-app-id"], request.headers["x-mc-date"], request.headers["x-mc-req-id"] })
  end)

  it("accepts known gateways, and both names of Jersey's", function()
    for url, name in pairs { ["https://us-api.mimecast.com"] = "us", ["https://DE-api.mimecast.com/"] = "de",
      ["https://jer-api.mimecast.com"] = "je", ["https://uspcom-api.mimecast-pscom-us.com"] = "uspcom" } do
      local found = assert(with_response(region(url)))
      assert.equal(name, found.region)
      assert.equal(url:lower():gsub("/$", ""), found.baseUrl)
      assert.same({ "Basic-AD" }, found.authenticate)
    end
  end)

  it("rejects unknown gateways, because credentials will be sent there", function()
    for _, url in ipairs { "https://evil.example.com", "http://eu-api.mimecast.com", "https://eu-api.mimecast.com.evil.example",
      "https://api.services.mimecast.com", "https://eu-api.mimecast.com/x", "https://eu-api.mimecast.com:444",
      "https://x@eu-api.mimecast.com", "http://127.0.0.1:8080", "eu-api.mimecast.com" } do
      local found, message, err = with_response(region(url))
      assert.is_nil(found, url)
      assert.same({ "protocol", "wrong_host" }, { err.category, err.code }, url)
      assert.truthy(message:find("known gateways only", 1, true))
    end
  end)

  it("accepts plain http on loopback only from loopback", function()
    local asked = { baseUrl = "http://127.0.0.1:9000" }
    assert.equal("http://127.0.0.1:8080", assert(with_response(region "http://127.0.0.1:8080", asked)).baseUrl)
    for _, url in ipairs { "http://127.0.0.1.evil.example", "http://127.0.0.1@evil.example", "http://127.0.0.1:1/x",
      "http://localhost.evil.example", "https://127.0.0.1:x@evil.example", "http://10.0.0.1" } do
      assert.equal("wrong_host", select(3, with_response(region(url), asked)).code, url)
    end
  end)

  it("reports malformed and rejecting responses", function()
    for _, body in ipairs { "", "[]", "{}", '{"data":[]}', '{"data":["x"]}', '{"data":[{"region":{}}]}',
      '{"data":[{"region":"https://eu-api.mimecast.com"}]}', '{"data":[{"region":{"api":7}}]}' } do
      assert.equal("wrong_shape", select(3, with_response(body)).code, body)
    end
    local tenant, wire = new()
    local _, message, err = mimecast.discover { email = "x@elsewhere.example", appId = tenant.credentials.v1.appId,
      transport = wire }
    assert.same({ "service", "rejected", "err_xdk_operation_forbidden_for_address" },
      { err.category, err.code, err.serviceCode })
    assert.truthy(message:find("check email and appId", 1, true))
    err = select(3, mimecast.discover { email = "ann@example.com", appId = "wrong", transport = wire })
    assert.same({ "auth", "invalid_app" }, { err.category, err.code })
  end)

  it("reports everything that is wrong with its input at once, and sends nothing", function()
    local _, wire = new()
    local found, _, err = mimecast.discover { emial = "x", timeout = -1, transport = wire }
    assert.is_nil(found)
    assert.same({ "validation", "invalid_input" }, { err.category, err.code })
    assert.same({ "email is required", "appId is required", "timeout must be a number from 0.001 to 86400, got -1",
      "emial is not a field; did you mean email?" }, problems_of(err))
    for _, email in ipairs { "ann", "a:b@example.com", "a@b@c", "" } do
      assert.equal("email", select(3, mimecast.discover { email = email, appId = "x", transport = wire }).field)
    end
    assert.equal(0, #wire.sent)
  end)
end)

describe("login", function()
  it("returns keys that a client can use at once", function()
    local tenant, wire = new()
    local keys = assert(mimecast.login(input(tenant, wire)))
    assert.is_true(core.secret.is(keys.accessKey))
    assert.is_true(core.secret.is(keys.secretKey))
    assert.same({ 43200, "one_step", false, "ann@example.com", "https://eu-api.mimecast.com" },
      { keys.duration, keys.bindingType, keys.extendOnValidate, keys.username, keys.baseUrl })
    local v1 = tenant.credentials.v1
    local client = assert(mimecast.new { appId = v1.appId, appKey = v1.appKey, accessKey = keys.accessKey,
      secretKey = keys.secretKey, baseUrl = keys.baseUrl, transport = wire })
    assert(client:update_user { email = "ann@example.com" })
    assert.is_not.equal(v1.accessKey, core.secret.reveal(keys.accessKey))
  end)

  it("sends email and password in the header of the login type", function()
    local tenant, wire = new()
    assert(mimecast.login(input(tenant, wire, { password = mimecast.secret(tenant.credentials.login.password) })))
    local request = wire.sent[1]
    assert.equal("https://eu-api.mimecast.com/api/login/login", request.url)
    assert.equal("Basic-Cloud YW5uQGV4YW1wbGUuY29tOkNvcnJlY3QgSG9yc2UgNw==", request.headers.authorization)
    assert.equal('{"data":[{"userName":"ann@example.com"}]}', request.body)
    assert.equal(core.http_date(1700000000), request.headers["x-mc-date"])
    mimecast.login(input(tenant, wire, { loginType = "Basic-AD" }))
    assert.truthy(wire.sent[2].headers.authorization:find "^Basic%-AD YW5u")
  end)

  it("renews the binding of the given keys", function()
    local tenant, wire = new()
    local v1 = tenant.credentials.v1
    tenant:expire_binding()
    local keys = assert(mimecast.login(input(tenant, wire, { accessKey = v1.accessKey })))
    assert.equal(('{"data":[{"userName":"ann@example.com","accessKey":"%s"}]}'):format(v1.accessKey), wire.sent[1].body)
    assert.same({ v1.accessKey, v1.secretKey },
      { core.secret.reveal(keys.accessKey), core.secret.reveal(keys.secretKey) })
  end)

  local function with_response(body, more)
    local tenant = new()
    local wire = recording.new(nil, function() return recording.json(body) end)
    return mimecast.login(input(tenant, wire, more))
  end

  it("keeps the secret key if the response of a renewal does not repeat it", function()
    local body = '{"data":[{"accessKey":"new","duration":"60000","userName":"ann"}]}'
    local keys = assert(with_response(body, { accessKey = "old", secretKey = "ZGVm" }))
    assert.same({ "new", "ZGVm", 60, "ann" }, { core.secret.reveal(keys.accessKey), core.secret.reveal(keys.secretKey),
      keys.duration, keys.username })
    assert.equal("wrong_shape", select(3, with_response(body)).code)
  end)

  it("rejects keys that cannot sign", function()
    for _, data in ipairs { '"accessKey":"a"', '"secretKey":"ZGVm"', '"accessKey":"","secretKey":"ZGVm"',
      '"accessKey":"a\\r\\nx: y","secretKey":"ZGVm"', '"accessKey":"a","secretKey":"not base64"',
      '"accessKey":7,"secretKey":"ZGVm"', '"accessKey":"a","secretKey":"="' } do
      local keys, _, err = with_response('{"data":[{' .. data .. "}]}")
      assert.is_nil(keys, data)
      assert.same({ "protocol", "wrong_shape" }, { err.category, err.code }, data)
    end
  end)

  it("returns an auth error with a hint if the service rejects it", function()
    local tenant, wire = new()
    local keys, message, err = mimecast.login(input(tenant, wire, { password = "Planted wrong" }))
    assert.is_nil(keys)
    assert.same({ "auth", "login_denied", 401, false, "err_xdk_login_failed" },
      { err.category, err.code, err.status, err.retryable, err.serviceCode })
    assert.truthy(message:find("email, password or loginType", 1, true))
    assert.truthy(err.requestId)
    local odd = recording.new(nil, function() return recording.json('{"fail":[{"code":"You sent Odd Words"}]}', 401) end)
    keys, message, err = mimecast.login(input(tenant, odd))
    assert.is_nil(keys)
    assert.equal("no code", err.serviceCode)
    assert.is_nil(message:find("Odd", 1, true))
    err = select(3, mimecast.login(input(tenant, wire, { appId = "wrong" })))
    assert.same({ "auth", "invalid_app", 200 }, { err.category, err.code, err.status })
  end)

  it("never shows the password or the service's sentences", function()
    local planted = { "Planted", "UGxhbnRlZ" }
    for _, status in ipairs { 200, 302, 400, 401, 403, 404, 418, 429, 500, 503 } do
      for _, body in ipairs { '{"fail":[{"errors":[{"code":"planted","message":"Planted one"}]}]}', "Planted one",
        '{"fail":[{"code":"Planted one","message":"x"}]}', '{"data":[{"accessKey":"Planted one"}]}' } do
        local tenant = new()
        local wire = recording.new(nil, function() return recording.json(body, status, { location = "Planted" }) end)
        local keys, message, err = mimecast.login(input(tenant, wire, { password = "Planted one" }))
        assert.is_nil(keys)
        assert_no_secret({ message, err }, planted)
      end
    end
    local tenant, wire = new()
    tenant:fault { kind = "refuse" }
    local _, message, err = mimecast.login(input(tenant, wire, { password = "Planted one" }))
    assert.equal("connect_failed", err.code)
    assert.truthy(message:find("^login failed: "))
    assert_no_secret({ message, err }, planted)
  end)

  it("reports everything that is wrong with its input at once, without the password", function()
    local keys, message, err = mimecast.login { email = "ann", password = "Planted\none", loginTyp = "x", proxy = 7 }
    assert.is_nil(keys)
    assert.same({ "email must be an e-mail address with one @",
      "password holds U+000A, a line feed, which is invisible and cannot be typed at a login; remove it",
      "appId is required", "proxy must be text or a secret, got 7", "loginTyp is not a field; did you mean loginType?" },
      problems_of(err))
    assert.is_nil(message:find("Planted", 1, true))
    err = select(3, mimecast.login { email = "ann@example.com", password = "a b", appId = "x" })
    assert.same({ "config", "invalid_setting", "region" }, { err.category, err.code, err.field })
    err = select(3, mimecast.login { email = "ann@example.com", password = "a b", appId = "x",
      baseUrl = "https://api.services.mimecast.com" })
    assert.equal("wrong_host", err.code)
    for _, name in ipairs { "login", "discover" } do
      local ok, reason = pcall(function()
        local found = mimecast[name]("ann@example.com")
        return found
      end)
      assert.is_false(ok)
      assert.truthy(reason:find("session_spec.lua:%d+: mimecast." .. name .. " takes a table, like"), reason)
    end
  end)

  it("closes its own connections", function()
    local output = run_lua.run([[
      local curl, closed = require "mimecast.transport.curl", 0
      local own = { close = function() closed = closed + 1 end }
      function own.send() return nil, "refused", { category = "transport", code = "connect_failed" } end
      curl.new = function(options) own.most = options.maxResponseBytes return own end
      local mimecast = require "mimecast"
      local input = { email = "a@example.com", password = "p", appId = "i", region = "eu", maxResponseBytes = 300,
        transport = "curl" }
      print(select(3, mimecast.login(input)).code, closed, own.most)
      own.send = function() error "interrupted!" end
      print(pcall(mimecast.login, input), closed)]], { clean = true })
    assert.truthy(output:find "^connect_failed\t1\t300\nfalse\t", output)
    assert.truthy(output:find "2\nexit 0\n$", output)
  end)
end)

describe("logout", function()
  it("ends the client's binding: its keys become invalid", function()
    local client, tenant, wire = clients.new "1.0"
    assert.is_true(client:logout())
    local request = wire:to("/api/login/logout")[1]
    assert.equal(('{"data":[{"accessKey":"%s"}]}'):format(tenant.credentials.v1.accessKey), request.body)
    assert.truthy(request.headers.authorization:find "^MC ")
    local user, _, err = client:update_user { email = "ann@example.com" }
    assert.is_nil(user)
    assert.same({ 401, "invalid_signature" }, { err.status, err.code })
    local ok
    ok, _, err = client:logout()
    assert.is_nil(ok)
    assert.equal("invalid_signature", err.code)
  end)

  it("returns an error for a client with readOnly", function()
    local client, tenant = clients.new("1.0", { readOnly = true })
    assert.equal("read_only", select(3, client:logout()).code)
    assert.equal(0, tenant:count())
  end)

  it("shows no key when it fails", function()
    local client = clients.new("1.0", { accessKey = "PlantedAccessKey", respond = function(request)
      return recording.json(request.body, 400)
    end })
    local ok, message, err = client:logout()
    assert.is_nil(ok)
    assert_no_secret({ message, err }, { "PlantedAccessKey" })
  end)

  it("does not renew an expired binding", function()
    local client, tenant = clients.new("1.0", { email = "ann@example.com", password = "Correct Horse 7" })
    tenant:expire_binding()
    local ok, _, err = client:logout()
    assert.is_nil(ok)
    assert.equal("binding_expired", err.code)
    client.credentials.expired = true -- an earlier call may have set this
    client:logout()
    assert.equal(0, tenant:count "/api/login/login")
  end)

  it("does nothing if there was no login, and is not in API 2.0", function()
    local _, tenant, wire = clients.new()
    local v1 = tenant.credentials.v1
    local client = assert(mimecast.new { appId = v1.appId, appKey = v1.appKey, email = "ann@example.com",
      password = "x", region = "eu", transport = wire })
    assert.is_true(client:logout())
    assert.equal(0, #wire.sent)
    client:close()
    assert.equal("closed", select(3, client:logout()).code)
    assert.equal("not_in_this_api", select(3, clients.new():logout()).code)
  end)

  it("of the module ends the binding of the default client", function()
    local output = run_lua.run([[
      local mimecast = require "mimecast"
      print(select(3, mimecast.logout()).code)]],
      { clean = true, environment = { MIMECAST_SANDBOX = "1", XDG_CONFIG_HOME = "/nonexistent" } })
    assert.equal("not_in_this_api\nexit 0\n", output)
  end)
end)

describe("the manual's examples for API 1.0", function()
  local load_text = loadstring or load -- luacheck: ignore

  it("run", function()
    local tenant, wire = new()
    local count = 0
    for _, topic in ipairs(manual) do
      if topic.api == "1.0" and topic.of == "module" then
        count = count + 1
        local code = topic.example:gsub("{", "{ transport = wire,", 1):gsub('appId = "id"', "appId = id")
        local run = assert(load_text("local mimecast, wire, id = ...\n" .. code .. "\nreturn message"))
        assert.is_nil(run(mimecast, wire, tenant.credentials.v1.appId), topic.name)
      end
    end
    assert.equal(2, count)
  end)
end)
