local bare_client = require "spec.support.http.bare_client"
local certificates = require "tools.certificates"
local curl_cli_transport = require "spec.support.http.curl_cli_transport"
local json = require "mimecast.json"
local sandbox = require "mimecast.sandbox"
local shell = require "tools.shell"
local socket = require "socket"

local change = '{"data":[{"emailAddress":"ann@example.com","allowPop":true}]}'

local function start(options)
  options = options or {}
  options.transport = curl_cli_transport.new()
  return sandbox.start(options)
end

local function exists(path)
  local file = io.open(path, "r")
  if file then file:close() end
  return file ~= nil
end

-- A process that ended but that its parent has not collected is gone as far as anybody is concerned.
local function runs(pid)
  local text = shell.read("/proc/" .. pid .. "/status")
  return text ~= nil and not text:find("State:%s+Z")
end

describe("sandbox behind nginx", function()
  local tenant, call

  setup(function()
    tenant = assert(start())
    call = bare_client.new(tenant, curl_cli_transport.new())
  end)

  teardown(function() tenant:stop() end)

  before_each(function()
    tenant:reset()
    call.token = nil
  end)

  it("accepts tokens and applies changes, as its control path shows", function()
    local response = call:v2(change)
    assert.equal(200, response.status)
    assert.is_true(tenant:user("ann@example.com").allowPop)
    assert.equal(1, tenant:applied("ann@example.com"))
    assert.equal(1, tenant:tokens())
    assert.equal("1", tostring(tenant:count("/oauth/token")))
    assert.equal(change, tenant:requests()[2].body)
    assert.is_nil(tenant:user("nobody@example.com"))
  end)

  it("serves its page to a browser on this machine, and to the host name of the option host", function()
    local named = assert(start { host = "tenant.test" })
    local function status(of, host)
      return shell.output(("curl -s -o /dev/null -w '%%{http_code}' -H 'Accept: text/html' -H 'Host: %s' %s"):format(host,
        of.pageUrl))
    end
    assert.same({ "200", "200", "403", "403" }, { status(tenant, "localhost"), status(named, "tenant.test:80"),
      status(tenant, "tenant.test"), status(named, "evil.example") })
    named:stop()
    assert.equal("401", shell.output(("curl -s -o /dev/null -w '%%{http_code}' %s"):format(tenant.pageUrl)))
    assert.equal(1, tenant:count())
  end)

  it("sends a second response on the same connection for the fault stray", function()
    local token = json.decode(call:request_token().body).access_token
    local request = ("POST /api/user/update-user HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
      .. "Content-Length: %d\r\n\r\n%s"):format(token, #change, change)
    for status, first in pairs { [200] = "HTTP/1.1 200 ", [408] = "HTTP/1.1 408 " } do
      tenant:fault { kind = "stray", seconds = 0.01, status = status ~= 200 and status or nil }
      local client = assert(socket.connect("127.0.0.1", tenant.url:match ":(%d+)$"))
      client:settimeout(5)
      client:send(request)
      local text = client:receive "*a"
      client:close()
      assert.equal("HTTP/1.1 200 ", text:sub(1, 13))
      local second = text:find("HTTP/1.1 ", 13, true)
      assert.equal(first, text:sub(second, second + 12))
      if status == 200 then assert.equal(text:sub(1, second - 1), text:sub(second)) end
    end
    assert.equal(2, tenant:applied("ann@example.com"))
  end)

  it("verifies signatures with nginx's HMAC", function()
    assert.equal("ann@example.com", bare_client.read(call:v1(change)).data[1].emailAddress)
    assert.equal(401, call:v1(change, nil, { appKey = "wrong" }).status)
    assert.equal(401, call:v1(change, nil, { unpadded = true }).status)
    assert.equal(200, call:v1(change, nil, { appId = "wrong" }).status)
    assert.equal(1, tenant:applied())
  end)

  it("returns the same bytes as the in-process front", function()
    local twin = bare_client.new(sandbox.new())
    for _, body in ipairs{ change, '{"data":[{"name":"<é>"}]}', "{", '{"data":[]}', "{'data': [{'name': True}]}" } do
      local here, there = twin:v2(body), call:v2(body)
      assert.equal(here.body, there.body)
      assert.equal(here.status, there.status)
      for _, name in ipairs{ "content-type", "cache-control", "pragma", "x-robots-tag", "x-ratelimit-limit",
        "content-length" } do
        assert.equal(here.headers[name], there.headers[name])
      end
    end
  end)

  it("reads a body larger than nginx's buffer", function()
    local name = ("n"):rep(2 * 1024 * 1024)
    assert.equal(200, call:v2('{"data":[{"emailAddress":"ann@example.com","name":"' .. name .. '"}]}').status)
    assert.equal(name, tenant:user("ann@example.com").name)
  end)

  it("moves its clock", function()
    call:v2(change)
    tenant:advance(1800)
    assert.equal("token_expired", bare_client.read(call:v2(change)).fail[1].code)
  end)

  it("requires the key on its control path", function()
    local response = curl_cli_transport.new():send{ url = tenant.url .. "/sandbox/control", body = '{"action":"requests"}',
      headers = { "X-Sandbox-Key", "guess" } }
    assert.equal(403, response.status)
    assert.is_nil(response.body:find("result", 1, true))
  end)

  it("reports an invalid control action", function()
    local result, message = tenant:control{ action = "nonsense" }
    assert.is_nil(result)
    assert.equal('no control action "nonsense"', message)
    result, message = tenant:control{ action = "advance", seconds = "soon" }
    assert.is_nil(result)
    assert.is_string(message)
  end)

  it("has a private folder and an empty error log", function()
    local mode = shell.run("ls -ld " .. shell.quote(tenant.prefix))
    assert.equal("drwx------", mode:sub(1, 10))
    assert.equal("", shell.read(tenant.prefix .. "/error.log"))
  end)
end)

describe("sandbox behind nginx: start and stop", function()
  it("leaves no process and no folder after one or several stops", function()
    local tenant = assert(start())
    local pid = shell.read(tenant.prefix .. "/nginx.pid"):match("%d+")
    assert.is_true(runs(pid))
    assert.is_true(tenant:stop())
    assert.is_false(runs(pid))
    assert.is_false(exists(tenant.prefix .. "/nginx.conf"))
    assert.is_true(tenant:stop())
  end)

  it("stops when its object is collected", function()
    local tenant = assert(start())
    local prefix, pid = tenant.prefix, shell.read(tenant.prefix .. "/nginx.pid"):match("%d+")
    tenant = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    assert.is_false(runs(pid))
    assert.is_false(exists(prefix .. "/nginx.conf"))
  end)

  it("uses libcurl for its control path without another transport", function()
    local tenant = assert(sandbox.start())
    assert.equal(3, tenant:add_users(3))
    assert.equal("User 3", tenant:user("user000003@example.com").name)
    assert.equal(0, tenant:count())
    assert.is_true(tenant:stop())
  end)

  it("runs two at a time with separate tenants", function()
    local one, two = assert(start{ users = 1 }), assert(start{ users = 2 })
    assert.not_equal(one.url, two.url)
    assert.is_nil(one:user("user000002@example.com"))
    assert.equal("User 2", two:user("user000002@example.com").name)
    one:stop()
    assert.equal(0, two:count())
    two:stop()
  end)

  it("passes the tenant's options on and rejects functions", function()
    local credentials = { v2 = { clientId = "id", clientSecret = "secret" } }
    local tenant = assert(start{ credentials = credentials, echoCredentials = true, rateLimit = { limit = 7 } })
    assert.same(credentials.v2, tenant.credentials.v2)
    local call = bare_client.new(tenant, curl_cli_transport.new())
    assert.equal("7", call:request_token().headers["x-ratelimit-limit"])
    assert.truthy(call:request_token{ client_id = "other" }.body:find("client_id=other", 1, true))
    local done, message = tenant:control { action = "fault", fault = { kind = "reset", afterAply = true } }
    assert.is_nil(done)
    assert.truthy(message:find("afterAply is not a field", 1, true), message)
    tenant:stop()
    assert.error_matches(function() start{ clock = os.time } end, "sandbox: clock is a function")
    assert.error_matches(function() start{ nonsense = 1 } end, "sandbox: unknown option nonsense")
    assert.error_matches(function() start{ tls = true } end, "sandbox: tls must be a table, got true", 1, true)
    assert.error_matches(function() start{ tls = { key = "x" } } end, "tls must be { certificate = FILE, key", 1, true)
    assert.error_matches(function() start{ accessLog = 1 } end, "sandbox: accessLog must be true or false", 1, true)
  end)

  it("says what is missing without nginx", function()
    local tenant, message = start{ binary = "no-such-nginx" }
    assert.is_nil(tenant)
    assert.truthy(message:find("libnginx-mod-http-lua", 1, true))
  end)

  it("reports nginx's output if nginx does not start, and leaves nothing behind", function()
    local tenant, message = start{ tls = { certificate = "/nonexistent.pem", key = "/nonexistent.key" } }
    assert.is_nil(tenant)
    assert.truthy(message:find("/nonexistent.pem", 1, true))
  end)

  local function start_elsewhere(ending)
    local script = [[
      local h = assert(require("mimecast.sandbox").start{ transport = require("spec.support.http.curl_cli_transport").new() })
      io.write(h.prefix, " ", (io.open(h.prefix .. "/nginx.pid"):read("*a")))
      io.stdout:flush()
      ]] .. ending
    local text = shell.run(("LUA_PATH=%s LUA_CPATH=%s %s -e %s"):format(shell.quote(package.path),
      shell.quote(package.cpath), shell.interpreter, shell.quote(script)))
    return text:match("^(%S+) (%d+)")
  end

  it("stops with the Lua state that started it", function()
    local prefix, pid = start_elsewhere("")
    assert.is_false(runs(pid))
    assert.is_false(exists(prefix .. "/nginx.conf"))
  end)

  it("stops if the process that started it was killed", function()
    local prefix, pid = start_elsewhere("os.exit(0, false)")
    shell.run(("n=0; while [ -e %s ] && [ $n -lt 200 ]; do n=$((n + 1)); sleep 0.02; done"):format(shell.quote(prefix)))
    assert.is_false(exists(prefix .. "/nginx.conf"))
    shell.run(("n=0; while kill -0 %s && ! grep -q '^State:.Z' /proc/%s/status && [ $n -lt 50 ]; do n=$((n + 1));"
      .. " sleep 0.02; done 2>/dev/null"):format(pid, pid))
    assert.is_false(runs(pid))
  end)
end)

describe("sandbox behind nginx with TLS", function()
  local folder, files

  setup(function()
    folder = assert(shell.make_folder())
    files = certificates.make(folder)
  end)

  teardown(function() shell.remove_folder(folder) end)

  local function try(certificate, authority)
    local tenant = assert(start{ tls = certificate, host = "localhost" })
    assert.truthy(tenant.url:find("^https://localhost:%d+$"))
    local call = bare_client.new(tenant, curl_cli_transport.new("--cacert", authority))
    local response = call:request_token()
    -- The control path stays within reach when the certificate is a bad one.
    assert.equal(response and 1 or 0, tenant:count())
    tenant:stop()
    return response and json.decode(response.body).access_token ~= nil
  end

  it("is trusted with its CA", function() assert.is_true(try(files.good, files.ca)) end)
  it("is not trusted with another CA", function() assert.is_nil(try(files.good, files.other)) end)
  it("is not trusted with another host name", function() assert.is_nil(try(files.wrong, files.ca)) end)
  it("is not trusted after the certificate expires", function() assert.is_nil(try(files.expired, files.ca)) end)
end)
