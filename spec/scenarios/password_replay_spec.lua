-- A late retry of a password whose response was lost could undo a later change by the user: it is not sent.
local clients = require "spec.support.fakes.clients"
local recording = require "spec.support.fakes.recording"
local registry = require "mimecast.model.registry"

local path = "/api/user/update-user"

-- Creates a client that loses each response the given number of seconds after the request.
local function losing(seconds, more, respond)
  local tenant, client, wire
  local options = { timeout = 300, attempts = 10, respond = recording.with_token(function(request, number)
    if respond then
      local response, message, err = respond(number, tenant)
      if response or message then return response, message, err end
    end
    tenant.transport:send(request)
    tenant:advance(seconds)
    return nil, "lost", { category = "transport", code = "connection_lost", sent = true }
  end) }
  for name, value in pairs(more or {}) do options[name] = value end
  client, tenant, wire = clients.new("2.0", options)
  return client, tenant, wire
end

local inputs = {
  password = { email = "ann@example.com", password = "Planted-Word-1" },
  forcePasswordChange = { email = "ann@example.com", forcePasswordChange = true },
  ["forcePasswordChange = false"] = { email = "ann@example.com", forcePasswordChange = false },
}

describe("a call with", function()
  for name, input in pairs(inputs) do
    it(name .. " is not retried later than a minute after the first attempt, and its outcome is unknown", function()
      local client, _, wire = losing(25)
      local user, _, err = client:update_user(input)
      assert.is_nil(user)
      assert.same({ "connection_lost", "unknown", 3 }, { err.code, err.outcome, err.attempts }) -- at 0, 25 and 50 s
      assert.equal(3, #wire:to(path))
    end)
  end

  it("a different field is retried until all attempts are used", function()
    local client, _, wire = losing(25)
    local _, _, err = client:update_user { email = "ann@example.com", accountDisabled = true }
    assert.equal(10, err.attempts)
    assert.equal(10, #wire:to(path))
  end)

  it("a password is retried only within passwordRetryWindow", function()
    for within, count in pairs { [0] = 1, [24] = 1, [26] = 2, [110] = 5 } do
      local client, _, wire = losing(25, { passwordRetryWindow = within })
      local _, _, err = client:update_user(inputs.password)
      assert.equal(count, #wire:to(path), within)
      assert.equal("unknown", err.outcome)
    end
  end)

  it("a password in any item of a batch is not retried late", function()
    local client, _, wire = losing(61)
    local _, failures = client:update_users { { email = "bob@example.com", accountDisabled = true }, inputs.password }
    assert.equal(1, #wire:to(path))
    for i = 1, 2 do assert.equal("unknown", failures[i].outcome) end
  end)

  it("a password is retried after a longer pause if the first attempt was certainly not applied", function()
    local client, tenant, wire = clients.new("2.0", { timeout = 300 })
    tenant:fault { kind = "rate_limited", reset = "retry_after", wait = 100 }
    assert(client:update_user(inputs.password))
    assert.equal(2, #wire:to(path))
    assert.equal(1, tenant:applied "ann@example.com")
  end)

  it("a password is not retried after its response was lost if the rate limit delays it too long", function()
    local client, tenant, wire = clients.new("2.0", { timeout = 300, tenant = { rateLimit = { limit = 2, window = 100000 } } })
    assert(client:user_settings "ann@example.com")
    tenant:fault { kind = "reset", afterApply = true }
    local start = tenant:now()
    local _, _, err = client:update_user(inputs.password)
    assert.same({ "connection_lost", "unknown" }, { err.code, err.outcome })
    assert.is_true(tenant:now() - start > 60)
    assert.equal(2, #wire:to(path))
    assert.equal(1, tenant:applied "ann@example.com")
  end)

  it("a password does not wait for a longer Retry-After once a response was lost", function()
    local calls = 0
    local client, _, wire = losing(5, nil, function()
      calls = calls + 1
      if calls == 2 then return recording.json("{}", 429, { ["retry-after"] = "60" }) end
    end)
    local _, _, err = client:update_user(inputs.password)
    assert.equal(2, #wire:to(path))
    -- The last response is a rejection, but the outcome of the first attempt is still unknown.
    assert.same({ "rate_limited", "unknown", 2 }, { err.code, err.outcome, err.attempts })
  end)
end)

describe("the outcome of a call", function()
  it("stays unknown if only a later attempt was certainly not applied", function()
    local calls = 0
    local client = losing(1, { attempts = 3 }, function()
      calls = calls + 1
      if calls > 1 then return nil, "refused", { category = "transport", code = "connect_failed", sent = false } end
    end)
    local _, _, err = client:update_user { email = "ann@example.com", accountDisabled = true }
    assert.same({ "connect_failed", "unknown", 3 }, { err.code, err.outcome, err.attempts })
  end)

  it("is known if no response was lost", function()
    local client = losing(0, { attempts = 3 }, function()
      return nil, "refused", { category = "transport", code = "connect_failed", sent = false }
    end)
    local _, _, err = client:update_user { email = "ann@example.com", accountDisabled = true }
    assert.is_nil(err.outcome)
  end)
end)

describe("fields that are not retried late", function()
  it("include all secret fields and forcePasswordChange", function()
    for _, name in ipairs(registry.names()) do
      local operation = registry.find(name)
      for _, field in ipairs(operation.input) do
        if field.secret or field.name == "forcePasswordChange" then
          assert.equal(true, field.replayUnsafe, name .. " " .. field.name)
        end
      end
    end
  end)
end)
