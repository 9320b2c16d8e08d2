local bare_client = require "spec.support.http.bare_client"
local calendar = require "mimecast.sandbox.wire.dates"
local curl_cli_transport = require "spec.support.http.curl_cli_transport"
local json = require "mimecast.json"
local sandbox = require "mimecast.sandbox"

local change = '{"data":[{"emailAddress":"ann@example.com","allowPop":true}]}'
local update = "/api/user/update-user"

local fronts = {
  { name = "in the process", start = function(options)
    local tenant = sandbox.new(options)
    return tenant, bare_client.new(tenant)
  end },
  { name = "behind nginx", start = function(options)
    options.transport = curl_cli_transport.new()
    local tenant = assert(sandbox.start(options))
    return tenant, bare_client.new(tenant, curl_cli_transport.new())
  end },
}

for _, front in ipairs(fronts) do
  describe("sandbox fault " .. front.name, function()
    local tenant, call

    setup(function()
      tenant, call = front.start{ rateLimit = false }
    end)

    teardown(function() assert.is_true(tenant:stop()) end)

    before_each(function()
      tenant:reset()
      call.token = nil
      call:request_token()
    end)

    local function order(fault, more)
      call.token = call.token or json.decode(call:request_token().body).access_token
      tenant:fault(fault)
      return call:v2(change, nil, more)
    end

    local function order_lost(fault, code, more)
      local response, message, err = order(fault, more)
      assert.is_nil(response)
      assert.is_string(message)
      if code then assert.equal(code, err.code) end
      return err
    end

    it("occurs as often as times says", function()
      assert.equal(503, order{ kind = "unavailable", times = 2 }.status)
      assert.equal(1, tenant:pending())
      assert.equal(503, call:v2(change).status)
      assert.equal(0, tenant:applied())
      assert.equal(200, call:v2(change).status)
      assert.equal(1, tenant:applied())
    end)

    it("can skip the first requests, and hit one path only", function()
      assert.equal(200, order{ kind = "unavailable", after = 1 }.status)
      assert.equal(503, call:v2(change).status)
      assert.equal(200, order{ kind = "unavailable", path = "/oauth/token" }.status)
      assert.equal(503, call:request_token().status)
    end)

    it("does not hit the token endpoint unless path names it", function()
      tenant:fault{ kind = "unavailable" }
      assert.equal(200, call:request_token().status)
      assert.equal(503, call:v2(change).status)
      tenant:fault{ kind = "unavailable", path = "*" }
      assert.equal(503, call:request_token().status)
    end)

    it("can hit after the change was applied", function()
      assert.equal(503, order{ kind = "unavailable", afterApply = true }.status)
      assert.equal(1, tenant:applied("ann@example.com"))
      order_lost({ kind = "close_before_response", afterApply = true }, "connection_lost")
      assert.equal(2, tenant:applied("ann@example.com"))
    end)

    it("status: any status, headers and body", function()
      local response = order{ kind = "status", status = 504, type = "text/plain", headers = { ["X-Odd"] = "1" },
        body = "GatewayTimeout" }
      assert.equal(504, response.status)
      assert.equal("GatewayTimeout", response.body)
      assert.equal("1", response.headers["x-odd"] or response.headers["X-Odd"])
      assert.equal("text/plain", response.headers["content-type"])
    end)

    it("rate_limited: the wait in each of its styles", function()
      local headers = order{ kind = "rate_limited", wait = 2 }.headers
      assert.equal("2000", headers["x-ratelimit-reset"])
      assert.equal("0", headers["x-ratelimit-remaining"])
      assert.equal("2", order{ kind = "rate_limited", wait = 2, reset = "seconds" }.headers["x-ratelimit-reset"])
      local epoch = order{ kind = "rate_limited", wait = 2, reset = "epoch" }.headers["x-ratelimit-reset"]
      assert.is_true(math.abs(tonumber(epoch) - os.time() - 2) <= 2)
      headers = order{ kind = "rate_limited", wait = 2, reset = "mimecast" }.headers
      assert.equal("2000", headers["x-mimecast-ratelimit-reset"])
      assert.is_nil(headers["x-ratelimit-reset"])
      local response = order{ kind = "rate_limited", wait = 3, reset = "retry_after" }
      assert.equal(429, response.status)
      assert.equal("3", response.headers["retry-after"])
      assert.is_nil(response.headers["x-ratelimit-reset"])
      headers = order{ kind = "rate_limited", wait = 3, reset = "retry_after_date" }.headers
      assert.truthy(headers["retry-after"]:find("^%a%a%a, %d%d %a%a%a %d%d%d%d [%d:]+ GMT$"))
    end)

    it("html, garbage, empty: no JSON", function()
      local response = order{ kind = "html" }
      assert.equal(502, response.status)
      assert.equal("text/html", response.headers["content-type"])
      assert.is_nil(response.headers["x-ratelimit-limit"])
      assert.is_nil(json.decode(order{ kind = "garbage" }.body))
      assert.equal("", order{ kind = "empty" }.body)
    end)

    it("truncated: fewer bytes than announced, and the change is applied", function()
      local err = order_lost{ kind = "truncated", bytes = 10 }
      assert.equal('{"meta":{"', err.body)
      assert.equal(1, tenant:applied())
      order_lost{ kind = "truncated", afterApply = true }
      assert.equal(2, tenant:applied())
    end)

    it("reset and close_before_response: no response, and nothing is applied", function()
      order_lost({ kind = "reset" }, "connection_lost")
      order_lost({ kind = "close_before_response" }, "connection_lost")
      assert.equal(0, tenant:applied())
      assert.equal(2, tenant:count(update))
    end)

    it("slow: a late response, or a timeout while the change is applied", function()
      assert.equal(200, order{ kind = "slow", seconds = 0.01 }.status)
      tenant:fault{ kind = "slow", seconds = 1 }
      local response, _, err = call:v2(change, nil, { timeout = 0.05 })
      assert.is_nil(response)
      assert.equal("timeout", err.code)
      assert.equal(2, tenant:applied())
    end)

    it("slow_body: half of the response at once, then a timeout, and the change is applied", function()
      assert.equal('{"meta":{"status":200}', order{ kind = "slow_body", seconds = 0.05 }.body:sub(1, 22))
      local err = order_lost({ kind = "slow_body", seconds = 1 }, nil, { timeout = 0.2 })
      assert.equal("timeout", err.code)
      if front.name == "behind nginx" then assert.equal('{"meta":', err.body:sub(1, 8)) end
      assert.equal(2, tenant:applied())
    end)

    it("wrong_length: more announced than sent, or less", function()
      local whole = call:v2(change).body
      assert.equal(whole, order_lost{ kind = "wrong_length", by = 7 }.body)
      local response = order{ kind = "wrong_length", by = -7 }
      assert.same({ 200, whole:sub(1, -8) }, { response.status, response.body })
      assert.equal(3, tenant:applied())
    end)

    it("stray: this response and the next one are correct", function()
      local whole = call:v2(change).body
      assert.same({ 200, whole }, { order{ kind = "stray" }.status, call:v2(change).body })
      assert.equal(3, tenant:applied())
    end)

    it("huge: the given number of bytes", function()
      local response = order{ kind = "huge", bytes = 300000 }
      assert.is_true(#response.body >= 300000)
      assert.truthy(response.body:find('^{"meta":{"status":200},"data":%["xxx'))
    end)

    it("redirect: to the given location", function()
      local response = order{ kind = "redirect", location = "http://127.0.0.1:1/elsewhere" }
      assert.equal(307, response.status)
      assert.equal("http://127.0.0.1:1/elsewhere", response.headers.location)
    end)

    it("token_expired, binding_expired, bad_app_id: the service's authorisation failures", function()
      assert.equal('{"fail":[{"code":"token_expired","message":"Access token expired"}]}',
        order{ kind = "token_expired" }.body)
      assert.equal(418, order{ kind = "binding_expired" }.status)
      local response = order{ kind = "bad_app_id" }
      assert.equal(200, response.status)
      assert.truthy(response.body:find("err_developer_key", 1, true))
    end)

    it("binding_expired: with HTTP 200, too", function()
      local response = order{ kind = "binding_expired", status = 200 }
      assert.same({ 200, '{"meta":{"status":200},"data":[],"fail":[{"errors":[{"code":"err_xdk_binding_expired",'
        .. '"message":"0018 Binding Expired","retryable":false}]}]}' }, { response.status, response.body })
    end)

    it("clock_skew: the response's date is off, and API 1.0 rejects the signed date", function()
      local function off(headers)
        local time = calendar.parse_http(headers.date)
        return math.abs(time - tenant:now() - 7200) <= 2
      end
      tenant:fault{ kind = "clock_skew", seconds = 7200, times = 2 }
      local response = call:v1(change)
      assert.same({ 401, "err_xdk_invalid_date" },
        { response.status, json.decode(response.body).fail[1].errors[1].code })
      assert.is_true(off(response.headers))
      assert.equal(0, tenant:applied())
      response = call:v2(change)
      assert.equal(200, response.status)
      assert.is_true(off(response.headers))
      assert.equal(1, tenant:applied())
      assert.is_false(off(call:v2(change).headers))
    end)

    it("chance: hits some requests, and the same after a reset", function()
      local function run()
        tenant:reset()
        tenant:fault{ kind = "unavailable", chance = 0.3, path = update }
        tenant:fault{ kind = "status", status = 504, chance = 0.3, times = 2, path = update }
        call.token = json.decode(call:request_token().body).access_token
        local seen = {}
        for i = 1, 30 do seen[i] = call:v2(change).status end
        return table.concat(seen, " ")
      end
      local first = run()
      local _, hits = first:gsub("503", "")
      assert.is_true(hits >= 3 and hits <= 18, first)
      assert.equal(2, select(2, first:gsub("504", "")), first)
      assert.equal(0, tenant:pending())
      assert.equal(first, run())
      for _, chance in ipairs{ 0, -1, 1.5, "x", true } do
        assert.error_matches(function() tenant:fault{ kind = "reset", chance = chance } end,
          chance == 0 and "chance must be above 0" or "chance must be a number from 0 to 1")
      end
    end)

    it("echo_credentials: the token endpoint repeats the request", function()
      tenant:fault{ kind = "echo_credentials", path = "/oauth/token" }
      local response = call:request_token()
      assert.equal(401, response.status)
      assert.truthy(response.body:find(tenant.credentials.v2.clientSecret, 1, true))
    end)

    it("fail_items: the given items fail, the others are applied", function()
      call.token = json.decode(call:request_token().body).access_token
      tenant:fault{ kind = "fail_items", items = { 2 }, code = "err_odd", message = "Odd", retryable = true }
      local body = json.decode(call:v2('{"data":[{"emailAddress":"ann@example.com","allowPop":true},'
        .. '{"emailAddress":"bob@example.com","allowPop":true}]}').body)
      assert.equal("ann@example.com", body.data[1].emailAddress)
      assert.equal("bob@example.com", body.fail[1].key.emailAddress)
      assert.same({ code = "err_odd", message = "Odd", retryable = true }, body.fail[1].errors[1])
      assert.equal(0, tenant:applied("bob@example.com"))
      assert.equal(1, tenant:applied())
    end)

    it("wrong_shape: an invalid envelope", function()
      local function shaped(shape) return json.decode(order{ kind = "wrong_shape", shape = shape }.body) end
      assert.equal("unexpected", shaped("data_string").data)
      assert.equal(json.null, shaped("data_null").data)
      assert.is_nil(shaped("no_data").data)
      assert.equal(2, #shaped("extra").data)
      assert.equal(0, #shaped("missing").data)
      assert.is_nil(shaped("no_meta").meta)
      assert.same({}, shaped("array"))
      local body = shaped("no_key")
      assert.is_nil(body.fail[1].key)
      assert.equal(0, #body.data)
    end)

    it("deep_json: nested deeper than a parser should accept", function()
      local response = order{ kind = "deep_json", depth = 5000 }
      assert.equal(200, response.status)
      assert.is_nil(json.decode(response.body))
    end)

    it("of an unknown kind is an error", function()
      assert.error_matches(function() tenant:fault{ kind = "bogus" } end, 'no fault of kind "bogus"; there are: ')
    end)

    it("with an unknown word or an invalid number is an error", function()
      for text, fault in pairs{
        ['a fault of kind "reset": afterAply is not a field; did you mean afterApply?'] = { kind = "reset", afterAply = true },
        ['a fault of kind "unavailable": status is not a field'] = { kind = "unavailable", status = 502 },
        ['reset must be "epoch" or "mimecast" or "ms" or "retry_after" or "retry_after_date" or "seconds", got "epoc"'] =
          { kind = "rate_limited", reset = "epoc" },
        ['shape must be "array" or "data_null" or'] = { kind = "wrong_shape", shape = "arrays" },
        ['times must be a number, got "2"'] = { kind = "reset", times = "2" },
        ['seconds must be a number, got "2"'] = { kind = "slow", seconds = "2" },
        ["path must be text, got 7"] = { kind = "reset", path = 7 },
      } do
        local ok, message = pcall(tenant.fault, tenant, fault)
        assert.is_false(ok, text)
        assert.truthy(message:find(text, 1, true), message)
      end
      assert.equal(0, tenant:pending())
      for _, fault in ipairs{ { kind = "wrong_shape", shape = "array" }, { kind = "rate_limited", reset = "seconds", wait = 2 },
        { kind = "status", status = 502, type = "text/plain", headers = {}, body = "x", after = 1, times = 2, path = "*" } } do
        assert.is_true(tenant:fault(fault))
      end
      assert.equal(4, tenant:pending())
    end)
  end)
end

for _, front in ipairs(fronts) do
  describe("sandbox faults of the options " .. front.name, function()
    it("occur from the start, and again after a reset", function()
      local tenant, call = front.start{ faults = { { kind = "unavailable", times = 2, path = update } }, rateLimit = false }
      for _ = 1, 2 do
        assert.equal(2, tenant:pending())
        assert.equal(503, call:v2(change).status)
        assert.equal(503, call:v2(change).status)
        assert.equal(200, call:v2(change).status)
        tenant:reset()
        call.token = nil
      end
      assert.is_true(tenant:stop())
    end)
  end)
end

describe("sandbox faults with a chance", function()
  local function hits(seed, chance)
    local tenant = sandbox.new{ faults = { { kind = "unavailable", chance = chance } }, seed = seed, rateLimit = false }
    local call, seen = bare_client.new(tenant), {}
    for i = 1, 2000 do seen[i] = call:v2(change).status == 503 and "x" or "." end
    local text = table.concat(seen)
    return text, select(2, text:gsub("x", ""))
  end

  it("occur about as often as chance says, at requests that depend on the seed", function()
    local first, count = hits(42, 0.1)
    assert.is_true(count > 160 and count < 240, count)
    assert.equal(first, (hits(42, 0.1)))
    assert.is_not.equal(first, (hits(43, 0.1)))
    assert.is_not.equal(first, (hits(42.5e9, 0.1)))
    assert.equal(2000, select(2, hits(7, 1)))
    -- Runs are as long as chance has them: the numbers do not come in waves.
    assert.is_true(select(2, first:gsub("xx", "")) < 40)
  end)

  it("that are invalid raise when the sandbox is made", function()
    for text, faults in pairs{ ['no fault of kind "bogus"'] = { { kind = "bogus" } }, ["is a table"] = { "reset" },
      ["chance must be a number from 0 to 1, got 2"] = { { kind = "reset", chance = 2 } } } do
      local ok, message = pcall(function()
        local tenant = sandbox.new{ faults = faults }
        return tenant
      end)
      assert.is_false(ok)
      assert.truthy(message:find("faults_spec.lua:%d+: sandbox: ") and message:find(text, 1, true), message)
    end
  end)

  it("cannot be of the kind refuse behind nginx", function()
    local ok, message = pcall(function()
      local tenant = sandbox.start{ faults = { { kind = "refuse" } } }
      return tenant
    end)
    assert.is_false(ok)
    assert.truthy(message:find("faults_spec.lua:%d+: sandbox: nginx cannot refuse a connection"), message)
  end)
end)

describe("sandbox refused connection", function()
  it("never reaches the tenant, in the process", function()
    local tenant = sandbox.new()
    local call = bare_client.new(tenant)
    tenant:fault{ kind = "refuse", path = "*" }
    local response, _, err = call:request_token()
    assert.is_nil(response)
    assert.same({ category = "transport", code = "connect_failed", sent = false }, err)
    assert.equal(0, tenant:count())
  end)

  it("reports for other losses whether the request was sent", function()
    local tenant = sandbox.new()
    local call = bare_client.new(tenant)
    for kind, code in pairs{ reset = "connection_lost", slow = "timeout" } do
      tenant:fault{ kind = kind, seconds = kind == "slow" and 60 or nil }
      assert.same({ category = "transport", code = code, sent = true }, select(3, call:v2(change)))
    end
  end)
end)
