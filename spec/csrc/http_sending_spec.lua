local core = require "mimecast.core"
local server = require "spec.support.http.server"
local wires = require "spec.support.http.libcurl_harness"

local ABORTED, PARTIAL = 42, 18

describe("the HTTP engine", function()
  local wire = wires.new()
  local start, call, responding = wire.start, wire.call, wire.responding

  before_each(wire.open)
  after_each(wire.close)

  describe("sends", function()
    it("exactly the expected bytes of a POST, with the headers in the given order", function()
      local target = start()
      call{
        url = target.url .. "/api/user/update-user",
        headers = {
          "Authorization", "MC key:signature",
          "x-mc-date", "Tue, 24 Nov 2015 12:50:11 UTC",
          "Content-Type", "application/json",
          "Accept", "application/json",
        },
        body = '{"data":[]}',
      }
      assert.equal("POST /api/user/update-user HTTP/1.1\r\n" ..
        "Host: 127.0.0.1:" .. target.port .. "\r\n" ..
        "Authorization: MC key:signature\r\n" ..
        "x-mc-date: Tue, 24 Nov 2015 12:50:11 UTC\r\n" ..
        "Content-Type: application/json\r\n" ..
        "Accept: application/json\r\n" ..
        "Accept-Encoding: identity\r\n" ..
        "Content-Length: 11\r\n\r\n" ..
        '{"data":[]}', target.requests[1].raw)
      assert.equal(#target.requests[1].raw, target.connections[1].bytes)
    end)

    it("a POST without a body with a length of 0", function()
      local target = start()
      call{ url = target.url .. "/x", headers = { "Content-Type", "application/json" } }
      assert.truthy(target.requests[1].head:find("\r\nContent-Length: 0\r\n", 1, true))
      assert.equal("", target.requests[1].body)
    end)

    it("a GET without a body, with an unchanged query", function()
      local target = start()
      call{ url = target.url .. "/v1/groups?query=a%20b&x=1", method = "GET" }
      assert.equal("GET", target.requests[1].method)
      assert.equal("/v1/groups?query=a%20b&x=1", target.requests[1].path)
      assert.is_nil(target.requests[1].head:lower():find("content-", 1, true))
    end)

    it("the given method, with and without a body", function()
      local target = start()
      for _, method in ipairs{ "GET", "POST", "PUT", "PATCH", "DELETE" } do
        for _, body in ipairs{ "", "{}" } do
          call{ url = target.url .. "/", method = method, body = body }
          local request = target.requests[#target.requests]
          assert.equal(method, request.method)
          assert.equal(body, request.body)
        end
      end
      assert.equal(10, #target.requests)
    end)

    it("a HEAD, without waiting for the announced body", function()
      local target = responding("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
      local response = call{ url = target.url, method = "HEAD" }
      assert.equal("HEAD", target.requests[1].method)
      assert.equal(200, response.status)
      assert.equal("", response.body)
    end)

    it("no method, header or body of the previous request on the same handle", function()
      local target = start()
      call{ url = target.url .. "/1", method = "PUT", headers = { "X-One", "1" }, body = "first body" }
      call{ url = target.url .. "/2", method = "HEAD" }
      call{ url = target.url .. "/3", method = "GET" }
      call{ url = target.url .. "/4" }
      local second, third, fourth = target.requests[2].raw, target.requests[3].raw, target.requests[4].raw
      assert.truthy(second:find("^HEAD /2 "))
      assert.truthy(third:find("^GET /3 "))
      assert.truthy(fourth:find("^POST /4 "))
      for _, raw in ipairs{ second, third, fourth } do
        assert.is_nil(raw:find("X-One", 1, true))
        assert.is_nil(raw:find("first", 1, true))
      end
    end)

    it("a body of all 256 bytes unchanged", function()
      local bytes = {}
      for byte = 0, 255 do bytes[#bytes + 1] = string.char(byte) end
      local body = table.concat(bytes):rep(50)
      local target = start()
      call{ url = target.url, body = body }
      assert.equal(body, target.requests[1].body)
    end)

    it("a body and a header that are secrets", function()
      local target = start()
      local form = core.secret.form("client_secret", core.secret.new("a b"))
      call{
        url = target.url, body = form,
        headers = { "Authorization", core.secret.join("Bearer ", core.secret.new("token")) },
      }
      assert.equal("client_secret=a%20b", target.requests[1].body)
      assert.truthy(target.requests[1].head:find("\r\nAuthorization: Bearer token\r\n", 1, true))
    end)

    it("the bytes of a secret that is collected meanwhile", function()
      local target = start()
      local id = wire.engine:submit{ url = target.url, body = core.secret.new(("s"):rep(1000)), timeout = 5 }
      collectgarbage()
      collectgarbage()
      server.drive(wire.engine, wire.servers, { id })
      assert.equal(("s"):rep(1000), target.requests[1].body)
    end)

    it("a header with an empty value", function()
      local target = start()
      call{ url = target.url, headers = { "X-Empty", "", "X-Blank", "  ", "X-Last", "1" } }
      local head = target.requests[1].head
      assert.truthy(head:find("\r\nX-Empty:\r\n", 1, true), head)
      assert.truthy(head:find("\r\nX-Blank:", 1, true), head)
      assert.truthy(head:find("\r\nX-Last: 1\r\n", 1, true), head)
    end)

    it("Accept-Encoding: identity, unless the request has that header", function()
      local target = start()
      call{ url = target.url }
      call{ url = target.url, headers = { "X-A", "1", "accept-encoding", "gzip", "X-B", "2" } }
      assert.truthy(target.requests[1].head:find("\r\nAccept-Encoding: identity\r\n", 1, true))
      local head = target.requests[2].head
      assert.truthy(head:find("\r\naccept-encoding: gzip\r\nX-B: 2\r\n", 1, true), head)
      assert.is_nil(head:find("identity", 1, true))
    end)

    it("no Expect header, which would cost a round trip, with the largest body", function()
      local target = start()
      local response = call{ url = target.url, body = ("x"):rep(1048576) }
      assert.equal(200, response.status)
      assert.is_nil(target.requests[1].head:lower():find("expect", 1, true))
      assert.equal(1048576, #target.requests[1].body)
    end)
  end)

  describe("sends each submitted request at most once:", function()
    -- Responds on a new connection; closes a kept connection once a request arrives.
    local function dying(first_bytes)
      return start(function(connection)
        if connection.requests == 1 then
          connection:respond(200, "kept")
        else
          if first_bytes then connection:send(first_bytes) end
          connection:close()
        end
      end)
    end

    it("a POST over a kept connection that dies before the first byte of the response", function()
      local target = dying()
      assert.equal("kept", call{ url = target.url .. "/first", body = "1" }.body)
      local response, failure = call{ url = target.url .. "/second", body = '{"apply":"once"}' }
      server.settle(wire.engine, wire.servers)

      assert.is_nil(response)
      assert.equal(ABORTED, failure.curl)
      assert.equal("the connection was closed before a response", failure.reason)
      assert.is_true(failure.sent)
      assert.equal(0, failure.status)
      assert.equal(1, target:copies("/second"))

      -- Control: the second request went over the kept connection, and libcurl opened another connection to resend it.
      -- Otherwise this spec would prove nothing.
      assert.equal(2, target.connections[1].requests)
      assert.equal(2, #target.connections)
      assert.equal("", target.connections[2].transcript)
    end)

    it("many requests over kept connections that all die", function()
      local target = dying()
      local function round(path)
        local ids = {}
        for number = 1, 10 do ids[number] = assert(wire.engine:submit{ url = target.url .. path, body = "x", timeout = 5 }) end
        return server.drive(wire.engine, wire.servers, ids)
      end
      for _, result in pairs(round("/first")) do assert.equal("kept", result[1].body) end
      for _, result in pairs(round("/second")) do
        assert.is_nil(result[1])
        assert.is_true(result[2].sent)
      end
      server.settle(wire.engine, wire.servers)
      assert.equal(10, target:copies("/second"))
    end)

    it("a POST over a kept connection that dies within the response", function()
      local target = dying("HTTP/1.1 200 OK\r\nContent-Le")
      call{ url = target.url .. "/first" }
      local response, failure = call{ url = target.url .. "/second" }
      server.settle(wire.engine, wire.servers)
      assert.is_nil(response)
      assert.equal(PARTIAL, failure.curl)
      assert.equal("the connection ended within the head of the response", failure.reason)
      assert.is_true(failure.sent)
      assert.equal(1, target:copies("/second"))
    end)

    it("a GET, too: the engine does not decide about retries", function()
      local target = dying()
      call{ url = target.url .. "/first", method = "GET" }
      local response, failure = call{ url = target.url .. "/second", method = "GET" }
      server.settle(wire.engine, wire.servers)
      assert.is_nil(response)
      assert.equal(ABORTED, failure.curl)
      assert.equal(1, target:copies("/second"))
    end)

    it("and sends the next request, also on the same handle", function()
      local target = dying()
      call{ url = target.url .. "/first" }
      call{ url = target.url .. "/second" }
      local response = call{ url = target.url .. "/third" }
      assert.equal("kept", response.body)
      assert.equal(1, target:copies("/third"))
    end)

    it("and replaces a kept connection that the server closed while it was idle", function()
      local target = start(function(connection)
        connection:respond(200, "ok")
        connection:close()
      end)
      assert.equal("ok", call{ url = target.url .. "/first" }.body)
      server.settle(wire.engine, wire.servers)
      assert.equal("ok", call{ url = target.url .. "/second" }.body)
      assert.equal(1, target:copies("/second"))
      assert.equal(2, #target.connections)
    end)
  end)

  describe("rejects, before it sends anything,", function()
    local target

    local function assert_rejected(request, fragment)
      request.url = request.url or target.url
      local id, message = wire.engine:submit(request)
      assert.is_nil(id)
      assert.truthy(message:find(fragment, 1, true), message)
      server.settle(wire.engine, wire.servers)
      assert.equal(0, #target.connections)
    end

    before_each(function() target = start() end)

    it("a header value with a control character", function()
      for _, value in ipairs{ "a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b", "\127", "a\tb", "\27" } do
        assert_rejected({ headers = { "X-A", value } }, "a header's value holds a control character")
        assert_rejected({ headers = { "X-A", core.secret.new(value) } }, "a header's value holds a control character")
      end
    end)

    it("a header name that is not a token", function()
      for _, name in ipairs{ "", "X A", "X-A:", "X\r\nEvil", "X\0", "X;", "X\195\164", "@file" } do
        assert_rejected({ headers = { name, "value" } }, "a header's name must be a token")
      end
    end)

    it("a method that is not a token, which could contain a second request", function()
      for _, method in ipairs{ "", "GET /other HTTP/1.1\r\nX-Evil: 1\r\n\r\nGET", "GET\n", "PO ST", "GET\0" } do
        assert_rejected({ method = method }, "the method must be a token")
      end
    end)

    it("headers that are not a flat list of pairs", function()
      assert_rejected({ headers = { "X-A" } }, "headers must be a list {name, value, …}")
      assert_rejected({ headers = "X-A: 1" }, "headers must be a list {name, value, …}")
      assert_rejected({ headers = { "X-A", 5 } }, "neither text nor a secret")
      assert_rejected({ headers = { { "X-A", "1" }, "2" } }, "neither text nor a secret")
      local many = {}
      for number = 1, 202 do many[number] = "x" end
      assert_rejected({ headers = many }, "at most 100 pairs")
    end)

    it("a header over 8 KiB", function()
      assert_rejected({ headers = { "X-A", ("x"):rep(8192) } }, "a header is too long")
    end)

    it("a body over 1 MiB", function()
      assert_rejected({ body = ("x"):rep(1048577) }, "the request's body is over 1 MiB")
    end)

    it("all of these, and sends the next request", function()
      assert_rejected({ headers = { "X-A", "\n" } }, "control character")
      assert_rejected({ body = ("x"):rep(1048577) }, "1 MiB")
      local flying, ready = wire.engine:step(0)
      assert.same({ 0, 0 }, { flying, ready })
      assert.equal("ok", call{ url = target.url, headers = { "X-A", "fine" } }.body)
      assert.truthy(target.requests[1].head:find("\r\nX-A: fine\r\n", 1, true))
    end)

    it("with an error for invalid arguments", function()
      local function raises(fragment, request)
        local ok, message = pcall(wire.engine.submit, wire.engine, request)
        assert.is_false(ok)
        assert.truthy(message:find(fragment, 1, true), message)
      end
      raises("table expected")
      raises("table expected", "http://127.0.0.1/")
      raises("string expected", {})
      raises("string expected", { url = {} })
      raises("text or a secret expected", { url = target.url, body = {} })
      raises("text or a secret expected", { url = target.url, body = 5 })
      raises("string expected", { url = target.url, method = {} })
      for _, seconds in ipairs{ 0, -1, 86401, 0 / 0, 1 / 0 } do
        raises("timeout must be above 0 and at most 86400 seconds", { url = target.url, timeout = seconds })
        raises("connectTimeout must be above 0 and at most 86400 seconds", { url = target.url, connectTimeout = seconds })
      end
      raises("number expected", { url = target.url, timeout = "soon" })
      assert.equal(0, (wire.engine:step(0)))
    end)
  end)

  describe("accepts only https and loopback URLs:", function()
    local plain = "plain http is allowed to loopback addresses only; use https"
    local user, scheme = "the URL must not hold a user name", "the URL must begin with https://"
    local character = "the URL holds a character that must be percent-encoded"
    local cases = {
      [plain] = {
        "http://api.services.mimecast.com/", "http://127.0.0.1.evil.com/", "http://localhost.evil.com/",
        "http://127.0.0.1evil.com/", "http://localhostevil.com", "http://127.0.0/", "http://127.1/", "http://127.0.0.256/",
        "http://127.0.0.1.1/", "http://127.0.0.1000/", "http://127.0.0.08/", "http://0.0.0.0/", "http://10.0.0.1/",
        "http://[::]/", "http://[::2]/", "http://[::1].evil.com/", "http://[::1", "http://[::ffff:10.0.0.1]/",
        "http://2130706433/",
        "http://0x7f000001/", "http://128.0.0.1/", "http://127.0.0.1:80:90/", "http://127.0.0.1:x/",
        "http://127.0.0.1#.evil.com/",
        "http://127.0.0.1;.evil.com/", "http://127.0.0.1%2eevil.com/", "http://LOCALHOST.evil.com/", "http://-127.0.0.1/",
        "http://127.-1.0.0/", "http://127..0.0.1/", "http://evil.com/127.0.0.1", "http://evil.com?127.0.0.1",
      },
      [user] = {
        "http://127.0.0.1@evil.com/", "http://127.0.0.1:80@evil.com/", "http://localhost@evil.com", "https://user@example.com/",
        "https://user:password@example.com/", "https://example.com:443@evil.com/", "http://127.0.0.1\\@evil.com/",
        "https://example.com\\.evil.com/", "http://@127.0.0.1/", "http://127.0.0.1:@evil.com/",
      },
      [scheme] = {
        "", "/", "example.com", "//example.com/", "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/",
        "HTTP://127.0.0.1/",
        "HTTPS://example.com/", "https:/example.com", "https:example.com", "ws://127.0.0.1/", "javascript:alert(1)",
        "dict://127.0.0.1/",
      },
      [character] = {
        " https://example.com/", "https://example.com/ ", "https://exa\tmple.com/", "https://example.com/\r\nX: y",
        "https://example.com/\n",
        "http://127.0.0.1\tevil.com/", "http://127.0.0.1/\0", "https://example.com\0.evil.com/", "https://ex\195\164mple.com/",
        "https://example.com/a b", "https://example.com/\127", "https://example.com/\226\128\174",
      },
      ["the URL has no host"] = { "https://", "https:///path", "https://?x", "http://", "http:///", "https://#" },
    }
    for message, urls in pairs(cases) do
      for _, url in ipairs(urls) do
        it(("rejects %q"):format(core.printable(url)), function()
          assert.equal(message, core.url_error(url))
          local id, problem = wire.engine:submit{ url = url }
          assert.is_nil(id)
          assert.equal(message, problem)
        end)
      end
    end

    it("accepts valid URLs", function()
      for _, url in ipairs{
        "https://api.services.mimecast.com", "https://eu-api.mimecast.com/api/user/update-user",
        "https://example.com:8443/a?b=c@d#e@f",
        "https://127.0.0.1/", "http://127.0.0.1", "http://127.0.0.1:8080/x", "http://127.255.255.255/", "http://localhost:1/",
        "http://localhost", "http://[::1]/", "http://[::1]:8080/", "http://127.0.0.1?x=y", "http://127.0.0.1/a@b",
      } do
        assert.is_nil(core.url_error(url), url)
      end
    end)
  end)
end)
