-- readOnly: the client rejects every call that may change data, before it sends a request.
local clients = require "spec.support.fakes.clients"
local mimecast = require "mimecast"
local registry = require "mimecast.model.registry"

local function assert_read_only(err)
  assert.same({ "usage", "read_only" }, { err.category, err.code })
  assert.truthy(err.hint:find("readOnly", 1, true))
end

describe("a read-only client", function()
  for _, generation in ipairs { "1.0", "2.0" } do
    it("rejects update_user under API " .. generation .. " and sends nothing", function()
      local client, tenant = clients.new(generation, { readOnly = true })
      local user, message, err = client:update_user { email = "ann@example.com", accountDisabled = true }
      assert.is_nil(user)
      assert.equal(tostring(err), message)
      assert_read_only(err)
      assert.equal(0, tenant:count())
    end)
  end

  it("allows update_user with only the address, which reads the settings", function()
    local client, tenant = clients.new("2.0", { readOnly = true })
    assert.equal("Ann Example", assert(client:user_settings "ann@example.com").username)
    assert.is_false(client:update_users { { email = "ann@example.com" } }[1] == false)
    assert.equal(0, tenant:applied())
  end)

  it("rejects a whole list of changes, even if some items only read", function()
    local client, tenant = clients.new("2.0", { readOnly = true })
    local results, failures = client:update_users { { email = "ann@example.com" },
      { email = "bob@example.com", accountDisabled = true } }
    assert.same({ false, false }, { results[1], results[2] })
    assert_read_only(failures[1])
    assert_read_only(failures[2])
    assert.equal(0, tenant:count())
  end)

  it("allows all operations that read and rejects all operations that write", function()
    local client, tenant = clients.new("2.0", { readOnly = true })
    local seen = { [true] = 0, [false] = 0 }
    for _, name in ipairs(registry.names()) do
      local operation, kind = registry.find(name)
      if kind == "item" or kind == "list" then
        local _, _, err = client[name](client, operation.example or (operation.examples or {})[1] or {})
        local is_read_only = err ~= nil and err.code == "read_only"
        if not (err and err.code == "not_in_this_api") then
          assert.equal(operation.writes, is_read_only, name)
          seen[is_read_only] = seen[is_read_only] + 1
        end
      end
    end
    assert.is_true(seen[true] > 20 and seen[false] > 20)
    assert.equal(0, tenant:applied())
  end)

  it("rejects a custom operation that does not declare whether it writes", function()
    mimecast.operation { name = "own_for_read_only", path = "/api/own/for-read-only" }
    local client = clients.new("2.0", { readOnly = true })
    local _, _, err = client:own_for_read_only()
    assert_read_only(err)
  end)

  it("allows a raw call only if the function is known to read", function()
    local client, tenant, wire = clients.new("2.0", { readOnly = true })
    for _, path in ipairs { "/api/user/update-user", "/api/no/such-function", "/api/user/get-profile/" } do
      local _, _, err = client:call { path = path }
      assert_read_only(err)
    end
    local _, _, err = client:call { method = "DELETE", path = "/api/user/get-profile" }
    assert_read_only(err)
    assert.equal(0, tenant:count())
    assert.equal(200, assert(client:call { path = "/api/user/get-profile",
      data = { { emailAddress = "ann@example.com" } } }).status)
    assert(client:call { method = "GET", path = "/api/no/such-function" })
    assert.equal("/api/no/such-function", wire.sent[#wire.sent].path)
  end)

  it("reports an invalid input before it rejects the call", function()
    local client = clients.new("2.0", { readOnly = true })
    local _, _, err = client:update_user { email = "ann@example.com", accountDisabled = "perhaps" }
    assert.equal("invalid_input", err.code)
  end)
end)
