-- `mimecast sync-group` against a sandbox behind nginx, which the commands share.
local run_cli = require "spec.support.run.run_cli"
local sandbox = require "mimecast.sandbox"
local tmp = require "spec.support.run.tmp"

describe("sync-group", function()
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

  local function members()
    local list = {}
    local out = run({ "members", "--group", "Finance", "--csv", "--fields", "email,domain", "--sort", "email" }).out
    for email, domain in out:gmatch "\n([^,\n]*),([^,\n]*)" do list[#list + 1] = email ~= "" and email or domain end
    return table.concat(list, " ")
  end

  it("writes a plan, which is applied and undone; a second plan changes nothing", function()
    local file, plan = folder .. "/members.csv", folder .. "/members.plan"
    tmp.write(file, "ann@example.com\ncarol@example.com\n") -- a list without a header
    local planned = run { "sync-group", "Finance", "--from", file, "--remove-others", "--out", plan }
    assert.equal(0, planned.code, planned.err)
    assert.truthy(planned.out:find("member: false → true 1, true → false 2", 1, true), planned.out)
    assert.truthy(planned.err:find("to apply it: mimecast apply " .. plan, 1, true), planned.err)
    assert.equal("ann@example.com bob@example.com example.org", members())
    local applied = run { "apply", plan, "--verify", "--journal", folder .. "/members.journal" }
    assert.equal(0, applied.code, applied.err)
    assert.equal("ann@example.com carol@example.com", members())
    local again = run { "sync-group", "Finance", "--from", file, "--remove-others", "--out", folder .. "/again.plan" }
    assert.truthy(again.out:find("2 rows: 0 would change, 2 unchanged", 1, true), again.out)
    assert.equal(0, run({ "undo", folder .. "/members.journal", "--out", folder .. "/undo.plan" }).code)
    assert.equal(0, run({ "apply", folder .. "/undo.plan", "--journal", folder .. "/undo.journal" }).code)
    assert.equal("ann@example.com bob@example.com example.org", members())
  end)

  it("is planned and applied every week from the same file", function()
    tmp.write(folder .. "/members.csv", "Address,Team\nann@example.com,Finance\ncarol@example.com,Sales\n")
    for week = 1, 2 do
      local planned = run { "sync-group", "Finance", "--from", folder .. "/members.csv", "--map", "Address=email", "--where",
        "Team=Finance", "--remove-others" }
      assert.equal(0, planned.code, planned.err)
      assert.truthy(planned.out:find("  where Team is Finance\n  1 of 2 rows of the file\n", 1, true), planned.out)
      local applied = run { "apply", (planned.err:match "to apply it: mimecast apply (%S+)") }
      assert.equal(0, applied.code, applied.err)
      assert.truthy(applied.out:find(week == 1 and "ok 2, unchanged 1," or "ok 0, unchanged 1,", 1, true), applied.out)
    end
    assert.equal("ann@example.com", members())
  end)

  it("reads the members once for a plan of concurrent requests", function()
    local list = {}
    for i = 1, 200 do list[i] = ("user%06d@example.com"):format(i) end
    tmp.write(folder .. "/many.csv", table.concat(list, "\n") .. "\n")
    local result = run { "sync-group", "Finance", "--from", folder .. "/many.csv", "--out", folder .. "/many.plan" }
    assert.equal(0, result.code, result.err)
    assert.equal(1, tenant:count "/api/directory/get-group-members")
  end)

  it("takes the options of files, and JSON", function()
    tmp.write(folder .. "/hr.csv", "Work Email;Team\ncarol@example.com;Finance\ndora@example.com;Sales\n")
    local result = run { "sync-group", "Finance", "--from", folder .. "/hr.csv", "--map", "Work Email=email", "--where",
      "Team=Finance", "--ignore-other-columns", "--out", folder .. "/hr.plan", "--json" }
    assert.equal(0, result.code, result.err)
    assert.truthy(result.out:find('"operation":"members of Finance"', 1, true), result.out)
    assert.truthy(result.out:find('"change":1', 1, true), result.out)
  end)

  it("reports wrong use", function()
    for _, case in ipairs { { 2, "sync-group", "Finance" }, { 2, "sync-group", "Finance", "--from", "-" },
      { 1, "sync-group", "finance", "--from", "/dev/null" }, { 2, "sync-group", "Finance", "--from", "/nonexistent" } } do
      local code = table.remove(case, 1)
      assert.equal(code, run(case).code, table.concat(case, " "))
    end
  end)
end)
