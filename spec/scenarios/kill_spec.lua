local harness = require "spec.kill.harness"

describe("a bulk run that is killed repeatedly", function()
  it("applies each change once or reports it as unknown, and its totals agree with jq and the tenant", function()
    local found = harness.run { kills = 25, rows = 2000, seed = 20151124 }
    assert.same({}, found.problems)
    assert.equal(25, found.kills)
    assert.is_true((found.states.ok or 0) >= 0.9 * 2000 * found.runs)
  end)
end)
