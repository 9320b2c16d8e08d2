local harness = require "spec.kill.harness"

describe("a bulk run that is killed repeatedly", function()
  it("applies each change once, skips what changed meanwhile, or calls it unknown; its totals are those of jq", function()
    local found = harness.run { kills = 25, rows = 2000, seed = 20151124 }
    assert.same({}, found.problems)
    assert.equal(25, found.kills)
    assert.is_true(found.skipped > 0) -- another program changed accounts meanwhile
    assert.is_true((found.states.ok or 0) >= 0.9 * 2000 * found.runs)
  end)
end)
