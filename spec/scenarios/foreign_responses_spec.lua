-- Responses with a different key: a response of another call, or of an alias that the service resolved. The client reads the
-- account on a fresh connection to find out which.
local bulk = require "spec.support.fakes.bulk"
local clients = require "spec.support.fakes.clients"
local methods = require "mimecast.request.methods"
local operations = require "mimecast.model.operation"
local recording = require "spec.support.fakes.recording"
local tmp = require "spec.support.run.tmp"

local path = "/api/user/update-user"
local primary, alias = "ann@example.com", "a.smith@example.com"

-- The response to a change of another user.
local function record_of(email, more)
  return recording.json(('{"meta":{"status":200},"data":[{"emailAddress":"%s","accountDisabled":true%s}],"fail":[]}'):format(
    email, more or ""))
end

local function failure_of(email, retryable)
  return recording.json(('{"meta":{"status":200},"data":[],"fail":[{"key":{"emailAddress":"%s","password":"Planted-Word-9"},'
    .. '"errors":[{"code":"err_x","message":"no","retryable":%s}]}]}'):format(email, tostring(retryable)))
end

-- Makes an alias of the primary address.
local function link(tenant, address)
  local directory = tenant.tenant.directory
  directory:link(directory:add { emailAddress = address, name = "Ann Example" }, primary)
end

-- Creates a client of a tenant that resolves aliases. `strays` are responses that replace the tenant's responses to
-- update-user in turn; the tenant does not see those requests.
local function client_of(generation, strays, more)
  local options = { tenant = { resolveAliases = true, rateLimit = false } }
  options.respond = function(request)
    if request.url:find(path, 1, true) and strays and strays[1] then return table.remove(strays, 1) end
  end
  for name, value in pairs(more or {}) do options[name] = value end
  local client, tenant, wire = clients.new(generation, options)
  link(tenant, alias)
  return client, tenant, wire
end

local function bodies(wire)
  local list = {}
  for i, request in ipairs(wire:to(path)) do list[i] = request.body end
  return list
end

local read_only = '{"data":[{"emailAddress":"' .. alias .. '"}]}'

for _, generation in ipairs { "1.0", "2.0" } do
  describe("under API " .. generation .. ", an alias that the service resolves", function()
    it("is changed once, and then read once on a fresh connection", function()
      local client, tenant, wire = client_of(generation)
      local user = assert(client:update_user { email = alias, accountDisabled = true, password = "Correct-Horse-7" })
      assert.same({ primary, alias, true }, { user.email, user.resolvedFrom, user.accountDisabled })
      assert.equal(1, tenant:applied(primary))
      local sent = bodies(wire)
      assert.equal(2, #sent)
      assert.equal(read_only, sent[2])
      assert.same({ #wire.sent }, wire.resets) -- before the read, which is the last request
    end)

    it("needs a second request to be read, unlike a primary address", function()
      local client, _, wire = client_of(generation)
      local user = assert(client:user_settings(alias))
      assert.same({ primary, alias }, { user.email, user.resolvedFrom })
      assert.equal(2, #wire:to(path))
      user = assert(client:user_settings(primary:upper()))
      assert.same({ primary, nil }, { user.email, user.resolvedFrom })
      assert.equal(3, #wire:to(path))
      assert.equal(primary, assert(client:read_user { email = alias }).email)
      assert.equal(alias, client:read_user { email = alias, showAvatar = true }.resolvedFrom)
    end)

    it("is recognised in a batch, and in requests with a single item", function()
      for _, more in ipairs { {}, { batchSize = 1, concurrency = 1 } } do
        local client, tenant, wire = client_of(generation, nil, more)
        local users, failures = client:update_users { { email = "bob@example.com", accountDisabled = true },
          { email = alias, accountDisabled = true }, { email = "nobody@example.com", accountDisabled = true } }
        assert.same({ "bob@example.com", nil }, { users[1].email, users[1].resolvedFrom })
        assert.same({ primary, alias }, { users[2].email, users[2].resolvedFrom })
        assert.equal("unknown_address", failures[3].code)
        assert.is_nil(failures[2])
        assert.equal(1, tenant:applied(primary))
        assert.equal(more.batchSize and 4 or 2, #wire:to(path))
      end
    end)

    it("is confirmed by reading the profile after update_attributes", function()
      local client, _, wire = client_of(generation, nil, { respond = function(request)
        if not request.url:find("update-attributes", 1, true) then return nil end
        return recording.json('{"meta":{"status":200},"data":[{"emailAddress":"ann@example.com"}],"fail":[]}')
      end })
      local change = { email = alias, attributes = { { name = "team", value = "b" } } }
      local result = assert(client:update_attributes(change))
      assert.equal(alias, result.resolvedFrom)
      assert.equal(1, #wire:to "/api/user/update-attributes")
      assert.equal(1, #wire:to "/api/user/get-profile")
    end)
  end)

  describe("under API " .. generation .. ", the response of another call", function()
    it("makes the outcome unknown, does not appear in the error, and its connection is not used again", function()
      local client, tenant, wire = client_of(generation, { record_of("eve@example.com", ',"name":"Planted Name"') })
      local user, message, err = client:update_user { email = primary, accountDisabled = true }
      assert.is_nil(user)
      assert.same({ "protocol", "foreign_response", "unknown", primary, false },
        { err.category, err.code, err.outcome, err.key, err.retryable })
      assert.truthy(message:find("eve@example.com", 1, true))
      assert.is_nil(message:find("Planted", 1, true))
      assert.equal(0, tenant:applied())
      local sent = bodies(wire)
      assert.equal(2, #sent)
      assert.equal('{"data":[{"emailAddress":"ann@example.com"}]}', sent[2])
      assert.equal(#wire.sent, wire.resets[1])
    end)

    it("is not accepted as a resolved alias if the account does not have the requested values", function()
      local client, tenant = client_of(generation, { record_of(primary) })
      local _, _, err = client:update_user { email = alias, accountDisabled = true }
      assert.same({ "foreign_response", "unknown" }, { err.code, err.outcome })
      assert.equal(0, tenant:applied())
    end)

    it("makes a read retry once", function()
      local client, _, wire = client_of(generation, { record_of "eve@example.com" })
      local user = assert(client:user_settings(primary))
      assert.same({ primary, false, nil }, { user.email, user.accountDisabled, user.resolvedFrom })
      assert.equal(2, #wire:to(path))
      assert.equal(#wire.sent, wire.resets[1])
    end)

    it("makes a read fail without an unknown outcome if the retry gets a different foreign response", function()
      local client, _, wire = client_of(generation, { record_of "eve@example.com", record_of "mallory@example.com" })
      local _, _, err = client:user_settings(primary)
      assert.same({ "foreign_response", nil }, { err.code, err.outcome })
      assert.same({ #wire.sent, #wire.sent + 1 }, wire.resets) -- the connection of the read is not used again either
    end)

    it("with a failure rejects no item, shows no password, and causes no retry", function()
      for _, retryable in ipairs { false, true } do
        local client, tenant, wire = client_of(generation, { failure_of("eve@example.com", retryable) })
        local _, message, err = client:update_user { email = primary, accountDisabled = true }
        assert.same({ "foreign_response", "unknown", false }, { err.code, err.outcome, err.retryable })
        assert.is_nil(message:find("Planted", 1, true))
        assert.equal(1, #wire:to(path))
        assert.equal(1, #wire.resets)
        assert.equal(0, tenant:applied())
      end
    end)

    it("with a retryable failure causes no retry of the items of a batch", function()
      local client, _, wire = client_of(generation, { failure_of("eve@example.com", true) })
      local _, failures = client:update_users { { email = primary, accountDisabled = true },
        { email = "bob@example.com", accountDisabled = true } }
      for i = 1, 2 do assert.same({ "foreign_response", "unknown" }, { failures[i].code, failures[i].outcome }) end
      assert.equal(1, #wire:to(path))
    end)

    it("does not make create_user create the user twice", function()
      local client, tenant, wire = client_of(generation, nil, { respond = function(request)
        if request.url:find("create-user", 1, true) then return record_of "eve@example.com" end
      end })
      local _, _, err = client:create_user { email = "dora@example.com" }
      assert.same({ "foreign_response", "unknown" }, { err.code, err.outcome })
      assert.equal(1, #wire:to "/api/user/create-user")
      assert.equal(0, tenant:count "/api/user/get-profile")
      assert.equal(1, #wire.resets)
    end)
  end)
end

describe("the read that resolves a response with a different key", function()
  it("is reported to the hooks and counted as a request, but not as a call", function()
    local events = {}
    local client = client_of("2.0", nil, { onRequest = function(event)
      events[#events + 1] = event.operation .. " " .. event.attempt
    end })
    assert(client:update_user { email = alias, accountDisabled = true })
    assert.same({ "update_user 1", "update_user 1" }, events)
    assert.same({ 1, 2 }, { client:stats().calls, client:stats().requests })
  end)

  it("is retried if its response is lost", function()
    local client, tenant = client_of("2.0", nil, { respond = function(request, number)
      if request.url:find(path, 1, true) and number == 3 then
        return nil, "lost", { category = "transport", code = "connection_lost", sent = true }
      end
    end })
    assert.equal(alias, assert(client:update_user { email = alias, accountDisabled = true }).resolvedFrom)
    assert.equal(1, tenant:applied(primary))
  end)

  it("is limited to the remaining time of the call", function()
    local client, tenant, wire
    client, tenant, wire = client_of("2.0", nil, { timeout = 10, onResponse = function()
      if #wire:to(path) == 1 then tenant:advance(10) end
    end })
    local _, _, err = client:update_user { email = alias, accountDisabled = true }
    assert.same({ "foreign_response", "unknown" }, { err.code, err.outcome })
    assert.equal(1, #wire:to(path))
    assert.equal(1, tenant:applied(primary))
  end)

  it("waits for the rate limit, and is skipped if the wait exceeds the timeout of the call", function()
    local function spent(seconds)
      local response = record_of(primary)
      response.headers["x-ratelimit-limit"], response.headers["x-ratelimit-remaining"] = "10", "0"
      response.headers["x-ratelimit-reset"] = tostring(seconds * 1000)
      return response
    end
    local client, tenant = client_of("2.0", { spent(5), record_of(primary) }, { timeout = 30 })
    local before = tenant:now()
    assert.equal(alias, assert(client:update_user { email = alias, accountDisabled = true }).resolvedFrom)
    assert.is_true(tenant:now() - before >= 5)
    local other, _, wire = client_of("2.0", { spent(60), record_of(primary) }, { timeout = 30 })
    local _, _, err = other:update_user { email = alias, accountDisabled = true }
    assert.same({ "foreign_response", "unknown" }, { err.code, err.outcome })
    assert.equal(1, #wire:to(path))
  end)

  it("does not count towards the attempts of the call", function()
    local client = client_of("2.0", nil, { attempts = 1 })
    assert.equal(alias, assert(client:update_user { email = alias, accountDisabled = true }).resolvedFrom)
  end)

  it("is made only for the items that the response may refer to", function()
    local client, tenant, wire = client_of("2.0")
    link(tenant, "ann.smith@example.com")
    local users = client:update_users { { email = alias, accountDisabled = true },
      { email = "ann.smith@example.com", allowPop3 = true }, { email = "bob@example.com", allowPop3 = true } }
    assert.same({ alias, "ann.smith@example.com" }, { users[1].resolvedFrom, users[2].resolvedFrom })
    assert.equal(3, #wire:to(path))
    assert.equal(2, tenant:applied(primary))
  end)
end)

describe("an item that the response names as failed and as successful", function()
  local function contradiction()
    local body = ('{"meta":{"status":200},"data":[{"emailAddress":"bob@example.com","accountDisabled":true}],"fail":['
      .. '{"key":{"emailAddress":"bob@example.com"},"errors":[{"code":"err_x","message":"no","retryable":true}]},'
      .. '{"key":{"emailAddress":"%s"},"errors":[{"code":"err_x","message":"no","retryable":true}]}]}'):format(primary)
    return recording.json(body)
  end

  it("is retried with the other items if that is safe", function()
    local client, _, wire = client_of("2.0", { contradiction() })
    local changes = { { email = primary, accountDisabled = true }, { email = "bob@example.com", accountDisabled = true } }
    local _, failures = client:update_users(changes)
    assert.is_nil(next(failures))
    assert.equal(2, #wire:to(path))
  end)

  it("is not retried if retryUnknown is false, but other items are", function()
    local client, tenant, wire = client_of("2.0", { contradiction() })
    local _, failures = client:with { retryUnknown = false }:update_users { { email = primary, accountDisabled = true },
      { email = "bob@example.com", accountDisabled = true } }
    assert.is_nil(failures[1])
    assert.same({ "rejected", "unknown" }, { failures[2].code, failures[2].outcome })
    assert.equal(0, tenant:applied "bob@example.com")
    assert.equal(2, #wire:to(path))
  end)
end)

describe("a REST operation with a key", function()
  local operation = operations.define { name = "put_thing", path = "/things", protocol = "rest", key = "email", writes = true,
    idempotent = true, api = "2.0", input = { { name = "email", wire = "emailAddress", type = "email" },
      { name = "size", type = "integer" } }, output = { { name = "email", wire = "emailAddress", type = "email" } } }

  local function put(body, status, email)
    local client, _, wire = client_of("2.0", nil, { respond = function(request)
      if request.url:find("/things", 1, true) then return recording.json(body, status) end
    end })
    local value, _, err = methods.new(client, operation, "item")(client, { email = email or primary, size = 7 })
    return value, err, wire
  end

  it("rejects a response with a different key", function()
    assert.equal(primary, put('{"emailAddress":"ANN@example.com"}').email:lower())
    local _, err, wire = put '{"emailAddress":"eve@example.com"}'
    assert.same({ "foreign_response", "unknown" }, { err.code, err.outcome })
    assert.equal(1, #wire:to "/things")
    _, err = put('{"fail":[{"key":{"emailAddress":"eve@example.com"},"code":"err_x","message":"no"}]}', 400)
    assert.same({ "foreign_response", "unknown" }, { err.code, err.outcome })
    _, err = put('{"fail":[{"key":{"emailAddress":"ann@example.com"},"code":"err_x","message":"no"}]}', 400)
    assert.same({ "bad_request", nil }, { err.code, err.outcome })
  end)

  it("reads the profile to resolve an alias", function()
    assert.equal(alias, put('{"emailAddress":"ann@example.com"}', 200, alias).resolvedFrom)
  end)
end)

describe("update_groups with ids that the service returns in another form", function()
  local changes = { { id = "one", name = "A" }, { id = "two", name = "B" } }

  local function update(data, fail)
    local client, _, wire = client_of("2.0", nil, { respond = function(request)
      if not request.url:find("update-group", 1, true) then return nil end
      return recording.json(('{"meta":{"status":200},"data":[%s],"fail":[%s]}'):format(data, fail or ""))
    end })
    local groups, failures = client:update_groups(changes)
    return groups, failures, wire
  end

  it("matches the results by their order, and keeps the connection", function()
    local groups, failures, wire = update '{"id":"uno","description":"A"},{"id":"due","description":"B"}'
    assert.same({ "uno", "due" }, { groups[1].id, groups[2].id })
    assert.is_nil(next(failures))
    assert.same({}, wire.resets)
    assert.equal(1, #wire:to "/api/directory/update-group")
  end)

  it("reports all groups as unknown if a group failed", function()
    local groups, failures = update('{"id":"uno","description":"A"}',
      '{"key":{"id":"tre"},"errors":[{"code":"err_x","message":"no"}]}')
    for i = 1, 2 do
      assert.is_false(groups[i])
      assert.same({ "foreign_response", "unknown" }, { failures[i].code, failures[i].outcome })
    end
  end)
end)

describe("a bulk run", function()
  teardown(tmp.clean)

  it("changes an alias that the service resolves, and verifies it", function()
    local client, tenant = client_of("2.0")
    local journal = bulk.journal()
    local plan = assert(client:plan { input = { { email = "bob@example.com", accountDisabled = true },
      { email = alias, accountDisabled = true } } })
    assert.equal(2, plan.counts.change)
    local report = assert(plan:apply { journal = journal, verify = true })
    assert.equal("2 0 0 0 0", bulk.sums(report))
    assert.equal(2, report.verified.equal)
    assert.equal(1, tenant:applied(primary))
  end)

  it("does not disable a protected account by its alias", function()
    local client, tenant = client_of("2.0", nil, { stateFolder = tmp.path "state" })
    local rows = { { email = alias, accountDisabled = true } }
    local plan, message, err = client:plan { input = rows, protect = { primary } }
    assert.is_nil(plan)
    assert.equal("protected", err.code)
    assert.truthy(message:find(alias, 1, true))
    plan = assert(client:plan { input = rows, file = tmp.path "alias.plan" })
    assert.equal("protected", select(3, plan:apply { journal = bulk.journal(), protect = { "ann@*" } }).code)
    assert.equal(0, tenant:applied())
    assert(plan:apply { journal = bulk.journal(), protect = { "bob@*" } })
    assert.equal(1, tenant:applied(primary))
  end)

  it("records rows that a foreign response does not name as unknown, and resolves them by reading the accounts", function()
    local rows = bulk.leavers(4)
    local strays = {}
    local client, tenant, wire = clients.new("2.0", { tenant = { users = 4, rateLimit = false }, attempts = 1,
      respond = function(request)
        if request.url:find(path, 1, true) and request.body:find("accountDisabled", 1, true) then
          return table.remove(strays, 1)
        end
      end })
    local plan, journal = assert(client:plan { input = rows }), bulk.journal()
    strays[1] = recording.json(('{"meta":{"status":200},"data":[{"emailAddress":"%s"},{"emailAddress":"eve@example.com"}],'
      .. '"fail":[{"key":{"emailAddress":"mallory@example.com"},"errors":[{"code":"err_x","message":"no","retryable":true}]}]}')
      :format(bulk.email(1)))
    local report = assert(plan:apply { journal = journal })
    assert.equal("4 0 0 0 0", bulk.sums(report))
    assert.equal("sent ok", bulk.states(journal, 1))
    for row = 2, 4 do assert.equal("sent unknown sent ok", bulk.states(journal, row)) end
    assert.equal("0111", bulk.applied(tenant, 4)) -- the response named the first address
    for _, record in ipairs(bulk.records(journal)) do
      if record.state == "unknown" then assert.equal("foreign_response", record.code) end
      assert.not_equal("rejected", record.state)
    end
    assert.is_true(#wire.resets >= 1)
  end)

  it("does not retry a create after the response of another call", function()
    local client, _, wire = clients.new("2.0", { tenant = { rateLimit = false }, respond = function(request)
      if request.url:find("create-user", 1, true) then return record_of "eve@example.com" end
    end })
    local plan = assert(client:plan { operation = "create_user", input = { { email = "new1@example.com" } } })
    local report = assert(plan:apply { journal = bulk.journal() })
    assert.equal("0 0 0 1 0", bulk.sums(report))
    assert.same({ foreign_response = 1 }, report.codes)
    assert.equal(1, #wire:to "/api/user/create-user")
  end)
end)
