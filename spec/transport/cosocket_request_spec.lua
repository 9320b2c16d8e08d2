local core = require "mimecast.core"
local cosocket_request = require "mimecast.transport.cosocket_request"
local http = require "mimecast.http"

describe("a request over cosockets", function()
  local engine

  setup(function() engine = http.engine {} end)
  teardown(function() engine:close() end)

  -- What resty.http gets for a request, or nil and a reason.
  local function convert(request)
    request.url = "https://127.0.0.1:1/x?a=b#c"
    local prepared, reason = cosocket_request.prepare(request)
    if not prepared then return nil, reason end
    return cosocket_request.convert(prepared, request)
  end

  local many = {}
  for i = 1, 202 do many[i] = "x" end
  for what, request in pairs {
    ["a method that is not a token"] = { method = "GET\n" },
    ["a header's name that is not a token"] = { headers = { "X A", "1" } },
    ["a header's name that is a secret"] = { headers = { core.secret.new "X-A", "1" } },
    ["a control character in a value"] = { headers = { "X-A", "a\r\nX-Evil: 1" } },
    ["a control character in a secret"] = { headers = { "Authorization", core.secret.new "a\nb" } },
    ["a number as a value"] = { headers = { "X-A", 5 } },
    ["a missing value"] = { headers = { "X-A" } },
    ["headers that are text"] = { headers = "X-A: 1" },
    ["too many headers"] = { headers = many },
    ["a line over 8 KiB that holds a control character"] = { headers = { "X-A", ("\n"):rep(8192) } },
    ["an invalid method and an invalid header"] = { method = "PO ST", headers = { "", "" } },
    ["a body over 1 MiB"] = { body = ("x"):rep(1048577) },
    ["an invalid header and a body over 1 MiB"] = { headers = { "X A", "1" }, body = ("x"):rep(1048577) },
  } do
    it("is rejected like one over libcurl: " .. what, function()
      local converted, reason = convert(request)
      assert.is_nil(converted)
      local id, message = engine:submit(request)
      assert.is_nil(id)
      assert.equal(message, reason)
    end)
  end

  it("has its headers by name: repeated ones as a list, secrets as text, no content coding", function()
    local converted = assert(convert { headers = { "X-A", "1", "X-B", core.secret.new "planted", "X-A", "2", "X-A", "3" } })
    assert.same({ method = "POST", path = "/x?a=b", body = "",
      headers = { ["X-A"] = { "1", "2", "3" }, ["X-B"] = "planted", ["Accept-Encoding"] = "identity" } }, converted)
    converted = assert(convert { method = "GET", headers = { "accept-encoding", "gzip" } })
    assert.same({ method = "GET", path = "/x?a=b", headers = { ["accept-encoding"] = "gzip" } }, converted)
  end)

  it("has its late values, and none of another request", function()
    local prepared = assert(cosocket_request.prepare { url = "https://127.0.0.1:1", headers = { "X-A", "1", "X-A", "2" },
      late = { "Authorization", "X-A" } })
    local first = assert(cosocket_request.convert(prepared, { core.secret.new "planted", "3" }))
    assert.same({ Authorization = "planted", ["X-A"] = { "1", "2", "3" }, ["Accept-Encoding"] = "identity" }, first.headers)
    local second = assert(cosocket_request.convert(prepared, { "other", "4", body = "b" }))
    assert.same({ Authorization = "other", ["X-A"] = { "1", "2", "4" }, ["Accept-Encoding"] = "identity" }, second.headers)
    assert.equal("/", second.path)
  end)
end)
