local core = require "mimecast.core"
local http = require "mimecast.http"
local server = require "spec.support.http.server"
local wires = require "spec.support.http.libcurl_harness"

describe("a prepared request", function()
  local wire = wires.new()

  before_each(wire.open)
  after_each(wire.close)

  local function prepare(target, more)
    local parts = { url = target.url .. "/x", headers = { "Content-Type", "application/json", "Accept", "*/*" },
      late = { "Authorization", "x-mc-date" } }
    for name, value in pairs(more or {}) do parts[name] = value end
    return assert(http.prepare(parts))
  end

  it("sends its late headers, then its constant headers", function()
    local target = wire.start()
    local prepared = prepare(target)
    wire.call { prepared = prepared, body = "{}", core.secret.new "MC key", "today" }
    assert.equal("POST /x HTTP/1.1\r\nHost: 127.0.0.1:" .. target.port .. "\r\n" ..
      "Authorization: MC key\r\nx-mc-date: today\r\n" ..
      "Content-Type: application/json\r\nAccept: */*\r\nAccept-Encoding: identity\r\n" ..
      "Content-Length: 2\r\n\r\n{}", target.requests[1].raw)
  end)

  it("is sent any number of times, side by side, each time with its own values", function()
    local target = wire.start()
    local prepared, ids = prepare(target), {}
    for i = 1, 20 do
      ids[i] = assert(wire.engine:submit { prepared = prepared, timeout = 5, body = "body " .. i, "key " .. i, "date " .. i })
    end
    server.drive(wire.engine, wire.servers, ids)
    local seen = {}
    for _, request in ipairs(target.requests) do
      local number = request.body:match "^body (%d+)$"
      local lines = ("\r\nAuthorization: key %s\r\nx-mc-date: date %s\r\n"):format(number, number)
      assert.truthy(request.head:find(lines, 1, true), request.head)
      seen[number] = true
    end
    for i = 1, 20 do assert.is_true(seen[tostring(i)]) end
  end)

  it("lives as long as a transfer uses it", function()
    local target = wire.start()
    local id = wire.engine:submit { prepared = prepare(target, { headers = { "X-Long", ("v"):rep(4000) } }), timeout = 5,
      core.secret.new(("k"):rep(4000)), "today" }
    for _ = 1, 3 do collectgarbage() end
    server.drive(wire.engine, wire.servers, { id })
    assert.truthy(target.requests[1].head:find("\r\nX-Long: " .. ("v"):rep(4000) .. "\r\n", 1, true))
    assert.truthy(target.requests[1].head:find("\r\nAuthorization: " .. ("k"):rep(4000) .. "\r\n", 1, true))
  end)

  it("belongs to no engine", function()
    local target = wire.start()
    local prepared = prepare(target)
    wire.call { prepared = prepared, "1", "1" }
    wire.new()
    wire.call { prepared = prepared, "2", "2" }
    assert.truthy(target.requests[2].head:find("\r\nAuthorization: 2\r\n", 1, true))
  end)

  it("keeps its method, and sends an empty late value as an empty header", function()
    local target = wire.start()
    wire.call { prepared = prepare(target, { method = "HEAD" }), "", "  " }
    assert.equal("HEAD", target.requests[1].method)
    assert.truthy(target.requests[1].head:find("\r\nAuthorization:\r\nx-mc-date:\r\n", 1, true), target.requests[1].head)
  end)

  it("asks for no content coding unless a constant or late header is Accept-Encoding", function()
    local target = wire.start()
    wire.call { prepared = prepare(target, { headers = {}, late = {} }) }
    wire.call { prepared = prepare(target, { headers = {}, late = { "accept-encoding" } }), "gzip" }
    assert.truthy(target.requests[1].head:find("\r\nAccept-Encoding: identity\r\n", 1, true))
    assert.truthy(target.requests[2].head:find("\r\naccept-encoding: gzip\r\n", 1, true))
    assert.is_nil(target.requests[2].head:find("identity", 1, true))
  end)

  describe("is rejected", function()
    local many = {}
    for i = 1, 99 do many[i] = "x-" .. i end
    for what, case in pairs {
      ["with an invalid URL"] = { { url = "http://example.com/" }, "plain http is allowed to loopback addresses only" },
      ["with an invalid method"] = { { method = "PO ST" }, "the method must be a token" },
      ["with an invalid header"] = { { headers = { "X-A", "a\nb" } }, "a header's value holds a control character" },
      ["with an invalid late name"] = { { late = { "X A" } }, "a header's name must be a token" },
      ["with a late name that is no text"] = { { late = { 5 } }, "neither text nor a secret" },
      ["with late names that are no list"] = { { late = "X-A" }, "late must be a list of names" },
      ["with more than 100 headers"] = { { headers = { "X-A", "1", "X-B", "2" }, late = many }, "more than 100 headers" },
    } do
      it(what, function()
        local parts = { url = "https://127.0.0.1:1/" }
        for name, value in pairs(case[1]) do parts[name] = value end
        local prepared, reason = http.prepare(parts)
        assert.is_nil(prepared)
        assert.truthy(reason:find(case[2], 1, true), reason)
      end)
    end

    it("by an error for arguments of the wrong type", function()
      local url = "https://127.0.0.1:1/"
      for _, parts in ipairs { {}, { url = {} }, { url = url, method = {} }, { url = url, connectTimeout = 0 } } do
        assert.is_false(pcall(http.prepare, parts))
      end
    end)
  end)

  it("sends nothing without valid late values", function()
    local target = wire.start()
    local prepared = prepare(target)
    for reason, values in pairs {
      ["a header is neither text nor a secret"] = { "only one" },
      ["a header's value holds a control character"] = { core.secret.new "a\r\nX-Evil: 1", "date" },
      ["a header is too long"] = { "key", ("x"):rep(8192) },
    } do
      local id, found = wire.engine:submit { prepared = prepared, values[1], values[2] }
      assert.is_nil(id)
      assert.equal(reason, found)
    end
    server.settle(wire.engine, wire.servers)
    assert.equal(0, #target.connections)
    wire.call { prepared = prepared, "key", "date" }
    assert.truthy(target.requests[1].head:find("\r\nAuthorization: key\r\n", 1, true))
  end)

  it("must be prepared by libcurl's transport", function()
    for _, other in ipairs { "text", {}, 5, core.secret.new "a" } do
      local ok, reason = pcall(wire.engine.submit, wire.engine, { prepared = other, url = "https://127.0.0.1:1/" })
      assert.is_false(ok)
      assert.truthy(reason:find("prepared must be a request that this transport has prepared", 1, true), reason)
    end
  end)
end)
