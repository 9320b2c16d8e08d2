-- Tests the workers of the examples: the intake, the metrics and the list, also when a worker dies.
local assert_problem = require "spec.support.asserts.assert_problem_json"
local dev_stack = require "examples.openresty.dev_stack"
local json = require "mimecast.json"
local shell = require "tools.shell"

local leaver = { email = "ann@example.com", archiveStartDate = "2026-11-30T18:00:00+01:00" }

describe("the intake", function()
  local stack

  setup(function() stack = dev_stack.start { environment = { ACME_MAX_AGE = 3, MIMECAST_TIMEOUT = 1 } } end)
  teardown(function() stack:stop() end)

  local function wait_for_all()
    assert.is_true(stack:wait(15, function() return stack:metric "acme_changes_waiting" == 0 end))
  end

  it("stores a change, responds with 202 and its id, and applies it", function()
    local response = assert(stack:post("/changes", { email = "bob@example.com", username = "Bob New", allowPop3 = false }))
    assert.equal(202, response.status, response.body)
    assert.truthy(response.json.id:find "^%d+%-%d+%-%d+$")
    wait_for_all()
    local user = stack.tenant:user "bob@example.com"
    assert.same({ "Bob New", false }, { user.name, user.allowPop })
  end)

  it("rejects passwords and forcePasswordChange, which must not be applied late", function()
    for name, value in pairs { password = "Planted-Horse-7", forcePasswordChange = true } do
      local response = assert(stack:post("/changes", { email = "bob@example.com", [name] = value }))
      assert.equal(name, assert_problem(response, 422).errors[1].field)
    end
    assert.is_nil(stack.redis:dump():find("Planted", 1, true))
  end)

  it("rejects an invalid change at once", function()
    local response = assert(stack:post("/changes", { email = "bob@@example.com", archiveStartDate = "soon" }))
    assert.equal(2, #assert_problem(response, 422, "invalid_input").errors)
    response = assert(stack:post("/changes", { email = "bob@example.com" }))
    assert.equal("bob@example.com: there is nothing to change", assert_problem(response, 422).detail)
  end)

  it("parks a change that fails permanently, with the reason, and applies the next change", function()
    assert.equal(202, assert(stack:post("/changes", { email = "nobody@example.com", username = "No" })).status)
    assert.equal(202, assert(stack:post("/changes", { email = "bob@example.com", username = "Bob Newer" })).status)
    wait_for_all()
    assert.equal("Bob Newer", stack.tenant:user "bob@example.com".name)
    assert.equal(1, stack:metric "acme_changes_parked")
    local parked = shell.run(("redis-cli -p %d xrange {acme}:parked - +"):format(stack.redis.port))
    assert.truthy(parked:find("Forbidden To Perform Operation For Address", 1, true), parked)
    assert.truthy(parked:find("nobody@example.com", 1, true))
  end)

  it("retries a parked change with the commands of the README", function()
    local script
    for block in shell.read("examples/openresty/README.md"):gmatch "\n```sh\n(.-)\n```" do
      script = script or (block:find("redis eval", 1, true) and block)
    end
    stack.tenant:add_users { { emailAddress = "nobody@example.com" } }
    shell.write(stack.prefix .. "/lines", script)
    local output, code = shell.run(("ACME_REDIS_PORT=%d sh %s/lines 2>&1"):format(stack.redis.port, stack.prefix))
    assert.equal(0, code, output)
    assert.truthy(output:find("Forbidden To Perform Operation For Address", 1, true), output)
    wait_for_all()
    assert.equal(0, stack:metric "acme_changes_parked")
    assert.equal("No", stack.tenant:user "nobody@example.com".name)
  end)

  it("postpones changes during an outage, and applies them in order afterwards", function()
    local before = stack.tenant:applied "bob@example.com"
    stack.tenant:fault { kind = "unavailable", times = 5, path = "/api/user/update-user" }
    for i = 1, 5 do assert(stack:post("/changes", { email = "bob@example.com", username = "Bob " .. i })) end
    wait_for_all()
    assert.equal("Bob 5", stack.tenant:user "bob@example.com".name)
    assert.equal(before + 5, stack.tenant:applied "bob@example.com")
    local sent, last = {}, nil -- each once, without retries
    for _, request in ipairs(stack.tenant:requests()) do
      local name = request.path == "/api/user/update-user" and request.body:match '"name":"(Bob %d)"'
      if name and name ~= last then sent[#sent + 1] = name end
      last = name or last
    end
    assert.same({ "Bob 1", "Bob 2", "Bob 3", "Bob 4", "Bob 5" }, sent)
    assert.is_true(stack:metric 'acme_changes_total{result="postponed"}' >= 1)
  end)

  it("postpones changes while a permission is missing, because the operator can grant it", function()
    local parked = stack:metric "acme_changes_parked"
    stack.tenant:fault { kind = "status", status = 403, times = 2, path = "/api/user/update-user" }
    assert(stack:post("/changes", { email = "bob@example.com", username = "Bob allowed" }))
    wait_for_all()
    assert.equal("Bob allowed", stack.tenant:user "bob@example.com".name)
    assert.equal(parked, stack:metric "acme_changes_parked")
  end)

  it("keeps an address in the same stream, in lower and upper case", function()
    local streams = {}
    for i, email in ipairs { "bob@example.com", "Bob@Example.com", "BOB@EXAMPLE.COM" } do
      streams[i] = assert(stack:post("/changes", { email = email, username = "Bob in letters" })).json.id:match "^%d+"
    end
    assert.same({ streams[1], streams[1], streams[1] }, streams)
    wait_for_all()
  end)

  it("parks a change that fails for longer than ACME_MAX_AGE", function()
    stack.tenant:fault { kind = "unavailable", times = 1000, path = "/api/user/update-user" }
    assert(stack:post("/changes", { email = "carol@example.com", username = "Carol late" }))
    wait_for_all()
    stack.tenant:reset()
    assert.equal(1, stack:metric "acme_changes_parked")
  end)

  it("responds with 503 while Redis is full, and still applies the stored changes", function()
    stack.tenant:fault { kind = "unavailable", times = 4, path = "/api/user/update-user" }
    assert(stack:post("/changes", { email = "bob@example.com", username = "Bob of the full" }))
    assert(stack:post("/changes", { email = "carol@example.com", username = "Carol of the full" }))
    stack.redis:command("config", "set", "maxmemory", "1")
    assert_problem(assert(stack:post("/changes", { email = "bob@example.com", username = "Bob" })), 503)
    wait_for_all()
    stack.redis:command("config", "set", "maxmemory", "0")
    assert.equal("Bob of the full", stack.tenant:user "bob@example.com".name)
    assert.equal("Carol of the full", stack.tenant:user "carol@example.com".name)
  end)

  it("responds with 503 while Redis is down, and accepts changes after it restarts", function()
    stack.redis:kill()
    local response = assert(stack:post("/changes", { email = "bob@example.com", username = "Bob" }))
    assert_problem(response, 503)
    assert.equal("5", response.headers["retry-after"])
    stack.redis:start()
    assert.equal(202, assert(stack:post("/changes", { email = "bob@example.com", username = "Bob again" })).status)
    wait_for_all()
    assert.equal("Bob again", stack.tenant:user "bob@example.com".name)
  end)

  it("loses no change and keeps the order of each address when workers and Redis are killed and nginx is reloaded", function()
    local output, code = shell.run(shell.interpreter
      .. " examples/openresty/durability_test.lua changes=500 addresses=50 kills=2 reloads=1 2>&1")
    assert.equal(0, code, output)
    assert.truthy(output:find("all changes applied, none lost, each address in order", 1, true), output)
  end)
end)

describe("metrics", function()
  local stack

  setup(function() stack = dev_stack.start() end)
  teardown(function() stack:stop() end)

  local function post_many(count)
    stack.transport:map(count, function()
      assert.equal(200, assert(stack:post("/leavers", leaver)).status)
    end, 16)
  end

  local requests = 'acme_requests_total{path="/leavers",status="200"}'

  it("are the sums of all workers, on each worker, and do not decrease when a worker dies", function()
    post_many(64)
    assert.is_true(stack:wait(5, function()
      return stack:metric "mimecast_calls_total" == 64 and stack:metric(requests) == 64 -- counted after the response
    end))
    for _ = 1, 8 do
      assert.equal(64, stack:metric "mimecast_calls_total")
      assert.equal(64, stack:metric "mimecast_request_seconds_count")
      assert.equal(64, stack:metric(requests))
    end
    local old = stack:workers()
    for _, pid in ipairs(old) do stack:kill(pid) end
    assert.is_true(stack:wait(5, function() return #stack:workers() == #old and stack:request "/metrics" ~= nil end))
    assert.equal(64, stack:metric "mimecast_calls_total")
    assert.equal(64, stack:metric(requests))
    post_many(16)
    assert.is_true(stack:wait(5, function() return stack:metric "mimecast_calls_total" == 80 end))
  end)

  it("count every call across reloads, which interrupt no call", function()
    local before, calls, reloading, count = stack.tenant:applied(), stack:metric "mimecast_calls_total", true, 0
    stack.transport:map(9, function(i)
      while i > 1 and reloading do
        local response = assert(stack:post("/leavers", leaver))
        assert.equal(200, response.status, response.body)
        count = count + 1
      end
      for _ = 1, i == 1 and 5 or 0 do
        stack:reload()
        stack.transport:sleep(0.2)
      end
      if i == 1 then reloading = false end
    end, 9)
    assert.is_true(count > 40, count)
    assert.equal(count, stack.tenant:applied() - before)
    assert.is_true(stack:wait(5, function() return stack:metric "mimecast_calls_total" == calls + count end))
  end)

  it("count failures of all workers by code", function()
    stack.tenant:fault { kind = "status", status = 403, times = 4 }
    for _ = 1, 4 do assert(stack:post("/leavers", leaver)) end
    assert.is_true(stack:wait(5, function() return stack:metric 'mimecast_failures_total{code="forbidden"}' == 4 end))
  end)

  it("are in the text format of Prometheus, with a single TYPE line for each name", function()
    local response, seen = assert(stack:request "/metrics"), {}
    assert.equal("text/plain; version=0.0.4", response.headers["content-type"])
    for line in response.body:gmatch "[^\n]+" do
      local name = line:match "^# TYPE (%S+) %a+$"
      if name then
        assert.is_nil(seen[name], name)
        seen[name] = true
      else
        assert.truthy(line:find "^# HELP %S+ .+$" or line:find '^[%a_]+{[%a_]+="[^"]*".*} [%d.e+-]+$'
          or line:find "^[%a_]+ [%d.e+-]+$", line)
      end
    end
    assert.is_true(seen.mimecast_calls_total and seen.acme_requests_total)
  end)
end)

describe("the list", function()
  local function run(name, text, check)
    local stack = dev_stack.start { environment = { ACME_LIST_EVERY = 86400 }, files = { [name] = text }, list = name }
    local ok, reason = pcall(function()
      assert(stack:wait(5, function() return stack:metric "acme_list_runs_total" > 0
        or stack:metric "acme_list_unreadable_total" > 0 end), stack:log())
      stack.transport:sleep(1.5) -- by then the other workers have polled, too
      check(stack)
    end)
    stack:stop()
    if not ok then error(reason, 0) end
  end

  local function result(stack, what) return stack:metric(('acme_list_users_total{result="%s"}'):format(what)) end

  it("is applied once, by a single worker, which writes only differences", function()
    local list = { { email = "bob@example.com", allowPop3 = true }, { email = "carol@example.com", accountLocked = true },
      { email = "nobody@example.com" }, { email = "BOB@example.com", allowPop3 = false }, 5 }
    run("list.json", json.encode(list), function(stack)
      assert.equal(1, stack:metric "acme_list_runs_total")
      assert.same({ 1, 1, 3 }, { result(stack, "changed"), result(stack, "unchanged"), result(stack, "failed") })
      assert.equal(1, stack.tenant:applied())
      assert.is_true(stack.tenant:user "bob@example.com".allowPop)
      assert.truthy(stack:log():find("list: 1 changed, 1 unchanged, 3 failed", 1, true))
      assert.truthy(stack:log():find("list: entry 4: has the address of entry 1", 1, true))
    end)
  end)

  it("can be CSV, with commas, quotes and line ends in quotes", function()
    local text = '\239\187\191email,username,allowPop3\r\n'
      .. 'bob@example.com,"Bob ""Bobby"",\nFinance",TRUE\r\ncarol@example.com,,true\r\n'
    run("list.csv", text, function(stack)
      assert.equal('Bob "Bobby",\nFinance', stack.tenant:user "bob@example.com".name)
      assert.equal("Carol Example", stack.tenant:user "carol@example.com".name)
      assert.same({ 2, 0 }, { result(stack, "changed"), result(stack, "failed") })
    end)
  end)

  it("is not applied if it is invalid, and the error is logged", function()
    for _, case in ipairs {
      { "list.json", "{", "" }, { "list.json", '{"email":"bob@example.com"}', "it is not a list" },
      { "list.csv", 'email,username\nbob@example.com,Bob\ncarol@example.com,"Carol\n', "line 3 begins a row" },
      { "list.csv", "email,username\nbob@example.com,Bob,true\n", "line 2 has more cells" },
    } do
      run(case[1], case[2], function(stack)
        assert.equal(0, stack.tenant:applied())
        assert.truthy(stack:log():find("list: cannot be read: " .. case[3], 1, true), stack:log())
      end)
    end
  end)
end)
