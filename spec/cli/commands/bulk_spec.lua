-- Runs plan, apply, bulk and undo against a sandbox behind nginx.
local json = require "mimecast.json"
local run_cli = require "spec.support.run.run_cli"
local sandbox = require "mimecast.sandbox"

local path = "/api/user/update-user"

describe("plan, apply, bulk and undo", function()
  local tenant, folder

  setup(function() tenant = assert(sandbox.start { users = 0, rateLimit = false }) end)
  teardown(function() if tenant then tenant:stop() end end)
  before_each(function()
    tenant:reset()
    tenant:add_users(40)
    folder = run_cli.shell("mktemp -d").out:match "%S+"
  end)
  after_each(function() run_cli.shell("rm -r " .. run_cli.quote(folder)) end)

  local function write(name, text)
    local file = assert(io.open(folder .. "/" .. name, "wb"))
    file:write(text)
    file:close()
    return folder .. "/" .. name
  end

  local function read(name)
    local file = assert(io.open(folder .. "/" .. name, "rb"))
    local text = file:read "*a"
    file:close()
    return text
  end

  local function leavers(count, name, extra)
    local lines = { "email,accountDisabled" .. (extra and ",password" or "") }
    for i = 1, count do lines[i + 1] = ("user%06d@example.com,true%s"):format(i, extra and "," .. extra or "") end
    return write(name or "leavers.csv", table.concat(lines, "\n") .. "\n")
  end

  -- Gives the files of a run the names of its input, which need no time.
  local function name_files(list)
    local option = list[1] == "plan" and "--out" or list[1] == "bulk" and "--journal" or nil
    local line = " " .. table.concat(list, " ") .. " "
    if not option or list[2] == "-" or line:find(" " .. option .. " ", 1, true) then return end
    list[#list + 1] = option
    list[#list + 1] = list[2]:gsub("%.%w+$", "") .. (option == "--out" and ".plan" or ".journal")
  end

  local function words(...)
    local list = { ... }
    if list[1] == "bulk" then list[#list + 1] = "--yes" end -- no terminal
    name_files(list)
    list.environment = run_cli.environment(tenant)
    return list
  end

  local function run(...) return run_cli.run(words(...)) end

  local function sums(result)
    local report = json.decode(result.out)
    assert.equal(report.input,
      report.ok + report.unchanged + report.rejected + report.unknown + report.skipped + report.not_sent)
    return report
  end

  it("show the changes, apply them and restore the settings", function()
    local plan = run("plan", leavers(12))
    assert.equal(0, plan.code, plan.err)
    assert.truthy(plan.out:find("accountDisabled: false → true 12", 1, true))
    assert.equal(0, tenant:applied())
    local report = run("apply", folder .. "/leavers.plan", "--verify", "--json", "--report", folder .. "/out.csv")
    assert.same({ 0, "" }, { report.code, report.err })
    assert.same({ 12, 12 }, { sums(report).ok, sums(report).verified.equal })
    assert.truthy(read("out.csv"):find("\n12,user000012@example.com,ok,,", 1, true), read "out.csv")
    assert.is_true(tenant:user("user000012@example.com").accountDisabled)
    local undo = run("undo", folder .. "/leavers.journal")
    assert.equal(0, undo.code, undo.err)
    assert.equal(0, run("apply", folder .. "/leavers.undo.plan").code)
    assert.is_false(tenant:user("user000012@example.com").accountDisabled)
    assert.equal(2, tenant:applied "user000012@example.com")
  end)

  it("never overwrite the input, nor the plan of a started run", function()
    local input = leavers(3)
    local text = read "leavers.csv"
    assert.equal(2, run("bulk", input, "--report", input).code)
    assert.equal(8, run("plan", input, "--out", input).code)
    local piped = run_cli.shell("timeout -s KILL 20 " .. run_cli.line(words("plan", input, "--out", "/dev/stdout")) .. " | cat")
    assert.truthy(piped.err:find("exists and is not a plan", 1, true), piped.err)
    assert.equal(text, read "leavers.csv")
    assert.equal(0, tenant:applied())
    assert.equal(0, run("bulk", input, "--report", folder .. "/out.csv").code)
    local again = run("bulk", input)
    assert.equal(8, again.code)
    assert.truthy(again.err:find("resume it", 1, true))
    assert.equal(0, run("bulk", input, "--resume", "--report", folder .. "/out.csv").code)
    local verified = run("bulk", input, "--resume", "--verify", "--json")
    assert.truthy(verified.out:find('"rows":[]', 1, true), verified.out)
    assert.equal(3, tenant:applied())
  end)

  it("reject an unwritable report before they send, and show the summary if the report fails later", function()
    local input = leavers(3)
    for _, report in ipairs { folder .. "/none/out.csv", folder } do
      local result = run("bulk", input, "--report", report)
      assert.same({ 2, "" }, { result.code, result.out })
      assert.truthy(result.err:find("--report: " .. report .. " cannot be written", 1, true), result.err)
    end
    assert.equal(0, tenant:applied())
    assert.is_nil(io.open(folder .. "/out.csv"))
    local over = run("bulk", leavers(1, "one.csv"), "--report", folder .. "/one.journal")
    assert.equal(70, over.code, over.err)
    assert.truthy(over.err:find("the file exists and is not a report", 1, true), over.err)
    assert.equal(0, run("undo", folder .. "/one.journal").code)
    local more = write("more.csv", "email,allowPop3\nnobody@example.com,true\nuser000001@example.com,true\n")
    local full = run("bulk", more, "--report", "/dev/full") -- reads as an endless file
    assert.equal(1, full.code, full.err)
    assert.truthy(full.err:find("the report /dev/full cannot be written: No space left", 1, true), full.err)
    local shown = run_cli.shell("timeout -s KILL 20 " .. run_cli.line(words("bulk", input, "--report", "/dev/stdout"))
      .. " | cat")
    assert.truthy(shown.out:find("3,user000003@example.com,ok,,", 1, true), shown.out)
  end)

  it("end with 1 if rows are rejected; --only-failed sends only these again", function()
    local input = leavers(40)
    local first = run("bulk", input, "--json", "--no-read")
    assert.equal(0, first.code, first.err)
    write("more.csv", "email,allowPop3\nnobody@example.com,true\nuser000001@example.com,true\n")
    local second = run("bulk", folder .. "/more.csv", "--json")
    assert.equal(1, second.code)
    assert.same({ 1, 1 }, { sums(second).ok, sums(second).rejected })
    tenant:add_users { { emailAddress = "nobody@example.com", name = "Late" } }
    local again = run("bulk", folder .. "/more.csv", "--only-failed", "--json")
    assert.equal(0, again.code, again.err)
    assert.same({ 1, 1 }, { tenant:applied "nobody@example.com", tenant:applied "user000001@example.com" - 1 })
  end)

  it("list every invalid row with its line and end with 2", function()
    write("bad.csv", "email,accountDisabled\nann@example.com,perhaps\nbob,true\n")
    for _, command in ipairs { "plan", "bulk" } do
      local result = run(command, folder .. "/bad.csv")
      assert.same({ 2, "" }, { result.code, result.out })
      assert.truthy(result.err:find("line 2: accountDisabled must be", 1, true))
      assert.truthy(result.err:find("line 3: email must be", 1, true))
    end
    for _, wrong in ipairs { "--operation=nothing", "--operation=list-users", "--concurrency=0", "--format=xml",
      "--separator=xx" } do
      local result = run("plan", leavers(1), wrong)
      assert.equal(2, result.code, result.err)
      assert.is_nil(result.err:find("internal error", 1, true))
    end
    assert.equal(2, run("bulk", leavers(1), "--max-failure-ratio", "20").code) -- not per cent
    assert.equal(2, run("plan", folder .. "/missing.csv").code)
    assert.equal(2, run("plan", "-").code)
    assert.equal(2, run("bulk", "-").code)
    assert.equal(0, tenant:applied())
  end)

  it("read rows from standard input", function()
    local list = words("plan", "-", "--out", folder .. "/piped.plan")
    list.stdin = '{"email":"user000001@example.com","allowPop3":true}\n'
    local result = run_cli.run(list)
    assert.equal(0, result.code, result.err)
    assert.truthy(result.out:find("allowPop3: false → true 1", 1, true))
  end)

  it("end with 6 at a safety limit, and name the option that raises it", function()
    run("plan", leavers(12))
    for _, case in ipairs { { "--max-changes", "11", "--max-changes 12" }, { "--max-disable", "3", "--max-disable 12" },
      { "--protect", "*07@example.com", "user000007@example.com" } } do
      local result = run("apply", folder .. "/leavers.plan", case[1], case[2])
      assert.same({ 6, "" }, { result.code, result.out })
      assert.truthy(result.err:find(case[3], 1, true), result.err)
    end
    assert.equal(6, run_cli.run(words("--read-only", "apply", folder .. "/leavers.plan")).code)
    assert.equal(0, tenant:applied())
  end)

  it("bulk without a terminal needs --yes to disable an account, and for more than 100 changes", function()
    leavers(1)
    tenant:add_users(101)
    local lines = { "email,allowPop3" }
    for i = 1, 101 do lines[i + 1] = ("user%06d@example.com,true"):format(i) end
    write("many.csv", table.concat(lines, "\n") .. "\n")
    write("few.csv", table.concat(lines, "\n", 1, 101) .. "\n")
    local function unseen(name)
      local list = words "doctor"
      list[1], list[2] = "bulk", folder .. "/" .. name
      name_files(list)
      return run_cli.run(list)
    end
    for name, reason in pairs { ["leavers.csv"] = "the plan disables or locks 1 account, and there is no terminal to ask on",
      ["many.csv"] = "the plan changes 101 accounts, and there is no terminal to ask on" } do
      local result = unseen(name)
      assert.equal(6, result.code, result.err)
      assert.truthy(result.err:find(reason, 1, true), result.err)
      assert.truthy(result.err:find("repeat the command with --yes", 1, true), result.err)
    end
    assert.equal(0, tenant:applied())
    assert.equal(0, unseen("few.csv").code)
    assert.equal(100, tenant:applied())
  end)

  it("disable an administrator with --allow-admin only, and limit a share of the tenant", function()
    tenant:add_users { { emailAddress = "boss@example.com", name = "Boss", role = "Super Administrator" } }
    local input = write("boss.csv", "email,accountDisabled\nboss@example.com,true\n")
    local refused = run("bulk", input)
    assert.equal(6, refused.code, refused.err)
    assert.truthy(refused.err:find("administrators: boss@example.com (Super Administrator)", 1, true), refused.err)
    assert.truthy(refused.err:find("name each of them: --allow-admin ADDRESS", 1, true), refused.err)
    local share = run("bulk", input, "--allow-admin", "boss@example.com", "--max-disable", "1%")
    assert.equal(6, share.code, share.err)
    assert.truthy(share.err:find("more than 1 % of the tenant's 41 users", 1, true), share.err)
    assert.equal(2, run("bulk", input, "--max-disable", "200%").code)
    assert.equal(0, run("bulk", input, "--allow-admin", "boss@example.com", "--max-disable", "10%").code)
    assert.is_true(tenant:user("boss@example.com").accountDisabled)
  end)

  it("name the options of the command in hints", function()
    local input = leavers(12)
    local stale = run("bulk", input, "--max-age", "0")
    assert.equal(8, stale.code, stale.err)
    assert.truthy(stale.err:find("or raise --max-age (seconds)", 1, true), stale.err)
    tenant:fault { kind = "fail_items", path = path, items = { 1, 2, 3, 4, 5 }, code = "err_odd", times = 100 }
    local stopped = run("bulk", input, "--no-read", "--concurrency", "1")
    assert.equal(6, stopped.code, stopped.err)
    assert.truthy(stopped.out:find("--max-failure-ratio sets the limit", 1, true), stopped.out)
  end)

  it("offer the options to copy for a file of another program", function()
    local input = write("hr.csv", "ID,Work Email,Status,Start,Off\n1,user000001@example.com,Left,31/12/2026,yes\n")
    local map = { "--map", "Work Email=email", "--map", "Start=archiveStartDate", "--map", "Off=accountDisabled" }
    local function plan(...)
      local line = words("plan", input, ...)
      for _, word in ipairs(map) do line[#line + 1] = word end
      return run_cli.run(line)
    end
    local function assert_hint(result, hint)
      assert.equal(2, result.code)
      assert.truthy(result.err:find("to read the file as it is: " .. hint .. "\n", 1, true), result.err)
    end
    assert_hint(run("plan", input), "--ignore-other-columns --map 'Work Email=email'")
    assert_hint(plan "--ignore-other-columns", "--date-format dd/mm/yyyy --timezone Area/City --true yes --false no")
    local third = plan("--ignore-other-columns", "--date-format", "dd/mm/yyyy", "--timezone", "Europe/London",
      "--true", "yes", "--false", "no", "--where", "Status=Left", "--where", "Status=Gone")
    assert.equal(0, third.code, third.err)
    assert.truthy(third.out:find("columns Work Email: email, Start: archiveStartDate, Off: accountDisabled", 1, true))
    assert.truthy(third.out:find("where Status is Left or Gone", 1, true), third.out)
  end)

  it("reject options of a file that contradict each other, and show no password", function()
    local input = write("x.csv", "email\nuser000001@example.com\n")
    for option, value in pairs { ["--map"] = "x", ["--where"] = "x", ["--set"] = "password=Planted-Secret-77",
      ["--encoding"] = "nothing", ["--timezone"] = "Nowhere" } do
      local result = run("plan", input, option, value)
      assert.equal(2, result.code, option)
      assert.truthy(result.err:find(option == "--encoding" and "nothing is not an encoding" or option, 1, true), result.err)
      assert.is_nil(result.err:find("Planted", 1, true))
    end
    assert.equal(2, run("plan", input, "--map", "email=username", "--map", "email=email").code)
    assert.equal(2, run("plan", input, "--columns", "email", "--ignore-other-columns").code)
  end)

  it("end with 8 if plan, input and journal do not match", function()
    run("plan", leavers(12))
    leavers(13)
    assert.truthy(run("apply", folder .. "/leavers.plan").err:find("is not the input that the plan was made from", 1, true))
    assert.equal(8, run("apply", folder .. "/leavers.plan").code)
    leavers(12)
    assert.equal(0, run("apply", folder .. "/leavers.plan").code)
    assert.equal(8, run("apply", folder .. "/leavers.plan").code) -- its journal exists
    assert.equal(8, run("apply", folder .. "/leavers.plan", "--journal", folder .. "/none/x.journal").code)
    assert.equal(8, run("apply", folder .. "/missing.plan").code)
    assert.equal(8, run("undo", folder .. "/missing.journal").code)
    assert.truthy(run("undo", leavers(1, "none.csv")).err:find("it is not a journal", 1, true))
    write("edited.plan", (read("leavers.plan"):gsub("user000001", "user000002", 1)))
    assert.equal(8, run("apply", folder .. "/edited.plan").code)
  end)

  it("end with 8 for a copy of a started plan, which --again applies", function()
    run("plan", leavers(12))
    write("copy.plan", read "leavers.plan")
    local function apply(...)
      local list = words("apply", ...)
      list.environment.XDG_STATE_HOME = folder .. "/state"
      return run_cli.run(list)
    end
    assert.equal(0, apply(folder .. "/leavers.plan").code)
    local result = apply(folder .. "/copy.plan")
    assert.equal(8, result.code)
    local started = "was started with the journal " .. folder .. "/leavers.journal: started by "
    assert.truthy(result.err:find(started, 1, true), result.err)
    assert.truthy(result.err:find("--again carries out this plan a second time", 1, true), result.err)
    assert.equal(1, tenant:applied "user000001@example.com")
    assert.equal(0, apply(folder .. "/copy.plan", "--journal", folder .. "/leavers.journal", "--resume").code)
    assert.equal(1, tenant:applied "user000001@example.com")
    local again = apply(folder .. "/leavers.plan", "--again", "--no-recheck") -- as the hint says, without --journal
    assert.equal(0, again.code, again.err)
    assert.truthy(again.out:find("journal: " .. folder .. "/leavers-2.journal", 1, true), again.out)
    assert.equal(2, tenant:applied "user000001@example.com")
    assert.equal("600", run_cli.shell("stat -c %a " .. folder .. "/state/mimecast/started-plans").out:match "%d+")
  end)

  it("--verbose: report that the start of a plan cannot be recorded, and apply it", function()
    run("plan", leavers(1))
    local list = words("apply", folder .. "/leavers.plan", "--verbose")
    list.environment.XDG_STATE_HOME = "/proc/none" -- cannot be created by any user
    local result = run_cli.run(list)
    assert.equal(0, result.code, result.err)
    local _, count = result.err:gsub("the started plan cannot be recorded in /proc/none/mimecast/started%-plans", "")
    assert.equal(1, count, result.err)
  end)

  it("end with 5 if the response to a password change was lost, without a retry", function()
    write("passwords.csv", "email,password\nuser000001@example.com,Planted-Horse-7\n")
    tenant:fault { kind = "close_before_response", path = path, afterApply = true, times = 20 }
    local list = words("bulk", folder .. "/passwords.csv", "--no-read", "--json")
    list.environment.MIMECAST_ATTEMPTS, list.environment.MIMECAST_PASSWORD_RETRY_WINDOW = "1", "0"
    local result = run_cli.run(list)
    assert.equal(5, result.code, result.err .. result.out)
    assert.equal(1, sums(result).unknown)
    assert.equal(1, tenant:applied "user000001@example.com")
  end)

  it("report no unknown outcome if only a read was lost", function()
    leavers(2)
    for _, lost in ipairs { "/api/account/get-account", path } do -- not the token request
      tenant:fault { kind = "close_before_response", times = 20, path = lost }
    end
    for _, list in ipairs { words("bulk", folder .. "/leavers.csv"),
      words("update-user", "--email", "user000001@example.com") } do
      list.environment.MIMECAST_ATTEMPTS = "1"
      local result = run_cli.run(list)
      assert.equal(7, result.code, result.err)
      assert.is_nil(result.err:find("outcome is unknown", 1, true), result.err)
    end
    assert.equal(0, tenant:applied())
  end)

  it("find the input of a plan from another folder", function()
    leavers(2, "in.csv")
    local function within(place, ...)
      local line = run_cli.line(words(...)):gsub(" bin/mimecast", ' "$root"/bin/mimecast')
      return run_cli.shell(("root=$PWD; mkdir -p %s/%s; cd %s/%s; %s"):format(folder, place, folder, place, line))
    end
    assert.equal(0, within(".", "plan", "in.csv").code)
    leavers(3, "in.csv")
    local changed = within("sub", "apply", "../in.plan")
    assert.equal(8, changed.code, changed.err)
    assert.truthy(changed.err:find("in.csv is not the input that the plan was made from", 1, true), changed.err)
    leavers(2, "in.csv")
    assert.equal(0, within("sub", "apply", "../in.plan").code)
    assert.equal(2, tenant:applied())
  end)

  it("accept the word tab as separator", function()
    local input = write("tabs.csv", "email\taccountDisabled\nuser000001@example.com\ttrue\n")
    assert.equal(2, run("plan", input, "--separator", ";").code)
    for _, word in ipairs { "tab", "\\t" } do assert.equal(0, run("plan", input, "--separator", word).code) end
  end)

  it("undo: reports that nothing can be restored", function()
    leavers(2)
    assert.equal(0, run("bulk", folder .. "/leavers.csv", "--no-read").code)
    local undo = run("undo", folder .. "/leavers.journal")
    assert.equal(1, undo.code, undo.err)
    assert.truthy(undo.err:find("row 2, user000002@example.com: accountDisabled\nnothing of this run can be restored\n",
      1, true), undo.err)
    assert.is_nil(undo.err:find("mimecast apply", 1, true), undo.err)
  end)

  it("undo: lists at most twenty of the rows that cannot be restored", function()
    leavers(25)
    assert.equal(0, run("bulk", folder .. "/leavers.csv", "--no-read").code)
    local undo = run("undo", folder .. "/leavers.journal").err
    assert.truthy(undo:find("row 20, user000020@example.com: accountDisabled\ncannot be restored: 5 more\n", 1, true), undo)
  end)

  it("never show a password", function()
    leavers(6, "leavers.csv", "Planted-Horse-7")
    local plan = run("plan", folder .. "/leavers.csv", "--verbose")
    local apply = run("apply", folder .. "/leavers.plan", "--verbose", "--report", folder .. "/out.csv")
    local undo = run("undo", folder .. "/leavers.journal")
    assert.same({ 0, 0, 0 }, { plan.code, apply.code, undo.code })
    assert.truthy(undo.err:find("cannot be restored: row 1, user000001@example.com: password", 1, true), undo.err)
    local document = json.decode(run("undo", folder .. "/leavers.journal", "--json").out)
    assert.same({ count = 6, unknown = 0 }, { count = document.irreversible.count, unknown = document.irreversible.unknown })
    assert.same({ row = 6, key = "user000006@example.com", fields = { "password" } }, document.irreversible.rows[6])
    for _, text in ipairs { plan.out, plan.err, apply.out, apply.err, undo.out, undo.err, read "leavers.plan", read "out.csv",
      read "leavers.journal", read "leavers.undo.plan" } do
      assert.is_nil(text:find("Planted", 1, true), text)
    end
    assert.equal("Planted-Horse-7", tenant:user("user000006@example.com").password)
  end)

  describe("interrupted", function()
    before_each(function()
      tenant:add_users(400)
      leavers(400)
    end)

    -- Runs a shell script. LINE is the command; BEGUN waits until the journal has sent rows.
    local function interrupted(script)
      local begun = ("i=0; until grep -qs '\"sent\"' %s/leavers.journal || [ $i -gt 1000 ]; do sleep 0.01; i=$((i+1)); done")
        :format(folder)
      local line = run_cli.line(words("bulk", folder .. "/leavers.csv", "--no-read", "--json", "--concurrency", "2",
        "--max-disable", "400"))
      return run_cli.shell((script:gsub("%u%u%u%u+", { LINE = line, BEGUN = begun })))
    end

    it("once: finish requests in flight, end with 130, and go on with --resume", function()
      tenant:fault { kind = "slow", seconds = 0.05, path = path, times = 40 }
      local result = interrupted "LINE & pid=$!; BEGUN; sleep 0.3; kill -INT $pid; wait $pid"
      assert.equal(130, result.code, result.err)
      local report = sums(result)
      assert.equal("interrupted", report.stopped.code)
      assert.same({ 0, report.ok }, { report.unknown, tenant:applied() })
      assert.is_true(report.ok > 0 and report.not_sent > 0, result.out)
      assert.truthy(result.err:find("waiting for requests in flight", 1, true))
      local rest = run("bulk", folder .. "/leavers.csv", "--no-read", "--json", "--resume", "--max-disable", "400")
      assert.equal(0, rest.code, rest.err)
      assert.equal(400, sums(rest).ok)
      assert.equal(400, tenant:applied())
    end)

    it("twice: end at once with unknown outcomes", function()
      tenant:fault { kind = "slow", seconds = 5, path = path, times = 100000 }
      local result = interrupted "LINE & pid=$!; BEGUN; kill -INT $pid; sleep 0.3; kill -INT $pid; wait $pid"
      assert.equal(130, result.code, result.err)
      local report = sums(result)
      assert.is_true(report.unknown > 0, result.out)
      assert.is_true(report.duration < 3, result.out)
    end)
  end)
end)
