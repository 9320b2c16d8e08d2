-- The phases of nginx in which a call works, and its error in the others.
local certificates = require "tools.certificates"
local openresty = require "tools.openresty"
local shell = require "tools.shell"

local http = [[
  init_by_lua_block {
    mimecast = require "mimecast"
    function note(name, text)
      local file = io.open("$PREFIX/" .. name, "a")
      file:write(text, "\n")
      file:close()
    end
    client = assert(mimecast.new { clientId = "i", clientSecret = "s", baseUrl = "$FAR", transport = "$NAME",
      attempts = 1, timeout = 5 })
    function try()
      local user, message, err = client:update_user { email = "after-0@example.com" }
      note(ngx.get_phase(), user and user.email or err.category .. " " .. err.code .. " " .. message)
    end
    function try_many()
      local users, failures = client:update_users { { email = "a@example.com" }, { email = "b@example.com" } }
      local rows, message = client:list_users()
      local mapped = client:map({ 1, 2 }, function() return client:update_user { email = "a@example.com" } end)
      note("direct", (select(2, client.transport:send { url = "$FAR" })))
      note("discover", (select(2, mimecast.discover { email = "a@example.com", appId = "i", transport = "$NAME" })))
      note("many", tostring(users[2]) .. " " .. tostring(failures[2]) .. "; " .. tostring(rows) .. " " .. tostring(message)
        .. "; " .. tostring(mapped[2]))
    end
    try()
  }
  init_worker_by_lua_block { try() ngx.timer.at(0, try) }
  exit_worker_by_lua_block { try() }
  upstream far { server 0.0.0.1; balancer_by_lua_block { try() } }
]]

local server = [[
  listen 127.0.0.1:$TLSPORT ssl;
  ssl_certificate "$CERTIFICATE";
  ssl_certificate_key "$KEY";
  ssl_certificate_by_lua_block { try() }
  server_rewrite_by_lua_block { if ngx.var.uri == "/all" then try() end }
  location = /all {
    set_by_lua_block $made { try() return 1 }
    rewrite_by_lua_block { try() }
    access_by_lua_block { try() }
    content_by_lua_block { try() ngx.print "done" }
    header_filter_by_lua_block { try() }
    body_filter_by_lua_block { if ngx.arg[2] then try() end }
    log_by_lua_block { try() try_many() }
  }
  location = /balanced { proxy_pass http://far; }
]]

local works = { "server_rewrite", "rewrite", "access", "content", "timer", "ssl_cert" }
local unavailable = { "init", "init_worker", "set", "header_filter", "body_filter", "log", "balancer", "exit_worker" }

local function describe_transport(name, resty)
  describe("over " .. name .. ", a call", function()
    local far, host, folder, notes

    setup(function()
      folder = shell.make_folder()
      local files = certificates.make(folder)
      far = openresty.start { server = openresty.service }
      local port = shell.free_port()
      local values = { FAR = far.url, NAME = name, TLSPORT = tostring(port), CERTIFICATE = files.good.certificate,
        KEY = files.good.key }
      host = openresty.start { resty = resty, http = http:gsub("%$(%u+)", values), server = server:gsub("%$(%u+)", values) }
      assert.equal("done", (host:get "/all"))
      host:get "/balanced"
      shell.run(("echo | timeout 5 openssl s_client -connect 127.0.0.1:%d -servername localhost >/dev/null 2>&1"):format(port))
      host:signal "QUIT"
      notes = {}
      for _, list in ipairs { works, unavailable, { "many", "direct", "discover" } } do
        for _, phase in ipairs(list) do
          for _ = 1, 150 do
            notes[phase] = shell.read(host.prefix .. "/" .. phase)
            if notes[phase] and notes[phase]:find "\n$" then break end -- complete
            shell.run "sleep 0.02"
          end
        end
      end
    end)
    teardown(function()
      if host then host:stop() end
      if far then far:stop() end
      shell.remove_folder(folder)
    end)

    for _, phase in ipairs(works) do
      it("works in the " .. phase .. " phase", function()
        assert.equal("after-0@example.com\n", notes[phase])
      end)
    end

    for _, phase in ipairs(unavailable) do
      it("returns wrong_phase in the " .. phase .. " phase", function()
        assert.equal(("usage wrong_phase update_user is not available in the %s phase (a call cannot wait there: make it in"
          .. " rewrite, access, content or ssl_certificate, or in a timer (ngx.timer.at))\n"):format(phase), notes[phase])
      end)
    end

    it("returns it for each of many items, for a list and in map", function()
      local in_log = " is not available in the log phase"
      assert.truthy(notes.direct:find("^a call is not available in the log phase"), notes.direct)
      local expected = "cannot discover the region: a call is not available in the log phase"
      assert.equal(1, notes.discover:find(expected, 1, true), notes.discover)
      assert.truthy(notes.many:find("^false update_users" .. in_log .. "%C*; nil list_users" .. in_log .. "%C*; false\n$"),
        notes.many)
    end)
  end)
end

openresty.each_transport(describe_transport, pending, "over resty, a call in each phase")
