local run_lua = require "spec.support.run.run_lua"
local system = require "mimecast.system"
local tmp = require "spec.support.run.tmp"

local ask = [[
  local system = require "mimecast.system"
  local core = require "mimecast.core"
  local function tell(secret, _, kind)
    print(secret and (core.secret.equal(secret, "hunter2") and "the secret" or "another") or kind)
  end
]]

-- Runs the code at a terminal of script(1). When the prompt stands there, which is when nothing is echoed any more, the
-- shell does what `keys` says, and what it prints is typed; $pid is the code's process. Then the terminal is asked whether
-- it echoes; the shell that asks lives through a Ctrl-C, which dash alone would not. What stood on it comes back.
local function at_terminal(code, keys)
  local home = tmp.folder()
  tmp.write(home .. "/wrapper", ([[
    home=%s
    ulimit -c 0
    mkfifo $home/keys
    wait_for() { i=0; until eval "$1" || [ $i -gt 500 ]; do sleep 0.02; i=$((i+1)); done; }
    (exec >$home/keys
      wait_for "grep -q Password: $home/log 2>/dev/null"
      pid=$(cat $home/pid)
      %s
      wait_for "[ -e $home/done ]") &
    export SHELL=/bin/sh
    script -qfc "trap : INT; $*; echo status \$?; stty -a | grep -o -e '-*echo\>'; touch $home/done" \
      $home/log <$home/keys >/dev/null
    wait
    sed '1d;$d' $home/log | tr -d '\r']]):format(home, keys))
  local own = ([[
    local pid = io.open(%q, "w")
    pid:write((io.open "/proc/self/stat":read "*l":match "^%%d+"))
    pid:close()
    ]]):format(home .. "/pid")
  local output = run_lua.run(own .. code, { within = "sh " .. home .. "/wrapper" })
  tmp.remove(home)
  return (output:gsub("\n*exit 0\n$", ""))
end

describe("a secret from the terminal", function()
  it("is read without being shown, and the terminal echoes again afterwards", function()
    assert.equal("Password: \nthe secret\nstatus 0\necho",
      at_terminal(ask .. [[tell(system.read_secret "Password: ")]], "echo hunter2"))
  end)

  it("may be corrected, as any line", function()
    assert.equal("Password: \nthe secret\nstatus 0\necho",
      at_terminal(ask .. [[tell(system.read_secret "Password: ")]], [[printf 'x\025hunter3\1772\n']]))
  end)

  it("comes from the terminal also where standard input is something else", function()
    assert.equal("Password: \nthe secret\nstatus 0\necho",
      at_terminal(ask .. [[io.input "/dev/null" tell(system.read_secret "Password: ")]], "echo hunter2"))
  end)

  it("is none where the input ends", function()
    assert.equal("Password: ended\nstatus 0\necho",
      at_terminal(ask .. [[tell(system.read_secret "Password: ")]], [[printf '\004']]))
  end)

  it("leaves a terminal that echoes when Ctrl-C is pressed, and the interrupt is obeyed", function()
    local output = at_terminal(ask .. [[
      local ok, why = pcall(function() tell(system.read_secret "Password: ") end)
      print(ok, (tostring(why):gsub(".*: ", "")))]], [[printf 'hunt\003']])
    assert.equal("Password: ^C\nfalse\tinterrupted!\nstatus 0\necho", (output:gsub("Password: false", "Password: ^C\nfalse")))
  end)

  it("leaves a terminal that echoes when Ctrl-C is counted", function()
    local output = at_terminal(ask .. [[
      local interrupts = system.signal_counter()
      tell(system.read_secret "Password: ")
      print(interrupts:count())
      interrupts:close()]], [[printf 'hunt\003']])
    assert.matches("interrupted\n1\nstatus 0\necho$", output)
  end)

  for name, status in pairs { TERM = 143, QUIT = 131, HUP = 129 } do
    it("leaves a terminal that echoes when SIG" .. name .. " ends the process", function()
      local output = at_terminal(ask .. [[tell(system.read_secret "Password: ")]], "kill -" .. name .. " $pid")
      assert.matches("status " .. status .. "\necho$", output)
      assert.is_nil(output:find("interrupted", 1, true))
    end)
  end

  it("is none where there is no terminal", function()
    assert.equal("no_terminal\nexit 0\n",
      run_lua.run(ask .. [[tell(system.read_secret "Password: ")]], { within = "setsid -w" }))
  end)
end)

describe("a secret from standard input", function()
  local home

  setup(function() home = tmp.folder() end)
  teardown(function() tmp.remove(home) end)

  local function piped(code, input)
    tmp.write(home .. "/input", input)
    return run_lua.run(ask .. code, { within = ("sh -c 'cat %s/input | \"$@\"' sh"):format(home) })
  end

  local twice = "tell(system.read_secret_from_stdin()) tell(system.read_secret_from_stdin())"

  it("is one line without its end", function()
    assert.equal("the secret\nended\nexit 0\n", piped(twice, "hunter2\n"))
    assert.equal("the secret\nended\nexit 0\n", piped(twice, "hunter2"))
    assert.equal("the secret\nthe secret\nexit 0\n", piped(twice, "hunter2\r\nhunter2\r\n"))
    assert.equal("another\nthe secret\nexit 0\n", piped(twice, "\nhunter2\n"))
    assert.equal("another\nended\nexit 0\n", piped(twice, "hunter2 \n"))
  end)

  it("leaves what follows to others", function()
    assert.equal("the secret\nmore\nexit 0\n",
      piped("tell(system.read_secret_from_stdin()) print(io.read())", "hunter2\nmore\n"))
  end)

  it("has at most 4096 bytes", function()
    assert.equal("another\nended\nexit 0\n", piped(twice, ("x"):rep(4096)))
    assert.equal("too_long\nended\nexit 0\n", piped(twice, ("x"):rep(4097)))
  end)

  it("is not read from a terminal, which would show it", function()
    assert.matches("Password: terminal\nstatus 0\n",
      at_terminal(ask .. [[io.write "Password: " tell(system.read_secret_from_stdin())]], "true"))
  end)
end)

describe("the terminal", function()
  it("is told from a pipe and a file, and has a width", function()
    assert.equal("Password: true\ttrue\t77\nstatus 0\necho", at_terminal([[
      local system = require "mimecast.system"
      os.execute "stty cols 77"
      io.write "Password: "
      print(system.is_terminal(0), system.is_terminal(1), system.width(1))]], "true"))
    assert.equal("false\tnil\nexit 0\n",
      run_lua.run [[local system = require "mimecast.system" print(system.is_terminal(1), (system.width(1)))]])
    assert.is_false(system.is_terminal(-1))
    assert.is_nil((system.width(-1)))
    for _, number in ipairs { 2 ^ 32, 2 ^ 32 + 1, -2 ^ 32, 0.5, 0 / 0, 1e300 } do -- none of them is 0
      assert.is_false((pcall(system.is_terminal, number)))
      assert.is_false((pcall(system.width, number)))
    end
  end)
end)
