local core = require "mimecast.core"
local mimecast = require "mimecast"

local read = require("tools.shell").read

local function rockspec(path)
  local env = {}
  local load_text = loadstring or load -- luacheck: ignore
  if setfenv then -- luacheck: ignore
    setfenv(assert(load_text(read(path))), env)() -- luacheck: ignore
  else
    assert(load(read(path), path, "t", env))()
  end
  return env
end

local function files(command)
  local list = {}
  local pipe = assert(io.popen(command))
  for line in pipe:lines() do list[#list + 1] = line end
  pipe:close()
  return list
end

local function module_of(path)
  return (path:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", "."))
end

describe("the rockspecs", function()
  local scm = rockspec "rockspec/mimecast-scm-1.rockspec"
  local release = rockspec("rockspec/mimecast-" .. core.version .. "-1.rockspec")

  it("install every Lua module, and list no missing file", function()
    local expected = {}
    for _, path in ipairs(files "find lua -name '*.lua'") do expected[module_of(path)] = path end
    local listed = {}
    for name, path in pairs(scm.build.modules) do
      if type(path) == "string" then listed[name] = path end
    end
    assert.same(expected, listed)
  end)

  it("build the three C modules from all C files", function()
    local seen, sources = {}, {}
    for _, name in ipairs { "mimecast.core", "mimecast.http", "mimecast.system" } do
      for _, path in ipairs(scm.build.modules[name].sources) do
        if not seen[path] then sources[#sources + 1] = path end
        seen[path] = true
      end
    end
    table.sort(sources)
    assert.same(files "find csrc -name '*.c' | LC_ALL=C sort", sources)
  end)

  it("have the same build and dependencies for the release and the checkout", function()
    assert.same(scm.build, release.build)
    assert.same(scm.dependencies, release.dependencies)
  end)

  it("have the same version as the module, the core and the change log", function()
    assert.equal(core.version .. "-1", release.version)
    assert.equal(core.version, mimecast._VERSION)
    assert.equal(core.version, read("CHANGELOG.md"):match("\n## (%S+)"))
  end)
end)
