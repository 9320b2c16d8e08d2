-- Certificates, good ones and each kind of bad one, through both transports inside nginx; and what may be named where.
local certificates = require "tools.certificates"
local core = require "mimecast.core"
local openresty = require "tools.openresty"
local shell = require "tools.shell"
local socket = require "socket"

local near_side = [[
  resolver 127.0.0.1:$DNS ipv6=off;
  resolver_timeout 2s;
  lua_socket_log_errors off;
  $TRUSTED
  init_by_lua_block {
    mimecast, cjson = require "mimecast", require "cjson"
    function new(port, more)
      local options = { clientId = "i", clientSecret = "s", baseUrl = "https://localhost:" .. port, attempts = 1, timeout = 5 }
      for name, value in pairs(more) do options[name] = value end
      return mimecast.new(options)
    end
  }
]]

local near_locations = [[
  location = /try {
    content_by_lua_block {
      local arg = ngx.req.get_uri_args()
      local client, message, err = new(arg.port, { transport = arg.transport, caFile = arg.caFile, baseUrl = arg.baseUrl,
        proxy = arg.proxy, timeout = arg.timeout })
      local user
      if client then user, message, err = client:update_user { email = "after-0@example.com" } end
      local said = { user = user and user.email, message = message, made = client ~= nil,
        kind = client and (client.transport.leader and "curl" or "resty") }
      for _, name in ipairs { "category", "code", "field", "hint", "outcome", "retryable" } do
        said[name] = err and err[name]
      end
      ngx.print(cjson.encode(said))
    }
  }
]]

local function far_side(files)
  local ports, blocks = {}, {}
  for _, name in ipairs { "good", "wrong", "expired" } do
    ports[name] = shell.free_port()
    blocks[#blocks + 1] = ([[
      server {
        listen 127.0.0.1:%d ssl;
        ssl_certificate "%s";
        ssl_certificate_key "%s";
        %s
      }]]):format(ports[name], files[name].certificate, files[name].key, openresty.service)
  end
  -- An https server that counts as untrusted by whoever does not name the test's authority.
  return openresty.start { http = table.concat(blocks, "\n") }, ports
end

local function describe_transport(name, resty)
  describe("over " .. name .. " inside nginx, a certificate", function()
    local far, ports, folder, files
    local hosts = {}

    setup(function()
      folder = shell.make_folder()
      files = certificates.make(folder)
      far, ports = far_side(files)
      local dns = shell.free_port()
      shell.start_beside("tools/dns.lua", dns)
      for _, authority in ipairs { "ca", "other", "none" } do
        local trusted = files[authority] and ("lua_ssl_trusted_certificate %s;"):format(files[authority]) or ""
        hosts[authority] = openresty.start { resty = resty, server = near_locations,
          http = near_side:gsub("%$(%u+)", { DNS = tostring(dns), TRUSTED = trusted }) }
      end
    end)
    teardown(function()
      for _, host in pairs(hosts) do host:stop() end
      if far then far:stop() end
      shell.remove_folder(folder)
    end)

    -- libcurl is told by caFile whom to trust, cosockets by nginx.conf.
    local function try(certificate, authority, more)
      local query = ("/try?transport=%s&port=%d%s"):format(name, ports[certificate], more or "")
      if name == "curl" and files[authority] then query = query .. "&caFile=" .. files[authority] end
      return hosts[authority]:ask(query)
    end

    it("of the named authority is accepted", function()
      local got = try("good", "ca")
      assert.equal("after-0@example.com", got.user, got.message)
      assert.equal(name, got.kind)
    end)

    for _, case in ipairs {
      { "of another authority", "good", "other", name == "curl" and "caFile" or "lua_ssl_trusted_certificate" },
      { "of an authority that nobody named", "good", "none", name == "curl" and "caFile" or "lua_ssl_trusted_certificate" },
      { "for another host name", "wrong", "ca", "another host name" },
      { "that has expired", "expired", "ca", "expired" },
    } do
      it(case[1] .. " is refused, with the cause in the hint, and nothing is sent", function()
        local got = try(case[2], case[3])
        assert.is_nil(got.user)
        assert.same({ "transport", "certificate", false }, { got.category, got.code, got.retryable })
        local unsaid = name == "resty" and got.hint:find("could not be verified: check nginx's lua_ssl", 1, true)
        assert.truthy(unsaid or got.hint:find(case[4], 1, true), got.hint)
        assert.is_nil(got.outcome)
      end)
    end

    it("is asked for anew: what a client with verified connections left open serves no other host name", function()
      assert.equal("after-0@example.com", try("good", "ca").user)
      local got = try("good", "ca", "&baseUrl=https://elsewhere.example.com:" .. ports.good)
      assert.equal(name == "curl" and "resolve_failed" or "certificate", got.code)
    end)

    describe("behind a proxy", function()
      local function through_proxy(planted)
        local port = shell.free_port()
        shell.start_beside("spec/support/http/connect_proxy.lua", port, ports.wrong, planted)
        for _ = 1, 100 do
          if shell.run(("grep -c ':%04X 00000000:0000 0A' /proc/net/tcp"):format(port)) ~= "0" then break end
          shell.run "sleep 0.02"
        end
        return try("good", "ca", "&baseUrl=https://elsewhere.example.com&proxy=http://127.0.0.1:" .. port)
      end

      it("is that of the gateway", function()
        local got = through_proxy()
        assert.equal("after-0@example.com", got.user, got.message)
      end)

      it("stands for all that is read: what the proxy says before it is not taken for the gateway's answer", function()
        local got = through_proxy('HTTP/1.1 200 OK\r\nContent-Length: 58\r\n\r\n{"access_token":"PlantedPlantedPlanted",'
          .. '"expires_in":1799}')
        assert.is_nil(got.user)
        assert.same({ "transport", "tls_error", false }, { got.category, got.code, got.retryable }, got.message)
        assert.is_nil(got.outcome)
      end)
    end)
  end)
end

openresty.each_transport(describe_transport, pending, "over resty inside nginx, a certificate")

local resty_path = openresty.resty_path()
local no_resty = "there is no lua-resty-http (RESTY_HTTP_PATH names its folder)"

describe("inside nginx", function()
  local host

  local function try(query) return host:ask("/try?port=1" .. query) end

  local function start(resty, main)
    host = openresty.start { resty = resty, server = near_locations, main = main,
      http = near_side:gsub("%$TRUSTED", ""):gsub("resolver[^;]*;", "") }
  end

  after_each(function() host:stop() end)

  it("the transport is libcurl where lua-resty-http is not installed, and asking for that one is refused", function()
    if resty_path == "" then return pending "it is installed" end
    start()
    assert.equal("curl", try("").kind)
    local got = try "&transport=resty"
    assert.same({ "config", "invalid_setting", "transport", false }, { got.category, got.code, got.field, got.made })
    assert.truthy(got.message:find("needs lua-resty-http: module 'resty.http' not found", 1, true), got.message)
  end)

  it("it is lua-resty-http where that is installed and can do what the settings ask for", function()
    if not resty_path then return pending(no_resty) end
    start(resty_path)
    assert.equal("resty", try("").kind)
    assert.equal("resty", try("&transport=resty").kind)
    assert.equal("resty", try("&proxy=http://127.0.0.1:1").kind)
    assert.equal("curl", try("&transport=curl").kind)
    assert.equal("curl", try("&caFile=/etc/os-release").kind)
    assert.equal("curl", try("&proxy=socks5://127.0.0.1:1").kind)
    local got = try "&transport=resty&caFile=/etc/os-release"
    assert.same({ "config", "invalid_setting", "caFile", false }, { got.category, got.code, got.field, got.made })
    assert.truthy(got.hint:find("lua_ssl_trusted_certificate", 1, true))
    got = try "&transport=resty&proxy=socks5://127.0.0.1:1"
    assert.same({ "config", "invalid_setting", "proxy" }, { got.category, got.code, got.field })
    got = try "&transport=resty&baseUrl=https://gateway.example.com"
    assert.equal("resolve_failed", got.code)
    assert.truthy(got.hint:find("resolver", 1, true), got.hint)
  end)

  it("a proxy of the environment that lua-resty-http cannot reach is left to libcurl", function()
    if not resty_path then return pending(no_resty) end
    start(resty_path, "env https_proxy=https://127.0.0.1:1;")
    assert.equal("curl", try("").kind)
    local got = try "&transport=resty"
    assert.same({ "invalid_setting", "proxy", false }, { got.code, got.field, got.made })
  end)

  for _, name in ipairs { "curl", "resty" } do
    it("a proxy that is an option is not passed by where no_proxy fits, over " .. name, function()
      if name == "resty" and not resty_path then return pending(no_resty) end
      start(resty_path, 'env no_proxy=one.example.com; env "NO_PROXY=*";')
      local got = try("&baseUrl=https://one.example.com&proxy=http://127.0.0.1:1&transport=" .. name)
      assert.equal("connect_failed", got.code) -- by the proxy, which is not there; without it: resolve_failed
      assert.equal("resolve_failed", try("&baseUrl=https://one.example.com&transport=" .. name).code)
    end)
  end

  it("no_proxy may hold spaces", function()
    if not resty_path then return pending(no_resty) end
    start(resty_path, 'env https_proxy=http://127.0.0.1:1; env "no_proxy=one.example.com, two.example.com";')
    assert.equal("connect_failed", try("&baseUrl=https://other.example.com").code) -- by the proxy, which is not there
    for _, name in ipairs { "one", "two" } do -- without it: there is no resolver
      assert.equal("resolve_failed", try("&baseUrl=https://" .. name .. ".example.com").code)
    end
  end)

  it("a name server that is silent is waited for no longer than the call may take", function()
    if not resty_path then return pending(no_resty) end
    local silent = assert(socket.udp())
    assert(silent:setsockname("127.0.0.1", 0))
    local _, port = silent:getsockname()
    host = openresty.start { resty = resty_path, server = near_locations,
      http = near_side:gsub("%$TRUSTED", ""):gsub("resolver_timeout[^;]*;", ""):gsub("%$DNS", tostring(port)) }
    for _, name in ipairs { "gateway.example.com", "gateway1" } do
      local began = core.monotonic()
      local got = try("&baseUrl=https://" .. name .. "&timeout=0.2")
      assert.is_true(core.monotonic() - began < 5)
      assert.same({ "transport", "connect_timeout" }, { got.category, got.code })
      assert.is_nil(got.outcome)
    end
    assert.equal("", host:log())
    silent:close()
  end)
end)
