-- `mimecast runs`, the names of runs, and the hints at their end: no command leads to a dead end.
local json = require "mimecast.json"
local run_cli = require "spec.support.run.run_cli"
local sandbox = require "mimecast.sandbox"
local tmp = require "spec.support.run.tmp"

local path = "/api/user/update-user"
local stamp = "%d%d%d%d%-%d%d%-%d%dT%d%d%d%d"

describe("runs", function()
  local tenant, folder, input

  setup(function() tenant = assert(sandbox.start { users = 0, rateLimit = false }) end)
  teardown(function()
    if tenant then tenant:stop() end
    tmp.clean()
  end)
  before_each(function()
    tenant:reset()
    tenant:add_users(20)
    folder = tmp.folder()
    input = folder .. "/leavers.csv"
    tmp.write(input, "email,accountDisabled\nuser000001@example.com,true\nuser000002@example.com,true\n")
  end)

  local function run(...)
    local words = { ... }
    words.environment = run_cli.environment(tenant, { MIMECAST_ATTEMPTS = "1", MIMECAST_PASSWORD_RETRY_WINDOW = "0" })
    return run_cli.run(words)
  end

  local function names()
    local found = {}
    for line in run("runs", folder, "--json").out:gmatch "[^\n]+" do found[#found + 1] = json.decode(line) end
    return found
  end

  it("of one file are planned and applied again and again", function()
    for week = 1, 2 do
      local planned = run("plan", input)
      assert.equal(0, planned.code, planned.err)
      local made = planned.err:match "plan written to (%S+);"
      assert.truthy(made:find("^" .. folder:gsub("%p", "%%%0") .. "/leavers%." .. stamp), made)
      local applied = run("apply", made)
      assert.equal(0, applied.code, applied.err)
      assert.truthy(applied.out:find(week == 1 and "ok 2," or "unchanged 2,", 1, true), applied.out)
    end
    for _ = 1, 2 do assert.equal(0, run("bulk", input, "--yes").code) end
    local found = names()
    assert.equal(4, #found)
    for _, one in ipairs(found) do assert.equal("finished", one.state) end
    assert.equal(2, tenant:applied())
    local shown = run("runs", folder)
    assert.truthy(shown.out:find("finished", 1, true) and shown.out:find("leavers.20", 1, true), shown.out)
    assert.is_nil(shown.out:find(folder, 1, true))
  end)

  it("are resumed only by a command that sets the same values", function()
    tmp.write(input, "email\nuser000001@example.com\nuser000002@example.com\n")
    assert.equal(0, run("bulk", input, "--set", "accountDisabled=true", "--yes").code)
    for _, option in ipairs { "--resume", "--only-failed" } do
      local other = run("bulk", input, "--set", "accountDisabled=false", option)
      assert.equal(8, other.code, other.out)
      assert.truthy(other.err:find("the journal belongs to a run with accountDisabled = true, not with accountDisabled = false",
        1, true), other.err)
      assert.equal(0, run("bulk", input, "--set", "accountDisabled=true", option, "--yes").code)
      assert.equal(0, run("bulk", input, option, "--yes").code)
    end
    assert.same({ 2, true }, { tenant:applied(), tenant:user("user000001@example.com").accountDisabled })
  end)

  it("name no undo command if nothing can be undone", function()
    tmp.write(input, "email\nuser000001@example.com\n")
    local forced = run("bulk", input, "--set", "forcePasswordChange=true", "--yes")
    assert.truthy(forced.out:find("ok 1,", 1, true), forced.out .. forced.err)
    assert.is_nil(forced.out:find("to undo", 1, true), forced.out)
  end)

  it("are listed with whole names and their outcome on a terminal of 80 columns", function()
    tmp.write(input, "email,accountDisabled\nuser000001@example.com,true\nnobody@example.com,true\n")
    local name = run("bulk", input, "--yes").out:match "/(leavers%.[^/]*)%.journal"
    local keys = tenant.credentials.v2
    for _, words in ipairs { { "runs", folder }, { "runs", folder, "--filter", "rejected>0" } } do
      words.environment = { MIMECAST_CLIENT_ID = keys.clientId, COLUMNS = "80" }
      local listed = run_cli.run(words)
      assert.equal(("run%srows  outcome\n%s  finished  2     ok 1, rejected 1\n"):format(
        (" "):rep(#name - 1) .. "state     ", name), listed.out, listed.err)
    end
  end)

  it("are removed by age", function()
    assert.equal(0, run("bulk", input, "--yes").code)
    local kept = run("runs", folder, "--prune", "90d")
    assert.same({ 0, "0 runs removed\n" }, { kept.code, kept.err })
    assert.equal(1, #names())
    assert.equal(2, run("runs", folder, "--prune", "90").code)
    assert.equal(2, run("runs", folder .. "/none").code)
    local removed = run("runs", folder, "--prune", "0h")
    assert.equal("1 run removed\n", removed.err)
    assert.equal(0, #names())
  end)

  it("go on with --resume without the name of a journal; until then no second run of the file starts", function()
    tenant:fault { kind = "bad_app_id", path = path, times = 1000 }
    local stopped = run("bulk", input, "--yes", "--no-read", "--max-disable", "2", "--protect", "boss@example.com")
    assert.is_true(stopped.code ~= 0)
    local journal = stopped.out:match "journal: (%S+)"
    local line = ("\n  to go on: mimecast apply %s --resume --max-disable 2 --protect boss@example.com\n"):format(
      journal:gsub("journal$", "plan"))
    assert.truthy(stopped.out:find(line, 1, true), stopped.out)
    tenant:reset()
    tenant:add_users(20)
    local second = run("bulk", input, "--yes")
    assert.equal(8, second.code)
    assert.truthy(second.err:find("the run " .. journal .. " of this file has not ended: 2 rows are not sent, 0 unknown", 1,
      true), second.err)
    assert.truthy(second.err:find(("to go on: mimecast bulk %s --resume"):format(input), 1, true), second.err)
    assert.equal(0, tenant:applied())
    assert.equal(0, run("bulk", input, "--resume").code)
    assert.equal(2, tenant:applied())
    assert.equal(8, run("bulk", folder .. "/other.csv", "--resume").code)
  end)

  it("that changed passwords say how to settle what is unknown", function()
    tmp.write(input, "email,password\nuser000001@example.com,Planted-Horse-7\n")
    tenant:fault { kind = "close_before_response", path = path, afterApply = true, times = 20 }
    local lost = run("bulk", input, "--yes", "--no-read")
    assert.equal(5, lost.code, lost.err)
    assert.truthy(lost.out:find("unknown: line 2, user000001@example.com: ", 1, true), lost.out)
    assert.truthy(lost.out:find("Ask the user whether the new password works; if not, set it in a new run of these rows.", 1,
      true), lost.out)
    local line = lost.out:match "to list the unknown rows: mimecast (report %S+ %-%-state unknown)"
    local listed = run_cli.shell(run_cli.line { environment = {} } .. " " .. line)
    assert.truthy(listed.out:find("user000001@example.com", 1, true), listed.out .. listed.err)
    assert.is_nil((lost.out .. lost.err .. listed.out):find("Planted", 1, true))
    local journal = lost.out:match "journal: (%S+)"
    local undone = run("undo", journal)
    assert.truthy(undone.err:find(("the outcome of 1 row is unknown: run mimecast apply %s --journal %s --resume, then"):format(
      (journal:gsub("journal$", "plan")), journal), 1, true), undone.err)
    os.remove((journal:gsub("journal$", "undo.plan")))
    assert.equal("finished", names()[1].state) -- no later run can settle the row
    tenant:reset()
    tenant:add_users(20)
    assert.equal(0, run("bulk", input, "--yes", "--no-read").code)
  end)

  it("name the profile in the commands that go on", function()
    local keys = tenant.credentials.v2
    run_cli.shell("mkdir -p " .. folder .. "/config/mimecast")
    local profiles = folder .. "/config/mimecast/profiles.json"
    tmp.write(profiles, json.encode { acme = { clientId = keys.clientId, clientSecret = keys.clientSecret,
      baseUrl = tenant.url } })
    run_cli.shell("chmod 600 " .. profiles)
    local applied = run_cli.run { "--profile", "acme", "bulk", input, "--yes",
      environment = { XDG_CONFIG_HOME = folder .. "/config" } }
    assert.equal(0, applied.code, applied.err)
    assert.truthy(applied.out:find("to undo: mimecast --profile acme undo " .. folder, 1, true), applied.out)
  end)

  it("can be undone twice", function()
    assert.equal(0, run("bulk", input, "--yes", "--journal", folder .. "/a.journal").code)
    for _, name in ipairs { "a.undo.plan", "a.undo-2.plan" } do
      local undone = run("undo", folder .. "/a.journal")
      assert.equal(0, undone.code, undone.err)
      assert.truthy(undone.err:find("plan written to " .. folder .. "/" .. name, 1, true), undone.err)
      assert.equal(0, run("apply", folder .. "/" .. name).code)
    end
  end)
end)

describe("doctor", function()
  it("says which accounts are protected, and fails if the list cannot be read", function()
    local folder = tmp.folder()
    local list_path = folder .. "/protected"
    tmp.write(list_path, "*@board.example.com\n")
    local function doctor()
      return run_cli.run { "doctor", environment = { MIMECAST_SANDBOX = "1" }, "--no-color" }
    end
    assert.truthy(doctor().out:find("protect +no account is protected from bulk runs"))
    local tenant = assert(sandbox.start { users = 1, rateLimit = false })
    local environment = run_cli.environment(tenant, { MIMECAST_PROTECT = "ceo@example.com", MIMECAST_PROTECT_FILE = list_path })
    local listed = run_cli.run { "doctor", environment = environment }
    environment.MIMECAST_PROTECT_FILE = list_path .. ".none"
    local failed = run_cli.run { "doctor", environment = environment }
    tenant:stop()
    tmp.clean()
    assert.equal(0, listed.code, listed.out)
    assert.truthy(listed.out:find("never disabled or locked by bulk runs: ceo@example.com, *@board.example.com", 1, true),
      listed.out)
    assert.equal(3, failed.code, failed.out)
    assert.truthy(failed.out:find("cannot be read", 1, true), failed.out)
  end)
end)
