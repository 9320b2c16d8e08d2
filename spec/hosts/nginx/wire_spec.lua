-- Both transports inside nginx against a server that sends exact bytes: they return the same codes and outcomes.
local openresty = require "tools.openresty"
local shell = require "tools.shell"

-- The server reads a request and runs the action of its path.
local far_side = [[
  lua_shared_dict copies 1m;
  init_by_lua_block {
    acts = {}
    local function respond_with(text) return function(socket) socket:send(text) end end
    local ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    acts.ok = respond_with("HTTP/1.1 200 OK\r\nX-Request-ID: one\r\nX-REQUEST-ID: two\r\nSet-Cookie: a\r\n"
      .. "Content-Length: 2\r\n\r\nok")
    acts.close = function() end
    acts.slow = function() ngx.sleep(1) end
    acts.slow_body = function(socket) socket:send "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nPlanted" ngx.sleep(1) end
    acts.slow_rest = function(socket) socket:send "HTTP/1.1 200 OK\r\n\r\nPlanted" ngx.sleep(1) end
    local function drip(first, piece)
      return function(socket)
        socket:send(first)
        for _ = 1, 40 do
          if not socket:send(piece) then return end
          ngx.sleep(0.05)
        end
      end
    end
    acts.drip_head = drip("HTTP/1.1 200 OK\r\n", "X-A: b\r\n")
    acts.drip_body = drip("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", "x")
    acts.cut_head = respond_with "HTTP/1.1 200 OK\r\nX-A: b"
    acts.cut_body = respond_with "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nPlanted"
    acts.cut_chunk = respond_with "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nPlanted"
    acts.cut_chunks = respond_with "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nPlanted\r\n"
    local chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    acts.cut_end = respond_with(chunked .. "7\r\nPlanted\r\n0\r\n")
    acts.loose_chunk = respond_with(chunked .. "7\r\nPlantedXX0\r\n\r\n")
    acts.other_coding = respond_with "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n7\r\nPlanted\r\n0\r\n\r\n"
    acts.bad_chunk = respond_with "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nPlanted\r\n"
    acts.large = respond_with("HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n" .. ("x"):rep(3000))
    acts.large_rest = respond_with("HTTP/1.1 200 OK\r\n\r\n" .. ("x"):rep(3000))
    acts.large_chunks = respond_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" .. ("200\r\n" .. ("x"):rep(512)
      .. "\r\n"):rep(6) .. "0\r\n\r\n")
    acts.large_head = function(socket)
      socket:send "HTTP/1.1 200 OK\r\n"
      for i = 1, 200 do if not socket:send("X-" .. i .. ": " .. ("y"):rep(500) .. "\r\n") then return end end
    end
    acts.large_line = function(socket)
      socket:send "HTTP/1.1 200 OK\r\nX-A: "
      for _ = 1, 100 do if not socket:send(("y"):rep(50000)) then return end end
    end
    acts.large_trailer = function(socket)
      socket:send "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-A: "
      for _ = 1, 100 do if not socket:send(("y"):rep(50000)) then return end end
    end
    acts.trailers = respond_with("HTTP/1.1 200 OK\r\nX-Request-ID: head\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n"
      .. "X-Request-ID: trailer\r\nRetry-After: 9\r\nX-RateLimit-Remaining: 0\r\n\r\n")
    acts.encoded = respond_with "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok"
    acts.large_told = respond_with "HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\nPlanted"
    acts.bare = respond_with '{"meta":{"status":200}}'
    acts.same_lengths = respond_with "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok"
    acts.folded = respond_with "HTTP/1.1 200 OK\r\n X-Request-ID: a\r\nContent-Length: 2\r\n\r\nok"
    acts.greeting = respond_with "220 mail.example.com ESMTP ready\r\n"
    acts.no_field = respond_with "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nPlanted\r\nX-Request-ID: one\r\n\r\nok"
    acts.nul_field = respond_with "HTTP/1.1 200 OK\r\nX-Request-ID: a\0b\r\nContent-Length: 2\r\n\r\nok"
    acts.odd_status = respond_with "HTTP/1.1 2e2 OK\r\nContent-Length: 2\r\n\r\nok"
    acts.no_status = respond_with "PLANT1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    acts.switched = respond_with "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"
    acts.spaces = respond_with "HTTP/1.1 200 OK\r\nX-Request-ID: one \r\nContent-Length: 2 \t\r\n\r\nok"
    acts.negative = respond_with "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nPlanted"
    acts.redirect = respond_with "HTTP/1.1 307 Go\r\nLocation: https://elsewhere.example.com/\r\nContent-Length: 0\r\n\r\n"
    acts.empty = respond_with "HTTP/1.1 204 No Content\r\n\r\n"
    acts.rest = respond_with("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" .. ("z"):rep(900))
    acts.chunks = respond_with "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    acts.said_chunks = respond_with(chunked .. ("1;" .. ("x"):rep(100) .. "\r\nz\r\n"):rep(900) .. "0;x\r\n\r\n")
    acts.early = respond_with("HTTP/1.1 100 Continue\r\n\r\n" .. ok)
    acts.large_ok = respond_with("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" .. ("y"):rep(1000))
    -- Keeps the connection and closes it when the next request arrives.
    function acts.once(socket)
      socket:send(ok)
      socket:settimeout(5000)
      socket:receive "*l"
      ngx.shared.copies:incr("second", 1, 0)
    end
    -- Responds to the next request on the same connection.
    local function respond_next(socket)
      socket:settimeout(1000)
      repeat local line = socket:receive "*l" until not line or line == ""
      if not socket:receive(2) then return end
      ngx.shared.copies:incr("next", 1, 0)
      socket:send(ok)
    end
    function acts.trailer(socket)
      socket:send(chunked .. "3\r\nabc\r\n0\r\n")
      ngx.sleep(0.05)
      socket:send "X-Later: Planted\r\n\r\n"
      respond_next(socket)
    end
    function acts.two_lengths(socket)
      socket:send "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
      respond_next(socket)
    end
    function acts.body_of_204(socket)
      socket:send "HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n"
      ngx.sleep(0.05)
      socket:send "Planted"
      respond_next(socket)
    end
    -- Sends a second response after the first, and counts further requests on the connection.
    function acts.more(socket)
      socket:send(ok .. "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nPlanted")
      socket:settimeout(1000)
      if socket:receive "*l" then ngx.shared.copies:incr("after", 1, 0) end
    end
    function act()
      ngx.req.read_body()
      ngx.shared.copies:incr(ngx.var.uri, 1, 0)
      acts[ngx.var.uri:sub(2)](ngx.req.socket(true))
      ngx.exit(444)
    end
  }
]]

local far_locations = [[
  location / { content_by_lua_block { act() } }
  location = /echo {
    content_by_lua_block {
      ngx.req.read_body()
      ngx.print(ngx.req.raw_header(), ngx.req.get_body_data() or "")
    }
  }
  location = /copies { content_by_lua_block { ngx.print(ngx.shared.copies:get(ngx.var.arg_of) or 0) } }
]]

local near_side = [[
  client_max_body_size 4m;
  client_body_buffer_size 4m;
  lua_socket_log_errors off;
  init_by_lua_block {
    core, cjson = require "mimecast.core", require "cjson"
    local transports = {}
    function transport_of(asked)
      local key = asked.proxy or ""
      transports[key] = transports[key] or require("mimecast.transport").new({ runtime = {}, transport = "$NAME",
        maxResponseBytes = 1000,
        proxy = asked.proxy and core.secret.new(asked.proxy) or nil })
      return transports[key]
    end
  }
]]

local near_locations = [[
  location = /send {
    content_by_lua_block {
      ngx.req.read_body()
      local asked = cjson.decode(ngx.req.get_body_data())
      asked.headers = asked.headers or {}
      for i, value in ipairs(asked.headers) do
        if value == "SECRET" then asked.headers[i] = core.secret.new "revealed" end
      end
      if asked.secretBody then asked.body = core.secret.new(asked.secretBody) end
      local response, message, err = transport_of(asked):send(asked)
      if response then response = { status = response.status, body = response.body, headers = response.headers } end
      if err then err.text = tostring(err) end
      ngx.sleep(0.02) -- the server closes after most responses: the client must see it before the next request
      ngx.print(cjson.encode { response = response, message = message, err = err and setmetatable(err, nil) })
    }
  }
  location = /prepared {
    content_by_lua_block {
      ngx.req.read_body()
      local asked, prepared_request = cjson.decode(ngx.req.get_body_data()), require "mimecast.transport.prepared_request"
      local transport, bodies = transport_of(asked), {}
      local prepared = assert(prepared_request.new(transport, asked))
      for i, value in ipairs(asked.values) do
        local request = { prepared = prepared, timeout = 0.4, body = "body " .. i, core.secret.new(value), "id " .. i }
        local response, message = prepared_request.sender(transport)(transport, request)
        bodies[i] = response and response.body or message
      end
      ngx.print(cjson.encode(bodies))
    }
  }
]]

-- Path, and the result of `send`: category, code, outcome, status, retryable.
local failures = {
  { "close", "transport", "connection_lost", "unknown", nil, true },
  { "slow", "transport", "timeout", "unknown", nil, true },
  { "slow_body", "transport", "timeout", "unknown", 200, true },
  { "slow_rest", "transport", "timeout", "unknown", 200, true },
  { "drip_head", "transport", "timeout", "unknown", 200, true },
  { "drip_body", "transport", "timeout", "unknown", 200, true },
  { "cut_head", "protocol", "truncated", "unknown", 200, true },
  { "cut_body", "protocol", "truncated", "unknown", 200, true },
  { "cut_chunk", "protocol", "truncated", "unknown", 200, true },
  { "cut_chunks", "protocol", "truncated", "unknown", 200, true },
  { "bad_chunk", "protocol", "truncated", "unknown", 200, true },
  { "loose_chunk", "protocol", "truncated", "unknown", 200, true },
  { "cut_end", "protocol", "truncated", "unknown", 200, true },
  { "other_coding", "protocol", "not_http", "unknown", 200, false },
  { "large", "protocol", "too_large", "unknown", 200, false },
  { "large_told", "protocol", "too_large", "unknown", 200, false },
  { "bare", "protocol", "not_http", "unknown", nil, false },
  { "large_rest", "protocol", "too_large", "unknown", 200, false },
  { "large_chunks", "protocol", "too_large", "unknown", 200, false },
  { "large_head", "protocol", "too_large", "unknown", 200, false },
  { "large_line", "protocol", "too_large", "unknown", 200, false },
  { "large_trailer", "protocol", "too_large", "unknown", 200, false },
  { "greeting", "protocol", "not_http", "unknown", nil, false },
  { "folded", "protocol", "not_http", "unknown", 200, false },
  { "negative", "protocol", "not_http", "unknown", 200, false },
  { "no_field", "protocol", "not_http", "unknown", 200, false },
  { "nul_field", "protocol", "not_http", "unknown", 200, false },
  { "odd_status", "protocol", "not_http", "unknown", nil, false },
  { "no_status", "protocol", "not_http", "unknown", nil, false },
}

local responses = {
  { "ok", 200, "ok", { ["x-request-id"] = "two" } },
  { "redirect", 307, "", { location = "https://elsewhere.example.com/" } },
  { "empty", 204, "", {} },
  { "rest", 200, ("z"):rep(900), {} },
  { "chunks", 200, "abcde", {} },
  { "said_chunks", 200, ("z"):rep(900), {} },
  { "early", 200, "ok", {} },
  { "spaces", 200, "ok", { ["x-request-id"] = "one" } },
  { "same_lengths", 200, "ok", {} },
  { "trailers", 200, "ok", { ["x-request-id"] = "head", ["retry-after"] = false, ["x-ratelimit-remaining"] = false } },
  { "encoded", 200, "ok", { ["content-encoding"] = "gzip" } },
  { "large_ok", 200, ("y"):rep(1000), {} },
}

local function describe_transport(name, resty)
  describe("over " .. name .. " inside nginx,", function()
    local far, host

    setup(function()
      far = openresty.start { http = far_side, server = far_locations }
      host = openresty.start { resty = resty, server = near_locations, http = near_side:gsub("%$NAME", name) }
    end)
    teardown(function()
      if host then host:stop() end
      if far then far:stop() end
    end)

    local function send(path, more)
      local request = { method = "POST", url = far.url .. path, body = "{}", timeout = 0.4, connectTimeout = 0.4 }
      for field, value in pairs(more or {}) do request[field] = value end
      return host:ask("/send", request)
    end

    for _, case in ipairs(failures) do
      it("the response " .. case[1] .. " gives " .. case[3], function()
        local got = send("/" .. case[1])
        assert.is_nil(got.response)
        local err = got.err
        assert.same({ case[2], case[3], case[4] or "none", case[5] or "none", case[6] },
          { err.category, err.code, err.outcome or "none", err.status or "none", err.retryable })
        assert.equal(err.text, got.message)
        assert.is_nil(got.message:find("Planted", 1, true))
      end)
    end

    for _, case in ipairs(responses) do
      it("the response " .. case[1] .. " is returned", function()
        local got = send("/" .. case[1])
        assert.is_nil(got.message)
        assert.same({ case[2], case[3] }, { got.response.status, got.response.body })
        for header, value in pairs(case[4]) do assert.equal(value, got.response.headers[header] or false) end
      end)
    end

    it("too_large names the part of the response", function()
      for kind, text in pairs { large = "the response is too large (status 200) (raise maxResponseBytes",
        large_head = "the head of the response is too large (status 200) (the limit is 64 KiB",
        large_trailer = "the trailer of the response is too large (status 200)" } do
        local message = send("/" .. kind).message
        assert.equal(text, message:sub(1, #text))
      end
    end)

    it("Accept-Encoding is identity, unless the request sets it", function()
      local function asked(more) return send("/echo", more).response.body:lower():match "\r\naccept%-encoding: ([^\r]*)\r\n" end
      assert.equal("identity", asked())
      assert.equal("gzip", asked { headers = { "accept-Encoding", "gzip" } })
    end)

    it("all headers are returned, by lower-case name", function()
      local response = send("/ok").response
      assert.same({ ["x-request-id"] = "two", ["set-cookie"] = "a", ["content-length"] = "2" }, response.headers)
    end)

    it("the request is sent unchanged, with secrets revealed", function()
      local body = send("/echo?a=b%20c", { secretBody = "body", headers = { "X-One", "SECRET", "X-Two", "b" } }).response.body
      assert.equal("POST /echo?a=b%20c HTTP/1.1", body:match "^[^\r]*")
      assert.truthy(body:find("\r\nX-One: revealed\r\n", 1, true), body)
      assert.truthy(body:find("\r\nX-Two: b\r\n", 1, true), body)
      assert.truthy(body:find("\r\nContent-Length: 4\r\n", 1, true), body)
      assert.truthy(body:find("\r\n\r\nbody$"), body)
      assert.equal("GET", send("/echo", { method = "GET", body = "" }).response.body:match "^%u+")
    end)

    it("a prepared request is sent with the values of each request", function()
      local bodies = host:ask("/prepared", { method = "PUT", url = far.url .. "/echo?a=b", headers = { "X-Constant", "c" },
        late = { "Authorization", "X-Id" }, connectTimeout = 0.4, values = { "one", "two", "a\nb" } })
      for i, value in ipairs { "one", "two" } do
        local body = bodies[i]
        assert.equal("PUT /echo?a=b HTTP/1.1", body:match "^[^\r]*")
        for _, line in ipairs { "Authorization: " .. value, "X-Id: id " .. i, "X-Constant: c", "Accept-Encoding: identity" } do
          assert.truthy(body:find("\r\n" .. line .. "\r\n", 1, true), body)
        end
        assert.truthy(body:find("\r\n\r\nbody " .. i .. "$"), body)
      end
      assert.equal("a header's value holds a control character", bodies[3])
    end)

    it("an invalid request is an error of usage, and is not sent", function()
      for _, more in ipairs { { url = "http://example.com/" }, { url = "gopher://x" }, { headers = { "x", "a\r\nb" } },
        { headers = { "a b", "c" } }, { headers = { "a" } }, { method = "P T" }, { body = ("x"):rep(1048577) } } do
        local err = send("/never", more).err
        assert.same({ "usage", "invalid_request" }, { err.category, err.code })
      end
      assert.equal("0", far:get "/copies?of=/never")
    end)

    it("a refused connection is connect_failed, and nothing was sent", function()
      local err = send("/", { url = "http://127.0.0.1:" .. shell.free_port() .. "/" }).err
      assert.same({ "transport", "connect_failed", true }, { err.category, err.code, err.retryable })
      assert.is_nil(err.outcome)
    end)

    it("a server without TLS gives a TLS error, and nothing was sent", function()
      local err = send("/", { url = far.url:gsub("^http", "https") }).err
      assert.same({ "transport", "tls_error", false }, { err.category, err.code, err.retryable })
      assert.is_nil(err.outcome)
    end)

    it("a request on an idle connection that closes is lost, and sent once", function()
      assert.equal("ok", send("/once").response.body)
      local err = send("/once").err
      assert.same({ "connection_lost", "unknown" }, { err.code, err.outcome })
      assert.same({ "1", "1" }, { (far:get "/copies?of=second"), (far:get "/copies?of=/once") })
    end)

    it("a connection with bytes after the response is not reused", function()
      assert.equal("ok", send("/more").response.body)
      assert.equal("ok", send("/ok").response.body)
      assert.equal("0", (far:get "/copies?of=after"))
    end)

    it("a late trailer belongs to the response before it", function()
      assert.equal("abc", send("/trailer").response.body)
      assert.equal("ok", send("/ok").response.body)
      assert.equal("1", (far:get "/copies?of=next"))
    end)

    -- libcurl reuses such a connection, and waits after a 101.
    if name == "resty" then
      it("a change of protocol is not_http", function()
        local err = send("/switched").err
        assert.same({ "not_http", "unknown", 101 }, { err.code, err.outcome, err.status })
      end)

      it("a connection is not reused if the end of the response is ambiguous", function()
        local before = far:get "/copies?of=next"
        assert.equal("ok", send("/two_lengths").response.body)
        assert.equal("ok", send("/ok").response.body)
        assert.equal(204, send("/body_of_204").response.status)
        assert.equal("ok", send("/ok").response.body)
        assert.equal(before, (far:get "/copies?of=next"))
      end)
    end

    -- The server is no proxy: it rejects CONNECT.
    it("a proxy that rejects CONNECT gives proxy_denied, without its password", function()
      local proxy = far.url:gsub("//", "//user:PlantedWord@")
      local got = send("/", { url = "https://gateway.example.com/", proxy = proxy })
      assert.same({ "transport", "proxy_denied", false }, { got.err.category, got.err.code, got.err.retryable })
      assert.is_nil(got.err.outcome)
      assert.is_nil(got.message:find("Planted", 1, true))
      got = send("/", { url = "https://gateway.example.com/", proxy = proxy:gsub("^http://", "") })
      assert.equal("proxy_denied", got.err.code, got.message)
      assert.is_nil(got.message:find("Planted", 1, true))
      got = send("/", { url = "https://gateway.example.com/", proxy = "http://user:PlantedWord@127.0.0.1:"
        .. shell.free_port() })
      assert.equal("connect_failed", got.err.code)
      assert.is_nil(got.message:find("Planted", 1, true))
    end)

    it("a plain request to loopback bypasses the proxy", function()
      assert.equal("ok", send("/ok", { proxy = "http://127.0.0.1:1" }).response.body)
    end)

    it("the log has no secret and no Lua error", function()
      assert.is_nil(host:log():find("%[error%]%C*lua"), host:log())
      assert.is_nil(host:log():find("Planted", 1, true))
    end)
  end)
end

openresty.each_transport(describe_transport, pending, "over resty inside nginx")
