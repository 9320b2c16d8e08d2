local run_lua = require "spec.support.run.run_lua"
local shell = require "tools.shell"
local tmp = require "spec.support.run.tmp"

describe("the state folder", function()
  local home

  before_each(function() home = tmp.folder() end)
  after_each(function() tmp.remove(home) end)

  local function found(environment, configured)
    local output = run_lua.run(('print(require("mimecast.base.state_folder").path(%s))'):format(configured or ""),
      { clean = true, environment = environment })
    return output:match "^(.*)\nexit 0\n$"
  end

  it("is below XDG_STATE_HOME, else below the home folder, and its owner's alone", function()
    assert.equal(home .. "/a b/mimecast", found { XDG_STATE_HOME = home .. "/a b", HOME = home })
    assert.equal(home .. "/.local/state/mimecast", found { HOME = home })
    assert.equal(home .. "/.local/state/mimecast", found { HOME = home, XDG_STATE_HOME = "" })
    assert.equal("700 700", shell.output(("cd '%s' && stat -c %%a 'a b/mimecast' .local/state/mimecast | xargs"):format(home)))
  end)

  it("is the one of the setting before both", function()
    assert.equal(home .. "/own/x", found({ HOME = home }, ("%q"):format(home .. "/own/x")))
    assert.equal("own", shell.output("ls -A " .. home))
  end)

  it("is none where there is no home folder, and none is made", function()
    assert.equal(home .. "/gone/.local/state/mimecast", found { HOME = home .. "/gone" })
    assert.equal("", shell.output("ls -A " .. home))
    assert.equal("nil", found {})
    assert.equal("nil", found { HOME = "" })
  end)
end)
