-- The file of profiles: read, changed as a whole, and safe from other users.
local run_lua = require "spec.support.run.run_lua"
local shell = require "tools.shell"
local tmp = require "spec.support.run.tmp"

local prelude = [[
local profiles = require "mimecast.config.profiles"
local function change(run)
  local path, err = profiles.change(run)
  print(path and "written" or err.code .. ": " .. err.message)
end
]]

describe("config.profiles", function()
  local home, path

  before_each(function()
    home = tmp.folder()
    path = home .. "/mimecast/profiles.json"
  end)
  after_each(function() tmp.remove(home) end)

  local function run(code)
    return (run_lua.run(prelude .. code, { clean = true, environment = { XDG_CONFIG_HOME = home } }):gsub("\nexit 0\n$", ""))
  end

  local function write(text)
    shell.run(("mkdir -p '%s/mimecast'"):format(home))
    return tmp.write(path, text)
  end

  local function mode_of(file) return shell.output("stat -c %a '" .. file .. "'") end

  it("change: creates the file with mode 0600 and the folder with mode 0700", function()
    assert.equal("written", run [[change(function(all) all.work = { clientSecret = 's"\\', clientId = "i" } end)]])
    assert.equal('{\n  "work": {"clientId":"i","clientSecret":"s\\"\\\\"}\n}\n', tmp.read(path))
    assert.same({ "600", "700" }, { mode_of(path), mode_of(home .. "/mimecast") })
    assert.equal("profiles.json", shell.output("ls -A '" .. home .. "/mimecast'"))
  end)

  it("change: keeps the other profiles and all their values", function()
    write '{"b":{"region":"uk","timeout":7.5,"readOnly":true},"default":"b","a":{},"note":"ours","list":[1,"x"],"n":null}'
    assert.equal("written", run [[change(function(all) all.c = { region = "eu" } end)]])
    assert.equal('{\n  "a": {},\n  "b": {"region":"uk","timeout":7.5,"readOnly":true},\n  "c": {"region":"eu"},\n'
      .. '  "default": "b",\n  "list": [1,"x"],\n  "n": null,\n  "note": "ours"\n}\n', tmp.read(path))
  end)

  it("change: writes nothing if the change returns an error, or the file is invalid or unsafe", function()
    local refuse = [[change(function() return require("mimecast.config.options").error("invalid_profile", "no") end)]]
    local add = [[change(function(all) all.c = {} end)]]
    write '{"a":{}}'
    assert.equal("invalid_profile: no", run(refuse))
    assert.equal('{"a":{}}', tmp.read(path))
    write '{"a":'
    assert.truthy(run(add):find("^invalid_profile: "))
    assert.equal('{"a":', tmp.read(path))
    shell.run("chmod 640 " .. shell.quote(path))
    assert.truthy(run(add):find("^unwritable_profile: .*chmod 600"))
    assert.equal('{"a":', tmp.read(path))
  end)

  it("change: writes no file that is too large to be read, and none of a list", function()
    write '{"a":{}}'
    local output = run [[change(function(all) all.b = { clientId = ("x"):rep(65536) } end)]]
    assert.truthy(output:find("unwritable_profile: .* with this change it would be over 64 KiB"), output)
    assert.equal('{"a":{}}', tmp.read(path))
    write '[{"clientId":"x"}]'
    assert.truthy(run([[change(function() end)]]):find("invalid_profile: .* is not a JSON object of profiles"))
  end)

  it("change: is rejected while another process changes the file", function()
    write '{"a":{}}'
    local output = run [[change(function(all)
      local inner, err = profiles.change(function() end)
      print(inner, err.code, err.message:match "cannot be written: .*")
      all.b = {}
    end)]]
    assert.equal("nil\tunwritable_profile\tcannot be written: another process is writing it; try again\nwritten", output)
    assert.truthy(tmp.read(path):find('"b": {}', 1, true))
  end)

  it("change: keeps a symbolic link and replaces its target", function()
    local target = tmp.write(home .. "/elsewhere.json", '{"a":{}}')
    shell.run(("mkdir '%s/mimecast' && ln -s '%s' '%s'"):format(home, target, path))
    assert.equal("written", run [[change(function(all) all.b = {} end)]])
    assert.truthy(tmp.read(target):find('"b": {}', 1, true))
    assert.equal(target, shell.output(("readlink '%s'"):format(path)))
  end)

  it("change: needs a home folder", function()
    local output = run_lua.run(prelude .. "change(function() end)", { clean = true })
    assert.truthy(output:find("missing_profile: there is no home folder", 1, true), output)
  end)
end)
