-- Secrets that are functions or commands, over both transports inside nginx: the functions may wait, and no worker blocks.
local openresty = require "tools.openresty"
local sandbox = require "mimecast.sandbox"
local shell = require "tools.shell"
local tmp = require "spec.support.run.tmp"

local near_side = [[
  lua_shared_dict counts 1m;
  init_by_lua_block {
    mimecast = require "mimecast"
    local function new(id)
      return assert(mimecast.new { clientId = "planted-id", baseUrl = "$URL", transport = "$NAME", timeout = 5,
        clientSecret = function()
          ngx.shared.counts:incr(id, 1, 0)
          ngx.sleep(0.2) -- as a vault over a socket
          if ngx.shared.counts:get "sealed" then return nil, "the vault is sealed" end
          return "PlantedClientSecret"
        end })
    end
    many, killed, failing = new "many", new "killed", new "failing"
    function call(client)
      local user, message = client:update_user { email = "ann@example.com" }
      return user and "ok" or message
    end
  }
]]

local near_locations = [[
  location = /many {
    content_by_lua_block {
      local threads, ok = {}, 0
      for i = 1, 16 do threads[i] = ngx.thread.spawn(call, many) end
      for i = 1, 16 do if select(2, ngx.thread.wait(threads[i])) == "ok" then ok = ok + 1 end end
      ngx.print(ok, " ", ngx.shared.counts:get "many")
    }
  }
  location = /killed {
    content_by_lua_block {
      local thread = ngx.thread.spawn(call, killed)
      ngx.sleep(0.05)
      ngx.thread.kill(thread)
      ngx.print(call(killed), " ", ngx.shared.counts:get "killed")
    }
  }
  location = /failing {
    content_by_lua_block {
      ngx.shared.counts:set("sealed", true)
      local sealed = call(failing)
      ngx.shared.counts:delete "sealed"
      ngx.print(sealed, "; ", call(failing), " ", ngx.shared.counts:get "failing")
    }
  }
  location = /command {
    content_by_lua_block {
      local client = assert(mimecast.new { profile = "work", transport = "$NAME" })
      ngx.print(call(client))
    }
  }
]]

local function describe_transport(name, resty)
  describe("a secret over " .. name .. " inside nginx", function()
    local tenant, host, folder

    setup(function()
      tenant = assert(sandbox.start { rateLimit = false,
        credentials = { v2 = { clientId = "planted-id", clientSecret = "PlantedClientSecret" } } })
      folder = tmp.folder()
      shell.run(("mkdir '%s/mimecast' && chmod 711 '%s'"):format(folder, folder))
      tmp.write(folder .. "/mimecast/profiles.json", ('{"work":{"clientId":"planted-id","clientSecret":{"command":["echo",'
        .. '"PlantedClientSecret"]},"baseUrl":"%s"}}'):format(tenant.url))
      local values = { URL = tenant.url, NAME = name }
      host = openresty.start { resty = resty, main = ("env XDG_CONFIG_HOME=%s;"):format(folder),
        server = near_locations:gsub("%$(%u+)", values), http = near_side:gsub("%$(%u+)", values) }
    end)
    teardown(function()
      if host then host:stop() end
      if tenant then tenant:stop() end
      tmp.clean()
    end)

    it("comes from a function that waits, which is called once for many calls", function()
      assert.equal("16 1", (host:get "/many"), host:log())
    end)

    it("comes from a function whose caller was killed", function()
      assert.equal("ok 1", (host:get "/killed"), host:log())
    end)

    it("comes at the next call after the function failed", function()
      assert.equal("clientSecret cannot be obtained: the vault is sealed; ok 2", (host:get "/failing"), host:log())
    end)

    it("comes from the command of a profile", function()
      assert.equal("ok", (host:get "/command"), host:log())
      assert.is_nil(host:log():find("Planted", 1, true))
    end)
  end)
end

openresty.each_transport(describe_transport, pending, "a secret over resty inside nginx")
