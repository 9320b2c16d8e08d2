-- Checks which modules `require "mimecast"` and a command load. The benchmarks measure how long it takes.
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

  it("reads at most 36 modules, without those of options and lists", function()
    local output = run_lua.run([[
      require "mimecast"
      local count, rare = 0, {}
      for name in pairs(package.loaded) do
        if name:find "^mimecast" then count = count + 1 end
      end
      for _, name in ipairs { "config", "config.sources", "config.regions", "model.operation", "request.paginator",
        "store.shared_dict" } do
        if package.loaded["mimecast." .. name] then rare[#rare + 1] = name end
      end
      print(count <= 36 or count, table.concat(rare, " "))]], { clean = true })
    assert.equal("true\t\nexit 0\n", output)
  end)

  it("compiles an operation when it is first found", function()
    local output = run_lua.run([[
      local mimecast = require "mimecast"
      assert(mimecast.update_user)
      local user = package.loaded["mimecast.operations.user"]
      print(user.update_user.input_schema ~= nil, user.create_user.input_schema)]], { clean = true })
    assert.equal("true\tnil\nexit 0\n", output)
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

describe("a command of one operation", function()
  -- Runs the command in this process image and returns the modules that it loaded, without those of the sandbox.
  local function modules_of(words)
    local output = run_lua.run([[
      function os.exit()
        local names = {}
        for name in pairs(package.loaded) do
          if name:find "^mimecast" and not name:find "^mimecast%.sandbox" then names[#names + 1] = name end
        end
        print("loaded: " .. table.concat(names, " "))
        io.stdout:flush()
      end
      arg = { [0] = "bin/mimecast", ]] .. words .. [[ }
      dofile "bin/mimecast"]], { environment = { MIMECAST_SANDBOX = "1" } })
    local names, count = {}, 0
    for name in output:match("loaded: ([^\n]+)"):gmatch "%S+" do
      names[name], count = true, count + 1
    end
    return names, count, output
  end

  local update = [["update-user", "--email", "ann@example.com", "--account-disabled", "true"]]

  it("reads at most 58 modules, without help, tables, secrets and other commands", function()
    local names, count, output = modules_of(update)
    assert.matches("accountDisabled%s+true", output)
    assert.is_true(count <= 58, count .. " modules")
    for _, name in ipairs { "mimecast.help.text", "mimecast.help", "mimecast.cli.io.printers", "mimecast.bulk.input.csv",
      "mimecast.cli.io.secrets", "mimecast.cli.io.input", "mimecast.request.paginator", "mimecast.operations.group",
      "mimecast.store.file" } do
      assert.is_nil(names[name])
    end
  end)

  it("reads the tables' modules for a list", function()
    local names = modules_of [["find-groups"]]
    assert.is_true(names["mimecast.cli.io.printers"])
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
