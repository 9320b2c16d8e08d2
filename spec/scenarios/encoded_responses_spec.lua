-- Responses with a Content-Encoding. No request asks for an encoding, so the error names it.
local headers = require "mimecast.protocol.headers"
local libcurl_loop = require "spec.support.http.libcurl_loop"
local mimecast = require "mimecast"
local server = require "spec.support.http.server"

-- Stands for `printf '{"meta":{"status":200}}' | gzip`: all that matters is that it is not JSON.
local packed = "\31\139\8\0\0\0\0\0\0\3planted"
local token = '{"access_token":"abc","expires_in":1799}'
local keys = {
  ["1.0"] = { appId = "i", appKey = "k", accessKey = "a", secretKey = "ZA==" },
  ["2.0"] = { clientId = "i", clientSecret = "s" },
}

describe("a response with a Content-Encoding", function()
  local far, client

  -- Starts a server that responds to the given paths with a packed body and the given status, and a client of it.
  local function start(generation, paths, status, coding)
    far = server.start(function(connection, request)
      if paths[request.path] then
        connection:respond(status, packed, "Content-Encoding: " .. (coding or "gzip") .. "\r\nX-Request-Id: r-1\r\n")
      else
        connection:respond(200, request.path == "/oauth/token" and token or '{"meta":{"status":200},"data":[{}],"fail":[]}')
      end
    end)
    local options = { baseUrl = far.url, attempts = 1,
      transport = libcurl_loop.transport({ far }, { numbers = headers.numbers }) }
    for name, value in pairs(keys[generation]) do options[name] = value end
    client = assert(mimecast.new(options))
  end

  after_each(function()
    client:close()
    far:close()
  end)

  for generation in pairs(keys) do
    it("returns an error that names the encoding (API " .. generation .. ")", function()
      start(generation, { ["/api/user/update-user"] = true }, 200)
      local user, message, err = client:update_user { email = "ann@example.com", accountDisabled = true }
      assert.is_nil(user)
      assert.same({ "protocol", "encoded", "unknown", 200, "r-1", false },
        { err.category, err.code, err.outcome, err.status, err.requestId, err.retryable })
      local said = "the response has the Content-Encoding gzip, which was not requested (status 200)"
      assert.truthy(message:find(said, 1, true), message)
      assert.is_nil(message:find("planted", 1, true), message)
      for _, request in ipairs(far.requests) do
        assert.truthy(request.head:find("\r\nAccept-Encoding: identity\r\n", 1, true), request.head)
      end
    end)
  end

  it("keeps the error code of its HTTP status", function()
    for status, code in pairs { [429] = "rate_limited", [503] = "unavailable", [403] = "forbidden" } do
      start("2.0", { ["/api/user/update-user"] = true }, status, "br")
      local _, message, err = client:update_user { email = "ann@example.com", accountDisabled = true }
      assert.equal(code, err.code)
      assert.truthy(message:find("Content-Encoding br, which", 1, true), message)
      assert.is_nil(message:find("planted", 1, true), message)
    end
  end)

  it("from the token endpoint returns an error that names the encoding, and no change is sent", function()
    start("2.0", { ["/oauth/token"] = true }, 200)
    local user, message, err = client:update_user { email = "ann@example.com", accountDisabled = true }
    assert.is_nil(user)
    assert.same({ "protocol", "encoded" }, { err.category, err.code })
    assert.is_nil(err.outcome)
    assert.truthy(message:find("cannot get a token: the response has the Content-Encoding gzip", 1, true), message)
    assert.equal(1, #far.requests)
  end)

  it("from a login returns an error that names the encoding", function()
    start("1.0", { ["/api/login/login"] = true }, 200)
    local binding, message, err = mimecast.login { appId = "i", baseUrl = far.url, transport = libcurl_loop.transport { far },
      email = "ann@example.com", password = "secret" }
    assert.is_nil(binding)
    assert.equal("encoded", err.code)
    assert.truthy(message:find("login failed: the response has the Content-Encoding gzip", 1, true), message)
  end)

  it("treats identity as no encoding", function()
    start("2.0", { ["/api/user/update-user"] = true }, 200, "Identity")
    local _, _, err = client:update_user { email = "ann@example.com", accountDisabled = true }
    assert.equal("not_json", err.code)
  end)
end)
