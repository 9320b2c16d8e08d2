-- What the completion scripts offer for values, in bash; the scripts of the other shells are checked for their marks.
local json = require "mimecast.json"
local run_cli = require "spec.support.run.run_cli"
local sandbox = require "mimecast.sandbox"
local tmp = require "spec.support.run.tmp"

describe("completion", function()
  local folder, tenant

  setup(function()
    folder = tmp.folder()
    tenant = assert(sandbox.start { rateLimit = false })
    run_cli.shell(("mkdir -p %s/mimecast %s/files/sub"):format(folder, folder))
    for _, name in ipairs { "a.plan", "a.journal", "a.csv" } do tmp.write(folder .. "/files/" .. name, "") end
    local keys = tenant.credentials.v2
    local profile = { clientId = keys.clientId, clientSecret = keys.clientSecret, baseUrl = tenant.url }
    tmp.write(folder .. "/mimecast/profiles.json", json.encode { work = profile, home = profile, default = "work",
      ["$(touch planted)"] = profile })
    run_cli.shell(("chmod 600 %s/mimecast/profiles.json"):format(folder))
  end)
  teardown(function()
    tenant:stop()
    tmp.clean()
  end)

  local environment = function() return { XDG_CONFIG_HOME = folder, XDG_CACHE_HOME = folder, XDG_STATE_HOME = folder } end

  local function run(...) return run_cli.run { environment = environment(), ... } end

  -- Completes the last of the words in bash, within a folder with a plan, a journal, a CSV file and a folder.
  local function complete(...)
    local words = {}
    for i, word in ipairs { "mimecast", ... } do words[i] = run_cli.quote(word) end
    local code = ([[
      here=$PWD; source <(%s)
      mimecast() { (cd "$here"; %s "$@"); }
      cd %s/files; compopt() { echo "no files"; }
      COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _mimecast; echo "${COMPREPLY[*]}"]]):format(
      run_cli.line { "completion", "bash" }, run_cli.line { environment = environment() }, folder, table.concat(words, " "))
    local result = run_cli.shell("bash -c " .. run_cli.quote(code))
    assert.equal("", result.err)
    return (result.out:gsub("\n+$", ""))
  end

  it("offers profiles, regions, operations and fixed words", function()
    assert.equal("home work", complete("--profile", ""))
    assert.equal("uk us usb uspcom", complete("--region", "u"))
    assert.equal("update-user", complete("plan", "x.csv", "--operation", "update-us"))
    assert.equal("table", complete("users", "--output", "t"))
  end)

  it("offers only fitting files, and no files for other values", function()
    assert.equal("a.plan sub", complete("apply", ""))
    assert.equal("a.journal sub", complete("undo", ""))
    assert.equal("a.csv", complete("disable", "--from", "a.c"))
    assert.equal("no files", complete("users", "--domain", "a"))
    assert.equal("no files", complete("disable", "a"))
  end)

  it("offers the groups that mimecast groups listed last, without a request", function()
    assert.equal("", complete("members", "--group", ""))
    assert.equal(0, run("groups", "--query", "Fin").code) -- a part of the groups is not kept
    assert.equal("", complete("members", "--group", ""))
    assert.equal(0, run("groups").code)
    local before = #tenant:requests()
    assert.equal("Finance", complete("members", "--group", "F"))
    assert.equal("Leavers", complete("copy-members", "L"))
    assert.equal(before, #tenant:requests())
    assert.equal("600\n", run_cli.shell(("stat -c %%a %s/mimecast/groups-*"):format(folder)).out)
  end)

  it("offers no word that a shell would run", function()
    assert.equal(0, run("create-group", "--name", "$(touch${IFS}planted)").code)
    assert.equal(0, run("create-group", "--name", "`touch planted`").code)
    assert.equal(0, run("groups").code)
    complete("members", "--group", "")
    complete("--profile", "")
    assert.is_nil(io.open(folder .. "/files/planted"))
    assert.is_nil(run("completion", "values", "groups").out:find("touch", 1, true))
    assert.is_nil(run("completion", "values", "profiles").out:find("touch", 1, true))
  end)

  it("keeps no groups with --no-cache", function()
    run_cli.shell(("rm -f %s/mimecast/groups-*"):format(folder))
    assert.equal(0, run("groups", "--no-cache").code)
    assert.equal("", run("completion", "values", "groups").out)
  end)

  it("leaves no mark in a script", function()
    for _, shell in ipairs { "bash", "zsh", "fish" } do
      local script = run("completion", shell).out
      for _, kind in ipairs { "none", "files", "plans", "journals", "profiles", "groups" } do
        assert.is_nil(script:find("__" .. kind .. "__", 1, true), shell .. ": " .. kind)
      end
      assert.truthy(script:find("mimecast completion values profiles", 1, true), shell)
    end
  end)
end)
