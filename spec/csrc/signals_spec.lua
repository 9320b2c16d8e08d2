local run_lua = require "spec.support.run.run_lua"

-- Runs in a child process, because the signals would end this process.
local head = [[
  local system = require "mimecast.system"
  local function send(name) assert(io.popen("kill -" .. name .. " $PPID")):close() end
  local function blocked()
    for line in io.lines "/proc/self/status" do
      local mask = line:match "^SigBlk:%s*(%x+)"
      if mask then return mask end
    end
  end
]]

describe("signal_counter", function()
  it("counts signals instead of ending the process", function()
    assert.equal("0\n1\n1\n2\n3\nexit 0\n", run_lua.run(head .. [[
      local interrupts = system.signal_counter()
      print(interrupts:count())
      send "INT"
      print(interrupts:count())
      print(interrupts:count())
      send "INT"
      print(interrupts:count())
      send "TERM"
      print(interrupts:count())]]))
  end)

  it("counts a closed terminal once, and not under nohup", function()
    for within, count in pairs { [""] = 1, ["sh -c 'trap \"\" HUP; exec \"$@\"' sh"] = 0 } do
      assert.equal(count .. "\nexit 0\n", run_lua.run(head .. [[
        local interrupts = system.signal_counter()
        send "HUP"
        interrupts:count()
        send "HUP"
        print(interrupts:count())]], { within = within }))
    end
  end)

  it("keeps a closed output pipe from ending the process", function()
    assert.equal("32\t0\nexit 0\n", run_lua.run(head .. [[
      local interrupts, pipe = system.signal_counter(), io.popen("true", "w")
      local ok, _, code
      repeat ok, _, code = pipe:write(("x"):rep(65536)) until not ok
      pipe:close()
      interrupts:close()
      print(code, interrupts:count())]]))
  end)

  it("lets signals end the process once it is closed", function()
    assert.matches("^before\n.*exit 143\n$", run_lua.run(head .. [[
      local interrupts = system.signal_counter()
      interrupts:close()
      print "before"
      io.stdout:flush()
      send "TERM"
      print "after"]]))
  end)

  it("counts pending signals when it is closed, and does not deliver them", function()
    assert.equal("2\nexit 0\n", run_lua.run(head .. [[
      local interrupts = system.signal_counter()
      send "INT"
      send "TERM"
      interrupts:close()
      interrupts:close()
      print(interrupts:count())]]))
  end)

  it("unblocks its signals when it is closed, but not signals that were blocked before", function()
    assert.equal("true\ttrue\ttrue\ttrue\nexit 0\n", run_lua.run(head .. [[
      local before = blocked()
      local outer = system.signal_counter()
      local during = blocked()
      local inner = system.signal_counter()
      inner:close()
      local still = blocked() == during
      outer = nil
      collectgarbage()
      collectgarbage()
      print(before ~= during, still, blocked() == before, inner:count() == 0)]]))
  end)
end)
