local core = require "mimecast.core"
local run_lua = require "spec.support.run.run_lua"
local shell = require "tools.shell"
local system = require "mimecast.system"
local tmp = require "spec.support.run.tmp"

local read = system.read_secret_from_command

describe("read_secret_from_command", function()
  after_each(function() tmp.clean() end)

  local function sh(script, ...) return { "sh", "-c", script, "sh", ... } end

  it("returns the line that a program writes, as a secret", function()
    for script, expected in pairs { ["echo Planted-1"] = "Planted-1", ["printf Planted-2"] = "Planted-2",
      ["printf 'Planted 3\\r\\n'"] = "Planted 3", ["printf '\\n\\n' | tr '\\n' x"] = "xx" } do
      local secret = assert(read(sh(script), 5))
      assert.equal("secret(…)", tostring(secret))
      assert.equal(expected, core.secret.reveal(secret))
    end
  end)

  it("passes the words unchanged, without a shell", function()
    local words = sh [[printf '%s|' "$@"]]
    for _, word in ipairs { "a b", "$HOME", "", "*", "`id`", "'\"\\" } do words[#words + 1] = word end
    assert.equal([[a b|$HOME||*|`id`|'"\|]], core.secret.reveal(assert(read(words, 5))))
  end)

  it("gives the program an empty standard input, and lets its standard error through", function()
    local output = run_lua.run([[
      local system = require "mimecast.system"
      local core = require "mimecast.core"
      print(core.secret.reveal(assert(system.read_secret_from_command({ "sh", "-c", "echo asked >&2; wc -c" }, 5))))]])
    assert.truthy(output:find("asked", 1, true), output)
    assert.truthy(output:find("%s*0\nexit 0\n$"), output)
  end)

  it("rejects no output, several lines, and more than 4096 bytes", function()
    local nothing = "wrote nothing to its standard output"
    for script, message in pairs { ["true"] = nothing, ["echo"] = nothing,
      ["echo Planted; echo more"] = "wrote more than one line",
      ["yes"] = "wrote more than 4096 bytes" } do
      local secret, found = read(sh(script), 5)
      assert.is_nil(secret)
      assert.equal(message, found)
    end
    assert.equal(4096, #core.secret.reveal(assert(read(sh "head -c 4096 /dev/zero | tr '\\0' x", 5))))
    assert.equal("too_long", (select(3, read(sh "head -c 4097 /dev/zero | tr '\\0' x", 5))))
  end)

  it("reports a program that fails, is ended by a signal or cannot be started", function()
    for _, case in ipairs { { sh "echo Planted; exit 3", "ended with exit code 3", "failed" },
      { sh "echo Planted; kill -9 $$", "was ended by signal 9", "failed" },
      { { "/nonexistent/program" }, "No such file or directory", "not_started" },
      { { "" }, "No such file or directory", "not_started" }, { { "/etc/passwd" }, "Permission denied", "not_started" } } do
      local secret, message, kind = read(case[1], 5)
      assert.is_nil(secret)
      assert.same({ case[2], case[3] }, { message, kind })
    end
  end)

  it("ends the program at the time limit, whether it writes, waits or has closed its output", function()
    local path = tmp.path "pid"
    for _, script in ipairs { "exec sleep 60", "exec >&-; exec sleep 60", "while :; do printf x; sleep 0.05; done" } do
      local start = core.monotonic()
      local _, message, kind = read(sh("echo $$ >" .. path .. "; " .. script), 0.3)
      local seconds = core.monotonic() - start
      assert.same({ "took longer than its time limit", "timeout" }, { message, kind })
      assert.is_true(seconds >= 0.25 and seconds < 3, seconds)
      assert.equal("", shell.output("ps -o pid= -p " .. tmp.read(path)))
    end
  end)

  it("leaves no child process, no open file and no blocked signal", function()
    local function open_files() return #system.list_folder "/proc/self/fd" end
    read(sh "echo x", 5) -- loads what is loaded once
    local before = open_files()
    for i = 1, 20 do read(i % 2 == 0 and sh "echo x" or { "/nonexistent" }, 5) end
    assert.equal(before, open_files())
    assert.equal("", shell.output("ps -o stat= --ppid $PPID | grep Z"))
    local file = assert(io.open "/proc/self/status")
    assert.equal("0000000000000000", file:read("*a"):match "SigBlk:%s*(%x+)")
    file:close()
  end)

  it("passes no open file and no blocked signal to the program", function()
    local counter = system.signal_counter()
    local held = assert(system.open_append(tmp.path "held", "new"))
    local secret = assert(read(sh "grep SigBlk /proc/self/status; : ", 5))
    assert.equal("0000000000000000", core.secret.reveal(secret):match "SigBlk:%s*(%x+)")
    assert.is_nil(core.secret.reveal(assert(read(sh "ls -l /proc/self/fd | tr '\\n' ' '", 5))):find("held", 1, true))
    held:close()
    counter:close()
  end)

  it("raises for words that are no list of texts and for a wrong time", function()
    for _, words in ipairs { {}, { 1 }, { "a\0b" }, "ls" } do assert.error(function() read(words, 1) end) end
    for _, seconds in ipairs { 0, -1, 3601, 0 / 0 } do assert.error(function() read({ "true" }, seconds) end) end
    local many = {}
    for i = 1, 65 do many[i] = "x" end
    assert.error(function() read(many, 1) end)
  end)
end)
