local clients = require "spec.support.clients"
local core = require "mimecast.core"
local mimecast = require "mimecast"
local vectors = require "spec.support.vectors"

local read = { email = "ann@example.com" }

local function input(more)
  local all = {
    accessKey = "AccessKey", secretKey = "U2VjcmV0S2V5", appId = "application-id", appKey = "ApplicationKey",
    path = "/api/test/some-url", date = "Sun, 21 Aug 2022 13:49:40 UTC",
      requestId = "3d796b76-4180-40e5-8f7c-6e0fd643b1a9",
  }
  for name, value in pairs(more or {}) do all[name] = value end
  return all
end

describe("mimecast.sign", function()
  it("gives the four headers of the published vector", function()
    assert.same({
      Authorization = "MC AccessKey:WOywLsnZlsE+D6bp/ug6uch5kxc=",
      ["x-mc-app-id"] = "application-id",
      ["x-mc-date"] = "Sun, 21 Aug 2022 13:49:40 UTC",
      ["x-mc-req-id"] = "3d796b76-4180-40e5-8f7c-6e0fd643b1a9",
    }, mimecast.sign(input()))
  end)

  it("writes the date itself from seconds since 1970", function()
    assert.equal("MC AccessKey:WOywLsnZlsE+D6bp/ug6uch5kxc=", mimecast.sign(input { date = 1661089780 }).Authorization)
    assert.equal("Thu, 01 Jan 1970 00:00:00 UTC", mimecast.sign(input { date = 0 })["x-mc-date"])
  end)

  it("signs the date's text as it stands", function()
    assert.equal("MC AccessKey:0Jg7s2eHYjvlHWIUZUoHNwnuLKA=",
      mimecast.sign(input { date = "Sun, 21 Aug 2022 13:49:40 GMT" }).Authorization)
  end)

  it("takes now and a fresh id where none are given", function()
    local bare = input()
    bare.date, bare.requestId = nil, nil
    local first, second = mimecast.sign(bare), mimecast.sign(bare)
    assert.truthy(first["x-mc-req-id"]:find("^%x+%-%x+%-4%x+%-[89abAB]%x+%-%x+$"))
    assert.is_not.equal(first["x-mc-req-id"], second["x-mc-req-id"])
    assert.truthy(first["x-mc-date"]:find("^%a%a%a, %d%d %a%a%a %d%d%d%d %d%d:%d%d:%d%d UTC$"))
  end)

  it("takes secrets as userdata", function()
    local wrapped = input()
    for _, name in ipairs { "accessKey", "secretKey", "appKey" } do wrapped[name] = mimecast.secret(wrapped[name]) end
    assert.same(mimecast.sign(input()), mimecast.sign(wrapped))
  end)

  it("reports all that is wrong at once, without the values", function()
    local headers, message, err = mimecast.sign { accessKey = "Planted Key", secretKey = "", path = "api/x",
      date = true,
      requestId = "a\nb" }
    assert.is_nil(headers)
    assert.equal("validation", err.category)
    assert.equal("invalid_input", err.code)
    local fields = {}
    for i, problem in ipairs(err.problems) do fields[i] = problem.field end
    assert.same({ "accessKey", "secretKey", "appId", "appKey", "path", "date", "requestId" }, fields)
    assert.is_nil(message:find("Planted", 1, true))
  end)

  it("refuses a secret key that is not base64", function()
    local headers, message, err = mimecast.sign(input { secretKey = "Planted!" })
    assert.is_nil(headers)
    assert.equal("secretKey", err.field)
    assert.is_nil(message:find("Planted", 1, true))
  end)

  it("refuses what would add a header line", function()
    for name, value in pairs { date = "x\r\ny: z", requestId = "x\ny", appId = "x\r\ny", path = "/x\ny" } do
      local headers, _, err = mimecast.sign(input { [name] = value })
      assert.is_nil(headers)
      assert.equal(name, err.field)
    end
  end)

  it("raises for a field that does not exist and for what is no table", function()
    local ok, message = pcall(mimecast.sign, input { secretkey = "x" })
    assert.is_false(ok)
    assert.truthy(message:find("unknown field secretkey; did you mean secretKey?", 1, true))
    assert.is_false(pcall(mimecast.sign, "x"))
    assert.is_false(pcall(mimecast.sign))
  end)
end)

describe("a call of API 1.0", function()
  it("is signed so that the service accepts it", function()
    local client, tenant, wire = clients.new "1.0"
    assert.equal("Ann Example", assert(client:update_user(read)).username)
    assert.equal(0, tenant:tokens())
    local headers = wire.sent[1].headers
    assert.equal(core.http_date(tenant:now()), headers["x-mc-date"])
    assert.equal(tenant.credentials.v1.appId, headers["x-mc-app-id"])
    assert.truthy(headers.authorization:find("^MC " .. tenant.credentials.v1.accessKey:gsub("%-", "%%-") .. ":%S+=$"))
  end)

  it("carries the id of the caller's source into the error", function()
    local client = clients.new("1.0", { uuid = function() return "my-own-id" end, appKey = "wrong" })
    local _, _, err = client:update_user(read)
    assert.truthy(err.requestId)
    local silent = clients.new("1.0", { uuid = function() return "my-own-id" end, attempts = 1,
      answer = function() return nil, "lost", { category = "transport", code = "connection_lost", sent = true } end })
    _, _, err = silent:update_user(read)
    assert.equal("my-own-id", err.requestId)
  end)

  local wrong = {
    { "appKey", "wrong", "invalid_signature", 401 },
    { "accessKey", "wrong", "invalid_signature", 401 },
    { "secretKey", "d3Jvbmc=", "invalid_signature", 401 },
    { "appId", "wrong", "invalid_app", 200 },
  }
  for _, case in ipairs(wrong) do
    it("with a wrong " .. case[1] .. " says what to look at, and is sent once", function()
      local client, tenant = clients.new("1.0", { [case[1]] = case[2] })
      local _, message, err = client:update_user(read)
      assert.equal("auth", err.category)
      assert.equal(case[3], err.code)
      assert.equal(case[4], err.status)
      assert.truthy(err.hint and message:find(err.hint, 1, true))
      assert.equal(1, tenant:count())
    end)
  end

  it("after the binding has expired says so, and nothing is renewed", function()
    local client, tenant = clients.new "1.0"
    tenant:expire_binding()
    local _, _, err = client:update_user(read)
    assert.equal("binding_expired", err.code)
    assert.equal(418, err.status)
    assert.equal(1, tenant:count())
  end)

  it("that hears token_expired does not look for a token", function()
    local client, tenant = clients.new "1.0"
    tenant:fault { kind = "token_expired" }
    local _, _, err = client:update_user(read)
    assert.equal("token_expired", err.code)
    assert.equal(1, tenant:count())
  end)
end)

describe("a date to sign", function()
  it("that no calendar has is told, and does not raise", function()
    for _, date in ipairs { 1e300, -1e300, 0 / 0, math.huge, -math.huge, 1700000000000 } do
      local headers, message, err = mimecast.sign { accessKey = "a", secretKey = "ZA==", appId = "i", appKey = "k",
        path = "/x", date = date }
      assert.is_nil(headers, tostring(date))
      assert.same({ "validation", "invalid_input", "date" }, { err.category, err.code, err.field })
      assert.truthy(message:find("date is not within the years 0001 to 9999", 1, true), message)
    end
  end)
end)

describe("the vectors of signatures", function()
  it("are signed by mimecast.sign, too", function()
    local list = vectors.load("signature").requests
    assert.is_true(#list >= 4)
    for _, vector in ipairs(list) do
      local headers = assert(mimecast.sign { accessKey = vector.accessKey, secretKey = vector.secretKey, appId = "id",
        appKey = vector.appKey, path = vector.path, date = vector.date, requestId = vector.requestId })
      assert.equal(vector.authorization, headers.Authorization)
    end
  end)
end)
