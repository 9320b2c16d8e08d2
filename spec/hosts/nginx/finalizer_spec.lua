-- Inside nginx a finalizer cannot wait, and an error in map ends its threads.
local openresty = require "tools.openresty"

local http = [[
  init_by_lua_block {
    jit.off() -- compiled code looks at no hook
    mimecast = require "mimecast"
    client = assert(mimecast.new { clientId = "i", clientSecret = "s", baseUrl = "$FAR", transport = "$NAME",
      attempts = 1, timeout = 5 })
    function call() return client:update_user { email = "after-0@example.com" } end
    function finalized()
      local finalized_calls, wrong, message_of_last = 0, 0, nil
      assert(call())
      for _ = 1, 300 do
        getmetatable(newproxy(true)).__gc = function()
          finalized_calls = finalized_calls + 1
          local user, message = call()
          message_of_last = not user and message or "a response"
        end
        local user = call()
        if not user or user.email ~= "after-0@example.com" then wrong = wrong + 1 end
      end
      ngx.print(finalized_calls > 10, " ", wrong, " ", message_of_last)
    end
    -- Raises in the thread that called map, as soon as it runs the transport's code again.
    local function interrupt()
      local info = debug.getinfo(2, "S")
      if not info.short_src:find "transport/cosocket%.lua$" then return end
      debug.sethook()
      error("interrupted!", 0)
    end
    function interrupted()
      assert(call())
      local started = 0
      local ok, reason = pcall(client.transport.map, client.transport, 40, function(i)
        started = started + 1
        if i == 40 then return end
        ngx.sleep(i == 4 and 0.1 or 0.05)
        if i == 4 then debug.sethook(interrupt, "", 1) end
      end, 4)
      local started_before = started
      ngx.sleep(0.3)
      ngx.print(ok, " ", reason, " ", started - started_before, " ", started_before < 40)
    end
  }
]]

local server = [[
  location = /finalized { content_by_lua_block { finalized() } }
  location = /interrupted { content_by_lua_block { interrupted() } }
]]

local function describe_transport(name, resty)
  describe("over " .. name .. " inside nginx,", function()
    local far, host

    setup(function()
      far = openresty.start { server = openresty.service }
      host = openresty.start { resty = resty, server = server, http = http:gsub("%$(%u+)", { FAR = far.url, NAME = name }) }
    end)
    teardown(function()
      if host then host:stop() end
      if far then far:stop() end
    end)

    it("a call in a finalizer returns wrong_phase, and other calls get their responses", function()
      local text = host:read "/finalized"
      local reason = "true 0 update_user is not available within a finalizer, or a function that C calls"
      assert.equal(reason, text:sub(1, #reason))
    end)

    if name == "resty" then
      it("after an error in map its threads start nothing more", function()
        assert.equal("false interrupted! 0 true", host:read "/interrupted")
      end)
    end
  end)
end

openresty.each_transport(describe_transport, pending, "finalizers over resty inside nginx")
