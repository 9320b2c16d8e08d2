local run_lua = require "spec.support.run.run_lua"
local shell = require "tools.shell"
local tmp = require "spec.support.run.tmp"

describe("the state folder of a user", function()
  local home

  before_each(function() home = tmp.folder() end)
  after_each(function() tmp.remove(home) end)

  local function path_with(environment, configured)
    local output = run_lua.run(('print(require("mimecast.base.user_folder").make("state", %s))'):format(configured or "nil"),
      { clean = true, environment = environment })
    return output:match "^(.*)\nexit 0\n$"
  end

  it("is below XDG_STATE_HOME or the home folder, with mode 0700", function()
    assert.equal(home .. "/a b/mimecast", path_with { XDG_STATE_HOME = home .. "/a b", HOME = home })
    assert.equal(home .. "/.local/state/mimecast", path_with { HOME = home })
    assert.equal(home .. "/.local/state/mimecast", path_with { HOME = home, XDG_STATE_HOME = "" })
    assert.equal("700 700", shell.output(("cd '%s' && stat -c %%a 'a b/mimecast' .local/state/mimecast | xargs"):format(home)))
  end)

  it("is the configured folder, if any", function()
    assert.equal(home .. "/own/x", path_with({ HOME = home }, ("%q"):format(home .. "/own/x")))
    assert.equal("own", shell.output("ls -A " .. home))
  end)

  it("is nil without a home folder, and creates no home folder", function()
    assert.equal(home .. "/gone/.local/state/mimecast", path_with { HOME = home .. "/gone" })
    assert.equal("", shell.output("ls -A " .. home))
    assert.equal("nil", path_with {})
    assert.equal("nil", path_with { HOME = "" })
  end)
end)

describe("a folder of a user", function()
  local function path_of(kind, environment)
    local output = run_lua.run(('print(require("mimecast.base.user_folder").path(%q))'):format(kind),
      { clean = true, environment = environment })
    return output:match "^(.*)\nexit 0\n$"
  end

  it("is named by the XDG variable of its kind, or is below the home folder, and is not created", function()
    local home = tmp.folder()
    assert.equal("/x/mimecast", path_of("config", { XDG_CONFIG_HOME = "/x", HOME = home }))
    assert.equal("/x/mimecast", path_of("cache", { XDG_CACHE_HOME = "/x", HOME = home }))
    assert.equal(home .. "/.config/mimecast", path_of("config", { HOME = home }))
    assert.equal(home .. "/.cache/mimecast", path_of("cache", { HOME = home, XDG_CACHE_HOME = "" }))
    assert.equal("nil", path_of("cache", {}))
    assert.equal("", shell.output("ls -A " .. home))
    tmp.remove(home)
  end)
end)
