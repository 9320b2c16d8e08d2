-- Programs with strict globals (pl.strict, nmap, Tarantool's strict.on(), Prosody) raise an error when an undeclared global is
-- read or written. The client uses rawget to look for globals of its host.
local run_lua = require "spec.support.run.run_lua"

-- Runs code with strict globals from the first require on. Prints each undeclared global that was read or written, even if
-- the error was caught.
local function run(code)
  return run_lua.run([[
    local found = {}
    local function undeclared(what)
      return function(_, name)
        found[#found + 1] = what .. " " .. tostring(name)
        error(what .. " of the undeclared global " .. tostring(name), 2)
      end
    end
    setmetatable(_G, { __index = undeclared "read", __newindex = undeclared "write" })
    -- lua-argparse and lua-cjson, which are third-party modules, use no undeclared globals today.
    local mimecast = require "mimecast"
  ]] .. code .. [[
    print(table.concat(found, ", "))
  ]], { environment = { MIMECAST_SANDBOX = "1", HOME = "/nonexistent" } })
end

describe("under strict globals", function()
  it("calls, errors, lists, maps, helpers and help work", function()
    assert.equal("\nexit 0\n", run [[
      assert(mimecast.update_user { email = "ann@example.com", accountDisabled = true }.accountDisabled)
      assert(not mimecast.update_user { email = "nobody@example.com" })
      assert(not mimecast.update_user { acountDisabled = true })
      assert(not pcall(mimecast.update_user, 5))
      assert(not pcall(mimecast.new, { clientID = "i" }))
      assert(not mimecast.new { clientId = "i" })
      assert(mimecast.find_users ~= false and mimecast.nothing == nil)
      local results = mimecast.map({ "ann@example.com", "bob@example.com" }, mimecast.user_settings)
      assert(results[2].email == "bob@example.com" and tostring(results[2]))
      assert(mimecast.gather { function() return mimecast.user_settings "ann@example.com" end }[1])
      assert(mimecast.disable_user "bob@example.com")
      assert(mimecast.default():with { timeout = 5 }:user_settings "ann@example.com")
      assert(mimecast.call { path = "/api/account/get-account", data = {} })
      assert(mimecast.stats().calls)
      assert(mimecast.sign { accessKey = "a", secretKey = "ZGVm", appId = "i", appKey = "k", path = "/api/x" })
      assert(require("mimecast.help").text "update_user" and require("mimecast.help").text())
    ]])
  end)

  it("bulk runs work", function()
    assert.equal("\nexit 0\n", run [[
      local rows = { { email = "ann@example.com", allowPop3 = true }, { email = "bob@example.com", allowPop3 = true } }
      local name = os.tmpname()
      os.remove(name)
      local plan = assert(mimecast.plan { input = rows })
      local report = assert(plan:apply { journal = name })
      assert(report.ok == 2, tostring(report))
      assert(mimecast.undo { journal = name })
      os.remove(name)
    ]])
  end)

  it("every module loads", function()
    local modules = {}
    local pipe = assert(io.popen "find lua -name '*.lua'")
    for path in pipe:lines() do
      local name = path:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")
      if not name:find("sandbox.handler", 1, true) then modules[#modules + 1] = ("require %q"):format(name) end -- nginx's
    end
    pipe:close()
    assert.is_true(#modules > 100)
    assert.equal("\nexit 0\n", run(table.concat(modules, "\n") .. "\n"))
  end)

  it("the transports, the stores and the sandbox in nginx work", function()
    assert.equal("\nexit 0\n", run [[
      local tenant = assert(require("mimecast.sandbox").start())
      local keys = tenant.credentials.v2
      local client = assert(mimecast.new { clientId = keys.clientId, clientSecret = keys.clientSecret, baseUrl = tenant.url })
      assert(client:update_user { email = "ann@example.com", accountDisabled = true })
      client:map({ 1, 2 }, function() return assert(client:user_settings "ann@example.com") end)
      client:close()
      assert(not mimecast.new { clientId = "i", clientSecret = "s", transport = "resty" })
      assert(not pcall(require("mimecast.store.redis").new, {}))
      assert(not pcall(require("mimecast.store.shared_dict").new, "mimecast"))
      tenant:stop()
      client, tenant = nil, nil
      collectgarbage()
    ]])
  end)

  for name, words in pairs { doctor = '"doctor"', call = '"user-settings", "ann@example.com", "--json"', help = '"--help"',
    completion = '"completion", "bash"', ["mistyped option"] = '"update-user", "--acountDisabled"' } do
    it("the command works: " .. name, function()
      local output = run(('require("mimecast.cli").main { %s, [0] = "mimecast" }\n'):format(words))
      assert.truthy(output:find "\n\nexit 0\n$" or output == "\nexit 0\n", output)
      assert.is_nil(output:find("undeclared", 1, true), output)
    end)
  end
end)
