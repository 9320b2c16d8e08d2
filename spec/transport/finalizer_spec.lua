-- A finalizer runs at any instruction that collects garbage, also within a call of the same client.
local run_lua = require "spec.support.run.run_lua"
local sandbox = require "mimecast.sandbox"

describe("a finalizer that calls the client", function()
  local tenant

  setup(function() tenant = assert(sandbox.start { rateLimit = false }) end)
  teardown(function() tenant:stop() end)

  -- Runs code with `client`, and `litter()`: garbage whose finalizer makes a call. `made` counts the calls of finalizers,
  -- `wrong` the calls with another response.
  local function run(code)
    local keys = tenant.credentials.v2
    return run_lua.run(([[
      local mimecast = require "mimecast"
      client = assert(mimecast.new { clientId = %q, clientSecret = %q, baseUrl = %q, timeout = 20 })
      made, wrong = 0, 0
      function check(email)
        local user, message = client:user_settings(email)
        if not user or user.email ~= email then wrong = wrong + 1 io.stderr:write(message or user.email, "\n") end
      end
      local function finalizer()
        made = made + 1
        local ok, reason = pcall(check, "bob@example.com")
        if not ok then wrong = wrong + 1 io.stderr:write(tostring(reason), "\n") end
      end
      function litter()
        if newproxy then
          getmetatable(newproxy(true)).__gc = finalizer
        else
          setmetatable({}, { __gc = finalizer })
        end
      end
      check "ann@example.com"
      collectgarbage("setpause", 100)
    ]]):format(keys.clientId, keys.clientSecret, tenant.url) .. code .. [[
      assert(made > 20, made)
      print(wrong)
    ]], { within = "timeout 60" })
  end

  it("within another call gets its response, and so does the other call", function()
    assert.equal("0\nexit 0\n", run [[
      for _ = 1, 1000 do
        litter()
        check "ann@example.com"
      end
    ]])
  end)

  it("within map gets its response, and so do the calls of map", function()
    assert.equal("0\nexit 0\n", run [[
      local list = {}
      for i = 1, 1000 do list[i] = i % 2 == 0 and "ann@example.com" or "carol@example.com" end
      client:map(list, function(email)
        litter()
        check(email)
        return true
      end, { concurrency = 8 })
    ]])
  end)
end)
