-- `users --csv` can be edited and planned again.
local run_cli = require "spec.support.run.run_cli"
local tmp = require "spec.support.run.tmp"

local function run(...) return run_cli.run { ... } end

describe("the list of users --csv", function()
  teardown(tmp.clean)

  local csv = run("users", "--domain", "example.com", "--csv").out

  -- Plans the list with a column more.
  local function plan(text)
    local path = tmp.file(text, "users.csv")
    return run("plan", path, "--out", tmp.path "users.plan")
  end

  it("plans no change as it is", function()
    local result = plan(csv)
    assert.truthy(result.out:find("0 would change", 1, true), result.out .. result.err)
    assert.truthy(result.out:find("ignored: domain, addressType, source, alias", 1, true), result.out)
  end)

  it("plans the changes of a column that was added in an editor or a spreadsheet", function()
    local edited = csv:gsub("([^\n]*)\n", function(line)
      if line:find "^username" then return line .. ",accountDisabled\n" end
      return line .. (line:find("ann@", 1, true) and ",TRUE\n" or ",\n")
    end)
    local with_mark = "\239\187\191" .. edited:gsub("\n", "\r\n")
    for _, text in ipairs { edited, with_mark, (edited:gsub(",", ";")), (edited:gsub(",", "\t")) } do
      local result = plan(text)
      assert.truthy(result.out:find("1 would change", 1, true), result.out .. result.err)
      assert.truthy(result.out:find("ann@example.com: accountDisabled: false → true\n", 1, true), result.out)
    end
  end)
end)
