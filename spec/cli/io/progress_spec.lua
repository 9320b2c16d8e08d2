local progress = require "mimecast.cli.io.progress"

local function state(more)
  local all = { phase = "apply", total = 100, done = 40, ok = 38, unchanged = 0, rejected = 2, unknown = 0, rate = 12.4,
    remaining = 4.8 }
  for name, value in pairs(more or {}) do all[name] = value end
  return all
end

describe("progress of a run", function()
  it("shows rate, remaining time and counts above zero", function()
    assert.equal("apply 40 of 100, 12 per second, 5 s left: ok 38, rejected 2", progress.text(state()))
    assert.equal("apply 100 of 100, 12 per second: ok 98, rejected 2",
      progress.text(state { done = 100, ok = 98, remaining = 0 }))
    assert.truthy(progress.text(state { remaining = 125 }):find("2:05 min left", 1, true))
    assert.truthy(progress.text(state { remaining = 3725 }):find("1:02 h left", 1, true))
  end)

  it("shows the number of rows that a plan has read", function()
    assert.equal("plan: 80 rows read", progress.text { phase = "plan", done = 80 })
  end)
end)
