local clients = require "spec.support.fakes.clients"
local core = require "mimecast.core"
local frozen = require "spec.support.fakes.frozen"
local operations = require "mimecast.model.operation"
local prepared_request = require "mimecast.transport.prepared_request"
local recording = require "spec.support.fakes.recording"
local registry = require "mimecast.model.registry"

local path = "/api/user/update-user"
local ann = { email = "ann@example.com" }

local function names(results)
  local list = {}
  for i, user in ipairs(results) do list[i] = user and user.username or "false" end
  return table.concat(list, " ")
end

-- Runs `test` with spec_create, an operation that is not idempotent.
local function with_operation(test)
  local find = registry.find
  local create = operations.define {
    name = "spec_create", path = "/api/user/update-user", method = "POST", summary = "", product = "", permission = "",
    writes = true, idempotent = false, batch = 1, key = "email",
    input = { { name = "email", wire = "emailAddress", type = "email", required = true },
      { name = "username", wire = "name", type = "text" } },
    output = { { name = "email", wire = "emailAddress", type = "email" } },
  }
  registry.find = function(name) -- luacheck: ignore
    if name == "spec_create" then return create, "item" end
    return find(name)
  end
  local ok, reason = pcall(test)
  registry.find = find -- luacheck: ignore
  if not ok then error(reason, 0) end
end

describe("a failed call", function()
  it("is retried up to the attempts option if a retry is safe", function()
    for _, fault in ipairs { { kind = "unavailable" }, { kind = "status", status = 500 }, { kind = "refuse" },
      { kind = "reset" }, { kind = "close_before_response", afterApply = true }, { kind = "html", status = 503 },
      { kind = "rate_limited" }, { kind = "truncated" } } do
      fault.times = 2
      local client, tenant = clients.new()
      tenant:fault(fault)
      local user = assert(client:update_user { email = "ann@example.com", accountDisabled = true })
      assert.is_true(user.accountDisabled)
      assert.equal(0, tenant:pending())
      tenant:reset()
      fault.times = 3
      tenant:fault(fault)
      local _, _, err = client:update_user(ann)
      assert.equal(3, err.attempts, fault.kind)
      assert.is_true(err.retryable)
    end
  end)

  it("is not retried if a retry cannot help", function()
    for _, fault in ipairs { { kind = "status", status = 400 }, { kind = "status", status = 403 },
      { kind = "status", status = 404 }, { kind = "redirect" }, { kind = "html", status = 200 },
        { kind = "bad_app_id" },
      { kind = "fail_items" }, { kind = "garbage" }, { kind = "wrong_shape" } } do
      local client, tenant = clients.new()
      tenant:fault(fault)
      local user, _, err = client:update_user(ann)
      assert.is_nil(user)
      assert.equal(1, err.attempts, fault.kind)
      assert.equal(1, tenant:count(path), fault.kind)
    end
  end)

  it("uses the injected sleep and random between attempts and logs the reason", function()
    local pauses, lines = {}, {}
    local client, tenant = clients.new("2.0", {
      sleep = function(seconds) pauses[#pauses + 1] = seconds end, random = function() return 0.5 end,
      log = function(line) lines[#lines + 1] = line end,
    })
    tenant:fault { kind = "unavailable", times = 2 }
    assert(client:update_user(ann))
    assert.same({ 0.25, 0.5 }, pauses)
    assert.equal(2, #lines)
    assert.equal("update_user: attempt 1 failed (unavailable), retry in 0.2 s: unavailable",
      (lines[1]:gsub("0%.3 s", "0.2 s")))
  end)

  for _, style in ipairs { "ms", "epoch", "retry_after" } do
    it("waits as long as the service asks (" .. style .. ")", function()
      local client, tenant, wire = clients.new()
      tenant:fault { kind = "rate_limited", reset = style, wait = 4 }
      assert(client:update_user(ann))
      assert.equal(1, #wire.slept)
      assert.near(4, wire.slept[1], 1)
      assert.equal(2, tenant:count(path))
    end)
  end

  it("is not retried if the delay exceeds the deadline, and reports retryAfter", function()
    local client, tenant, wire = clients.new("2.0", { timeout = 3 })
    tenant:fault { kind = "rate_limited", reset = "retry_after", wait = 60 }
    local _, _, err = client:update_user(ann)
    assert.equal("rate_limited", err.code)
    assert.equal("rate_limit", err.category)
    assert.equal(60, err.retryAfter)
    assert.is_true(err.retryable)
    assert.equal(0, #wire.slept)
  end)

  it("limits each attempt to attemptTimeout if it may be retried", function()
    local client, tenant, wire = clients.new("2.0", { timeout = 30, attemptTimeout = 5 })
    tenant:fault { kind = "slow", seconds = 100, path = path, times = 2 }
    local before = tenant:now()
    assert(client:update_user(ann))
    assert.near(10, tenant:now() - before, 0.1)
    assert.equal(5, wire:to(path)[2].timeout)
    client:create_group { name = "A" } -- not idempotent
    assert.near(30, wire:to("/api/directory/create-group")[1].timeout, 0.1)
    client:with { retryUnknown = false }:update_user(ann)
    assert.near(30, wire:to(path)[4].timeout, 0.1)
  end)

  it("limits each attempt to the remaining time", function()
    local timeouts, tenant = {}, nil
    local client
    client, tenant = clients.new("2.0", { timeout = 10, attempts = 5, respond = recording.with_token(function(request)
      timeouts[#timeouts + 1] = request.timeout
      tenant:advance(math.min(request.timeout, 6))
      return nil, "lost", { category = "transport", code = "connection_lost", sent = true }
    end) })
    local start = tenant:now()
    local _, _, err = client:update_user(ann)
    assert.same({ 10, 4 }, timeouts)
    assert.equal(2, err.attempts)
    assert.equal(10, tenant:now() - start)
  end)

  it("is not retried if it is not idempotent and may have been sent", function()
    with_operation(function()
      for _, kind in ipairs { "reset", "close_before_response", "truncated", "unavailable" } do
        local client, tenant = clients.new()
        tenant:fault { kind = kind, afterApply = true }
        local made, _, err = client:spec_create { email = "ann@example.com", username = "X" }
        assert.is_nil(made)
        assert.equal(1, err.attempts, kind)
        assert.equal(1, tenant:count(path))
        assert.equal(1, tenant:applied())
      end
    end)
  end)

  it("is retried if it is not idempotent but certainly was not applied", function()
    with_operation(function()
      for _, fault in ipairs { { kind = "refuse" }, { kind = "rate_limited" }, { kind = "token_expired" },
        { kind = "unavailable", path = "/oauth/token" }, { kind = "reset", path = "/oauth/token" } } do
        local client, tenant = clients.new()
        tenant:fault(fault)
        assert(client:spec_create { email = "ann@example.com", username = "X" })
        assert.equal(1, tenant:applied(), fault.kind)
      end
    end)
  end)
end)

describe("map", function()
  it("keeps the input order and reports failures by position", function()
    local client = clients.new()
    local results, failures = client:map({ "ann@example.com", "nobody@example.com", "bob@example.com", "x" },
      function(email, i)
        if i == 4 then return nil, "own reason" end
        return client:user_settings(email)
      end, { concurrency = 2 })
    assert.equal("Ann Example false Bob Example false", names(results))
    assert.equal("unknown_address", failures[2].code)
    assert.equal("own reason", failures[4])
  end)

  it("accepts false as a result", function()
    local results, failures = clients.new():map({ 1, 2 }, function() return false end)
    assert.same({ false, false }, results)
    assert.same({}, failures)
  end)
end)

describe("client:with", function()
  it("overrides options and shares the token and the counters", function()
    local client, tenant = clients.new()
    local cautious = client:with { retryUnknown = false, timeout = 7 }
    assert.same({ 7, 30 }, { cautious.config.timeout, client.config.timeout })
    assert(client:user_settings "ann@example.com")
    assert(cautious:user_settings "ann@example.com")
    assert.equal(1, tenant:tokens())
    assert.equal(2, client:stats().calls)
  end)

  it("retryUnknown = false: retries only if the service certainly did not apply the request", function()
    local client, tenant = clients.new()
    local cautious = client:with { retryUnknown = false }
    tenant:fault { kind = "reset" }
    local _, _, err = cautious:update_user { email = "ann@example.com", username = "Ann" }
    assert.same({ "connection_lost", "unknown", 1 }, { err.code, err.outcome, err.attempts })
    tenant:fault { kind = "refuse" }
    assert(cautious:update_user { email = "ann@example.com", username = "Ann" })
    tenant:fault { kind = "reset" }
    assert(client:update_user { email = "ann@example.com", username = "Ann" })
  end)

  it("raises for options that cannot be overridden and for invalid values", function()
    local client = clients.new()
    assert.error(function() client:with { clientId = "x" } end, "client:with: unknown option clientId")
    assert.error(function() client:with { timeout = 0 } end, "client:with: timeout must be a number from 0.001 to 86400, got 0")
  end)
end)

describe("the configuration of a client", function()
  for _, generation in ipairs { "1.0", "2.0" } do
    it("does not change after the client is created, API " .. generation, function()
      local client, tenant = clients.new(generation, { maxInFlight = 2, callsPerSecond = 1000,
        random = function() return 0 end })
      frozen.freeze(client.config)
      frozen.freeze(client.config.runtime)
      tenant:fault { kind = "unavailable" }
      tenant:fault { kind = generation == "1.0" and "binding_expired" or "token_expired" }
      client:update_user { email = "ann@example.com", accountDisabled = true }
      assert(client:update_user { email = "ann@example.com", accountDisabled = false })
      assert(client:find_groups {})
      assert(client:call { path = "/api/account/get-account", data = {} })
      client:update_users { { email = "ann@example.com" }, { email = "bob@example.com" } }
      client:map({ 1, 2, 3 }, function() return client:user_settings "ann@example.com" end)
    end)
  end

  it("is a copy: the checked options do not change", function()
    local client = require "mimecast.client"
    local checked = { generation = "2.0", baseUrl = "https://api.services.mimecast.com", clientId = "id", timeout = 30,
      clientSecret = core.secret.new "secret", transport = { send = print, sleep = print } }
    local before = {}
    for name, value in pairs(checked) do before[name] = value end
    assert(client.new(checked))
    assert.same(before, checked)
  end)
end)

describe("a method of a client", function()
  it("is made once, and calls the client that it is called with", function()
    local one, tenant_1 = clients.new "2.0"
    local two, tenant_2 = clients.new "1.0"
    assert.equal(one.update_user, one.update_user)
    for _, name in ipairs { "update_user", "update_users" } do
      local method, input = one[name], name == "update_user" and ann or { ann }
      assert(method(two, input))
      assert.same({ 0, 1 }, { tenant_1:count(path), tenant_2:count(path) - (name == "update_users" and 1 or 0) })
    end
    assert(one:update_user(ann))
    assert.equal(1, tenant_1:count(path))
  end)

  it("of a client made by with() has that client's options", function()
    local client, tenant = clients.new "2.0"
    local reader = client:with { readOnly = true }
    assert.equal("read_only", select(3, reader:create_user { email = "x@example.com" }).code)
    assert.equal("read_only", select(3, client.create_user(reader, { email = "x@example.com" })).code)
    assert(client:create_user { email = "x@example.com" })
    assert.equal(1, tenant:count "/api/user/create-user")
  end)
end)

describe("what never changes between calls", function()
  -- Counts the preparations of a transport, by path.
  local function preparing(client)
    local prepared, transport = {}, client.transport
    function transport.prepare(_, parts)
      prepared[parts.path] = (prepared[parts.path] or 0) + 1
      return parts
    end
    local send = transport.send
    function transport.send(self, request)
      return send(self, request.prepared and prepared_request.expand(request) or request)
    end
    return prepared
  end

  it("is prepared once for a function, a path of the raw call, and all attempts", function()
    local client, tenant = clients.new "2.0"
    local prepared = preparing(client)
    for _ = 1, 5 do assert(client:update_user(ann)) end
    tenant:fault { kind = "unavailable", path = path }
    assert(client:update_user(ann))
    for _ = 1, 3 do assert(client:call { path = "/api/account/get-account", data = {} }) end
    assert.same({ [path] = 1, ["/api/account/get-account"] = 1 }, prepared)
    for i = 1, 3 do client:get_cloud_group { id = "g" .. i } end
    for i = 1, 3 do assert.equal(1, prepared["/directory/cloud-gateway/v1/groups/g" .. i]) end
  end)

  it("fails each call if the transport cannot prepare it, and sends nothing", function()
    local client, tenant = clients.new "2.0"
    function client.transport.prepare() return nil, "the URL is invalid", { category = "usage", code = "invalid_request" } end
    for _ = 1, 2 do
      local _, message, err = client:update_user(ann)
      assert.equal("invalid_request", err.code)
      assert.truthy(message:find("the URL is invalid", 1, true), message)
    end
    assert.equal(0, tenant:count())
  end)

  it("is kept for 256 paths of the raw call", function()
    local client = clients.new "2.0"
    for i = 1, 600 do assert(client:call { method = "GET", path = "/x/" .. i }) end
    local kept = -1 -- the count
    for _ in pairs(client.raw_templates) do kept = kept + 1 end
    assert.is_true(kept <= 256, kept)
  end)
end)

describe("a text of the service", function()
  it("shows no secret of the attempt that it belongs to", function()
    for _, generation in ipairs { "1.0", "2.0" } do
      local seen = {}
      local client = clients.new(generation, { attempts = 2, respond = recording.with_token(function(request)
        local secret = request.headers.authorization:match "[^ :]+$"
        seen[#seen + 1] = secret
        local status = #seen == 1 and 503 or 400
        local body = ('{"fail":[{"errors":[{"code":"err_x","message":"%s"}]}]}'):format(table.concat(seen, " "))
        return recording.json(body, status, { ["x-request-id"] = "id-" .. secret })
      end) })
      local _, message, err = client:update_user { email = "ann@example.com", password = "PlantedPassword7" }
      assert.equal(2, #seen, generation)
      if generation == "1.0" then assert.is_not.equal(seen[1], seen[2]) end
      assert.equal("id-***", err.requestId)
      assert.is_nil(message:find(seen[2], 1, true), message)
    end
  end)
end)
