-- The examples inside nginx as they stand: what a webhook may send and is answered. Four workers, a Redis that loses
-- nothing, and a tenant, all on loopback.
local assert_problem = require "spec.support.asserts.assert_problem_json"
local core = require "mimecast.core"
local json = require "mimecast.json"
local shell = require "tools.shell"
local socket = require "socket"
local stage = require "examples.openresty.stage"

local leaver = { email = "ann@example.com", archiveStartDate = "2026-11-30T18:00:00+01:00" }

describe("the house", function()
  local house, before

  setup(function() house = stage.start() end)
  teardown(function() house:stop() end)
  before_each(function() before = house.tenant:applied() end)

  local function applied() return house.tenant:applied() - before end

  -- Sends exact bytes; the answer.
  local function exchange(bytes)
    local client = assert(socket.connect("127.0.0.1", house.port))
    client:settimeout(5)
    client:send(bytes)
    local answer, _, part = client:receive "*a"
    client:close()
    return answer or part
  end

  -- Asks as the sender of a leaver would, with what is wrong put in.
  local function ask(wrong)
    local body = wrong.body or json.encode(leaver)
    local headers = stage.sign(wrong.time or ("%.6f"):format(core.now()), body)
    if wrong.signature then headers[4] = wrong.signature(headers[4]) end
    return assert(house:ask("/leavers", wrong.headers or headers, wrong.sent or body))
  end

  describe("takes a leaver", function()
    it("who is disabled at once, with the start of the archive", function()
      local response = assert(house:post("/leavers", leaver))
      assert.equal(200, response.status, response.body)
      assert.same({ email = "ann@example.com", accountDisabled = true, archiveStartDate = "2026-11-30T17:00:00+0000" },
        response.json)
      local user = house.tenant:user "ann@example.com"
      assert.is_true(user.accountDisabled)
      assert.equal("2026-11-30T17:00:00+0000", user.archiveStartDate)
      assert.equal(1, applied())
    end)

    it("whose signature has the name of its digest before it, or capitals", function()
      assert.equal(200, ask { signature = function(text) return "sha256=" .. text:upper() end }.status)
    end)

    it("whose body comes in the smallest pieces, without a file for it", function()
      local body = json.encode(leaver)
      body = body .. (" "):rep(16384 - #body)
      local headers = stage.sign(("%.6f"):format(core.now()), body)
      local answer = exchange(("POST /leavers HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n%s: %s\r\n%s: %s\r\n\r\n")
        :format(headers[1], headers[2], headers[3], headers[4]) .. body:gsub(".", "1\r\n%0\r\n") .. "0\r\n\r\n")
      assert.equal("HTTP/1.1 200 OK", answer:match "^[^\r]*")
      assert.is_nil(house:log():find("temporary file", 1, true), house:log())
    end)
  end)

  describe("refuses", function()
    local wrong = {
      ["no signature"] = { headers = {} },
      ["a signature of another body"] = { sent = json.encode { email = "bob@example.com",
        archiveStartDate = "2026-11-30T18:00:00Z" } },
      ["a signature of another time"] = { headers = { "X-Timestamp", ("%.0f"):format(core.now()), "X-Signature",
        stage.sign(("%.0f"):format(core.now() - 1), json.encode(leaver))[4] } },
      ["a signature that differs in its last digit"] = { signature = function(text)
        return text:sub(1, -2) .. (text:sub(-1) == "0" and "1" or "0")
      end },
      ["a part of a signature"] = { signature = function(text) return text:sub(1, 32) end },
      ["what was signed more than five minutes ago"] = { time = ("%.0f"):format(core.now() - 302) },
      ["what will be signed in more than five minutes"] = { time = ("%.0f"):format(core.now() + 360) },
      ["a time that is none"] = { time = "yesterday" },
    }
    for what, how in pairs(wrong) do
      it(what, function()
        assert_problem(ask(how), 401)
        assert.equal(0, applied())
      end)
    end

    it("a request that was here before, be it on another worker", function()
      local time, seen = ("%.6f"):format(core.now()), {}
      local statuses = { [200] = 0, [409] = 0 }
      house.transport:map(20, function()
        local response = ask { time = time }
        statuses[response.status] = statuses[response.status] + 1
        if response.status == 409 then seen = response end
      end, 20)
      assert.same({ [200] = 1, [409] = 19 }, statuses)
      assert_problem(seen, 409, "replayed")
      assert.equal(1, applied())
    end)

    it("a body that is no JSON object", function()
      for _, body in ipairs { "", "x", "[]", "[1]", '"text"', "null", '{"email":' } do
        assert_problem(ask { body = body, sent = body }, 400)
      end
    end)

    it("a body with other fields, without one, or with values of another type", function()
      local problem = assert_problem(ask { body = '{"email":5,"password":"Planted-1"}' }, 422)
      assert.same({ { field = "archiveStartDate", code = "missing_field", detail = "is required" },
        { field = "email", code = "invalid_value", detail = "must be a string" },
        { field = "password", code = "unknown_field", detail = "is not a field here" } }, problem.errors)
      assert_problem(ask { body = '{"email":null,"archiveStartDate":null}' }, 422)
    end)

    it("a body over 16 KiB, and one without an announced length", function()
      assert_problem(ask { body = ("x"):rep(16385) }, 413)
      local said = shell.run(("head -c 20000 /dev/zero | curl -s -X POST -H 'Transfer-Encoding: chunked' --data-binary @- "
        .. "-o /dev/null -w '%%{http_code} %%{content_type}' %s/leavers"):format(house.url))
      assert.equal("413 application/problem+json", said)
    end)

    it("other methods and other paths", function()
      local response = assert(house:ask "/leavers")
      assert_problem(response, 405)
      assert_problem(assert(house:ask "/nothing"), 404)
    end)

    it("what is not HTTP, and counts it", function()
      assert.equal("HTTP/1.1 400 Bad Request", exchange("\22\3\1\r\n\r\n"):match "^[^\r]*")
      assert.is_true(house:metric 'house_requests_total{path="other",status="400"}' >= 1)
      assert.is_nil(house:log():find("failed to run log_by_lua", 1, true), house:log())
    end)
  end)

  describe("takes a joiner", function()
    local joiner = { email = "carol@example.com", username = "Carol Newman", password = "Planted-Horse-7",
      archiveStartDate = "2026-12-01T08:00:00Z" }

    it("for a former address, which is unlocked, enabled and renamed", function()
      house.tenant:add_users { { emailAddress = joiner.email, accountLocked = true, accountDisabled = true } }
      local response = assert(house:post("/joiners", joiner))
      assert.equal(200, response.status, response.body)
      assert.is_nil(response.body:find("Planted", 1, true))
      local user = house.tenant:user(joiner.email)
      assert.same({ "Carol Newman", "Planted-Horse-7", false, false, true, "2026-12-01T08:00:00+0000" }, { user.name,
        user.password, user.accountLocked, user.accountDisabled, user.forcePasswordChange, user.archiveStartDate })
    end)

    it("for an address that nobody had", function()
      local own = { email = "new@example.com" }
      for _, name in ipairs { "username", "password", "archiveStartDate" } do own[name] = joiner[name] end
      own.forcePasswordChange = false
      assert.equal(201, assert(house:post("/joiners", own)).status)
      local user = house.tenant:user "new@example.com"
      assert.equal("Planted-Horse-7", user.password)
      assert.is_false(user.forcePasswordChange)
    end)

    it("and not without a password: the former one would do", function()
      local own = { email = joiner.email, username = joiner.username, archiveStartDate = joiner.archiveStartDate }
      local problem = assert_problem(assert(house:post("/joiners", own)), 422)
      assert.equal("password", problem.errors[1].field)
    end)

    it("and leaves no password in the log", function()
      assert.is_nil(house:log():find("Planted", 1, true))
      assert.is_nil(house:log():find("secret of", 1, true))
    end)
  end)
end)

describe("two hosts that name one Redis", function()
  local houses = {}

  setup(function()
    for i = 1, 2 do
      houses[i] = stage.start { workers = 1, beside = houses[1], environment = { HOUSE_REDIS_HOST = "127.0.0.1" } }
    end
  end)
  teardown(function()
    for i = #houses, 1, -1 do houses[i]:stop() end
  end)

  -- One request to both.
  local function ask_both()
    local body = json.encode(leaver)
    local headers = stage.sign(("%.6f"):format(core.now()), body)
    return houses[1]:ask("/leavers", headers, body), houses[2]:ask("/leavers", headers, body)
  end

  it("take a request once", function()
    local first, second = ask_both()
    assert.equal(200, first.status, first.body)
    assert_problem(second, 409, "replayed")
    assert.equal(1, houses[1].tenant:applied())
    local key = houses[1].redis:command("KEYS", "{house}:signature:*")
    assert.equal("*1", key)
  end)

  it("go on while it is away, each with what it has seen itself", function()
    houses[1].redis:kill()
    local first, second = ask_both()
    assert.same({ 200, 200 }, { first.status, second.status })
    houses[1].redis:start()
  end)
end)

describe("the house tells what the service says:", function()
  local house

  before_each(function() house = stage.start { environment = { MIMECAST_TIMEOUT = 1 } } end)
  after_each(function() house:stop() end)

  local function post() return assert(house:post("/leavers", leaver)) end

  it("an address that is not there is 404", function()
    local response = assert(house:post("/leavers", { email = "nobody@example.com",
      archiveStartDate = leaver.archiveStartDate }))
    local problem = assert_problem(response, 404, "unknown_address")
    assert.equal("service", problem.category)
    assert.is_nil(response.headers["retry-after"])
  end)

  it("a value that does not fit is 422, with its field", function()
    local response = assert(house:post("/leavers", { email = "ann@example.com", archiveStartDate = "soon" }))
    local problem = assert_problem(response, 422, "invalid_input")
    assert.equal("archiveStartDate", problem.errors[1].field)
    assert.equal(0, house.tenant:count "/api/user/update-user")
  end)

  it("an outage is 503, with when to come back", function()
    house.tenant:fault { kind = "unavailable", times = 10 }
    local response = post()
    assert_problem(response, 503, "unavailable")
    assert.equal("5", response.headers["retry-after"])
  end)

  it("an answer that does not come is 504, and what became of it is not known", function()
    house.tenant:fault { kind = "slow", seconds = 2, times = 3 }
    local problem = assert_problem(post(), 504, "timeout")
    assert.equal("unknown", problem.outcome)
  end)

  it("a permission that is missing is 502: it is not the caller's", function()
    house.tenant:fault { kind = "status", status = 403, times = 3 }
    assert_problem(post(), 502, "forbidden")
  end)

  it("a limit of calls is 503 with the service's own pause, and it is not asked again until then", function()
    house.tenant:fault { kind = "rate_limited", wait = 30, reset = "retry_after" }
    for _ = 1, 3 do
      local response = assert(house:post("/leavers", leaver))
      assert_problem(response, 503, "rate_limited")
      local pause = tonumber(response.headers["retry-after"])
      assert.is_true(pause >= 28 and pause <= 31, pause)
    end
    assert.equal(1, house.tenant:count "/api/user/update-user")
  end)
end)

describe("the README", function()
  it("has lines for curl that do what it says", function()
    local script
    for block in shell.read("examples/openresty/README.md"):gmatch "\n```sh\n(.-)\n```" do
      script = script or (block:find("post /leavers", 1, true) and block)
    end
    local house = stage.start()
    shell.write(house.prefix .. "/lines", ("HOUSE_URL=%s\n"):format(house.url) .. script)
    local folder = shell.quote(house.prefix)
    local said = shell.run((". %s/environment; unset LUA_PATH LUA_CPATH; sh %s/lines 2>&1"):format(folder, folder))
    house:stop()
    local statuses = {}
    for status in said:gmatch "HTTP/1.1 (%d+)" do statuses[#statuses + 1] = status end
    assert.equal("200 200 202 404", table.concat(statuses, " "), said)
    assert.truthy(said:find('house_requests_total{path="/joiners",status="200"} 1', 1, true), said)
  end)
end)
