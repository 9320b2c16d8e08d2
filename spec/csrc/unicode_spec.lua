local core = require "mimecast.core"
local fixtures = require "spec.support.data.fixtures"

describe("fold", function()
  local cases = fixtures.load "fold"

  for _, case in ipairs(cases.same) do
    it("is equal for " .. case.why, function()
      assert.equal(core.fold(case.one), core.fold(case.other))
      assert.equal(core.fold(case.one), core.fold(core.fold(case.other)))
    end)
  end

  for _, case in ipairs(cases.different) do
    it("distinguishes texts that differ in " .. case.why, function()
      assert.are_not.equal(core.fold(case.one), core.fold(case.other))
    end)
  end

  it("folds only ASCII letters of text that is not UTF-8", function()
    assert.equal("\255a\195", core.fold "\255A\195")
    assert.equal("a\0b", core.fold "A\0B")
  end)

  it("folds only ASCII letters beyond 64 KiB", function()
    assert.equal(("ü"):rep(32768), core.fold(("Ü"):rep(32768)))
    assert.equal(("Ü"):rep(32768) .. "a", core.fold(("Ü"):rep(32768) .. "A"))
    assert.equal(("a"):rep(1e6), core.fold(("A"):rep(1e6)))
  end)
end)

describe("lower and upper", function()
  it("change only ASCII letters", function()
    for byte = 0, 255 do
      local char = string.char(byte)
      local is_upper, is_lower = byte >= 65 and byte <= 90, byte >= 97 and byte <= 122
      assert.equal(is_upper and string.char(byte + 32) or char, core.lower(char))
      assert.equal(is_lower and string.char(byte - 32) or char, core.upper(char))
    end
  end)
end)

describe("before", function()
  it("compares texts by their bytes", function()
    local list = { "ä", "b", "a", "B", "", "a\0b", "ab", "a" }
    table.sort(list, core.before)
    assert.same({ "", "B", "a", "a", "a\0b", "ab", "b", "ä" }, list)
  end)
end)
