-- Checks that bin/mimecast finds its modules and loads none from the working directory.
local run_cli = require "spec.support.run.run_cli"
local shell = require "tools.shell"

local quote = shell.quote
local interpreter = shell.interpreter
local root = shell.run "pwd"

-- Runs a shell script against the in-memory sandbox.
local function run(folder, script, environment)
  return run_cli.shell(("cd %s && unset MIMECAST_CLIENT_ID LUA_PATH LUA_CPATH LUA_INIT && export HOME=/nonexistent "
    .. "MIMECAST_SANDBOX=1 LUA=%s ROOT=%s %s && %s"):format(quote(folder), interpreter, quote(root), environment or "", script))
end

local expected = "ann@example.com"
local words = "users --limit 50 --csv"

describe("bin/mimecast", function()
  local folder

  before_each(function() folder = shell.make_folder() end)
  after_each(function() shell.remove_folder(folder) end)

  -- Creates modules that print FOREIGN if they are loaded.
  local function create_foreign_modules()
    for _, name in ipairs { "readline", "cjson", "argparse", "socket", "mimecast", "mimecast/cli", "mimecast/core", "ngx" } do
      local path = folder .. "/" .. name
      shell.run("mkdir -p " .. quote(path))
      for _, file in ipairs { path .. ".lua", path .. "/init.lua" } do
        shell.write(file, "io.stdout:write 'FOREIGN\\n' os.exit(99)")
      end
    end
  end

  local paths = { ["no LUA_PATH"] = "", ["a LUA_PATH of the working directory"] = "'LUA_PATH=./?.lua;?.lua;./?/init.lua;;' "
    .. "'LUA_PATH_5_4=./?.lua;?.lua;./?/init.lua;;' 'LUA_CPATH=./?.so;;'" }

  for what, environment in pairs(paths) do
    it("loads nothing from the working directory, with " .. what, function()
      create_foreign_modules()
      local result = run(folder, "$LUA $ROOT/bin/mimecast " .. words, environment)
      assert.equal(0, result.code, result.err)
      assert.truthy(result.out:find(expected, 1, true), result.out)
      assert.is_nil(result.out:find("FOREIGN", 1, true))
    end)

    it("repl: loads no readline from the working directory, with " .. what, function()
      create_foreign_modules()
      local result = run(folder, "echo exit | script -qefc '$LUA $ROOT/bin/mimecast repl' /dev/null", environment)
      assert.equal(0, result.code, result.out)
      assert.is_nil(result.out:find("FOREIGN", 1, true), result.out)
    end)
  end

  local ways = {
    ["a symbolic link"] = "ln -s $ROOT/bin/mimecast mc && $LUA mc",
    ["an absolute link"] = "ln -s $ROOT/bin/mimecast mc && $LUA $PWD/mc",
    ["a relative link in another folder"] = "mkdir tools && ln -s $ROOT checkout && ln -s ../checkout/bin/mimecast tools/mc"
      .. " && cd / && $LUA $OLDPWD/tools/mc",
    ["a chain of links"] = "mkdir a b && ln -s $ROOT/bin/mimecast a/mc && ln -s ../a/mc b/mc && ln -s b/mc mc && $LUA ./mc",
    ["a link whose name has a quote"] = [[ln -s $ROOT/bin/mimecast "it's" && $LUA "it's"]],
    ["a relative path of the checkout"] = "ln -s $ROOT checkout && cd checkout && $LUA bin/mimecast",
    ["its own folder"] = "cd $ROOT/bin && $LUA mimecast",
  }
  for what, command in pairs(ways) do
    it("finds its modules if called through " .. what, function()
      local result = run(folder, command .. " " .. words)
      assert.equal(0, result.code, result.err)
      assert.truthy(result.out:find(expected, 1, true), result.out)
    end)
  end

  for _, name in ipairs { "what?", "a;b", "?;?.lua", "it's $HOME \"and\" \\ more" } do
    it("finds its modules in a folder called " .. name, function()
      local place = quote(folder .. "/" .. name)
      shell.run(("mkdir -p %s/build && cp -r bin lua %s && cp -r build/%s %s/build"):format(place, place, shell.abi, place))
      local result = run(folder, ("$LUA %s/bin/mimecast %s"):format(place, words))
      assert.equal(0, result.code, result.err)
      assert.truthy(result.out:find(expected, 1, true), result.out)
      result = run(folder, (": | $LUA %s/bin/mimecast sandbox"):format(place)) -- nginx finds them as well
      assert.equal(0, result.code, result.err)
      assert.truthy(result.out:find("MIMECAST_BASE_URL", 1, true), result.out)
    end)
  end
end)
