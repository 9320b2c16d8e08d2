-- The examples inside nginx as they stand: what its workers do on their own, with others, and when they end.
local assert_problem = require "spec.support.asserts.assert_problem_json"
local json = require "mimecast.json"
local shell = require "tools.shell"
local stage = require "examples.openresty.stage"

local leaver = { email = "ann@example.com", archiveStartDate = "2026-11-30T18:00:00+01:00" }

describe("the intake", function()
  local house

  setup(function() house = stage.start { environment = { HOUSE_PATIENCE = 3, MIMECAST_TIMEOUT = 1 } } end)
  teardown(function() house:stop() end)

  local function wait_for_all()
    assert.is_true(house:wait(15, function() return house:metric "house_changes_waiting" == 0 end))
  end

  it("stores a change, answers 202 with its id, and applies it", function()
    local response = assert(house:post("/changes", { email = "bob@example.com", username = "Bob New", allowPop3 = false }))
    assert.equal(202, response.status, response.body)
    assert.truthy(response.json.id:find "^%d+%-%d+%-%d+$")
    wait_for_all()
    local user = house.tenant:user "bob@example.com"
    assert.same({ "Bob New", false }, { user.name, user.allowPop })
  end)

  it("keeps passwords, and what must not come late, out of Redis", function()
    for name, value in pairs { password = "Planted-Horse-7", forcePasswordChange = true } do
      local response = assert(house:post("/changes", { email = "bob@example.com", [name] = value }))
      assert.equal(name, assert_problem(response, 422).errors[1].field)
    end
    assert.is_nil(house.redis:dump():find("Planted", 1, true))
  end)

  it("tells a slip at once", function()
    local response = assert(house:post("/changes", { email = "bob@@example.com", archiveStartDate = "soon" }))
    assert.equal(2, #assert_problem(response, 422, "invalid_input").errors)
    response = assert(house:post("/changes", { email = "bob@example.com" }))
    assert.equal("bob@example.com: there is nothing to change", assert_problem(response, 422).detail)
  end)

  it("parks what fails for good, with the reason, and goes on", function()
    assert.equal(202, assert(house:post("/changes", { email = "nobody@example.com", username = "No" })).status)
    assert.equal(202, assert(house:post("/changes", { email = "bob@example.com", username = "Bob Newer" })).status)
    wait_for_all()
    assert.equal("Bob Newer", house.tenant:user "bob@example.com".name)
    assert.equal(1, house:metric "house_changes_parked")
    local parked = shell.run(("redis-cli -p %d xrange {house}:parked - +"):format(house.redis.port))
    assert.truthy(parked:find("Forbidden To Perform Operation For Address", 1, true), parked)
    assert.truthy(parked:find("nobody@example.com", 1, true))
  end)

  it("has what is parked tried once more by the lines of the README", function()
    local script
    for block in shell.read("examples/openresty/README.md"):gmatch "\n```sh\n(.-)\n```" do
      script = script or (block:find("redis eval", 1, true) and block)
    end
    house.tenant:add_users { { emailAddress = "nobody@example.com" } }
    shell.write(house.prefix .. "/lines", script)
    local said, code = shell.run(("HOUSE_REDIS_PORT=%d sh %s/lines 2>&1"):format(house.redis.port, house.prefix))
    assert.equal(0, code, said)
    assert.truthy(said:find("Forbidden To Perform Operation For Address", 1, true), said)
    wait_for_all()
    assert.equal(0, house:metric "house_changes_parked")
    assert.equal("No", house.tenant:user "nobody@example.com".name)
  end)

  it("puts off what fails while the service is out, and applies all in order when it is back", function()
    local before = house.tenant:applied "bob@example.com"
    house.tenant:fault { kind = "unavailable", times = 5, path = "/api/user/update-user" }
    for i = 1, 5 do assert(house:post("/changes", { email = "bob@example.com", username = "Bob " .. i })) end
    wait_for_all()
    assert.equal("Bob 5", house.tenant:user "bob@example.com".name)
    assert.equal(before + 5, house.tenant:applied "bob@example.com")
    local sent, last = {}, nil -- each once, however often it was tried
    for _, request in ipairs(house.tenant:requests()) do
      local name = request.path == "/api/user/update-user" and request.body:match '"name":"(Bob %d)"'
      if name and name ~= last then sent[#sent + 1] = name end
      last = name or last
    end
    assert.same({ "Bob 1", "Bob 2", "Bob 3", "Bob 4", "Bob 5" }, sent)
    assert.is_true(house:metric 'house_changes_total{result="put off"}' >= 1)
  end)

  it("puts off what the credentials do not allow: that is ours to mend", function()
    local parked = house:metric "house_changes_parked"
    house.tenant:fault { kind = "status", status = 403, times = 2, path = "/api/user/update-user" }
    assert(house:post("/changes", { email = "bob@example.com", username = "Bob allowed" }))
    wait_for_all()
    assert.equal("Bob allowed", house.tenant:user "bob@example.com".name)
    assert.equal(parked, house:metric "house_changes_parked")
  end)

  it("keeps an address in one stream, in whatever letters it is written", function()
    local streams = {}
    for i, email in ipairs { "bob@example.com", "Bob@Example.com", "BOB@EXAMPLE.COM" } do
      streams[i] = assert(house:post("/changes", { email = email, username = "Bob in letters" })).json.id:match "^%d+"
    end
    assert.same({ streams[1], streams[1], streams[1] }, streams)
    wait_for_all()
  end)

  it("parks what the service fails for longer than its patience", function()
    house.tenant:fault { kind = "unavailable", times = 1000, path = "/api/user/update-user" }
    assert(house:post("/changes", { email = "carol@example.com", username = "Carol late" }))
    wait_for_all()
    house.tenant:reset()
    assert.equal(1, house:metric "house_changes_parked")
  end)

  it("answers 503 while Redis is full, and applies what is stored all the same", function()
    house.tenant:fault { kind = "unavailable", times = 4, path = "/api/user/update-user" }
    assert(house:post("/changes", { email = "bob@example.com", username = "Bob of the full" }))
    assert(house:post("/changes", { email = "carol@example.com", username = "Carol of the full" }))
    house.redis:command("config", "set", "maxmemory", "1")
    assert_problem(assert(house:post("/changes", { email = "bob@example.com", username = "Bob" })), 503)
    wait_for_all()
    house.redis:command("config", "set", "maxmemory", "0")
    assert.equal("Bob of the full", house.tenant:user "bob@example.com".name)
    assert.equal("Carol of the full", house.tenant:user "carol@example.com".name)
  end)

  it("answers 503 while Redis is away, and goes on when it is back", function()
    house.redis:kill()
    local response = assert(house:post("/changes", { email = "bob@example.com", username = "Bob" }))
    assert_problem(response, 503)
    assert.equal("5", response.headers["retry-after"])
    house.redis:start()
    assert.equal(202, assert(house:post("/changes", { email = "bob@example.com", username = "Bob again" })).status)
    wait_for_all()
    assert.equal("Bob again", house.tenant:user "bob@example.com".name)
  end)

  it("loses nothing and keeps each address's order while workers and Redis are killed, and over a reload", function()
    local lua = _VERSION == "Lua 5.1" and (os.getenv "LUAJIT" or "luajit") or os.getenv "LUA54" or "lua5.4"
    local said, code = shell.run(lua .. " examples/openresty/proof.lua changes=500 addresses=50 kills=2 reloads=1 2>&1")
    assert.equal(0, code, said)
    assert.truthy(said:find("all applied, none lost, each address in its order", 1, true), said)
  end)
end)

describe("metrics", function()
  local house

  setup(function() house = stage.start() end)
  teardown(function() house:stop() end)

  local function post_many(count)
    house.transport:map(count, function()
      assert.equal(200, assert(house:post("/leavers", leaver)).status)
    end, 16)
  end

  local requests = 'house_requests_total{path="/leavers",status="200"}'

  it("are those of all workers, whichever is asked, and do not go back when one dies", function()
    post_many(64)
    assert.is_true(house:wait(5, function() return house:metric "mimecast_calls_total" == 64 end))
    for _ = 1, 8 do
      assert.equal(64, house:metric "mimecast_calls_total")
      assert.equal(64, house:metric "mimecast_request_seconds_count")
      assert.equal(64, house:metric(requests))
    end
    local old = house:workers()
    for _, pid in ipairs(old) do house:kill(pid) end
    assert.is_true(house:wait(5, function() return #house:workers() == #old and house:ask "/metrics" ~= nil end))
    assert.equal(64, house:metric "mimecast_calls_total")
    assert.equal(64, house:metric(requests))
    post_many(16)
    assert.is_true(house:wait(5, function() return house:metric "mimecast_calls_total" == 80 end))
  end)

  it("lose nothing over reloads, which break no call off", function()
    local before, calls, reloading, count = house.tenant:applied(), house:metric "mimecast_calls_total", true, 0
    house.transport:map(9, function(i)
      while i > 1 and reloading do
        local response = assert(house:post("/leavers", leaver))
        assert.equal(200, response.status, response.body)
        count = count + 1
      end
      for _ = 1, i == 1 and 5 or 0 do
        house:reload()
        house.transport:sleep(0.2)
      end
      if i == 1 then reloading = false end
    end, 9)
    assert.is_true(count > 40, count)
    assert.equal(count, house.tenant:applied() - before)
    assert.is_true(house:wait(5, function() return house:metric "mimecast_calls_total" == calls + count end))
  end)

  it("count failures by code, of other workers as well", function()
    house.tenant:fault { kind = "status", status = 403, times = 4 }
    for _ = 1, 4 do assert(house:post("/leavers", leaver)) end
    assert.is_true(house:wait(5, function() return house:metric 'mimecast_failures_total{code="forbidden"}' == 4 end))
  end)

  it("are in Prometheus' text format: each name once, with its type", function()
    local response, seen = assert(house:ask "/metrics"), {}
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
    assert.is_true(seen.mimecast_calls_total and seen.house_requests_total)
  end)
end)

describe("the list", function()
  local function run(name, text, check)
    local house = stage.start { environment = { HOUSE_LIST_EVERY = 86400 }, files = { [name] = text }, list = name }
    local ok, reason = pcall(function()
      assert(house:wait(5, function() return house:metric "house_list_runs_total" > 0
        or house:metric "house_list_unreadable_total" > 0 end), house:log())
      house.transport:sleep(1.5) -- the other workers have looked by then, too
      check(house)
    end)
    house:stop()
    if not ok then error(reason, 0) end
  end

  local function result(house, what) return house:metric(('house_list_users_total{result="%s"}'):format(what)) end

  it("is brought into line by one worker, once, and only what differs is written", function()
    local list = { { email = "bob@example.com", allowPop3 = true }, { email = "carol@example.com", accountLocked = true },
      { email = "nobody@example.com" }, { email = "BOB@example.com", allowPop3 = false }, 5 }
    run("list.json", json.encode(list), function(house)
      assert.equal(1, house:metric "house_list_runs_total")
      assert.same({ 1, 1, 3 }, { result(house, "changed"), result(house, "unchanged"), result(house, "failed") })
      assert.equal(1, house.tenant:applied())
      assert.is_true(house.tenant:user "bob@example.com".allowPop)
      assert.truthy(house:log():find("list: 1 changed, 1 as they should be, 3 failed", 1, true))
      assert.truthy(house:log():find("list: entry 4: is there before, as entry 1", 1, true))
    end)
  end)

  it("may be CSV, with commas, quotes and line ends in quotes", function()
    local text = '\239\187\191email,username,allowPop3\r\n'
      .. 'bob@example.com,"Bob ""Bobby"",\nFinance",TRUE\r\ncarol@example.com,,true\r\n'
    run("list.csv", text, function(house)
      assert.equal('Bob "Bobby",\nFinance', house.tenant:user "bob@example.com".name)
      assert.equal("Carol Example", house.tenant:user "carol@example.com".name)
      assert.same({ 2, 0 }, { result(house, "changed"), result(house, "failed") })
    end)
  end)

  it("that is none is told", function()
    for _, case in ipairs {
      { "list.json", "{", "" }, { "list.json", '{"email":"bob@example.com"}', "it is not a list" },
      { "list.csv", 'email,username\nbob@example.com,Bob\ncarol@example.com,"Carol\n', "line 3 begins a row" },
      { "list.csv", "email,username\nbob@example.com,Bob,true\n", "line 2 has more cells" },
    } do
      run(case[1], case[2], function(house)
        assert.equal(0, house.tenant:applied())
        assert.truthy(house:log():find("list: cannot be read: " .. case[3], 1, true), house:log())
      end)
    end
  end)
end)
