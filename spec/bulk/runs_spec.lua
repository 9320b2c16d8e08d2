-- Names of runs, lists of them, and their removal.
local bulk = require "spec.support.fakes.bulk"
local runs = require "mimecast.bulk.runs"
local system = require "mimecast.system"
local tmp = require "spec.support.run.tmp"

local now = 1796026320 -- 2026-11-30T08:12:00Z

describe("the files of a run", function()
  local folder

  teardown(tmp.clean)
  before_each(function() folder = tmp.folder() end)

  it("have the time in their names, and a number in the same minute", function()
    assert.equal(folder .. "/leavers.2026-11-30T0812.plan", runs.plan_path(folder .. "/leavers.csv", now))
    tmp.write(folder .. "/leavers.2026-11-30T0812.plan", "x")
    tmp.write(folder .. "/leavers.2026-11-30T0812-2.journal", "x")
    assert.equal(folder .. "/leavers.2026-11-30T0812-3.plan", runs.plan_path(folder .. "/leavers.csv", now))
    assert.equal(folder .. "/leavers.2026-11-30T0813.plan", runs.plan_path(folder .. "/leavers.csv", now + 60))
    assert.equal("a.b/list.2026-11-30T0812.plan", runs.plan_path("a.b/list", now))
  end)

  it("of an undo replace a plan without a run only", function()
    local path = folder .. "/leavers.undo.plan"
    tmp.write(path, "x")
    assert.equal(path, runs.unstarted_path(path))
    tmp.write(folder .. "/leavers.undo.journal", "x")
    assert.equal(folder .. "/leavers.undo-2.plan", runs.unstarted_path(path))
  end)

  it("are found by the newest time", function()
    assert.is_nil(runs.latest_journal(folder .. "/leavers.csv"))
    for _, name in ipairs { "leavers.journal", "leavers.2026-11-30T0812-2.journal", "leavers.2026-11-30T0812-10.journal",
      "leavers.2026-11-29T2359.journal", "leavers.undo.journal", "others.2027-01-01T0000.journal",
      "leavers.2027-01-01T0000.plan" } do
      tmp.write(folder .. "/" .. name, "x")
    end
    assert.equal(folder .. "/leavers.2026-11-30T0812-10.journal", runs.latest_journal(folder .. "/leavers.csv"))
    os.remove(folder .. "/leavers.2026-11-30T0812-10.journal")
    os.remove(folder .. "/leavers.2026-11-30T0812-2.journal")
    os.remove(folder .. "/leavers.2026-11-29T2359.journal")
    assert.equal(folder .. "/leavers.journal", runs.latest_journal(folder .. "/leavers.csv"))
  end)
end)

describe("the runs of a folder", function()
  local folder, client, tenant

  teardown(tmp.clean)
  before_each(function()
    folder = tmp.folder()
    client, tenant = bulk.client(20, { clock = function() return now end })
    assert(client:plan { input = bulk.leavers(3), file = folder .. "/a.plan" }):close()
    local plan = assert(client:plan { input = bulk.leavers(3), file = folder .. "/b.plan" })
    assert(plan:apply { journal = folder .. "/b.journal" })
    plan = assert(client:plan { input = bulk.leavers(9), file = folder .. "/c.plan" })
    tenant:fault { kind = "bad_app_id", path = bulk.path, after = 1 }
    assert(plan:apply { journal = folder .. "/c.journal" })
    tmp.write(folder .. "/d.plan", "not a plan")
    tmp.write(folder .. "/e.journal", '{"journal":1 cut')
  end)

  local function list()
    local found = {}
    for run in assert(runs.list(folder)) do found[#found + 1] = run end
    return found
  end

  it("are listed with state and counts; other files are not", function()
    local found = list()
    assert.equal(4, #found)
    assert.same({ "a", "planned", 3, 3 }, { found[1].run, found[1].state, found[1].rows, found[1].not_sent })
    assert.same({ "b", "finished", 3, now }, { found[2].run, found[2].state, found[2].ok, found[2].created })
    assert.same({ "c", "unfinished" }, { found[3].run, found[3].state })
    local c = found[3]
    assert.equal(c.rows, c.ok + c.unchanged + c.rejected + c.unknown + c.skipped + c.not_sent)
    assert.same({ "e", "unreadable" }, { found[4].run, found[4].state })
    assert.is_nil(runs.list(folder .. "/none"))
  end)

  it("are removed if they are old, and neither unfinished nor in use", function()
    local removed, kept = runs.prune(folder, now)
    assert.same({ 0, 0 }, { #removed, #kept })
    local open = assert(system.open_append(folder .. "/b.journal", "old"))
    removed, kept = runs.prune(folder, now + 1)
    assert.same({ 1, "a", 2, "b", "c" }, { #removed, removed[1].run, #kept, kept[1].run, kept[2].run })
    open:close()
    removed = runs.prune(folder, now + 1)
    assert.same({ 1, "b" }, { #removed, removed[1].run })
    assert.equal(2, #list())
    assert.equal("not a plan", tmp.read(folder .. "/d.plan"))
  end)
end)
