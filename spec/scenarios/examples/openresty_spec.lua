-- Tests the webhooks of the examples over HTTP, with four nginx workers, a durable Redis and a tenant on loopback.
local assert_problem = require "spec.support.asserts.assert_problem_json"
local core = require "mimecast.core"
local json = require "mimecast.json"
local shell = require "tools.shell"
local socket = require "socket"
local dev_stack = require "examples.openresty.dev_stack"

local leaver = { email = "ann@example.com", archiveStartDate = "2026-11-30T18:00:00+01:00" }

describe("the examples in nginx", function()
  local stack, before

  setup(function() stack = dev_stack.start() end)
  teardown(function() stack:stop() end)
  before_each(function() before = stack.tenant:applied() end)

  local function applied() return stack.tenant:applied() - before end

  -- Sends raw bytes and returns the response.
  local function exchange(bytes)
    local client = assert(socket.connect("127.0.0.1", stack.port))
    client:settimeout(5)
    client:send(bytes)
    local response, _, partial = client:receive "*a"
    client:close()
    return response or partial
  end

  -- Posts a leaver with the given deviations from a valid request.
  local function post_leaver(wrong)
    local body = wrong.body or json.encode(leaver)
    local headers = dev_stack.sign(wrong.time or ("%.6f"):format(core.now()), body)
    if wrong.signature then headers[4] = wrong.signature(headers[4]) end
    return assert(stack:request("/leavers", wrong.headers or headers, wrong.sent or body))
  end

  describe("accept a leaver", function()
    it("and disable the account, with the start of the archive", function()
      local response = assert(stack:post("/leavers", leaver))
      assert.equal(200, response.status, response.body)
      assert.same({ email = "ann@example.com", accountDisabled = true, archiveStartDate = "2026-11-30T17:00:00+0000" },
        response.json)
      local user = stack.tenant:user "ann@example.com"
      assert.is_true(user.accountDisabled)
      assert.equal("2026-11-30T17:00:00+0000", user.archiveStartDate)
      assert.equal(1, applied())
    end)

    it("with a signature in upper case after a sha256= prefix", function()
      assert.equal(200, post_leaver { signature = function(text) return "sha256=" .. text:upper() end }.status)
    end)

    it("with a body in chunks of a byte, without a temporary file", function()
      local body = json.encode(leaver)
      body = body .. (" "):rep(16384 - #body)
      local headers = dev_stack.sign(("%.6f"):format(core.now()), body)
      local response = exchange(("POST /leavers HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n%s: %s\r\n%s: %s\r\n\r\n")
        :format(headers[1], headers[2], headers[3], headers[4]) .. body:gsub(".", "1\r\n%0\r\n") .. "0\r\n\r\n")
      assert.equal("HTTP/1.1 200 OK", response:match "^[^\r]*")
      assert.is_nil(stack:log():find("temporary file", 1, true), stack:log())
    end)
  end)

  describe("reject", function()
    local wrong = {
      ["no signature"] = { headers = {} },
      ["a signature of another body"] = { sent = json.encode { email = "bob@example.com",
        archiveStartDate = "2026-11-30T18:00:00Z" } },
      ["a signature of another time"] = { headers = { "X-Timestamp", ("%.0f"):format(core.now()), "X-Signature",
        dev_stack.sign(("%.0f"):format(core.now() - 1), json.encode(leaver))[4] } },
      ["a signature that differs in its last digit"] = { signature = function(text)
        return text:sub(1, -2) .. (text:sub(-1) == "0" and "1" or "0")
      end },
      ["a truncated signature"] = { signature = function(text) return text:sub(1, 32) end },
      ["a signature older than five minutes"] = { time = ("%.0f"):format(core.now() - 302) },
      ["a time more than five minutes ahead"] = { time = ("%.0f"):format(core.now() + 360) },
      ["an invalid time"] = { time = "yesterday" },
    }
    for title, deviation in pairs(wrong) do
      it(title, function()
        assert_problem(post_leaver(deviation), 401)
        assert.equal(0, applied())
      end)
    end

    it("a replayed request, also on another worker", function()
      local time, replayed = ("%.6f"):format(core.now()), {}
      local statuses = { [200] = 0, [409] = 0 }
      stack.transport:map(20, function()
        local response = post_leaver { time = time }
        statuses[response.status] = statuses[response.status] + 1
        if response.status == 409 then replayed = response end
      end, 20)
      assert.same({ [200] = 1, [409] = 19 }, statuses)
      assert_problem(replayed, 409, "replayed")
      assert.equal(1, applied())
    end)

    it("a body that is not a JSON object", function()
      for _, body in ipairs { "", "x", "[]", "[1]", '"text"', "null", '{"email":' } do
        assert_problem(post_leaver { body = body, sent = body }, 400)
      end
    end)

    it("a body with unknown or missing fields, or values of a wrong type", function()
      local problem = assert_problem(post_leaver { body = '{"email":5,"password":"Planted-1"}' }, 422)
      assert.same({ { field = "archiveStartDate", code = "missing_field", detail = "is required" },
        { field = "email", code = "invalid_value", detail = "must be a string" },
        { field = "password", code = "unknown_field", detail = "is not a field of this request" } }, problem.errors)
      assert_problem(post_leaver { body = '{"email":null,"archiveStartDate":null}' }, 422)
    end)

    it("a body over 16 KiB, also without Content-Length", function()
      assert_problem(post_leaver { body = ("x"):rep(16385) }, 413)
      local output = shell.run(("head -c 20000 /dev/zero | curl -s -X POST -H 'Transfer-Encoding: chunked' --data-binary @- "
        .. "-o /dev/null -w '%%{http_code} %%{content_type}' %s/leavers"):format(stack.url))
      assert.equal("413 application/problem+json", output)
    end)

    it("unknown methods and paths", function()
      local response = assert(stack:request "/leavers")
      assert_problem(response, 405)
      assert_problem(assert(stack:request "/nothing"), 404)
    end)

    it("and count bytes that are not HTTP", function()
      assert.equal("HTTP/1.1 400 Bad Request", exchange("\22\3\1\r\n\r\n"):match "^[^\r]*")
      assert.is_true(stack:wait(5, function() -- nginx counts a request after its response
        return stack:metric 'acme_requests_total{path="other",status="400"}' >= 1
      end))
      assert.is_nil(stack:log():find("failed to run log_by_lua", 1, true), stack:log())
    end)
  end)

  describe("accept a joiner", function()
    local joiner = { email = "carol@example.com", username = "Carol Newman", password = "Planted-Horse-7",
      archiveStartDate = "2026-12-01T08:00:00Z" }

    it("with an existing address, and unlock, enable and rename the account", function()
      stack.tenant:add_users { { emailAddress = joiner.email, accountLocked = true, accountDisabled = true } }
      local response = assert(stack:post("/joiners", joiner))
      assert.equal(200, response.status, response.body)
      assert.is_nil(response.body:find("Planted", 1, true))
      local user = stack.tenant:user(joiner.email)
      assert.same({ "Carol Newman", "Planted-Horse-7", false, false, true, "2026-12-01T08:00:00+0000" }, { user.name,
        user.password, user.accountLocked, user.accountDisabled, user.forcePasswordChange, user.archiveStartDate })
    end)

    it("with a new address, and create the account", function()
      local input = { email = "new@example.com" }
      for _, name in ipairs { "username", "password", "archiveStartDate" } do input[name] = joiner[name] end
      input.forcePasswordChange = false
      assert.equal(201, assert(stack:post("/joiners", input)).status)
      local user = stack.tenant:user "new@example.com"
      assert.equal("Planted-Horse-7", user.password)
      assert.is_false(user.forcePasswordChange)
    end)

    it("only with a password, because the former employee knows the old password", function()
      local input = { email = joiner.email, username = joiner.username, archiveStartDate = joiner.archiveStartDate }
      local problem = assert_problem(assert(stack:post("/joiners", input)), 422)
      assert.equal("password", problem.errors[1].field)
    end)

    it("and log no password", function()
      assert.is_nil(stack:log():find("Planted", 1, true))
      assert.is_nil(stack:log():find("secret of", 1, true))
    end)
  end)
end)

describe("two hosts that share a Redis", function()
  local stacks = {}

  setup(function()
    for i = 1, 2 do
      stacks[i] = dev_stack.start { workers = 1, beside = stacks[1], environment = { ACME_REDIS_HOST = "127.0.0.1" } }
    end
  end)
  teardown(function()
    for i = #stacks, 1, -1 do stacks[i]:stop() end
  end)

  -- Sends the same request to both.
  local function request_both()
    local body = json.encode(leaver)
    local headers = dev_stack.sign(("%.6f"):format(core.now()), body)
    return stacks[1]:request("/leavers", headers, body), stacks[2]:request("/leavers", headers, body)
  end

  it("accept a request once", function()
    local first, second = request_both()
    assert.equal(200, first.status, first.body)
    assert_problem(second, 409, "replayed")
    assert.equal(1, stacks[1].tenant:applied())
    local key = stacks[1].redis:command("KEYS", "{acme}:signature:*")
    assert.equal("*1", key)
  end)

  it("continue without Redis, each with a local record of requests", function()
    stacks[1].redis:kill()
    local first, second = request_both()
    assert.same({ 200, 200 }, { first.status, second.status })
    stacks[1].redis:start()
  end)
end)

describe("the examples report", function()
  local stack

  before_each(function() stack = dev_stack.start { environment = { MIMECAST_TIMEOUT = 1 } } end)
  after_each(function() stack:stop() end)

  local function post() return assert(stack:post("/leavers", leaver)) end

  it("an unknown address as 404", function()
    local response = assert(stack:post("/leavers", { email = "nobody@example.com",
      archiveStartDate = leaver.archiveStartDate }))
    local problem = assert_problem(response, 404, "unknown_address")
    assert.equal("service", problem.category)
    assert.is_nil(response.headers["retry-after"])
  end)

  it("an invalid value as 422, with its field", function()
    local response = assert(stack:post("/leavers", { email = "ann@example.com", archiveStartDate = "soon" }))
    local problem = assert_problem(response, 422, "invalid_input")
    assert.equal("archiveStartDate", problem.errors[1].field)
    assert.equal(0, stack.tenant:count "/api/user/update-user")
  end)

  it("an outage as 503, with Retry-After", function()
    stack.tenant:fault { kind = "unavailable", times = 10 }
    local response = post()
    assert_problem(response, 503, "unavailable")
    assert.equal("5", response.headers["retry-after"])
  end)

  it("a missing response as 504, with an unknown outcome", function()
    stack.tenant:fault { kind = "slow", seconds = 2, times = 3 }
    local problem = assert_problem(post(), 504, "timeout")
    assert.equal("unknown", problem.outcome)
  end)

  it("a missing permission as 502, because the sender cannot fix it", function()
    stack.tenant:fault { kind = "status", status = 403, times = 3 }
    assert_problem(post(), 502, "forbidden")
  end)

  it("the rate limit as 503 with the service's Retry-After, and make no call before it has passed", function()
    stack.tenant:fault { kind = "rate_limited", wait = 30, reset = "retry_after" }
    for _ = 1, 3 do
      local response = assert(stack:post("/leavers", leaver))
      assert_problem(response, 503, "rate_limited")
      local pause = tonumber(response.headers["retry-after"])
      assert.is_true(pause >= 28 and pause <= 31, pause)
    end
    assert.equal(1, stack.tenant:count "/api/user/update-user")
  end)
end)

describe("the README", function()
  it("has curl commands that work as described", function()
    local script
    for block in shell.read("examples/openresty/README.md"):gmatch "\n```sh\n(.-)\n```" do
      script = script or (block:find("post /leavers", 1, true) and block)
    end
    local stack = dev_stack.start()
    shell.write(stack.prefix .. "/lines", ("ACME_URL=%s\n"):format(stack.url) .. script)
    local folder = shell.quote(stack.prefix)
    local output = shell.run((". %s/environment; unset LUA_PATH LUA_CPATH; sh %s/lines 2>&1"):format(folder, folder))
    stack:stop()
    local statuses = {}
    for status in output:gmatch "HTTP/1.1 (%d+)" do statuses[#statuses + 1] = status end
    assert.equal("200 200 202 404", table.concat(statuses, " "), output)
    assert.truthy(output:find('acme_requests_total{path="/joiners",status="200"} 1', 1, true), output)
  end)
end)
