local core = require "mimecast.core"
local curl = require "mimecast.transport.curl"
local libcurl_loop = require "spec.support.http.libcurl_loop"
local prepared_request = require "mimecast.transport.prepared_request"
local server = require "spec.support.http.server"

local function parts(url, more)
  local result = { method = "POST", url = url .. "/path", path = "/path", headers = { "Accept", "application/json" },
    late = { "Authorization", "X-Id" }, connectTimeout = 3 }
  for name, value in pairs(more or {}) do result[name] = value end
  return result
end

describe("prepared requests", function()
  it("go over libcurl with their late values", function()
    local running = server.start()
    local transport = libcurl_loop.transport { running }
    local prepared = assert(prepared_request.new(transport, parts(running.url)))
    for i = 1, 2 do
      local request = { prepared = prepared, body = "{}", timeout = 5, core.secret.new("key " .. i), "id " .. i }
      assert.equal(200, assert(prepared_request.sender(transport)(transport, request)).status)
      assert.truthy(running.requests[i].head:find(("\r\nAuthorization: key %d\r\nX-Id: id %d\r\n"):format(i, i), 1, true))
    end
    transport:close()
    running:close()
  end)

  it("reach a caller's transport as plain tables, a new one each time", function()
    local seen = {}
    local transport = { send = function(_, request)
      seen[#seen + 1] = request
      request.headers[1] = "changed"
      return { status = 200, headers = {}, body = "" }
    end }
    local given = parts "https://gateway.example.com"
    local prepared = assert(prepared_request.new(transport, given))
    given.url = "https://elsewhere.example.com"
    for i = 1, 2 do
      local request = { prepared = prepared, body = "{}", timeout = 5, own = true, "key", "id " .. i }
      assert(prepared_request.sender(transport)(transport, request))
      assert.same({ method = "POST", url = "https://gateway.example.com/path", path = "/path", body = "{}", timeout = 5,
        connectTimeout = 3, headers = { "changed", "application/json", "Authorization", "key", "X-Id", "id " .. i } }, seen[i])
    end
  end)

  for what, case in pairs {
    ["an invalid URL"] = { { url = "ftp://example.com" }, "the URL must begin with https://" },
    ["an invalid method"] = { { method = "PO ST" }, "the method must be a token" },
    ["an invalid header"] = { { headers = { "X-A", "a\nb" } }, "a header's value holds a control character" },
    ["an invalid late name"] = { { late = { "X A" } }, "a header's name must be a token" },
  } do
    it("are rejected with " .. what .. " by libcurl and for a caller's transport", function()
      for _, transport in ipairs { curl.new(), { send = error } } do
        local prepared, message, err = prepared_request.new(transport, parts("https://127.0.0.1:1", case[1]))
        assert.is_nil(prepared)
        assert.equal(case[2], message)
        assert.same({ "usage", "invalid_request" }, { err.category, err.code })
      end
    end)
  end

  it("return an error value for an invalid late value, and nothing is sent", function()
    local running = server.start()
    local transport = libcurl_loop.transport { running }
    local prepared = assert(prepared_request.new(transport, parts(running.url)))
    local request = { prepared = prepared, timeout = 5, "a\nb", "id" }
    local response, message, err = prepared_request.sender(transport)(transport, request)
    assert.is_nil(response)
    assert.equal("a header's value holds a control character", message)
    assert.equal("invalid_request", err.code)
    assert.equal(0, #running.connections)
    transport:close()
    running:close()
  end)
end)
