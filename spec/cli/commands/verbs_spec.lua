-- The commands that change an account by its address, against a sandbox behind nginx.
local json = require "mimecast.json"
local run_cli = require "spec.support.run.run_cli"
local sandbox = require "mimecast.sandbox"
local tmp = require "spec.support.run.tmp"

local planted = "Planted-Verb-7"

describe("the verbs", function()
  local tenant, folder

  setup(function() tenant = assert(sandbox.start { rateLimit = false }) end)
  teardown(function()
    if tenant then tenant:stop() end
    tmp.clean()
  end)
  before_each(function()
    tenant:reset()
    folder = tmp.folder()
  end)

  local function words(...)
    local list = { ... }
    list.environment = run_cli.environment(tenant, { TERM = "xterm" })
    return list
  end

  local function run(...) return run_cli.run(words(...)) end

  local function setting(email, name) return tenant:user(email)[name] end

  -- Runs the line that undoes a change.
  local function undo(result)
    local line = result.err:match "to undo: mimecast ([^\n]+)"
    local list = {}
    for word in line:gmatch "%S+" do list[#list + 1] = word end
    return run((table.unpack or unpack)(list)) -- luacheck: ignore
  end

  it("change one account, show old and new value, and name the command that undoes it", function()
    for _, case in ipairs { { "disable", "accountDisabled", true }, { "lock", "accountLocked", true },
      { "force-password-change", "forcePasswordChange", true } } do
      local result = run(case[1], "ann@example.com")
      assert.same({ 0, ("ann@example.com: %s false → true\n"):format(case[2]) }, { result.code, result.out }, result.err)
      assert.is_true(setting("ann@example.com", case[2]))
      assert.equal(0, undo(result).code, result.err)
      assert.is_false(setting("ann@example.com", case[2]))
    end
    local function count()
      local sum = 0
      for _, request in ipairs(tenant:requests()) do
        if request.path == "/api/user/update-user" then sum = sum + 1 end
      end
      return sum
    end
    local before = count()
    assert.equal(0, run("disable", "ann@example.com").code)
    assert.equal(before + 2, count())
  end)

  it("reuse-address: says that the account is disabled, and how to enable it", function()
    assert.equal(0, run("disable", "ann@example.com", "--no-admin-check").code)
    local result = run("reuse-address", "ann@example.com", "--since", "2027-01-01T00:00:00Z")
    assert.truthy(result.err:find("the account is disabled; to enable it: mimecast enable ann@example.com\n", 1, true),
      result.err)
  end)

  it("go on with no run of another verb", function()
    tmp.write(folder .. "/week.csv", "email\nann@example.com\nbob@example.com\n")
    local journal = folder .. "/week.journal"
    assert.equal(0, run("disable", "--from", folder .. "/week.csv", "--yes", "--no-admin-check", "--journal", journal).code)
    local applied = tenant:applied()
    for _, option in ipairs { "--resume", "--only-failed" } do
      local result = run("enable", "--from", folder .. "/week.csv", "--journal", journal, option)
      assert.equal(8, result.code, result.out)
      assert.truthy(result.err:find("belongs to a run with accountDisabled = true, not with accountDisabled = false",
        1, true), result.err)
      local same = run("disable", "--from", folder .. "/week.csv", "--journal", journal, option, "--no-admin-check", "--yes")
      assert.equal(0, same.code, same.err)
    end
    assert.same({ applied, true }, { tenant:applied(), setting("ann@example.com", "accountDisabled") })
  end)

  it("say unchanged for a change that is there already, and write nothing", function()
    local result = run("enable", "ann@example.com")
    assert.same({ 0, "ann@example.com: unchanged: accountDisabled is false\n", "" }, { result.code, result.out, result.err })
    assert.equal(0, tenant:applied "ann@example.com")
    local document = json.decode(run("unlock", "ann@example.com", "--json").out)
    assert.same({ "unchanged", "ann@example.com" }, { document.state, document.email })
    assert.is_nil(document.undo)
  end)

  it("write changes, old values and the undo command as JSON", function()
    local document = json.decode(run("disable", "ann@example.com", "--json").out)
    assert.same({ email = "ann@example.com", state = "ok", changes = { accountDisabled = { from = false, to = true } },
      undo = "mimecast enable ann@example.com" }, document)
  end)

  it("reject a missing or invalid address and an unknown user, and send nothing", function()
    local missing = run "disable"
    assert.equal(2, missing.code)
    assert.truthy(missing.err:find("missing ADDRESS", 1, true), missing.err)
    local invalid = run("disable", "ann")
    assert.equal(2, invalid.code)
    assert.truthy(invalid.err:find("ADDRESS must be an e-mail address with one @", 1, true), invalid.err)
    assert.equal(2, run("disable", "ann@example.com", "-").code)
    assert.equal(2, run("disable", "ann@example.com", "--from", "x.csv").code)
    assert.equal(1, run("disable", "nobody@example.com").code)
    assert.equal(6, run("disable", "ann@example.com", "--read-only").code)
    assert.equal(0, tenant:applied())
  end)

  it("make a bulk run of several addresses, of a file and of standard input", function()
    local journal = folder .. "/a.journal"
    local result = run("disable", "ann@example.com", "bob@example.com", "--journal", journal, "--yes")
    assert.equal(0, result.code, result.err)
    assert.truthy(result.out:find("ok 2, ", 1, true), result.out)
    assert.truthy(result.out:find("to undo: mimecast undo " .. journal, 1, true), result.out)
    -- Only the column of addresses counts: other columns, also settings, change nothing.
    tmp.write(folder .. "/back.csv", "Name,Mail,username\nAnn,ann@example.com,Nobody\nBob,bob@example.com,Nobody\n")
    local from = run("enable", "--from", folder .. "/back.csv", "--json")
    assert.equal(0, from.code, from.err)
    local report = json.decode(from.out)
    assert.equal(2, report.ok)
    assert.truthy(report.journal:find(folder .. "/back.", 1, true), report.journal)
    assert.is_false(setting("ann@example.com", "accountDisabled"))
    assert.equal("Ann Example", setting("ann@example.com", "name"))
    local piped = words("lock", "-", "--journal", folder .. "/c.journal", "--yes")
    piped.stdin = "ann@example.com\ncarol@example.com\n"
    local locked = run_cli.run(piped)
    assert.equal(0, locked.code, locked.err)
    assert.is_true(setting("carol@example.com", "accountLocked"))
  end)

  it("give each run of a file its own journal", function()
    tmp.write(folder .. "/l.csv", "email\nann@example.com\n")
    assert.equal(0, run("disable", "--from", folder .. "/l.csv", "--yes").code)
    local again = run("disable", "--from", folder .. "/l.csv", "--yes")
    assert.equal(0, again.code, again.err)
    assert.truthy(again.out:find("unchanged 1", 1, true), again.out)
  end)

  it("disable several accounts without a terminal only with --yes", function()
    local result = run("disable", "ann@example.com", "bob@example.com", "--journal", folder .. "/a.journal")
    assert.equal(6, result.code, result.err)
    assert.truthy(result.err:find("--yes", 1, true), result.err)
    assert.equal(0, tenant:applied())
  end)

  it("disable or lock an administrator only with --allow-admin", function()
    for _, verb in ipairs { "disable", "lock" } do
      local result = run(verb, "carol@example.com")
      assert.equal(6, result.code, result.err)
      assert.truthy(result.err:find("carol@example.com is an administrator (Super Administrator)", 1, true), result.err)
      assert.truthy(result.err:find("--allow-admin carol@example.com", 1, true), result.err)
    end
    assert.equal(0, tenant:applied())
    local allowed = run("disable", "carol@example.com", "--allow-admin", "carol@example.com")
    assert.same({ 0, "carol@example.com: accountDisabled false → true\n" }, { allowed.code, allowed.out }, allowed.err)
    assert.equal(0, run("enable", "carol@example.com").code)
    assert.equal(0, run("lock", "carol@example.com", "--no-admin-check").code)
  end)

  it("never disable or lock an account that the profile protects", function()
    run_cli.shell("mkdir " .. folder .. "/mimecast")
    tmp.write(folder .. "/mimecast/profiles.json", json.encode { boss = { clientId = tenant.credentials.v2.clientId,
      clientSecret = tenant.credentials.v2.clientSecret, baseUrl = tenant.url, protect = { "ann@*" } } })
    local function of_profile(...)
      return run_cli.run { environment = { XDG_CONFIG_HOME = folder }, "--profile", "boss", ... }
    end
    for _, verb in ipairs { "disable", "lock" } do
      local result = of_profile(verb, "ANN@example.com")
      assert.equal(6, result.code, result.err)
      assert.truthy(result.err:find("ANN@example.com is protected by the profile", 1, true), result.err)
    end
    assert.equal(0, tenant:applied())
    assert.equal(0, of_profile("enable", "ann@example.com").code)
    local other = of_profile("disable", "bob@example.com")
    assert.truthy(other.err:find("to undo: mimecast --profile boss enable bob@example.com", 1, true), other.err)
  end)

  it("set a password from standard input or the environment, unlock the account, and show no password", function()
    run("lock", "ann@example.com")
    local piped = words("set-password", "ann@example.com")
    piped.stdin = planted .. "\n"
    local result = run_cli.run(piped)
    assert.same({ 0, "ann@example.com: password set\nann@example.com: accountLocked true → false\n" },
      { result.code, result.out }, result.err)
    assert.truthy(result.err:find("cannot be undone: password", 1, true), result.err)
    assert.is_nil((result.out .. result.err):find(planted, 1, true))
    local from_environment = words("set-password", "bob@example.com", "--password-env", "PW", "--json", "--verbose")
    from_environment.environment.PW = planted
    local second = run_cli.run(from_environment)
    assert.equal(0, second.code, second.err)
    assert.is_nil((second.out .. second.err):find(planted, 1, true))
    assert.equal(2, run("set-password", "ann@example.com").code) -- nothing on standard input
    local in_argv = run("set-password", "ann@example.com", "--password", planted)
    assert.equal(2, in_argv.code)
    assert.is_nil(in_argv.err:find(planted, 1, true))
    assert.equal(2, run("set-password", "ann@example.com", "bob@example.com").code)
  end)

  it("set the passwords of a file, and keep them out of plan and journal", function()
    tmp.write(folder .. "/pw.csv", "email,password,note\nann@example.com," .. planted .. ",x\n")
    local result = run("set-password", "--from", folder .. "/pw.csv", "--json")
    assert.equal(0, result.code, result.err)
    assert.equal(1, json.decode(result.out).ok)
    local found = run_cli.shell("grep -rlF " .. planted .. " " .. folder).out
    assert.equal(folder .. "/pw.csv\n", found)
  end)

  it("hide the archive of a former employee, and bring settings into a state", function()
    local result = run("reuse-address", "ann@example.com", "--since", "2027-01-01T00:00:00Z")
    assert.equal(0, result.code, result.err)
    assert.truthy(result.out:find("archiveStartDate not set → 2027-01-01T00:00:00+0000", 1, true), result.out)
    assert.truthy(result.err:find("cannot be undone: archiveStartDate", 1, true), result.err)
    assert.equal(2, run("reuse-address", "ann@example.com").code)
    assert.equal(2, run("reuse-address", "ann@example.com", "--since", "46022").code)
    local ensured = run("ensure-user", "bob@example.com", "--allow-pop3", "true", "--account-locked", "false")
    assert.same({ 0, "bob@example.com: allowPop3 false → true\n" }, { ensured.code, ensured.out })
    assert.equal(0, undo(ensured).code)
    assert.is_false(setting("bob@example.com", "allowPop"))
    tmp.write(folder .. "/s.csv", "email,allowPop3\nann@example.com,true\n")
    assert.equal(0, run("ensure-user", "--from", folder .. "/s.csv", "--allow-smtp", "true").code)
    assert.is_true(setting("ann@example.com", "allowPop"))
    assert.is_true(setting("ann@example.com", "allowSmtp"))
  end)

  it("ask for the password twice on a terminal, without echo", function()
    local result = run_cli.terminal(words("set-password", "ann@example.com"),
      { { "Password: ", planted .. "\n" }, { "Password again: ", planted .. "\n" } })
    assert.equal(0, result.code, result.out)
    assert.is_nil(result.out:find(planted, 1, true))
    assert.truthy(result.out:find("password set", 1, true), result.out)
  end)

  it("ask for nothing on a terminal if one account is changed, and for yes if there are several", function()
    local one = run_cli.terminal(words("disable", "ann@example.com"))
    assert.equal(0, one.code, one.out)
    local several = run_cli.terminal(words("disable", "bob@example.com", "carol@example.com", "--journal",
      folder .. "/t.journal"), { { "yes or no: ", "no\n" } })
    assert.equal(6, several.code, several.out)
    assert.equal(0, tenant:applied "bob@example.com")
  end)
end)
