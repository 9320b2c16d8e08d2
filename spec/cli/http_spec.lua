-- Runs the command against a sandbox behind nginx: exit codes, secrets, streams and untrusted text.
local json = require "mimecast.json"
local run_cli = require "spec.support.run.run_cli"
local sandbox = require "mimecast.sandbox"

local path = "/api/user/update-user"

local secrets = { appKey = "PlantedAppKey", accessKey = "PlantedAccessKey", secretKey = "UGxhbnRlZFNlY3JldEtleQ==",
  clientSecret = "PlantedClientSecret" }

describe("the command over HTTP", function()
  local tenant

  setup(function()
    tenant = assert(sandbox.start { rateLimit = false, echoCredentials = true, credentials = {
      v1 = { appId = "planted-app-id", appKey = secrets.appKey, accessKey = secrets.accessKey, secretKey = secrets.secretKey },
      v2 = { clientId = "planted-client-id", clientSecret = secrets.clientSecret } } })
  end)
  teardown(function() if tenant then tenant:stop() end end)
  before_each(function()
    tenant:reset()
    tenant:add_users { { emailAddress = "ann@example.com", name = "Ann Example" },
      { emailAddress = "evil@example.com", name = "=cmd|\27]0;title\7\27[31mred \226\128\174\194\155" },
      { emailAddress = "wide@example.com", name = "山田太郎 é😀" } }
  end)

  local function environment(generation, more)
    local variables = { MIMECAST_BASE_URL = tenant.url }
    if generation == "1.0" then
      variables.MIMECAST_APP_ID, variables.MIMECAST_APP_KEY = "planted-app-id", secrets.appKey
      variables.MIMECAST_ACCESS_KEY, variables.MIMECAST_SECRET_KEY = secrets.accessKey, secrets.secretKey
    else
      variables.MIMECAST_CLIENT_ID, variables.MIMECAST_CLIENT_SECRET = "planted-client-id", secrets.clientSecret
    end
    for name, value in pairs(more or {}) do variables[name] = value end
    return variables
  end

  local function words(variables, ...)
    local list = { ... }
    list.environment = variables
    return list
  end

  local function run(...) return run_cli.run(words(environment "2.0", ...)) end

  local function shows_no_secret(result)
    for name, secret in pairs(secrets) do
      for _, stream in ipairs { "out", "err" } do
        assert.is_nil(result[stream]:find(secret, 1, true), ("%s in %s: %s"):format(name, stream, result[stream]))
      end
    end
    assert.is_nil((result.out .. result.err):find("Planted", 1, true), result.out .. result.err)
  end

  describe("exit code", function()
    local change = { "update-user", "--email", "ann@example.com", "--allow-pop3", "true" }
    local function changed(variables, more)
      local list = words(variables or environment "2.0")
      for _, from in ipairs { change, more or {} } do
        for _, word in ipairs(from) do list[#list + 1] = word end
      end
      return run_cli.run(list)
    end

    for _, generation in ipairs { "1.0", "2.0" } do
      it("0 on success, API " .. generation, function()
        local result = changed(environment(generation), { "--verbose" })
        assert.equal(0, result.code, result.err)
        shows_no_secret(result)
        assert.equal(1, tenant:applied "ann@example.com")
      end)
    end

    it("1 if the service rejects the change", function()
      local result = run("update-user", "--email", "nobody@example.com", "--allow-pop3", "true", "--json")
      assert.same({ 1, "" }, { result.code, result.out })
      local err = json.decode(result.err).error
      assert.same({ "unknown_address", "nobody@example.com", false }, { err.code, err.key, err.retryable })
      assert.is_string(err.hint)
    end)

    it("3 for invalid settings", function()
      for _, variables in ipairs { {}, { MIMECAST_CLIENT_ID = "x" }, environment("2.0", { MIMECAST_APP_ID = "x" }),
        environment("2.0", { MIMECAST_TIMEOUT = "soon" }), environment("2.0", { MIMECAST_PROFILE = "none" }) } do
        local result = changed(variables)
        assert.same({ 3, "" }, { result.code, result.out })
        shows_no_secret(result)
      end
    end)

    it("4 if the service denies the credentials", function()
      for _, variables in ipairs { environment("2.0", { MIMECAST_CLIENT_SECRET = "PlantedWrong" }),
        environment("1.0", { MIMECAST_APP_KEY = "PlantedWrong" }), environment("1.0", { MIMECAST_APP_ID = "wrong" }) } do
        local result = changed(variables, { "--verbose" })
        assert.same({ 4, "" }, { result.code, result.out })
        shows_no_secret(result)
      end
    end)

    it("5 if the response to a change was lost, with a message", function()
      tenant:fault { kind = "close_before_response", path = path, afterApply = true, times = 5 }
      local result = changed(environment("2.0", { MIMECAST_ATTEMPTS = "1" }))
      assert.equal(5, result.code)
      assert.truthy(result.err:find("the outcome is unknown", 1, true))
      tenant:fault { kind = "close_before_response", path = "/api/domain/get-internal-domain", times = 5 }
      assert.equal(7, run_cli.run(words(environment("2.0", { MIMECAST_ATTEMPTS = "1" }), "list-domains")).code)
    end)

    it("6 for a change by a read-only client, which sends nothing", function()
      assert.equal(6, changed(environment("2.0", { MIMECAST_READ_ONLY = "true" })).code)
      assert.equal(6, changed(nil, { "--read-only" }).code)
      assert.equal(0, tenant:count())
    end)

    it("7 if the service cannot be reached", function()
      local result = changed(environment("2.0", { MIMECAST_BASE_URL = "http://127.0.0.1:1", MIMECAST_ATTEMPTS = "1" }))
      assert.same({ 7, "" }, { result.code, result.out })
      tenant:fault { kind = "unavailable", times = 5 }
      assert.equal(7, run_cli.run(words(environment("2.0", { MIMECAST_ATTEMPTS = "1" }), "list-domains")).code)
    end)

    it("130 on an interrupt", function()
      tenant:fault { kind = "slow", seconds = 5, path = path }
      local line = run_cli.line(words(environment "2.0", "update-user", "--email", "ann@example.com"))
      local result = run_cli.shell("timeout --preserve-status -s INT 0.4 " .. line)
      assert.equal(130, result.code)
      assert.truthy(result.err:find("interrupted", 1, true), result.err)
    end)
  end)

  describe("settings", function()
    it("--profile: uses the profile without credentials of the environment", function()
      local home = os.tmpname()
      os.remove(home)
      local file = home .. "/mimecast/profiles.json"
      local profiles = json.encode { work = { clientId = "planted-client-id", clientSecret = secrets.clientSecret,
        baseUrl = tenant.url } }
      assert.equal(0, run_cli.shell(("mkdir -p %s/mimecast && umask 077 && printf %%s %s > %s"):format(home,
        run_cli.quote(profiles), file)).code)
      local variables = { XDG_CONFIG_HOME = home, MIMECAST_APP_ID = "other", MIMECAST_APP_KEY = "other",
        MIMECAST_REGION = "eu" }
      local result = run_cli.run(words(variables, "--profile", "work", "update-user", "--email", "ann@example.com"))
      local shown = run_cli.run(words(variables, "--profile", "work", "doctor"))
      variables.MIMECAST_PROFILE = "work"
      local mixed_doctor, mixed_users = run_cli.run(words(variables, "doctor")), run_cli.run(words(variables, "users"))
      local elsewhere = run_cli.run(words({ XDG_CONFIG_HOME = home, MIMECAST_PROFILE = "work",
        MIMECAST_BASE_URL = "http://127.0.0.1:1" }, "--base-url", tenant.url, "users", "--limit", "1"))
      variables.MIMECAST_PROFILE = nil
      local missing = run_cli.run(words(variables, "--profile", "home", "users"))
      os.remove(file)
      run_cli.shell(("rmdir %s/mimecast %s"):format(home, home))
      assert.equal(0, result.code, result.err)
      assert.equal(0, shown.code, shown.out)
      assert.truthy(shown.out:find('clientSecret = ***, from the profile "work"', 1, true))
      for _, case in ipairs { { mixed_doctor, mixed_doctor.out }, { mixed_users, mixed_users.err } } do
        assert.equal(3, case[1].code)
        for _, part in ipairs { "the profile \"work\" (named by MIMECAST_PROFILE)", "MIMECAST_APP_ID", "MIMECAST_REGION" } do
          assert.truthy(case[2]:gsub("%s+", " "):find(part, 1, true), case[2])
        end
      end
      assert.equal(0, elsewhere.code, elsewhere.err)
      assert.equal(3, missing.code)
      assert.truthy(missing.err:find("it has: work", 1, true))
    end)

    it("--base-url: overrides the environment", function()
      local elsewhere = environment("2.0", { MIMECAST_BASE_URL = "http://127.0.0.1:1" })
      local result = run_cli.run(words(elsewhere, "--base-url", tenant.url, "users", "--limit", "1"))
      assert.equal(0, result.code, result.err)
    end)
  end)

  describe("output", function()
    it("escapes control characters of the service on a terminal and in a pipe", function()
      for _, format in ipairs { {}, { "--json" } } do
        local result = run("users", "--domain", "example.com", (table.unpack or unpack)(format)) -- luacheck: ignore
        assert.equal(0, result.code)
        assert.is_nil(result.out:find("[%z\1-\9\11-\31\127]"), result.out)
        assert.is_nil(result.out:find("\194\155", 1, true))
        assert.is_nil(result.out:find("\226\128\174", 1, true))
      end
      assert.truthy(run("users").out:find("\\x1b[31mred", 1, true))
    end)

    it("keeps the text in JSON", function()
      for line in run("users", "--json").out:gmatch "[^\n]+" do
        local user = json.decode(line)
        if user.email == "evil@example.com" then
          assert.equal("=cmd|\27]0;title\7\27[31mred \226\128\174\194\155", user.username)
        end
      end
    end)

    it("aligns columns by the display width of the text", function()
      local result = run("users", "--domain", "example.com")
      local wide, ann = result.out:match "(山田[^\n]*)wide@", result.out:match "(Ann Example[^\n]*)ann@"
      assert.equal(#ann, #wide - #"山田太郎 é😀" + 8 + 1 + 1 + 2)
    end)

    it("fits a table into COLUMNS", function()
      local result = run_cli.run(words(environment("2.0", { COLUMNS = "50" }), "users"))
      for line in result.out:gmatch "[^\n]+" do
        local columns = require("mimecast.cli.io.terminal_text").width(line)
        assert.is_true(columns <= 50, line)
      end
      assert.truthy(result.out:find("…", 1, true))
    end)

    it("escapes formulas in CSV cells and quotes special characters", function()
      tenant:add_users { { emailAddress = "quote@example.com", name = 'a "b", c' },
        { emailAddress = "n@example.com", name = "-12" } }
      local out = run("users", "--csv").out
      assert.truthy(out:find("\n'=cmd|", 1, true))
      assert.truthy(out:find('\n"a ""b"", c",quote@example.com,', 1, true))
      assert.truthy(out:find("\n-12,n@example.com,", 1, true))
    end)

    it("has no color in a pipe", function()
      assert.is_nil(run("doctor").out:find("\27", 1, true))
    end)
  end)

  describe("users --settings", function()
    it("has exit code 1 and a note if an account could not be read, also if a filter drops it", function()
      tenant:add_users(150)
      tenant:fault { kind = "fail_items", path = path, after = 30, items = { 2 } }
      local result = run("users", "--settings", "--filter", "accountLocked=true", "--fields", "email")
      assert.same({ 1, "email\ncarol@example.com\n", "1 account could not be read; --filter 'error!=' lists them\n" },
        { result.code, result.out, result.err })
    end)

    it("shows the error of a late row in a table", function()
      tenant:add_users(150)
      tenant:fault { kind = "fail_items", path = path, after = 30, items = { 2 } }
      local result = run("users", "--settings")
      assert.equal(1, result.code)
      assert.truthy(result.out:find "^username +email .* error\n")
      assert.truthy(result.out:find "user%d+@example.com [^\n]* err_%S+\n", result.out)
    end)
  end)

  describe("streaming", function()
    it("prints each row of all pages once", function()
      tenant:add_users(1200)
      local seen, count = {}, 0
      for email in run("users", "--csv", "--domain", "example.com").out:gmatch ",(user%d+@example.com)," do
        assert.is_nil(seen[email])
        seen[email], count = true, count + 1
      end
      assert.equal(1200, count)
    end)

    it("ends with 141 and no message when the pipe is closed, also if SIGPIPE is ignored", function()
      tenant:add_users(3000)
      local line = run_cli.line(words(environment "2.0", "users", "--csv"))
      for _, before in ipairs { "", "trap '' PIPE; " } do
        local result = run_cli.shell(("( %s%s; echo $? >&2 ) | head -n 2"):format(before, line))
        assert.equal("141\n", result.err)
        assert.truthy(result.out:find "^username,")
      end
    end)

    it("reports that the output cannot be written", function()
      local result = run_cli.shell(run_cli.line(words(environment "2.0", "users")) .. " >/dev/full")
      assert.equal(70, result.code)
      assert.truthy(result.err:find("cannot write the output", 1, true))
    end)

    it("escapes untrusted text in a message once", function()
      tenant:fault { kind = "garbage", path = path }
      local result = run_cli.run(words(environment "2.0", "update-user", "--email", "ann@example.com"))
      assert.truthy(result.err:find([[\x00\x01\x02\xff\xfe{"data":[\x1b[31m\x0d\x0a]], 1, true), result.err)
      result = run_cli.run(words(environment "2.0", "plan", "no\\such\27.csv"))
      assert.truthy(result.err:find([[no\x5csuch\x1b.csv cannot be read]], 1, true), result.err)
    end)

    it("reports a lost write also if a message was written after it", function()
      local result = run_cli.shell(run_cli.line(words(environment "2.0", "list-users", "--limit", "2", "--json"))
        .. " >/dev/full")
      assert.equal(70, result.code, result.err)
      assert.truthy(result.err:find(" rows; --all lists all rows", 1, true), result.err)
      assert.truthy(result.err:find('"code":"unwritable_output"', 1, true), result.err)
    end)

    it("sends no output to the gateway if standard output is closed", function()
      local line = run_cli.line(words(environment "2.0", "update-user", "--email", "ann@example.com", "--allow-pop3", "true",
        "--verbose"))
      assert.equal(70, run_cli.shell(line .. " <&- >&- 2>&-").code)
      assert.equal(1, tenant:applied "ann@example.com")
      assert.equal(1, tenant:count(path))
    end)

    it("prints the rows before a failure, and ends with its exit code", function()
      tenant:add_users(1200)
      tenant:fault { kind = "unavailable", path = "/api/user/get-internal-users", after = 1, times = 9 }
      local result = run_cli.run(words(environment("2.0", { MIMECAST_ATTEMPTS = "1" }), "users", "--csv"))
      assert.equal(7, result.code)
      local _, lines = result.out:gsub("\n", "")
      assert.equal(501, lines)
      assert.truthy(result.err:find("Unavailable", 1, true), result.err)
    end)
  end)

  describe("sign", function()
    it("prints a curl command with masked credentials", function()
      for _, generation in ipairs { "1.0", "2.0" } do
        local result = run_cli.run(words(environment(generation), "sign", path, "--data",
          "[{\"emailAddress\":\"o'x@example.com\"}]"))
        assert.equal(0, result.code, result.err)
        shows_no_secret(result)
        assert.truthy(result.out:find("curl --request POST " .. tenant.url .. path, 1, true))
        assert.truthy(result.out:find(generation == "1.0" and "n: MC ***:***'" or "n: Bearer ***'", 1, true))
        assert.equal(generation == "1.0", result.out:find("x-mc-req-id", 1, true) ~= nil)
        assert.truthy(result.out:find([[o'\''x@example.com]], 1, true))
      end
      assert.equal(0, tenant:count())
    end)

    it("accepts the arguments of call", function()
      local one = run_cli.run(words(environment "2.0", "sign", path, "--data", '{"emailAddress":"ann@example.com","x":[]}'))
      assert.truthy(one.out:find([[--data '{"data":[{"emailAddress":"ann@example.com","x":[]}]}']], 1, true), one.out)
      for _, more in ipairs { { "--data", "nonsense" }, { "--method", "X Y" } } do
        assert.equal(2, run_cli.run(words(environment "2.0", "sign", path, more[1], more[2])).code)
      end
    end)
  end)

  describe("a password in --data", function()
    it("is rejected by call and sign at any depth", function()
      for _, command in ipairs { "call", "sign" } do
        for _, data in ipairs { '[{"emailAddress":"ann@example.com","password":"Planted-7"}]',
          '{"x":{"NewPassword":"Planted-7"}}' } do
          local result = run_cli.run(words(environment "2.0", command, path, "--data", data))
          assert.equal(2, result.code)
          assert.truthy(result.err:find("--data-file -", 1, true), result.err)
          assert.is_nil((result.out .. result.err):find("Planted", 1, true))
        end
      end
      assert.equal(0, tenant:count())
      local list = words(environment "2.0", "call", path, "--data-file", "-")
      list.stdin = '[{"emailAddress":"ann@example.com","password":"Planted-Horse-7"}]'
      assert.equal(0, run_cli.run(list).code)
      assert.equal("Planted-Horse-7", tenant:user("ann@example.com").password)
    end)
  end)

  describe("doctor", function()
    it("rejects an invalid address", function()
      local result = run_cli.run(words(environment "2.0", "doctor", "--email", "ann"))
      assert.equal(2, result.code, result.out)
      assert.truthy(result.out:find("must be an e-mail address", 1, true))
    end)

    local function check(result, name)
      for _, entry in ipairs(json.decode(result.out).checks) do
        if entry.name == name then return entry end
      end
      error("no check " .. name .. " in " .. result.out)
    end

    it("fails if the gateway cannot be reached", function()
      local result = run_cli.run(words(environment("2.0", { MIMECAST_BASE_URL = "http://127.0.0.1:1" }), "doctor", "--json"))
      assert.equal(7, result.code)
      assert.equal("FAIL", check(result, "gateway").state)
    end)

    it("warns about a wrong clock", function()
      tenant:advance(-300)
      local result = run_cli.run(words(environment "2.0", "doctor", "--json"))
      tenant:advance(300)
      assert.equal("warn", check(result, "clock").state)
      assert.truthy(check(result, "clock").text:find "^%d+ s ahead")
    end)

    it("masks secrets, shows the origin of each setting, and changes nothing", function()
      for _, generation in ipairs { "1.0", "2.0" } do
        local result = run_cli.run(words(environment(generation), "doctor", "--email", "ann@example.com", "--verbose"))
        assert.equal(0, result.code, result.out .. result.err)
        shows_no_secret(result)
        assert.truthy(result.out:find("= ***, from the variable MIMECAST_", 1, true))
      end
      assert.equal(0, tenant:applied())
    end)
  end)

  it("has no secret on its command line and starts no child process", function()
    tenant:fault { kind = "slow", seconds = 0.5, path = path }
    local line = run_cli.line(words(environment "2.0", "update-user", "--email", "ann@example.com"))
    local script = "(exec LINE) & pid=$!; i=0; until grep -qaE '^(/[^ ]*/)?lua' /proc/$pid/cmdline || [ $i -gt 200 ]; do "
      .. "sleep 0.01; i=$((i+1)); done; tr '\\0' ' ' </proc/$pid/cmdline; sleep 0.1; "
      .. "echo; echo \"children:$(cat /proc/$pid/task/$pid/children)\"; wait $pid >/dev/null"
    local result = run_cli.shell((script:gsub("LINE", function() return line end)))
    assert.truthy(result.out:find("^[^ ]*lua[^ ]* bin/mimecast update%-user %-%-email ann@example.com"), result.out)
    assert.truthy(result.out:find("\nchildren:\n", 1, true), result.out)
    assert.is_nil(result.out:find("Planted", 1, true))
  end)
end)
