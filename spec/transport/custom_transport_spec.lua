-- A transport of the caller: the requests it gets, and its end with the client.
local clients = require "spec.support.fakes.clients"
local mimecast = require "mimecast"
local recording = require "spec.support.fakes.recording"

local path = "/api/user/update-user"
local ann = { email = "ann@example.com" }

describe("a custom transport", function()
  it("gets method, url, path, headers, body and timeouts", function()
    local seen
    local client = assert(mimecast.new {
      appId = "a", appKey = "b", accessKey = "c", secretKey = "ZA==", baseUrl = "https://gateway.example.com/",
      timeout = 5, connectTimeout = 2,
      transport = { send = function(_, request)
        seen = request
        return recording.json '{"data":[{"emailAddress":"ann@example.com"}]}'
      end },
    })
    assert(client:update_user(ann))
    assert.equal("POST", seen.method)
    assert.equal("https://gateway.example.com" .. path, seen.url)
    assert.equal('{"data":[{"emailAddress":"ann@example.com"}]}', seen.body)
    assert.equal(2, seen.connectTimeout)
    assert.is_true(seen.timeout > 4 and seen.timeout <= 5)
  end)

  local token = { status = 200, headers = {}, body = '{"access_token":"abc","token_type":"Bearer","expires_in":1800}' }

  -- Returns the error of a change over a transport that returns these values to all requests, or to all but those for a token.
  local function failed_change(gives_token, response, reason, details)
    local client = assert(mimecast.new { clientId = "a", clientSecret = "b", attempts = 1, transport = {
      send = function(_, request)
        if gives_token and request.path == "/oauth/token" then return token end
        return response, reason, details
      end,
    } })
    local user, message, err = client:update_user { email = "ann@example.com", accountDisabled = true }
    assert.is_nil(user)
    return err, message
  end

  it("must have a function send", function()
    local client, message, err = mimecast.new { clientId = "a", clientSecret = "b", transport = {} }
    assert.is_nil(client)
    assert.equal("transport has no function send (see doc/configuration.md, Your own transport)", message)
    assert.same({ "config", "invalid_setting", "transport" }, { err.category, err.code, err.field })
  end)

  -- Returns a client over a transport with these functions, and its transport. The service responds with 503 to the first
  -- change and accepts the others.
  local function client_with(more, options)
    local transport = { count = 0 }
    function transport:send(request)
      if request.path == "/oauth/token" then return token end
      self.count = self.count + 1
      if self.count == 1 then return { status = 503, headers = { ["retry-after"] = "0.01" }, body = "" } end
      local name = request.body:match '"emailAddress":"([^"]+)"'
      return recording.json(('{"data":[{"emailAddress":"%s"}]}'):format(name))
    end
    for name, value in pairs(more or {}) do transport[name] = value end
    local given = { clientId = "a", clientSecret = "b", transport = transport, batchSize = 1,
      random = function() return 0 end }
    for name, value in pairs(options or {}) do given[name] = value end
    return assert(mimecast.new(given)), transport
  end

  it("needs only send: retries wait, and calls side by side run one after the other", function()
    local client, transport = client_with()
    assert(client:update_user(ann))
    assert.equal(2, transport.count)
    local users, failures = client:update_users { ann, { email = "bob@example.com" }, { email = "carol@example.com" } }
    assert.same({}, { next(failures) })
    assert.equal("carol@example.com", users[3].email)
    assert.same({ 1, 2 }, (client:map({ 1, 2 }, function(n) return n end)))
  end)

  it("waits by its own sleep, or by the option sleep", function()
    local slept = {}
    assert(client_with { sleep = function(_, seconds) slept[1] = seconds end }:update_user(ann))
    assert(client_with(nil, { sleep = function(seconds) slept[2] = seconds end }):update_user(ann))
    assert.same({ 0.01, 0.01 }, slept)
  end)

  it("waits until a request in flight has ended, if maxInFlight is reached", function()
    local client, transport = client_with({ sleep = function() coroutine.yield() end }, { maxInFlight = 1, attempts = 1 })
    local send, inner = transport.send, nil
    function transport:send(request)
      if request.path ~= "/oauth/token" and not inner then
        inner = coroutine.create(function() return client:update_user { email = "bob@example.com" } end)
        assert(coroutine.resume(inner))
        assert.equal("suspended", coroutine.status(inner))
      end
      return send(self, request)
    end
    client:update_user(ann)
    local _, user = assert(coroutine.resume(inner))
    assert.equal("bob@example.com", user.email)
  end)

  it("may fail with nothing but a message, and the outcome is unknown", function()
    local err, message = failed_change(true, nil, "no route")
    assert.same({ "no route", "transport_error", "unknown" }, { message, err.code, err.outcome })
    err, message = failed_change(false, nil, "no route")
    assert.same({ "cannot get a token: no route", "transport_error" }, { message, err.code })
    assert.is_nil(err.outcome)
  end)

  it("may say that nothing was sent", function()
    local err = failed_change(true, nil, "refused", { category = "transport", code = "connect_failed", sent = false })
    assert.equal("connect_failed", err.code)
    assert.is_nil(err.outcome)
  end)

  for found, response in pairs {
    ["must be a table"] = "200", ["has no status"] = { status = "200", headers = {}, body = "{}" },
    ["has no headers"] = { status = 200, body = "{}" }, ["has no body"] = { status = 200, headers = {} },
  } do
    it("gets an error that names what is wrong with its response: it " .. found, function()
      for _, gives_token in ipairs { true, false } do
        local err, message = failed_change(gives_token, response)
        assert.truthy(message:find("the transport's response " .. found, 1, true), message)
        assert.equal("transport_error", err.code)
        assert.equal(gives_token and "unknown" or nil, err.outcome)
      end
    end)
  end

  it("with prepare gets an error for an invalid response, too, and the outcome of a change is unknown", function()
    local client = assert(mimecast.new { clientId = "a", clientSecret = "b", attempts = 1, transport = {
      prepare = function(_, parts) return parts end,
      send = function(_, request) return request.prepared and { status = 200, headers = {} } or token end,
    } })
    local user, message, err = client:update_user { email = "ann@example.com", accountDisabled = true }
    assert.is_nil(user)
    assert.truthy(message:find("the transport's response has no body", 1, true), message)
    assert.same({ "transport_error", "unknown" }, { err.code, err.outcome })
  end)

  it("is not asked to send a request that its prepare rejects", function()
    local client = assert(mimecast.new { clientId = "a", clientSecret = "b", transport = {
      prepare = function() return nil, "no such host" end, send = function() error "not reached" end,
    } })
    local _, message, err = client:update_user { email = "ann@example.com", accountDisabled = true }
    assert.same({ "no such host", "transport_error" }, { message, err.code })
    assert.is_nil(err.outcome)
  end)

  it("is not used after the client is closed", function()
    for _, generation in ipairs { "1.0", "2.0" } do
      local client, tenant = clients.new(generation)
      assert(client:update_user(ann))
      local count = tenant:count()
      client:close()
      client:close()
      local user, message, err = client:update_user(ann)
      assert.is_nil(user)
      assert.same({ "usage", "closed" }, { err.category, err.code })
      assert.truthy(message:find("the client is closed", 1, true))
      local failures = select(2, client:update_users { ann, { email = "bob@example.com" } })
      assert.same({ "closed", "closed" }, { failures[1].code, failures[2].code })
      assert.equal("closed", select(2, client:map({ 1 }, function() return client:update_user(ann) end))[1].code)
      assert.equal("closed", select(3, client:call { path = "/x" }).code)
      assert.equal(count, tenant:count())
    end
  end)

  it("gets no retry if the client is closed in between, and the outcome stays unknown", function()
    local client, tenant
    client, tenant = clients.new("2.0", { onRetry = function() client:close() end })
    tenant:fault { kind = "close_before_response" }
    local user, _, err = client:update_user { email = "ann@example.com", accountDisabled = true }
    assert.is_nil(user)
    assert.same({ "closed", "unknown" }, { err.code, err.outcome })
    assert.equal(1, tenant:count(path))
  end)

  it("has one retry quota for all clients that share it", function()
    local client, tenant = clients.new()
    client.quota.capacity = 0
    tenant:fault { kind = "unavailable" }
    assert.equal("unavailable", select(3, client:with { timeout = 20 }:update_user(ann)).code)
    assert.equal(1, tenant:count(path))
  end)

  it("is not used by clients that share it after one is closed", function()
    local client, tenant, wire = clients.new()
    local other = client:with { timeout = 3 }
    assert(other:update_user(ann))
    local count = tenant:count()
    client:close()
    assert.equal("closed", select(3, other:update_user(ann)).code)
    other:close()
    assert.is_true(wire.closed)
    assert.equal(count, tenant:count())
  end)

  it("is closed with the client", function()
    local client, _, wire = clients.new()
    client:close()
    assert.is_true(wire.closed)
    local plain = mimecast.new { clientId = "a", clientSecret = "b", transport = { send = error } }
    assert.has_no_error(function() plain:close() end)
  end)
end)
