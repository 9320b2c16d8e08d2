local run_lua = require "spec.support.run.run_lua"

-- In a process of its own: what these signals do to this one is not to be tried.
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

describe("interrupts", function()
  it("are counted, once and twice, instead of ending the process", function()
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

  it("count a terminal that goes once, and not at all below nohup", function()
    for within, count in pairs { [""] = 1, ["sh -c 'trap \"\" HUP; exec \"$@\"' sh"] = 0 } do
      assert.equal(count .. "\nexit 0\n", run_lua.run(head .. [[
        local interrupts = system.signal_counter()
        send "HUP"
        interrupts:count()
        send "HUP"
        print(interrupts:count())]], { within = within }))
    end
  end)

  it("keep who reads the output from ending the process by going", function()
    assert.equal("32\t0\nexit 0\n", run_lua.run(head .. [[
      local interrupts, pipe = system.signal_counter(), io.popen("true", "w")
      local ok, _, code
      repeat ok, _, code = pipe:write(("x"):rep(65536)) until not ok
      pipe:close()
      interrupts:close()
      print(code, interrupts:count())]]))
  end)

  it("end the process again once it is closed", function()
    assert.matches("^before\n.*exit 143\n$", run_lua.run(head .. [[
      local interrupts = system.signal_counter()
      interrupts:close()
      print "before"
      io.stdout:flush()
      send "TERM"
      print "after"]]))
  end)

  it("that came before the closing are not delivered by it, and are still counted", function()
    assert.equal("2\nexit 0\n", run_lua.run(head .. [[
      local interrupts = system.signal_counter()
      send "INT"
      send "TERM"
      interrupts:close()
      interrupts:close()
      print(interrupts:count())]]))
  end)

  it("are blocked only as long as it lives, and those that were before stay so", function()
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
