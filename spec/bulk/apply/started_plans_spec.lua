-- Plans that were started on this machine: no copy is carried out again.
local started_plans = require "mimecast.bulk.apply.started_plans"
local bulk = require "spec.support.fakes.bulk"
local json = require "mimecast.json"
local shell = require "tools.shell"
local system = require "mimecast.system"
local tmp = require "spec.support.run.tmp"

local function copy(path)
  return tmp.file(tmp.read(path), "copy.plan")
end

local function planned(client, rows)
  local path = tmp.path "x.plan"
  assert(client:plan { input = rows, file = path }):close()
  return path, copy(path)
end

describe("a copied plan", function()
  teardown(tmp.clean)

  it("is rejected, with the journal, user and time of the first run", function()
    local client, tenant = bulk.client(3)
    local path, other = planned(client, bulk.leavers(3))
    local journal, own = bulk.journal(), system.identity()
    assert(assert(client:plan(path)):apply { journal = journal, input = bulk.leavers(3) })
    local second = bulk.journal()
    local report, message, err = assert(client:plan(other)):apply { journal = second, input = bulk.leavers(3) }
    assert.is_nil(report)
    assert.equal("plan_already_started", err.code)
    assert.equal(("a run of this plan or of its original was started with the journal %s: started by %s on %s, process %d, "
      .. "at %s")
      :format(journal, own.user, own.host, own.pid, os.date("!%Y-%m-%dT%H:%M:%SZ", client.config.runtime.clock())),
      err.message)
    assert.truthy(message:find("resume that run, or make a new plan; again = true", 1, true))
    assert.is_nil(io.open(second))
    assert.equal("111", bulk.applied(tenant, 3))
  end)

  it("resumes with the first run's journal, and is carried out with again = true", function()
    local client, tenant = bulk.client(30)
    local path, other = planned(client, bulk.leavers(30))
    local journal, calls = bulk.journal(), 0
    assert.equal("10 0 0 0 20", bulk.sums(assert(assert(client:plan(path)):apply { journal = journal,
      input = bulk.leavers(30), concurrency = 1, interrupts = { count = function()
        calls = calls + 1
        return calls > 2 and 1 or 0
      end } })))
    assert.equal("30 0 0 0 0", bulk.sums(assert(assert(client:plan(other)):apply { journal = journal, resume = true,
      input = bulk.leavers(30) })))
    assert.equal(("1"):rep(30), bulk.applied(tenant, 30))
    assert.equal("30 0 0 0 0", bulk.sums(assert(assert(client:plan(copy(path))):apply { journal = bulk.journal(),
      again = true, recheck = false, input = bulk.leavers(30) })))
  end)

  it("is started once, even if plan and copy were opened before", function()
    local client, tenant = bulk.client(3)
    local path, other = planned(client, bulk.leavers(3))
    local first, second = assert(client:plan(path)), assert(client:plan(other))
    -- Both runs start at the same time, as two processes would.
    local wanted, journal = {}, bulk.journal()
    local err = select(3, first:apply { journal = bulk.journal(), input = bulk.leavers(3), maxChanges = 2000,
      maxDisable = 3, onProgress = function()
        wanted[1] = wanted[1] or select(3, second:apply { journal = journal, input = bulk.leavers(3) }).code
      end })
    assert.is_nil(err)
    assert.equal("plan_already_started", wanted[1])
    assert.is_nil(io.open(journal))
    assert.equal("111", bulk.applied(tenant, 3))
  end)

  it("differs from the next plan of the same input", function()
    local client, tenant = bulk.client(3)
    for _ = 1, 2 do
      local path = tmp.path "x.plan"
      local plan = assert(client:plan { input = bulk.leavers(3), file = path, read = false })
      assert.equal("3 0 0 0 0", bulk.sums(assert(plan:apply { journal = bulk.journal() })))
    end
    assert.equal("222", bulk.applied(tenant, 3))
  end)
end)

describe("started plans", function()
  local info, told

  before_each(function()
    told = {}
    info = { stateFolder = tmp.path "state" .. "/a/b", runtime = {
      log = function(line) told[#told + 1] = line end, sleep = function() end } }
  end)
  teardown(tmp.clean)

  local function id(i) return system.sha256_hex(tostring(i), 64) end

  local function claim(i, again, mark)
    return started_plans.claim(info, { plan = id(i), journal = "/j/" .. i, created = 1700000000, by = system.identity() },
      again or false, mark or function() return true end)
  end

  it("are recorded with mode 0600 in a folder of mode 0700", function()
    assert.is_true(claim(1))
    assert.is_true(claim(2))
    assert.equal("700\n700\n600", shell.run(("cd %s && stat -c %%a .. . started-plans"):format(info.stateFolder)))
    assert.is_nil(started_plans.find(info, id(3)))
    assert.truthy(started_plans.find(info, id(1)).message:find("was started with the journal /j/1: started by ", 1, true))
    local marked = false
    local ok, err = claim(2, false, function() marked = true return true end)
    assert.is_nil(ok)
    assert.equal("plan_already_started", err.code)
    assert.is_false(marked)
    assert.is_true(claim(2, true))
    assert.same({}, told)
  end)

  it("exclude a plan whose own file could not be marked", function()
    local ok, err = claim(1, false, function() return nil, "no" end)
    assert.is_nil(ok)
    assert.equal("no", err)
    assert.is_nil(started_plans.find(info, id(1)))
  end)

  it("are the newest entries of a file with a maximal size", function()
    claim(1)
    local path, i, size = info.stateFolder .. "/started-plans", 1, 0
    local file = assert(io.open(path, "ab"))
    while size < 262144 - 600 do
      i = i + 1
      local line = json.encode { plan = id(i), journal = "/j/" .. i, created = 1700000000 } .. "\n"
      line = line:gsub('^{(.*),("plan":"%x+")}', "{%2,%1}")
      size = size + #line
      file:write(line)
    end
    file:close()
    assert.truthy(started_plans.find(info, id(1)))
    for _ = 1, 10 do
      i = i + 1
      assert.is_true(claim(i))
    end
    local text = tmp.read(path)
    assert.is_true(#text > 100000 and #text <= 262144, #text)
    assert.is_nil(started_plans.find(info, id(1)))
    for near = i, i - 500, -1 do assert.truthy(started_plans.find(info, id(near)), near) end
    for line in text:gmatch "[^\n]+" do assert.equal("table", type(json.decode(line))) end
    assert.equal("600", shell.run(("stat -c %%a %s/started-plans"):format(info.stateFolder)))
  end)

  it("are read behind an incomplete line", function()
    claim(1)
    local file = assert(io.open(info.stateFolder .. "/started-plans", "ab"))
    file:write('{"plan":"', id(2), '","jour')
    file:close()
    assert.is_nil(started_plans.find(info, id(2)))
    assert.is_true(claim(3))
    assert.truthy(started_plans.find(info, id(1)))
    assert.truthy(started_plans.find(info, id(3)))
  end)

  it("are not recorded without a folder: the run continues, and the log gets one line", function()
    local marked = 0
    local function mark() marked = marked + 1 return true end
    info.stateFolder = "/proc/none"
    assert.is_true(claim(1, false, mark))
    assert.equal(1, marked)
    assert.equal(1, #told)
    assert.truthy(told[1]:find("the started plan cannot be recorded in /proc/none/started-plans", 1, true), told[1])
    assert.is_nil(started_plans.find(info, id(1)))
  end)

  it("are not read from a file that others can change, and the wait for a lock is bounded", function()
    claim(1)
    local path = info.stateFolder .. "/started-plans"
    local held, slept = assert(system.open_append(path, "old")), 0
    info.runtime.sleep = function(seconds) slept = slept + seconds end
    assert.is_true(claim(2))
    assert.near(2, slept, 1e-6)
    assert.truthy(told[1]:find("another process has it open", 1, true), told[1])
    held:close()
    shell.run("chmod 666 " .. path)
    assert.is_true(claim(3))
    assert.truthy(told[2]:find("can be read or changed by others", 1, true), told[2])
  end)
end)
