-- Responses with a Content-Encoding, which no request asks for: the error names it, whatever was asked.
local headers = require "mimecast.protocol.headers"
local libcurl_loop = require "spec.support.http.libcurl_loop"
local mimecast = require "mimecast"
local server = require "spec.support.http.server"

-- `printf '{"meta":{"status":200}}' | gzip`, as far as it matters: it is no JSON.
local packed = "\31\139\8\0\0\0\0\0\0\3planted"
local token = '{"access_token":"abc","expires_in":1799}'
local keys = {
  ["1.0"] = { appId = "i", appKey = "k", accessKey = "a", secretKey = "ZA==" },
  ["2.0"] = { clientId = "i", clientSecret = "s" },
}

describe("a response with a Content-Encoding", function()
  local far, client

  -- A client of a far side that answers the paths given packed, with that status.
  local function start(generation, paths, status, coding)
    far = server.start(function(connection, request)
      if paths[request.path] then
        connection:answer(status, packed, "Content-Encoding: " .. (coding or "gzip") .. "\r\nX-Request-Id: r-1\r\n")
      else
        connection:answer(200, request.path == "/oauth/token" and token or '{"meta":{"status":200},"data":[{}],"fail":[]}')
      end
    end)
    local options = { baseUrl = far.url, attempts = 1,
      transport = libcurl_loop.transport({ far }, { responseHeaders = headers.names }) }
    for name, value in pairs(keys[generation]) do options[name] = value end
    client = assert(mimecast.new(options))
  end

  after_each(function()
    client:close()
    far:close()
  end)

  for generation in pairs(keys) do
    it("is an error that names it (API " .. generation .. ")", function()
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

  it("keeps the meaning of its status", function()
    for status, code in pairs { [429] = "rate_limited", [503] = "unavailable", [403] = "forbidden" } do
      start("2.0", { ["/api/user/update-user"] = true }, status, "br")
      local _, message, err = client:update_user { email = "ann@example.com", accountDisabled = true }
      assert.equal(code, err.code)
      assert.truthy(message:find("Content-Encoding br, which", 1, true), message)
      assert.is_nil(message:find("planted", 1, true), message)
    end
  end)

  it("of the token endpoint is named, too, and nothing was sent", function()
    start("2.0", { ["/oauth/token"] = true }, 200)
    local user, message, err = client:update_user { email = "ann@example.com", accountDisabled = true }
    assert.is_nil(user)
    assert.same({ "protocol", "encoded" }, { err.category, err.code })
    assert.is_nil(err.outcome)
    assert.truthy(message:find("cannot get a token: the response has the Content-Encoding gzip", 1, true), message)
    assert.equal(1, #far.requests)
  end)

  it("of a login is named, too", function()
    start("1.0", { ["/api/login/login"] = true }, 200)
    local binding, message, err = mimecast.login { appId = "i", baseUrl = far.url, transport = libcurl_loop.transport { far },
      email = "ann@example.com", password = "secret" }
    assert.is_nil(binding)
    assert.equal("encoded", err.code)
    assert.truthy(message:find("login failed: the response has the Content-Encoding gzip", 1, true), message)
  end)

  it("identity is none", function()
    start("2.0", { ["/api/user/update-user"] = true }, 200, "Identity")
    local _, _, err = client:update_user { email = "ann@example.com", accountDisabled = true }
    assert.equal("not_json", err.code)
  end)
end)
