local run_lua = require "spec.support.run.run_lua"
local shell = require "tools.shell"
local system = require "mimecast.system"

describe("the identity of a process", function()
  it("is its user, its host and its number, as the system's own commands tell them", function()
    assert.equal(shell.output "id -un", system.identity().user)
    assert.equal(shell.output "hostname", system.identity().host)
    assert.equal(shell.output "echo $PPID", ("%d"):format(system.identity().pid))
  end)

  it("does not depend on the environment", function()
    local output = run_lua.run([[local own = require("mimecast.system").identity() print(own.user, own.host)]],
      { clean = true, environment = { USER = "somebody", LOGNAME = "somebody", HOSTNAME = "somewhere" } })
    assert.equal(("%s\t%s\nexit 0\n"):format(shell.output "id -un", shell.output "hostname"), output)
  end)

  it("has a user's number where the system knows no name", function()
    if shell.output "id -u" ~= "0" then return pending "this user may not become another" end
    assert.equal("54321\nexit 0\n", run_lua.run([[print(require("mimecast.system").identity().user)]],
      { within = "setpriv --ruid=54321" }))
  end)
end)
