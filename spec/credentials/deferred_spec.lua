-- Secrets that are functions of the program.
local assert_no_secret = require "spec.support.asserts.assert_no_secret"
local clients = require "spec.support.fakes.clients"
local core = require "mimecast.core"
local memory = require "mimecast.store.memory"
local mimecast = require "mimecast"

local path = "/api/user/update-user"
local read = { email = "ann@example.com" }
local v1 = { appId = "app", appKey = "PlantedAppKey", accessKey = "PlantedAccessKey", secretKey = "UGxhbnRlZFNlY3JldA==" }

-- Returns a function that gives a secret and counts its calls.
local function source(secret)
  local self = { calls = 0, secret = secret }
  return function()
    self.calls = self.calls + 1
    if type(self.secret) == "function" then return self.secret() end
    return self.secret
  end, self
end

describe("a secret that is a function", function()
  it("is called by the first request, once for many calls", function()
    for _, as in ipairs { function(text) return text end, core.secret.new } do
      local get, calls = source(as "PlantedClientSecret")
      local client, tenant, wire = clients.new("2.0", { clientSecret = get,
        tenant = { credentials = { v2 = { clientId = "id", clientSecret = "PlantedClientSecret" } } } })
      assert.equal(0, calls.calls)
      client:info()
      client:ping()
      assert.equal(0, calls.calls)
      for _ = 1, 3 do assert(client:update_user(read)) end
      assert.same({ 1, 1 }, { calls.calls, tenant:tokens() })
      assert.truthy(wire:to("/oauth/token")[1].body:find("PlantedClientSecret", 1, true))
    end
  end)

  it("may yield, and is called once for concurrent calls", function()
    local client
    local get, calls = source(function()
      client.runtime.sleep(0.5)
      return "PlantedClientSecret"
    end)
    client = clients.new("2.0", { clientSecret = get,
      tenant = { credentials = { v2 = { clientId = "id", clientSecret = "PlantedClientSecret" } } } })
    local inputs = {}
    for i = 1, 8 do inputs[i] = read end
    local results = client:map(inputs, function(input) return client:update_user(input) end)
    for i = 1, 8 do assert.equal("ann@example.com", results[i].email) end
    assert.equal(1, calls.calls)
  end)

  it("serves API 1.0: keys, a login, masked headers and a logout", function()
    local get_app, app = source(v1.appKey)
    local get_key, key = source(v1.secretKey)
    local client, tenant = clients.new("1.0", { appKey = get_app, secretKey = get_key, tenant = { credentials = { v1 = v1 } } })
    for _ = 1, 2 do assert(client:update_user(read)) end
    assert.same({ 1, 1 }, { app.calls, key.calls })
    assert.equal("MC ***:***", assert(client:masked_headers(path)).Authorization)
    assert.is_true(client:logout())
    tenant:add_users { { emailAddress = "api@example.com", password = "PlantedPassword-7" } }
    local get_password, password = source "PlantedPassword-7"
    local keys = clients.keys(tenant, "1.0")
    local logging_in = assert(mimecast.new { appId = keys.appId, appKey = get_app, email = "api@example.com",
      password = get_password, region = "eu", transport = tenant.transport })
    assert(logging_in:update_user(read))
    assert.equal(1, password.calls)
    assert.is_true(logging_in:logout())
  end)

  it("is called for masked headers and for a logout before the first call", function()
    local client = clients.new("1.0", { secretKey = source(v1.secretKey), tenant = { credentials = { v1 = v1 } } })
    assert.equal("MC ***:***", assert(client:masked_headers(path)).Authorization)
    local _, wire
    client, _, wire = clients.new("1.0", { secretKey = source(v1.secretKey), tenant = { credentials = { v1 = v1 } } })
    assert.is_true(client:logout())
    assert.equal(1, #wire:to "/api/login/logout")
    client = clients.new("1.0", { secretKey = function() return nil, "no" end })
    assert.equal("no_credential", select(3, client:logout()).code)
    assert.equal("no_credential", select(3, client:masked_headers(path)).code)
  end)

  it("fails with no_credential if its result is no secret; nothing is sent, and the next call calls it again", function()
    local function raise(value) return function() error(value, 0) end end
    for _, case in ipairs {
      { function() return nil end, "clientSecret cannot be obtained: its function returned nothing" },
      { function() return nil, "the vault is sealed\27[31m" end, "the vault is sealed\\x1b[31m" },
      { function() return false, { "x" } end, "its function raised or returned a table" },
      { function() return 5 end, "its function returned a number" },
      { function() return print end, "its function returned a function" },
      { function() return {} end, "its function returned a table" },
      { function() return "Planted Secret\n" end, "it must not be empty or hold white space" },
      { raise "vault: no route", "vault: no route" }, { raise { "Planted" }, "its function raised or returned a table" },
    } do
      local get, calls = source(case[1])
      local client, _, wire = clients.new("2.0", { clientSecret = get,
        tenant = { credentials = { v2 = { clientId = "id", clientSecret = "PlantedClientSecret" } } } })
      local user, message, err = client:update_user(read)
      assert.is_nil(user)
      assert.same({ "config", "no_credential", "clientSecret" }, { err.category, err.code, err.field })
      assert.truthy(message:find(case[2], 1, true), message)
      assert_no_secret(err, { "Planted" })
      assert.equal(0, #wire:to "/oauth/token" + #wire:to(path))
      calls.secret = "PlantedClientSecret"
      assert(client:update_user(read))
      assert.equal(2, calls.calls)
    end
  end)

  it("does not show the client's other secrets in an error of the function", function()
    local client = clients.new("1.0", { secretKey = function() error("cannot use PlantedAppKey", 0) end,
      tenant = { credentials = { v1 = v1 } } })
    local _, message, err = client:update_user(read)
    assert.truthy(message:find("cannot use ***", 1, true), message)
    assert_no_secret(err, { "Planted" })
  end)

  it("is called again after a rejection: a replaced secret is used at once", function()
    local get, calls = source "PlantedOld"
    local client, tenant, wire = clients.new("2.0", { clientSecret = get,
      tenant = { credentials = { v2 = { clientId = "id", clientSecret = "PlantedOld" } } } })
    assert(client:update_user(read))
    tenant.credentials.v2.clientSecret, calls.secret = "PlantedNew", "PlantedNew"
    tenant:advance(1800)
    assert(client:update_user(read))
    assert.equal(2, calls.calls)
    local tokens = wire:to "/oauth/token"
    assert.same({ "PlantedOld", "PlantedOld", "PlantedNew" }, { tokens[1].body:match "client_secret=(%w+)",
      tokens[2].body:match "client_secret=(%w+)", tokens[3].body:match "client_secret=(%w+)" })
    assert(client:update_user(read))
    assert.equal(2, calls.calls)
    assert.equal(2, client.credentials.version) -- two tokens: a call that began with the first knows that the second is newer
  end)

  it("is called once in authFailureCooldown while the service rejects the same secret", function()
    local get, calls = source "PlantedWrong"
    local client, tenant, wire = clients.new("2.0", { clientSecret = get, authFailureCooldown = 60 })
    for _ = 1, 5 do assert.equal("invalid_client", select(3, client:update_user(read)).code) end
    assert.same({ 2, 1 }, { calls.calls, #wire:to "/oauth/token" })
    tenant:advance(61)
    for _ = 1, 5 do assert.equal("invalid_client", select(3, client:update_user(read)).code) end
    assert.same({ 3, 2 }, { calls.calls, #wire:to "/oauth/token" })
  end)

  it("is called again if the service rejects a signature of API 1.0", function()
    local get, calls = source "VGhlT2xkS2V5"
    local client = clients.new("1.0", { secretKey = get, tenant = { credentials = { v1 = v1 } } })
    assert.equal("invalid_signature", select(3, client:update_user(read)).code)
    client = clients.new("1.0", { secretKey = get, tenant = { credentials = { v1 = v1 } } })
    calls.calls, calls.secret = 0, function() return calls.calls == 1 and "VGhlT2xkS2V5" or v1.secretKey end
    assert(client:update_user(read))
    assert.equal(2, calls.calls)
  end)

  it("shares the token of the store with clients that have the secret as a text", function()
    local store = memory.new(core.monotonic)
    local client, tenant = clients.new("2.0", { store = store })
    assert(client:update_user(read))
    local keys = clients.keys(tenant, "2.0")
    local other = assert(mimecast.new { clientId = keys.clientId, clientSecret = function() return keys.clientSecret end,
      store = store, transport = tenant.transport, clock = function() return tenant:now() end })
    assert(other:update_user(read))
    assert.equal(1, tenant:tokens())
  end)

  it("cannot be the access key, which identifies the user, and needs no function of other options", function()
    local options = { appId = "a", appKey = "b", accessKey = function() return "c" end, secretKey = "ZA==", region = "eu" }
    assert.equal("accessKey must be text or a secret, got a function", (select(2, mimecast.new(options))))
    assert.equal("clientSecret must be text, a secret or a function, got 5",
      (select(2, mimecast.new { clientId = "x", clientSecret = 5 })))
    assert.equal("password must be text or a secret, got a function",
      (select(2, mimecast.login { email = "a@b.c", appId = "a", region = "eu", password = function() return "x" end })))
  end)
end)
