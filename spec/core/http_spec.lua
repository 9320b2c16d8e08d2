local core = require "mimecast.core"
local child = require "spec.support.child"
local http = require "mimecast.http"
local server = require "spec.support.server"

local ABORTED, CONNECT_REFUSED, TIMED_OUT, EMPTY_REPLY, PARTIAL, WRITE_REFUSED = 42, 7, 28, 52, 18, 23

describe("the HTTP engine", function()
  local engine, servers

  local function start(on_request)
    local one = server.start(on_request)
    servers[#servers + 1] = one
    return one
  end

  local function new(options)
    options = options or {}
    options.headers = options.headers or {}
    if engine then engine:close() end
    engine = http.engine(options)
    return engine
  end

  local function call(request)
    request.timeout = request.timeout or 5
    return server.call(engine, servers, request)
  end

  -- A server that answers each request with exactly these bytes; closes afterwards where it is asked to.
  local function answering(bytes, and_close)
    return start(function(connection)
      connection:send(bytes)
      if and_close then connection:close() end
    end)
  end

  before_each(function()
    servers = {}
    new()
  end)

  after_each(function()
    engine:close()
    engine = nil
    for _, one in ipairs(servers) do one:close() end
  end)

  describe("sends", function()
    it("exactly these bytes for a POST: the headers in the order given, then the body", function()
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

    it("a GET without a body, and its query as it stands", function()
      local target = start()
      call{ url = target.url .. "/v1/groups?query=a%20b&x=1", method = "GET" }
      assert.equal("GET", target.requests[1].method)
      assert.equal("/v1/groups?query=a%20b&x=1", target.requests[1].path)
      assert.is_nil(target.requests[1].head:lower():find("content-", 1, true))
    end)

    it("the method that was asked for, with a body and without one", function()
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

    it("a HEAD and does not wait for the body that its answer announces", function()
      local target = answering("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
      local response = call{ url = target.url, method = "HEAD" }
      assert.equal("HEAD", target.requests[1].method)
      assert.equal(200, response.status)
      assert.equal("", response.body)
    end)

    it("nothing of one request's method, headers or body with the next on the same handle", function()
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

    it("a body of all 256 bytes, NUL included, unchanged", function()
      local bytes = {}
      for byte = 0, 255 do bytes[#bytes + 1] = string.char(byte) end
      local body = table.concat(bytes):rep(50)
      local target = start()
      call{ url = target.url, body = body }
      assert.equal(body, target.requests[1].body)
    end)

    it("a body that is a secret, and a header that is one", function()
      local target = start()
      local form = core.secret.form("client_secret", core.secret.new("a b"))
      call{
        url = target.url, body = form,
        headers = { "Authorization", core.secret.join("Bearer ", core.secret.new("token")) },
      }
      assert.equal("client_secret=a%20b", target.requests[1].body)
      assert.truthy(target.requests[1].head:find("\r\nAuthorization: Bearer token\r\n", 1, true))
    end)

    it("a secret's bytes also when the secret is collected while they are on their way", function()
      local target = start()
      local id = engine:submit{ url = target.url, body = core.secret.new(("s"):rep(1000)), timeout = 5 }
      collectgarbage()
      collectgarbage()
      server.drive(engine, servers, { id })
      assert.equal(("s"):rep(1000), target.requests[1].body)
    end)

    it("a header without a value, instead of leaving it out", function()
      local target = start()
      call{ url = target.url, headers = { "X-Empty", "", "X-Blank", "  ", "X-Last", "1" } }
      local head = target.requests[1].head
      assert.truthy(head:find("\r\nX-Empty:\r\n", 1, true), head)
      assert.truthy(head:find("\r\nX-Blank:", 1, true), head)
      assert.truthy(head:find("\r\nX-Last: 1\r\n", 1, true), head)
    end)

    it("no Accept-Encoding, so that no small answer unpacks to a large one", function()
      local target = start()
      call{ url = target.url }
      assert.is_nil(target.requests[1].head:lower():find("accept-encoding", 1, true))
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
    -- Answers on a new connection; then takes the request that comes over the kept connection and hangs up.
    local function dying(first_bytes)
      return start(function(connection)
        if connection.requests == 1 then
          connection:answer(200, "kept")
        else
          if first_bytes then connection:send(first_bytes) end
          connection:close()
        end
      end)
    end

    it("a POST over a kept connection that dies before the first byte of the answer", function()
      local target = dying()
      assert.equal("kept", call{ url = target.url .. "/first", body = "1" }.body)
      local response, failure = call{ url = target.url .. "/second", body = '{"apply":"once"}' }
      server.settle(engine, servers)

      assert.is_nil(response)
      assert.equal(ABORTED, failure.curl)
      assert.is_true(failure.sent)
      assert.equal(0, failure.status)
      assert.equal(1, target:copies("/second"))

      -- The control: the second request did go over the kept connection, and libcurl did open another one to repeat it.
      -- Without both, this spec would prove nothing.
      assert.equal(2, target.connections[1].requests)
      assert.equal(2, #target.connections)
      assert.equal("", target.connections[2].transcript)
    end)

    it("many in flight over kept connections that all die", function()
      local target = dying()
      local function round(path)
        local ids = {}
        for number = 1, 10 do ids[number] = assert(engine:submit{ url = target.url .. path, body = "x", timeout = 5 }) end
        return server.drive(engine, servers, ids)
      end
      for _, result in pairs(round("/first")) do assert.equal("kept", result[1].body) end
      for _, result in pairs(round("/second")) do
        assert.is_nil(result[1])
        assert.is_true(result[2].sent)
      end
      server.settle(engine, servers)
      assert.equal(10, target:copies("/second"))
    end)

    it("a POST over a kept connection that dies within the answer", function()
      local target = dying("HTTP/1.1 200 OK\r\nContent-Le")
      call{ url = target.url .. "/first" }
      local response, failure = call{ url = target.url .. "/second" }
      server.settle(engine, servers)
      assert.is_nil(response)
      assert.equal(PARTIAL, failure.curl)
      assert.equal("the connection ended within the head of the answer", failure.reason)
      assert.is_true(failure.sent)
      assert.equal(1, target:copies("/second"))
    end)

    it("a GET, too: whether it may be repeated is not the engine's to say", function()
      local target = dying()
      call{ url = target.url .. "/first", method = "GET" }
      local response, failure = call{ url = target.url .. "/second", method = "GET" }
      server.settle(engine, servers)
      assert.is_nil(response)
      assert.equal(ABORTED, failure.curl)
      assert.equal(1, target:copies("/second"))
    end)

    it("and goes on: the next request after such an end gets through, also on the same handle", function()
      local target = dying()
      call{ url = target.url .. "/first" }
      call{ url = target.url .. "/second" }
      local response = call{ url = target.url .. "/third" }
      assert.equal("kept", response.body)
      assert.equal(1, target:copies("/third"))
    end)

    it("a kept connection that the server closed while nothing was in flight is replaced", function()
      local target = start(function(connection)
        connection:answer(200, "ok")
        connection:close()
      end)
      assert.equal("ok", call{ url = target.url .. "/first" }.body)
      server.settle(engine, servers)
      assert.equal("ok", call{ url = target.url .. "/second" }.body)
      assert.equal(1, target:copies("/second"))
      assert.equal(2, #target.connections)
    end)
  end)

  describe("does not follow redirects:", function()
    for _, status in ipairs{ 301, 302, 303, 307, 308 } do
      it(("a %d is the answer, and the other server hears nothing"):format(status), function()
        local other = start()
        local target = start(function(connection)
          connection:answer(status, "moved", "Location: " .. other.url .. "/elsewhere\r\n")
        end)
        new{ headers = { "location" } }
        local response = call{ url = target.url, body = '{"password":"hunter2"}', headers = { "Authorization", "MC a:b" } }
        server.settle(engine, servers)
        assert.equal(status, response.status)
        assert.equal("moved", response.body)
        assert.equal(other.url .. "/elsewhere", response.headers.location)
        assert.equal(0, #other.connections)
        assert.equal(1, #target.requests)
      end)
    end
  end)

  describe("caps what it receives:", function()
    it("a chunked body is stopped at the cap, which CURLOPT_MAXFILESIZE would not do", function()
      new{ maxResponseBytes = 1000 }
      local chunk = ("%x\r\n%s\r\n"):format(400, ("x"):rep(400))
      local target = answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" .. chunk:rep(50))
      local response, failure = call{ url = target.url }
      assert.is_nil(response)
      assert.is_true(failure.tooLarge)
      assert.is_true(failure.sent)
      assert.equal(WRITE_REFUSED, failure.curl)
      assert.equal(200, failure.status)
      assert.is_true(#failure.body <= 1000)
    end)

    it("a body with a length is stopped at the cap", function()
      new{ maxResponseBytes = 1000 }
      local target = answering("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" .. ("x"):rep(1001))
      local response, failure = call{ url = target.url }
      assert.is_nil(response)
      assert.is_true(failure.tooLarge)
      assert.is_true(#failure.body <= 1000)
    end)

    it("a body until the connection's end is stopped at the cap", function()
      new{ maxResponseBytes = 1000 }
      local target = answering("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" .. ("x"):rep(100000), true)
      local response, failure = call{ url = target.url }
      assert.is_nil(response)
      assert.is_true(failure.tooLarge)
    end)

    it("a body of exactly the cap passes, with a length and chunked", function()
      new{ maxResponseBytes = 1000 }
      local full = ("x"):rep(1000)
      local target = answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" .. full)
      assert.equal(full, call{ url = target.url }.body)
      target = answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" .. full .. "\r\n0\r\n\r\n")
      assert.equal(full, call{ url = target.url }.body)
    end)

    it("the cap is 10 MiB where nothing is set, and a large body below it arrives whole", function()
      local large = ("0123456789abcdef"):rep(65536 * 4) -- 4 MiB
      local target = start(function(connection) connection:answer(200, large) end)
      local response = call{ url = target.url }
      assert.equal(#large, #response.body)
      assert.is_true(large == response.body)
      local over = answering("HTTP/1.1 200 OK\r\nContent-Length: 10485761\r\n\r\n" .. ("x"):rep(10485761))
      local none, failure = call{ url = over.url }
      assert.is_nil(none)
      assert.is_true(failure.tooLarge)
    end)

    it("a head over 64 KiB is stopped", function()
      local line = "X-Filler: " .. ("x"):rep(1000) .. "\r\n"
      local target = answering("HTTP/1.1 200 OK\r\n" .. line:rep(70) .. "Content-Length: 0\r\n\r\n")
      local response, failure = call{ url = target.url }
      assert.is_nil(response)
      assert.is_true(failure.tooLarge)
      target = answering("HTTP/1.1 200 OK\r\n" .. line:rep(60) .. "Content-Length: 0\r\n\r\n")
      assert.equal(200, call{ url = target.url }.status)
    end)

    it("a transfer that was stopped leaves nothing behind: the next on its handle is whole", function()
      new{ maxResponseBytes = 10 }
      local target = start(function(connection, request)
        connection:answer(200, request.path == "/large" and ("x"):rep(100) or "small")
      end)
      assert.is_nil((call{ url = target.url .. "/large" }))
      assert.equal("small", call{ url = target.url .. "/small" }.body)
    end)

    it("and refuses a cap that makes no sense", function()
      for _, cap in ipairs{ 0, -1, 0.5, 2 ^ 40, 0 / 0 } do
        assert.is_false((pcall(http.engine, { headers = {}, maxResponseBytes = cap })))
      end
    end)
  end)

  describe("refuses before anything is sent", function()
    local target

    local function refused(request, fragment)
      request.url = request.url or target.url
      local id, message = engine:submit(request)
      assert.is_nil(id)
      assert.truthy(message:find(fragment, 1, true), message)
      server.settle(engine, servers)
      assert.equal(0, #target.connections)
    end

    before_each(function() target = start() end)

    it("a header value with a control character", function()
      for _, value in ipairs{ "a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b", "\127", "a\tb", "\27" } do
        refused({ headers = { "X-A", value } }, "a header's value holds a control character")
        refused({ headers = { "X-A", core.secret.new(value) } }, "a header's value holds a control character")
      end
    end)

    it("a header name that is not a token", function()
      for _, name in ipairs{ "", "X A", "X-A:", "X\r\nEvil", "X\0", "X;", "X\195\164", "@file" } do
        refused({ headers = { name, "value" } }, "a header's name must be a token")
      end
    end)

    it("a method that is not a token, which could hold a request of its own", function()
      for _, method in ipairs{ "", "GET /other HTTP/1.1\r\nX-Evil: 1\r\n\r\nGET", "GET\n", "PO ST", "GET\0" } do
        refused({ method = method }, "the method must be a token")
      end
    end)

    it("headers that are not a flat list of pairs", function()
      refused({ headers = { "X-A" } }, "headers must be a list {name, value, …}")
      refused({ headers = "X-A: 1" }, "headers must be a list {name, value, …}")
      refused({ headers = { "X-A", 5 } }, "neither text nor a secret")
      refused({ headers = { { "X-A", "1" }, "2" } }, "neither text nor a secret")
      local many = {}
      for number = 1, 202 do many[number] = "x" end
      refused({ headers = many }, "at most 100 pairs")
    end)

    it("a header over 8 KiB", function()
      refused({ headers = { "X-A", ("x"):rep(8192) } }, "a header is too long")
    end)

    it("a body over 1 MiB", function()
      refused({ body = ("x"):rep(1048577) }, "the request's body is over 1 MiB")
    end)

    it("all of it without losing count: the next request flies", function()
      refused({ headers = { "X-A", "\n" } }, "control character")
      refused({ body = ("x"):rep(1048577) }, "1 MiB")
      local flying, ready = engine:step(0)
      assert.same({ 0, 0 }, { flying, ready })
      assert.equal("ok", call{ url = target.url, headers = { "X-A", "fine" } }.body)
      assert.truthy(target.requests[1].head:find("\r\nX-A: fine\r\n", 1, true))
    end)

    it("and raises for a request that makes no sense", function()
      local function raises(fragment, request)
        local ok, message = pcall(engine.submit, engine, request)
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
      assert.equal(0, (engine:step(0)))
    end)
  end)

  describe("takes only URLs that are https or loopback:", function()
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
        it(("%q is refused"):format(core.printable(url)), function()
          assert.equal(message, core.url_problem(url))
          local id, problem = engine:submit{ url = url }
          assert.is_nil(id)
          assert.equal(message, problem)
        end)
      end
    end

    it("these pass", function()
      for _, url in ipairs{
        "https://api.services.mimecast.com", "https://eu-api.mimecast.com/api/user/update-user",
        "https://example.com:8443/a?b=c@d#e@f",
        "https://127.0.0.1/", "http://127.0.0.1", "http://127.0.0.1:8080/x", "http://127.255.255.255/", "http://localhost:1/",
        "http://localhost", "http://[::1]/", "http://[::1]:8080/", "http://127.0.0.1?x=y", "http://127.0.0.1/a@b",
      } do
        assert.is_nil(core.url_problem(url), url)
      end
    end)
  end)

  describe("tells how a transfer failed:", function()
    it("nobody listens: not sent", function()
      local response, failure = call{ url = "http://127.0.0.1:" .. server.free_port() .. "/" }
      assert.is_nil(response)
      assert.equal(CONNECT_REFUSED, failure.curl)
      assert.is_false(failure.sent)
      assert.is_false(failure.tooLarge)
      assert.equal(0, failure.status)
      assert.equal("", failure.body)
      assert.truthy(#failure.reason > 0)
    end)

    it("no answer in time: sent", function()
      local target = start(function() end)
      local response, failure = call{ url = target.url, body = "x", timeout = 0.05 }
      assert.is_nil(response)
      assert.equal(TIMED_OUT, failure.curl)
      assert.is_true(failure.sent)
      assert.equal(1, #target.requests)
    end)

    it("no end of the answer in time: sent, with what came", function()
      local target = answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
      local response, failure = call{ url = target.url, timeout = 0.1 }
      assert.is_nil(response)
      assert.equal(TIMED_OUT, failure.curl)
      assert.equal("12345", failure.body)
      assert.equal(200, failure.status)
    end)

    it("the connection ends without an answer: sent", function()
      local target = start(function(connection) connection:close() end)
      local response, failure = call{ url = target.url, body = "x" }
      assert.is_nil(response)
      assert.equal(EMPTY_REPLY, failure.curl)
      assert.is_true(failure.sent)
      assert.equal(1, #target.requests)
    end)

    it("a body shorter than its length: sent, with the part and the status", function()
      local target = answering("HTTP/1.1 429 X\r\nContent-Length: 100\r\nRetry-After: 7\r\n\r\n{\"meta\"", true)
      new{ headers = { "retry-after" } }
      local response, failure = call{ url = target.url }
      assert.is_nil(response)
      assert.equal(PARTIAL, failure.curl)
      assert.is_true(failure.sent)
      assert.equal(429, failure.status)
      assert.equal('{"meta"', failure.body)
      assert.equal("7", failure.headers["retry-after"])
    end)

    it("a chunked body without its last chunk: sent, with the part and the status", function()
      local target = answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n", true)
      local response, failure = call{ url = target.url }
      assert.is_nil(response)
      assert.equal(PARTIAL, failure.curl)
      assert.is_true(failure.sent)
      assert.equal(200, failure.status)
      assert.equal('{"a":', failure.body)
    end)

    it("a chunk whose length is none", function()
      local target = answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n", true)
      local response, failure = call{ url = target.url }
      assert.is_nil(response)
      assert.is_true(failure.sent)
    end)

    it("a head without its end is no answer, however much of it came", function()
      for _, case in ipairs{
        { "HTTP/1.1 200 OK", EMPTY_REPLY },
        { "HTTP/1.1 200 OK\r\n", PARTIAL },
        { "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", PARTIAL },
        { "HTTP/1.1 204 No Content\r\nX-A: 1\r\n", PARTIAL },
        { "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX-A", PARTIAL },
      } do
        local target = answering(case[1], true)
        local response, failure = call{ url = target.url }
        assert.is_nil(response)
        assert.equal(case[2], failure.curl)
        assert.is_true(failure.sent)
      end
    end)

    it("only an interim answer", function()
      local target = answering("HTTP/1.1 100 Continue\r\n\r\n", true)
      local response, failure = call{ url = target.url }
      assert.is_nil(response)
      assert.is_true(failure.sent)
    end)

    it("bytes that are not HTTP", function()
      for _, bytes in ipairs{ "SSH-2.0-OpenSSH\r\n", "\0\0\0\0", "<html></html>", "HTTP/9.9 200 OK\r\n\r\n" } do
        local target = answering(bytes, true)
        local response, failure = call{ url = target.url }
        assert.is_nil(response)
        assert.is_true(failure.sent)
        assert.is_true(failure.curl > 0)
      end
    end)

    it("TLS that is none: nothing of the request is sent", function()
      local target = start()
      target.on_connect = function(connection)
        connection:send("HTTP/1.1 400 no TLS here\r\n\r\n")
        connection:close()
      end
      local response, failure = call{
        url = "https://127.0.0.1:" .. target.port .. "/", headers = { "Authorization", "marker" }, body = "marker",
      }
      assert.is_nil(response)
      assert.is_false(failure.sent)
      assert.equal(1, #target.connections)
      assert.is_nil(target.connections[1].transcript:find("marker", 1, true))
    end)
  end)

  describe("reads an answer", function()
    it("with its status, its body and no headers where none are wanted", function()
      local target = answering("HTTP/1.1 418 Binding Expired\r\nX-A: 1\r\nContent-Length: 2\r\n\r\n{}")
      local response, failure = call{ url = target.url }
      assert.is_nil(failure)
      assert.same({ status = 418, body = "{}", headers = {} }, response)
    end)

    it("with the wanted headers under the names asked for, however they are spelt", function()
      new{ headers = { "x-ratelimit-limit", "retry-after", "x-missing", "date" } }
      local target = answering("HTTP/1.1 200 OK\r\nX-RateLimit-Limit: 50\r\nRETRY-AFTER:  7 \r\nretry-after-not: 9\r\n" ..
        "X-Other: 1\r\nDate:Tue, 24 Nov 2015 12:50:11 GMT\r\nContent-Length: 0\r\n\r\n")
      assert.same({
        ["x-ratelimit-limit"] = "50", ["retry-after"] = "7", date = "Tue, 24 Nov 2015 12:50:11 GMT",
      }, call{ url = target.url }.headers)
    end)

    it("with the last of a repeated header", function()
      new{ headers = { "x-a" } }
      local target = answering("HTTP/1.1 200 OK\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 0\r\n\r\n")
      assert.equal("2", call{ url = target.url }.headers["x-a"])
    end)

    it("with an empty header as an empty text", function()
      new{ headers = { "x-a" } }
      local target = answering("HTTP/1.1 200 OK\r\nX-A:\r\nContent-Length: 0\r\n\r\n")
      assert.equal("", call{ url = target.url }.headers["x-a"])
    end)

    it("after an interim 100, whose headers do not count", function()
      new{ headers = { "x-a", "x-b" } }
      local target = answering("HTTP/1.1 100 Continue\r\nX-A: interim\r\n\r\n" ..
        "HTTP/1.1 200 OK\r\nX-B: final\r\nContent-Length: 2\r\n\r\nok")
      local response = call{ url = target.url, body = "x" }
      assert.equal(200, response.status)
      assert.equal("ok", response.body)
      assert.same({ ["x-b"] = "final" }, response.headers)
    end)

    it("of HTTP/1.0, which ends with the connection", function()
      local target = answering("HTTP/1.0 200 OK\r\n\r\nold but whole", true)
      assert.equal("old but whole", call{ url = target.url }.body)
    end)

    it("with trailers after its last chunk, and with none of its headers at all", function()
      local target = answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n")
      assert.equal("ok", call{ url = target.url }.body)
      target = answering("HTTP/1.1 204 No Content\r\n\r\n")
      assert.equal(204, call{ url = target.url }.status)
      target = answering("HTTP/1.1 200 OK\nContent-Length: 2\n\nok")
      assert.equal("ok", call{ url = target.url }.body)
    end)

    it("that comes byte by byte", function()
      new{ headers = { "x-a" } }
      local bytes = "HTTP/1.1 200 OK\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
      local at
      local target = start(function(connection) at = { connection, 0 } end)
      local turn = target.turn
      target.turn = function(self)
        if at and at[2] < #bytes then
          at[2] = at[2] + 1
          at[1]:send(bytes:sub(at[2], at[2]))
        end
        turn(self)
      end
      local response = call{ url = target.url }
      assert.equal("abcde", response.body)
      assert.equal("1", response.headers["x-a"])
    end)

    it("with the bytes of its body as they are, also packed ones", function()
      local body = "\31\139\8\0" .. ("\0\255"):rep(20)
      local target = start(function(connection) connection:answer(200, body, "Content-Encoding: gzip\r\n") end)
      assert.equal(body, call{ url = target.url }.body)
    end)
  end)

  describe("keeps many in flight:", function()
    it("one connection serves requests that follow each other", function()
      local target = start()
      for number = 1, 20 do assert.equal(200, call{ url = target.url .. "/" .. number }.status) end
      assert.equal(20, #target.requests)
      assert.equal(1, #target.connections)
    end)

    it("50 fly side by side, and each id gets its own answer", function()
      local waiting = {}
      local target = start(function(connection, request)
        waiting[#waiting + 1] = { connection, request }
        if #waiting < 50 then return end
        -- Nobody is answered before all are there; then in the other direction.
        for number = 50, 1, -1 do waiting[number][1]:answer(200, waiting[number][2].path .. waiting[number][2].body) end
      end)
      local ids = {}
      for number = 1, 50 do
        ids[number] = assert(engine:submit{ url = target.url .. "/" .. number, body = "b" .. number, timeout = 5 })
      end
      assert.equal(50, (engine:step(0)))
      local results = server.drive(engine, servers, ids)
      for number, id in ipairs(ids) do assert.equal("/" .. number .. "b" .. number, results[id][1].body) end
      assert.same({ 0, 0 }, { engine:step(0) })
    end)

    it("some fail and the others do not notice", function()
      local target = start(function(connection, request)
        if request.path == "/bad" then connection:close() else connection:answer(200, request.path) end
      end)
      local ids = {}
      for number = 1, 10 do
        ids[number] = engine:submit{ url = target.url .. (number % 2 == 0 and "/bad" or "/good"), timeout = 5 }
      end
      local results = server.drive(engine, servers, ids)
      for number, id in ipairs(ids) do
        assert.equal(number % 2 == 0, results[id][1] == nil)
      end
    end)

    it("the ids of one engine never repeat", function()
      local target, seen = start(), {}
      for _ = 1, 5 do
        local id = engine:submit{ url = target.url, timeout = 5 }
        assert.is_nil(seen[id])
        seen[id] = true
        server.drive(engine, servers, { id })
      end
    end)

    it("beyond 4096 a request is refused", function()
      for _ = 1, 4096 do assert(engine:submit{ url = "http://127.0.0.1:1/" }) end
      local id, message = engine:submit{ url = "http://127.0.0.1:1/" }
      assert.is_nil(id)
      assert.equal("too many requests in flight", message)
    end)
  end)

  describe("steps:", function()
    it("with nothing in flight it returns, and there is nothing to collect", function()
      assert.same({ 0, 0 }, { engine:step(0.01) })
      assert.same({ 0, 0 }, { engine:step() })
      assert.is_nil(engine:collect())
      assert.equal(0, select("#", engine:collect()))
    end)

    it("it does not wait while something can be collected", function()
      local target = start()
      local id = engine:submit{ url = target.url, timeout = 5 }
      for _ = 1, 2000 do
        local _, ready = engine:step(0.001)
        if ready > 0 then break end
        target:turn()
      end
      local before = os.time()
      for _ = 1, 3 do assert.same({ 0, 1 }, { engine:step(60) }) end
      assert.is_true(os.time() - before < 30)
      assert.equal(id, (engine:collect()))
      assert.is_nil(engine:collect())
    end)

    it("it refuses a time that is none", function()
      for _, seconds in ipairs{ -1, 86401, 0 / 0, 1 / 0 } do assert.is_false((pcall(engine.step, engine, seconds))) end
    end)
  end)

  describe("can be stopped:", function()
    it("a cancelled request is neither collected nor answered for, and its connection ends", function()
      local target = start(function() end)
      local id = engine:submit{ url = target.url, timeout = 5 }
      local other = engine:submit{ url = target.url, timeout = 0.1 }
      for _ = 1, 200 do
        engine:step(0.001)
        target:turn()
        if #target.requests == 2 then break end
      end
      assert.is_true(engine:cancel(id))
      assert.is_false(engine:cancel(id))
      assert.is_false(engine:cancel(12345))
      assert.equal(1, (engine:step(0)))
      local results = server.drive(engine, servers, { other })
      assert.is_nil(results[id])
      assert.equal(TIMED_OUT, results[other][2].curl)
      assert.same({ 0, 0 }, { engine:step(0) })
      server.settle(engine, servers)
      assert.is_true(target.connections[1].lost)
    end)

    it("a request cancelled before it started is never sent", function()
      local target = start()
      assert.is_true(engine:cancel(engine:submit{ url = target.url }))
      server.settle(engine, servers)
      assert.equal(0, #target.requests)
      assert.equal("ok", call{ url = target.url }.body)
    end)

    it("a closed engine raises, and can be closed again", function()
      local target = start(function() end)
      engine:submit{ url = target.url }
      engine:step(0.01)
      engine:close()
      engine:close()
      for _, attempt in ipairs{
        function() engine:submit{ url = target.url } end,
        function() engine:step(0) end,
        function() engine:collect() end,
        function() engine:cancel(1) end,
      } do
        local ok, message = pcall(attempt)
        assert.is_false(ok)
        assert.truthy(message:find("the engine is closed", 1, true))
      end
    end)

    it("an engine that nobody holds any more ends its transfers, in each state", function()
      local target = start(function(connection, request)
        if request.path == "/done" then connection:answer(200, "done") end
      end)
      for _ = 1, 20 do
        local dropped = http.engine{ headers = { "x-a" } }
        for _ = 1, 5 do
          dropped:submit{ url = target.url .. "/done", body = core.secret.new("x") }
          dropped:submit{ url = target.url .. "/never", body = ("x"):rep(100000) }
        end
        for _ = 1, 10 do
          dropped:step(0.001)
          target:turn()
        end
        dropped = nil -- luacheck: ignore 311
        collectgarbage()
        collectgarbage()
      end
      for _ = 1, 50 do target:turn() end
      for _, connection in ipairs(target.connections) do assert.is_true(connection.lost) end
      assert.equal("done", call{ url = target.url .. "/done" }.body)
    end)

    it("it works under a collector that runs all the time", function()
      local pause, multiplier = collectgarbage("setpause", 0), collectgarbage("setstepmul", 10000)
      local target = start()
      local ok, message = pcall(function()
        for number = 1, 50 do
          collectgarbage()
          assert(call{ url = target.url .. "/" .. number, headers = { "X-A", "v" .. number },
            body = "b" .. number }.body == "ok")
        end
      end)
      collectgarbage("setpause", pause)
      collectgarbage("setstepmul", multiplier)
      assert.is_true(ok, message)
      assert.truthy(target.requests[50].raw:find("\r\nX%-A: v50\r\n.*b50$"))
    end)

    it("another object is refused for an engine", function()
      for _, other in ipairs{ core.secret.new("x"), io.stdout, {} } do
        for _, method in ipairs{ "submit", "step", "collect", "cancel", "close" } do
          assert.is_false((pcall(engine[method], other, {})))
        end
      end
      assert.is_false(getmetatable(engine))
    end)

    it("and refuses options that make no sense", function()
      for _, options in ipairs{
        {}, { headers = "date" }, { headers = {}, caFile = {} }, { headers = {}, caFile = 5 }, { headers = {}, proxy = true },
        { headers = {}, caFile = "a\0b" }, { headers = {}, maxResponseBytes = "much" },
      } do
        assert.is_false((pcall(http.engine, options)))
      end
      assert.is_false((pcall(http.engine)))
    end)
  end)

  describe("with a proxy", function()
    it("by setting asks it for a tunnel, and shows it nothing of the request", function()
      local proxy = start(function(connection) connection:send("HTTP/1.1 403 no\r\nContent-Length: 0\r\n\r\n") end)
      new{ proxy = proxy.url }
      local response, failure = call{
        url = "https://api.services.mimecast.com/api/user/update-user",
        headers = { "Authorization", "Bearer marker", "x-mc-app-id", "marker" }, body = "marker",
      }
      server.settle(engine, servers)
      assert.is_nil(response)
      assert.is_false(failure.sent)
      assert.equal(1, #proxy.requests)
      assert.equal("CONNECT", proxy.requests[1].method)
      assert.equal("api.services.mimecast.com:443", proxy.requests[1].path)
      assert.is_nil(proxy.connections[1].transcript:find("marker", 1, true))
      assert.is_nil(proxy.connections[1].transcript:find("update-user", 1, true))
    end)

    it("by setting does not use it for loopback", function()
      local proxy, target = start(), start()
      new{ proxy = proxy.url }
      assert.equal(200, call{ url = target.url }.status)
      assert.equal(0, #proxy.connections)
      assert.equal(1, #target.requests)
    end)

    it("from the environment uses it for the service and not for loopback", function()
      local proxy = start()
      local output = child.run([[
        local http, server = require "mimecast.http", require "spec.support.server"
        local target = server.start()
        local engine = http.engine{ headers = {} }
        local response = server.call(engine, { target }, { url = target.url, timeout = 5 })
        print("loopback", response.status, #target.requests)
        local none, failure = server.call(engine, {}, { url = "https://mimecast.invalid/", timeout = 0.5 })
        print("service", none, failure.sent)
        engine:close()
      ]], {
        environment = {
          http_proxy = proxy.url, https_proxy = proxy.url, HTTPS_PROXY = proxy.url, all_proxy = proxy.url,
          ALL_PROXY = proxy.url,
          no_proxy = "", NO_PROXY = "",
        },
      })
      assert.equal("loopback\t200\t1\nservice\tnil\tfalse\nexit 0\n", output)
      for _ = 1, 10 do proxy:turn() end
      assert.equal(1, #proxy.connections)
      assert.truthy(proxy.connections[1].transcript:find("^CONNECT mimecast%.invalid:443 HTTP/1%.1\r\n"))
    end)
  end)

  it("does not use what ~/.netrc says", function()
    local pipe = assert(io.popen("mktemp -d", "r"))
    local home = pipe:read("*l")
    pipe:close()
    local file = assert(io.open(home .. "/.netrc", "w"))
    file:write("machine 127.0.0.1 login marker password marker\n")
    file:close()
    local output = child.run([[
      local http, server = require "mimecast.http", require "spec.support.server"
      local target = server.start()
      server.call(http.engine{ headers = {} }, { target }, { url = target.url, timeout = 5 })
      print(target.requests[1].head:lower():find("authorization") == nil)
    ]], { environment = { HOME = home } })
    os.remove(home .. "/.netrc")
    os.remove(home)
    assert.equal("true\nexit 0\n", output)
  end)
end)
