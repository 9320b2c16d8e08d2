-- Runs the snippets of README.md and of the pages below unchanged, against the sandbox tenant in the process.
local run_lua = require "spec.support.run.run_lua"
local options = require "mimecast.config.options"
local tmp = require "spec.support.run.tmp"

local load_text = loadstring or load -- luacheck: ignore

local read = require("tools.shell").read

local function snippets(path)
  local list = {}
  for code in read(path):gmatch "\n```lua\n(.-)\n```" do list[#list + 1] = code end
  return list
end

local function run(code)
  if not code:find("require \"mimecast\"", 1, true) then code = 'local mimecast = require "mimecast"\n' .. code end
  return run_lua.run(code, { clean = true, environment = { MIMECAST_SANDBOX = "1", XDG_CONFIG_HOME = "/nonexistent" } })
end

for path, count in pairs { ["README.md"] = 2, ["doc/getting-started.md"] = 1, ["doc/configuration.md"] = 1 } do
  describe(path, function()
    local list = snippets(path)

    it("has snippets", function() assert.is_true(#list >= count) end)

    for i, code in ipairs(list) do
      it(("snippet %d runs: %s"):format(i, code:match "[^\n]*"), function()
        assert(load_text(code, "snippet"))
        local output = run(code)
        assert.truthy(output:find "exit 0\n$", output)
      end)
    end
  end)
end

describe("README.md", function()
  local text = read "README.md"

  it("shows the output of its first call", function()
    local shown = text:match "\n```\n\n(    email .-)\n\n":gsub("    ([^\n]*)", "%1")
    assert.equal(shown .. "\nexit 0\n", run(snippets "README.md"[1]))
  end)

  it("can be read in two minutes", function()
    local _, lines = text:gsub("\n", "")
    assert.is_true(lines < 150, tostring(lines))
  end)

  it("links only to pages that exist", function()
    for link in text:gmatch "%]%(([%w_./-]+)%)" do
      local file = io.open(link)
      assert.truthy(file, link)
      file:close()
    end
  end)
end)

describe("each page in doc/", function()
  it("is linked from README.md or CONTRIBUTING.md", function()
    local text = read "README.md" .. read "CONTRIBUTING.md"
    local listing = assert(io.popen "ls doc/*.md")
    for path in listing:lines() do assert.truthy(text:find("](" .. path .. ")", 1, true), path) end
    listing:close()
  end)
end)

describe("doc/configuration.md", function()
  it("names every option", function()
    local text = read "doc/configuration.md"
    for _, option in ipairs(options.list) do
      assert.truthy(text:find("`" .. option.name .. "`", 1, true)
        or text:find(option.name .. " = ", 1, true), option.name)
    end
  end)
end)

describe("doc/bulk.md", function()
  teardown(tmp.clean)

  for i, code in ipairs(snippets "doc/bulk.md") do
    it(("snippet %d runs: %s"):format(i, code:match "[^\n]*"), function()
      local folder = tmp.folder()
      local output = run((code:gsub('"leavers', '"' .. folder .. "/leavers")))
      assert.truthy(output:find "exit 0\n$", output)
    end)
  end
end)

describe("the documents", function()
  for _, path in ipairs { "doc/adding-an-operation.md", "doc/sandbox.md" } do
    it("have snippets that are valid Lua: " .. path, function()
      local list = snippets(path)
      assert.is_true(#list > 0)
      for _, code in ipairs(list) do
        local chunk, reason = load_text(code, "snippet")
        if not chunk then chunk = load_text("return {\n" .. code .. "\n}", "snippet") end -- a part of a table
        assert.truthy(chunk, ("%s\n%s"):format(tostring(reason), code))
      end
    end)
  end
end)
