local bare_client = require "spec.support.http.bare_client"
local core = require "mimecast.core"
local sandbox = require "mimecast.sandbox"

local read = bare_client.read
local ann = '{"data":[{"emailAddress":"ann@example.com","allowPop":true}]}'

describe("sandbox API 1.0", function()
  local tenant, call

  before_each(function()
    tenant = sandbox.new()
    call = bare_client.new(tenant)
  end)

  local invalid = '{"meta":{"status":401},"data":[],"fail":[{"errors":[{"code":"err_xdk_invalid_signature",'
    .. '"message":"0004 Invalid Signature","retryable":false}]}]}'

  it("accepts the published vectors, with UTC and GMT", function()
    tenant = sandbox.new{ credentials = { v1 = {
      appId = "app", accessKey = "AccessKey", appKey = "11111111-2222-3333-4444-555555555555",
      secretKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==",
    } } }
    for zone, signature in pairs{ UTC = "N3/NgpIidKqoHLTZEaTBNJrh3LE=", GMT = "/Hs6lJiK90KX2OC4qU3iF5pK2HU=" } do
      local response = tenant.transport:send{
        method = "POST", url = "https://eu-api.mimecast.com/api/user/update-user", body = ann,
        headers = { "x-mc-date", "Tue, 24 Nov 2015 12:50:11 " .. zone, "x-mc-app-id", "app",
          "x-mc-req-id", "8578FCFC-A305-4D9A-99CB-F4D5ECEFE297", "Authorization", "MC AccessKey:" .. signature },
      }
      assert.equal(200, response.status)
    end
    assert.equal(2, tenant:applied("ann@example.com"))
  end)

  it("accepts a signed call, also with a space after the colon", function()
    assert.equal("ann@example.com", read(call:v1(ann)).data[1].emailAddress)
    assert.equal(200, call:v1(ann, nil, { space = " " }).status)
  end)

  for _, wrong in ipairs{ "accessKey", "secretKey", "appKey" } do
    it("denies a wrong " .. wrong .. " with the service's common message", function()
      local value = wrong == "secretKey" and core.base64_encode("wrong") or "wrong"
      local response = call:v1(ann, nil, { [wrong] = value })
      assert.equal(401, response.status)
      assert.equal(invalid, response.body)
      assert.is_nil(response.headers["cache-control"])
      assert.equal(wrong == "accessKey" and "5000" or "800", response.headers["x-ratelimit-limit"])
    end)
  end

  it("returns HTTP 200 for a wrong application id", function()
    local response = call:v1(ann, nil, { appId = "INVALID" })
    assert.equal(200, response.status)
    assert.equal('{"meta":{"status":200},"data":[],"fail":[{"errors":[{"code":"err_developer_key",'
      .. '"message":"App ID is invalid: INVALID","retryable":false}]}]}', response.body)
    assert.is_nil(response.headers["cache-control"])
    assert.equal(0, tenant:applied())
  end)

  it("returns 418 for an expired binding until its renewal", function()
    tenant:expire_binding()
    local response = call:v1(ann)
    assert.equal(418, response.status)
    assert.equal("err_xdk_binding_expired", read(response).fail[1].errors[1].code)
    tenant:renew_binding()
    assert.equal(200, call:v1(ann).status)
  end)

  it("denies a signature of another path, and a request without all four headers", function()
    local sent
    call.transport = { send = function(_, request) sent = request end }
    call:v1(ann, "/api/user/get-profile")
    sent.url = sent.url:gsub("get%-profile", "update-user")
    assert.equal(invalid, tenant.transport:send(sent).body)
    sent.headers[3] = "x-other"
    local response = tenant.transport:send(sent)
    assert.equal(400, response.status)
    assert.equal("0001 Credentials are missing from the request", read(response).fail[1].errors[1].message)
  end)

  it("checks the date only with the option clockSkew", function()
    assert.equal(200, call:v1(ann).status)
    tenant = sandbox.new{ clockSkew = 900, clock = function() return 1448369411 end }
    call = bare_client.new(tenant)
    assert.equal(200, call:v1(ann).status)
    tenant:advance(901)
    assert.equal(401, call:v1(ann).status)
  end)

  it("accepts POST and its paths only", function()
    assert.equal(405, call:v1(ann, nil, { more = { method = "GET" } }).status)
    assert.equal(404, call:v1(ann, "/api/user/none").status)
  end)
end)

describe("sandbox API 2.0", function()
  local tenant, call, time

  before_each(function()
    time = 1448369411
    tenant = sandbox.new{ clock = function() return time end }
    call = bare_client.new(tenant)
  end)

  it("issues opaque tokens of 28 letters and digits for 1799 seconds", function()
    local response = call:request_token()
    assert.truthy(response.body:find('^{"access_token":"%w+","token_type":"Bearer","expires_in":1799,"scope":""}$'))
    assert.equal(28, #read(response).access_token)
    assert.equal(1, tenant:tokens())
  end)

  it("denies wrong credentials with 401 and repeats them with the option echoCredentials", function()
    local response = call:request_token{ client_secret = "Wr0ng" }
    assert.equal(401, response.status)
    assert.equal('{"fail":[{"code":"unauthorized","message":"Unauthorized Request"}]}', response.body)
    call = bare_client.new(sandbox.new{ echoCredentials = true })
    assert.truthy(call:request_token{ client_secret = "Wr0ng" }.body:find("client_secret=Wr0ng", 1, true))
    assert.equal(400, call:request_token{ grant_type = "password" }.status)
  end)

  it("expires a token by the clock", function()
    assert.equal(200, call:v2(ann).status)
    time = time + 1798
    assert.equal(200, call:v2(ann).status)
    time = time + 1
    local response = call:v2(ann)
    assert.equal(401, response.status)
    assert.equal("token_expired", read(response).fail[1].code)
    assert.is_nil(read(response).meta)
    assert.equal(2, tenant:applied())
  end)

  it("expires tokens by expire_tokens", function()
    call:v2(ann)
    tenant:expire_tokens()
    assert.equal("token_expired", read(call:v2(ann)).fail[1].code)
    call.token = nil
    assert.equal(200, call:v2(ann).status)
    assert.equal(2, tenant:tokens())
  end)

  it("distinguishes an unknown token from a missing token", function()
    call.token = "nonsense"
    assert.equal("token_verification_failed", read(call:v2(ann)).fail[1].code)
    local response = tenant.transport:send{ method = "POST", url = tenant.url .. "/api/user/update-user", body = ann }
    assert.equal(401, response.status)
    assert.equal("unauthorized", read(response).fail[1].code)
  end)

  it("responds to unknown paths like the gateway, and with 404 without user management", function()
    local response = call:v2(ann, "/api/none")
    assert.equal(403, response.status)
    assert.equal("app_forbidden", read(response).fail[1].code)
    call = bare_client.new(sandbox.new{ userManagement = false })
    assert.equal(404, call:v2(ann).status)
  end)

  it("sends the service's headers", function()
    local headers = call:v2(ann).headers
    assert.equal("application/json", headers["content-type"])
    assert.equal("no-store", headers["cache-control"])
    assert.equal("no-cache", headers.pragma)
    assert.equal("noindex, nofollow", headers["x-robots-tag"])
    assert.equal("800", headers["x-ratelimit-limit"])
    assert.equal("799", headers["x-ratelimit-remaining"])
    assert.equal("5000", headers["x-ratelimit-reset"])
    assert.equal("Tue, 24 Nov 2015 12:50:11 GMT", headers.date)
    assert.truthy(headers["x-request-id"])
    assert.not_equal(headers["x-request-id"], call:v2(ann).headers["x-request-id"])
  end)

  it("counts the rate limit down, returns 429, and starts a new window", function()
    tenant = sandbox.new{ rateLimit = 2, clock = function() return time end }
    call = bare_client.new(tenant)
    assert.equal("1", call:v2(ann).headers["x-ratelimit-remaining"])
    time = time + 1
    local headers = call:v2(ann).headers
    assert.equal("0", headers["x-ratelimit-remaining"])
    assert.equal("4000", headers["x-ratelimit-reset"])
    assert.equal(429, call:v2(ann).status)
    assert.equal(2, tenant:applied())
    time = time + 4
    assert.equal(200, call:v2(ann).status)
  end)

  it("has no rate limit with rateLimit = false", function()
    call = bare_client.new(sandbox.new{ rateLimit = false })
    for _ = 1, 1000 do assert.equal(200, call:v2(ann).status) end
  end)

  it("keeps the last requests and counts all", function()
    tenant = sandbox.new{ keepRequests = 2 }
    call = bare_client.new(tenant)
    for i = 1, 3 do call:v2(('{"data":[{"emailAddress":"ann@example.com","name":"%d"}]}'):format(i)) end
    local requests = tenant:requests()
    assert.equal(2, #requests)
    assert.truthy(requests[1].body:find('"2"', 1, true))
    assert.truthy(requests[2].body:find('"3"', 1, true))
    assert.equal("Bearer " .. call.token, requests[2].headers.authorization)
    assert.equal(200, requests[2].status)
    assert.equal(3, tenant:count("/api/user/update-user"))
    assert.equal(4, tenant:count())
  end)

  it("accepts the core's secrets as header values and body", function()
    call:v2(ann)
    local response = tenant.transport:send{
      method = "POST", url = tenant.url .. "/api/user/update-user", body = core.secret.new(ann),
      headers = { "Authorization", core.secret.new("Bearer " .. call.token) },
    }
    assert.equal(200, response.status)
  end)

  it("moves the clock for a caller's sleep", function()
    call:v2(ann)
    tenant.transport:sleep(1800)
    assert.equal("token_expired", read(call:v2(ann)).fail[1].code)
    local order = {}
    tenant.transport:map(3, function(i) order[#order + 1] = i end, 2)
    assert.same({ 1, 2, 3 }, order)
  end)

  it("raises for an unknown option", function()
    assert.error_matches(function() sandbox.new{ ratelimit = 5 } end,
      "sandbox: unknown option ratelimit; did you mean rateLimit%?")
    for name, value in pairs { users = "x", tokenLifetime = "abc", acceptZulu = "yes", permissions = "x", rateLimit = true } do
      assert.error_matches(function() sandbox.new{ [name] = value } end,
        "sandbox: " .. name .. " must be .*, got ")
    end
    assert.error_matches(function() sandbox.new{ users = -5 } end,
      "sandbox: users must be a table or a number of at least 0, got %-5")
  end)
end)
