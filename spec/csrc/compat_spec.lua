-- Tests that the C modules of one Lua version load into their own Lua, and into no other.
local lua_versions = require "tools.lua_versions"
local run_lua = require "spec.support.run.run_lua"
local shell = require "tools.shell"

local function exists(path)
  local file = io.open(path)
  return file ~= nil and file:close()
end

-- Ends a test as pending if this machine lacks the interpreter, or the modules of a version.
local function need(interpreter, version)
  if shell.output("command -v " .. interpreter) == "" then pending(interpreter .. " is not installed") end
  if not exists(("build/%s/mimecast/core.so"):format(version)) then pending("build/" .. version .. " is not built") end
end

local code = [[
  for _, name in ipairs { "core", "http", "system" } do
    local ok, result = pcall(require, "mimecast." .. name)
    print(ok, ok and type(result) or result:match "undefined symbol: lua" or result:match "mimecast: this build is for .*")
  end]]

local versions = {}
for _, row in ipairs(lua_versions) do
  if versions[#versions] ~= row.version then versions[#versions + 1] = row.version end
end

describe("the C modules", function()
  for _, row in ipairs(lua_versions) do
    it("load into " .. row.interpreter, function()
      need(row.interpreter, row.version)
      assert.equal(("true\ttable\n"):rep(3) .. "exit 0\n",
        run_lua.run(code, { interpreter = row.interpreter, core = row.version }))
    end)
  end

  for _, row in ipairs(lua_versions) do
    for _, version in ipairs(versions) do
      if version ~= row.version then
        it(("of Lua %s do not load into %s, and say why"):format(version, row.interpreter), function()
          need(row.interpreter, version)
          local output = run_lua.run(code, { interpreter = row.interpreter, core = version })
          local count = 0
          for reason in output:gmatch "false\t([^\n]+)\n" do
            count = count + 1
            assert.not_equal("nil", reason)
          end
          assert.equal(3, count, output)
          assert.equal("exit 0\n", output:match "exit %d+\n$", output)
        end)
      end
    end
  end

  it("name both versions where the dynamic linker does not notice", function()
    need("lua5.3", "5.2")
    local output = run_lua.run([[print(select(2, pcall(require, "mimecast.http")))]], { interpreter = "lua5.3", core = "5.2" })
    assert.equal("mimecast: this build is for Lua 5.2, but the host is Lua 5.3\nexit 0\n", output)
  end)
end)
