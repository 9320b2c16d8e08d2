-- Commands share the token and the rate budget through the cache folder.
local core = require "mimecast.core"
local json = require "mimecast.json"
local run_cli = require "spec.support.run.run_cli"
local sandbox = require "mimecast.sandbox"
local shell = require "tools.shell"
local tmp = require "spec.support.run.tmp"

local secret = "PlantedClientSecret1234"
local path = "/api/user/update-user"

local function start(rate_limit)
  local keys = { clientId = "planted-id", clientSecret = secret }
  return assert(sandbox.start { rateLimit = rate_limit, credentials = { v2 = keys } })
end

describe("the command's cache", function()
  local tenant, home

  setup(function() tenant = start(false) end)
  teardown(function() if tenant then tenant:stop() end end)
  before_each(function()
    tenant:reset()
    home = tmp.folder()
  end)
  after_each(function() tmp.remove(home) end)

  local function words(list, more)
    list.environment = { MIMECAST_BASE_URL = tenant.url, MIMECAST_CLIENT_ID = "planted-id", MIMECAST_CLIENT_SECRET = secret,
      XDG_CACHE_HOME = home, XDG_CONFIG_HOME = home }
    for name, value in pairs(more or {}) do list.environment[name] = value end
    return list
  end

  local function read(more, ...)
    local result = run_cli.run(words({ "update-user", "--email", "ann@example.com", ... }, more))
    assert.equal(0, result.code, result.err)
    return result
  end

  -- Returns how many requests the tenant rejected with 429.
  local function limited(limiting)
    local count = 0
    for _, request in ipairs(limiting:requests()) do
      if request.status == 429 then count = count + 1 end
    end
    return count
  end

  it("keeps one token for many commands, also at the same time", function()
    for _ = 1, 4 do read() end
    assert.equal(1, tenant:tokens())
    local line = run_cli.line(words { "update-user", "--email", "ann@example.com" })
    assert.equal(0, run_cli.shell(("rm -r %s/mimecast; for i in 1 2 3 4 5 6; do %s & done; wait"):format(home, line)).code)
    assert.equal(2, tenant:tokens())
    assert.equal(10, tenant:count(path))
  end)

  it("contains no readable secret and no token, and is readable for its owner only", function()
    read()
    local list = shell.output(("cd %s/mimecast && stat -c '%%a %%n' . *"):format(home))
    assert.truthy(list:find "^700 %.\n600 %x+%.cache$", list)
    local text = shell.output(("cat %s/mimecast/*"):format(home))
    local token
    for _, request in ipairs(tenant:requests()) do
      token = token or (request.headers.authorization or ""):match "^Bearer (%w+)$"
    end
    assert.truthy(token)
    for _, planted in ipairs { secret, "planted-id", token } do
      assert.is_nil(text:find(planted, 1, true))
      assert.is_nil(text:find(core.base64_encode(planted):sub(1, -5), 1, true))
    end
  end)

  it("is not used with --no-cache, nor by doctor", function()
    read(nil, "--no-cache")
    assert.equal("", shell.output("ls -A " .. home))
    read()
    assert.equal(2, tenant:tokens())
    assert.equal(0, run_cli.run(words { "doctor" }).code)
    assert.equal(3, tenant:tokens())
  end)

  it("has no token for other credentials", function()
    read()
    local denied = run_cli.run(words({ "users" }, { MIMECAST_CLIENT_SECRET = "PlantedWrong" }))
    assert.equal(4, denied.code, denied.err)
    read()
    assert.equal(1, tenant:tokens())
  end)

  it("replaces a token that the service denies", function()
    read()
    tenant:fault { kind = "token_expired", path = path, times = 1 }
    read()
    read()
    assert.equal(2, tenant:tokens())
  end)

  it("is not locked by a command that was killed while it fetched a token", function()
    tenant:fault { kind = "slow", seconds = 20, path = "/oauth/token", times = 1 }
    local line = run_cli.line(words { "users" })
    local killed = run_cli.shell(("exec %s & i=0; until grep -q . %s/mimecast/*.cache || [ $i -gt 200 ]; do sleep 0.05; "
      .. "i=$((i+1)); done 2>/dev/null; kill -9 $!; wait $!"):format(line, home))
    assert.equal(137, killed.code, killed.err)
    tenant:reset() -- the request may not have been sent before the command was killed
    local before = core.monotonic()
    read()
    assert.is_true(core.monotonic() - before < 5)
  end)

  it("is not needed: commands run without a home folder and with an unsafe file", function()
    read { XDG_CACHE_HOME = "" }
    shell.run(("mkdir -p %s/mimecast && chmod 500 %s/mimecast"):format(home, home))
    read()
    shell.run(("chmod 700 %s/mimecast"):format(home))
    read()
    shell.run(("chmod 644 %s/mimecast/*"):format(home))
    assert.truthy(read(nil, "--verbose").err:find("the cache cannot be used (", 1, true))
    assert.equal("", read().err)
  end)

  it("loses the token of a profile that is removed", function()
    shell.run(("mkdir -p %s/mimecast"):format(home))
    tmp.write(home .. "/mimecast/profiles.json", json.encode { work = { clientId = "planted-id", clientSecret = secret,
      baseUrl = tenant.url } })
    local function call(...)
      local list = { ... }
      list.environment = { XDG_CACHE_HOME = home .. "/cache", XDG_CONFIG_HOME = home }
      return run_cli.run(list).code
    end
    assert.equal(0, call("users", "--profile", "work"))
    local files = ("cat %s/cache/mimecast/*"):format(home)
    local before = #shell.output(files)
    assert.equal(0, call("profiles", "remove", "work", "--yes"))
    local after = shell.output(files)
    assert.is_true(#after < before - 100, after)
  end)

  it("keeps all commands to the rate that the service announces", function()
    local limiting = start { limit = 4, window = 700 }
    local line = run_cli.line(words({ "update-user", "--email", "ann@example.com" },
      { MIMECAST_BASE_URL = limiting.url }))
    local result = run_cli.shell(("for i in 1 2 3 4 5 6 7 8 9 10 11 12; do %s || exit 1; done"):format(line))
    local count = limited(limiting) -- with --no-cache there are some, on a machine that is not busy
    limiting:stop()
    assert.equal(0, result.code, result.err)
    assert.equal(0, count)
  end)
end)
