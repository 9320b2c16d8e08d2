-- A transport of the caller: the requests it gets, and its end with the client.
local clients = require "spec.support.fakes.clients"
local mimecast = require "mimecast"
local recording = require "spec.support.fakes.recording"

local path = "/api/user/update-user"
local ann = { email = "ann@example.com" }

local function codes(failures, count)
  local list = {}
  for i = 1, count do list[i] = failures[i] and failures[i].code or "-" end
  return table.concat(list, " ")
end

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
      assert.equal("closed closed", codes(select(2, client:update_users { ann, { email = "bob@example.com" } }), 2))
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
    assert.has_no_error(function() mimecast.new { clientId = "a", clientSecret = "b", transport = {} }:close() end)
  end)
end)
