--- Writes the two rockspecs from the tree: `make rockspecs` passes the C sources of each module as the Makefile knows them.
---
--- usage: lua tools/rockspec.lua CORE HTTP SYSTEM     each a list of paths in one argument
local version = assert(io.open("csrc/core.c")):read("*a"):match '#define MC_VERSION "([%d.]+)"'

local lua_versions = require "tools.lua_versions"
local major, minor = lua_versions[#lua_versions].version:match "(%d+)%.(%d+)"
local lua_range = ("lua >= %s, < %d.%d"):format(lua_versions[1].version, major, minor + 1)

local head = [[
-- Written by `make rockspecs` from the tree; a spec holds the two against each other.
rockspec_format = "3.0"
package = "mimecast"
version = "%s-1"
source = {
  url = "git+https://github.com/lua-mimecast/lua-mimecast.git",%s
}
description = {
  summary = "A client of the Mimecast API, for Lua and OpenResty",
  detailed = "Changes a Mimecast account in one line: a C core (signing, HTTP over libcurl, field marshalling) with Lua on top,"
    .. " for both generations of the API.",
  homepage = "https://github.com/lua-mimecast/lua-mimecast",
  license = "MIT",
}
dependencies = {
  "%s",
  "lua-cjson >= 2.1",
  "argparse >= 0.7",
}
external_dependencies = {
%s}
build = {
  type = "builtin",
  install = { bin = { mimecast = "bin/mimecast" } },
  modules = {
]]

-- The libraries that a C module links, by their names in external_dependencies.
local externals = {
  { name = "CURL", header = "curl/curl.h", library = "curl" },
  { name = "CRYPTO", header = "openssl/evp.h", library = "crypto" },
  { name = "SSL", header = "openssl/ssl.h", library = "ssl" },
  { name = "UTF8PROC", header = "utf8proc.h", library = "utf8proc" },
}
local by_library = {}
for _, external in ipairs(externals) do by_library[external.library] = external end

local c_modules = {
  { name = "mimecast.core", libraries = { "crypto", "utf8proc" } },
  { name = "mimecast.http", libraries = { "curl", "ssl", "crypto" } },
  { name = "mimecast.system", libraries = { "crypto" } },
}

local function quoted(list, form)
  local parts = {}
  for i, value in ipairs(list) do parts[i] = ('"%s"'):format((form or "%s"):format(value)) end
  return table.concat(parts, ", ")
end

local function names_of(libraries)
  local names = {}
  for i, library in ipairs(libraries) do names[i] = by_library[library].name end
  return names
end

local module_form = [[
    ["%s"] = {
      sources = {
        "%s",
      },
      defines = { "_DEFAULT_SOURCE" },
      libraries = { %s },
      incdirs = { %s },
      libdirs = { %s },
    },
]]

local function c_module(module, sources)
  local list = {}
  for path in sources:gmatch "%S+" do list[#list + 1] = path end
  table.sort(list)
  local names = names_of(module.libraries)
  return module_form:format(module.name, table.concat(list, '",\n        "'), quoted(module.libraries),
    quoted(names, "$(%s_INCDIR)"), quoted(names, "$(%s_LIBDIR)"))
end

-- All Lua modules, as git knows them; in a release without git, as they stand.
local function lua_modules()
  local list = {}
  local pipe = assert(io.popen("git ls-files --cached --others --exclude-standard lua 2>/dev/null || find lua -name '*.lua'"))
  for path in pipe:lines() do
    local name = path:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")
    list[#list + 1] = ('    ["%s"] = "%s",\n'):format(name, path)
  end
  pipe:close()
  table.sort(list)
  return table.concat(list)
end

local function text(rock_version, tag)
  local dependencies, parts = {}, {}
  for i, external in ipairs(externals) do
    dependencies[i] = ('  %s = { header = "%s", library = "%s" },\n'):format(external.name, external.header, external.library)
  end
  for i, module in ipairs(c_modules) do parts[i] = c_module(module, arg[i]) end
  local opening = head:format(rock_version, tag, lua_range, table.concat(dependencies))
  return opening .. table.concat(parts) .. lua_modules() .. "  },\n}\n"
end

local function write(path, content)
  local file = assert(io.open(path, "wb"))
  assert(file:write(content))
  assert(file:close())
end

write(("rockspec/mimecast-%s-1.rockspec"):format(version), text(version, ('\n  tag = "v%s",'):format(version)))
write("rockspec/mimecast-scm-1.rockspec", text("scm", ""))
