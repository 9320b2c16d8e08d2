-- `mimecast reconcile` against a sandbox behind nginx, which the commands share.
local json = require "mimecast.json"
local mimecast = require "mimecast"
local run_cli = require "spec.support.run.run_cli"
local sandbox = require "mimecast.sandbox"
local tmp = require "spec.support.run.tmp"

describe("reconcile", function()
  local tenant, folder

  setup(function()
    tenant = assert(sandbox.start { rateLimit = false,
      credentials = { v2 = { clientId = "planted-client-id", clientSecret = "PlantedClientSecret" } } })
  end)
  teardown(function() if tenant then tenant:stop() end end)
  before_each(function()
    tenant:reset()
    folder = tmp.folder()
  end)
  after_each(tmp.clean)

  local function run(words)
    words.environment = run_cli.environment(tenant, { XDG_STATE_HOME = folder .. "/state" })
    local result = run_cli.run(words)
    assert.is_nil((result.out .. result.err):find("PlantedClient", 1, true))
    return result
  end

  local function reconcile(text, ...)
    local path = folder .. "/hr.csv"
    tmp.write(path, text)
    local words = { "reconcile", path, "--domain", "example.com", ... }
    return run(words)
  end

  local roster = "email,accountDisabled,Finance\ncarol@example.com,,\nann@example.com,,true\nbob@example.com,true,\n"
    .. "new@example.com,,true\n"

  it("writes a plan and a file for each group, which are applied; a second run changes nothing", function()
    tenant:add_users { { emailAddress = "zed@example.com" } }
    local first = reconcile(roster, "--group", "Finance")
    assert.equal(0, first.code, first.err)
    local plan = first.err:match "to apply it: mimecast apply (%S+%.plan)"
    local members = plan:gsub("%.plan$", ".Finance.csv")
    local line = "group Finance: 1 to add, 1 to remove: mimecast sync-group Finance --from " .. members
    assert.truthy(first.out:find(line, 1, true), first.out)
    assert.equal("email,member\nbob@example.com,false\nnew@example.com,true\n", tmp.read(members))
    assert.equal(0, tenant:applied())

    local client = assert(mimecast.new { clientId = "planted-client-id", clientSecret = "PlantedClientSecret",
      baseUrl = tenant.url, stateFolder = folder .. "/state" })
    assert.equal(2, assert(assert(client:plan(plan)):apply()).ok)
    assert.equal(0, run { "sync-group", "Finance", "--from", members, "--out", folder .. "/f.plan" }.code)
    assert.equal(2, assert(assert(client:plan(folder .. "/f.plan")):apply()).ok)
    client:close()

    local second = reconcile(roster, "--group", "Finance", "--json", "--out", folder .. "/second.plan")
    local document = json.decode(second.out)
    assert.same({ 0, 0, 1, 0 }, { document.counts.change, document.findings.orphan, document.findings["no account"],
      #document.groups })
    assert.same({ { finding = "no account", email = "new@example.com", line = 5 } }, document.differences)
    assert.same({ 4, 1, 4 }, { document.roster.people, document.roster.leavers, document.roster.last.people })
  end)

  it("writes all findings as CSV, and overwrites no other file", function()
    local path = folder .. "/findings.csv"
    tenant:add_users { { emailAddress = "zed@example.com", name = "Zed" } }
    assert.equal(0, reconcile(roster, "--findings", path, "--ignore-other-columns").code)
    assert.equal("finding,email,name,line,group,action,reason\n"
      .. "enabled leaver,bob@example.com,Bob Example,,,disable,\norphan,zed@example.com,Zed,,,disable,\n"
      .. "no account,new@example.com,,5,,,\n", tmp.read(path))
    assert.equal(0, reconcile(roster, "--findings", path, "--ignore-other-columns").code)
    tmp.write(path, "precious")
    local result = reconcile(roster, "--findings", path, "--ignore-other-columns")
    assert.equal(70, result.code)
    assert.equal("precious", tmp.read(path))
  end)

  it("changes nothing for a roster that was cut, and says which option to pass", function()
    tenant:add_users(10)
    local lines = { "email" }
    for i = 1, 10 do lines[#lines + 1] = ("user%06d@example.com"):format(i) end
    local words = { "--protect", "*@example.com" }
    assert.equal(0, reconcile(table.concat(lines, "\n"), (table.unpack or unpack)(words)).code) -- luacheck: ignore
    local cut = reconcile(table.concat(lines, "\n", 1, 5))
    assert.equal(8, cut.code)
    assert.truthy(cut.err:find("the roster has 4 people, and the last one had 10: fewer than 90 %", 1, true), cut.err)
    assert.truthy(cut.err:find("if so many people have left, set --min-share 0.40", 1, true), cut.err)
    assert.equal(0, reconcile(table.concat(lines, "\n", 1, 5), "--min-share", "0.4").code)
    assert.equal(8, reconcile("email\nuser000001@example.com\n", "--end-mark", "END", "--min-share", "0").code)
    assert.equal(8, reconcile("email\nuser000001@example.com\n", "--date", "2020-01-01", "--min-share", "0").code)
  end)

  it("needs a domain, and a plan's name for standard input", function()
    assert.equal(2, run { "reconcile", "hr.csv" }.code)
    local result = run { "reconcile", "-", "--domain", "example.com" }
    assert.equal(2, result.code)
    assert.truthy(result.err:find("missing --out", 1, true))
  end)

  it("shows what doc/reconcile.md shows", function()
    local page = tmp.read "doc/reconcile.md"
    local text, line, output = page:match "```console\n%$ cat hr.csv\n(.-)%$ (mimecast reconcile [^\n]+)\n(.-)```"
    tmp.write(folder .. "/hr.csv", text)
    run_cli.shell("touch -d '2026-11-30 06:00 UTC' " .. folder .. "/hr.csv")
    line = line:gsub("^mimecast", (run_cli.line { environment = { MIMECAST_SANDBOX = "1", XDG_STATE_HOME = folder } }:gsub("%%",
      "%%%%"))):gsub("hr%.csv", folder .. "/hr.csv", 1) .. " --max-roster-age 9e9"
    local result = run_cli.shell(line .. " 2>&1")
    local function normal(shown) return (shown:gsub("hr%.%d%d%d%d%-%d%d%-%d%dT%d%d%d%d", "hr.TIME")) end
    assert.equal(normal(output), normal(result.out:gsub(folder:gsub("%p", "%%%0") .. "/", "")))
  end)
end)
