-- Kept connections with unread input: bytes that belong to no request, or the end of the connection.
local certificates = require "tools.certificates"
local http = require "mimecast.http"
local openresty = require "tools.openresty"
local server = require "spec.support.http.server"
local shell = require "tools.shell"
local socket = require "socket"
local stray_server = require "spec.support.http.stray_server"
local wires = require "spec.support.http.libcurl_harness"

local stray = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray"
local timeout = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

describe("the HTTP engine, on a kept connection,", function()
  local wire = wires.new()
  local start, call = wire.start, wire.call

  before_each(wire.open)
  after_each(wire.close)

  local function settle() server.settle(wire.engine, wire.servers) end

  -- A server that responds with the path of the request.
  local function echo()
    return start(function(connection, request) connection:respond(200, request.path) end)
  end

  for name, bytes in pairs { ["a second 200"] = stray, ["a 408"] = timeout, ["a single byte"] = "\n" } do
    it("does not take " .. name .. " that arrived meanwhile for the response", function()
      local target = echo()
      assert.equal("/ann", call { url = target.url .. "/ann" }.body)
      target.connections[1]:send(bytes)
      settle()
      assert.equal("/bob", call { url = target.url .. "/bob" }.body)
      assert.equal("/eve", call { url = target.url .. "/eve" }.body)
      assert.same({ 1, 2 }, { target.connections[1].requests, target.connections[2].requests })
      assert.equal(2, #target.connections)
      assert.is_true(target.connections[1].lost)
    end)
  end

  it("silently replaces a connection that the server closed", function()
    local target = echo()
    for _ = 1, 5 do
      assert.equal("/ann", call { url = target.url .. "/ann" }.body)
      target.connections[#target.connections]:close()
      settle()
    end
    assert.equal(5, #target.connections)
    assert.equal(5, #target.requests)
  end)

  it("reuses it if nothing waits to be read", function()
    local target = echo()
    for _ = 1, 20 do call { url = target.url .. "/ann" } end
    assert.equal(1, #target.connections)
  end)

  it("checks the connection that is used", function()
    local quiet, noisy = echo(), echo()
    call { url = quiet.url .. "/ann" }
    call { url = noisy.url .. "/ann" }
    noisy.connections[1]:send(stray)
    settle()
    assert.equal("/bob", call { url = quiet.url .. "/bob" }.body)
    assert.same({ 1, 1 }, { #quiet.connections, #noisy.connections })
    assert.equal("/bob", call { url = noisy.url .. "/bob" }.body)
    assert.same({ 1, 2 }, { #quiet.connections, #noisy.connections })
  end)

  it("keeps the deadline of a request that restarts on a new connection", function()
    local silent = false
    local target = start(function(connection, request)
      if not silent then connection:respond(200, request.path) end
    end)
    call { url = target.url .. "/ann" }
    target.connections[1]:send(stray)
    settle()
    silent = true
    local response, failure = call { url = target.url .. "/bob", timeout = 0.05 }
    assert.is_nil(response)
    assert.same({ 28, true }, { failure.curl, failure.sent })
    assert.equal(2, #target.connections)
  end)

  it("reports a request as not sent if no new connection can be opened", function()
    local target = echo()
    call { url = target.url .. "/ann" }
    target.connections[1]:send(stray)
    settle()
    target.socket:close()
    local response, failure = call { url = target.url .. "/bob" }
    assert.is_nil(response)
    assert.same({ 7, false }, { failure.curl, failure.sent })
    assert.equal(1, #target.requests)
    target.socket = server.start().socket -- to be closed at the end
  end)

  it("sends a request once even if the connection dies", function()
    local target = start(function(connection, request)
      if request.path == "/bob" then connection:close() else connection:respond(200, request.path) end
    end)
    call { url = target.url .. "/ann" }
    target.connections[1]:send(stray)
    settle()
    for _ = 1, 2 do
      local response, failure = call { url = target.url .. "/bob" }
      assert.is_nil(response)
      assert.is_true(failure.sent)
    end
    assert.equal(2, target:copies "/bob")
  end)

  it("sends nothing once connections are reset; in-flight requests get their responses", function()
    local held
    local target = start(function(connection, request)
      if request.path == "/held" then held = connection else connection:respond(200, request.path) end
    end)
    call { url = target.url .. "/ann" }
    local id = wire.engine:submit { url = target.url .. "/held", timeout = 5 }
    for _ = 1, 500 do
      if held then break end
      settle()
    end
    wire.engine:reset_connections()
    assert.equal("/bob", call { url = target.url .. "/bob" }.body)
    held:respond(200, "late")
    assert.equal("late", server.drive(wire.engine, wire.servers, { id })[id][1].body)
    assert.equal(2, #target.connections)
    assert.equal(1, target.connections[2].requests)
  end)
end)

describe("the HTTP engine, on a kept TLS connection,", function()
  local far, engine

  setup(function()
    far = stray_server.start()
    engine = http.engine { caFile = far.ca }
  end)
  teardown(function()
    engine:close()
    far:stop()
  end)

  local function call(path)
    local response, failure = server.call(engine, {}, { url = far.tls .. path, timeout = 5 })
    if not response then error(failure.reason) end
    return response.body
  end

  for _, kind in ipairs(stray_server.kinds) do
    it("does not take what came " .. kind.text .. " for the response", function()
      for _, name in ipairs { "ann", "bob", "eve" } do
        assert.equal(name, call("/" .. kind.name .. "/" .. name))
        socket.sleep(kind.wait)
      end
    end)
  end

  it("reuses it if nothing waits to be read", function()
    engine:reset_connections()
    local before = far:connections()
    for _ = 1, 20 do assert.equal("ann", call "/quiet/ann") end
    assert.equal(before + 1, far:connections())
  end)
end)

-- Over HTTP/2 nginx reports which requests it has not processed, but libcurl does not pass that on.
describe("the HTTP engine, with a server that ends each connection after a few requests,", function()
  it("loses none of 300 POSTs, 32 in flight", function()
    local folder = shell.make_folder()
    local files, port = certificates.make(folder), shell.free_port()
    local far = openresty.start {
      http = ('ssl_certificate "%s"; ssl_certificate_key "%s";'):format(files.good.certificate, files.good.key),
      server = ("listen 127.0.0.1:%d ssl http2; keepalive_requests 7; location / { return 200 'ok'; }"):format(port),
    }
    local engine = http.engine { caFile = files.ca }
    local url, sent, lost, done = "https://localhost:" .. port, 0, {}, 0
    local function submit()
      sent = sent + 1
      assert(engine:submit { url = url, body = "{}", timeout = 20 })
    end
    for _ = 1, 32 do submit() end
    while done < sent do
      engine:step(1)
      local id, response, failure = engine:collect()
      while id do
        done = done + 1
        if not response then lost[#lost + 1] = failure.reason end
        if sent < 300 then submit() end
        id, response, failure = engine:collect()
      end
    end
    engine:close()
    far:stop()
    shell.remove_folder(folder)
    assert.same({}, lost)
    assert.equal(300, done)
  end)
end)
