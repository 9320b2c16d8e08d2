local progress = require "mimecast.cli.io.progress"

local function state(more)
  local all = { phase = "apply", total = 100, done = 40, ok = 38, unchanged = 0, rejected = 2, unknown = 0, skipped = 0,
    rate = 12.4, remaining = 4.8 }
  for name, value in pairs(more or {}) do all[name] = value end
  return all
end

describe("progress of a run", function()
  it("shows rate, remaining time and counts above zero", function()
    assert.equal("apply 40 of 100, 12 per second, 5 s left: ok 38, rejected 2", progress.text(state()))
    assert.equal("apply 100 of 100, 12 per second: ok 98, rejected 2, skipped 1",
      progress.text(state { done = 100, ok = 98, remaining = 0, skipped = 1 }))
    assert.truthy(progress.text(state { remaining = 125 }):find("2:05 min left", 1, true))
    assert.truthy(progress.text(state { remaining = 3725 }):find("1:02 h left", 1, true))
  end)

  it("shows at least the pause as remaining time", function()
    assert.truthy(progress.text(state(), 12):find("12 s left", 1, true))
    assert.truthy(progress.text(state(), 3):find("5 s left", 1, true))
  end)

  it("shows the number of rows that a plan has read, and the remaining time if their number is known", function()
    assert.equal("plan: 80 rows read", progress.text { phase = "plan", done = 80, rate = 3 })
    assert.equal("plan 80 of 100, 10 per second, 2 s left",
      progress.text { phase = "plan", done = 80, total = 100, rate = 10, remaining = 2 })
  end)

  -- Returns what a display on a file writes to standard error.
  local function written(run)
    local lines, real = {}, io.stderr
    io.stderr = { write = function(_, ...) lines[#lines + 1] = table.concat { ... } end } -- luacheck: ignore
    local ok, reason = pcall(run)
    io.stderr = real -- luacheck: ignore
    assert(ok, reason)
    return table.concat(lines)
  end

  it("says once that requests wait for the rate limit, and not for a short pause or another reason", function()
    local now = 100
    local display = progress.new({}, function() return now end)
    display.is_terminal = false
    local text = written(function()
      display:wait { reason = "rate limit", seconds = 1.5 }
      display:wait { reason = "retry", seconds = 30 }
      display:wait { reason = "rate limit", seconds = 12 }
      display:wait { reason = "rate limit", seconds = 11.9 }
      now = 113
      display:wait { reason = "rate limit", seconds = 70 }
    end)
    assert.equal("waiting for the rate limit, 12 s\nwaiting for the rate limit, 1:10 min\n", text)
  end)

  it("draws the pause before the bar on a terminal", function()
    local now = 100
    local display = progress.new({}, function() return now end)
    display.is_terminal, display.interval = true, 0
    local text = written(function()
      display:show(state())
      display:wait { reason = "rate limit", seconds = 12 }
      now = 113
      display:show(state())
    end)
    local _, count = text:gsub("waiting for the rate limit, 12 s  %[", "")
    assert.equal(1, count, text)
    assert.truthy(text:find("\r%[#+%-+%] apply 40 of 100"), text)
  end)
end)
