local core = require "mimecast.core"
local cosocket_request = require "mimecast.transport.cosocket_request"
local http = require "mimecast.http"

describe("a request over cosockets", function()
  local engine

  setup(function() engine = http.engine { headers = {} } end)
  teardown(function() engine:close() end)

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
      local prepared, reason = cosocket_request.prepare(request, "/")
      assert.is_nil(prepared)
      request.url = "https://127.0.0.1:1/"
      local id, message = engine:submit(request)
      assert.is_nil(id)
      assert.equal(message, reason)
    end)
  end

  it("has its headers by name: repeated ones as a list, secrets as text, no content coding", function()
    local prepared = assert(cosocket_request.prepare({ headers = { "X-A", "1", "X-B", core.secret.new "planted", "X-A", "2",
      "X-A", "3" } }, "/x"))
    assert.same({ method = "POST", path = "/x", body = "",
      headers = { ["X-A"] = { "1", "2", "3" }, ["X-B"] = "planted", ["Accept-Encoding"] = "identity" } }, prepared)
    prepared = assert(cosocket_request.prepare({ method = "GET", headers = { "accept-encoding", "gzip" } }, "/"))
    assert.same({ method = "GET", path = "/", headers = { ["accept-encoding"] = "gzip" } }, prepared)
  end)
end)
