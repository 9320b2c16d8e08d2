local assert_no_secret = require "spec.support.asserts.assert_no_secret"
local clients = require "spec.support.fakes.clients"
local core = require "mimecast.core"
local mimecast = require "mimecast"
local run_lua = require "spec.support.run.run_lua"

local function in_sandbox(code)
  return run_lua.run('local mimecast = require "mimecast"\n' .. code,
    { clean = true, environment = { MIMECAST_SANDBOX = "1", XDG_CONFIG_HOME = "/nonexistent" } })
end

describe("the module", function()
  it("has the version of its core and nil for unknown functions", function()
    assert.equal(core.version, mimecast._VERSION)
    assert.truthy(mimecast._VERSION:find("^%d+%.%d+%.%d+$"))
    assert.is_nil(mimecast.no_such_function)
    assert.is_nil(mimecast.helpers)
  end)

  it("reads no environment variable or file and sets no global when it is loaded", function()
    local output = run_lua.run([[
      local before = {}
      for name in pairs(_G) do before[name] = true end
      os.getenv = function(name) error("asked for " .. name) end
      io.open = function(name) error("opened " .. name) end
      local mimecast = require "mimecast"
      for name in pairs(_G) do if not before[name] then print("global " .. name) end end
      print(type(mimecast.new))]], { clean = true })
    assert.equal("function\nexit 0\n", output)
  end)

  it("raises for a call with a colon and shows the call with a dot", function()
    for _, name in ipairs { "update_user", "update_users", "user_settings", "map", "call" } do
      local ok, message = pcall(function()
        local user = mimecast[name](mimecast, { email = "ann@example.com" })
        return user
      end)
      assert.is_false(ok)
      local words = "init_spec.lua:%d+: mimecast%." .. name .. " is called with a dot: mimecast%." .. name
      assert.truthy(message:find(words), message)
    end
  end)

  it("raises if new is called without a table", function()
    for _, value in ipairs { "x", 7, false } do
      local ok, message = pcall(mimecast.new, value)
      assert.is_false(ok)
      assert.truthy(message:find("mimecast.new takes a table", 1, true))
    end
  end)

  it("wraps a secret that is never printed", function()
    local secret = mimecast.secret "PlantedSecret"
    assert.is_true(core.secret.is(secret))
    assert.is_nil(tostring(secret):find("Planted", 1, true))
  end)
end)

describe("the module's functions", function()
  it("call the default client", function()
    local output = in_sandbox [[
      local user = assert(mimecast.update_user { email = "ann@example.com", username = "New" })
      local users, failures = mimecast.update_users { { email = "ann@example.com" }, { email = "nobody@example.com" } }
      local settings = assert(mimecast.user_settings "ann@example.com")
      local names = mimecast.map({ "ann@example.com", "bob@example.com" }, function(email)
        return mimecast.user_settings(email)
      end)
      print(user.username, users[1].username, users[2], failures[2].code, settings.username, #names,
        names[2].username)]]
    assert.equal("New\tNew\tfalse\tunknown_address\tNew\t2\tBob Example\nexit 0\n", output)
  end)

  it("raise at the caller's line for misuse", function()
    local output = in_sandbox [[
      local ok, message = pcall(function()
        local user = mimecast.update_user("ann@example.com")
        return user
      end)
      print(ok, (message:gsub("^.-(:%d+:)", "%1")))]]
    -- In plain Lua 5.1 a tail call takes up a level, which has no position.
    local position = _VERSION == "Lua 5.1" and not rawget(_G, "jit") and "" or ":5: "
    assert.truthy(output:find("^false\t" .. position .. "mimecast: update_user takes a table"), output)
  end)

  it("return an error if the default client has no credentials", function()
    local output = run_lua.run([[
      local mimecast = require "mimecast"
      local user, message, err = mimecast.update_user { email = "ann@example.com" }
      print(user, message == tostring(err), err.category, err.code)]], { clean = true })
    assert.equal("nil\ttrue\tconfig\tmissing_credentials\nexit 0\n", output)
  end)
end)

describe("a client", function()
  it("prints its API version and URL without a secret", function()
    for _, generation in ipairs { "1.0", "2.0" } do
      local client, tenant = clients.new(generation)
      assert(client:update_user { email = "ann@example.com", password = "PlantedPassword" })
      assert.truthy(tostring(client):find("^mimecast%.Client%(API " .. generation .. ", https://"))
      local planted = { "PlantedPassword" }
      for _, keys in pairs(tenant.credentials) do
        for name, value in pairs(keys) do
          if name ~= "clientId" and name ~= "appId" then planted[#planted + 1] = value end
        end
      end
      -- An operation is data without secrets; its example has the address of the tenant's user.
      assert_no_secret(client, planted, { transport = true, operation = true })
    end
  end)

  it("has nil for unknown fields", function()
    assert.is_nil(clients.new().no_such_function)
  end)
end)
