-- A laptop that is suspended overnight: CLOCK_MONOTONIC, which most programs use for durations, stops during that time.
local run_lua = require "spec.support.run.run_lua"
local tmp = require "spec.support.run.tmp"

assert(os.execute("make -s build/suspend.so"))

describe("while the machine is suspended", function()
  after_each(tmp.clean)

  -- Runs code with `sleep(seconds)`, which advances only the wall clock and CLOCK_BOOTTIME.
  local function run(code)
    return run_lua.run([[
      local core = require "mimecast.core"
      local function sleep(seconds)
        local file = assert(io.open(os.getenv "SLEPT", "ab"))
        file:write(("x"):rep(seconds))
        file:close()
      end
    ]] .. code, { environment = { SLEPT = tmp.path "slept", LD_PRELOAD = "./build/suspend.so" } })
  end

  it("core.monotonic advances", function()
    assert.equal("true\nexit 0\n", run [[
      local before = core.monotonic()
      sleep(3600)
      local passed = core.monotonic() - before
      print(passed > 3599 and passed < 3660)
    ]])
  end)

  it("a password whose response was lost is not retried afterwards", function()
    assert.equal("1\tconnection_lost\tunknown\nexit 0\n", run [[
      local mimecast, recording = require "mimecast", require "spec.support.fakes.recording"
      local errors = require "mimecast.errors"
      local sent = 0
      local transport = recording.new(nil, recording.with_token(function()
        sent = sent + 1
        sleep(8 * 3600)
        return errors.result(errors.new { category = "transport", code = "connection_lost", message = "lost",
          retryable = true, outcome = "unknown" })
      end))
      local client = assert(mimecast.new { clientId = "i", clientSecret = "s", transport = transport, timeout = 86400,
        attempts = 5, sleep = function() end })
      local _, _, err = client:update_user { email = "ann@example.com", password = "Correct-Horse-7" }
      print(sent, err.code, err.outcome)
    ]])
  end)

  it("a request that was not sent before is not sent afterwards", function()
    assert.equal("28\tfalse\t0\nexit 0\n", run [[
      local http, server = require "mimecast.http", require "spec.support.http.server"
      local running = server.start()
      local engine = http.engine {}
      engine:submit { url = running.url .. "/x", timeout = 30 }
      sleep(3600)
      local id, response, result
      repeat
        engine:step(0.01)
        running:turn()
        id, response, result = engine:collect()
      until id
      for _ = 1, 20 do running:turn() end
      print(result and result.curl, result and result.sent, #running.requests)
    ]])
  end)

  it("entries of a memory store expire", function()
    assert.equal("kept\tnil\nexit 0\n", run [[
      local store = require("mimecast.store.memory").new(core.monotonic)
      store:set("key", "kept", 1800)
      local before = store:get "key"
      sleep(3600)
      print(before, (store:get "key"))
    ]])
  end)
end)
