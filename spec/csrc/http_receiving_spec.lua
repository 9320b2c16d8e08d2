local core = require "mimecast.core"
local http = require "mimecast.http"
local server = require "spec.support.http.server"
local shell = require "tools.shell"
local wires = require "spec.support.http.libcurl_harness"

local CONNECT_REFUSED, TIMED_OUT, EMPTY_REPLY, PARTIAL, WRITE_REFUSED, WEIRD_REPLY, UNSUPPORTED = 7, 28, 52, 18, 23, 8, 1

describe("the HTTP engine", function()
  local wire = wires.new()
  local start, new, call, responding = wire.start, wire.new, wire.call, wire.responding

  before_each(wire.open)
  after_each(wire.close)

  describe("does not follow redirects:", function()
    for _, status in ipairs{ 301, 302, 303, 307, 308 } do
      it(("returns the %d, and sends nothing to the other server"):format(status), function()
        local elsewhere = start()
        local target = start(function(connection)
          connection:respond(status, "moved", "Location: " .. elsewhere.url .. "/elsewhere\r\n")
        end)
        local response = call{ url = target.url, body = '{"password":"hunter2"}', headers = { "Authorization", "MC a:b" } }
        server.settle(wire.engine, wire.servers)
        assert.equal(status, response.status)
        assert.equal("moved", response.body)
        assert.equal(elsewhere.url .. "/elsewhere", response.headers.location)
        assert.equal(0, #elsewhere.connections)
        assert.equal(1, #target.requests)
      end)
    end
  end)

  for _, line in ipairs { "HTTP/2 011 OK", "HTTP/2001127.01", "HTTP/1.1 099 X" } do
    it("rejects a response without an HTTP status: " .. line, function()
      local target = responding(line .. "\r\nContent-Length: 2\r\n\r\n{}", true)
      local response, failure = call{ url = target.url }
      assert.is_nil(response)
      assert.is_true(failure.sent)
      assert.is_true(failure.curl == WEIRD_REPLY or failure.curl == UNSUPPORTED, failure.reason)
    end)
  end

  describe("limits the response:", function()
    it("aborts a chunked body at the limit, unlike CURLOPT_MAXFILESIZE", function()
      new{ maxResponseBytes = 1000 }
      local chunk = ("%x\r\n%s\r\n"):format(400, ("x"):rep(400))
      local target = responding("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" .. chunk:rep(50))
      local response, failure = call{ url = target.url }
      assert.is_nil(response)
      assert.equal("body", failure.tooLarge)
      assert.is_true(failure.sent)
      assert.equal(WRITE_REFUSED, failure.curl)
      assert.equal(200, failure.status)
      assert.is_true(#failure.body <= 1000)
    end)

    it("aborts a body with a length at the limit", function()
      new{ maxResponseBytes = 1000 }
      local target = responding("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" .. ("x"):rep(1001))
      local response, failure = call{ url = target.url }
      assert.is_nil(response)
      assert.equal("body", failure.tooLarge)
      assert.is_true(#failure.body <= 1000)
    end)

    it("aborts a body without a length at the limit", function()
      new{ maxResponseBytes = 1000 }
      local target = responding("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" .. ("x"):rep(100000), true)
      local response, failure = call{ url = target.url }
      assert.is_nil(response)
      assert.equal("body", failure.tooLarge)
    end)

    it("accepts a body of exactly the limit, with a length and chunked", function()
      new{ maxResponseBytes = 1000 }
      local full = ("x"):rep(1000)
      local target = responding("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" .. full)
      assert.equal(full, call{ url = target.url }.body)
      target = responding("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" .. full .. "\r\n0\r\n\r\n")
      assert.equal(full, call{ url = target.url }.body)
    end)

    it("has a default limit of 10 MiB, and receives a large body below it", function()
      local large = ("0123456789abcdef"):rep(65536 * 4) -- 4 MiB
      local target = start(function(connection) connection:respond(200, large) end)
      local response = call{ url = target.url }
      assert.equal(#large, #response.body)
      assert.is_true(large == response.body)
      local over = responding("HTTP/1.1 200 OK\r\nContent-Length: 10485761\r\n\r\n" .. ("x"):rep(10485761))
      local none, failure = call{ url = over.url }
      assert.is_nil(none)
      assert.equal("body", failure.tooLarge)
    end)

    it("aborts a head over 64 KiB", function()
      local line = "X-Filler: " .. ("x"):rep(1000) .. "\r\n"
      local target = responding("HTTP/1.1 200 OK\r\n" .. line:rep(70) .. "Content-Length: 0\r\n\r\n")
      local response, failure = call{ url = target.url }
      assert.is_nil(response)
      assert.equal("head", failure.tooLarge)
      target = responding("HTTP/1.1 200 OK\r\n" .. line:rep(60) .. "Content-Length: 0\r\n\r\n")
      assert.equal(200, call{ url = target.url }.status)
    end)

    -- libcurl reports "no memory" for a head over its limit.
    it("reports a head line of 5 MB as a large head", function()
      local target = responding("HTTP/1.1 200 OK\r\nX-Filler: " .. ("x"):rep(5000000) .. "\r\nContent-Length: 0\r\n\r\n")
      local response, failure = call{ url = target.url }
      assert.is_nil(response)
      assert.same({ "head", true }, { failure.tooLarge, failure.sent })
    end)

    it("reports a long trailer as a large trailer", function()
      local target = responding("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Filler: "
        .. ("x"):rep(100000) .. "\r\n\r\n")
      local response, failure = call{ url = target.url }
      assert.is_nil(response)
      assert.same({ "trailer", true }, { failure.tooLarge, failure.sent })
    end)

    it("receives the next response on the handle of an aborted transfer", function()
      new{ maxResponseBytes = 10 }
      local target = start(function(connection, request)
        connection:respond(200, request.path == "/large" and ("x"):rep(100) or "small")
      end)
      assert.is_nil((call{ url = target.url .. "/large" }))
      assert.equal("small", call{ url = target.url .. "/small" }.body)
    end)

    it("rejects an invalid limit", function()
      for _, cap in ipairs{ 0, -1, 0.5, 2 ^ 40, 0 / 0 } do
        assert.is_false((pcall(http.engine, { maxResponseBytes = cap })))
      end
    end)
  end)

  describe("reports a failure:", function()
    it("connection refused: not sent", function()
      local response, failure = call{ url = "http://127.0.0.1:" .. shell.free_port() .. "/" }
      assert.is_nil(response)
      assert.equal(CONNECT_REFUSED, failure.curl)
      assert.is_false(failure.sent)
      assert.is_nil(failure.tooLarge)
      assert.equal(0, failure.status)
      assert.equal("", failure.body)
      assert.truthy(#failure.reason > 0)
    end)

    it("no response before the deadline: sent", function()
      local target = start(function() end)
      local response, failure = call{ url = target.url, body = "x", timeout = 0.05 }
      assert.is_nil(response)
      assert.equal(TIMED_OUT, failure.curl)
      assert.is_true(failure.sent)
      assert.equal(1, #target.requests)
    end)

    it("no end of the response before the deadline: sent, with the partial response", function()
      local target = responding("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
      local response, failure = call{ url = target.url, timeout = 0.1 }
      assert.is_nil(response)
      assert.equal(TIMED_OUT, failure.curl)
      assert.equal("12345", failure.body)
      assert.equal(200, failure.status)
    end)

    it("connection closed without a response: sent", function()
      local target = start(function(connection) connection:close() end)
      local response, failure = call{ url = target.url, body = "x" }
      assert.is_nil(response)
      assert.equal(EMPTY_REPLY, failure.curl)
      assert.is_true(failure.sent)
      assert.equal(1, #target.requests)
    end)

    it("body shorter than its length: sent, with the partial body and the status", function()
      local target = responding("HTTP/1.1 429 X\r\nContent-Length: 100\r\nRetry-After: 7\r\n\r\n{\"meta\"", true)
      local response, failure = call{ url = target.url }
      assert.is_nil(response)
      assert.equal(PARTIAL, failure.curl)
      assert.is_true(failure.sent)
      assert.equal(429, failure.status)
      assert.equal('{"meta"', failure.body)
      assert.equal("7", failure.headers["retry-after"])
    end)

    it("first line that is folded: sent, on a handle that has received headers before", function()
      local ok = "HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nok"
      local folded = "HTTP/1.1 200 OK\r\n X-A: 2\r\nContent-Length: 2\r\n\r\nok"
      local long = folded:gsub("OK", ("A"):rep(20000)) -- libcurl passes it on in pieces
      local lower = folded:gsub("HTTP", "http") -- libcurl 7.88 takes it for a status
      for _, bytes in ipairs{ folded, "HTTP/1.1 100 Continue\r\n\r\n" .. folded, (folded:gsub(" X%-A", "\tX-A")), long,
        lower } do
        local target = start(function(connection) connection:send(connection.requests % 2 == 1 and ok or bytes) end)
        for _ = 1, 2 do
          assert.equal("ok", call{ url = target.url }.body)
          local response, failure = call{ url = target.url }
          assert.is_nil(response)
          assert.equal(WEIRD_REPLY, failure.curl)
          assert.equal("the response begins with a folded header", failure.reason)
          assert.is_true(failure.sent)
        end
      end
    end)

    it("no status of the previous response on the handle, if there is no response", function()
      local target = start(function(connection)
        if connection.requests == 1 then connection:respond(429, "first") else connection:close() end
      end)
      assert.equal(429, call{ url = target.url }.status)
      local _, failure = call{ url = target.url }
      assert.equal(0, failure.status)
      assert.same({}, failure.headers)
    end)

    it("chunked body without its last chunk: sent, with the partial body and the status", function()
      local target = responding("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n", true)
      local response, failure = call{ url = target.url }
      assert.is_nil(response)
      assert.equal(PARTIAL, failure.curl)
      assert.is_true(failure.sent)
      assert.equal(200, failure.status)
      assert.equal('{"a":', failure.body)
    end)

    it("invalid chunk length", function()
      local target = responding("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n", true)
      local response, failure = call{ url = target.url }
      assert.is_nil(response)
      assert.is_true(failure.sent)
    end)

    it("head without its end", function()
      for _, case in ipairs{
        { "HTTP/1.1 200 OK", EMPTY_REPLY },
        { "HTTP/1.1 200 OK\r\n", PARTIAL },
        { "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", PARTIAL },
        { "HTTP/1.1 204 No Content\r\nX-A: 1\r\n", PARTIAL },
        { "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX-A", PARTIAL },
      } do
        local target = responding(case[1], true)
        local response, failure = call{ url = target.url }
        assert.is_nil(response)
        assert.equal(case[2], failure.curl)
        assert.is_true(failure.sent)
      end
    end)

    it("interim response only", function()
      local target = responding("HTTP/1.1 100 Continue\r\n\r\n", true)
      local response, failure = call{ url = target.url }
      assert.is_nil(response)
      assert.is_true(failure.sent)
    end)

    it("bytes that are not HTTP", function()
      for _, bytes in ipairs{ "SSH-2.0-OpenSSH\r\n", "\0\0\0\0", "<html></html>", "HTTP/9.9 200 OK\r\n\r\n" } do
        local target = responding(bytes, true)
        local response, failure = call{ url = target.url }
        assert.is_nil(response)
        assert.is_true(failure.sent)
        assert.is_true(failure.curl > 0)
      end
    end)

    it("not TLS: nothing of the request is sent", function()
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

  describe("reads a response", function()
    it("with its status, body and headers", function()
      local target = responding("HTTP/1.1 418 Binding Expired\r\nX-A: 1\r\nContent-Length: 2\r\n\r\n{}")
      local response, failure = call{ url = target.url }
      assert.is_nil(failure)
      assert.same({ ["x-a"] = "1", ["content-length"] = "2" }, response.headers)
      assert.same({ status = 418, body = "{}", headers = response.headers }, response)
    end)

    it("whose headers are made of the bytes of its own head only", function()
      local target = responding("HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 0\r\n\r\n")
      for _, other in ipairs{ "X-A: 2\r\n", io.stdout, core.secret.new "X-A: 2\r\n", {} } do
        local response = call{ url = target.url }
        response.head = other
        assert.is_nil(response.headers)
      end
    end)

    it("with the headers in any case under lower-case names", function()
      local target = responding("HTTP/1.1 200 OK\r\nX-RateLimit-Limit: 50\r\nRETRY-AFTER:  7 \r\n" ..
        "Date:Tue, 24 Nov 2015 12:50:11 GMT\r\nContent-Length: 0\r\n\r\n")
      assert.same({
        ["x-ratelimit-limit"] = "50", ["retry-after"] = "7", date = "Tue, 24 Nov 2015 12:50:11 GMT", ["content-length"] = "0",
      }, call{ url = target.url }.headers)
    end)

    it("whose headers stay as they are when they are read again, and can be set", function()
      local target = responding("HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 0\r\n\r\n")
      local response = call{ url = target.url }
      response.headers["x-a"] = "changed"
      assert.equal("changed", response.headers["x-a"])
      assert.is_nil(response.trailers)
      response = call{ url = target.url }
      response.headers = "mine"
      assert.equal("mine", response.headers)
    end)

    describe("with the numbers of lists of headers:", function()
      local function numbers(head)
        new{ numbers = { { "x-limit", "x-other-limit" }, { "x-left" } } }
        local target = responding("HTTP/1.1 200 OK\r\n" .. head .. "Content-Length: 0\r\n\r\n")
        local response = call{ url = target.url }
        return { response[1], response[2], response[3] }
      end

      for what, case in pairs {
        ["both"] = { "X-Limit: 800\r\nX-LEFT:  0 \r\n", { 800, 0 } },
        ["false for none"] = { "X-Left: 123456789012345\r\n", { false, 123456789012345 } },
        ["none at all"] = { "", { false, false } },
        ["the first header of a list, wherever it stands"] = { "x-other-limit: 1\r\nx-limit: 2\r\nx-other-limit: 3\r\n",
          { 2, false } },
        ["the next header of a list"] = { "x-other-limit: 1\r\n", { 1, false } },
        ["the last of repeated headers"] = { "x-limit: 1\r\nx-limit: 2\r\n", { 2, false } },
        ["no number of a longer or shorter name"] = { "x-limits: 1\r\nx-limi: 2\r\n", { false, false } },
        ["none of all if one is not made of digits"] = { "x-limit: 1\r\nx-left: 1.5\r\n", {} },
        ["none of all if one is empty"] = { "x-limit:\r\nx-left: 1\r\n", {} },
        ["none of all if one has a sign"] = { "x-limit: -1\r\n", {} },
        ["none of all if one is too long"] = { "x-limit: 1234567890123456\r\n", {} },
      } do
        it(what, function() assert.same(case[2], numbers(case[1])) end)
      end

      it("not of a trailer or an interim response", function()
        new{ numbers = { { "x-limit" } } }
        local target = responding("HTTP/1.1 100 Continue\r\nX-Limit: 1\r\n\r\nHTTP/1.1 200 OK\r\n" ..
          "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Limit: 2\r\n\r\n")
        assert.is_false(call{ url = target.url }[1])
      end)
    end)

    it("with the last of a repeated header", function()
      local target = responding("HTTP/1.1 200 OK\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 0\r\n\r\n")
      assert.equal("2", call{ url = target.url }.headers["x-a"])
    end)

    it("with an empty header as an empty text", function()
      local target = responding("HTTP/1.1 200 OK\r\nX-A:\r\nContent-Length: 0\r\n\r\n")
      assert.equal("", call{ url = target.url }.headers["x-a"])
    end)

    it("after an interim 100, whose headers do not count", function()
      local target = responding("HTTP/1.1 100 Continue\r\nX-A: interim\r\n\r\n" ..
        "HTTP/1.1 200 OK\r\nX-B: final\r\nContent-Length: 2\r\n\r\nok")
      local response = call{ url = target.url, body = "x" }
      assert.equal(200, response.status)
      assert.equal("ok", response.body)
      assert.same({ ["x-b"] = "final", ["content-length"] = "2" }, response.headers)
    end)

    it("of HTTP/1.0, which ends with the connection", function()
      local target = responding("HTTP/1.0 200 OK\r\n\r\nold but whole", true)
      assert.equal("old but whole", call{ url = target.url }.body)
    end)

    it("with trailers, but no headers", function()
      local target = responding("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n")
      assert.equal("ok", call{ url = target.url }.body)
      target = responding("HTTP/1.1 204 No Content\r\n\r\n")
      assert.equal(204, call{ url = target.url }.status)
      target = responding("HTTP/1.1 200 OK\nContent-Length: 2\n\nok")
      assert.equal("ok", call{ url = target.url }.body)
    end)

    it("without the fields of its trailer", function()
      for _, body in ipairs{ "2\r\nok\r\n", "" } do
        local target = responding("HTTP/1.1 200 OK\r\nX-A: head\r\nTransfer-Encoding: chunked\r\n\r\n" .. body
          .. "0\r\nX-A: trailer\r\nX-B: trailer\r\nHTTP/1.1 503 X: trailer\r\n\r\n")
        local response = call{ url = target.url }
        assert.equal(200, response.status)
        assert.same({ ["x-a"] = "head", ["transfer-encoding"] = "chunked" }, response.headers)
      end
    end)

    it("that arrives byte by byte", function()
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

    it("with an unchanged body, even if it is compressed", function()
      local body = "\31\139\8\0" .. ("\0\255"):rep(20)
      local target = start(function(connection) connection:respond(200, body, "Content-Encoding: gzip\r\n") end)
      assert.equal(body, call{ url = target.url }.body)
    end)
  end)
end)
