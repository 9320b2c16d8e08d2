-- Compares the cost of each flow with the committed values. Its figures do not depend on the machine's load.
local count_values = require "bench.count_values"
local flows = require "bench.flows"
local shell = require "tools.shell"

describe("the cost of a call without the wire", function()
  local flow = flows.find "update_user-1.0"

  -- The child process is lua5.4 in any case: once is enough.
  if shell.abi == "5.4" and not rawget(_G, "ngx") then
    it("is at most 10 % above bench/count.values, for each flow", function()
      local committed, problems = count_values.read(), {}
      for _, each in ipairs(flows.list) do
        problems[#problems + 1] = count_values.problem(each, count_values.measure(each), committed[each.id])
      end
      assert.equal("", table.concat(problems, "\n"))
    end)
  end

  it("is a problem if VM instructions or KiB have grown by more than 10 %", function()
    local committed = { vm = 1000, garbage = 4 }
    assert.is_nil(count_values.problem(flow, { vm = 1100, garbage = 4.4 }, committed))
    assert.is_nil(count_values.problem(flow, { vm = 10, garbage = 0.1 }, committed))
    assert.matches("update_user, API 1.0: 1101 VM instructions %(bench/count.values: 1000%)",
      count_values.problem(flow, { vm = 1101, garbage = 4 }, committed))
    assert.matches("4.41 KiB %(4.00%); make bench%-count UPDATE=1",
      count_values.problem(flow, { vm = 1000, garbage = 4.41 }, committed))
  end)

  it("is a problem if no value is committed", function()
    assert.matches("update_user%-1.0 has no line in bench/count.values",
      count_values.problem(flow, { vm = 1, garbage = 1 }, nil))
  end)

  it("is written so that it can be read again", function()
    local path, values = count_values.path, count_values.read()
    finally(function() count_values.path = path end)
    count_values.path = os.tmpname()
    count_values.write(values)
    local written = count_values.read()
    local same = shell.read(count_values.path) == shell.read(path)
    os.remove(count_values.path)
    assert.same(values, written)
    assert.is_true(same)
  end)
end)
