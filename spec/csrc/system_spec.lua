local run_lua = require "spec.support.run.run_lua"
local shell = require "tools.shell"
local system = require "mimecast.system"

describe("identity", function()
  it("returns the user, host and process id, as the system's commands do", function()
    assert.equal(shell.output "id -un", system.identity().user)
    assert.equal(shell.output "hostname", system.identity().host)
    assert.equal(shell.output "echo $PPID", ("%d"):format(system.identity().pid))
  end)

  it("does not depend on the environment", function()
    local output = run_lua.run([[local identity = require("mimecast.system").identity() print(identity.user, identity.host)]],
      { clean = true, environment = { USER = "somebody", LOGNAME = "somebody", HOSTNAME = "somewhere" } })
    assert.equal(("%s\t%s\nexit 0\n"):format(shell.output "id -un", shell.output "hostname"), output)
  end)

  it("returns the user's number if there is no name", function()
    if shell.output "id -u" ~= "0" then return pending "this user may not become another" end
    assert.equal("54321\nexit 0\n", run_lua.run([[print(require("mimecast.system").identity().user)]],
      { within = "setpriv --ruid=54321" }))
  end)
end)

describe("process_exists", function()
  it("returns whether there is a process of that id, also of another user", function()
    assert.is_true(system.process_exists(system.identity().pid))
    assert.is_true(system.process_exists(1))
    assert.is_false(system.process_exists(tonumber(shell.output "sh -c 'echo $$'")))
  end)

  it("raises for a number that is no process id", function()
    for _, wrong in ipairs { 0, -1, 0.5, 2 ^ 31, "x" } do
      assert.error(function() system.process_exists(wrong) end)
    end
  end)
end)

describe("modified", function()
  it("returns the time of a file's last change, or nil without the file", function()
    local path = os.tmpname()
    shell.run("touch -d '2026-11-30 08:00:01 UTC' " .. path)
    assert.equal(1796025601, system.modified(path))
    os.remove(path)
    assert.is_nil(system.modified(path))
  end)
end)
