-- Checks which modules `require "mimecast"` loads. The benchmarks measure how long it takes.
local run_lua = require "spec.support.run.run_lua"

describe("requiring the module", function()
  it("loads no operations, help, sandbox or transport, and no protocol except the default", function()
    local output = run_lua.run([[
      require "mimecast"
      local names = {}
      for name in pairs(package.loaded) do
        local family = name:find "^mimecast%.operations%." and name ~= "mimecast.operations.families"
        if family or name:find "^mimecast%.sandbox" or name:find "^mimecast%.transport"
          or name == "mimecast.help" or name == "mimecast.help.topics" or name == "mimecast.help.text"
          or name == "mimecast.request.raw" or name == "mimecast.protocol.rest" or name == "mimecast.protocol.upload" then
          names[#names + 1] = name
        end
      end
      print(table.concat(names, " "))]], { clean = true })
    assert.equal("\nexit 0\n", output)
  end)

  it("loads families only until the function is found", function()
    local output = run_lua.run([[
      local mimecast = require "mimecast"
      assert(mimecast.update_user)
      print(package.loaded["mimecast.operations.user"] ~= nil, package.loaded["mimecast.operations.rest_domains"] ~= nil)]],
      { clean = true })
    assert.equal("true\tfalse\nexit 0\n", output)
  end)

  it("does not load libcurl, which takes longer than all other modules", function()
    local output = run_lua.run([[
      require "mimecast"
      print(package.loaded["mimecast.http"], package.loaded["mimecast.core"] ~= nil)]], { clean = true })
    assert.equal("nil\ttrue\nexit 0\n", output)
  end)
end)

-- Functions that each load modules which few programs need.
local uses = [[
  local mimecast = ...
  local function check(ok, value) return ok and value ~= nil and value ~= false end
  local email = "ann@example.com"
  return {
    update_user = check(pcall(function() return (mimecast.update_user { email = email, accountDisabled = true }) end)),
    call = check(pcall(function() return (mimecast.call { path = "/api/account/get-account", data = {} }) end)),
    list_cloud_domains = check(pcall(function() return (mimecast.list_cloud_domains()) end)),
    plan = check(pcall(function() return (mimecast.plan { input = { { email = email, accountDisabled = false } } }) end)),
    disable_user = check(pcall(function() return (mimecast.disable_user(email)) end)),
    help = check(pcall(function() return require("mimecast.base.lazy")("mimecast.help").text() end)),
    curl = check(pcall(function() return (mimecast.new { clientId = "i", clientSecret = "s" }) end)),
    sign = check(pcall(function()
      return (mimecast.sign { accessKey = "a", secretKey = "ZGVm", appId = "i", appKey = "k", path = "/x" })
    end)),
  }]]

describe("a module that failed to load", function()
  it("is loaded at the next use if no file descriptor was available", function()
    local output = run_lua.run([[
      local core, mimecast = require "mimecast.core", require "mimecast"
      local use = assert((loadstring or load)(]] .. ("%q"):format(uses) .. [[))
      local held, file = {}, nil
      repeat
        file = io.open("/dev/null")
        held[#held + 1] = file
      until not file
      local during = use(mimecast)
      for _, one in ipairs(held) do one:close() end
      local after = use(mimecast)
      for name in pairs(after) do if not after[name] then print("never again: " .. name) end end
      print(during.update_user, after.update_user, core ~= nil)]],
      { environment = { MIMECAST_SANDBOX = "1" }, within = "sh -c 'ulimit -n 64; exec \"$@\"' sh" })
    assert.equal("false\ttrue\ttrue\nexit 0\n", output)
  end)

  it("is loaded at the next use, for each module", function()
    local output = run_lua.run([[
      local use = assert((loadstring or load)(]] .. ("%q"):format(uses) .. [[))
      local fails_at, count = nil, 0
      table.insert(package.searchers or package.loaders, 2, function(name)
        count = count + 1
        if count == fails_at then error("no file descriptor for " .. name, 0) end
      end)
      local n, failed = 0, true
      while failed do
        n = n + 3
        for name in pairs(package.loaded) do if name:find "^mimecast" then package.loaded[name] = nil end end
        local mimecast = require "mimecast"
        fails_at, count = n, 0
        use(mimecast)
        failed, fails_at = count >= n, nil
        for name, works in pairs(use(mimecast)) do if not works then print(n, name) end end
      end
      print(n > 40)]], { environment = { MIMECAST_SANDBOX = "1" } })
    assert.equal("true\nexit 0\n", output)
  end)
end)
