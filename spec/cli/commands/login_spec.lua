-- `mimecast login` and `mimecast profiles` against a sandbox behind nginx.
local json = require "mimecast.json"
local run_cli = require "spec.support.run.run_cli"
local sandbox = require "mimecast.sandbox"
local shell = require "tools.shell"
local tmp = require "spec.support.run.tmp"

local v1 = { appId = "planted-app-id", appKey = "PlantedAppKey", accessKey = "PlantedAccessKey",
  secretKey = "UGxhbnRlZFNlY3JldEtleQ==" }
local v2 = { clientId = "planted-client-id", clientSecret = "PlantedClientSecret" }
local planted = { "PlantedAppKey", "PlantedAccessKey", v1.secretKey, "PlantedClientSecret", "PlantedPassword", "PlantedWrong" }

describe("mimecast", function()
  local tenant, home, path

  setup(function()
    tenant = assert(sandbox.start { rateLimit = false, echoCredentials = true, credentials = { v1 = v1, v2 = v2 },
      users = { { emailAddress = "api@example.com", name = "Api", password = "PlantedPassword-7" } } })
  end)
  teardown(function() if tenant then tenant:stop() end end)
  before_each(function()
    tenant:reset()
    home = tmp.folder()
    path = home .. "/mimecast/profiles.json"
  end)
  after_each(function() tmp.remove(home) end)

  local function environment(more)
    local variables = { XDG_CONFIG_HOME = home, XDG_CACHE_HOME = home .. "/cache" }
    for name, value in pairs(more or {}) do variables[name] = value end
    return variables
  end

  local function shows_no_secret(text)
    for _, secret in ipairs(planted) do assert.is_nil(text:find(secret, 1, true), text) end
  end

  -- Runs the command with lines of standard input from a file: a command line would show them to ps.
  local function run(words, lines, more)
    words.environment = environment(more)
    local input = tmp.file(#(lines or {}) > 0 and table.concat(lines, "\n") .. "\n" or "")
    local result = run_cli.shell(run_cli.line(words) .. " <" .. shell.quote(input))
    shows_no_secret(result.out .. result.err)
    return result
  end

  local function saved() return json.decode(tmp.read(path)) end

  describe("login", function()
    it("writes a profile of API 2.0 that works, with mode 0600", function()
      local result = run({ "login", "--profile", "work", "--client-id", v2.clientId, "--base-url", tenant.url },
        { v2.clientSecret })
      assert.equal(0, result.code, result.err)
      assert.truthy(result.out:find("profile work: API 2.0 at " .. tenant.url .. ", credentials accepted", 1, true))
      assert.truthy(result.err:find("next: mimecast doctor --profile work", 1, true), result.err)
      assert.same({ work = { clientId = v2.clientId, clientSecret = v2.clientSecret, baseUrl = tenant.url } }, saved())
      assert.equal("600", shell.output("stat -c %a " .. shell.quote(path)))
      assert.equal(1, tenant:count "/api/account/get-account")
      assert.equal(0, run({ "users", "--profile", "work" }).code)
    end)

    it("writes keys of API 1.0", function()
      local result = run({ "login", "--api", "1.0", "--app-id", v1.appId, "--base-url", tenant.url, "--json" },
        { v1.appKey, v1.accessKey, v1.secretKey })
      assert.equal(0, result.code, result.err)
      local document = json.decode(result.out)
      assert.same({ "default", "1.0", tenant.url, path },
        { document.profile, document.api, document.baseUrl, document.path })
      assert.same({ appId = v1.appId, appKey = v1.appKey, accessKey = v1.accessKey, secretKey = v1.secretKey,
        baseUrl = tenant.url }, saved().default)
      assert.equal(0, run({ "get-account" }).code)
    end)

    it("logs a user of API 1.0 in, and keeps the keys but not the password", function()
      local result = run({ "login", "--email", "api@example.com", "--app-id", v1.appId, "--base-url", tenant.url },
        { v1.appKey, "PlantedPassword-7" })
      assert.equal(0, result.code, result.err)
      assert.truthy(result.err:find("the access key expires after ", 1, true), result.err)
      local profile = saved().default
      assert.is_string(profile.accessKey)
      assert.is_string(profile.secretKey)
      assert.is_nil(tmp.read(path):find("PlantedPassword", 1, true))
      assert.equal(0, run({ "get-account" }).code)
    end)

    it("writes nothing if the service denies the credentials or cannot be reached", function()
      local denied = run({ "login", "--client-id", v2.clientId, "--base-url", tenant.url }, { "PlantedWrong" })
      assert.equal(4, denied.code, denied.err)
      local unreachable = run({ "login", "--client-id", v2.clientId, "--base-url", "http://127.0.0.1:1" },
        { v2.clientSecret }, { MIMECAST_ATTEMPTS = "1" })
      assert.equal(7, unreachable.code, unreachable.err)
      local signed = run({ "login", "--app-id", v1.appId, "--base-url", tenant.url },
        { "PlantedWrong", v1.accessKey, v1.secretKey })
      assert.equal(4, signed.code, signed.err)
      assert.is_nil(io.open(path))
    end)

    it("writes a command that gives the secret, and runs it without a shell whenever it is needed", function()
      local program = tmp.file(("#!/bin/sh\necho \"$@\" >>%s/runs\necho asked >&2\necho %s\n"):format(home, v2.clientSecret))
      shell.run("chmod 700 " .. shell.quote(program))
      local result = run({ "login", "--client-id", v2.clientId, "--base-url", tenant.url, "--client-secret-command",
        json.encode { program, "$HOME", "a b" } }, {})
      assert.equal(0, result.code, result.err)
      assert.truthy(result.err:find("asked\n", 1, true), result.err)
      assert.same({ command = { program, "$HOME", "a b" } }, saved().default.clientSecret)
      assert.is_nil(tmp.read(path):find("Planted", 1, true))
      assert.equal(0, run({ "users" }).code)
      assert.equal("$HOME a b\n$HOME a b\n", tmp.read(home .. "/runs"))
      assert.truthy(run({ "profiles", "--csv" }).out:find(v2.clientId .. ",command,", 1, true))
      assert.equal("$HOME a b\n$HOME a b\n", tmp.read(home .. "/runs"))
      assert.truthy(run({ "doctor", "--verbose" }).out:find("clientSecret = what a command gives, from the profile", 1, true))
    end)

    it("reports a command that fails with exit code 3, and sends nothing", function()
      for words, message in pairs { ["[\"false\"]"] = "the command false ended with exit code 1",
        ["[\"no-such-program\"]"] = "the command no-such-program cannot be started: No such file",
        ["[\"./x\"]"] = "neither a name nor an absolute path", ["{}"] = "must be text or {", ["x"] = "must be a JSON list" } do
        local result = run({ "login", "--client-id", "x", "--base-url", tenant.url, "--client-secret-command", words }, {})
        assert.is_true(result.code == 3 or words == "x" and result.code == 2, result.code)
        assert.truthy(result.err:find(message, 1, true), result.err)
        assert.equal(0, tenant:count "/oauth/token")
        assert.is_nil(io.open(path))
      end
    end)

    it("ends with exit code 130 if Ctrl-C interrupts a command that gives the secret", function()
      local line = run_cli.line { "login", "--client-id", "x", "--client-secret-command",
        json.encode { "sh", "-c", "sleep 0.3; kill -INT $PPID; sleep 20" }, environment = environment() }
      local result = run_cli.shell("env --default-signal=INT " .. line)
      assert.equal(130, result.code, result.err)
      assert.is_nil(io.open(path))
    end)

    it("--no-check: writes without a request", function()
      local result = run({ "login", "--client-id", "x", "--no-check" }, { "PlantedWrong" })
      assert.equal(0, result.code, result.err)
      assert.truthy(result.out:find("credentials not checked", 1, true))
      assert.equal("global", saved().default.region)
      result = run({ "login", "--client-id", "y", "--no-check" }, { "PlantedWrong" }, { MIMECAST_PROFILE = "named" })
      assert.equal(0, result.code, result.err)
      assert.equal("y", saved().named.clientId)
      assert.equal(0, tenant:count())
    end)

    it("replaces an account only with --replace, and keeps the other options and profiles", function()
      shell.run("mkdir -p " .. shell.quote(home .. "/mimecast"))
      tmp.write(path, json.encode { default = "work", other = { region = "eu" },
        work = { appId = "a", appKey = "b", accessKey = "c", secretKey = "ZA==", region = "eu", readOnly = true,
          timeout = 9 } })
      local words = { "login", "--client-id", v2.clientId, "--base-url", tenant.url }
      local refused = run(words, { v2.clientSecret })
      assert.equal(2, refused.code)
      assert.truthy(refused.err:find("confirm with --replace", 1, true), refused.err)
      assert.equal("a", saved().work.appId)
      words[#words + 1] = "--replace"
      assert.equal(0, run(words, { v2.clientSecret }).code)
      assert.same({ default = "work", other = { region = "eu" }, work = { clientId = v2.clientId,
        clientSecret = v2.clientSecret, baseUrl = tenant.url, readOnly = true, timeout = 9 } }, saved())
    end)

    it("reports a missing id, a missing secret and invalid values without a terminal", function()
      for _, case in ipairs {
        { { "login" }, {}, "missing --client-id" },
        { { "login", "--api", "1.0", "--region", "eu" }, {}, "missing --app-id" },
        { { "login", "--client-id", "x" }, {}, "clientSecret cannot be read from standard input" },
        { { "login", "--client-id", "x y" }, {}, "--client-id must not be empty or hold white space" },
        { { "login", "--client-id", "x", "--region", "mars" }, { "s" }, 'API 2.0 has no region "mars"' },
        { { "login", "--client-id", "x", "--base-url", "http://example.com" }, { "s" }, "plain http" },
        { { "login", "--client-id", "x" }, { "Planted Wrong" }, "clientSecret must not be empty or hold white space" },
      } do
        local result = run(case[1], case[2])
        assert.is_true(result.code == 2 or result.code == 3, result.code)
        assert.truthy(result.err:find(case[3], 1, true), result.err)
        assert.is_nil(io.open(path))
      end
    end)

    it("is what a command without credentials advises", function()
      local result = run { "users" }
      assert.equal(3, result.code)
      assert.truthy(result.err:find("enter them with mimecast login", 1, true), result.err)
      assert.truthy(run({ "users", "--profile", "x" }).err:find("mimecast login makes a profile", 1, true))
    end)

    it("is rejected with MIMECAST_SANDBOX=1", function()
      local result = run({ "login" }, {}, { MIMECAST_SANDBOX = "1" })
      assert.equal(2, result.code)
      assert.truthy(result.err:find("cannot be combined with MIMECAST_SANDBOX=1", 1, true))
    end)

    it("asks on a terminal, without echo of the secret, and again after an invalid reply", function()
      local words = { "login", "--profile", "work" }
      words.environment = environment { TERM = "xterm" }
      local result = run_cli.terminal(words, { { "API (2.0 or 1.0) [2.0]: ", "3\n" },
        { "the generations are 2.0 and 1.0", "\n" }, { "Region (global, uk, us) [global]: ", "uk\n" },
        { "Client id: ", "typed-id\n" }, { "Client secret (is not shown): ", "PlantedWrong\3" } })
      assert.equal(130, result.code, result.out)
      shows_no_secret(result.out)
      words = { "login", "--profile", "work", "--base-url", tenant.url }
      words.environment = environment { TERM = "xterm" }
      result = run_cli.terminal(words, { { "[2.0]: ", "\n" }, { "Client id: ", v2.clientId .. "\n" },
        { "(is not shown): ", v2.clientSecret .. "\n" } })
      assert.equal(0, result.code, result.out)
      shows_no_secret(result.out)
      assert.equal(v2.clientSecret, saved().work.clientSecret)
      result = run_cli.terminal(words, { { "Replace the credentials of the profile work? [y/N]", "n\n" } })
      assert.equal(130, result.code, result.out)
      assert.truthy(result.out:find("nothing was written", 1, true))
    end)

    it("shows no secret to the other users of the machine while it waits for the service", function()
      tenant:fault { kind = "slow", seconds = 1, path = "/oauth/token" }
      local words = { "login", "--client-id", v2.clientId, "--base-url", tenant.url, environment = environment() }
      local input = tmp.file(v2.clientSecret .. "\n")
      local line = run_cli.line(words) .. " <" .. shell.quote(input)
      -- Only the processes of this spec: they name its tenant.
      local result = run_cli.shell(("(%s) & while kill -0 $! 2>/dev/null; do ps -eo args | grep -F %s; sleep 0.1; done >%s; "
        .. "wait $!"):format(line, shell.quote(tenant.url), shell.quote(home .. "/ps")))
      assert.equal(0, result.code, result.err)
      local list = tmp.read(home .. "/ps")
      assert.truthy(list:find("login --client-id", 1, true))
      shows_no_secret(list)
    end)
  end)

  describe("profiles", function()
    before_each(function()
      shell.run("mkdir -p " .. shell.quote(home .. "/mimecast"))
      tmp.write(path, json.encode { default = { clientId = "d-id", clientSecret = "PlantedClientSecret" },
        old = { appId = "a-id", appKey = "PlantedAppKey", accessKey = "PlantedAccessKey", secretKey = "ZA==", region = "eu",
          readOnly = true },
        broken = { clientId = "x" } })
    end)

    it("lists the profiles without secrets, and reports their errors", function()
      local result = run { "profiles", "--csv" }
      assert.equal(0, result.code, result.err)
      assert.equal(table.concat({ "profile,default,api,gateway,id,secret,readOnly,problem",
        "broken,false,,,,stored,,API 2.0 needs clientSecret as well",
        "default,true,2.0,https://api.services.mimecast.com,d-id,stored,,",
        "old,false,1.0,https://eu-api.mimecast.com,a-id,stored,true,", "" }, "\n"), result.out)
      assert.equal("d-id", json.decode(run({ "profiles", "--json" }).out)[2].id)
    end)

    it("renames a profile and chooses the default", function()
      local refused = run { "profiles", "default", "old" }
      assert.equal(3, refused.code)
      assert.truthy(refused.err:find("mimecast profiles rename default NAME", 1, true), refused.err)
      assert.equal(0, run({ "profiles", "rename", "default", "work" }).code)
      assert.equal("work", saved().default)
      assert.equal("d-id", saved().work.clientId)
      assert.equal(0, run({ "profiles", "default", "old" }).code)
      assert.equal("old", saved().default)
      assert.equal(3, run({ "profiles", "rename", "old", "work" }).code)
      assert.equal(0, run({ "profiles", "rename", "old", "older" }).code)
      assert.equal("older", saved().default)
    end)

    it("removes a profile after a confirmation", function()
      local refused = run { "profiles", "remove", "old" }
      assert.equal(2, refused.code)
      assert.truthy(refused.err:find("confirm with --yes", 1, true), refused.err)
      assert.is_table(saved().old)
      assert.equal(0, run({ "profiles", "remove", "old", "--yes" }).code)
      assert.is_nil(saved().old)
      assert.is_nil(tmp.read(path):find("PlantedAppKey", 1, true))
      local words = { "profiles", "remove", "broken" }
      words.environment = environment { TERM = "xterm" }
      assert.equal(2, run_cli.terminal(words, { { "[y/N]", "\n" } }).code)
      assert.equal(0, run_cli.terminal(words, { { "[y/N]", "y\n" } }).code)
      assert.is_nil(saved().broken)
    end)

    it("reports an unknown profile, a wrong number of names and an unknown action", function()
      for _, case in ipairs { { { "profiles", "remove", "none", "--yes" }, 3, "there are: broken, default, old" },
        { { "profiles", "default" }, 2, "mimecast profiles default takes NAME" },
        { { "profiles", "list", "x" }, 2, "takes no name" }, { { "profiles", "show" }, 2, "must be one of" } } do
        local result = run(case[1])
        assert.equal(case[2], result.code, result.err)
        assert.truthy(result.err:find(case[3], 1, true), result.err)
      end
    end)

    it("says how to make the first one", function()
      os.remove(path)
      local result = run { "profiles" }
      assert.equal(0, result.code)
      assert.truthy(result.err:find("mimecast login makes a profile", 1, true))
    end)
  end)
end)
