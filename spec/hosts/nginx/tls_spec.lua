-- Valid and invalid certificates over both transports inside nginx, and the selection of the transport by its options.
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
      local result = { user = user and user.email, message = message, made = client ~= nil,
        kind = client and (client.transport.leader and "curl" or "resty") }
      for _, name in ipairs { "category", "code", "field", "hint", "outcome", "retryable" } do
        result[name] = err and err[name]
      end
      ngx.print(cjson.encode(result))
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
  -- Clients that do not trust the test's authority reject these servers.
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

    -- caFile sets the authority for libcurl, nginx.conf for cosockets.
    local function try(certificate, authority, more)
      local query = ("/try?transport=%s&port=%d%s"):format(name, ports[certificate], more or "")
      if name == "curl" and files[authority] then query = query .. "&caFile=" .. files[authority] end
      return hosts[authority]:ask(query)
    end

    it("of the configured authority is accepted", function()
      local got = try("good", "ca")
      assert.equal("after-0@example.com", got.user, got.message)
      assert.equal(name, got.kind)
    end)

    local ca_setting = name == "curl" and "caFile" or "lua_ssl_trusted_certificate"
    for _, case in ipairs {
      { "of another authority", "good", "other", ca_setting },
      { "of an authority that is not configured", "good", "none", ca_setting },
      { "for another host name", "wrong", "ca", "another host name" },
      { "that has expired", "expired", "ca", "expired" },
    } do
      it(case[1] .. " is rejected, with the cause in the hint, and nothing is sent", function()
        local got = try(case[2], case[3])
        assert.is_nil(got.user)
        assert.same({ "transport", "certificate", false }, { got.category, got.code, got.retryable })
        local reason_lost = name == "resty" and got.hint:find("could not be verified: check nginx's lua_ssl", 1, true)
        assert.truthy(reason_lost or got.hint:find(case[4], 1, true), got.hint)
        assert.is_nil(got.outcome)
      end)
    end

    it("is verified again for another host name: a verified idle connection is not used for it", function()
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

      it("is the gateway's", function()
        local got = through_proxy()
        assert.equal("after-0@example.com", got.user, got.message)
      end)

      it("comes before all bytes of a response: bytes of the proxy are not taken for the gateway's response", function()
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

  it("the default is libcurl without lua-resty-http, and transport = \"resty\" is an error", function()
    if resty_path == "" then return pending "it is installed" end
    start()
    assert.equal("curl", try("").kind)
    local got = try "&transport=resty"
    assert.same({ "config", "invalid_setting", "transport", false }, { got.category, got.code, got.field, got.made })
    assert.truthy(got.message:find("needs lua-resty-http: module 'resty.http' not found", 1, true), got.message)
  end)

  it("the default is lua-resty-http if it is installed and supports the options", function()
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

  it("the default is libcurl if the environment has a proxy that lua-resty-http does not support", function()
    if not resty_path then return pending(no_resty) end
    start(resty_path, "env https_proxy=https://127.0.0.1:1;")
    assert.equal("curl", try("").kind)
    local got = try "&transport=resty"
    assert.same({ "invalid_setting", "proxy", false }, { got.code, got.field, got.made })
  end)

  for _, name in ipairs { "curl", "resty" } do
    it("the option proxy is used even if no_proxy matches, over " .. name, function()
      if name == "resty" and not resty_path then return pending(no_resty) end
      start(resty_path, 'env no_proxy=one.example.com; env "NO_PROXY=*";')
      local got = try("&baseUrl=https://one.example.com&proxy=http://127.0.0.1:1&transport=" .. name)
      assert.equal("connect_failed", got.code) -- by the missing proxy; without it: resolve_failed
      assert.equal("resolve_failed", try("&baseUrl=https://one.example.com&transport=" .. name).code)
    end)
  end

  it("no_proxy can contain spaces", function()
    if not resty_path then return pending(no_resty) end
    start(resty_path, 'env https_proxy=http://127.0.0.1:1; env "no_proxy=one.example.com, two.example.com";')
    assert.equal("connect_failed", try("&baseUrl=https://other.example.com").code) -- by the missing proxy
    for _, name in ipairs { "one", "two" } do -- without it: there is no resolver
      assert.equal("resolve_failed", try("&baseUrl=https://" .. name .. ".example.com").code)
    end
  end)

  it("a silent name server delays a call for no longer than its timeout", function()
    if not resty_path then return pending(no_resty) end
    local silent = assert(socket.udp())
    assert(silent:setsockname("127.0.0.1", 0))
    local _, port = silent:getsockname()
    host = openresty.start { resty = resty_path, server = near_locations,
      http = near_side:gsub("%$TRUSTED", ""):gsub("resolver_timeout[^;]*;", ""):gsub("%$DNS", tostring(port)) }
    for _, name in ipairs { "gateway.example.com", "gateway1" } do
      local start_time = core.monotonic()
      local got = try("&baseUrl=https://" .. name .. "&timeout=0.2")
      assert.is_true(core.monotonic() - start_time < 5)
      assert.same({ "transport", "connect_timeout" }, { got.category, got.code })
      assert.is_nil(got.outcome)
    end
    assert.equal("", host:log())
    silent:close()
  end)
end)
