-- Runs the examples of doc/command.md against the in-memory sandbox.
local exit_codes = require "mimecast.cli.exit_codes"
local run_cli = require "spec.support.run.run_cli"

local read = require("tools.shell").read

local text = read "doc/command.md"

-- Commands and their expected output, of both streams.
local examples = {}
for block in text:gmatch "\n```console\n(.-)\n```" do
  for line in block:gmatch "[^\n]+" do
    local command = line:match "^%$ (.*)$"
    if command then
      examples[#examples + 1] = { command = command, lines = {} }
    else
      table.insert(examples[#examples].lines, line)
    end
  end
end

describe("doc/command.md", function()
  it("has examples", function() assert.is_true(#examples >= 10) end)

  for _, example in ipairs(examples) do
    it("shows the output of " .. example.command, function()
      local line = example.command:gsub("^(.*)mimecast", function(before)
        return before .. run_cli.line { environment = { MIMECAST_SANDBOX = "1", COLUMNS = "200" } }
      end, 1)
      local result = run_cli.shell(line .. " 2>&1")
      local lines = {}
      for printed in result.out:gmatch "[^\n]+" do lines[#lines + 1] = printed end
      if result.code ~= 0 then lines[#lines + 1] = "exit " .. result.code end
      for i, printed in ipairs(lines) do -- durations differ from run to run
        lines[i] = printed:gsub("responds after %d+ ms", "responds after 0 ms"):gsub("%d s ahead", "0 s ahead")
      end
      assert.same(example.lines, lines)
    end)
  end

  it("lists all exit codes", function()
    local count = 0
    for name, code in pairs(exit_codes) do
      if type(code) == "number" then
        count = count + 1
        assert.truthy(text:find(("| %d |"):format(code), 1, true) or text:find(("%d if"):format(code), 1, true), name)
      end
    end
    assert.equal(12, count)
  end)

  it("names every global option and every command that is not an operation", function()
    local help = run_cli.run { "--help" }.out
    local listed = help:match "\nCommands:\n(.-)\n\n"
    local options = help:match "\nOptions:\n(.-)\n\n"
    for option in options:gmatch "%-%-[%l-]+" do assert.truthy(text:find("`" .. option, 1, true), option) end
    for _, command in ipairs { "users", "groups", "members", "plan", "apply", "bulk", "undo", "call", "sign", "doctor", "help",
      "repl", "sandbox", "completion" } do
      assert.truthy(listed:find("%f[%w-]" .. command .. "%f[^%w-]"), command)
      assert.truthy(text:find("`" .. command, 1, true), command)
    end
  end)
end)
