local harness = require "spec.kill.harness"

describe("a bulk run that is killed again and again", function()
  it("applies each change once or calls it unknown, and its sums add up, by jq and by the tenant's own count", function()
    local found = harness.run { kills = 25, rows = 2000, seed = 20151124 }
    assert.same({}, found.problems)
    assert.equal(25, found.kills)
    assert.is_true((found.states.ok or 0) >= 0.9 * 2000 * found.runs)
  end)
end)
