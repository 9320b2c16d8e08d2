local clients = require "spec.support.fakes.clients"
local json = require "mimecast.json"
local mimecast = require "mimecast"

local path = "/api/user/update-user"

describe("call", function()
  for _, generation in ipairs { "1.0", "2.0" } do
    it("is signed under API " .. generation .. " and returns status, headers and body", function()
      local client, tenant = clients.new(generation)
      local response = assert(client:call { path = path, data = { { emailAddress = "ann@example.com", allowPop = true } } })
      assert.equal(200, response.status)
      assert.is_string(response.headers["x-ratelimit-limit"])
      assert.equal("ann@example.com", json.decode(response.body).data[1].emailAddress)
      assert.equal(1, tenant:applied "ann@example.com")
    end)
  end

  it("returns an error response of the service as a response", function()
    local client = clients.new "2.0"
    local response = assert(client:call { path = path, data = { { emailAddress = "nobody@example.com" } } })
    assert.equal(200, response.status)
    assert.equal(1, #json.decode(response.body).fail)
    assert.equal(403, assert(client:call { path = "/api/no/such-function" }).status)
  end)

  it("refreshes an expired token once", function()
    local client, tenant = clients.new "2.0"
    assert(client:call { path = path, data = { { emailAddress = "ann@example.com" } } })
    tenant:expire_tokens()
    local response = assert(client:call { path = path, data = { { emailAddress = "ann@example.com" } } })
    assert.equal(200, response.status)
    assert.equal(2, tenant:tokens())
  end)

  it("sends a sorted and encoded query and the given headers", function()
    local client, _, wire = clients.new "2.0"
    client:call { method = "GET", path = "/identity/whoami", headers = { ["X-Note"] = "hello" },
      query = { b = "1 2", a = { "x", "&y" }, c = 10 / 2, d = 1.5 } }
    local request = wire.sent[#wire.sent]
    assert.truthy(request.url:find("/identity/whoami?a=x&a=%26y&b=1%202&c=5&d=1.5", 1, true), request.url)
    assert.equal("hello", request.headers["x-note"])
    assert.is_nil(request.body)
  end)

  it("sends a body as text, a table as JSON, or items in data", function()
    local client, _, wire = clients.new "2.0"
    local cases = {
      { { body = '{"data":[ ]}' }, '{"data":[ ]}' },
      { { body = { data = json.array() } }, '{"data":[]}' },
      { { data = {} }, '{"data":[]}' },
      { { data = { { b = 1, a = true } } }, '{"data":[{"a":true,"b":1}]}' },
    }
    for _, case in ipairs(cases) do
      case[1].path = path
      assert(client:call(case[1]))
      assert.equal(case[2], wire.sent[#wire.sent].body)
    end
  end)

  local invalid = {
    "https://evil.example/api", "http:x", "//evil.example/api", "api/user", "@evil.example/", "/api user", "/a\r\nb", "/a\0b",
    "/a\\b", "/api?x=1", "/api#x", "/api/../oauth/token", "/./x", "/é", "", 7,
  }
  for _, wrong in ipairs(invalid) do
    it("rejects the path " .. ("%q"):format(tostring(wrong)) .. " and sends nothing", function()
      local client, tenant = clients.new "2.0"
      local response, _, err = client:call { path = wrong }
      assert.is_nil(response)
      assert.same({ "validation", "invalid_input", "path" }, { err.category, err.code, err.field })
      assert.equal(0, tenant:count())
    end)
  end

  it("rejects headers that the client sets for signing and framing", function()
    local client, tenant = clients.new "2.0"
    for _, name in ipairs { "Authorization", "host", "Content-Length", "Expect", "Transfer-Encoding", "x-mc-date",
      "X-MC-App-Id" } do
      local response, message, err = client:call { path = path, headers = { [name] = "x" } }
      assert.is_nil(response)
      assert.equal("headers", err.field)
      assert.truthy(message:lower():find(name:lower(), 1, true), message)
    end
    assert.equal(0, tenant:count())
  end)

  it("reports all invalid fields at once", function()
    local client = clients.new "2.0"
    local _, message = client:call { path = "x", method = "get", body = print, query = "a=b" }
    for _, field in ipairs { "path", "method", "body", "query" } do
      assert.truthy(message:find(field, 1, true), message)
    end
  end)

  it("raises for an unknown field and suggests the nearest name", function()
    local client = clients.new "2.0"
    local ok, message = pcall(function() return client:call { url = "https://evil.example" } end)
    assert.is_false(ok)
    assert.truthy(message:find("mimecast.call: unknown field url", 1, true), message)
    assert.truthy(select(2, pcall(function() return client:call { pth = "/" } end)):find("did you mean path", 1, true))
  end)

  it("retries after a lost response only with idempotent = true", function()
    for _, case in ipairs { { false, 1 }, { true, 2 } } do
      local client, tenant = clients.new("2.0", { random = function() return 0 end })
      tenant:fault { kind = "close_before_response", afterApply = true }
      local response, _, err = client:call { path = path, idempotent = case[1] or nil,
        data = { { emailAddress = "ann@example.com", allowPop = true } } }
      assert.equal(case[2], tenant:applied "ann@example.com")
      assert.equal(case[1], response ~= nil)
      if err then assert.equal("unknown", err.outcome) end
    end
  end)

  it("refreshes a token that the service denies", function()
    for _, code in ipairs { "token_expired", "token_verification_failed" } do
      local client, tenant, wire = clients.new "2.0"
      assert(client:call { path = path, data = {} })
      local inner, denied = wire.send, false
      function wire.send(self, request)
        if denied or request.path == "/oauth/token" then return inner(self, request) end
        denied = true
        return { status = 401, headers = {}, body = ('{"fail":[{"code":"%s","message":"m"}]}'):format(code) }
      end
      assert.equal(200, assert(client:call { path = path, data = { { emailAddress = "ann@example.com" } } }).status)
      assert.equal(2, tenant:tokens())
    end
  end)

  it("is also a function of the module", function() assert.is_function(mimecast.call) end)
end)
