-- Tests that what cannot read tools/lua_versions.lua agrees with it.
local lua_versions = require "tools.lua_versions"

local first, last = lua_versions[1].version, lua_versions[#lua_versions].version

local read = require("tools.shell").read

-- Returns a version as LUA_VERSION_NUM, such as 504, plus some minor versions.
local function number_of(version, more)
  local major, minor = version:match "(%d+)%.(%d+)"
  return math.floor(major * 100 + minor + (more or 0))
end

describe("the table of Lua versions", function()
  it("is the range that csrc/compat.h accepts", function()
    local low, high = read("csrc/compat.h"):match "#if LUA_VERSION_NUM < (%d+) || LUA_VERSION_NUM > (%d+)"
    assert.same({ number_of(first), number_of(last) }, { tonumber(low), tonumber(high) })
  end)

  it("is the range of the rockspecs", function()
    local low, high = read("rockspec/mimecast-scm-1.rockspec"):match '"lua >= ([%d.]+), < ([%d.]+)"'
    assert.same({ number_of(first), number_of(last, 1) }, { number_of(low), number_of(high) })
  end)

  it("has a package with interpreter and headers of each version in .ci/setup", function()
    local setup = read ".ci/setup"
    for _, row in ipairs(lua_versions) do
      assert.truthy(setup:find((row.interpreter:gsub("jit", "jit2?"):gsub("%.", "%%."))), row.interpreter)
    end
  end)

  it("is what the Makefile builds", function()
    local pipe = assert(io.popen "make -s -n build LUA=5.9 2>&1")
    local output = pipe:read "*a"
    pipe:close()
    local list = {}
    for _, row in ipairs(lua_versions) do
      if list[#list] ~= row.version then list[#list + 1] = row.version end
    end
    assert.truthy(output:find("LUA must be of " .. table.concat(list, " ") .. ", got 5.9", 1, true), output)
  end)
end)
