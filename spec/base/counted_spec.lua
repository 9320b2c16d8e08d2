-- Counts in words.
local counted = require "mimecast.base.counted"

describe("a count in words", function()
  it("is singular for one only", function()
    assert.equal("0 rows", counted(0, "row"))
    assert.equal("1 row", counted(1, "row"))
    assert.equal("2 rows", counted(2, "row"))
    assert.equal("100000 accounts", counted(100000.0, "account"))
  end)
end)
