local child = require "spec.support.child"
local folder = require "spec.support.folder"

describe("the state folder", function()
  local home

  before_each(function() home = folder.make() end)
  after_each(function() folder.remove(home) end)

  local function found(environment, configured)
    local output = child.run(('print(require("mimecast.base.state_folder").path(%s))'):format(configured or ""),
      { clean = true, environment = environment })
    return output:match "^(.*)\nexit 0\n$"
  end

  it("is below XDG_STATE_HOME, else below the home folder, and its owner's alone", function()
    assert.equal(home .. "/a b/mimecast", found { XDG_STATE_HOME = home .. "/a b", HOME = home })
    assert.equal(home .. "/.local/state/mimecast", found { HOME = home })
    assert.equal(home .. "/.local/state/mimecast", found { HOME = home, XDG_STATE_HOME = "" })
    assert.equal("700 700", folder.shell(("cd '%s' && stat -c %%a 'a b/mimecast' .local/state/mimecast | xargs"):format(home)))
  end)

  it("is the one of the setting before both", function()
    assert.equal(home .. "/own/x", found({ HOME = home }, ("%q"):format(home .. "/own/x")))
    assert.equal("own", folder.shell("ls -A " .. home))
  end)

  it("is none where there is no home folder, and none is made", function()
    assert.equal(home .. "/gone/.local/state/mimecast", found { HOME = home .. "/gone" })
    assert.equal("", folder.shell("ls -A " .. home))
    assert.equal("nil", found {})
    assert.equal("nil", found { HOME = "" })
  end)
end)
