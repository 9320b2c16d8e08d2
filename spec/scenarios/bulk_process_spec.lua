-- Bulk runs in separate processes: over HTTP, with interrupts, with a full disk, and in constant memory.
local sandbox = require "mimecast.sandbox"
local shell = require "tools.shell"
local tmp = require "spec.support.run.tmp"

local interpreter = shell.interpreter

local preamble = ([[
package.path = './lua/?.lua;./lua/?/init.lua;./?.lua;' .. package.path
package.cpath = './build/%s/?.so;' .. package.cpath
local mimecast = require "mimecast"
local function client_of(url)
  local keys = require("mimecast.sandbox").credentials.v2
  return assert(mimecast.new { baseUrl = url, clientId = keys.clientId, clientSecret = keys.clientSecret, timeout = 20 })
end
]]):format(shell.abi)

-- Runs code with arguments in a process, after the given shell commands.
local function run(code, arguments, before)
  local path = tmp.file(preamble .. code, "run.lua")
  local words = ("export XDG_STATE_HOME=%s; %s %s %s %s 2>&1; echo exit $?"):format(tmp.path "state", before or "",
    interpreter, path, arguments)
  local pipe = assert(io.popen(words))
  local output = pipe:read "*a"
  pipe:close()
  return output
end

-- Resident KiB without the pages of files (/proc/self/statm).
local memory = [[
local function resident()
  local file = assert(io.open "/proc/self/statm")
  local pages, shared = file:read "*a":match "^%d+ (%d+) (%d+)"
  file:close()
  return (pages - shared) * 4
end
]]

describe("memory", function()
  teardown(tmp.clean)

  it("stays constant while a plan of 200,000 rows is checked and made", function()
    local output = run(memory .. [[
      local clients = require "spec.support.fakes.clients"
      local client = clients.new("2.0", { tenant = { users = 10, rateLimit = false } })
      local function plan(count)
        local i = 0
        local most = 0
        local made = assert(client:plan { read = false, onProgress = function() most = math.max(most, resident()) end,
          input = function()
            i = i + 1
            if i <= count then return { email = "user" .. i .. "@example.com", accountDisabled = true } end
          end })
        assert(made.counts.change == count)
        made:close()
        collectgarbage()
        collectgarbage()
        return most
      end
      local small = plan(20000)
      local large = plan(200000)
      print(small, large)
    ]], "")
    local small, large = output:match "(%d+)\t(%d+)"
    assert.is_truthy(large, output)
    -- The Bloom filter grows by two bytes for each 16 bytes of the input: 1.5 MiB here.
    assert.is_true(large - small < 4096, output)
  end)

  it("does not grow by a cell of 10 MB: the plan rejects the row", function()
    local path = tmp.path "large.csv"
    local file = assert(io.open(path, "wb"))
    file:write "email,username\nann@example.com,\""
    for _ = 1, 160 do file:write(("x"):rep(65536)) end
    file:write "\"\n"
    file:close()
    local output = run(memory .. [[
      local client = require("spec.support.fakes.clients").new()
      local before = resident()
      local plan, message = client:plan { input = arg[1] }
      print(plan, resident() - before, message)
    ]], path)
    local grown, message = output:match "nil\t(%-?%d+)\t([^\n]*)"
    assert.truthy(message, output)
    assert.truthy(message:find("line 2: begins a row of more than 2097152 bytes", 1, true))
    assert.is_true(tonumber(grown) < 20480, grown)
  end)
end)

describe("a run over HTTP", function()
  local tenant
  setup(function() tenant = assert(sandbox.start { users = 2000, rateLimit = false }) end)
  teardown(function()
    tenant:stop()
    tmp.clean()
  end)
  before_each(function() tenant:reset() end)

  local apply = [[
    local client, rows = client_of(arg[1]), {}
    for i = 1, tonumber(arg[3]) do rows[i] = { email = ("user%06d@example.com"):format(i), accountDisabled = true } end
    local plan = assert(client:plan { input = rows, read = false })
    local report, message, err = plan:apply { journal = arg[2], maxChanges = 2000, maxDisable = 2000, interrupts = true,
      onProgress = function() if started then started() end end }
    print(report and tostring(report) or err.code)
    print(report and report.stopped and report.stopped.code)
  ]]

  it("changes 1,000 accounts once each, with concurrent requests", function()
    local output = run(apply, ("%s %s 1000"):format(tenant.url, tmp.path "a.journal"))
    assert.truthy(output:find("ok 1000, unchanged 0, rejected 0, unknown 0, skipped 0, not sent 0", 1, true), output)
    assert.equal(1000, tenant:applied())
    assert.equal(200, tenant:count "/api/user/update-user")
  end)

  it("sends every recorded row, even if onProgress makes calls", function()
    local output = run([[
      local client, rows = client_of(arg[1]), {}
      for i = 1, 400 do rows[i] = { email = ("new%04d@example.com"):format(i), password = "Correct-Horse-7" } end
      local plan = assert(client:plan { input = rows, operation = "create_user" })
      print(assert(plan:apply { journal = arg[2], onProgress = function() client:get_account() end }))
    ]], ("%s %s"):format(tenant.url, tmp.path "c.journal"))
    assert.truthy(output:find("ok 400, unchanged 0, rejected 0, unknown 0, skipped 0, not sent 0", 1, true), output)
    assert.equal(400, tenant:applied())
  end)

  it("applies each row once in spite of connection, response and token faults", function()
    for _, fault in ipairs { { kind = "reset" }, { kind = "close_before_response", afterApply = true },
      { kind = "unavailable" }, { kind = "truncated", afterApply = true }, { kind = "garbage", afterApply = true },
      { kind = "html" },
      { kind = "token_expired", times = 1 } } do
      fault.path, fault.after, fault.times = "/api/user/update-user", 3, fault.times or 2
      tenant:fault(fault)
    end
    local output = run(apply, ("%s %s 1000"):format(tenant.url, tmp.path "a.journal"))
    local ok, rejected, unknown, not_sent =
      output:match "ok (%d+), unchanged 0, rejected (%d+), unknown (%d+), skipped 0, not sent (%d+)"
    assert.truthy(ok, output)
    assert.equal("1000 0 0 0", table.concat({ ok, rejected, unknown, not_sent }, " "), output)
    assert.equal(1000, tenant:applied())
  end)

  it("finishes the requests in flight after one interrupt", function()
    local output = run("local kill = io.open '/proc/self/stat':read '*n'\n"
      .. "function started() started = nil os.execute('kill -INT ' .. kill) end\n" .. apply,
      ("%s %s 1000"):format(tenant.url, tmp.path "a.journal"))
    local ok, not_sent = output:match "ok (%d+), unchanged 0, rejected 0, unknown 0, skipped 0, not sent (%d+)"
    assert.truthy(ok, output)
    assert.equal(1000, ok + not_sent)
    assert.is_true(tonumber(not_sent) > 0)
    assert.truthy(output:find("\ninterrupted\nexit 0\n", 1, true), output)
    assert.equal(tonumber(ok), tenant:applied())
  end)

  it("ends if onProgress raises an error, also with interrupts enabled", function()
    local output = run([[
      local client, rows = client_of(arg[1]), {}
      for i = 1, 300 do rows[i] = { email = ("user%06d@example.com"):format(i), accountDisabled = true } end
      local plan = assert(client:plan { input = rows, read = false })
      local raised
      print(pcall(plan.apply, plan, { journal = arg[2], maxDisable = 300, interrupts = true, onProgress = function(sums)
        if sums.done > 0 and not raised then -- once: the other tasks must stop as well
          raised = true
          error("enough", 0)
        end
      end }))
    ]], ("%s %s"):format(tenant.url, tmp.path "a.journal"), "timeout -s KILL 20")
    assert.equal("false\tenough\nexit 0\n", output)
    assert.is_true(tenant:applied() <= 80) -- those in flight and those recorded before
  end)

  it("ends at once after a second interrupt, and reports the rows in flight as unknown", function()
    tenant:fault { kind = "slow", seconds = 30, path = "/api/user/update-user", times = 8 }
    local journal = tmp.path "a.journal"
    local begun = os.time()
    local output = run([[
      local pid = io.open '/proc/self/stat':read '*n'
      function started()
        started = nil
        os.execute(('(sleep 1; kill -INT %d; sleep 0.4; kill -INT %d) >/dev/null 2>&1 &'):format(pid, pid))
      end
    ]] .. apply, ("%s %s 1000"):format(tenant.url, journal))
    assert.is_true(os.time() - begun < 10, output)
    assert.truthy(output:find("ok 0, unchanged 0, rejected 0, unknown 40, skipped 0, not sent 960", 1, true), output)
    assert.truthy(output:find("\ninterrupted\nexit 0\n", 1, true), output)
    assert.truthy(shell.run(("grep -c '\"state\":\"unknown\"' %s"):format(journal)):find "^40")
  end)

  it("stops on a full disk, and resumes after space is freed", function()
    local journal = tmp.path "a.journal"
    local code = [[
      local plan = assert(client_of(arg[1]):plan(arg[3]))
      local report, message, err = plan:apply { journal = arg[2], maxDisable = 300, resume = arg[4] == "resume" }
      print(report and tostring(report) or err.code)
      print(report and report.stopped and report.stopped.code)
    ]]
    local plan = tmp.path "x.plan"
    run([[
      local rows = {}
      for i = 1, 300 do rows[i] = { email = ("user%06d@example.com"):format(i), accountDisabled = true } end
      assert(client_of(arg[1]):plan { read = false, file = arg[2], input = rows })
    ]], ("%s %s"):format(tenant.url, plan))
    local output = run(code, ("%s %s %s"):format(tenant.url, journal, plan), "trap '' XFSZ; ulimit -f 80;")
    assert.truthy(output:find("\njournal_full\n", 1, true), output)
    local ok, unknown, not_sent = output:match "ok (%d+), unchanged 0, rejected 0, unknown (%d+), skipped 0, not sent (%d+)"
    assert.equal(300, ok + unknown + not_sent)
    assert.is_true(tonumber(ok) > 0 and tonumber(not_sent) > 0, output)
    output = run(code, ("%s %s %s resume"):format(tenant.url, journal, plan))
    assert.truthy(output:find("ok 300, unchanged 0, rejected 0, unknown 0, skipped 0, not sent 0", 1, true), output)
    assert.equal(300, tenant:applied())
  end)
end)
