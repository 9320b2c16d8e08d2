local assert_no_secret = require "spec.support.asserts.assert_no_secret"
local config = require "mimecast.config"
local core = require "mimecast.core"
local mimecast = require "mimecast"
local options = require "mimecast.config.options"

local keys2 = { clientId = "planted-client-id", clientSecret = "PlantedClientSecret" }
local keys1 = { appId = "planted-app-id", appKey = "PlantedAppKey", accessKey = "PlantedAccessKey",
  secretKey = "UGxhbnRlZFNlY3JldEtleQ==", region = "eu" }

local function with(base, more)
  local all = {}
  for _, from in ipairs { base, more or {} } do
    for name, value in pairs(from) do all[name] = value end
  end
  return all
end

local function check(given)
  return config.new(given)
end

local function assert_error(given, code, ...)
  local made, message, err = mimecast.new(given)
  assert.is_nil(made)
  assert.equal("config", err.category)
  assert.equal(code, err.code)
  assert.equal(tostring(err), message)
  for _, words in ipairs { ... } do assert.truthy(message:find(words, 1, true), message) end
  return err
end

describe("the generation", function()
  it("follows from the credentials", function()
    assert.equal("2.0", check(keys2).generation)
    assert.equal("1.0", check(keys1).generation)
  end)

  it("cannot be mixed", function()
    assert_error(with(keys2, { appId = "x" }), "mixed_credentials", "appId", "API 1.0", "clientId, clientSecret", "API 2.0")
    assert_error(with(keys1, { clientSecret = "x" }), "mixed_credentials", "one generation")
    assert_error({ appId = "x", clientId = "y" }, "mixed_credentials", "appId is for API 1.0, clientId for API 2.0")
  end)

  it("needs all its credentials; the error names the missing ones", function()
    assert.equal("clientSecret", assert_error({ clientId = "x" }, "missing_credentials", "API 2.0 needs clientSecret").field)
    assert_error({ appId = "x", accessKey = "y" }, "missing_credentials", "API 1.0 needs appKey, secretKey")
    assert_error({}, "missing_credentials", "MIMECAST_SANDBOX=1")
  end)
end)

describe("email and password", function()
  local login = { email = "app@example.com", password = "Planted two words" }

  it("are for API 1.0, also instead of access key and secret key", function()
    local checked = check(with(keys1, login))
    assert.equal("app@example.com", checked.email)
    assert.is_true(core.secret.is(checked.password))
    assert.equal("Planted two words", core.secret.reveal(checked.password))
    assert.equal("Basic-Cloud", checked.loginType)
    assert.equal("1.0", check(with(login, { appId = "a", appKey = "b", region = "eu" })).generation)
    assert_error(with(login, { appId = "a", appKey = "b", accessKey = "c", region = "eu" }), "missing_credentials", "secretKey")
    assert_error(with(login, { appId = "a", region = "eu" }), "missing_credentials", "API 1.0 needs appKey as well")
  end)

  it("are an error with API 2.0", function()
    for name, value in pairs { email = "app@example.com", password = "Planted two words", loginType = "Basic-AD" } do
      local err = assert_error(with(keys2, { [name] = value }), "invalid_setting", name .. " is for API 1.0",
        "the credentials are for API 2.0")
      assert.equal(name, err.field)
      assert_no_secret(err, { "Planted" })
    end
  end)

  it("must be given together", function()
    assert.equal("password",
      assert_error(with(keys1, { email = "app@example.com" }), "missing_credentials", "no password").field)
    assert.equal("email", assert_error(with(keys1, { password = "p" }), "missing_credentials", "no email").field)
    check(with(keys1, { loginType = "Basic-AD" }))
  end)

  it("must be an address and a password", function()
    for _, email in ipairs { "app", "a:b@example.com", "a@b@c", "@example.com", "a b@example.com" } do
      assert.equal("email", assert_error(with(keys1, { email = email, password = "p" }), "invalid_setting").field)
    end
    for _, password in ipairs { "Planted\nline", "\0", "", "\127" } do
      local err = assert_error(with(keys1, { email = "a@example.com", password = password }), "invalid_setting")
      assert.equal("password", err.field)
      assert_no_secret(err, { "Planted" })
    end
  end)
end)

describe("the gateway", function()
  it("of API 2.0 is the global gateway, or the gateway of a region", function()
    assert.equal("https://api.services.mimecast.com", check(keys2).baseUrl)
    assert.equal("https://uk-api.services.mimecast.com", check(with(keys2, { region = "uk" })).baseUrl)
    assert.equal("https://us-api.services.mimecast.com", check(with(keys2, { region = "us" })).baseUrl)
  end)

  local hosts = {
    eu = "eu-api.mimecast.com", de = "de-api.mimecast.com", us = "us-api.mimecast.com", usb = "usb-api.mimecast.com",
    uspcom = "uspcom-api.mimecast-pscom-us.com", ca = "ca-api.mimecast.com", za = "za-api.mimecast.com",
    au = "au-api.mimecast.com", je = "je-api.mimecast.com", sandbox = "sandbox-api.mimecast.com",
  }
  for region, host in pairs(hosts) do
    it("of API 1.0 in " .. region .. " is " .. host, function()
      assert.equal("https://" .. host, check(with(keys1, { region = region })).baseUrl)
    end)
  end

  it("of API 1.0 must be given", function()
    assert_error({ appId = "a", appKey = "b", accessKey = "c", secretKey = "ZA==" }, "invalid_setting", "region or baseUrl",
      "au, ca, de, eu, je, sandbox, us, usb, uspcom, za")
  end)

  it("cannot be in an unknown region", function()
    assert_error(with(keys1, { region = "uk" }), "invalid_setting", 'API 1.0 has no region "uk"')
    assert.equal("region", assert_error(with(keys2, { region = "de" }), "invalid_setting", "global, uk, us").field)
  end)

  it("is chosen by region or by baseUrl, not by both", function()
    assert_error(with(keys1, { baseUrl = "https://eu-api.mimecast.com" }), "invalid_setting", "both given")
  end)

  it("cannot be of the other generation", function()
    assert_error(with(keys2, { baseUrl = "https://eu-api.mimecast.com" }), "wrong_host", "API 1.0", "API 2.0")
    assert_error(with(keys2, { baseUrl = "https://EU-API.mimecast.com:443/" }), "wrong_host")
    assert_error(with(keys2, { baseUrl = "https://eu-api.mimecast.com./" }), "wrong_host")
    local old = with(keys1, { baseUrl = "https://api.services.mimecast.com" })
    old.region = nil
    assert_error(old, "wrong_host", "host of API 2.0")
  end)

  it("can be any other host over https, and loopback over http", function()
    for _, url in ipairs { "https://gateway.example.com", "https://gateway.example.com:8443",
      "https://gateway.example.com///",
      "http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080",
        "https://jer-api.services.mimecast.com" } do
      assert.equal((url:gsub("/+$", "")), assert(check(with(keys2, { baseUrl = url }))).baseUrl)
    end
  end)

  local tricks = {
    "http://gateway.example.com", "http://eu-api.mimecast.com", "http://127.0.0.1.example.com",
      "http://localhost.example.com",
    "http://user@127.0.0.1", "https://user:word@gateway.example.com", "https://eu-api.mimecast.com@gateway.example.com",
    "https://gateway.example.com/api", "https://gateway.example.com?x=1", "https://gateway.example.com#x",
    "https://gateway.example.com/../x", "ftp://gateway.example.com", "gateway.example.com", "//gateway.example.com",
    "https://", "https:///x", "https://gateway.example.com:port", "file:///etc/passwd", "https://gate\\way.example.com",
    "https://127.0.0.1:0x50", "http://127.0.0.1:99999", "http://0.0.0.0:80", "http://2130706433",
  }
  for _, url in ipairs(tricks) do
    it("cannot be " .. url, function()
      assert.equal("baseUrl", assert_error(with(keys2, { baseUrl = url }), "invalid_setting").field)
    end)
  end
end)

describe("an option", function()
  it("has its default", function()
    local checked = check(keys2)
    assert.same({ 30, 10, 3, 10485760, 4, 60 }, { checked.timeout, checked.connectTimeout, checked.attempts,
      checked.maxResponseBytes, checked.concurrency, checked.tokenRefreshMargin })
    assert.is_nil(checked.batchSize)
  end)

  local samples = {
    timeout = { 1.5, 0, 86401, "x", true }, attemptTimeout = { 2, 0, 86401, "x", true },
    connectTimeout = { 0.001, -1, 1e9, {}, false }, attempts = { 10, 0, 11, "many", {} },
    maxResponseBytes = { 1, 0, 2 ^ 31, "", {} }, batchSize = { 100, 0, 1001, "x", {} },
    concurrency = { 32, 0, 1001, "x", {} }, tokenRefreshMargin = { 0, -1, 3601, "x", {} },
    stateFolder = { "/var/lib/mimecast", "", "with space", 7, {} },
    protect = { "a@example.com,*@b.example.com", "", "with space", 7, true },
    protectFile = { "/etc/mimecast/protected", "", "with space", 7, {} },
    caFile = { "/etc/ssl/certs/ca-certificates.crt", "", "with space", 7, {} },
    clientId = { "abc", "", "a b", "a\n", 7 }, clientSecret = { "abc", "", "a b", "a\0b", 7 },
    proxy = { "http://127.0.0.1:3128", "", "a b", 7, {} }, region = { "uk", "", "mars", 7, {} },
    baseUrl = { "https://gateway.example.com", "", " ", 7, {} },
    authFailureCooldown = { 0, -1, 86401, "x", {} }, passwordRetryWindow = { 0, -1, 86401, "x", {} },
    monotonic = { os.clock, "x", 7, {}, true },
    log = { print, "print", 7, {}, true }, clock = { os.time, "x", 7, {}, true }, sleep = { print, "x", 7, {}, true },
    random = { math.random, "x", 7, {}, true }, uuid = { core.uuid, "x", 7, {}, true },
    transport = { { send = print }, "x", 7, print, true },
    profile = { nil, "", 7, {}, true },
    email = { "app@example.com", "", "a b", 7, {} }, password = { "Planted-1", "", 7, {}, true },
    loginType = { "Basic-AD", "", "Basic", 7, {} },
    maxInFlight = { 1, 0, 1001, "x", {} }, callsPerSecond = { 0.5, 0, 1e6, "x", {} },
    retryUnknown = { false, "", "yes", 7, {} }, readOnly = { true, "", "yes", 7, {} }, store = { {}, "x", 7, print, true },
    onRequest = { print, "x", 7, {}, true }, onResponse = { print, "x", 7, {}, true },
    onRetry = { print, "x", 7, {}, true }, onWait = { print, "x", 7, {}, true },
  }
  local logins = { email = "app@example.com", password = "Planted-1", loginType = "Basic-Cloud" }
  for name, values in pairs(samples) do
    it("is checked: " .. name, function()
      local base = keys2
      if logins[name] then base = with(keys1, logins) end
      if values[1] ~= nil then assert(check(with(base, { [name] = values[1] }))) end
      for i = 2, 5 do
        local made, message, err = mimecast.new(with(base, { [name] = values[i] }))
        assert.is_nil(made, ("%s = %s"):format(name, tostring(values[i])))
        assert.equal(name, err.field, message)
        assert.equal("invalid_setting", err.code)
      end
    end)
  end

  it("has a sample in this spec, each of them", function()
    for _, option in ipairs(options.list) do
      local known = samples[option.name] or keys1[option.name]
      assert.truthy(known, option.name)
      assert.equal("string", type(option.text))
    end
  end)

  it("must be a number within its bounds", function()
    assert_error(with(keys2, { timeout = 0 / 0 }), "invalid_setting", "number from 0.001 to 86400")
    assert_error(with(keys2, { timeout = math.huge }), "invalid_setting")
    assert_error(with(keys2, { maxResponseBytes = 0 }), "invalid_setting", "from 1 to 1073741824")
  end)

  it("that is unknown raises at the caller's line, with the nearest name", function()
    local function make() return mimecast.new { clientID = "x" } end
    local ok, message = pcall(function()
      local made = make()
      return made
    end)
    assert.is_false(ok)
    assert.truthy(message:find("unknown option clientID; did you mean clientId?", 1, true), message)
    for name in pairs { verify = 1, insecure = 1, sslVerify = 1, [1] = 1 } do
      assert.is_false(pcall(mimecast.new, with(keys2, { [name] = true })))
    end
    ok, message = pcall(function()
      local made = mimecast.new { timout = 3 }
      return made
    end)
    assert.is_false(ok)
    assert.truthy(message:find("options_spec.lua:%d+: mimecast.new: unknown option timout; did you mean timeout%?"),
      message)
  end)

  it("accepts secrets as text or userdata and keeps them as userdata", function()
    local wrapped = with(keys2, { clientSecret = mimecast.secret "PlantedClientSecret",
      proxy = "http://u:PlantedProxy@[::1]" })
    for _, given in ipairs { keys2, keys1, wrapped } do
      local checked = check(given)
      for _, option in ipairs(options.list) do
        local value = checked[option.name]
        if option.type == "secret" and value then
          assert.is_true(core.secret.is(value))
          assert.truthy(tostring(value):find("^secret%("))
        end
      end
      assert_no_secret(checked, { "Planted", "UGxhbnRlZFNlY3JldEtleQ" })
    end
  end)

  it("that is an invalid secret is not shown", function()
    for _, name in ipairs { "clientSecret", "appKey", "accessKey", "secretKey", "proxy" } do
      local base = (name == "clientSecret" or name == "proxy") and keys2 or keys1
      local made, message, err = mimecast.new(with(base, { [name] = "Planted\nSecret" }))
      assert.is_nil(made)
      assert.equal(name, err.field)
      assert_no_secret({ message, err }, { "Planted\n", "Planted\\n", "Secret\"" })
      assert.is_nil(message:find("Planted", 1, true))
    end
  end)

  it("secretKey must be base64", function()
    local err = assert_error(with(keys1, { secretKey = "Planted!Not!Base64" }), "invalid_setting", "secretKey")
    assert_no_secret(err, { "Planted" })
  end)

  it("caFile must be a readable file", function()
    assert.equal("caFile", assert_error(with(keys2, { caFile = "/nowhere/ca.pem" }), "invalid_setting",
      "/nowhere/ca.pem").field)
    assert.equal("caFile", assert_error(with(keys2, { caFile = "/etc/ssl/certs" }), "invalid_setting", "/etc/ssl/certs").field)
  end)
end)

-- ---- environment and profiles ----
