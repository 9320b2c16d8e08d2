-- Runs the configurations of doc/openresty.md unchanged, against a tenant.
local config = require "mimecast.sandbox.front.config"
local openresty = require "tools.openresty"
local sandbox = require "mimecast.sandbox"
local shell = require "tools.shell"
local socket = require "socket"

local function conf_of(path, title)
  for block in shell.read(path):gmatch "```nginx\n(.-)```" do
    if block:find("^# " .. title .. "\n") then return block end
  end
end

local function get(port, path)
  local client = assert(socket.connect("127.0.0.1", port))
  client:settimeout(20)
  client:send(("GET %s HTTP/1.0\r\n\r\n"):format(path))
  local response = client:receive "*a"
  client:close()
  return response:match "\r\n\r\n(.*)$"
end

describe("the configuration for", function()
  local prefix, tenant

  local function start(conf, resty)
    local server, port = assert(config.find()), shell.free_port()
    local home = shell.run "pwd"
    tenant = assert(sandbox.start { rateLimit = false })
    tenant:add_users(20)
    prefix = shell.make_folder()
    shell.run(("mkdir %s/logs"):format(prefix))
    local temporary = {}
    for _, kind in ipairs { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" } do
      temporary[#temporary + 1] = ("%s_temp_path %s/%s;"):format(kind, prefix, kind)
    end
    local load = {}
    if not conf:find "load_module" then
      for _, path in ipairs(server.modules) do load[#load + 1] = ("load_module %s;"):format(path) end
    end
    if shell.run "id -u" == "0" then load[#load + 1] = "user root root;" end
    conf = table.concat(load, "\n") .. "\n" .. conf:gsub("127%.0%.0%.1:8080", "127.0.0.1:" .. port)
    if server.modules[1] then conf = conf:gsub("/usr/lib/nginx/modules", (server.modules[1]:match "^(.*)/")) end
    -- Adds what an installation has: the modules on nginx's path, and OpenResty's `resolver local=on`.
    conf = conf:gsub("http {", ("http {\n%s\nlua_package_path '%s/lua/?.lua;%s/lua/?/init.lua;%s;;';\n"
      .. "lua_package_cpath '%s/build/5.1/?.so;;';\n"):format(table.concat(temporary, "\n"), home, home,
      resty and resty ~= "" and resty .. "/?.lua" or "", home), 1)
    if server.modules[1] then conf = conf:gsub("resolver local=on", "resolver 127.0.0.1") end
    shell.write(prefix .. "/nginx.conf", conf)
    local keys = tenant.credentials.v2
    local output, code = shell.run(("unset LUA_PATH LUA_CPATH; MIMECAST_CLIENT_ID=%s MIMECAST_CLIENT_SECRET=%s"
      .. " MIMECAST_BASE_URL=%s %s -p %s/ -c %s/nginx.conf -e %s/logs/error.log 2>&1"):format(keys.clientId,
      shell.quote(keys.clientSecret), tenant.url, server.binary, prefix, prefix, prefix))
    assert.equal(0, code, output)
    return port
  end

  after_each(function()
    local pid = (shell.read(prefix .. "/logs/nginx.pid") or ""):match "%d+"
    if pid then shell.finish(pid, prefix) end
    shell.remove_folder(prefix)
    tenant:stop()
  end)

  it("OpenResty in doc/openresty.md disables an account", function()
    local port = start(assert(conf_of("doc/openresty.md", "OpenResty")), openresty.resty_path())
    assert.equal("ann@example.com is disabled\n", get(port, "/leaver?email=ann@example.com"))
    assert.is_true(tenant:user("ann@example.com").accountDisabled)
    assert.truthy(get(port, "/leaver?email=nobody@elsewhere.example"):find("nobody@elsewhere.example", 1, true))
  end)

  it("Debian's nginx in doc/openresty.md disables an account, and a list in a timer", function()
    local port = start(assert(conf_of("doc/openresty.md", "Debian")))
    assert.equal("ann@example.com is disabled\n", get(port, "/leaver?email=ann@example.com"))
    assert.is_true(tenant:user("ann@example.com").accountDisabled)
    assert.equal("started\n", get(port, "/leavers"))
    local user
    for _ = 1, 200 do
      user = tenant:user "user000020@example.com"
      if user and user.accountDisabled then break end
      socket.sleep(0.02)
    end
    assert.is_true(user.accountDisabled)
    assert.is_nil((shell.read(prefix .. "/logs/error.log") or ""):find("[error]", 1, true))
  end)
end)
