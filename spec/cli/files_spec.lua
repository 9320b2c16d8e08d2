-- The files of doc/files.md: each with its options, and without.
local cases = require "spec.vectors.files.cases"
local json = require "mimecast.json"
local run_cli = require "spec.support.run.run_cli"
local tmp = require "spec.support.run.tmp"

local quote = run_cli.quote

-- Runs `mimecast plan` on a file. The options are words of a shell, as in the documentation.
local function plan(folder, case, options)
  local line = run_cli.line { "plan", folder .. "/" .. case.file, "--out", folder .. "/out.plan" }
  os.remove(folder .. "/out.plan")
  return run_cli.shell(line .. " " .. (options or ""))
end

local function changes_of(path)
  local list = {}
  for line in io.lines(path) do
    local row = json.decode(line)
    if row.action == "change" then
      local parts = {}
      for _, name in ipairs { "accountDisabled", "archiveStartDate", "username" } do
        if row.set[name] ~= nil then parts[#parts + 1] = name .. "=" .. json.encode(row.set[name]) end
      end
      list[#list + 1] = row.key .. ": " .. table.concat(parts, " ")
    end
  end
  return list
end

describe("a file of", function()
  local folder = tmp.folder()
  setup(function() assert.equal(0, run_cli.shell("lua5.4 spec/vectors/files/make.lua " .. quote(folder)).code) end)
  teardown(tmp.clean)

  for _, case in ipairs(cases) do
    it(case.program .. " is planned as it is, with its options", function()
      local result = plan(folder, case, case.options)
      if case.remedy then
        assert.equal(2, result.code)
        assert.truthy(result.err:find(case.remedy, 1, true), result.err)
        return
      end
      assert.equal(0, result.code, result.err)
      assert.same(case.rows, changes_of(folder .. "/out.plan"))
    end)

    if case.without then
      it(case.program .. " changes nothing without its options, and the message says what to pass", function()
        local result = plan(folder, case)
        assert.truthy((result.err .. result.out):find(case.without, 1, true), result.err .. result.out)
        if result.code == 0 then return assert.same({}, changes_of(folder .. "/out.plan")) end
        assert.equal(2, result.code)
        if case.without:find("not other text", 1, true) then assert.truthy(result.err:find("--true", 1, true), result.err) end
        if case.without:find("UTF-8", 1, true) then assert.truthy(result.err:find("--encoding", 1, true), result.err) end
        if case.without:find("not columns", 1, true) then
          assert.truthy(result.err:find("--ignore-other-columns", 1, true), result.err)
        end
      end)
    end
  end

  it("at least thirty programs is here", function() assert.is_true(#cases >= 33) end)
end)
