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

-- Runs the code at a terminal of script(1). Once the prompt is visible and echo is off, the shell runs `keys`, whose output
-- is typed at the terminal; $pid is the process of the code. Then a shell that survives Ctrl-C, unlike dash, reports whether
-- the terminal echoes. Returns the output of the terminal.
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
  local prelude = ([[
    local pid = io.open(%q, "w")
    pid:write((io.open "/proc/self/stat":read "*l":match "^%%d+"))
    pid:close()
    ]]):format(home .. "/pid")
  local output = run_lua.run(prelude .. code, { within = "sh " .. home .. "/wrapper" })
  tmp.remove(home)
  return (output:gsub("\n*exit 0\n$", ""))
end

describe("read_secret", function()
  it("reads a line without echo, and turns echo on again", function()
    assert.equal("Password: \nthe secret\nstatus 0\necho",
      at_terminal(ask .. [[tell(system.read_secret "Password: ")]], "echo hunter2"))
  end)

  it("lets the user correct the line", function()
    assert.equal("Password: \nthe secret\nstatus 0\necho",
      at_terminal(ask .. [[tell(system.read_secret "Password: ")]], [[printf 'x\025hunter3\1772\n']]))
  end)

  it("reads from the terminal even if standard input is not the terminal", function()
    assert.equal("Password: \nthe secret\nstatus 0\necho",
      at_terminal(ask .. [[io.input "/dev/null" tell(system.read_secret "Password: ")]], "echo hunter2"))
  end)

  it("reports the end of the input", function()
    assert.equal("Password: ended\nstatus 0\necho",
      at_terminal(ask .. [[tell(system.read_secret "Password: ")]], [[printf '\004']]))
  end)

  it("turns echo on again after Ctrl-C, which then ends the process", function()
    local output = at_terminal(ask .. [[
      local ok, why = pcall(function() tell(system.read_secret "Password: ") end)
      print(ok, (tostring(why):gsub(".*: ", "")))]], [[printf 'hunt\003']])
    assert.equal("Password: ^C\nfalse\tinterrupted!\nstatus 0\necho", (output:gsub("Password: false", "Password: ^C\nfalse")))
  end)

  it("turns echo on again after a counted Ctrl-C", function()
    local output = at_terminal(ask .. [[
      local interrupts = system.signal_counter()
      tell(system.read_secret "Password: ")
      print(interrupts:count())
      interrupts:close()]], [[printf 'hunt\003']])
    assert.matches("interrupted\n1\nstatus 0\necho$", output)
  end)

  for name, status in pairs { TERM = 143, QUIT = 131, HUP = 129 } do
    it("turns echo on again when SIG" .. name .. " ends the process", function()
      local output = at_terminal(ask .. [[tell(system.read_secret "Password: ")]], "kill -" .. name .. " $pid")
      assert.matches("status " .. status .. "\necho$", output)
      assert.is_nil(output:find("interrupted", 1, true))
    end)
  end

  it("reports that there is no terminal", function()
    assert.equal("no_terminal\nexit 0\n",
      run_lua.run(ask .. [[tell(system.read_secret "Password: ")]], { within = "setsid -w" }))
  end)
end)

describe("read_secret_from_stdin", function()
  local home

  setup(function() home = tmp.folder() end)
  teardown(function() tmp.remove(home) end)

  local function piped(code, input)
    tmp.write(home .. "/input", input)
    return run_lua.run(ask .. code, { within = ("sh -c 'cat %s/input | \"$@\"' sh"):format(home) })
  end

  local twice = "tell(system.read_secret_from_stdin()) tell(system.read_secret_from_stdin())"

  it("reads a line without its end", function()
    assert.equal("the secret\nended\nexit 0\n", piped(twice, "hunter2\n"))
    assert.equal("the secret\nended\nexit 0\n", piped(twice, "hunter2"))
    assert.equal("the secret\nthe secret\nexit 0\n", piped(twice, "hunter2\r\nhunter2\r\n"))
    assert.equal("another\nthe secret\nexit 0\n", piped(twice, "\nhunter2\n"))
    assert.equal("another\nended\nexit 0\n", piped(twice, "hunter2 \n"))
  end)

  it("leaves the following lines to other readers", function()
    assert.equal("the secret\nmore\nexit 0\n",
      piped("tell(system.read_secret_from_stdin()) print(io.read())", "hunter2\nmore\n"))
  end)

  it("reads at most 4096 bytes", function()
    assert.equal("another\nended\nexit 0\n", piped(twice, ("x"):rep(4096)))
    assert.equal("too_long\nended\nexit 0\n", piped(twice, ("x"):rep(4097)))
  end)

  it("rejects a terminal, which would show the secret", function()
    assert.matches("Password: terminal\nstatus 0\n",
      at_terminal(ask .. [[io.write "Password: " tell(system.read_secret_from_stdin())]], "true"))
  end)
end)

describe("the terminal", function()
  it("is distinguished from a pipe and a file, and has a width and a height", function()
    assert.equal("Password: true\ttrue\t77\t31\nstatus 0\necho", at_terminal([[
      local system = require "mimecast.system"
      os.execute "stty cols 77 rows 31"
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
