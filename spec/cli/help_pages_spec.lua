-- The help pages of the command: examples first, one screen each, topics, suggestions, the pager.
local commands = require "mimecast.cli.commands"
local help_pages = require "mimecast.cli.help_pages"
local help_topics = require "mimecast.cli.help_topics"
local parser = require "mimecast.cli.parser"
local registry = require "mimecast.model.registry"
local run_cli = require "spec.support.run.run_cli"
local terminal_text = require "mimecast.cli.io.terminal_text"

local max_lines = 40

local function lines_of(page)
  local lines = {}
  for line in (page .. "\n"):gmatch "(.-)\n" do lines[#lines + 1] = line end
  return lines
end

local function run(...) return run_cli.run { ... } end

describe("the help page of a command", function()
  it("fits a screen of 40 lines and 100 columns", function()
    for _, name in ipairs(commands.names()) do
      local lines = lines_of(parser.help_page(name))
      assert.is_true(#lines <= max_lines, ("%s: %d lines"):format(name, #lines))
      for _, line in ipairs(lines) do
        local is_example = line:find "^  mimecast" or line:find "^    %-%-" or line:find "^  printf"
        assert.is_true(is_example ~= nil or terminal_text.width(line) <= 100, name .. ": " .. line)
      end
    end
    assert.is_true(#lines_of(parser.help_page()) <= max_lines)
  end)

  it("begins with what the command does and examples", function()
    for _, name in ipairs(commands.names()) do
      local page, command = parser.help_page(name), commands.find(name)
      local usage = assert(page:find("\nUsage: mimecast " .. name, 1, true), name)
      assert.is_true(usage > 10, name)
      if command.example then
        local example = page:find("Examples:\n" .. command.example, 1, true)
        assert.is_true(example ~= nil and example < usage, name)
      end
    end
  end)

  it("lists every option, or names the topic that has it", function()
    local _, elements = parser.build()
    for _, name in ipairs(commands.names()) do
      local page = parser.help_page(name)
      for topic in page:gmatch "mimecast help ([%w-]+)\n" do page = page .. (help_pages.topic(topic) or "") end
      for _, option in ipairs(elements[name]._options) do
        assert.truthy(page:find(option._name, 1, true), name .. " " .. option._name)
      end
    end
  end)
end)

describe("the help page of all commands", function()
  it("names every command that is not an operation, by groups", function()
    local page = run().out
    for _, group in ipairs(commands.groups()) do
      for _, name in ipairs(group.short and group.names or {}) do
        assert.truthy(page:find("%f[%w-]" .. name:gsub("%-", "%%-") .. "%f[^%w-]"), name)
      end
    end
    assert.truthy(page:find("\n  One account  ", 1, true), page)
  end)

  it("begins with examples that the parser accepts", function()
    local examples = run().out:match "Examples:\n(.-)\n\n"
    local count = 0
    for line in examples:gmatch "[^\n]+" do
      local words = {}
      for word in line:match("mimecast (.-)  ").gmatch(line:match "mimecast (.-)  ", "%S+") do
        if word:sub(1, 1) ~= ">" then words[#words + 1] = word end
      end
      assert.truthy(parser.parse(words), line)
      count = count + 1
    end
    assert.is_true(count >= 4)
  end)
end)

describe("mimecast help", function()
  it("has a page for each topic", function()
    for _, name in ipairs(help_topics.names()) do
      local result = run("help", name)
      assert.same({ 0, "" }, { result.code, result.err })
      assert.is_true(#lines_of(result.out) > 8, name)
      if name ~= "commands" then assert.is_true(#lines_of(result.out) <= max_lines + 10, name .. #lines_of(result.out)) end
    end
    local all = run("help", "commands").out
    for _, name in ipairs(registry.names()) do
      local _, kind = registry.find(name)
      if kind == "item" or kind == "list" then assert.truthy(all:find("\n  " .. terminal_text.kebab(name), 1, true), name) end
    end
  end)

  it("lists the exit codes of doc/command.md", function()
    local file = assert(io.open "doc/command.md")
    local text = file:read "*a"
    file:close()
    local page = run("help", "exit-codes").out
    for code in text:match("## Exit codes(.*)"):gmatch "\n| (%d+) |" do
      assert.truthy(page:find("\n  " .. code .. "  ", 1, true), code)
    end
  end)

  it("suggests commands, options, values, operations and topics", function()
    for words, suggestion in pairs {
      ["disabel ann@example.com"] = "did you mean disable?", ["help outptu"] = "did you mean output?",
      ["help disabl"] = "did you mean disable?", ["users --domian x"] = "did you mean '--domain'?",
      ["users --output tabel"] = "did you mean table?", ["users --output=cvs"] = "did you mean csv?",
      ["find-groups --source clod"] = "did you mean cloud?",
      ["plan x.csv --operation update-usr"] = "did you mean update-user?",
      ["report x --state not-snet"] = "did you mean not-sent?",
    } do
      local list = {}
      for word in words:gmatch "%S+" do list[#list + 1] = word end
      local result = run_cli.run(list)
      assert.equal(2, result.code, words)
      assert.truthy(result.err:find(suggestion, 1, true), words .. ": " .. result.err)
    end
  end)
end)

describe("long help", function()
  local function words(pager, ...)
    return { environment = { MIMECAST_SANDBOX = "1", TERM = "xterm", PAGER = pager }, ... }
  end

  it("goes through PAGER on a terminal only", function()
    local shown = run_cli.terminal(words("sed s/^/PAGED:/", "help", "commands"))
    assert.equal(0, shown.code, shown.out)
    assert.truthy(shown.out:find("PAGED:  disable", 1, true), shown.out)
    local piped = run_cli.run(words("sed s/^/PAGED:/", "help", "commands"))
    assert.is_nil(piped.out:find("PAGED", 1, true))
  end)

  it("is written as it is without PAGER", function()
    for _, pager in ipairs { "", "cat" } do
      local shown = run_cli.terminal(words(pager, "--help"))
      assert.truthy(shown.out:find("Usage: mimecast COMMAND", 1, true), shown.out)
    end
  end)
end)
